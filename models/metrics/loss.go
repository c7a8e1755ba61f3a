package metrics

import "math"

// leastProbability keeps a prediction of exactly 0 or 1 from costing infinitely much: the loss is capped at about 36
// nats. It is the spacing of float64 at 1.
const leastProbability = 2.220446049250313e-16

// LogLoss is the mean of −log of the probability given to what happened, in nats a lead. Smaller is better; the base rate
// q alone reaches −q·log q − (1−q)·log(1−q).
func LogLoss(predictions, wins []float64) (float64, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, p := range predictions {
		if wins[i] == 0 {
			p = 1 - p
		}
		sum -= math.Log(math.Max(p, leastProbability))
	}
	return sum / float64(len(wins)), nil
}

// Brier is the mean squared difference between prediction and outcome, 0 to 1 (Brier, Monthly Weather Review 78, 1950).
func Brier(predictions, wins []float64) (float64, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, p := range predictions {
		sum += (p - wins[i]) * (p - wins[i])
	}
	return sum / float64(len(wins)), nil
}
