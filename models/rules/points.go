package rules

import (
	"fmt"
	"math"
	"strconv"
)

// Milli is an amount of points in thousandths of a point. Sums of it are exact.
type Milli int64

// onePoint is one point.
const onePoint Milli = 1000

// mostPoints bounds what a book may name, in points: sums of thousands of events stay far from overflow.
const mostPoints = 1e5

// milli rounds points to thousandths, halves away from zero.
func milli(points float64) Milli { return rounded(points * float64(onePoint)) }

// rounded is the nearest whole number, halves away from zero, as [math.Round] has it; |m| < 2^52.
func rounded(m float64) Milli {
	whole := Milli(m)
	switch part := m - float64(whole); {
	case part >= 0.5:
		return whole + 1
	case part <= -0.5:
		return whole - 1
	}
	return whole
}

// Points is the amount in points.
func (m Milli) Points() float64 { return float64(m) / float64(onePoint) }

// String writes the amount in points without trailing zeros: "15", "-2.5", "11.906".
func (m Milli) String() string { return strconv.FormatFloat(m.Points(), 'f', -1, 64) }

// append writes the amount as String does, behind text.
func (m Milli) append(text []byte) []byte { return strconv.AppendFloat(text, m.Points(), 'f', -1, 64) }

// signed writes the amount with its sign: "+15", "-2.5".
func (m Milli) signed() string { return fmt.Sprintf("%+g", m.Points()) }

// weigh is w·m rounded to thousandths, halves away from zero; w ≥ 0 is in thousandths too. A product too large to hold
// becomes the largest.
func weigh(w, m Milli) Milli {
	if most := (math.MaxInt64 - onePoint) / max(w, 1); m > most || m < -most {
		m = min(max(m, -most), most)
	}
	product := int64(w) * int64(m)
	half := int64(onePoint) / 2
	if product < 0 {
		half = -half
	}
	return Milli((product + half) / int64(onePoint))
}
