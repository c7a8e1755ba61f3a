package features

import (
	"slices"
	"strings"
)

// engagement checks one figure.
func (c *schemaCheck) engagement(i int) {
	e := &c.schema.Engagement[i]
	c.use(e.Use, "engagement", i)
	if c.schema.Events == (EventColumns{}) {
		c.fault(e.Name, "a figure of events without the events' columns", "name them under events", "engagement", i)
	}
	figures := 0
	for _, list := range []struct {
		key   string
		types []string
	}{{"count", e.Count}, {"days_since_last", e.DaysSinceLast}, {"distinct_days", e.DistinctDays}, {"events_before_first", e.EventsBeforeFirst}} {
		if list.types == nil {
			continue
		}
		figures++
		c.eventTypes(list.types, "engagement", i, list.key)
	}
	if e.FirstEvent {
		figures++
	}
	if figures != 1 {
		problem := "no figure"
		if figures > 1 {
			problem = "more than one figure"
		}
		c.fault(e.Name, problem, "write exactly one of count, days_since_last, distinct_days, first_event: true, events_before_first", "engagement", i)
	}
	if slices.Contains(e.EventsBeforeFirst, AnyEvent) {
		c.fault(AnyEvent, "nothing can come before the first of any event", "name the event types", "engagement", i, "events_before_first")
	}
	why := ""
	if e.IsCategory() {
		why = "a direction of the first event, which has no order"
	}
	c.monotone(e.Monotone, why, "engagement", i, "monotone")
	if e.Within < 0 {
		c.fault(e.Within.String(), "below zero", "write a time span such as 30d", "engagement", i, "within")
	}
	if !e.HalfLife.IsZero() && (e.Count == nil || e.HalfLife.Duration < 0) {
		c.fault(e.HalfLife.String(), "a half-life without a count", "only count has one, above zero", "engagement", i, "half_life")
	}
}

func (c *schemaCheck) eventTypes(types []string, path ...any) {
	if len(types) == 0 {
		c.fault("", "no event type", "list the types, or [any]", path...)
	}
	for i, t := range types {
		at := append(slices.Clone(path), i)
		switch {
		case strings.TrimSpace(t) != t || t == "":
			c.fault(t, "an empty type or blanks around it", "types are compared without blanks around them", at...)
		case slices.Contains(types[:i], t):
			c.fault(t, "listed twice", "keep one", at...)
		case t == AnyEvent && len(types) > 1:
			c.fault(t, "any beside other types", "write [any] alone", at...)
		}
	}
}
