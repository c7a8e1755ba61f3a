package chart

import (
	"math"
	"strconv"
	"strings"
)

// Axis is one side of a plot.
type Axis struct {
	Label     string
	Low, High float64
	Ticks     []Tick // none: round steps are chosen
	Percent   bool   // ticks are shares: 0.1 is written 10 %
}

// Tick is a mark on an axis.
type Tick struct {
	At   float64
	Text string
}

// Fit widens an axis to hold all values, and a little more; equal values get a range around them.
func Fit(label string, values ...float64) Axis {
	a := Axis{Label: label, Low: math.Inf(1), High: math.Inf(-1)}
	for _, v := range values {
		a.Low, a.High = min(a.Low, v), max(a.High, v)
	}
	if math.IsInf(a.Low, 0) || math.IsInf(a.High, 0) {
		a.Low, a.High = 0, 1
	}
	room := 0.05 * (a.High - a.Low)
	if room == 0 {
		room = max(math.Abs(a.Low)*0.1, 0.1)
	}
	a.Low, a.High = a.Low-room, a.High+room
	return a
}

// ticks are the axis's own, or round steps: 1, 2 or 5 times a power of ten, at most most of them.
func (a *Axis) ticks(most int) []Tick {
	if a.Ticks != nil {
		return a.Ticks
	}
	step := roundStep((a.High - a.Low) / float64(most))
	digits := max(0, int(-math.Floor(math.Log10(step)+1e-9)))
	if a.Percent {
		digits = max(0, digits-2)
	}
	var ticks []Tick
	for k := math.Ceil(a.Low/step - 1e-9); k*step <= a.High+1e-9*step; k++ {
		at := k*step + 0 // −0 becomes 0
		text := strconv.FormatFloat(at, 'f', digits, 64)
		if a.Percent {
			text = strconv.FormatFloat(100*at, 'f', digits, 64) + "\u00a0%"
		}
		ticks = append(ticks, Tick{at, strings.Replace(text, "-", "−", 1)})
	}
	return ticks
}

func roundStep(least float64) float64 {
	if !(least > 0) || math.IsInf(least, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= least*(1-1e-9) {
			return factor * power
		}
	}
	return 10 * power
}

// share is where a value lies on the axis: 0 at Low, 1 at High, kept a little around that, so that no wild value leaves the chart.
func (a *Axis) share(v float64) float64 {
	if a.High == a.Low || math.IsNaN(v) {
		return 0
	}
	return min(max((v-a.Low)/(a.High-a.Low), -0.02), 1.02)
}
