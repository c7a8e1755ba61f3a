package features

import (
	"fmt"
	"math"
	"sort"
)

// Outcome is what became of a lead. Open is never lost.
type Outcome uint8

const (
	Open Outcome = iota
	Won
	Lost
)

// Table holds leads by column, in the files' order. All columns have one entry a lead.
type Table struct {
	Schema *Schema

	IDs *IDs // see [Table.ForgetIDs]
	// Account holds for each lead the place of its account in Accounts; 0, the empty name, is no account. Nil where the
	// schema names no account column.
	Account  *Places
	Accounts []string
	// Created, Closed and SnapshotAt are nil where the schema names no such column; [NoTime] where a lead has none.
	Created, Closed, SnapshotAt *Times
	Outcome                     []Outcome // nil where [ReadOptions.Outcome] is false
	DealValue                   *Numbers  // NaN: missing; nil where the schema names no column
	Weight                      *Numbers  // finite, ≥ 0; nil where the schema names no column, or the outcome was not read
	Columns                     []Column  // one per Schema.Fields; its zero value for a field with use: no; none with [ReadOptions.NoFields]

	leads int         // their number once the ids are forgotten
	files []tableFile // by first, ascending
	lines packed      // of each lead in its file, counted from 1, less the lead's place
	index *idIndex    // of IDs; nil where no file was read
	aside *aside      // nil until [Table.SetAside] has written it
}

// tableFile says from which lead on a file's leads stand in the table.
type tableFile struct {
	name  string
	first int
	rows  bool // lines counts rows, not lines of text
}

// Column holds one field of all leads. Which member is set follows from the field's kind: Number: Numbers; Date: Times;
// Category, Boolean and Email: Codes.
type Column struct {
	Numbers *Numbers // NaN: missing
	Codes   *Places  // places in Levels
	Levels  []string // Levels[0] = "" is missing; boolean: "", "false", "true"
	Times   *Times   // NoTime: missing
}

// Len is the number of leads.
func (t *Table) Len() int {
	if t.IDs == nil {
		return t.leads
	}
	return t.IDs.Len()
}

// ForgetIDs lets go of the ids, for those who need them no longer: snapshots then have empty ones. [Table.Row] still tells leads apart.
func (t *Table) ForgetIDs() { t.leads, t.IDs, t.index = t.Len(), nil, nil }

// Row says where a lead stands in files: equal for two readings of the same files.
type Row struct {
	File int // from 0
	Line int64
}

// Before says that a row stands before another.
func (r Row) Before(other Row) bool {
	return r.File < other.File || r.File == other.File && r.Line < other.Line
}

// Row of lead i; the zero value for a table that no file holds.
func (t *Table) Row(i int) Row {
	k := t.fileOf(i)
	if k < 0 {
		return Row{}
	}
	return Row{k, t.lines.at(i) + int64(i)}
}

// Position says where lead i stands: "leads.csv: line 17". It is empty for a table that no file holds.
func (t *Table) Position(i int) string {
	file, line, row := t.place(i)
	if file == "" {
		return ""
	}
	if line > 0 {
		return fmt.Sprintf("%s: line %d", file, line)
	}
	return fmt.Sprintf("%s: row %d", file, row)
}

// fileOf is the place in files; below 0 for none.
func (t *Table) fileOf(i int) int {
	if i >= t.lines.len() {
		return -1
	}
	return sort.Search(len(t.files), func(k int) bool { return t.files[k].first > i }) - 1
}

func (t *Table) place(i int) (file string, line int, row int64) {
	k := t.fileOf(i)
	if k < 0 {
		return "", 0, 0
	}
	if t.files[k].rows {
		return t.files[k].name, 0, t.lines.at(i) + int64(i)
	}
	return t.files[k].name, int(t.lines.at(i)) + i, 0
}

// Value is what a field of lead i holds; missing for a field with use: no.
func (t *Table) Value(i, field int) Value {
	c := &t.Columns[field]
	switch {
	case c.Numbers != nil:
		v := c.Numbers.At(i)
		if math.IsNaN(v) {
			return Value{Missing: true}
		}
		return Value{Number: v}
	case c.Times != nil:
		v := c.Times.At(i)
		if v == NoTime {
			return Value{Missing: true}
		}
		return Value{Time: v}
	case c.Codes != nil:
		return t.LevelValue(field, int(c.Codes.At(i)))
	}
	return Value{Missing: true}
}

// LevelValue is what leads hold whose place is that of a level of a field's column.
func (t *Table) LevelValue(field, level int) Value {
	switch text := t.Columns[field].Levels[level]; {
	case level == 0:
		return Value{Missing: true}
	case t.Schema.Fields[field].Kind == Boolean:
		return booleanValue(text == trueLevel)
	default:
		return Value{Text: text}
	}
}

// The levels of a boolean field.
const (
	falseLevel = "false"
	trueLevel  = "true"
)

func booleanValue(b bool) Value {
	if b {
		return Value{Number: 1}
	}
	return Value{}
}
