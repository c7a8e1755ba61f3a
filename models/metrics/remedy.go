package metrics

import (
	"errors"
	"math"
)

// RemedyMethod is how predictions are mended.
type RemedyMethod string

const (
	RemedyNone     RemedyMethod = "none"
	RemedySlope    RemedyMethod = "slope"
	RemedyIsotonic RemedyMethod = "isotonic"
)

// Remedy is the simplest mending of predictions whose spread is shown to be wrong.
type Remedy struct {
	Method RemedyMethod `json:"method"`
	// Slope of Cox's recalibration line on these leads, before the remedy; its 95 % interval decides.
	Slope Estimate `json:"slope_before"`
	Shift Shift    `json:"shift"`           // of RemedySlope, see [Recalibrate]; else {0, 1}
	Curve *Curve   `json:"curve,omitempty"` // of RemedyIsotonic
	// Gain is the log loss, in nats a lead, that the remedy takes away on leads that it was not measured on, five folds of these leads, beside a move of
	// their level alone.
	Gain float64 `json:"gain"`
	// Parts are the slopes of four successive parts of these leads, where the slope of all of them asks for a remedy and each part has enough outcomes.
	// If their mean may well be 1, nothing is moved.
	Parts []float64 `json:"slopes_of_parts,omitempty"`
}

// enoughForCurve is the least number of won and of lost leads for an isotonic curve: with fewer a line is the better remedy (Niculescu-Mizil &
// Caruana, ICML 2005, 625–632: about a thousand).
const enoughForCurve = 1000

// LeastNear and MostNear bound slopes that are a quarter off at the most. The gate asks for such a one, and a slope within them is left alone even where plenty of leads show that it is not 1: the slopes of successive parts of one history
// differ by as much, so that a move by one of them may as well harm.
const LeastNear, MostNear = 0.8, 1.25

// LittleSlope is the slope below which more than half of what sets leads apart would be taken away. A model that is surely so far off ahead of its time is
// not mended by a number: the next such number may be another.
const LittleSlope = 0.5

// ChooseRemedy chooses on leads that the predictions were not fitted to, in the order of time. There is no remedy where the interval of the slope holds 1, where
// the slope lies within 0.8 to 1.25, nor where its interval does not lie above 0: then these leads do not show that the predictions rank them, and a slope would only rub the ranking out, nor where it surely lies below [LittleSlope], nor where successive parts of them do not agree on it ([Remedy.Parts]). Else the log-odds
// are multiplied by a slope, or, where won and lost leads are a thousand each at least, mapped by a curve, if that has a log loss below the line's
// on leads that it was not measured on by more than 1.645 standard errors. [ErrOneClass] and [ErrNotConverged] are for data without an
// answer.
func ChooseRemedy(logOdds, wins []float64) (Remedy, error) {
	r := Remedy{Method: RemedyNone, Shift: Shift{Slope: 1}}
	if err := checkPairs(logOdds, wins); err != nil {
		return r, err
	}
	won := countWins(wins)
	if won == 0 || won == len(wins) {
		return r, ErrOneClass
	}
	if spread(logOdds) == 0 {
		return r, nil
	}
	line, err := fitLine(logOdds, nil, wins, nil)
	if err != nil {
		return r, err
	}
	r.Slope = normalEstimate(line.slope, line.slopeError)
	if r.Slope.Low <= 0 || r.Slope.High < LittleSlope || r.Slope.Low <= 1 && r.Slope.High >= 1 || r.Slope.Value >= LeastNear && r.Slope.Value <= MostNear {
		return r, nil
	}
	if r.Parts = slopesOfParts(logOdds, wins); !agree(r.Parts) {
		return r, nil
	}
	if r.Shift, err = Recalibrate(logOdds, wins, nil); err != nil {
		return r, err
	}
	r.Method = RemedySlope
	byLine, err := outOfFold(logOdds, wins, lineMap)
	if err != nil {
		return r, err
	}
	unmended, err := outOfFold(logOdds, wins, levelMap)
	if err != nil {
		return r, err
	}
	r.Gain = mean(unmended) - mean(byLine)
	if min(won, len(wins)-won) < enoughForCurve {
		return r, nil
	}
	byCurve, err := outOfFold(logOdds, wins, curveMap)
	if errors.Is(err, errNoCurve) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if !surelyLess(byCurve, byLine) {
		return r, nil
	}
	if r.Curve, err = FitCurve(logOdds, wins); err != nil || r.Curve == nil {
		return r, err
	}
	r.Method, r.Shift, r.Gain = RemedyIsotonic, Shift{Slope: 1}, mean(unmended)-mean(byCurve)
	return r, nil
}

var errNoCurve = errors.New("too few leads for a curve")

func levelMap(logOdds, wins []float64) (func(float64) float64, error) {
	level, err := Level(logOdds, wins, nil)
	return func(eta float64) float64 { return eta + level }, err
}

func lineMap(logOdds, wins []float64) (func(float64) float64, error) {
	shift, err := Recalibrate(logOdds, wins, nil)
	return shift.LogOdds, err
}

func curveMap(logOdds, wins []float64) (func(float64) float64, error) {
	curve, err := FitCurve(logOdds, wins)
	if err != nil {
		return nil, err
	}
	if curve == nil {
		return nil, errNoCurve
	}
	return curve.At, nil
}

const remedyFolds = 5

// outOfFold gives each lead's loss under a map measured on the other folds; lead i is in fold i mod 5.
func outOfFold(logOdds, wins []float64, fit func(logOdds, wins []float64) (func(float64) float64, error)) ([]float64, error) {
	losses := make([]float64, len(wins))
	for fold := range remedyFolds {
		var x, y []float64
		for i := range wins {
			if i%remedyFolds != fold {
				x, y = append(x, logOdds[i]), append(y, wins[i])
			}
		}
		mapped, err := fit(x, y)
		if err != nil {
			return nil, err
		}
		for i := fold; i < len(wins); i += remedyFolds {
			eta := mapped(logOdds[i])
			losses[i] = softplus(eta) - wins[i]*eta
		}
	}
	return losses, nil
}

// surelyLess says that the first losses are less than the second on average, by more than 1.645 standard errors.
func surelyLess(a, b []float64) bool {
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = b[i] - a[i]
	}
	return mean(differences) > 1.6448536269514722*spread(differences)/math.Sqrt(float64(len(a)))
}

// Level gives what must be added to log-odds so that as many wins are expected as there are. weights are finite and ≥ 0; nil for 1 each. Newton's
// method on a convex function of one unknown.
func Level(logOdds, wins, weights []float64) (float64, error) {
	if err := checkPairs(logOdds, wins); err != nil {
		return 0, err
	}
	if err := checkWeights(weights, len(wins)); err != nil {
		return 0, err
	}
	added := 0.0
	for range mostSteps {
		surplus, slope := 0.0, 0.0
		for i, eta := range logOdds {
			w, p := weightAt(weights, i), 1/(1+math.Exp(-(eta+added)))
			surplus += w * (p - wins[i])
			slope += w * p * (1 - p)
		}
		if !(slope > 0) {
			return 0, ErrNotConverged
		}
		step := max(min(surplus/slope, 2), -2) // a full step overshoots where all probabilities are extreme
		if added -= step; math.Abs(step) < stepIsSmall {
			return added, nil
		}
	}
	return 0, ErrNotConverged
}
