package fit

import (
	"math"
	"testing"
)

// Without data the mean spread is the prior's, 1/θ (less what lies beyond the grid); with plenty it is what the coefficients show; and data that say that there is
// hardly an effect leave a small one open, the smaller, the more they are.
func TestMeanSpread(t *testing.T) {
	const caution, levels = 2.3, 12
	p := &penalty{spread: 1, caution: caution}
	of := func(information, size float64) float64 {
		alpha, pull := make([]float64, levels), make([]float64, levels)
		for i := range alpha {
			sign := float64(1 - 2*(i%2))
			alpha[i], pull[i] = information, information*size*sign
		}
		return p.integrate(alpha, pull)
	}
	tail := math.Exp(-caution * widestSpread)
	prior := (1/caution - tail*(widestSpread+1/caution)) / (1 - tail)
	if got := of(0, 0); math.Abs(got-prior) > 0.01 {
		t.Errorf("without data: %v, want the prior's %v", got, prior)
	}
	if got := of(1e4, 0.8); math.Abs(got-0.8) > 0.2 {
		t.Errorf("levels of ±0.8, well known: %v", got)
	}
	last := prior
	for _, information := range []float64{1, 10, 100, 1000, 10000} {
		got := of(information, 0)
		if !(got < last) || got < 0.1/math.Sqrt(information) {
			t.Errorf("no effect, information %v: %v, before %v", information, got, last)
		}
		last = got
	}
}

// A term that smoothing has emptied keeps an uncertainty, in proportion to what few leads leave open; with many leads hardly any.
func TestEmptyTermsAreNotCertain(t *testing.T) {
	const empty = 4 // tells nothing
	last := math.Inf(1)
	for _, leads := range []int{200, 2000, 20000} {
		d, _ := noisy(leads, 5)
		plain, _ := mustFit(t, d, Config{})
		careful, _ := mustFit(t, d, Config{Caution: 2.3})
		was, is := plain.TermStandardErrors(empty)[1], careful.TermStandardErrors(empty)[1]
		t.Logf("%d leads: standard error of a level %.4f, with the spread's own uncertainty %.4f", leads, was, is)
		if !(is > was) || !(is < last) {
			t.Errorf("%d leads: standard error %v, without it %v, with fewer leads %v", leads, is, was, last)
		}
		last = is
	}
}
