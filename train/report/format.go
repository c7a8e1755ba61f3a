package report

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// dayUnit is the unit of inputs that are instants.
const dayUnit = "days since 1970-01-01"

// edgeText writes a cut between two bins, short enough for an axis.
func edgeText(v float64, unit string) string {
	if unit == dayUnit {
		return time.Unix(int64(v*24*60*60), 0).UTC().Format("2006-01")
	}
	size := math.Abs(v)
	switch {
	case size >= 1e9:
		return trimmed(v/1e9, 1) + "G"
	case size >= 1e6:
		return trimmed(v/1e6, 1) + "M"
	case size >= 1e4:
		return trimmed(v/1e3, 0) + "k"
	case size >= 100:
		return trimmed(v, 0)
	case size >= 1:
		return trimmed(v, 1)
	}
	return strings.Replace(fmt.Sprintf("%.2g", v), "-", "−", 1)
}

func trimmed(v float64, decimals int) string {
	text := fmt.Sprintf("%.*f", decimals, v)
	if decimals > 0 {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return strings.Replace(text, "-", "−", 1)
}
