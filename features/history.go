package features

import "fmt"

// History is leads with their events and the instant at which each is looked at.
type History struct {
	Table  *Table
	Events *EventLog // nil: none
	AsOf   []Micros  // one per lead; NoTime: the snapshot rule gives none, or the data have no times

	kept *keptFigures // nil until [History.KeepFigures]
}

// NewHistory looks at each lead when the schema's snapshot rule says so:
//
//	created + d   its created time and d
//	event TYPE    its first event of that type
//	column NAME   the time in that column
//	(empty)       its closed time if it is won or lost, else [ObservedUntil]
//
// A lead without that time has [NoTime]; the caller leaves it out and counts it. [ErrNoEvents] says that the schema uses
// events and there are none.
func NewHistory(t *Table, e *EventLog) (*History, error) {
	s := t.Schema
	if e == nil && s.UsesEvents() {
		return nil, fmt.Errorf("take snapshots: %w", ErrNoEvents)
	}
	h := &History{Table: t, Events: e, AsOf: make([]Micros, t.Len())}
	if err := h.match(); err != nil {
		return nil, err
	}
	until := NoTime
	if s.Snapshot.IsZero() {
		until = ObservedUntil(t, e)
	}
	var scratch LeadEvents
	for i := range h.AsOf {
		h.AsOf[i] = h.asOf(i, until, &scratch)
	}
	return h, e.Err()
}

// NewHistoryAsOf looks at all leads at one instant. A log of another table is a fault of the caller's: it panics.
func NewHistoryAsOf(t *Table, e *EventLog, asOf Micros) *History {
	h := &History{Table: t, Events: e, AsOf: make([]Micros, t.Len())}
	if err := h.match(); err != nil {
		panic("features: " + err.Error())
	}
	for i := range h.AsOf {
		h.AsOf[i] = asOf
	}
	return h
}

// WithFigures is the history under a schema with other engagement figures, one for each and by the same names; all else is shared.
func (h *History) WithFigures(figures []Engagement) *History {
	schema, table, other := *h.Table.Schema, *h.Table, *h
	schema.Engagement = figures
	table.Schema, other.Table = &schema, &table
	return &other
}

func (h *History) match() error {
	if h.Events != nil && h.Events.Leads() != h.Table.Len() {
		return fmt.Errorf("events of %d leads for a table of %d", h.Events.Leads(), h.Table.Len())
	}
	return nil
}

func (h *History) asOf(i int, until Micros, scratch *LeadEvents) Micros {
	t, rule := h.Table, &h.Table.Schema.Snapshot
	switch {
	case rule.AfterCreated != nil:
		created := t.Created.At(i)
		if created == NoTime {
			return NoTime
		}
		return created + rule.AfterCreated.Micros()
	case rule.Event != "":
		return h.firstEvent(i, rule.Event, scratch)
	case rule.Column != "":
		return t.SnapshotAt.At(i)
	}
	if closed := t.closedAt(i); closed != NoTime {
		return closed
	}
	return until
}

// needsNoEvents says that a lead's instant follows from its own row alone.
func (r *SnapshotRule) needsNoEvents() bool { return r.AfterCreated != nil || r.Column != "" }

func (h *History) firstEvent(i int, name string, scratch *LeadEvents) (first Micros) {
	first = NoTime
	if h.Events == nil {
		return first
	}
	h.Events.each(i, scratch, func(at Micros, kind uint32) bool {
		if h.Events.Types[kind] == name {
			first = at
		}
		return first == NoTime
	})
	return first
}

// closedAt is when a lead was won or lost. The closed time of an open lead is a forecast: it does not count.
func (t *Table) closedAt(i int) Micros {
	if t.Outcome != nil && t.Outcome[i] == Open {
		return NoTime
	}
	return t.Closed.At(i)
}

// UsesEvents says that a used figure or the snapshot rule needs events.
func (s *Schema) UsesEvents() bool {
	if s.Snapshot.Event != "" {
		return true
	}
	for i := range s.Engagement {
		if s.Engagement[i].Used() {
			return true
		}
	}
	return false
}

// ObservedUntil is when the history was taken: the schema's observed_until, else the latest time of created, closed (of won
// and lost leads), snapshot column and events; [NoTime] when there are no times.
func ObservedUntil(t *Table, e *EventLog) Micros {
	if !t.Schema.ObservedUntil.IsZero() {
		return t.Schema.ObservedUntil.Micros()
	}
	latest := NoTime // the least of all
	for _, times := range []*Times{t.Created, t.SnapshotAt} {
		for i := range times.Len() {
			latest = max(latest, times.At(i))
		}
	}
	for i := range t.Closed.Len() {
		latest = max(latest, t.closedAt(i))
	}
	if e != nil {
		latest = max(latest, e.latest)
	}
	return latest
}

// Snapshot fills into with lead i as it was known at AsOf[i]; events at or after that are not in it. It reuses into's
// slices, which are its own again after the next call.
func (h *History) Snapshot(i int, into *Snapshot) {
	into.Values = into.Values[:0]
	for field := range h.Table.Columns {
		into.Values = append(into.Values, h.Table.Value(i, field))
	}
	h.withoutValues(i, into)
}

// SnapshotOf is [History.Snapshot] with the values of some fields alone, for those who read no others: these are missing. Into must come from no
// other call.
func (h *History) SnapshotOf(i int, fields []int, into *Snapshot) {
	for len(into.Values) < len(h.Table.Columns) {
		into.Values = append(into.Values, Value{Missing: true})
	}
	for _, field := range fields {
		into.Values[field] = h.Table.Value(i, field)
	}
	h.withoutValues(i, into)
}

func (h *History) withoutValues(i int, into *Snapshot) {
	into.ID, into.AsOf, into.Created = h.Table.IDs.At(i), h.AsOf[i], h.Table.Created.At(i)
	into.Events = into.Events[:0]
	if h.Events != nil {
		into.Events = h.Events.appendBefore(into.Events, i, h.AsOf[i], &into.scratch)
	}
}
