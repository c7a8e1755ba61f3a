package rules

import (
	"math/bits"

	"leadscore/features"
)

// addsFromSet says whether a lead's events are looked up: there are not too many, nor too many types in the book.
func (m *moment) addsFromSet() bool {
	return len(m.Events) <= mostInSet && len(m.sets.sets) <= features.MostTexts
}

// mostInSet is the number of a lead's events up to which they are looked up rather than walked by each rule.
const mostInSet = 64

// eventSet says which of a lead's events it holds: bit i is event i.
type eventSet uint64

// eventSets are a lead's events by type, so that a rule looks only at its own. They are worked out when a rule first asks.
type eventSets struct {
	kinds features.TextCodes // types that rules name
	sets  []eventSet         // by kind
	all   eventSet
	known bool
}

// typesOf numbers the event types that the book's selectors name.
func (b *Book) typesOf() (types features.TextCodes, count int) {
	numbers := typeNumbers{known: map[string]int{}}
	for _, s := range b.selectors() {
		s.kinds, s.afterKinds = numbers.of(s.names), numbers.of(s.after)
	}
	return features.NewTextCodes(numbers.names), len(numbers.names)
}

// typeNumbers gives event types numbers, 0, 1, … as they are met.
type typeNumbers struct {
	names []string
	known map[string]int
}

func (n *typeNumbers) of(types []string) (kinds []int) {
	for _, name := range types {
		if name == features.AnyEvent {
			return []int{anyKind}
		}
		at, known := n.known[name]
		if !known {
			at = len(n.names)
			n.names, n.known[name] = append(n.names, name), at
		}
		kinds = append(kinds, at)
	}
	return kinds
}

// anyKind stands for every event type.
const anyKind = -1

func (b *Book) selectors() (all []*selector) {
	for g := range b.all() {
		if g.events != nil {
			all = append(all, g.events)
		}
	}
	return all
}

// of is the set of the events of some kinds; the lead has at most mostInSet events.
func (e *eventSets) of(kinds []int, events []features.Event) (set eventSet) {
	if !e.known {
		e.look(events)
	}
	for _, kind := range kinds {
		if kind == anyKind {
			return e.all
		}
		set |= e.sets[kind]
	}
	return set
}

func (e *eventSets) look(events []features.Event) {
	clear(e.sets)
	e.known, e.all = true, eventSet(1)<<len(events)-1 // 64 events: 0 − 1, all bits
	for i := range events {
		if kind, ok := e.kinds.Code(events[i].Type); ok {
			e.sets[kind] |= 1 << i
		}
	}
}

// newest is the place of the latest event; the set must not be empty.
func (s eventSet) newest() int { return bits.Len64(uint64(s)) - 1 }

// oldest is the place of the first event; 64 of an empty set.
func (s eventSet) oldest() int { return bits.TrailingZeros64(uint64(s)) }

// from is the part of the set from a place on.
func (s eventSet) from(place int) eventSet { return s &^ (1<<place - 1) }

// addFromSet is add for a lead of at most mostInSet events.
func (s *selector) addFromSet(m *moment, points Milli, h halfLife, most int) (times int, sum Milli) {
	set := m.sets.of(s.kinds, m.Events)
	if s.afterKinds != nil {
		set = set.from(m.sets.of(s.afterKinds, m.Events).oldest() + 1)
	}
	set = set.from(s.afterEvents)
	if s.first {
		set &= 1
	}
	from, _ := m.since(s.within)
	rate := h.rate()
	for set != 0 {
		i := set.newest()
		at := m.Events[i].Time
		if at < from {
			break
		}
		times++
		sum += h.of(points, m.AsOf-at, rate)
		if times == most {
			break
		}
		set &^= 1 << i
	}
	return times, sum
}
