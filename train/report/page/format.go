package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"leadscore/models/metrics"
)

// None stands for a figure that there is not.
const None = "–"

// Number writes a figure with so many decimals and a true minus sign.
func Number(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return None
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return strings.Replace(text, "-", "−", 1)
}

// Percent writes a share as a percentage with so many decimals.
func Percent(share float64, decimals int) string {
	text := Number(100*share, decimals)
	if text == None {
		return text
	}
	return text + "\u00a0%"
}

// Count writes a whole number in groups of three.
func Count[N ~int | ~int64](n N) string {
	text := strconv.FormatInt(int64(n), 10)
	sign := ""
	if text[0] == '-' {
		sign, text = "−", text[1:]
	}
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return sign + text
}

// Interval writes the bounds of an interval: [0.71, 0.78].
func Interval(e metrics.Estimate, decimals int) string {
	return "[" + Number(e.Low, decimals) + ", " + Number(e.High, decimals) + "]"
}

// PercentInterval writes the bounds of an interval of a share.
func PercentInterval(e metrics.Estimate, decimals int) string {
	return "[" + Number(100*e.Low, decimals) + ", " + Number(100*e.High, decimals) + "]\u00a0%"
}

// Estimate is a cell with a figure and its interval; nil is none.
func Estimate(key string, e *metrics.Estimate, decimals int) Cell {
	if e == nil {
		return Cell{Text: None}
	}
	return Cell{Text: Number(e.Value, decimals), Under: Interval(*e, decimals), Key: key}
}

// FigureCell is a cell with one number; nil is none.
func FigureCell(key string, v *float64, decimals int) Cell {
	if v == nil {
		return Cell{Text: None}
	}
	return Cell{Text: Number(*v, decimals), Key: key}
}

// Plural writes a count with its noun: 1 lead, 2 leads.
func Plural[N ~int | ~int64](n N, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", Count(n), more)
}
