package fit

import (
	"context"
	"fmt"
	"math"
	"sort"
)

// Pairs are the settings of the search for pairs.
type Pairs struct {
	// Most is how many pairs may enter; 0 for none. As many as inputs is a good limit.
	Most int
	// Side bounds the coarse cells of each input of a pair, up to 64; 0: the better of 8 and 16 by cross-validation.
	Side int
	// LeastScore is the least score z of a pair to be considered; 0: 4, which among the 435 pairs of 30 inputs chance
	// reaches in one data set of a hundred.
	LeastScore float64
	// Folds is the number of parts of the cross-validation, at least 2; 0: 3.
	Folds int
}

// PairsReport tells of the search for pairs.
type PairsReport struct {
	// LossWithout is the mean log loss of the fields alone on the folds, in nats per lead.
	LossWithout float64
	// Tried holds each side that was tried.
	Tried []PairsTried
	// Side is the one that was taken; 0 where no pairs entered.
	Side int
	// Considered counts the pairs whose score reached the least one, and Kept those that entered, highest score first.
	Considered int
	Kept       []PairScore
}

// PairsTried is the result of one side on the folds.
type PairsTried struct {
	Side int
	// Loss is the mean log loss on the folds, in nats per lead. The pairs were chosen and fitted on the other folds.
	Loss float64
}

// PairScore is the score test of one pair.
type PairScore struct {
	// First and Second are positions of inputs.
	First, Second int
	// Z is (Σ G²/H − df)/√variance over the cells, rows and columns taken out: about standard normal where the two inputs do not interact.
	Z float64
}

func (p *Pairs) check() error {
	if p.Most < 0 || p.Side < 0 || p.Side > 64 || p.Folds < 0 || p.Folds == 1 || !(p.LeastScore >= 0) {
		return fmt.Errorf("pairs: at most %d of side %d, score %v, %d folds: want 0 or more, sides up to 64 and at least 2 folds",
			p.Most, p.Side, p.LeastScore, p.Folds)
	}
	return nil
}

// sides are the grids to try.
func (p *Pairs) sides() []int {
	if p.Side > 0 {
		return []int{p.Side}
	}
	return []int{8, 16}
}

func (p *Pairs) leastScore() float64 {
	if p.LeastScore > 0 {
		return p.LeastScore
	}
	return 4
}

func (p *Pairs) folds() int {
	if p.Folds > 0 {
		return p.Folds
	}
	return 3
}

// cut keeps the best pairs: at most Most, and no more cells than the leads can fill or the solve can bear.
func (p *Pairs) cut(scores []PairScore, grids []grid, leads int) []PairScore {
	const leadsPerCell, mostCells = 4, 2500
	room := min(leads/leadsPerCell, mostCells)
	for k, s := range scores {
		room -= grids[s.First].size * grids[s.Second].size
		if k >= p.Most || room < 0 {
			return scores[:k]
		}
	}
	return scores
}

// addPairs fits the best pairs beside the main effects and keeps them if they lower the log loss on folds that neither their
// choice nor their fit has seen. f is a fit of the main effects, by which pairs are ranked; terms are those of the answer, which may have more knots. f itself is
// returned where no pair enters.
func addPairs(ctx context.Context, inputs []Input, all *sample, f *fitter, terms []*term, config Config, effort effort) (*fitter, *PairsReport, error) {
	report, err := f.crossValidate(ctx, inputs, all.every(comparedRows), config)
	if err != nil || report.Side == 0 {
		return f, report, err
	}
	part, grids := all.every(config.sampleRows()), f.grids(inputs, report.Side)
	scores := f.rankPairs(grids, config.Pairs.leastScore())
	report.Considered = len(scores)
	report.Kept = config.Pairs.cut(scores, grids, len(part.wins))
	if len(report.Kept) == 0 {
		report.Side = 0
		return f, report, nil
	}
	f.release()
	full, err := f.again(ctx, part, all, append(freshTerms(terms), pairTerms(inputs, grids, report.Kept, all)...), effort)
	return full, report, err
}

// comparedRows bounds the rows of the cross-validation.
const comparedRows = 50_000

// crossValidate compares the sides, and no pairs, on folds of the rows (row modulo folds). In each fold the fields are fitted anew at f's
// smoothing, and the pairs ranked and fitted beside them, without the part that judges them. The fields stay where they are then: what a pair adds
// shows as well, and its fit costs the number of its cells cubed, not that of all coordinates.
func (f *fitter) crossValidate(ctx context.Context, inputs []Input, part *sample, config Config) (*PairsReport, error) {
	report := &PairsReport{}
	for _, side := range config.Pairs.sides() {
		report.Tried = append(report.Tried, PairsTried{Side: side})
	}
	weight := 0.0
	for fold := range config.Pairs.folds() {
		fitted, judged := part.split(fold, config.Pairs.folds())
		if rate, _ := fitted.base(); !(rate > 0 && rate < 1) || len(judged.wins) == 0 {
			continue
		}
		mains, err := f.sameSmoothing(ctx, fitted, config.roughly())
		if err != nil {
			return nil, err
		}
		_, w := judged.base()
		weight += w
		without := mains.lossOn(judged)
		report.LossWithout += without
		for k := range report.Tried {
			grids := mains.grids(inputs, report.Tried[k].Side)
			scores := mains.rankPairs(grids, config.Pairs.leastScore())
			loss := without
			if scores = config.Pairs.cut(scores, grids, len(fitted.wins)); len(scores) > 0 {
				if loss, err = mains.lossBeside(ctx, pairTerms(inputs, grids, scores, fitted), fitted, judged, config.roughly()); err != nil {
					return nil, err
				}
			}
			report.Tried[k].Loss += loss
		}
	}
	report.LossWithout /= weight
	best := report.LossWithout
	for k := range report.Tried {
		report.Tried[k].Loss /= weight
		if report.Tried[k].Loss < best {
			best, report.Side = report.Tried[k].Loss, report.Tried[k].Side
		}
	}
	return report, nil
}

// sameSmoothing fits f's terms to other leads at the λ that they have.
func (f *fitter) sameSmoothing(ctx context.Context, s *sample, effort effort) (*fitter, error) {
	other := newFitter(s, freshTerms(f.terms))
	other.inherit(f)
	other.evaluate()
	return other, other.polish(ctx, effort.polish, effort.maxSteps)
}

// lossBeside fits terms beside f, which stays as it is, and returns the log loss of both on other leads, summed by weight, in nats.
func (f *fitter) lossBeside(ctx context.Context, terms []*term, fitted, judged *sample, effort effort) (float64, error) {
	fitted, judged = f.asOffset(fitted), f.asOffset(judged)
	beside, err := (&fitter{}).again(ctx, fitted, fitted, terms, effort)
	if err != nil {
		return 0, err
	}
	return beside.lossOn(judged), nil
}

// asOffset is a sample whose log-odds begin at f's.
func (f *fitter) asOffset(s *sample) *sample {
	l := newLeads(s, f.terms)
	l.keepLogOdds()
	l.evaluate(f.parameters[0], f.tables)
	out := *s
	out.offset = l.eta
	return &out
}

// split parts a sample into the rows outside a fold and those in it.
func (s *sample) split(fold, folds int) (outside, inside *sample) {
	var rest, own []int32
	for i := range s.wins {
		if i%folds == fold {
			own = append(own, int32(i))
		} else {
			rest = append(rest, int32(i))
		}
	}
	return s.take(rest), s.take(own)
}

// lossOn is the log loss of the fit on other leads, summed by weight, in nats.
func (f *fitter) lossOn(s *sample) float64 {
	return newLeads(s, f.terms).evaluate(f.parameters[0], f.tables)
}

// pairTerms are the terms of some pairs, with the mass of a sample.
func pairTerms(inputs []Input, grids []grid, scores []PairScore, s *sample) (terms []*term) {
	for _, score := range scores {
		t := pairTerm(inputs, grids, score.First, score.Second)
		t.mass = make([]float64, t.cells)
		t.weigh(s)
		terms = append(terms, t)
	}
	return terms
}

// freshTerms copies terms so that another fit may change their place and λ.
func freshTerms(terms []*term) []*term {
	out := make([]*term, len(terms))
	for k, t := range terms {
		copied := *t
		copied.penalties = nil
		for _, p := range t.penalties {
			q := *p
			copied.penalties = append(copied.penalties, &q)
		}
		out[k] = &copied
	}
	return out
}

// grids coarsen each input to at most side cells.
func (f *fitter) grids(inputs []Input, side int) []grid {
	grids := make([]grid, len(inputs))
	for j, input := range inputs {
		grids[j] = coarsen(input, f.terms[j].mass, side)
	}
	return grids
}

// rankPairs scores every pair of inputs by the main effects' residuals in its coarse cells and returns those at or above the
// least score, highest first. Cost: one addition of three numbers a lead and pair, of at most mostRanked leads.
func (f *fitter) rankPairs(grids []grid, least float64) []PairScore {
	var scores []PairScore
	for a := range grids {
		for b := a + 1; b < len(grids); b++ {
			if f.deviate(a) || f.deviate(b) {
				continue // the segments have their own tables
			}
			if f.terms[a].direction != 0 || f.terms[b].direction != 0 {
				continue // a pair could break the promise for some values of the other input
			}
			scores = append(scores, PairScore{First: a, Second: b})
		}
	}
	coarse := f.coarsened(grids)
	parallel(len(scores), func(k int) {
		s := &scores[k]
		s.Z = coarse.score(s.First, s.Second)
	})
	sort.SliceStable(scores, func(i, j int) bool { return scores[i].Z > scores[j].Z })
	n := sort.Search(len(scores), func(i int) bool { return !(scores[i].Z >= least) })
	return scores[:n]
}

// mostRanked bounds the leads, evenly spread, that pairs are ranked by: with half a million, pairs that the score does not show hardly move a prediction.
const mostRanked = 500_000

// coarsened are leads by the coarse cells of their inputs, with the main effects' residuals.
type coarsened struct {
	grids               []grid
	cells               [][]uint16 // by input
	residual, curvature []float64
}

func (f *fitter) coarsened(grids []grid) *coarsened {
	n := len(f.leads.residual)
	limit := min(n, mostRanked)
	row := func(i int) int { return int(int64(i) * int64(n) / int64(limit)) }
	c := &coarsened{grids: grids, cells: make([][]uint16, len(grids)), residual: make([]float64, limit), curvature: make([]float64, limit)}
	for i := range limit {
		c.residual[i], c.curvature[i] = f.leads.residual[row(i)], f.leads.curvature[row(i)]
	}
	parallel(len(grids), func(j int) {
		c.cells[j] = make([]uint16, limit)
		for i := range limit {
			c.cells[j][i] = grids[j].cell[f.leads.codes[j].At(row(i))]
		}
	})
	return c
}

// score is z of one pair: the residuals' chi-squared over the cells, less that over the rows and the columns, which
// the main effects answer for. Its variance counts the fourth cumulant of the outcomes: in cells of few expected wins
// G²/H is far from χ², and 2 df alone would find pairs everywhere.
func (c *coarsened) score(a, b int) float64 {
	ga, gb := c.grids[a], c.grids[b]
	type sums struct{ g, h, squares, _ float64 }
	cells := make([]sums, ga.size*gb.size)
	first, second, curvature := c.cells[a][:len(c.residual)], c.cells[b][:len(c.residual)], c.curvature[:len(c.residual)]
	for i, r := range c.residual {
		w, at := curvature[i], &cells[int(first[i])*gb.size+int(second[i])]
		at.g += r
		at.h += w
		at.squares += w * w
	}
	rows, columns := newMargin(ga.size), newMargin(gb.size)
	sum, df, spread := 0.0, 1.0, 0.0
	for at, cell := range cells {
		if cell.h > 1 { // less than one lead's worth of information says nothing
			sum += cell.g * cell.g / cell.h
			df++
			spread += (cell.h - 6*cell.squares) / (cell.h * cell.h)
			rows.add(at/gb.size, cell.g, cell.h)
			columns.add(at%gb.size, cell.g, cell.h)
		}
	}
	for _, m := range []margin{rows, columns} {
		chi, used := m.chiSquared()
		sum, df = sum-chi, df-used
	}
	if df < 1 {
		return 0 // no cells beyond rows and columns: nothing can interact
	}
	return (sum - df) / math.Sqrt(2*df+max(spread, 0))
}

// margin holds residuals and curvature by row or column of a pair.
type margin struct{ g, h []float64 }

func newMargin(size int) margin { return margin{make([]float64, size), make([]float64, size)} }

func (m margin) add(at int, g, h float64) {
	m.g[at] += g
	m.h[at] += h
}

// chiSquared is Σ G²/H and the number of places in use.
func (m margin) chiSquared() (sum, used float64) {
	for at, h := range m.h {
		if h > 0 {
			sum += m.g[at] * m.g[at] / h
			used++
		}
	}
	return sum, used
}
