package features

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"leadscore/features/source"
)

// leadReader fills a table batch by batch.
type leadReader struct {
	schema *Schema
	ask    ReadOptions
	rows   rowFaults
	table  *Table
	index  *idIndex
	lots   *lots // nil: all leads stand in one table

	ids      *idColumn
	outcome  *codeColumn
	account  *codeColumn
	created  *timeColumn
	closed   *timeColumn
	snapshot *timeColumn
	value    *numberColumn
	weight   *weightColumn
	fields   []columnReader // nil where not read

	outcomes []Outcome // by code of the outcome column
	unknown  []string  // the warning for a code that is open
	kept     []int32
}

func newLeadReader(s *Schema, o ReadOptions, lots *lots) *leadReader {
	r := &leadReader{schema: s, ask: o, table: &Table{Schema: s}, lots: lots}
	r.rows.leaveOut = o.LeaveOutBadRows
	r.ids = &idColumn{field: &Field{Name: "lead.id"}}
	r.index = newIDIndex(&r.ids.column)
	if o.Outcome {
		r.outcome = newCodeColumn(&Field{Name: "outcome"}, nil)
	}
	if s.Lead.Account != "" {
		r.account = newCodeColumn(&Field{Name: "lead.account"}, nil)
	}
	r.created = newTimeColumn(s, s.Lead.Created, "lead.created")
	r.closed = newTimeColumn(s, s.Lead.Closed, "lead.closed")
	r.snapshot = newTimeColumn(s, s.Snapshot.Column, "snapshot")
	if s.Lead.Value != "" {
		r.value = newNumberColumn(&Field{Name: "lead.value"}, &s.Format)
	}
	if s.Lead.Weight != "" && o.Outcome {
		r.weight = newWeightColumn(&s.Format)
	}
	r.fields = make([]columnReader, len(s.Fields))
	for i := range s.Fields {
		if !o.NoFields {
			r.fields[i] = fieldReader(s, &s.Fields[i])
			if lots != nil {
				packNothing(r.fields[i])
			}
		}
	}
	return r
}

func newTimeColumn(s *Schema, column, name string) *timeColumn {
	if column == "" {
		return nil
	}
	return &timeColumn{field: &Field{Name: name}, layout: s.Format.DateLayout, zone: s.Format.Zone()}
}

func newNumberColumn(f *Field, format *FileFormat) *numberColumn {
	return &numberColumn{field: f, decimal: format.decimal(), missing: f.missingNumbers(format.decimal()), pack: packNumbers}
}

func fieldReader(s *Schema, f *Field) columnReader {
	if !f.Used() {
		return nil
	}
	switch f.Kind {
	case Number:
		return newNumberColumn(f, &s.Format)
	case Date:
		return &timeColumn{field: f, layout: s.dateLayout(f), zone: s.Format.Zone()}
	case Boolean:
		return newCodeColumn(f, lookBoolean(f), falseLevel, trueLevel)
	case Email:
		return newCodeColumn(f, lookEmail())
	}
	return newCodeColumn(f, nil)
}

// dateLayout is the field's layout, or the file's.
func (s *Schema) dateLayout(f *Field) string {
	if f.Layout != "" {
		return f.Layout
	}
	return s.Format.DateLayout
}

// columns lists what the schema wants of the file. A snapshot column that is a field too is read by the field's reader only
// if no snapshot is asked for, so that each column is read once.
func (r *leadReader) columns() []wanted {
	s, history := r.schema, r.ask.Outcome
	list := []wanted{{s.Lead.ID, true, "lead.id", r.ids}}
	add := func(column string, need bool, why string, reader columnReader) {
		list = append(list, wanted{column, need, why, reader})
	}
	if r.outcome != nil {
		add(s.Outcome.Column, true, "outcome.column", r.outcome)
	}
	if r.account != nil {
		add(s.Lead.Account, history, "lead.account", r.account)
	}
	if r.created != nil {
		add(s.Lead.Created, true, "lead.created", r.created)
	}
	if r.closed != nil {
		add(s.Lead.Closed, history, "lead.closed", r.closed)
	}
	if r.value != nil {
		add(s.Lead.Value, history, "lead.value", r.value)
	}
	if r.weight != nil {
		add(s.Lead.Weight, true, "lead.weight", r.weight)
	}
	if r.snapshot != nil {
		add(s.Snapshot.Column, history, "snapshot", r.snapshot)
	}
	for i, reader := range r.fields {
		if reader == nil {
			continue
		}
		f := &s.Fields[i]
		same := slices.IndexFunc(list, func(w wanted) bool { return w.column == f.ColumnName() })
		if same >= 0 { // the snapshot's column
			list[same].reader = twoColumns{list[same].reader, reader}
			list[same].need = true
			continue
		}
		add(f.ColumnName(), true, f.Name, reader)
	}
	return list
}

// twoColumns reads one column of the file as two of the table.
type twoColumns struct{ first, second columnReader }

func (t twoColumns) read(c *source.Column, rows int, bad func(int, *FieldError)) {
	t.first.read(c, rows, bad)
	t.second.read(c, rows, bad)
}

func (t twoColumns) keep(kept []int32) {
	t.first.keep(kept)
	t.second.keep(kept)
}

func (r *leadReader) readAll(ctx context.Context, files []string) error {
	s := r.schema
	ignored := []string{s.Outcome.Column, s.Lead.Weight}
	for i := range s.Fields {
		ignored = append(ignored, s.Fields[i].ColumnName())
	}
	reader, have, err := openColumns(files, &s.Format, r.ask, r.columns(), &r.rows.notes, ignored)
	if err != nil {
		return err
	}
	defer reader.Close()
	r.forgetAbsent(have)
	if r.lots != nil {
		return r.readLots(ctx, reader, have)
	}
	if err := eachBatch(ctx, reader, func(b *source.Batch) { r.batch(b, have) }); err != nil {
		return err
	}
	return r.rows.err()
}

// forgetAbsent drops the readers of optional columns that the file does not have: the table holds nil for them.
func (r *leadReader) forgetAbsent(have []wanted) {
	has := func(column string) bool {
		return slices.ContainsFunc(have, func(w wanted) bool { return w.column == column })
	}
	if !has(r.schema.Lead.Account) {
		r.account = nil
	}
	if !has(r.schema.Lead.Closed) {
		r.closed = nil
	}
	if !has(r.schema.Lead.Value) {
		r.value = nil
	}
	if !has(r.schema.Snapshot.Column) {
		r.snapshot = nil
	}
}

func (r *leadReader) batch(b *source.Batch, have []wanted) {
	base := r.ids.column.Len()
	if base == 0 {
		r.index.expect(int64(float64(b.Rows) * float64(b.Total) / float64(max(b.Done, 1))))
	}
	r.rows.begin(b)
	readColumns(b, have, &r.rows)
	r.rows.settle(b, func(row int) string { return r.ids.values[row] })
	r.place(b, base)
	inParallel(len(have), func(k int) {
		if have[k].reader != columnReader(r.ids) { // place has kept those
			have[k].reader.keep(r.kept)
		}
	})
	r.order(base)
	r.openOutcomes(base)
}

// readColumns shares the columns out over the cores.
func readColumns(b *source.Batch, have []wanted, faults *rowFaults) {
	found := make([][]rowFault, len(have))
	inParallel(len(have), func(k int) {
		have[k].reader.read(&b.Columns[k], b.Rows, func(row int, fault *FieldError) {
			found[k] = append(found[k], rowFault{row, k, fault})
		})
	})
	for _, f := range found {
		faults.batch = append(faults.batch, f...)
	}
}

// place settles which rows stay, doubled ids last, and notes where they stand.
func (r *leadReader) place(b *source.Batch, base int) {
	r.kept = r.kept[:0]
	r.file(b, base)
	for row := range b.Rows {
		id := r.ids.values[row]
		hash := r.index.hash(id)
		if first, ok := r.index.find(id, hash); ok && id != "" {
			r.rows.one(b, row, "", &FieldError{Field: "lead.id", Value: id, Problem: "a doubled id", Want: "it is also at " + r.table.Position(first)})
		}
		if r.rows.bad[row] {
			continue
		}
		to := base + len(r.kept)
		r.ids.column.add(id)
		r.index.add(hash)
		r.kept = append(r.kept, int32(row))
		r.table.lines.add(lineOf(b, row)-int64(to), packWhole)
	}
}

func lineOf(b *source.Batch, row int) int64 {
	if line := b.Line(row); line != 0 {
		return line
	}
	return b.FirstRow + int64(row)
}

func (r *leadReader) file(b *source.Batch, base int) {
	name := filepath.Base(b.File)
	files := r.table.files
	if len(files) == 0 || b.FirstRow == 1 {
		r.table.files = append(files, tableFile{name: name, first: base, rows: b.Line(0) == 0})
	}
}

// order warns of leads that closed before they came. The table keeps them: training decides.
func (r *leadReader) order(base int) {
	if r.created == nil || r.closed == nil {
		return
	}
	for i := base; i < r.ids.column.Len(); i++ {
		created, closed := r.created.column.At(i-r.first()), r.closed.column.At(i-r.first())
		if created != NoTime && closed != NoTime && closed < created {
			r.rows.notes.add("closed before created", func() string {
				return fmt.Sprintf("%s: lead %s", r.table.Position(i), shorten(r.ids.column.At(i)))
			})
		}
	}
}

// shownOutcomes is how many unknown outcome values have a warning of their own.
const shownOutcomes = 20

// openOutcomes turns the batch's outcomes into Won, Lost and Open, and counts the values that the schema does not know.
func (r *leadReader) openOutcomes(base int) {
	if r.outcome == nil {
		return
	}
	o := &r.schema.Outcome
	for k := len(r.outcomes); k < len(r.outcome.levels); k++ {
		one, what := Open, "other outcome values: open"
		if k <= shownOutcomes {
			what = fmt.Sprintf("outcome %q is neither won nor lost: open", shorten(r.outcome.levels[k]))
		}
		if slices.Contains(o.Won, r.outcome.levels[k]) {
			one = Won
		} else if slices.Contains(o.Lost, r.outcome.levels[k]) {
			one = Lost
		}
		r.outcomes = append(r.outcomes, one)
		r.unknown = append(r.unknown, what)
	}
	for i, row := range r.kept {
		code := r.outcome.codes[row]
		outcome := r.outcomes[code]
		r.table.Outcome = append(r.table.Outcome, outcome)
		if outcome != Open || code == 0 {
			continue
		}
		r.rows.notes.add(r.unknown[code], func() string { return r.table.Position(base + i) })
	}
}

func (r *leadReader) finish() *Table {
	t := r.table
	t.IDs, t.index = &r.ids.column, r.index
	t.lines.fit()
	r.fill(t)
	return t
}

// fill gives a table the columns that were read, but for ids and outcomes, and leaves the readers without.
func (r *leadReader) fill(t *Table) {
	if r.account != nil {
		t.Account, t.Accounts = takeColumn(r.account).Codes, r.account.levels
	}
	t.Created, t.Closed, t.SnapshotAt = takeTimes(r.created), takeTimes(r.closed), takeTimes(r.snapshot)
	if r.value != nil {
		t.DealValue = takeColumn(r.value).Numbers
	}
	if r.weight != nil {
		t.Weight = takeColumn(r.weight.numbers).Numbers
	}
	if !r.ask.NoFields {
		t.Columns = make([]Column, len(r.fields))
	}
	for i := range t.Columns {
		t.Columns[i] = takeColumn(r.fields[i])
	}
}

// takeColumn takes what a field's reader read; nothing of no reader.
func takeColumn(reader columnReader) Column {
	switch reader := reader.(type) {
	case *numberColumn:
		column := reader.column
		reader.column = Numbers{}
		column.packed.fit()
		return Column{Numbers: &column}
	case *timeColumn:
		column := reader.column
		reader.column = Times{}
		column.packed.fit()
		return Column{Times: &column}
	case *codeColumn:
		column := reader.column
		reader.column = Places{}
		column.packed.fit()
		return Column{Codes: &column, Levels: reader.levels[:len(reader.levels):len(reader.levels)]}
	}
	return Column{}
}

func takeTimes(t *timeColumn) *Times {
	if t == nil {
		return nil
	}
	return takeColumn(t).Times
}
