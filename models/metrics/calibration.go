package metrics

import (
	"errors"
	"fmt"
	"math"
)

// ErrSeparated is returned by [Calibrate] where the log-odds tell wins and losses apart without a fault, or are all the
// same: no finite slope is best.
var ErrSeparated = errors.New("no finite calibration slope")

// Calibration is the logistic recalibration of a score: log-odds(win) = Intercept + Slope·η.
// Perfect probabilities have intercept 0 and slope 1; a slope below 1 says that they are too extreme.
type Calibration struct {
	Intercept      float64 `json:"intercept"`
	InterceptError float64 `json:"intercept_standard_error"`
	Slope          float64 `json:"slope"`
	SlopeError     float64 `json:"slope_standard_error"`
	// Large is the calibration in the large: the intercept when the slope is held at 1, in log-odds; above 0 the
	// scores are too low on the whole.
	Large      float64 `json:"in_the_large"`
	LargeError float64 `json:"in_the_large_standard_error"`
	// Observed is the share of wins, Expected the mean probability, both by weight.
	Observed float64 `json:"observed"`
	Expected float64 `json:"expected"`
}

// Calibrate fits the recalibration by maximum likelihood; logOdds are finite. With weights the standard errors are those of
// that many leads. Errors: [ErrEmpty], [ErrOneClass], [ErrSeparated], [ErrValue], [ErrLength]. Source:
// Cox, Biometrika 45, 1958, 562–565.
func Calibrate(logOdds []float64, won []bool, weights []float64) (Calibration, error) {
	total, err := checkWeights(len(logOdds), len(won), weights)
	if err != nil {
		return Calibration{}, err
	}
	if err := checkScores(logOdds); err != nil {
		return Calibration{}, err
	}
	r := recalibration{logOdds: logOdds, won: won, weights: weights}
	wins, expected := 0.0, 0.0
	for i, eta := range logOdds {
		w := weightAt(weights, i)
		expected += w * sigmoid(eta)
		if won[i] {
			wins += w
		}
	}
	if wins == 0 || wins == total {
		return Calibration{}, ErrOneClass
	}
	out := Calibration{Observed: wins / total, Expected: expected / total}
	if out.Large, out.LargeError, err = r.large(out.Observed); err != nil {
		return Calibration{}, err
	}
	if r.separated() {
		return Calibration{}, ErrSeparated
	}
	return out, r.fit(&out)
}

// recalibration is the data of a fit.
type recalibration struct {
	logOdds []float64
	won     []bool
	weights []float64
}

// separated reports whether a cut parts wins and losses, ties at the cut allowed, or all scores are equal.
func (r *recalibration) separated() bool {
	lowWon, highWon := math.Inf(1), math.Inf(-1)
	lowLost, highLost := math.Inf(1), math.Inf(-1)
	for i, eta := range r.logOdds {
		switch {
		case weightAt(r.weights, i) == 0:
		case r.won[i]:
			lowWon, highWon = min(lowWon, eta), max(highWon, eta)
		default:
			lowLost, highLost = min(lowLost, eta), max(highLost, eta)
		}
	}
	return lowWon >= highLost || lowLost >= highWon
}

// sums are the gradient and the Hessian of the log loss in intercept and slope, η being centred and scaled.
type sums struct{ loss, g0, g1, h00, h01, h11 float64 }

func (r *recalibration) sums(intercept, slope, centre, scale float64) sums {
	var s sums
	for i, eta := range r.logOdds {
		x := (eta - centre) / scale
		z := intercept + slope*x
		w := weightAt(r.weights, i)
		p := sigmoid(z)
		d := w * p
		s.loss += w * softplus(z)
		if r.won[i] {
			d = -w * sigmoid(-z)
			s.loss -= w * z
		}
		curvature := w * p * sigmoid(-z)
		s.g0 += d
		s.g1 += d * x
		s.h00 += curvature
		s.h01 += curvature * x
		s.h11 += curvature * x * x
	}
	return s
}

// fit sets intercept and slope by Newton's method with step halving, on centred and scaled log-odds.
func (r *recalibration) fit(out *Calibration) error {
	centre, scale := r.spread()
	intercept, slope := math.Log(out.Observed/(1-out.Observed)), 0.0
	s := r.sums(intercept, slope, centre, scale)
	for range 100 {
		det := s.h00*s.h11 - s.h01*s.h01
		if !(det > 0) {
			return ErrSeparated
		}
		d0, d1 := (s.h11*s.g0-s.h01*s.g1)/det, (s.h00*s.g1-s.h01*s.g0)/det
		size, step, next := 1.0, max(math.Abs(d0), math.Abs(d1)), sums{}
		for range 40 {
			next = r.sums(intercept-size*d0, slope-size*d1, centre, scale)
			if next.loss <= s.loss+1e-12*math.Abs(s.loss) {
				break
			}
			size /= 2
		}
		intercept, slope, s = intercept-size*d0, slope-size*d1, next
		if step < 1e-10*(1+math.Abs(slope)) {
			det = s.h00*s.h11 - s.h01*s.h01
			v00, v01, v11 := s.h11/det, -s.h01/det, s.h00/det
			ratio := centre / scale
			out.Slope, out.SlopeError = slope/scale, math.Sqrt(v11)/scale
			out.Intercept = intercept - slope*ratio
			out.InterceptError = math.Sqrt(max(v00-2*ratio*v01+ratio*ratio*v11, 0))
			return nil
		}
	}
	return fmt.Errorf("%w: Newton's method did not settle", ErrSeparated)
}

// spread is the weighted mean and standard deviation of the log-odds.
func (r *recalibration) spread() (mean, deviation float64) {
	total := 0.0
	for i, eta := range r.logOdds {
		total += weightAt(r.weights, i)
		mean += weightAt(r.weights, i) * eta
	}
	mean /= total
	for i, eta := range r.logOdds {
		deviation += weightAt(r.weights, i) * (eta - mean) * (eta - mean)
	}
	return mean, math.Sqrt(deviation / total)
}

// large solves Σ w (sigmoid(a+η) − y) = 0 for a by bisection and Newton: a always exists with both classes.
func (r *recalibration) large(observed float64) (shift, standardError float64, err error) {
	low, high := math.Inf(1), math.Inf(-1)
	base := math.Log(observed / (1 - observed))
	for _, eta := range r.logOdds {
		low, high = min(low, base-eta), max(high, base-eta)
	}
	shift = (low + high) / 2
	for range 200 {
		s := recalibrationAt(r, shift)
		if s.g0 > 0 {
			high = shift
		} else {
			low = shift
		}
		next := shift - s.g0/s.h00
		if !(next >= low && next <= high) {
			next = (low + high) / 2
		}
		if math.Abs(next-shift) <= 1e-12*(1+math.Abs(shift)) {
			s = recalibrationAt(r, next)
			if !(s.h00 > 0) {
				return 0, 0, ErrSeparated
			}
			return next, 1 / math.Sqrt(s.h00), nil
		}
		shift = next
	}
	return 0, 0, fmt.Errorf("%w: the calibration in the large did not settle", ErrSeparated)
}

func recalibrationAt(r *recalibration, shift float64) sums { return r.sums(shift, 1, 0, 1) }

// softplus is log(1+e^z).
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }

func sigmoid(z float64) float64 {
	if z >= 0 {
		return 1 / (1 + math.Exp(-z))
	}
	e := math.Exp(z)
	return e / (1 + e)
}
