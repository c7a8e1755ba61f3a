package rules

import (
	"fmt"
	"math"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"leadscore/features"
)

// moment is one lead at one instant while it is being scored: what conditions read. It serves the compiled conditions
// and, as an activation, CEL's own interpreter. One is reused from score to score.
type moment struct {
	*features.Snapshot
	schema  *features.Schema
	figures []figure // one per Schema.Engagement, computed when first asked for
	sets    eventSets
	judged  []truth // by [condition.place], what is known beforehand of a table's lead; nil: nothing
	scratch scratch
}

// figure is an engagement figure of the lead. A missing one has neither a number nor a text.
type figure struct {
	known   bool
	missing bool
	number  float64
	text    string
}

// lead, engagement and events are what the three variables hold: the same moment under a type of its own.
type (
	leadValue       moment
	engagementValue moment
)

func (m *moment) look(s *features.Snapshot) {
	m.Snapshot = s
	m.sets.known = false
	clear(m.figures)
	for k := range m.scratch.gates {
		for i := range m.scratch.gates[k] {
			m.scratch.gates[k][i] = unasked
		}
	}
}

// field returns the value of a field; ok is false if the lead has none. A number that is NaN is none.
func (m *moment) field(i int) (v *features.Value, ok bool) {
	if i >= len(m.Values) {
		return nil, false
	}
	v = &m.Values[i]
	if v.Missing {
		return v, false
	}
	switch m.schema.Fields[i].Kind {
	case features.Number, features.Boolean:
		return v, !math.IsNaN(v.Number)
	case features.Date:
		return v, v.Time != features.NoTime
	}
	return v, true
}

// figure returns an engagement figure; ok is false if the lead has none, as days since the last of no events.
func (m *moment) figure(i int) (f *figure, ok bool) {
	f = &m.figures[i]
	if !f.known {
		e := &m.schema.Engagement[i]
		f.number, f.text = e.Value(m.Events, m.AsOf)
		f.missing = math.IsNaN(f.number)
		if e.FirstEvent {
			f.missing = f.text == ""
		}
		f.known = true
	}
	return f, !f.missing
}

// ResolveName implements [cel.Activation].
func (m *moment) ResolveName(name string) (any, bool) {
	switch name {
	case leadVariable:
		return (*leadValue)(m), true
	case engagementVariable:
		return (*engagementValue)(m), true
	case eventsVariable:
		return eventsValue{m}, true
	case asOfVariable:
		if m.AsOf != features.NoTime {
			return timestamp(m.AsOf), true
		}
	case createdVariable:
		if m.Created != features.NoTime {
			return timestamp(m.Created), true
		}
	}
	return nil, false
}

// Parent implements [cel.Activation].
func (m *moment) Parent() cel.Activation { return nil }

func timestamp(t features.Micros) types.Timestamp {
	return types.Timestamp{Time: time.UnixMicro(int64(t)).UTC()}
}

// missingError is how CEL's interpreter learns that a value is missing: || and && let the other side decide.
func missingError(name string) error { return fmt.Errorf("%s is missing", name) }
