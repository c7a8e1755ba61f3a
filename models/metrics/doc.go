// Package metrics holds the statistics that say how good a score is: of scores and outcomes, for reports and for the
// server alike.
//
// Outcomes are 1 (won) and 0 (not). A score is any number that ranks leads; a prediction is a probability. All functions
// take slices of one length, never change them, and cost O(n log n) or less. Data without an answer (one class only, a
// length mismatch, a value that is no number) are an error, never a NaN.
package metrics

import (
	"errors"
	"fmt"
	"math"
)

// Errors for data without an answer; test with errors.Is.
var (
	ErrOneClass = errors.New("all outcomes are the same")
	ErrTooFew   = errors.New("too few leads of one outcome")
	ErrEmpty    = errors.New("no leads")
	ErrInput    = errors.New("unusable input")
)

// Estimate is a figure with its interval.
type Estimate struct {
	Value         float64 `json:"value"`
	StandardError float64 `json:"standard_error"`
	Low           float64 `json:"low"` // bounds of the interval that the function states
	High          float64 `json:"high"`
}

// z95 is the standard normal's 97.5 % point, for two-sided 95 % intervals.
const z95 = 1.959963984540054

func normalEstimate(value, standardError float64) Estimate {
	return Estimate{value, standardError, value - z95*standardError, value + z95*standardError}
}

// checkPairs checks scores against outcomes: one length, finite numbers, outcomes 0 or 1.
func checkPairs(scores, wins []float64) error {
	if len(scores) != len(wins) {
		return fmt.Errorf("%w: %d scores for %d outcomes", ErrInput, len(scores), len(wins))
	}
	if len(scores) == 0 {
		return ErrEmpty
	}
	for i := range scores {
		if math.IsNaN(scores[i]) || math.IsInf(scores[i], 0) {
			return fmt.Errorf("%w: score %d is %v", ErrInput, i, scores[i])
		}
		if wins[i] != 0 && wins[i] != 1 {
			return fmt.Errorf("%w: outcome %d is %v, not 0 or 1", ErrInput, i, wins[i])
		}
	}
	return nil
}

// checkProbabilities asks besides that every prediction lies in [0, 1].
func checkProbabilities(predictions, wins []float64) error {
	if err := checkPairs(predictions, wins); err != nil {
		return err
	}
	for i, p := range predictions {
		if p < 0 || p > 1 {
			return fmt.Errorf("%w: prediction %d is %v, not a probability", ErrInput, i, p)
		}
	}
	return nil
}

func countWins(wins []float64) (won int) {
	for _, w := range wins {
		if w == 1 {
			won++
		}
	}
	return won
}
