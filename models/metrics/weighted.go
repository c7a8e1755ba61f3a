package metrics

import (
	"fmt"
	"math"
)

// WeightedAUC is the AUC with a weight a lead: the chance that a won lead, drawn by weight, scores above a lost one, ties
// counted half. weights are finite and ≥ 0; nil for 1 each.
func WeightedAUC(scores, wins, weights []float64) (float64, error) {
	if err := checkPairs(scores, wins); err != nil {
		return 0, err
	}
	if err := checkWeights(weights, len(scores)); err != nil {
		return 0, err
	}
	below, won, sum := 0.0, 0.0, 0.0 // below: weight of the lost leads with a lower score
	for _, tied := range ties(RisingOrder(scores), scores) {
		tiedWon, tiedLost := 0.0, 0.0
		for _, i := range tied {
			w := weightAt(weights, i)
			tiedWon += w * wins[i]
			tiedLost += w * (1 - wins[i])
		}
		sum += tiedWon * (below + tiedLost/2)
		below += tiedLost
		won += tiedWon
	}
	if won == 0 || below == 0 {
		return 0, fmt.Errorf("%w: weight %v won and %v lost", ErrOneClass, won, below)
	}
	return sum / (won * below), nil
}

// WeightedLogLoss is [LogLoss] with a weight a lead, in nats per unit of weight.
func WeightedLogLoss(predictions, wins, weights []float64) (float64, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return 0, err
	}
	if err := checkWeights(weights, len(wins)); err != nil {
		return 0, err
	}
	sum, total := 0.0, 0.0
	for i, p := range predictions {
		if wins[i] == 0 {
			p = 1 - p
		}
		w := weightAt(weights, i)
		sum -= w * math.Log(math.Max(p, leastProbability))
		total += w
	}
	return sum / total, nil
}

// Wilson is the 95 % score interval of a share of wins among n leads: inside [0, 1], and wide, not empty, for small n
// (Wilson, JASA 22, 1927, 209–212). Counts may be sums of weights. Without leads it is [0, 1] around 0. Wins below 0 or above n
// are [ErrInput].
func Wilson(won, n float64) (Estimate, error) {
	if !(won >= 0 && won <= n) || math.IsInf(n, 1) {
		return Estimate{}, fmt.Errorf("%w: %v wins of %v leads", ErrInput, won, n)
	}
	if n == 0 {
		return Estimate{High: 1}, nil
	}
	p := won / n
	e := Estimate{Value: p, StandardError: math.Sqrt(p * (1 - p) / n)}
	e.Low, e.High = wilson(won, n, z95)
	return e, nil
}

// wilson gives the score interval's bounds at a point z of the standard normal; 0 ≤ won ≤ n, n > 0.
func wilson(won, n, z float64) (low, high float64) {
	p, square := won/n, z*z
	center := (p + square/(2*n)) / (1 + square/n)
	width := z / (1 + square/n) * math.Sqrt(p*(1-p)/n+square/(4*n*n))
	low, high = max(center-width, 0), min(center+width, 1)
	if won == 0 {
		low = 0 // exactly; rounding aside it is
	}
	if won == n {
		high = 1
	}
	return low, high
}

// checkWeights checks weights against the number of leads: finite, ≥ 0, not all 0. nil is fine.
func checkWeights(weights []float64, n int) error {
	if weights == nil {
		return nil
	}
	if len(weights) != n {
		return fmt.Errorf("%w: %d weights for %d leads", ErrInput, len(weights), n)
	}
	total := 0.0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("%w: weight %d is %v", ErrInput, i, w)
		}
		total += w
	}
	if total == 0 {
		return fmt.Errorf("%w: every weight is 0", ErrEmpty)
	}
	return nil
}

func weightAt(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
