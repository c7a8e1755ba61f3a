package closed

import (
	"fmt"
	"slices"
	"time"

	"leadscore/features"
)

const (
	// mostLooked is how many leads, evenly spread, say when most of the history was.
	mostLooked = 100_000
	// edge is the share of times at either end that say nothing of that.
	edge = 0.01
	// leastBeyond is a distance in time that is no mistake, however short the history.
	leastBeyond = 90 * features.Day
)

// FarTime warns where the time at which the history counts as taken lies further beyond nearly all times in it than those span: a slip of the pen in one
// row, such as the year 2206, makes every lead old enough to be judged. Empty where all is well, and where the schema itself says when it was.
func FarTime(h *features.History, until features.Micros) string {
	t := h.Table
	if !t.Schema.ObservedUntil.IsZero() || until == features.NoTime {
		return ""
	}
	step := max(1, t.Len()/mostLooked)
	times := make([]features.Micros, 0, 2*t.Len()/step+2)
	for i := 0; i < t.Len(); i += step {
		times = append(times, t.Created.At(i), ended(h, i), h.AsOf[i])
	}
	times = slices.DeleteFunc(times, func(at features.Micros) bool { return at == features.NoTime || at == until })
	if len(times) == 0 {
		return ""
	}
	slices.Sort(times)
	n := float64(len(times) - 1)
	first, last := times[int(edge*n+0.5)], times[int((1-edge)*n+0.5)]
	if until-last <= max(leastBeyond, last-first) {
		return ""
	}
	day := func(at features.Micros) string { return time.UnixMicro(int64(at)).UTC().Format(time.DateOnly) }
	return fmt.Sprintf("the latest time in the data, %s%s, lies far beyond nearly all others, which end on %s: if it is a mistake, leads count as old enough to be judged that are not; "+
		"mend it, or say in the schema when the data were taken, observed_until", day(until), whose(h, until), day(last))
}

// ended is when a lead was won or lost.
func ended(h *features.History, i int) features.Micros {
	if h.Table.Outcome != nil && h.Table.Outcome[i] == features.Open {
		return features.NoTime
	}
	return h.Table.Closed.At(i)
}

// whose names the first lead that has a time.
func whose(h *features.History, at features.Micros) string {
	for i := range h.Table.Len() {
		if h.Table.Created.At(i) == at || ended(h, i) == at {
			if position := h.Table.Position(i); position != "" {
				return " (" + position + ")"
			}
			return ""
		}
	}
	return ""
}
