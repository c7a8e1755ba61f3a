package profile

import (
	"fmt"
	"math"

	"leadscore/features"
	"leadscore/train/leakage"
)

// A direction is mentioned where every step between so many ranges goes the same way, each of at least so many decided leads, and where the ends differ by more
// than three standard errors.
const (
	directionRanges  = 5
	fewestInRange    = 30
	surelyDifference = 3.0
)

// direction says that a number's win rate rises, or falls, from range to range all along; empty for neither. It is only mentioned: the data show what
// happened, a promise says what must hold, and that is for a person to know.
func (c *Column) direction() (way features.Direction, words string) {
	if c.Kind != features.Number || c.strength == nil {
		return "", ""
	}
	var ranges []bin
	for _, b := range merged(c.look, c.strength.bins, directionRanges) {
		if !isRange(&b) {
			continue
		}
		if b.decided() < fewestInRange {
			return "", ""
		}
		ranges = append(ranges, b)
	}
	if len(ranges) < 3 {
		return "", ""
	}
	first, last := ranges[0], ranges[len(ranges)-1]
	way = features.Up
	if last.rate() < first.rate() {
		way = features.Down
	}
	for i := 1; i < len(ranges); i++ {
		if step := ranges[i].rate() - ranges[i-1].rate(); way == features.Up && step < 0 || way == features.Down && step > 0 {
			return "", ""
		}
	}
	variance := func(b bin) float64 { return b.rate() * (1 - b.rate()) / float64(b.decided()) }
	if math.Abs(last.rate()-first.rate()) <= surelyDifference*math.Sqrt(variance(first)+variance(last)) {
		return "", ""
	}
	return way, fmt.Sprintf("of the smallest %s were won, of the largest %s", leakage.Percent(first.rate()), leakage.Percent(last.rate()))
}
