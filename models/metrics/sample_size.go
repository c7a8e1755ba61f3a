package metrics

import (
	"fmt"
	"math"
)

// SampleSize is what sample a model of some strength and number of parameters asks for, by the criteria of Riley et al. (Statistics in
// Medicine 38, 2019, 1276–1296; BMJ 368, 2020, m441, box 1 and figures 2 to 4). Counts are leads; 0 where no sample is enough, because the
// fields tell nothing.
type SampleSize struct {
	ForShrinkage int64 `json:"for_shrinkage"` // effects are overstated by a tenth at most: shrinkage 0.9
	ForOptimism  int64 `json:"for_optimism"`  // Nagelkerke's R² of the fit is at most 0.05 above the true one
	ForLevel     int64 `json:"for_level"`     // the overall win rate is known to ± 0.05, 95 %
	Leads        int64 `json:"leads"`         // the largest of the three
	Rarer        int64 `json:"rarer"`         // of those, with the rarer outcome: won, if fewer are won than lost
}

// The criteria's usual bounds, those of R's package pmsampsize.
const (
	wantedShrinkage = 0.9
	mostOptimism    = 0.05
	levelPrecision  = 0.05
	normal95Rounded = 1.96 // as pmsampsize has it, so that the counts are the same
)

// NeededSample gives the sample for a model with a number of parameters (> 0), an expected Cox–Snell R² of r2 out of sample, and a win rate in
// (0, 1). With r2 ≤ 0 only the level's count has an answer; the others, and Leads, are 0. An r2 that a win rate cannot give is an
// [ErrInput].
func NeededSample(parameters, r2, rate float64) (SampleSize, error) {
	if !(parameters > 0) || math.IsInf(parameters, 0) || !(rate > 0 && rate < 1) || math.IsNaN(r2) {
		return SampleSize{}, fmt.Errorf("%w: a sample size for %v parameters, R² %v and win rate %v", ErrInput, parameters, r2, rate)
	}
	s := SampleSize{ForLevel: count(math.Pow(normal95Rounded/levelPrecision, 2) * rate * (1 - rate))}
	if r2 <= 0 {
		return s, nil
	}
	most := mostCoxSnell(rate)
	if r2 >= most {
		return SampleSize{}, fmt.Errorf("%w: a Cox–Snell R² of %v, and a win rate of %v allows at most %v", ErrInput, r2, rate, most)
	}
	needed := func(shrinkage float64) int64 {
		return count(parameters / ((shrinkage - 1) * math.Log1p(-r2/shrinkage)))
	}
	s.ForShrinkage = needed(wantedShrinkage)
	s.ForOptimism = needed(r2 / (r2 + mostOptimism*most))
	s.Leads = max(s.ForShrinkage, s.ForOptimism, s.ForLevel)
	s.Rarer = count(float64(s.Leads) * min(rate, 1-rate))
	return s, nil
}

// mostCoxSnell is the Cox–Snell R² of perfect predictions at a win rate.
func mostCoxSnell(rate float64) float64 {
	return 1 - math.Exp(2*(rate*math.Log(rate)+(1-rate)*math.Log(1-rate)))
}

// mostCount keeps a count that no data reach within the integers.
const mostCount = 1e15

func count(x float64) int64 { return int64(math.Ceil(min(x, mostCount))) }

// Strength is how much of the outcome a fit explains on the leads that it was fitted to, and what is left of it after its optimism is taken off.
type Strength struct {
	CoxSnell float64 `json:"cox_snell_r2"` // on the fitted leads
	// Shrinkage is the share of it that is expected on new leads: 1 − parameters/χ², χ² twice the gain in log-likelihood over the
	// win rate alone (van Houwelingen & le Cessie, Statistics in Medicine 9, 1990; Riley et al. 2019, equation 8); at least 0.
	Shrinkage float64 `json:"shrinkage"`
	Adjusted  float64 `json:"adjusted_cox_snell_r2"` // CoxSnell · Shrinkage
}

// StrengthOf measures the predictions of the leads that were fitted to. One class is [ErrOneClass].
func StrengthOf(predictions, wins []float64, parameters float64) (Strength, error) {
	loss, err := LogLoss(predictions, wins)
	if err != nil {
		return Strength{}, err
	}
	n, rate := float64(len(wins)), mean(wins)
	if rate == 0 || rate == 1 {
		return Strength{}, ErrOneClass
	}
	chi := 2 * n * (-rate*math.Log(rate) - (1-rate)*math.Log(1-rate) - loss)
	s := Strength{CoxSnell: 1 - math.Exp(-chi/n)}
	if chi > parameters {
		s.Shrinkage = 1 - parameters/chi
	}
	s.Adjusted = s.CoxSnell * s.Shrinkage
	return s, nil
}
