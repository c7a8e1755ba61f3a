package features

import (
	"math"
	"slices"
)

// EventTypes are the event types that the schema's figures name, in the schema's order.
func (s *Schema) EventTypes() []string {
	var types []string
	for _, e := range s.Engagement {
		for _, list := range [][]string{e.Count, e.DaysSinceLast, e.DistinctDays, e.EventsBeforeFirst} {
			for _, name := range list {
				if name != AnyEvent && !slices.Contains(types, name) {
					types = append(types, name)
				}
			}
		}
	}
	return types
}

// IsCategory says that the figure is a text, not a number.
func (e *Engagement) IsCategory() bool { return e.FirstEvent }

// Unit is the figure's unit; empty for a category.
func (e *Engagement) Unit() string {
	switch {
	case e.FirstEvent:
		return ""
	case e.DaysSinceLast != nil, e.DistinctDays != nil:
		return "days"
	}
	return "events"
}

// Value computes the figure from a lead's events, which are sorted by (time, type), as of an instant: events at or after
// it are not seen, and of those before it only the ones at most Within old. Files and requests both come here.
//
// number is NaN where the figure is missing (no such event; asOf is [NoTime]) or a category; text is empty where it is
// missing or a number. With a half-life h an event of age a counts 2^(-a/h), so that a number of events n gives at
// most n. Cost: one look at each event.
func (e *Engagement) Value(events []Event, asOf Micros) (number float64, text string) {
	if asOf == NoTime {
		return math.NaN(), ""
	}
	events = before(events, asOf)
	if e.Within > 0 {
		events = notBefore(events, asOf-e.Within.Micros())
	}
	switch {
	case e.FirstEvent:
		if len(events) == 0 {
			return math.NaN(), ""
		}
		return math.NaN(), events[0].Type
	case e.Count != nil && !e.HalfLife.IsZero():
		return decayed(events, e.Count, asOf, e.HalfLife.settled().Micros()), ""
	case e.Count != nil:
		return float64(count(events, e.Count)), ""
	case e.DaysSinceLast != nil:
		return daysSinceLast(events, e.DaysSinceLast, asOf), ""
	case e.DistinctDays != nil:
		return float64(distinctDays(events, e.DistinctDays)), ""
	}
	return beforeFirst(events, e.EventsBeforeFirst), ""
}

// settled is the span, or the provisional one of a half-life that is still to be learned.
func (h HalfLife) settled() HalfLife {
	if h.Auto {
		return HalfLife{Duration: ProvisionalHalfLife}
	}
	return h
}

// before is the part of sorted events with times strictly before asOf.
func before(events []Event, asOf Micros) []Event {
	low, high := 0, len(events)
	for low < high {
		if middle := (low + high) / 2; events[middle].Time < asOf {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return events[:low:low]
}

func notBefore(events []Event, from Micros) []Event { return events[len(before(events, from)):] }

func count(events []Event, types []string) (n int) {
	if all(types) {
		return len(events)
	}
	for i := range events {
		if slices.Contains(types, events[i].Type) {
			n++
		}
	}
	return n
}

// all says that a figure is of every event.
func all(types []string) bool { return slices.Contains(types, AnyEvent) }

func decayed(events []Event, types []string, asOf, halfLife Micros) (sum float64) {
	every := all(types)
	for i := range events {
		if every || slices.Contains(types, events[i].Type) {
			sum += Decay(asOf-events[i].Time, halfLife)
		}
	}
	return sum
}

func daysSinceLast(events []Event, types []string, asOf Micros) float64 {
	every := all(types)
	for i := len(events) - 1; i >= 0; i-- {
		if every || slices.Contains(types, events[i].Type) {
			return (asOf - events[i].Time).Days()
		}
	}
	return math.NaN()
}

func distinctDays(events []Event, types []string) (n int) {
	last, every := Micros(math.MinInt64), all(types)
	for i := range events {
		if !every && !slices.Contains(types, events[i].Type) {
			continue
		}
		if day := floorDay(events[i].Time); n == 0 || day != last {
			n, last = n+1, day
		}
	}
	return n
}

// floorDay is the number of the calendar day (UTC), also before 1970.
func floorDay(m Micros) Micros {
	day := m / Day
	if m%Day < 0 {
		day--
	}
	return day
}

// beforeFirst counts the events strictly earlier than the first of these types.
func beforeFirst(events []Event, types []string) float64 {
	every := all(types)
	for i := range events {
		if every || slices.Contains(types, events[i].Type) {
			return float64(len(before(events, events[i].Time)))
		}
	}
	return math.NaN()
}
