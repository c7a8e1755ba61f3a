package fit

import (
	"fmt"

	"leadscore/models/logistic"
)

// StandardError says how closely the model keeps its covariance.
type StandardError struct {
	// Tolerance is the largest relative error of a lead's standard error over the training leads; 0: 0.01.
	Tolerance float64
	// MaxRank bounds the factor and so the cost of a score, 1 … logistic.MaxRank; 0: 64. Where it is reached first, the
	// error met is in the model's Variance.WorstError.
	MaxRank int
}

func (s *StandardError) check() error {
	if !(s.Tolerance >= 0) || s.MaxRank < 0 || s.MaxRank > logistic.MaxRank {
		return fmt.Errorf("standard error: tolerance %v and rank %d, want 0 or more, and at most rank %d",
			s.Tolerance, s.MaxRank, logistic.MaxRank)
	}
	return nil
}

// variance is the factor of V that the model keeps.
func (f *fitter) variance(rows *square, limits StandardError) logistic.Variance {
	cells := 0
	for _, t := range f.terms {
		cells += t.cells
	}
	return logistic.Variance{Diagonal: make(logistic.Floats, cells), Intercept: logistic.Floats{}, Factor: logistic.Floats{}}
}
