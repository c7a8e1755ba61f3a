package rules

import (
	"slices"

	"leadscore/features"
)

// isOneOf says whether an event type is among names; a name [features.AnyEvent] stands for all.
func isOneOf(names []string, typ string) bool {
	for _, n := range names {
		if n == typ || n == features.AnyEvent {
			return true
		}
	}
	return false
}

// since is the first instant of a window that ends now, and whether there is a window that can be told: one of length 0
// sees everything.
func (m *moment) since(within features.Micros) (from features.Micros, ok bool) {
	if within == 0 {
		return features.NoTime, true
	}
	return m.AsOf - within, m.AsOf != features.NoTime
}

func (m *moment) countEvents(names []string, within features.Micros) (float64, bool) {
	from, ok := m.since(within)
	n := 0
	for i := len(m.Events) - 1; i >= 0 && m.Events[i].Time >= from; i-- {
		if isOneOf(names, m.Events[i].Type) {
			n++
		}
	}
	return float64(n), ok
}

func (m *moment) eventDays(names []string, within features.Micros) (float64, bool) {
	from, ok := m.since(within)
	n, last := 0, features.Micros(0)
	for i := len(m.Events) - 1; i >= 0 && m.Events[i].Time >= from; i-- {
		if !isOneOf(names, m.Events[i].Type) {
			continue
		}
		if d := dayOf(m.Events[i].Time); n == 0 || d != last {
			n, last = n+1, d
		}
	}
	return float64(n), ok
}

func (m *moment) daysSinceLast(names []string, _ features.Micros) (float64, bool) {
	for i := len(m.Events) - 1; i >= 0; i-- {
		if isOneOf(names, m.Events[i].Type) {
			return float64(m.AsOf-m.Events[i].Time) / float64(features.Day), m.AsOf != features.NoTime
		}
	}
	return 0, false
}

func (m *moment) eventsBeforeFirst(names []string, _ features.Micros) (float64, bool) {
	i := slices.IndexFunc(m.Events, func(e features.Event) bool { return isOneOf(names, e.Type) })
	return float64(i), i >= 0
}

// dayOf is the calendar day (UTC) of an instant, counted from 1970-01-01.
func dayOf(t features.Micros) features.Micros {
	d := t / features.Day
	if t%features.Day < 0 {
		d--
	}
	return d
}
