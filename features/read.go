package features

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"sort"

	"leadscore/features/source"
)

// LongestText is the most bytes that a cell of a file or a text of a request may hold; a longer one is a fault.
const LongestText = 10_000

// ReadOptions says how files are read. The zero value reads leads without outcomes and stops at the first bad file.
type ReadOptions struct {
	Outcome         bool                    // the outcome column is required, and read
	NoFields        bool                    // only what is about the lead itself is read: id, times, outcome, account; every field is missing
	NoFingerprint   bool                    // the report has none
	LeaveOutBadRows bool                    // a row with a fault is left out and counted; otherwise all faults together are the error
	BeforeSnapshot  bool                    // of events only those before their lead's snapshot are kept, where the schema's rule tells it without events
	Progress        func(done, total int64) // bytes; may be nil
}

// ReadReport says what was read. Rows is what the files hold; Rows less all of LeftOut is what the caller got.
type ReadReport struct {
	Files       []string         `json:"files"`
	Rows        int64            `json:"rows"`
	LeftOut     map[string]int64 `json:"left_out,omitempty"` // rows by reason
	Later       int64            `json:"later,omitempty"`    // events that [ReadOptions.BeforeSnapshot] did not keep
	Warnings    []Warning        `json:"warnings,omitempty"`
	Fingerprint string           `json:"fingerprint"` // sha256, hex, of the files' contents in order
}

// Warning is something that a reader did not expect and went on from.
type Warning struct {
	Problem  string   `json:"problem"`
	Count    int64    `json:"count"`              // rows or columns
	Examples []string `json:"examples,omitempty"` // the first ones, at most 5
}

func (w Warning) String() string {
	text := fmt.Sprintf("%s (%d)", w.Problem, w.Count)
	for i, e := range w.Examples {
		if i == 0 {
			text += ", first: "
		} else {
			text += "; "
		}
		text += e
	}
	return text
}

// ReadLeads reads the leads of files, folders and patterns in one pass, by column. Required are the columns of id, created
// and every used field; with [ReadOptions.Outcome] also those of outcome, account, closed, deal value and snapshot, which
// otherwise may be absent. Fields with use: no are not read.
//
// Faults, all of them as [Faults] of [*FieldError]: a missing or doubled id, a text in a number, NaN and infinity unless
// listed as missing, an unreadable date or boolean, a cell over [LongestText]. Counted warnings: an outcome that is
// neither won nor lost (then open), a closed time before the created one, columns that the schema does not know. Memory:
// the table, and one batch.
func ReadLeads(ctx context.Context, s *Schema, paths []string, o ReadOptions) (*Table, *ReadReport, error) {
	return readLeads(ctx, s, paths, o, nil)
}

func readLeads(ctx context.Context, s *Schema, paths []string, o ReadOptions, lots *lots) (*Table, *ReadReport, error) {
	if err := s.Validate(); err != nil {
		return nil, nil, err
	}
	if o.Outcome && s.Outcome.Column == "" {
		return nil, nil, &FieldError{Field: "outcome.column", Problem: "the schema names no outcome column", Want: "name it, and its won and lost values"}
	}
	files, err := source.Expand(paths)
	if err != nil {
		return nil, nil, err
	}
	print := startFingerprint(ctx, files, o)
	defer print.stop()
	r := newLeadReader(s, o, lots)
	err = r.readAll(ctx, files)
	if err != nil {
		return nil, nil, err
	}
	report := r.rows.report(files)
	if report.Fingerprint, err = print.sum(); err != nil {
		return nil, nil, err
	}
	if lots != nil {
		return nil, report, nil
	}
	return r.finish(), report, nil
}

// wanted is a column of the file that the schema names.
type wanted struct {
	column string
	need   bool
	why    string // "lead.id", "employees"
	reader columnReader
}

// columnReader reads one column of the result, batch by batch.
type columnReader interface {
	// read reads a batch's cells; a cell with a fault is passed to bad and stands as missing.
	read(c *source.Column, rows int, bad func(row int, fault *FieldError))
	// keep puts the batch's kept rows, ascending, behind those of earlier batches.
	keep(kept []int32)
}

// options say how the files are written.
func (f *FileFormat) options() source.Options {
	o := source.Options{Encoding: f.Encoding}
	if f.Delimiter != "" {
		o.Delimiter = rune(f.Delimiter[0])
	}
	return o
}

// columnNames looks at what columns files have.
func columnNames(files []string, options source.Options) ([]string, error) {
	look, err := source.Open(files, options)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range look.Columns() {
		names = append(names, c.Name)
	}
	return names, look.Close()
}

// UnknownColumns is the warning of columns that a file has and the schema does not know.
const UnknownColumns = "columns that the schema does not know, not read"

// openColumns opens the files for the wanted columns that they have. Absent ones are faults if they are needed.
func openColumns(files []string, f *FileFormat, o ReadOptions, all []wanted, notes *notes, ignored []string) (*source.Reader, []wanted, error) {
	options := f.options()
	options.Progress, options.KeepBadRows, options.Ahead = o.Progress, o.LeaveOutBadRows, readingAhead(len(all))
	names, err := columnNames(files, options)
	if err != nil {
		return nil, nil, err
	}
	have, faults := presentColumns(files[0], names, all)
	if len(faults) > 0 {
		return nil, nil, faults
	}
	for _, w := range have {
		options.Columns = append(options.Columns, w.column)
	}
	for _, name := range names {
		if !slices.Contains(options.Columns, name) && !slices.Contains(ignored, name) {
			notes.add(UnknownColumns, func() string { return name })
		}
	}
	reader, err := source.Open(files, options)
	return reader, have, err
}

func presentColumns(file string, names []string, all []wanted) (have []wanted, faults Faults) {
	for _, w := range all {
		if slices.Contains(names, w.column) {
			have = append(have, w)
			continue
		}
		if !w.need {
			continue
		}
		want := fmt.Sprintf("the file has %q", names)
		if near, ok := Nearest(w.column, names); ok {
			want = fmt.Sprintf("did you mean %q? %s", near, want)
		}
		faults.Add(&FieldError{File: filepath.Base(file), Field: w.why, Value: w.column, Problem: "no such column", Want: want})
	}
	return have, faults
}

// shownExamples is how many examples a warning holds.
const shownExamples = 5

// notes are counted warnings, by problem, in the order first met.
type notes struct {
	list  []Warning
	place map[string]int
}

// add counts a problem; example is asked for only while examples are kept.
func (n *notes) add(problem string, example func() string) {
	place, ok := n.place[problem]
	if !ok {
		if n.place == nil {
			n.place = map[string]int{}
		}
		place = len(n.list)
		n.place[problem] = place
		n.list = append(n.list, Warning{Problem: problem})
	}
	w := &n.list[place]
	w.Count++
	if len(w.Examples) < shownExamples {
		w.Examples = append(w.Examples, example())
	}
}

// rowFaults collects what a reader found wrong with rows, and says which rows stay.
type rowFaults struct {
	leaveOut bool
	faults   Faults
	leftOut  map[string]int64
	notes    notes
	seen     int64

	batch []rowFault
	bad   []bool
}

type rowFault struct {
	row    int
	column int
	fault  *FieldError
}

// begin takes up a batch, with the faults of its form.
func (r *rowFaults) begin(b *source.Batch) {
	r.seen += int64(b.Rows)
	r.batch = r.batch[:0]
	r.bad = slices.Grow(r.bad[:0], b.Rows)[:b.Rows]
	clear(r.bad)
	for _, f := range b.Faults {
		r.batch = append(r.batch, rowFault{f.Row, -1, &FieldError{Field: f.Column, Problem: f.Reason, kind: f.Kind}})
	}
}

// settle reports the batch's faults by row, then column, with their places and leads.
func (r *rowFaults) settle(b *source.Batch, lead func(row int) string) {
	sort.SliceStable(r.batch, func(i, j int) bool {
		a, b := r.batch[i], r.batch[j]
		return a.row < b.row || a.row == b.row && a.column < b.column
	})
	for _, f := range r.batch {
		r.one(b, f.row, lead(f.row), f.fault)
	}
}

func (r *rowFaults) one(b *source.Batch, row int, lead string, fault *FieldError) {
	first := !r.bad[row]
	r.bad[row] = true
	fault.File, fault.Lead = filepath.Base(b.File), lead
	if fault.Line = int(b.Line(row)); fault.Line == 0 {
		fault.Row = b.FirstRow + int64(row)
	}
	if !r.leaveOut {
		r.faults.Add(fault)
		return
	}
	if !first {
		return
	}
	reason := fault.Problem
	if fault.kind != "" {
		reason = fault.kind
	}
	if fault.Field != "" {
		reason = "field " + fault.Field + ": " + reason
	}
	if r.leftOut == nil {
		r.leftOut = map[string]int64{}
	}
	r.leftOut[reason]++
	r.notes.add("left out: "+reason, fault.Error)
}

// err has the faults, if there are any.
func (r *rowFaults) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return badRows{r.faults}
}

func (r *rowFaults) report(files []string) *ReadReport {
	return &ReadReport{Files: files, Rows: r.seen, LeftOut: maps.Clone(r.leftOut), Warnings: r.notes.list}
}

// sourceFaults turns the faults of a file's form into ours.
func sourceFaults(err error) error {
	var broken *source.FaultsError
	if !errors.As(err, &broken) {
		return err
	}
	var faults Faults
	for _, f := range broken.Faults {
		one := &FieldError{File: filepath.Base(f.File), Line: int(f.Line), Field: f.Column, Problem: f.Reason}
		if f.Line == 0 {
			one.Row = f.Row
		}
		faults.Add(one)
	}
	if more := broken.Total - len(broken.Faults); more > 0 {
		faults = append(faults, &uncounted{more})
	}
	if broken.Err != nil {
		return errors.Join(faults, broken.Err)
	}
	return badRows{faults}
}

// aheadBytes is about how many bytes of columns are read ahead, as long as that is between one batch and mostAhead.
const aheadBytes, mostAhead = 16 << 20, 8

// readingAhead is how many batches of so many columns are read ahead.
func readingAhead(columns int) int {
	const cell = 16 // bytes, of a text
	return min(max(aheadBytes/(source.DefaultBatchRows*cell*columns), 1), mostAhead)
}

// eachBatch calls a function for every batch, to the end. While it looks at one the next are read.
func eachBatch(ctx context.Context, r *source.Reader, do func(*source.Batch)) error {
	type read struct {
		batch *source.Batch
		err   error
	}
	ahead := r.Ahead()
	ready, room := make(chan read, ahead), make(chan struct{}, ahead)
	go func() {
		for {
			batch, err := r.Next(ctx)
			if ready <- (read{batch, err}); err != nil {
				return
			}
			room <- struct{}{} // waits until a batch has been looked at
		}
	}()
	for {
		now := <-ready
		if errors.Is(now.err, io.EOF) {
			return nil
		}
		if now.err != nil {
			return sourceFaults(now.err)
		}
		do(now.batch)
		<-room
	}
}
