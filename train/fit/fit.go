package fit

import (
	"context"
	"fmt"
	"math"
	"time"

	"leadscore/models/logistic"
)

// Config are the settings of a fit. The zero value is the recommended one: fields only, λ estimated.
type Config struct {
	// Lambda fixes every λ, in nats per squared log-odds; 0: each is estimated from the data.
	Lambda float64
	// EveryBin gives each ordered bin its own coefficient, however many; else an input has as
	// many knots as its effective degrees of freedom ask for.
	EveryBin bool
	// SampleRows bounds the rows, spread evenly, on which λ is estimated, and about so many, drawn by their leverage, make the Hessian; 0: 200,000. The
	// coefficients always minimise J for all rows; beyond so many, a variance is right to about √(parameters/SampleRows), a standard error to half of that.
	SampleRows int
	// Caution is the rate θ ≥ 0 of a prior on the spread σ, in log-odds, of each term's effect: exp(−θσ), so that P(σ > 1) = e^−θ
	// (the penalised complexity prior of Simpson et al., Statistical Science 32, 2017, section 3). λ estimated from the data alone
	// believes each spread that chance suggests; with many terms and few wins their sum is too extreme. 0: none.
	Caution float64
	// MaxSteps bounds the Newton steps of each phase; 0: 60.
	MaxSteps int
	// Pairs, when its Most is above 0, lets pairs of inputs compete for a place.
	Pairs Pairs
	// StandardError says how closely the model keeps its covariance. With Caution, V is taken at the mean spread of each term, see widen.
	StandardError StandardError
	// Drift is set when one input is calendar time.
	Drift *Drift
	// Segments is set when effects may deviate by the values of one category.
	Segments *Segments
	// Quick ends a wide model's fit with few knots and without effective degrees of freedom: for figures beside the main ones. There are no standard
	// errors then.
	Quick bool
	// Settled, if not nil, is what a fit of the same inputs to a part of the leads has settled: a design of more than SampleRows, and a wide one that is
	// Quick, takes smoothing and pairs from it and minimises J for all its leads. A smaller design, or one of segments, settles both itself.
	Settled *Settled
	// Places is, with Settled, for each input and code the code of the same values in the settled fit, or one near them; −1: none. It
	// only says where the steps begin; nil: at 0.
	Places [][]int32
}

// Settled is the smoothing and the pairs of a fit.
type Settled struct {
	lambda    [][]float64 // of the inputs' terms, by input and penalty
	tables    [][]float64
	intercept float64
	pairs     []settledPair
	side      int
	report    *PairsReport
}

type settledPair struct {
	first, second int
	lambda, table []float64
	shape         []int
}

// Drift names the input that is calendar time.
type Drift struct {
	// Input is its position in Design.Inputs; its ordered bins are time spans of equal width.
	Input int
	// End is the middle of the last bin, in seconds since 1970 UTC.
	End int64
	// BinDays is the width of a bin in days, > 0.
	BinDays float64
}

// Report says what the fit did.
type Report struct {
	// Terms in the model's order.
	Terms []TermReport
	// Steps is the number of Newton steps over all phases.
	Steps int
	// Parameters is the number of coordinates that were solved for at the end, the intercept included.
	Parameters int
	// EDF is the number of effective parameters, the intercept included.
	EDF float64
	// Objective is J and Loss its first sum, in nats over all leads.
	Objective, Loss float64
	// StandardErrors says how well the model's factor keeps the standard errors.
	StandardErrors FactorReport
	// Pairs tells of the search for pairs, and is nil where there was none.
	Pairs *PairsReport
	// Segments tells of the deviations by segment, and is nil where none were asked for.
	Segments *SegmentsReport
	// Settled is for a later fit; see Config.Settled.
	Settled *Settled
	// Took is the time spent.
	Took time.Duration
}

// TermReport is one term's smoothing.
type TermReport struct {
	Name string
	// Lambda holds λ by penalty: ordered bins, then levels; or that of a pair.
	Lambda []float64
	// EDF is the number of effective parameters; Functions how many functions span the term.
	EDF       float64
	Functions int
	// Promise tells what a promised direction cost; nil where none was made.
	Promise *Promise
}

// Limits and tolerances of the phases, in log-odds: a step that changes no coefficient by more ends the phase.
const (
	smoothTolerance = 1e-3
	polishTolerance = 1e-8
	// An input gets knotsPerEDF knots for each effective degree of freedom, within leastKnots … mostKnots.
	knotsPerEDF, leastKnots = 3, 8
)

// Fit returns the minimiser of J (see the package comment) and a report. Codes, outcomes and weights are checked
// first. It returns [ErrEmpty], [ErrOneClass] or [ErrNotConverged] for data without an answer,
// and the context's error when that ends. Cost: O(rows·terms²) a Newton step and O(p³) for the solve, p
// being about 3 times the effective degrees of freedom.
func Fit(ctx context.Context, design *Design, config Config) (*logistic.Model, *Report, error) {
	start := time.Now()
	if err := design.check(); err != nil {
		return nil, nil, fmt.Errorf("design: %w", err)
	}
	if err := config.check(design); err != nil {
		return nil, nil, fmt.Errorf("config: %w", err)
	}
	all := design.gather()
	if len(all.wins) == 0 {
		return nil, nil, ErrEmpty
	}
	rate, weight := all.base()
	if weight == 0 {
		return nil, nil, fmt.Errorf("%w: every weight is 0", ErrEmpty)
	}
	if rate <= 0 || rate >= 1 {
		return nil, nil, ErrOneClass
	}
	report := &Report{}
	f, err := fitTerms(ctx, design.Inputs, all, config, report)
	if err != nil {
		return nil, nil, err
	}
	report.Settled = f.settled(len(design.Inputs), report.Pairs)
	model, err := f.finish(design.Inputs, config, report)
	report.Took = time.Since(start)
	return model, report, err
}

// fitTerms fits main effects, and pairs where they may enter.
func fitTerms(ctx context.Context, inputs []Input, all *sample, config Config, report *Report) (*fitter, error) {
	terms := mainTerms(inputs, all, config)
	wide := totalSize(terms) > wideModel && !config.EveryBin && config.Lambda == 0
	if s := config.Settled; s != nil && config.Segments == nil && s.fits(inputs) && (len(all.wins) > config.sampleRows() || wide && config.Quick) {
		report.Pairs = s.report
		return s.fit(ctx, inputs, all, terms, config)
	}
	var first *fitter
	if wide {
		var err error
		if first, err = fitFew(ctx, inputs, all, terms, config); err != nil {
			return nil, err
		}
		if config.Quick {
			return first.onAll(ctx, all, config)
		}
	}
	effort := config.fully()
	if first != nil {
		effort.smooth = wideTolerance
	}
	pairs := config.Pairs.Most > 0 && config.Lambda == 0
	if first != nil && pairs && config.Segments == nil { // a fit of all knots would only be the start of that with pairs
		start, err := first.onAll(ctx, all.every(mostRanked), config)
		if err != nil {
			return nil, err
		}
		f, found, err := addPairs(ctx, inputs, all, start, terms, config, effort)
		report.Pairs = found
		if err != nil || f != start {
			return f, err
		}
	}
	f, err := fitMains(ctx, all, terms, first, config, effort)
	if err == nil && config.Segments != nil && config.Lambda == 0 {
		f, report.Segments, err = addSegments(ctx, inputs, all, f, config)
	}
	if err == nil && pairs && report.Pairs == nil {
		f, report.Pairs, err = addPairs(ctx, inputs, all, f, f.terms, config, effort)
	}
	return f, err
}

func (c *Config) check(design *Design) error {
	if !(c.Lambda >= 0) || math.IsInf(c.Lambda, 1) {
		return fmt.Errorf("lambda %v, want a finite number above 0, or 0 to estimate it", c.Lambda)
	}
	if c.Drift != nil {
		if c.Drift.Input < 0 || c.Drift.Input >= len(design.Inputs) {
			return fmt.Errorf("drift: input %d of %d", c.Drift.Input, len(design.Inputs))
		}
		if design.Inputs[c.Drift.Input].Ordered < 2 || !(c.Drift.BinDays > 0) {
			return fmt.Errorf("drift: input %s has %d ordered bins of %v days, want at least 2 above 0 days",
				design.Inputs[c.Drift.Input].Name, design.Inputs[c.Drift.Input].Ordered, c.Drift.BinDays)
		}
	}
	if !(c.Caution >= 0) || math.IsInf(c.Caution, 1) {
		return fmt.Errorf("caution %v, want a finite number of 0 or more", c.Caution)
	}
	if c.Segments != nil {
		if err := c.Segments.check(design); err != nil {
			return err
		}
	}
	if err := c.Pairs.check(); err != nil {
		return err
	}
	return c.StandardError.check()
}

func (c *Config) maxSteps() int {
	if c.MaxSteps > 0 {
		return c.MaxSteps
	}
	return 60
}

func (c *Config) sampleRows() int {
	if c.SampleRows > 0 {
		return c.SampleRows
	}
	return 200_000
}

// again fits a new list of terms from the old fit's values: λ on the sample, coefficients on all rows. Terms without
// effect are set idle once their λ says so.
func (f *fitter) again(ctx context.Context, part, all *sample, terms []*term, effort effort) (*fitter, error) {
	for k, t := range terms {
		if k < len(f.terms) && t.gone() && totalSize(terms) > keptSize {
			terms[k] = t.idle()
		}
	}
	for _, t := range terms {
		for _, p := range t.penalties {
			p.caution = effort.caution
		}
	}
	next := newFitter(part, terms)
	if f.terms != nil {
		next.inherit(f)
	}
	next.evaluate()
	if err := next.smooth(ctx, effort.smooth, effort.maxSteps); err != nil {
		return nil, err
	}
	if part != all {
		whole := newFitter(all, terms)
		whole.inherit(next)
		whole.steps = next.steps
		next.release()
		whole.evaluate()
		whole.sketchBy(len(part.wins))
		next = whole
	}
	next.steps += f.steps
	err := next.polish(ctx, effort.polish, effort.maxSteps)
	next.forget()
	return next, err
}

// keptSize is the number of coordinates up to which terms without effect are kept: their uncertainty counts, and costs little.
const keptSize = 600

// effort says how far a fit goes. The tolerances are changes of a coefficient, in log-odds.
type effort struct {
	smooth, polish float64
	maxSteps       int
	caution        float64
}

func (c *Config) fully() effort {
	return effort{smoothTolerance, polishTolerance, c.maxSteps(), c.Caution}
}

// roughly is enough to compare log losses on folds.
func (c *Config) roughly() effort { return effort{3e-2, 1e-3, c.maxSteps(), c.Caution} }

// inherit takes over tables and λ of an earlier fit, term by term as far as both have them.
func (f *fitter) inherit(old *fitter) {
	f.parameters[0] = old.parameters[0]
	for k, t := range f.terms {
		if k >= len(old.terms) {
			continue
		}
		if t.size > 0 {
			own := f.parameters[t.offset : t.offset+t.size]
			t.project(old.tables[k], own)
			t.keepDirection(own)
		}
		for i, p := range t.penalties {
			p.lambda = old.terms[k].penalties[min(i, len(old.terms[k].penalties)-1)].lambda
		}
	}
}

func (t *term) setLambda(lambda float64) {
	for _, p := range t.penalties {
		p.lambda = lambda
	}
}

// finish turns the converged fit into a model.
func (f *fitter) finish(inputs []Input, config Config, report *Report) (*logistic.Model, error) {
	promises, rows := make([]*Promise, len(f.terms)), (*square)(nil)
	if !config.Quick {
		if err := f.factorise(); err != nil { // at the minimum itself: it becomes the covariance
			return nil, err
		}
		rows = f.factor.inverseRows()
		f.settleEDF(rows)
		promises = f.promises()
		if report.Segments != nil {
			f.leaning(rows, config.Segments, report.Segments)
		}
	}
	report.Steps, report.Parameters, report.Loss, report.Objective = f.steps, f.size, f.loss, f.objective()
	report.EDF = 1
	model := &logistic.Model{Intercept: f.parameters[0], Bins: make([]int, len(inputs))}
	for j, input := range inputs {
		model.Bins[j] = input.Bins
	}
	tables := f.pure()
	for k, t := range f.terms {
		out := logistic.Term{Name: t.name, Inputs: t.inputs, Coarse: t.coarse, Shape: t.shape, Lambda: []float64{}}
		for _, p := range t.penalties {
			out.Lambda = append(out.Lambda, p.lambda)
			out.EDF += p.edf
		}
		mean := 0.0
		if !t.segment { // each row has mean 0, the whole's is exactly 0
			mean = t.meanOf(tables[k])
		}
		model.Intercept += mean
		for _, v := range tables[k] {
			out.Coefficients = append(out.Coefficients, v-mean)
		}
		model.Terms = append(model.Terms, out)
		report.EDF += out.EDF
		report.Terms = append(report.Terms, TermReport{Name: out.Name, Lambda: out.Lambda, EDF: out.EDF, Functions: t.functions, Promise: promises[k]})
	}
	drift := 0.0 // λ of the walk as it is most likely: beyond the newest bin the lead's own days widen its interval
	if d := config.Drift; d != nil {
		drift, _ = f.terms[d.Input].walkLambda()
	}
	if !config.StandardError.None && !config.Quick {
		var err error
		if rows, err = f.widen(rows); err != nil {
			return nil, err
		}
		f.release()
		model.Variance, report.StandardErrors = f.variance(rows, config.StandardError)
	}
	if d := config.Drift; drift > 0 {
		model.Drift = &logistic.Drift{Input: d.Input, End: d.End, VariancePerDay: 1 / (drift * d.BinDays)}
	}
	return model, nil
}

// release lets go of what only steps and factors need: what comes next takes its place in memory.
func (f *fitter) release() {
	f.forget()
	f.sketch, f.leads.residual, f.leads.curvature = nil, nil, nil
}

// forget lets go of the Hessian and its factor, which are made anew when they are asked for.
func (f *fitter) forget() {
	f.factor.giveBack()
	f.curved.giveBack()
	f.factor, f.curved, f.reach = nil, nil, nil
}

// meanOf is the mean of a table over the training leads, by weight.
func (t *term) meanOf(table []float64) float64 {
	sum, total := 0.0, 0.0
	for c, v := range table {
		sum += t.mass[c] * v
		total += t.mass[c]
	}
	return sum / total
}
