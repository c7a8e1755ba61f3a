package features

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Label says in words what a code of input i means: "100 to 250", "missing", "other", "Germany". A level that is itself
// called missing or other stands in quotes. It is empty for a code that the input does not have.
func (e *Encoder) Label(i int, code uint16) string {
	c, k := &e.Coders[i], int(code)
	switch {
	case k >= e.Bins(i):
		return ""
	case k == e.Bins(i)-1:
		return "missing"
	case !e.Inputs[i].Ordered && k == len(c.Levels):
		return "other"
	case !e.Inputs[i].Ordered:
		if level := c.Levels[k]; level == "missing" || level == "other" {
			return `"` + level + `"`
		}
		return c.Levels[k]
	case k > len(c.Cuts)+len(c.Special):
		return numberText(c.Values[k-len(c.Cuts)-len(c.Special)-1])
	case k > len(c.Cuts):
		return numberText(c.Special[k-len(c.Cuts)-1])
	case len(c.Values) > 0:
		return "another value"
	}
	return e.binLabel(i, k)
}

func (e *Encoder) binLabel(i, bin int) string {
	cuts, show := e.Coders[i].Cuts, showNumber
	if e.Inputs[i].Part == DayOf {
		show = showDay
	} else if e.Coders[i].Whole {
		return wholeLabel(cuts, e.Coders[i].Min, bin)
	}
	switch {
	case len(cuts) == 0:
		return "any"
	case bin == 0:
		return "below " + show(cuts[0])
	case bin == len(cuts):
		return show(cuts[bin-1]) + " or more"
	}
	return show(cuts[bin-1]) + " to " + show(cuts[bin])
}

// wholeLabel names the whole numbers of a bin: "up to 9" ("9" where training saw no smaller one), "10", "11 to 19", "20 or more".
func wholeLabel(cuts []float64, smallest float64, bin int) string {
	if len(cuts) == 0 {
		return "any"
	}
	if bin == 0 {
		if most := math.Ceil(cuts[0]) - 1; most > smallest {
			return "up to " + showNumber(most)
		}
		return showNumber(smallest)
	}
	least := math.Ceil(cuts[bin-1])
	if bin == len(cuts) {
		return showNumber(least) + " or more"
	}
	if most := math.Ceil(cuts[bin]) - 1; most > least {
		return showNumber(least) + " to " + showNumber(most)
	}
	return showNumber(least)
}

// showNumber has six digits, which tell neighbouring cuts apart well enough for a reader, and no needless exponent.
func showNumber(v float64) string {
	text := fmt.Sprintf("%.6g", v)
	if strings.ContainsAny(text, "e") && math.Abs(v) < 1e15 && math.Abs(v) >= 1 {
		return fmt.Sprintf("%.0f", v)
	}
	return text
}

func showDay(days float64) string {
	return time.UnixMicro(int64(days * float64(Day))).UTC().Format("2006-01-02 15:04")
}
