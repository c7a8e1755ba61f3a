package change

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"leadscore/features"
)

// mostTypes bounds how many event types are replaced one by one; those after them are replaced together.
const mostTypes = 100

// othersName is the name of the event types that are replaced together.
const othersName = "all other event types"

// turnover is what became of one event type.
type turnover struct {
	kind           string
	added, removed int
	first, last    features.Micros // of the events that came, or else of those that went
}

// events replaces the events, type after type in the order in which they first changed.
func (r *replay) events(ctx context.Context, step *Step) error {
	then, now := r.state.Events, r.q.Now.At(r.q.To.AsOf).Events
	moved := turnovers(then, now)
	replaced := map[string]bool{}
	for i := 0; i < len(moved); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		one := moved[i]
		replaced[one.kind] = true
		if i == mostTypes {
			for _, other := range moved[i+1:] {
				one.join(&other)
				replaced[other.kind] = true
			}
			one.kind, i = othersName, len(moved)
		}
		r.state.Events = mixed(then, now, replaced)
		r.cause(step, Cause{Name: one.kind, Detail: one.words(), Added: one.added, Removed: one.removed})
	}
	r.state.Events = now
	return nil
}

// turnovers compares two sorted lists of events.
func turnovers(then, now []features.Event) []turnover {
	place := map[string]int{}
	var list []turnover
	note := func(e *features.Event, added, removed int) {
		at, found := place[e.Type]
		if !found {
			at = len(list)
			place[e.Type] = at
			list = append(list, turnover{kind: e.Type, first: e.Time, last: e.Time})
		}
		list[at].join(&turnover{added: added, removed: removed, first: e.Time, last: e.Time})
	}
	i, j := 0, 0
	for i < len(then) || j < len(now) {
		order := 0
		switch {
		case j == len(now):
			order = -1
		case i == len(then):
			order = 1
		default:
			order = cmp.Or(cmp.Compare(then[i].Time, now[j].Time), cmp.Compare(then[i].Type, now[j].Type))
		}
		switch {
		case order < 0:
			note(&then[i], 0, 1)
			i++
		case order > 0:
			note(&now[j], 1, 0)
			j++
		default:
			i, j = i+1, j+1
		}
	}
	return list
}

func (t *turnover) join(other *turnover) {
	t.first, t.last = min(t.first, other.first), max(t.last, other.last)
	t.added, t.removed = t.added+other.added, t.removed+other.removed
}

func (t *turnover) words() string {
	text := ""
	switch {
	case t.removed == 0:
		text = counted(t.added)
	case t.added == 0:
		text = counted(t.removed) + " removed"
	default:
		text = fmt.Sprintf("%s, %d removed", counted(t.added), t.removed)
	}
	first, last := day(t.first), day(t.last)
	if t.first == t.last {
		return text + ", " + time.UnixMicro(int64(t.first)).UTC().Format("2006-01-02 15:04")
	}
	if first == last {
		return text + ", " + first
	}
	return text + ", " + first + " to " + last
}

func counted(n int) string {
	if n == 1 {
		return "1 event"
	}
	return strconv.Itoa(n) + " events"
}

func day(m features.Micros) string { return time.UnixMicro(int64(m)).UTC().Format(time.DateOnly) }

// mixed has the events of now of the replaced types, and those of then of the others.
func mixed(then, now []features.Event, replaced map[string]bool) []features.Event {
	var list []features.Event
	for _, e := range then {
		if !replaced[e.Type] {
			list = append(list, e)
		}
	}
	for _, e := range now {
		if replaced[e.Type] {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b features.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Type, b.Type))
	})
	return list
}

// profile replaces the created time and then the fields in the schema's order.
func (r *replay) profile(ctx context.Context, step *Step) error {
	now := r.q.Now
	if then := r.state.Created; then != now.Created {
		r.state.Created = now.Created
		r.cause(step, Cause{Name: "created", Detail: timeWords(then) + " → " + timeWords(now.Created)})
	}
	schema := r.q.From.Scorer.Version().Schema
	r.state.Values = slices.Clone(r.state.Values)
	for i := range r.state.Values {
		then, field := r.state.Values[i], &schema.Fields[i]
		if sameValue(field, &then, &now.Values[i]) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		r.state.Values[i] = now.Values[i]
		r.cause(step, Cause{Name: field.Name, Detail: ValueWords(field, &then) + " → " + ValueWords(field, &now.Values[i])})
	}
	return nil
}

func sameValue(f *features.Field, a, b *features.Value) bool {
	if isMissing(f, a) || isMissing(f, b) {
		return isMissing(f, a) == isMissing(f, b)
	}
	return *a == *b
}

func isMissing(f *features.Field, v *features.Value) bool {
	return v.Missing || f.Kind == features.Date && v.Time == features.NoTime || math.IsNaN(v.Number)
}

// ValueWords writes a field's value for a person. Of an e-mail address only its kind is known.
func ValueWords(f *features.Field, v *features.Value) string {
	switch {
	case isMissing(f, v):
		return "missing"
	case f.Kind == features.Number:
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case f.Kind == features.Boolean:
		return strconv.FormatBool(v.Number != 0)
	case f.Kind == features.Date:
		return timeWords(v.Time)
	}
	return v.Text
}

func timeWords(m features.Micros) string {
	if m == features.NoTime {
		return "missing"
	}
	t := time.UnixMicro(int64(m)).UTC()
	if t.Truncate(24 * time.Hour).Equal(t) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04:05")
}
