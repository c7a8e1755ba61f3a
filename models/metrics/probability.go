package metrics

import (
	"fmt"
	"math"
)

// LogLoss is the mean of −log of the probability given to what happened, in nats per lead, by weight. A
// probability of 0 given to what happened makes it +Inf, which is an [ErrValue] that names the row. One class is fine. Other errors: [ErrEmpty],
// [ErrLength].
func LogLoss(probabilities []float64, won []bool, weights []float64) (float64, error) {
	total, err := checkWeights(len(probabilities), len(won), weights)
	if err != nil {
		return 0, err
	}
	if err := checkProbabilities(probabilities); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, p := range probabilities {
		w := weightAt(weights, i)
		if w == 0 {
			continue
		}
		loss := -math.Log1p(-p)
		if won[i] {
			loss = -math.Log(p)
		}
		if math.IsInf(loss, 1) {
			return 0, fmt.Errorf("%w: row %d: probability %v for an outcome that happened otherwise", ErrValue, i, p)
		}
		sum += w * loss
	}
	return sum / total, nil
}

// Brier is the mean squared difference between probability and outcome, in [0,1], by weight. One class is fine. Errors:
// [ErrEmpty], [ErrValue], [ErrLength].
func Brier(probabilities []float64, won []bool, weights []float64) (float64, error) {
	total, err := checkWeights(len(probabilities), len(won), weights)
	if err != nil {
		return 0, err
	}
	if err := checkProbabilities(probabilities); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, p := range probabilities {
		d := p
		if won[i] {
			d = 1 - p
		}
		sum += weightAt(weights, i) * d * d
	}
	return sum / total, nil
}

// Wilson is the score interval of a share of wins among n leads at the given normal quantile (1.96 for 95 %): it stays in [0,1] and
// is wide, not empty, for n small (Wilson, JASA 22, 1927, 209–212). Counts may be sums of weights. Without leads it is [0,1].
// It returns [ErrValue] for wins below 0 or above n, or a quantile that is not positive.
func Wilson(wins, n, quantile float64) (low, high float64, err error) {
	if !(wins >= 0 && wins <= n) || math.IsInf(n, 1) || !(quantile > 0) || math.IsInf(quantile, 1) {
		return 0, 0, fmt.Errorf("%w: %v wins of %v leads at quantile %v", ErrValue, wins, n, quantile)
	}
	if n == 0 {
		return 0, 1, nil
	}
	p, z2 := wins/n, quantile*quantile
	centre := (p + z2/(2*n)) / (1 + z2/n)
	width := quantile / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	low, high = max(centre-width, 0), min(centre+width, 1)
	if wins == 0 {
		low = 0
	}
	if wins == n {
		high = 1
	}
	return low, high, nil
}
