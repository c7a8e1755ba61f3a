package metrics

import (
	"errors"
	"math"
	"testing"
)

// The counts of pmsampsize 0.1.0 for Python 3.12.1 (type="b"), which has those of the R package; the first row is the published example (Riley et
// al., BMJ 368, 2020, m441).
func TestNeededSample(t *testing.T) {
	for _, c := range []struct {
		r2, parameters, rate                float64
		shrinkage, optimism, level, n, wins int64
	}{
		{0.288, 24, 0.174, 623, 662, 221, 662, 116},
		{0.2, 15, 0.5, 597, 351, 385, 597, 299},
		{0.05, 40, 0.1, 6999, 1611, 139, 6999, 700},
		{0.02, 8, 0.04, 3560, 552, 60, 3560, 143},
		{0.3, 12, 0.385, 296, 268, 364, 364, 141},
		{0.1, 10, 0.9, 850, 392, 139, 850, 85},
	} {
		want := SampleSize{ForShrinkage: c.shrinkage, ForOptimism: c.optimism, ForLevel: c.level, Leads: c.n, Rarer: c.wins}
		if got, err := NeededSample(c.parameters, c.r2, c.rate); err != nil || got != want {
			t.Errorf("R² %v, %v parameters, rate %v: %+v, %v; want %+v", c.r2, c.parameters, c.rate, got, err, want)
		}
	}
	if got, err := NeededSample(5, 0, 0.2); err != nil || got.Leads != 0 || got.ForLevel != 246 {
		t.Errorf("fields that tell nothing: %+v, %v; want only the level's count", got, err)
	}
	for name, c := range map[string][3]float64{"no parameters": {0, .1, .2}, "one class": {5, .1, 1}, "no number": {5, math.NaN(), .2}, "more than perfect": {5, .7, .174}} {
		if _, err := NeededSample(c[0], c[1], c[2]); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, want an input error", name, err)
		}
	}
}

// Perfect knowledge of a half and a half: 100 leads, two groups won at 0.8 and 0.2. χ² is 2·100·(log 2 − H(0.2)).
func TestStrengthOf(t *testing.T) {
	var predictions, wins []float64
	for i := range 100 {
		p := 0.8
		if i >= 50 {
			p = 0.2
		}
		win := 0.0
		if i < 40 || i >= 90 {
			win = 1
		}
		predictions, wins = append(predictions, p), append(wins, win)
	}
	chi := 200 * (math.Ln2 + 0.2*math.Log(0.2) + 0.8*math.Log(0.8))
	got, err := StrengthOf(predictions, wins, 2)
	if want := (Strength{1 - math.Exp(-chi/100), 1 - 2/chi, (1 - math.Exp(-chi/100)) * (1 - 2/chi)}); err != nil ||
		math.Abs(got.CoxSnell-want.CoxSnell)+math.Abs(got.Shrinkage-want.Shrinkage)+math.Abs(got.Adjusted-want.Adjusted) > 1e-12 {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if got, _ := StrengthOf(predictions, wins, 1000); got.Shrinkage != 0 || got.Adjusted != 0 {
		t.Errorf("more parameters than gain: %+v, want nothing left", got)
	}
	if _, err := StrengthOf(predictions[:40], wins[:40], 2); !errors.Is(err, ErrOneClass) {
		t.Errorf("won leads only: %v", err)
	}
}
