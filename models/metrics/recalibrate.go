package metrics

import (
	"errors"
	"fmt"
	"math"
)

// Shift moves predictions: new log-odds = Intercept + Slope · log-odds. {0, 1} changes nothing.
type Shift struct {
	Intercept float64 `json:"intercept"` // log-odds
	Slope     float64 `json:"slope"`
	// Center is the log-odds at which the moved line is surest; there its standard error is InterceptError, and
	// η away from it √(InterceptError² + (η−Center)²·SlopeError²). SlopeError is 0 where only the intercept moved.
	Center         float64 `json:"center"`
	InterceptError float64 `json:"intercept_error"`
	SlopeError     float64 `json:"slope_error"`
	// Shrinkage, in [0, 1], is the share of the estimated move that is made.
	Shrinkage float64 `json:"shrinkage"`
}

// ErrBackwards says that leads with a higher prediction win less often.
var ErrBackwards = errors.New("the predictions rank the leads backwards")

// Recalibrate fits Cox's logistic recalibration (Cox, Biometrika 45, 1958) to log-odds and outcomes, and shrinks it towards no
// change. Both move where the 95 % interval of the slope lies above 0 and does not hold 1; else only the intercept does: a slope that holds 1 needs no move, and one that
// holds 0 says that these leads do not show the predictions to rank at all, where a slope would only rub out the ranking. The share of
// the move that is made is max(0, (χ²−d)/χ²), where χ² is twice the gain in log-likelihood and d the number of figures
// moved (van Houwelingen & le Cessie, Statistics in Medicine 9, 1990; for updating a model: Steyerberg et al.,
// Statistics in Medicine 23, 2004). A move that is no larger than chance makes is thus no move.
//
// A lead counts as many times as its weight says; nil: each once.
//
// [ErrBackwards] is for a slope whose interval lies below 0. The standard errors are those of the move before it is shrunk: the honest side. [ErrOneClass] and
// [ErrNotConverged] are for data without an answer.
func Recalibrate(logOdds, wins, weights []float64) (Shift, error) {
	if err := checkPairs(logOdds, wins); err != nil {
		return Shift{}, err
	}
	if err := checkWeights(weights, len(wins)); err != nil {
		return Shift{}, err
	}
	if won := countWins(wins); won == 0 || won == len(wins) {
		return Shift{}, fmt.Errorf("%w: %d won of %d leads", ErrOneClass, won, len(wins))
	}
	unmoved, _, _ := fittedLine{}.derivatives(nil, logOdds, wins, weights)
	line, moved, err := chooseLine(logOdds, wins, weights)
	if err != nil {
		return Shift{}, err
	}
	loss, _, _ := line.derivatives(logOdds, nil, wins, weights)
	chi := 2 * (unmoved - loss)
	s := Shift{Slope: 1}
	if chi > moved {
		s.Shrinkage = (chi - moved) / chi
		s.Intercept = s.Shrinkage * line.intercept
		s.Slope = 1 + s.Shrinkage*(line.slope-1)
	}
	s.setErrors(line, logOdds, wins, weights, moved > 1)
	return s, nil
}

// chooseLine fits the intercept alone, or the slope as well where its interval does not hold 1.
func chooseLine(logOdds, wins, weights []float64) (line fittedLine, moved float64, err error) {
	if spread(logOdds) > 0 {
		if line, err = fitLine(logOdds, nil, wins, weights); err != nil {
			return line, 0, err
		}
		if slope := normalEstimate(line.slope, line.slopeError); slope.High < 0 {
			return line, 0, fmt.Errorf("%w: slope %.3f [%.3f, %.3f]", ErrBackwards, slope.Value, slope.Low, slope.High)
		} else if slope.Low > 1 || slope.Low > 0 && slope.High < 1 {
			return line, 2, nil
		}
	}
	line, err = fitLine(nil, logOdds, wins, weights)
	line.slope = 1
	return line, 1, err
}

// setErrors measures the line's certainty about the point where intercept and slope do not depend on each other.
func (s *Shift) setErrors(line fittedLine, logOdds, wins, weights []float64, withSlope bool) {
	_, _, info := line.derivatives(logOdds, nil, wins, weights)
	s.Center = info[1] / info[0]
	s.InterceptError = 1 / math.Sqrt(info[0])
	if withSlope {
		s.SlopeError = 1 / math.Sqrt(info[2]-info[1]*s.Center)
	}
}

// LogOdds moves log-odds.
func (s *Shift) LogOdds(logOdds float64) float64 { return s.Intercept + s.Slope*logOdds }

// Validate checks a shift that was read from a file: finite figures, slope above 0, errors not below 0, shrinkage a share.
func (s *Shift) Validate() error {
	for _, figure := range []float64{s.Intercept, s.Slope, s.Center, s.InterceptError, s.SlopeError} {
		if math.IsNaN(figure) || math.IsInf(figure, 0) {
			return fmt.Errorf("%w: recalibration holds %v", ErrInput, figure)
		}
	}
	if !(s.Slope > 0) || s.InterceptError < 0 || s.SlopeError < 0 || !(s.Shrinkage >= 0 && s.Shrinkage <= 1) {
		return fmt.Errorf("%w: recalibration with slope %v, errors %v and %v, shrinkage %v", ErrInput, s.Slope, s.InterceptError, s.SlopeError, s.Shrinkage)
	}
	return nil
}
