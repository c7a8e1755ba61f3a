package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// At t = 3.18 for four parts, a mean is other than 1 where it is further away than 1.59 standard deviations of the parts.
func TestAgree(t *testing.T) {
	for name, c := range map[string]struct {
		slopes []float64
		want   bool
	}{
		"no parts":             {nil, true},
		"all half":             {[]float64{0.5, 0.55, 0.45, 0.5}, true},
		"all timid":            {[]float64{1.5, 1.6, 1.4, 1.55}, true},
		"on both sides":        {[]float64{2.05, 1.14, 1.63, 1.31}, false},
		"one that has not yet": {[]float64{1.38, 0.65, 0.51, 0.36}, false},
		"about 1":              {[]float64{0.9, 1.1, 1.05, 0.95}, false},
	} {
		if got := agree(c.slopes); got != c.want {
			t.Errorf("%s: agree(%v) = %v, want %v", name, c.slopes, got, c.want)
		}
	}
}

// Leads whose predictions are too far apart in one half and right in the other are off on the whole, and nothing is moved; nor where a slope would take more than
// half away.
func TestChooseRemedyWantsPartsToAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	made := func(slopeOf func(i int) float64) (logOdds, wins []float64) {
		for i := range 4000 {
			eta := 2 * random.NormFloat64()
			logOdds = append(logOdds, eta)
			won := 0.0
			if random.Float64() < 1/(1+math.Exp(-slopeOf(i)*eta)) {
				won = 1
			}
			wins = append(wins, won)
		}
		return logOdds, wins
	}
	for name, c := range map[string]struct {
		slope func(i int) float64
		want  RemedyMethod
		parts int
	}{
		"the same throughout": {func(int) float64 { return 0.6 }, RemedySlope, partsOfSlope},
		"only in one part":    {func(i int) float64 { return []float64{1.2, 1.1, 0.9, 0.1}[i/1000] }, RemedyNone, partsOfSlope},
		"hardly a ranking":    {func(int) float64 { return 0.25 }, RemedyNone, 0},
	} {
		r, err := ChooseRemedy(made(c.slope))
		if err != nil || r.Method != c.want || len(r.Parts) != c.parts {
			t.Errorf("%s: %+v, %v; want %s and %d parts", name, r, err, c.want, c.parts)
		}
	}
}
