package leakage

import (
	"math"
	"slices"
	"strings"

	"leadscore/features"
)

// used is a column of the schema that scores may use, with what the examination needs of it.
type used struct {
	column  *Column
	inputs  []int  // of the encoder
	because string // why the schema uses it in spite of suspicions
}

// columns makes the table of every field and figure in use, in the schema's order. A date has several inputs; its table is that
// of its age or day.
func (e *examination) columns() []used {
	var list []used
	fields, figures := map[int]int{}, map[int]int{}
	for i := range e.encoder.Inputs {
		in := &e.encoder.Inputs[i]
		places := fields
		switch in.Source {
		case features.FromField:
		case features.FromEngagement:
			places = figures
		default:
			continue // when the lead came, and the snapshot itself, are no columns that a schema could leave out
		}
		if place, known := places[in.Index]; known {
			list[place].inputs = append(list[place].inputs, i)
			continue
		}
		places[in.Index] = len(list)
		list = append(list, used{inputs: []int{i}})
	}
	late := e.lateEvents()
	parallel(len(list), func(k int) {
		i := list[k].inputs[0]
		if in := &e.encoder.Inputs[i]; in.Source == features.FromField {
			e.field(&list[k], &e.schema.Fields[in.Index], in.Index, i)
		} else {
			e.figure(&list[k], &e.schema.Engagement[in.Index], i, late)
		}
	})
	return list
}

// explained is the schema's reason, where it says use: yes itself: a reason beside nothing may be of an earlier use: no.
func explained(use features.Use, because string) string {
	if use != features.UseYes {
		return ""
	}
	return strings.TrimSpace(because)
}

// field makes the table of a field.
func (e *examination) field(u *used, f *features.Field, index, input int) {
	u.because = explained(f.Use, f.Because)
	c := &Column{Name: f.Name, Kind: f.Kind, Recorded: true, Cells: e.cells(input)}
	u.column = c
	values := &e.history.Table.Columns[index]
	switch {
	case f.Kind == features.Number && values.Numbers != nil:
		e.number(c, f, values.Numbers)
	case f.Kind == features.Date && values.Times != nil:
		e.date(c, values.Times)
	case f.Kind == features.Category && values.Codes != nil:
		filled := values.Codes.Len()
		for i := range values.Codes.Len() {
			if values.Codes.At(i) == 0 {
				filled--
			}
		}
		if distinct := len(values.Levels) - 1; filled >= leastDates {
			c.Unique, c.UniqueShare = NamesOne(filled, distinct), float64(distinct)/float64(filled)
		}
	}
}

// number counts what is not 0 and looks whether the numbers name leads.
func (e *examination) number(c *Column, f *features.Field, numbers *features.Numbers) {
	c.Whole = true
	different := make(map[float64]struct{})
	for k, row := range e.rows {
		v := numbers.At(int(row))
		if math.IsNaN(v) {
			continue
		}
		different[v] = struct{}{}
		c.Whole = c.Whole && v == math.Trunc(v)
		if v != 0 {
			c.NonZero[e.outcome[k]]++
		}
	}
	if c.Whole && len(different) >= leastDates {
		values := make([]float64, len(e.rows))
		filled := 0
		for k, row := range e.rows {
			if values[k] = numbers.At(int(row)); !math.IsNaN(values[k]) {
				filled++
			}
		}
		c.Unique, c.UniqueShare = NamesLeads(f.Name, values, len(different)), float64(len(different))/float64(filled)
	}
}

// date compares with the snapshot and with the closing, leads that are won or lost. A time beyond the history's end was planned.
func (e *examination) date(c *Column, times *features.Times) {
	c.Snapshot.What, c.Closing.What = "dates are after the snapshot", "dates of decided leads are that of the closing or later"
	for k, row := range e.rows {
		t := times.At(int(row))
		if t == features.NoTime {
			continue
		}
		if e.until != features.NoTime && t > e.until {
			c.Plans++
			continue
		}
		if at := e.history.AsOf[row]; at != features.NoTime {
			c.Snapshot.Of++
			if t > at {
				c.Snapshot.N++
			}
		}
		if closed := e.history.Table.Closed.At(int(row)); e.outcome[k] != features.Open && closed != features.NoTime {
			c.Closing.Of++
			if t > closed-CloseBy {
				c.Closing.N++
			}
		}
	}
}

// figure makes the table of an engagement figure. Under a snapshot rule it cannot see what comes after the snapshot; under the
// empty rule it sees all that came before the closing, the closing's own events included.
func (e *examination) figure(u *used, f *features.Engagement, input int, late map[string]Later) {
	u.because = explained(f.Use, f.Because)
	c := &Column{Name: f.Name, Kind: features.Number, Cells: e.cells(input)}
	u.column = c
	if f.IsCategory() {
		c.Kind = features.Category
	} else {
		c.Whole = f.HalfLife.IsZero()
		zero := e.zeroCode(input)
		for k, code := range e.codes[input] {
			if code != zero && code != e.encoder.MissingCode(input) {
				c.NonZero[e.outcome[k]]++
			}
		}
	}
	for _, kind := range slices.Concat(f.Count, f.DaysSinceLast, f.DistinctDays, f.EventsBeforeFirst) {
		c.Closing.N, c.Closing.Of = c.Closing.N+late[kind].N, c.Closing.Of+late[kind].Of
	}
	c.Closing.What = "events that it counts come with the closing or after it"
}

// zeroCode is the code of the value 0 where it has one of its own, else one that no lead has.
func (e *examination) zeroCode(input int) uint16 {
	if code, ok := e.encoder.Coders[input].Exact(0); ok {
		return code
	}
	return math.MaxUint16
}

// lateEvents counts by type, and under [features.AnyEvent] of all types, the events of decided leads that come with the closing
// or after it. It is nil where a snapshot rule keeps them out.
func (e *examination) lateEvents() map[string]Later {
	h := e.history
	if !e.schema.Snapshot.IsZero() || h.Events == nil || h.Table.Closed == nil {
		return nil
	}
	counts := make([]Later, len(h.Events.Types))
	var events features.LeadEvents
	for k, row := range e.rows {
		closed := h.Table.Closed.At(int(row))
		if e.outcome[k] == features.Open || closed == features.NoTime {
			continue
		}
		h.Events.Of(int(row), &events)
		for i, t := range events.Times {
			counts[events.Types[i]].Of++
			if t >= closed-EventCloseBy {
				counts[events.Types[i]].N++
			}
		}
	}
	late, all := map[string]Later{}, Later{}
	for i, name := range h.Events.Types {
		late[name] = counts[i]
		all.N, all.Of = all.N+counts[i].N, all.Of+counts[i].Of
	}
	late[features.AnyEvent] = all
	return late
}

// cells counts the sampled leads by code.
func (e *examination) cells(input int) []Cell {
	cells := make([]Cell, e.encoder.Bins(input))
	ordered := e.encoder.Inputs[input].Ordered
	for code := range cells {
		c := &cells[code]
		c.Missing = code == int(e.encoder.MissingCode(input))
		c.Other = !ordered && code == len(e.encoder.Coders[input].Levels)
	}
	for k, code := range e.codes[input] {
		cells[code].Counts[e.spans[k]].Add(e.outcome[k], Half(int(e.rows[k])))
	}
	for code := range cells {
		if won, lost, open := cells[code].sum(); won+lost+open > 0 {
			cells[code].Label = e.encoder.Label(input, uint16(code))
		}
	}
	return cells
}
