package fit

import (
	"context"
	"math"
)

// fitMains fits the main effects: knots as each input alone asks for, λ on a sample, then the coefficients
// on all rows. A wide model starts from first, one with few knots.
func fitMains(ctx context.Context, all *sample, terms []*term, first *fitter, config Config, effort effort) (*fitter, error) {
	if config.Lambda > 0 {
		for _, t := range terms {
			t.setLambda(config.Lambda)
		}
		f := newFitter(all, terms)
		f.evaluate()
		return f, f.polish(ctx, polishTolerance, config.maxSteps())
	}
	if first == nil {
		first = &fitter{}
	}
	return first.again(ctx, all.every(config.sampleRows()), all, terms, effort)
}

// fitFew fits main effects with few knots to a part of the leads, and gives terms its λ.
func fitFew(ctx context.Context, inputs []Input, all *sample, terms []*term, config Config) (*fitter, error) {
	coarse := fewKnots(inputs, terms)
	few, effort := all.every(wideRows), config.roughly()
	effort.polish = math.Inf(1) // what follows polishes
	first, err := (&fitter{}).again(ctx, few, few, coarse, effort)
	if err != nil {
		return nil, err
	}
	for j, t := range terms {
		t.takeLambda(first.terms[j])
	}
	return first, nil
}

// fewKnots are the same inputs' terms with few knots.
func fewKnots(inputs []Input, terms []*term) []*term {
	coarse := make([]*term, len(terms))
	for j, t := range terms {
		coarse[j] = mainTerm(inputs[j], j, t.mass, leastKnots)
		coarse[j].setLambda(1)
		coarse[j].chainPenalty().lambda = t.chainPenalty().lambda
	}
	return coarse
}

// onAll minimises J roughly for all of a sample at the λ of a fit to a part of it.
func (f *fitter) onAll(ctx context.Context, all *sample, config Config) (*fitter, error) {
	whole := newFitter(all, f.terms)
	whole.inherit(f)
	whole.evaluate()
	whole.sketchBy(wideRows)
	return whole, whole.polish(ctx, config.roughly().polish, config.maxSteps())
}

// wideModel is the number of coordinates above which a first fit with few knots pays: it finds most λ, and the inputs without
// effect, at a fraction of the cost of a step.
const wideModel = 600

// The first fit of a wide model looks at so many rows, and the λ of those that follow end at a wider tolerance, in log-odds; their coefficients are
// polished all the same.
const (
	wideRows      = 20_000
	wideTolerance = 1e-2
)

func totalSize(terms []*term) int {
	size := 1
	for _, t := range terms {
		size += t.size
	}
	return size
}

// takeLambda takes over λ from the same input's term of another fit.
func (t *term) takeLambda(other *term) {
	for i, p := range t.penalties {
		p.lambda = other.penalties[i].lambda
	}
}

// mainTerms makes one term an input. An ordered input gets knots by its effective degrees of freedom in a fit
// of its own, and starts from that fit's λ.
func mainTerms(inputs []Input, all *sample, config Config) []*term {
	wins := all.wins
	if all.weights != nil {
		wins = make([]float64, len(all.wins))
		for i, y := range all.wins {
			wins[i] = y * all.weights[i]
		}
	}
	alone := make([]roughness, len(inputs))
	parallel(len(inputs), func(j int) {
		input := inputs[j]
		won := make([]float64, input.Bins)
		alone[j].mass = make([]float64, input.Bins)
		massByCell(all.columns[j], all.weights, alone[j].mass)
		sumByCell(all.columns[j], wins, won)
		lambda, edf := marginal(alone[j].mass[:input.Ordered], won[:input.Ordered])
		alone[j].lambda, alone[j].knots = lambda, min(max(int(math.Ceil(knotsPerEDF*edf)), leastKnots), input.Ordered)
		if config.EveryBin || config.Lambda > 0 {
			alone[j].knots = input.Ordered
		}
	})
	if !config.EveryBin && config.Lambda == 0 {
		fitBudget(alone)
	}
	terms := make([]*term, len(inputs))
	for j, input := range inputs {
		terms[j] = mainTerm(input, j, alone[j].mass, alone[j].knots)
		terms[j].stays = terms[j].stays || config.Segments != nil && config.Segments.Input == j
		terms[j].setLambda(1)
		terms[j].chainPenalty().lambda, terms[j].alone = alone[j].lambda, alone[j].lambda
	}
	return terms
}

// roughness is what a fit of one input alone says, and the weight of its bins.
type roughness struct {
	mass   []float64
	lambda float64
	knots  int
}

// mostKnots is how many knots all inputs may have together: the solve costs their number cubed. Beyond it each input gives way in
// proportion.
const mostKnots = 600

func fitBudget(inputs []roughness) {
	total := 0
	for _, input := range inputs {
		total += input.knots
	}
	if total <= mostKnots {
		return
	}
	for j := range inputs {
		inputs[j].knots = max(inputs[j].knots*mostKnots/total, min(leastKnots, inputs[j].knots))
	}
}
