package features

import (
	"slices"
	"sort"
)

// EventLog holds the events of all leads of a table, grouped by lead and sorted by (time, type). It takes 12 bytes an event and
// 8 a lead.
type EventLog struct {
	Types []string // sorted; no doubles

	offsets []int64 // of each lead's events; one more than leads
	times   []Micros
	types   []uint32 // places in Types
}

// Len is the number of events.
func (l *EventLog) Len() int { return len(l.times) }

// Leads is the number of leads.
func (l *EventLog) Leads() int { return len(l.offsets) - 1 }

// Of gives a lead's events: their times, ascending, and the places of their types in Types. The slices are the log's own.
func (l *EventLog) Of(row int) (times []Micros, types []uint32) {
	from, to := l.offsets[row], l.offsets[row+1]
	return l.times[from:to:to], l.types[from:to:to]
}

// appendBefore appends a lead's events that happened strictly before asOf.
func (l *EventLog) appendBefore(into []Event, row int, asOf Micros) []Event {
	times, types := l.Of(row)
	for i, t := range times {
		if t >= asOf {
			break
		}
		into = append(into, Event{Time: t, Type: l.Types[types[i]]})
	}
	return into
}

// EventBuilder gathers events in any order. It takes 16 bytes an event, and 12 more while Build runs.
type EventBuilder struct {
	leads  int
	types  []string
	places map[string]uint32
	chunks [][]rawEvent
	count  int64
}

type rawEvent struct {
	time Micros
	lead uint32
	kind uint32
}

// eventChunk bounds what growing a list by doubling would waste.
const eventChunk = 1 << 16

// NewEventBuilder begins a log for a number of leads.
func NewEventBuilder(leads int) *EventBuilder {
	return &EventBuilder{leads: leads, places: map[string]uint32{}}
}

// Add takes an event of a lead, which is a row of the table.
func (b *EventBuilder) Add(lead int, time Micros, kind string) { b.add(lead, time, b.kind(kind)) }

func (b *EventBuilder) kind(name string) uint32 {
	place, ok := b.places[name]
	if !ok {
		place = uint32(len(b.types))
		b.places[name] = place
		b.types = append(b.types, name)
	}
	return place
}

func (b *EventBuilder) add(lead int, time Micros, kind uint32) {
	last := len(b.chunks) - 1
	if last < 0 || len(b.chunks[last]) == eventChunk {
		b.chunks = append(b.chunks, make([]rawEvent, 0, eventChunk))
		last++
	}
	b.chunks[last] = append(b.chunks[last], rawEvent{time, uint32(lead), kind})
	b.count++
}

// Build groups and sorts; the builder is empty afterwards. Cost: linear where each lead's events came in order.
func (b *EventBuilder) Build() *EventLog {
	l := &EventLog{
		Types:   slices.Clone(b.types),
		offsets: make([]int64, b.leads+1),
		times:   make([]Micros, b.count),
		types:   make([]uint32, b.count),
	}
	slices.Sort(l.Types)
	renamed := make([]uint32, len(b.types))
	for i, name := range b.types {
		place, _ := slices.BinarySearch(l.Types, name)
		renamed[i] = uint32(place)
	}
	for _, chunk := range b.chunks {
		for _, e := range chunk {
			l.offsets[e.lead+1]++
		}
	}
	for i := range b.leads {
		l.offsets[i+1] += l.offsets[i]
	}
	next := slices.Clone(l.offsets[:b.leads])
	for i, chunk := range b.chunks {
		for _, e := range chunk {
			at := next[e.lead]
			next[e.lead]++
			l.times[at], l.types[at] = e.time, renamed[e.kind]
		}
		b.chunks[i] = nil
	}
	*b = EventBuilder{}
	for row := range l.Leads() {
		times, types := l.Of(row)
		if group := (eventGroup{times, types}); !sort.IsSorted(group) {
			sort.Sort(group)
		}
	}
	return l
}

// eventGroup sorts one lead's events by (time, type).
type eventGroup struct {
	times []Micros
	types []uint32
}

func (g eventGroup) Len() int { return len(g.times) }
func (g eventGroup) Less(i, j int) bool {
	return g.times[i] < g.times[j] || g.times[i] == g.times[j] && g.types[i] < g.types[j]
}
func (g eventGroup) Swap(i, j int) {
	g.times[i], g.times[j] = g.times[j], g.times[i]
	g.types[i], g.types[j] = g.types[j], g.types[i]
}
