package metrics

import (
	"math"
	"slices"
)

// CalibrationCurve is what was won at each prediction, smoothed, and how far that is from what was predicted.
type CalibrationCurve struct {
	Points []CurvePoint `json:"points"` // by rising prediction, at most about 100
	// ICI is the mean of |prediction − curve| over the leads, E50 its median, E90 its 90 % point, EMax its largest value; all
	// from 0 (right) to 1 (Austin & Steyerberg, Statistics in Medicine 38, 2019, 4051–4065).
	ICI  float64 `json:"ici"`
	E50  float64 `json:"e50"`
	E90  float64 `json:"e90"`
	EMax float64 `json:"e_max"`
}

// CurvePoint is one point of the curve with its pointwise 95 % interval.
type CurvePoint struct {
	Prediction float64 `json:"prediction"`
	WinRate    float64 `json:"win_rate"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
}

// NewCalibrationCurve smooths outcomes over predictions by lowess without robustness steps, over the nearest two thirds of the leads
// (Cleveland, JASA 74, 1979, 829–836), as rms::val.prob does in R, and keeps the curve in [0, 1]. The interval is Wilson's, with as many leads
// as the local fit is worth, 1/Σ weight². One class is fine. Cost O(n log n + 100·n).
func NewCalibrationCurve(predictions, wins []float64) (CalibrationCurve, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return CalibrationCurve{}, err
	}
	order := RisingOrder(predictions)
	s := lowess{x: make([]float64, len(order)), y: make([]float64, len(order)), fitted: make([]float64, len(order))}
	for k, i := range order {
		s.x[k], s.y[k] = predictions[i], wins[i]
	}
	s.run()
	curve := CalibrationCurve{}
	for _, p := range s.points {
		rate := min(max(p.value, 0), 1)
		interval, err := Wilson(min(rate*p.worth, p.worth), p.worth)
		if err != nil {
			return CalibrationCurve{}, err
		}
		curve.Points = append(curve.Points, CurvePoint{Prediction: p.at, WinRate: rate, Low: interval.Low, High: interval.High})
	}
	errors := make([]float64, len(order))
	for k := range errors {
		errors[k] = math.Abs(s.x[k] - min(max(s.fitted[k], 0), 1))
	}
	curve.ICI = mean(errors)
	slices.Sort(errors)
	curve.E50, curve.E90, curve.EMax = quantile(errors, 0.5), quantile(errors, 0.9), errors[len(errors)-1]
	return curve, nil
}

// quantile interpolates between the sorted values, as R's type 7 and numpy do.
func quantile(sorted []float64, share float64) float64 {
	at := share * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Settings of R's lowess.
const (
	lowessSpan = 2.0 / 3 // share of the leads that a local fit sees
	lowessStep = 0.01    // of the range of x: between fits this close the curve is a straight line
)

// lowess smooths y over x, which rises.
type lowess struct {
	x, y, fitted []float64
	points       []localFit
}

// localFit is the curve at one x, and how many leads' mean it is worth.
type localFit struct{ at, value, worth float64 }

// run fits at the first point, then at each that is a step further, and joins them by straight lines.
func (s *lowess) run() {
	n := len(s.x)
	step := lowessStep * (s.x[n-1] - s.x[0])
	window := max(min(n, int(lowessSpan*float64(n)+1e-7)), min(n, 2))
	left, last := 0, -1
	for i := 0; ; {
		for left+window < n && s.x[i]-s.x[left] > s.x[left+window]-s.x[i] {
			left++
		}
		fit := s.local(s.x[i], left, left+window-1)
		s.points = append(s.points, fit)
		s.fitted[i] = fit.value
		s.join(last, i)
		last = i
		for i = last + 1; i < n && s.x[i] <= s.x[last]+step; i++ {
			if s.x[i] == s.x[last] {
				s.fitted[i] = s.fitted[last]
				last = i
			}
		}
		if last >= n-1 {
			return
		}
		i = max(last+1, i-1)
	}
}

// join fills the fitted values between two fits.
func (s *lowess) join(from, to int) {
	if from < 0 {
		return
	}
	for j := from + 1; j < to; j++ {
		share := (s.x[j] - s.x[from]) / (s.x[to] - s.x[from])
		s.fitted[j] = share*s.fitted[to] + (1-share)*s.fitted[from]
	}
}

// local fits a straight line to the neighbours of at, by tricube weights; without enough spread in x it is their mean.
func (s *lowess) local(at float64, left, right int) localFit {
	reach := max(at-s.x[left], s.x[right]-at)
	end := right + 1
	for end < len(s.x) && s.x[end]-at <= reach { // ties with the last neighbour
		end++
	}
	sum, center := 0.0, 0.0
	for j := left; j < end; j++ {
		w := tricube(math.Abs(s.x[j]-at), reach)
		sum += w
		center += w * s.x[j]
	}
	center /= sum
	around := 0.0
	for j := left; j < end; j++ {
		d := s.x[j] - center
		around += tricube(math.Abs(s.x[j]-at), reach) / sum * d * d
	}
	slope := 0.0
	if spread := s.x[len(s.x)-1] - s.x[0]; spread > 1e-9 && math.Sqrt(around) > 0.001*spread { // of equal x only rounding is around
		slope = (at - center) / around
	}
	fit, squares := localFit{at: at}, 0.0
	for j := left; j < end; j++ {
		w := tricube(math.Abs(s.x[j]-at), reach) / sum * (1 + slope*(s.x[j]-center))
		fit.value += w * s.y[j]
		squares += w * w
	}
	fit.worth = 1 / squares
	return fit
}

// tricube is (1 − (distance/reach)³)³, with the cuts of Cleveland's program.
func tricube(distance, reach float64) float64 {
	switch {
	case distance <= 0.001*reach:
		return 1
	case distance > 0.999*reach:
		return 0
	}
	r := distance / reach
	c := 1 - r*r*r
	return c * c * c
}
