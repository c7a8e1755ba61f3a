package scorecard

import (
	"context"
	"math"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"

	"leadscore/models/ridge"
)

const (
	selectionRidge = 1.0  // prior standard deviation of a rule: 1 log-odds
	presentBonus   = 1.15 // a rule that people know is taken before a new one that tells little more
	swapGain       = 1.02 // by how much a rule must beat the one that it replaces
	swapRounds     = 2
)

// selection chooses rules one after the other by the score test: each time the one that most surely tells more than those so far,
// then exchanges single ones while that helps (Efroymson's stepwise regression, with the score statistic of Rao 1948 in
// place of F).
type selection struct {
	columns []ridge.Column
	present []bool
	price   []float64 // χ² that a candidate gains by chance from how it was made
	wins    []float64
	above   []float64 // won less expected, of each candidate alone: its sign is the only one that its points may have
	least   float64   // χ² that a rule must add
	chosen  []int
	fitted  *ridge.Fit
}

func choose(ctx context.Context, columns []ridge.Column, present []bool, price, wins []float64, most int) (*selection, error) {
	s := &selection{columns: columns, present: present, price: price, wins: wins, above: make([]float64, len(columns))}
	mean := 0.0
	for _, y := range wins {
		mean += y / float64(len(wins))
	}
	for c := range columns {
		for k, at := range columns[c].At {
			s.above[c] += columns[c].Share[k] * (wins[at] - mean)
		}
	}
	s.least = math.Log(float64(len(wins))) // the Bayesian information criterion's price of a parameter
	if err := s.refit(ctx); err != nil {
		return nil, err
	}
	for len(s.chosen) < most {
		best, gain := s.best(nil)
		if best < 0 || gain < s.least {
			break
		}
		s.chosen = append(s.chosen, best)
		if err := s.refit(ctx); err != nil {
			return nil, err
		}
	}
	for range swapRounds {
		changed, err := s.swap(ctx)
		if err != nil || !changed {
			return s, err
		}
	}
	return s, nil
}

func (s *selection) picked() []ridge.Column {
	list := make([]ridge.Column, len(s.chosen))
	for i, c := range s.chosen {
		list[i] = s.columns[c]
	}
	return list
}

func (s *selection) refit(ctx context.Context) (err error) {
	s.fitted, err = ridge.Fixed(ctx, s.picked(), s.wins, selectionRidge, nil)
	return err
}

// swap tries to replace each chosen rule; one whose replacement, or which itself, no longer tells enough is dropped.
func (s *selection) swap(ctx context.Context) (changed bool, err error) {
	for place := 0; place < len(s.chosen); place++ {
		old := s.chosen[place]
		s.chosen = append(append([]int(nil), s.chosen[:place]...), s.chosen[place+1:]...)
		if err := s.refit(ctx); err != nil {
			return false, err
		}
		was, _ := s.gain(old, ridge.ByRow(s.picked(), len(s.wins)))
		best, gain := s.best(&old)
		switch {
		case best >= 0 && gain > swapGain*was && gain >= s.least:
			s.chosen, changed = append(s.chosen, best), true
		case was >= s.least:
			s.chosen = append(s.chosen, old)
		default:
			changed = true
		}
		// The rule went to the end; the one that stands here now is tried in the next turn only once.
		last := len(s.chosen) - 1
		if len(s.chosen) > place {
			moved := s.chosen[last]
			copy(s.chosen[place+1:], s.chosen[place:last])
			s.chosen[place] = moved
		}
		if err := s.refit(ctx); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// best is the candidate with the largest gain; −1 for none. It never returns one that is chosen, or not.
func (s *selection) best(not *int) (best int, gain float64) {
	w := ridge.ByRow(s.picked(), len(s.wins))
	used := map[int]bool{}
	for _, c := range s.chosen {
		used[c] = true
	}
	if not != nil {
		used[*not] = true
	}
	gains := make([]float64, len(s.columns))
	parallelStrided(len(s.columns), func(c int) {
		if !used[c] {
			g, ok := s.gain(c, w)
			if ok {
				gains[c] = g
			}
		}
	})
	best = -1
	for c, g := range gains {
		if g > gain {
			best, gain = c, g
		}
	}
	return best, gain
}

// gain is the score statistic of adding a candidate, χ² with one degree; ok says that its points would have the sign of what its leads
// do by themselves: others would only correct another rule, which no reader could follow.
func (s *selection) gain(c int, w *ridge.Rows) (chi2 float64, ok bool) {
	column := &s.columns[c]
	p := len(s.chosen) + 1
	g, h, a := 0.0, 0.0, make([]float64, p)
	for k, at := range column.At {
		x := column.Share[k]
		mean := ridge.Mean(s.fitted.Eta[at])
		weight := mean * (1 - mean) * x
		g += x * (s.wins[at] - mean)
		h += weight * x
		a[0] += weight
		for l := w.Start[at]; l < w.Start[at+1]; l++ {
			a[w.Col[l]+1] += weight * w.Share[l]
		}
	}
	v := mat.NewVecDense(p, a)
	left := h + selectionRidge - mat.Inner(v, s.fitted.Covariance, v)
	if h == 0 || left <= 0 {
		return 0, false
	}
	chi2 = g*g/left - s.price[c]
	if s.present[c] {
		chi2 *= presentBonus
	}
	return chi2, g*s.above[c] > 0
}

// parallelStrided calls do for 0 … n-1 on all cores.
func parallelStrided(n int, do func(i int)) {
	cores := runtime.GOMAXPROCS(0)
	parallel(cores, func(part, from, to int) {
		for k := from; k < to; k++ {
			for i := k; i < n; i += cores {
				do(i)
			}
		}
	})
}

// parallel cuts 0 … n-1 into one run a core.
func parallel(n int, do func(part, from, to int)) {
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for c := range cores {
		group.Go(func() { do(c, n*c/cores, n*(c+1)/cores) })
	}
	group.Wait()
}
