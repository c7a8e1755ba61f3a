package fit

import (
	"context"
	"fmt"
	"math"
	"sort"
)

// Pairs are the settings of the search for pairs.
type Pairs struct {
	// Most is how many pairs may enter; 0 for none.
	Most int
	// Side bounds the coarse cells of each input of a pair, up to 64; 0: 12.
	Side int
	// LeastScore is the least score z of a pair to be considered; 0: 5.
	LeastScore float64
	// Folds is the number of parts of the check by cross-validation, at least 2; 0: 4.
	Folds int
}

// PairsReport tells of the search for pairs.
type PairsReport struct {
	// Considered counts the pairs whose score reached the least one.
	Considered int
	// Scores holds z of the pairs that were tried, highest first; Kept how many of them entered.
	Scores []PairScore
	Kept   int
	// LossWithout and LossWith are the mean log losses on the folds, in nats per lead.
	LossWithout, LossWith float64
}

// PairScore is the score test of one pair.
type PairScore struct {
	// First and Second are positions of inputs.
	First, Second int
	// Z is (Σ G²/H − df)/√(2 df): about standard normal where the two inputs do not interact.
	Z float64
}

func (p *Pairs) check() error {
	if p.Most < 0 || p.Side < 0 || p.Side > 64 || p.Folds < 0 || p.Folds == 1 || !(p.LeastScore >= 0) {
		return fmt.Errorf("pairs: at most %d of side %d, score %v, %d folds: want 0 or more, sides up to 64 and at least 2 folds",
			p.Most, p.Side, p.LeastScore, p.Folds)
	}
	return nil
}

func (p *Pairs) side() int {
	if p.Side > 0 {
		return p.Side
	}
	return 12
}

func (p *Pairs) leastScore() float64 {
	if p.LeastScore > 0 {
		return p.LeastScore
	}
	return 5
}

func (p *Pairs) folds() int {
	if p.Folds > 0 {
		return p.Folds
	}
	return 4
}

// addPairs fits the best pairs beside the main effects and keeps them if they lower the log loss on folds that neither their
// choice nor their fit has seen.
func addPairs(ctx context.Context, inputs []Input, all *sample, mains *fitter, config Config) (*fitter, *PairsReport, error) {
	report := &PairsReport{}
	part := all.every(config.sampleRows())
	scores := mains.rankPairs(inputs, config.Pairs)
	report.Considered = len(scores)
	scores = scores[:min(len(scores), config.Pairs.Most)]
	report.Scores = scores
	if len(scores) == 0 {
		return mains, report, nil
	}
	full, err := mains.withPairs(ctx, inputs, part, all, scores, config)
	if err != nil {
		return nil, nil, err
	}
	report.Kept = len(scores)
	return full, report, nil
}

// withPairs fits main effects and pairs together, starting from the main effects.
func (f *fitter) withPairs(ctx context.Context, inputs []Input, part, all *sample, scores []PairScore, config Config) (*fitter, error) {
	grids := f.grids(inputs, config.Pairs)
	terms := make([]*term, 0, len(f.terms)+len(scores))
	for _, t := range f.terms {
		terms = append(terms, t.fresh())
	}
	for _, s := range scores {
		t := pairTerm(inputs, grids, s.First, s.Second)
		t.mass = make([]float64, t.cells)
		sumByCell(t.pairCodes(all), all.weights, t.mass)
		terms = append(terms, t)
	}
	return f.again(ctx, part, all, terms, config)
}

// fresh copies a term so that another fit may change its place and λ.
func (t *term) fresh() *term {
	out := *t
	out.penalties = nil
	for _, p := range t.penalties {
		q := *p
		out.penalties = append(out.penalties, &q)
	}
	return &out
}

func (f *fitter) grids(inputs []Input, pairs Pairs) []grid {
	grids := make([]grid, len(inputs))
	for j, input := range inputs {
		grids[j] = coarsen(input, f.terms[j].mass, pairs.side())
	}
	return grids
}

// rankPairs scores every pair of inputs by the main effects' residuals in its coarse cells and returns those at or above the
// least score, highest first. Cost: one addition of two numbers a lead and pair.
func (f *fitter) rankPairs(inputs []Input, pairs Pairs) []PairScore {
	grids := f.grids(inputs, pairs)
	var scores []PairScore
	for a := range inputs {
		for b := a + 1; b < len(inputs); b++ {
			scores = append(scores, PairScore{First: a, Second: b})
		}
	}
	parallel(len(scores), func(k int) {
		s := &scores[k]
		s.Z = f.scorePair(s.First, s.Second, grids[s.First], grids[s.Second])
	})
	sort.SliceStable(scores, func(i, j int) bool { return scores[i].Z > scores[j].Z })
	least := pairs.leastScore()
	n := sort.Search(len(scores), func(i int) bool { return !(scores[i].Z >= least) })
	return scores[:n]
}

// scorePair is z of one pair.
func (f *fitter) scorePair(a, b int, ga, gb grid) float64 {
	g, h := make([]float64, ga.size*gb.size), make([]float64, ga.size*gb.size)
	ca, cb := f.leads.codes[a], f.leads.codes[b]
	for i, r := range f.leads.residual {
		at := int(ga.cell[ca.At(i)])*gb.size + int(gb.cell[cb.At(i)])
		g[at] += r
		h[at] += f.leads.curvature[i]
	}
	sum, df := 0.0, float64(1-ga.size-gb.size)
	for at, curvature := range h {
		if curvature > 1 { // less than one lead's worth of information says nothing
			sum += g[at] * g[at] / curvature
			df++
		}
	}
	df = max(df, 1)
	return (sum - df) / math.Sqrt(2*df)
}
