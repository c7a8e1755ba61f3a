package features

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"leadscore/features/source"
)

// HistoryColumns names the columns of a file of field edits. An empty name is looked for among the usual ones, see [ReadFieldHistory].
type HistoryColumns struct {
	Lead, Time, Field, New string
	Old                    string // the file may have none
}

// usualHistoryColumns are what the exports of common CRMs call them, without blanks, lines and case: Salesforce's LeadHistory (LeadId, CreatedDate,
// Field, OldValue, NewValue) and its report (Lead ID, Edit Date, Field / Event, Old Value, New Value), HubSpot's property history
// (contactId, timestamp, property, value).
var usualHistoryColumns = [historyColumns][]string{
	{"lead", "leadid", "contactid", "recordid", "objectid", "id"},
	{"time", "changedat", "createddate", "changeddate", "editdate", "timestamp"},
	{"field", "fieldevent", "fieldname", "property", "propertyname"},
	{"new", "newvalue", "value", "propertyvalue"},
	{"old", "oldvalue"},
}

// The columns, in this order.
const (
	historyLead = iota
	historyTime
	historyField
	historyNew
	historyOld
	historyColumns
)

var historyNames = [historyColumns]string{"lead", "time", "field", "new", "old"}

// ReadFieldHistory reads the edits of one lead's fields: a row an edit, with lead, time, field, new value and, where the file has it, old
// value. A field is named as in the schema or as in the leads' file. Values are read as those of a leads' file are; an empty one is missing.
//
// Faults, all of them as [Faults] of [*FieldError]: an edit of this lead without a time or a field, an unreadable time or value. Edits of
// fields that the schema does not know, or does not use, are counted warnings.
func ReadFieldHistory(ctx context.Context, s *Schema, paths []string, lead string, columns HistoryColumns, o ReadOptions) (*FieldHistory, *ReadReport, error) {
	if err := s.Validate(); err != nil {
		return nil, nil, err
	}
	files, err := source.Expand(paths)
	if err != nil {
		return nil, nil, err
	}
	r := &fieldHistoryReader{schema: s, history: &FieldHistory{Lead: lead}, fields: map[string]int{}}
	r.rows.leaveOut = o.LeaveOutBadRows
	for i := range s.Fields {
		r.fields[strings.ToLower(s.Fields[i].ColumnName())] = i
		r.fields[strings.ToLower(s.Fields[i].Name)] = i
	}
	reader, err := r.open(files, columns, o)
	if err != nil {
		return nil, nil, err
	}
	defer reader.Close()
	if err := eachBatch(ctx, reader, r.batch); err != nil && !errors.Is(err, source.ErrNoRows) {
		return nil, nil, err
	}
	if err := r.rows.err(); err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(r.history.Changes, func(a, b FieldChange) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return 0
	})
	return r.history, r.rows.report(files), nil
}

type fieldHistoryReader struct {
	schema  *Schema
	history *FieldHistory
	rows    rowFaults
	fields  map[string]int // by name in small letters
	place   [historyColumns]int
}

// open finds the columns and opens the files for them.
func (r *fieldHistoryReader) open(files []string, given HistoryColumns, o ReadOptions) (*source.Reader, error) {
	options := r.schema.Format.options()
	options.Progress = o.Progress
	names, err := columnNames(files, options)
	if err != nil {
		return nil, err
	}
	var faults Faults
	for k, name := range []string{given.Lead, given.Time, given.Field, given.New, given.Old} {
		r.place[k] = -1
		at := r.find(names, k, name)
		switch {
		case at >= 0 && slices.Contains(options.Columns, names[at]):
			faults.Add(&FieldError{File: filepath.Base(files[0]), Field: historyNames[k], Value: names[at], Problem: "the column has another meaning already", Want: "name another"})
		case at >= 0:
			r.place[k] = len(options.Columns)
			options.Columns = append(options.Columns, names[at])
		case name != "":
			faults.Add(&FieldError{File: filepath.Base(files[0]), Field: historyNames[k], Value: name, Problem: "no such column", Want: fmt.Sprintf("the file has %q", names)})
		case k != historyOld:
			faults.Add(&FieldError{File: filepath.Base(files[0]), Field: historyNames[k], Problem: "no such column", Want: fmt.Sprintf("say which of %q it is", names)})
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return source.Open(files, options)
}

// find is the place of a column: of the given name, or of the schema's lead column, or of a usual name.
func (r *fieldHistoryReader) find(names []string, k int, given string) int {
	if given != "" {
		return slices.Index(names, given)
	}
	if k == historyLead {
		for _, own := range []string{r.schema.Lead.ID, r.schema.Events.Lead} {
			if at := slices.Index(names, own); at >= 0 && own != "" {
				return at
			}
		}
	}
	for _, usual := range usualHistoryColumns[k] {
		if at := slices.IndexFunc(names, func(name string) bool { return letters(name) == usual }); at >= 0 {
			return at
		}
	}
	return -1
}

// letters keeps the letters and digits of a name, made small.
func letters(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c > 127:
			return c
		}
		return -1
	}, name)
}

func (r *fieldHistoryReader) batch(b *source.Batch) {
	r.rows.begin(b)
	text := func(k, row int) string {
		if r.place[k] < 0 {
			return ""
		}
		return strings.TrimSpace(b.Columns[r.place[k]].TextAt(row))
	}
	for row := range b.Rows {
		if text(historyLead, row) != r.history.Lead {
			continue
		}
		if c, ok := r.change(b, row, text); ok {
			r.history.Changes = append(r.history.Changes, c)
		}
	}
	r.rows.settle(b, func(int) string { return r.history.Lead })
}

// change reads one edit; ok is false where it is left out, or has a fault.
func (r *fieldHistoryReader) change(b *source.Batch, row int, text func(k, row int) string) (c FieldChange, ok bool) {
	ok = true
	bad := func(column int, fault *FieldError) {
		ok = false
		r.rows.batch = append(r.rows.batch, rowFault{row, column, fault})
	}
	name := text(historyField, row)
	if name == "" {
		bad(historyField, &FieldError{Field: "field", Problem: "no field", Want: "every edit names one"})
	}
	field, known := r.fields[strings.ToLower(name)]
	switch {
	case name == "":
	case !known:
		r.rows.notes.add("edits of fields that the schema does not know, left out", func() string { return placeOf(b, row) + ": " + shorten(name) })
		return c, false
	case !r.schema.Fields[field].Used():
		r.rows.notes.add("edits of fields that the schema does not use, left out", func() string { return placeOf(b, row) + ": " + shorten(name) })
		return c, false
	}
	c.Field, c.HasOld = field, r.place[historyOld] >= 0
	c.Time = r.time(b, row, bad)
	if !known {
		return c, false
	}
	c.New = r.value(field, text(historyNew, row), func(fault *FieldError) { bad(historyNew, fault) })
	if c.HasOld {
		c.Old = r.value(field, text(historyOld, row), func(fault *FieldError) { bad(historyOld, fault) })
	}
	return c, ok
}

func (r *fieldHistoryReader) time(b *source.Batch, row int, bad func(int, *FieldError)) Micros {
	column := &timeColumn{field: &Field{Name: "time"}, layout: r.schema.Format.DateLayout, zone: r.schema.Format.Zone()}
	cell, faulty := oneCell(&b.Columns[r.place[historyTime]], row), false
	column.read(&cell, 1, func(_ int, fault *FieldError) { faulty = true; bad(historyTime, fault) })
	if column.values[0] == NoTime && !faulty {
		bad(historyTime, &FieldError{Field: "time", Problem: "no time", Want: "every edit needs one"})
	}
	return column.values[0]
}

// oneCell is one row of a column.
func oneCell(c *source.Column, row int) source.Column {
	cell := source.Column{ColumnInfo: c.ColumnInfo, Null: c.Null[row : row+1]}
	switch {
	case c.Kind == source.Time:
		cell.Times = c.Times[row : row+1]
	case c.Kind == source.Text:
		cell.Text = []string{c.TextAt(row)}
	case c.Kind == source.Number:
		cell.Numbers = c.Numbers[row : row+1]
		if c.Integers != nil {
			cell.Integers = c.Integers[row : row+1]
		}
	case c.Kind == source.Boolean:
		cell.Booleans = c.Booleans[row : row+1]
	}
	return cell
}

// value reads a text as a leads' file's cell of the field.
func (r *fieldHistoryReader) value(field int, text string, bad func(*FieldError)) Value {
	f := &r.schema.Fields[field]
	cell := source.Column{ColumnInfo: source.ColumnInfo{Kind: source.Text}, Null: []bool{text == ""}, Text: []string{text}}
	reader := fieldReader(r.schema, f)
	reader.read(&cell, 1, func(_ int, fault *FieldError) { bad(fault) })
	t := &Table{Schema: r.schema, Columns: make([]Column, len(r.schema.Fields))}
	reader.keep([]int32{0})
	t.Columns[field] = takeColumn(reader)
	return t.Value(0, field)
}
