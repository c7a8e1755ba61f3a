package metrics

import (
	"fmt"
	"math"
)

// BrierSkill is 1 − Brier score / Brier score of the leads' own base rate: the share of the squared error that the predictions
// take away. 1 is perfect, 0 is no better than the base rate, below 0 worse.
func BrierSkill(predictions, wins []float64) (float64, error) {
	brier, err := Brier(predictions, wins)
	if err != nil {
		return 0, err
	}
	rate := float64(countWins(wins)) / float64(len(wins))
	if rate == 0 || rate == 1 {
		return 0, fmt.Errorf("%w: the base rate makes no error to take away", ErrOneClass)
	}
	return 1 - brier/(rate*(1-rate)), nil
}

// NagelkerkeR2 is the explained variation by likelihood, scaled so that 1 is perfect (Nagelkerke, Biometrika 78, 1991, 691–692).
// It judges the predictions as they are, against the leads' own base rate: 0 is no better than that, below 0 worse.
func NagelkerkeR2(predictions, wins []float64) (float64, error) {
	loss, err := LogLoss(predictions, wins)
	if err != nil {
		return 0, err
	}
	rate := float64(countWins(wins)) / float64(len(wins))
	if rate == 0 || rate == 1 {
		return 0, fmt.Errorf("%w: the base rate leaves nothing to explain", ErrOneClass)
	}
	base := -rate*math.Log(rate) - (1-rate)*math.Log1p(-rate)
	return math.Expm1(2*(loss-base)) / math.Expm1(-2*base), nil
}

// ExpectedOverObserved is the ratio of expected to observed wins, with its 95 % interval: 1 is right, above 1 too much was
// promised. The standard error is that of the ratio's logarithm, √((1−rate)/wins) (Debray et al., BMJ 356, 2017, i6460).
func ExpectedOverObserved(predictions, wins []float64) (Estimate, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return Estimate{}, err
	}
	expected := 0.0
	for _, p := range predictions {
		expected += p
	}
	return RatioOfCounts(expected, float64(countWins(wins)), float64(len(wins)))
}

// RatioOfCounts is [ExpectedOverObserved] of so many expected and observed wins among leads, above 0.
func RatioOfCounts(expected, observed, leads float64) (Estimate, error) {
	if observed == 0 {
		return Estimate{}, fmt.Errorf("%w: no lead is won", ErrOneClass)
	}
	ratio := expected / observed
	lost := max(leads-observed, 0.5) // half a lead where all are won, or the interval would have no width
	logError := math.Sqrt(lost / leads / observed)
	return Estimate{Value: ratio, StandardError: logError,
		Low: ratio * math.Exp(-z95*logError), High: ratio * math.Exp(z95*logError)}, nil
}
