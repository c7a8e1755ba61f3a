package features

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"leadscore/features/source"
)

// ReadEvents reads the events of a table's leads in one pass. Faults, all of them as [Faults] of [*FieldError]: an event
// without a time or a type, an unreadable time, an over-long text. Counted warnings, the event then being left out: a lead
// that the table does not hold, no lead at all.
func ReadEvents(ctx context.Context, s *Schema, paths []string, t *Table, o ReadOptions) (*EventLog, *ReadReport, error) {
	if s.Events == (EventColumns{}) {
		return nil, nil, &FieldError{Field: "events", Problem: "the schema names no events' columns", Want: "name lead, time and type under events"}
	}
	if err := s.Validate(); err != nil {
		return nil, nil, err
	}
	files, err := source.Expand(paths)
	if err != nil {
		return nil, nil, err
	}
	print := startFingerprint(ctx, files, o)
	defer print.stop()
	r := newEventReader(s, t, o)
	err = r.readAll(ctx, files)
	r.adding.end()
	if err != nil {
		return nil, nil, err
	}
	report := r.rows.report(files)
	report.Later = r.later
	if report.Fingerprint, err = print.sum(); err != nil {
		return nil, nil, err
	}
	log := r.builder.Build()
	return log, report, log.Err()
}

type eventReader struct {
	schema  *Schema
	ask     ReadOptions
	rows    rowFaults
	index   *idIndex
	builder *EventBuilder // its types apart, adding has it
	adding  *eventAdder
	until   []Micros // of each lead: its events from then on are not kept; nil: all are
	later   int64    // events that were not kept

	leads *leadColumn
	times *timeColumn
	types *codeColumn
}

func newEventReader(s *Schema, t *Table, o ReadOptions) *eventReader {
	r := &eventReader{schema: s, ask: o, builder: NewEventBuilder(t.Len())}
	r.rows.leaveOut = o.LeaveOutBadRows
	if o.BeforeSnapshot && s.Snapshot.needsNoEvents() {
		h := History{Table: t}
		for row := range t.Len() {
			r.until = append(r.until, h.asOf(row, NoTime, nil))
		}
	}
	r.adding = newEventAdder(r.builder)
	if r.index = t.index; r.index == nil {
		r.index = newIDIndex(t.IDs)
		for id := range t.IDs.Values() {
			r.index.add(r.index.hash(id))
		}
	}
	r.leads = &leadColumn{index: r.index}
	r.times = &timeColumn{field: &Field{Name: "events.time"}, layout: s.Format.DateLayout, zone: s.Format.Zone()}
	r.types = newCodeColumn(&Field{Name: "events.type"}, nil)
	return r
}

func (r *eventReader) readAll(ctx context.Context, files []string) error {
	c := r.schema.Events
	all := []wanted{
		{c.Lead, true, "events.lead", r.leads},
		{c.Time, true, "events.time", r.times},
		{c.Type, true, "events.type", r.types},
	}
	reader, have, err := openColumns(files, &r.schema.Format, r.ask, all, &r.rows.notes, nil)
	if err != nil {
		return err
	}
	defer reader.Close()
	err = eachBatch(ctx, reader, func(b *source.Batch) { r.batch(b, have) })
	if err == nil || errors.Is(err, source.ErrNoRows) { // no events at all is an answer, not a fault
		return r.rows.err()
	}
	return err
}

func (r *eventReader) batch(b *source.Batch, have []wanted) {
	r.rows.begin(b)
	readColumns(b, have, &r.rows)
	r.required(b)
	r.rows.settle(b, func(row int) string { return r.leads.name(row) })
	events := r.adding.room()
	for row := range b.Rows {
		if r.rows.bad[row] {
			continue
		}
		lead := r.leads.rows[row]
		switch {
		case lead == unknownLead:
			r.rows.notes.add("events of leads that are not in the leads' file, left out", func() string {
				return fmt.Sprintf("%s: lead %s", placeOf(b, row), shorten(r.leads.name(row)))
			})
		case lead == noLead:
			r.rows.notes.add("events without a lead, left out", func() string { return placeOf(b, row) })
		case r.until != nil && r.times.values[row] >= r.until[lead]:
			r.later++
		default:
			events = append(events, rawEvent{r.times.values[row], uint32(lead), r.kind(r.types.codes[row])})
		}
	}
	r.adding.add(events)
}

// eventAdder adds a batch's events to a builder while the next batch is read.
type eventAdder struct{ full, empty, ended chan []rawEvent }

func newEventAdder(b *EventBuilder) *eventAdder {
	a := &eventAdder{full: make(chan []rawEvent, 1), empty: make(chan []rawEvent, 2), ended: make(chan []rawEvent)}
	a.empty <- nil
	a.empty <- nil
	go func() {
		defer close(a.ended)
		for events := range a.full {
			for _, e := range events {
				b.add(e)
			}
			a.empty <- events
		}
	}()
	return a
}

// room is memory for a batch's events, which add takes.
func (a *eventAdder) room() []rawEvent { return (<-a.empty)[:0] }

func (a *eventAdder) add(events []rawEvent) { a.full <- events }

// end waits until all are added.
func (a *eventAdder) end() {
	close(a.full)
	<-a.ended
}

func placeOf(b *source.Batch, row int) string {
	place := filepath.Base(b.File)
	if line := b.Line(row); line > 0 {
		return fmt.Sprintf("%s: line %d", place, line)
	}
	return fmt.Sprintf("%s: row %d", place, b.FirstRow+int64(row))
}

// kind is the builder's place of a type; both number types in the order met.
func (r *eventReader) kind(code uint32) uint32 {
	for len(r.builder.types) < len(r.types.levels)-1 {
		r.builder.kind(r.types.levels[len(r.builder.types)+1])
	}
	return code - 1
}

// required adds the faults of empty cells that no reader met.
func (r *eventReader) required(b *source.Batch) {
	var faulty []bool // by row and column; nil, as nearly always: none
	if len(r.rows.batch) > 0 {
		faulty = make([]bool, b.Rows*2)
	}
	for _, f := range r.rows.batch {
		if f.column > 0 {
			faulty[f.row*2+f.column-1] = true
		}
	}
	has := func(row, column int) bool { return faulty != nil && faulty[row*2+column-1] }
	for row := range b.Rows {
		if r.times.values[row] == NoTime && !has(row, 1) {
			r.rows.batch = append(r.rows.batch, rowFault{row, 1, &FieldError{Field: "events.time", Problem: "no time", Want: "every event needs one"}})
		}
		if r.types.codes[row] == 0 && !has(row, 2) {
			r.rows.batch = append(r.rows.batch, rowFault{row, 2, &FieldError{Field: "events.type", Problem: "no type", Want: "every event needs one"}})
		}
	}
}

// leadColumn reads ids as rows of the table. An id of a file's dictionary is looked up once.
type leadColumn struct {
	index *idIndex
	rows  []int32
	names []string // of the batch, or of its dictionary; as long as the batch lives

	hashes  []uint32 // of names
	guesses []uint32 // what stands in the index where each is first looked for
	version int      // of the dictionary that byLevel belongs to
	byLevel []int32  // rows; nil: no dictionary was read yet
	of      *source.Column
}

const (
	unknownLead = -1
	noLead      = -2
)

// name is the id of a row of the batch; empty where there is none.
func (l *leadColumn) name(row int) string {
	if l.of.Null[row] {
		return ""
	}
	return strings.TrimSpace(textAt(l.of, row))
}

func (l *leadColumn) read(c *source.Column, rows int, bad func(int, *FieldError)) {
	l.of, l.rows = c, l.rows[:0]
	if c.Codes != nil && c.Kind == source.Text {
		l.byDictionary(c, rows)
	} else {
		l.names = l.names[:0]
		for i := range rows {
			l.names = append(l.names, l.name(i))
		}
		l.rows = l.find(l.rows)
	}
	for i, row := range l.rows {
		if row == unknownLead && len(l.name(i)) > LongestText {
			bad(i, tooLong("events.lead", l.name(i)))
		}
	}
}

func (l *leadColumn) byDictionary(c *source.Column, rows int) {
	if l.byLevel == nil || l.version != c.LevelsVersion || len(l.byLevel) != len(c.Levels) {
		l.version, l.names = c.LevelsVersion, l.names[:0]
		for _, level := range c.Levels {
			l.names = append(l.names, strings.TrimSpace(level))
		}
		l.byLevel = l.find(make([]int32, 0, len(c.Levels)))
	}
	for i := range rows {
		row := int32(noLead)
		if !c.Null[i] {
			row = l.byLevel[c.Codes[i]]
		}
		l.rows = append(l.rows, row)
	}
}

// find appends the rows of all names, which it looks up in steps, each for all: what the processor waits for from memory it then waits for together.
func (l *leadColumn) find(to []int32) []int32 {
	l.hashes, l.guesses = l.hashes[:0], l.guesses[:0]
	for _, name := range l.names {
		l.hashes = append(l.hashes, l.index.hash(name))
	}
	mask := l.index.mask()
	for _, hash := range l.hashes {
		l.guesses = append(l.guesses, l.index.slots[hash&mask])
	}
	for i, name := range l.names {
		slot, hash := l.guesses[i], l.hashes[i]
		switch {
		case name == "":
			to = append(to, noLead)
		case i > 0 && name == l.names[i-1]: // an export often lists a lead's events together
			to = append(to, to[len(to)-1])
		case slot != 0 && (slot^hash)&^mask == 0 && l.index.ids.At(int(slot&mask)-1) == name:
			to = append(to, int32(slot&mask)-1)
		default:
			to = append(to, l.further(name, hash))
		}
	}
	return to
}

// further looks for an id that is not where it is first looked for.
func (l *leadColumn) further(name string, hash uint32) int32 {
	if row, ok := l.index.find(name, hash); ok {
		return int32(row)
	}
	return unknownLead
}

func (l *leadColumn) keep([]int32) {}
