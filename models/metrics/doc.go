// Package metrics computes what a validation report and a server both say about scores and outcomes.
//
// Scores rank leads (any finite numbers; higher = more likely to win); probabilities lie in [0,1]; outcomes are
// won or lost; weights, where taken, are finite and ≥ 0, and nil means 1 each. Everything costs O(n log n) or less, changes none of its
// arguments and gives the same bits for the same input. Data without an answer (one class, no rows, a NaN) is an error,
// never a NaN.
//
// Start at [AUC] and [CompareAUC] for ranking, [LogLoss], [Brier] and [Calibrate] for probabilities,
// [Deciles] for the team's view, [NewReference] for percentiles.
package metrics

import (
	"errors"
	"fmt"
	"math"
)

var (
	// ErrEmpty is returned for no rows, or for no weight.
	ErrEmpty = errors.New("no scores to measure")
	// ErrOneClass is returned where wins and losses are both needed and only one is there.
	ErrOneClass = errors.New("all outcomes are the same: ranking needs wins and losses")
	// ErrValue is returned for a score, probability, outcome or weight out of its range; the message names the row.
	ErrValue = errors.New("value out of range")
	// ErrLength is returned for lists of different lengths.
	ErrLength = errors.New("lists of different lengths")
)

// checkScores tests that scores are finite.
func checkScores(scores []float64) error {
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return fmt.Errorf("%w: row %d: score %v is not finite", ErrValue, i, s)
		}
	}
	return nil
}

// checkProbabilities tests that all lie in [0,1].
func checkProbabilities(probabilities []float64) error {
	for i, p := range probabilities {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("%w: row %d: probability %v is not in [0,1]", ErrValue, i, p)
		}
	}
	return nil
}

// checkWeights tests lengths and weights, and returns the total weight.
func checkWeights(n, outcomes int, weights []float64) (float64, error) {
	if n != outcomes || (weights != nil && len(weights) != n) {
		return 0, fmt.Errorf("%w: %d scores, %d outcomes, %d weights", ErrLength, n, outcomes, len(weights))
	}
	if n == 0 {
		return 0, ErrEmpty
	}
	if weights == nil {
		return float64(n), nil
	}
	total := 0.0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return 0, fmt.Errorf("%w: row %d: weight %v is not a finite number ≥ 0", ErrValue, i, w)
		}
		total += w
	}
	if total == 0 {
		return 0, ErrEmpty
	}
	return total, nil
}

// weightAt is the weight of row i.
func weightAt(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

// order lists the rows by rising score, ties by position.
func order(scores []float64) []int {
	rows := make([]int, len(scores))
	for i := range rows {
		rows[i] = i
	}
	sortByScore(rows, scores)
	return rows
}
