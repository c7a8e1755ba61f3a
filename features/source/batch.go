package source

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Kind is how a column's values are held.
type Kind uint8

// The kinds. A CSV file's columns are all Text.
const (
	Unsupported Kind = iota // nested or of a type without a meaning here; batches leave it out
	Text                    // UTF-8 text, in Text or in Codes and Levels
	Number                  // float64 in Numbers
	Boolean                 // bool in Booleans
	Time                    // microseconds since 1970-01-01 00:00 UTC in Times
)

// String is the kind's name in a message.
func (k Kind) String() string {
	return [...]string{"unsupported", "text", "number", "boolean", "time"}[k]
}

// ColumnInfo describes a column of a file.
type ColumnInfo struct {
	Name string
	Kind Kind
	// Whole says that a Number column is an integer type; Integers then holds the exact values.
	Whole bool
	// Unsigned says that Integers are to be read as uint64: those from 2^63 on look negative.
	Unsigned bool
	// DateOnly says that a Time column holds days; its values are midnights.
	DateOnly bool
	// Reason says why an Unsupported column cannot be read.
	Reason string
}

// Column is the part of a column that lies in a batch. Every slice that is set, Levels apart, has one
// element a row; of a row without a value only Null is meaningful.
type Column struct {
	ColumnInfo
	// Null is true where the file has no value: a Parquet null, a CSV cell that is empty or only blanks.
	Null []bool
	// Text holds the values of a Text column when Codes is nil.
	Text []string
	// Codes, if not nil, holds for each row of a Text column the index in Levels of its value. A Parquet
	// dictionary comes in this form, so that a string need be looked at once, not once a row.
	Codes []uint32
	// Levels are the values that Codes point at. They may hold values that no row has, and, from an
	// odd writer, one value twice.
	Levels []string
	// LevelsVersion changes, within one Reader and column, exactly when Levels may have changed.
	LevelsVersion int
	Numbers       []float64
	Integers      []int64
	Booleans      []bool
	Times         []int64
}

// Batch is a number of consecutive rows of one file.
type Batch struct {
	File     string
	FirstRow int64 // place of the first row among the file's data rows, from 1
	Rows     int
	Columns  []Column
	// Done of Total bytes of the table's files were read by the end of the batch, as [Options.Progress] says.
	Done, Total int64
	// Faults are, with [Options.KeepBadRows], the rows that cannot be read, in no order; what the columns hold of them means nothing. A row
	// may have several.
	Faults []RowFault

	lines []int64 // the physical line on which each row begins, from 1; nil where a file has no lines
}

// RowFault is why a row of a batch cannot be read.
type RowFault struct {
	Row int // of the batch, from 0
	Fault
}

// Position says where row i of the batch (from 0) stands, for a message: "deals.csv: line 17", the line on which
// the row begins, or "deals.parquet: row 17", from 1.
func (b *Batch) Position(i int) string {
	if b.lines != nil {
		return fmt.Sprintf("%s: line %d", b.File, b.lines[i])
	}
	return fmt.Sprintf("%s: row %d", b.File, b.FirstRow+int64(i))
}

// Line returns the physical line on which row i of the batch begins, from 1, or 0 when the file has no lines.
func (b *Batch) Line(i int) int64 {
	if b.lines == nil {
		return 0
	}
	return b.lines[i]
}

// TextAt returns row i's value as text, "" where there is none. Whole numbers are exact; other numbers are
// the shortest text that reads back as the same float64; times are RFC 3339 in UTC, days 2006-01-02.
func (c *Column) TextAt(i int) string {
	if c.isNull(i) {
		return ""
	}
	return c.text(i)
}

// text is TextAt for a row that has a value.
func (c *Column) text(i int) string {
	switch {
	case c.Kind == Text && c.Codes != nil:
		return c.Levels[c.Codes[i]]
	case c.Kind == Text:
		return c.Text[i]
	}
	return string(c.appendText(nil, i))
}

// appendText appends what text returns.
func (c *Column) appendText(to []byte, i int) []byte {
	switch c.Kind {
	case Text:
		return append(to, c.text(i)...)
	case Number:
		return c.appendNumber(to, i)
	case Boolean:
		return strconv.AppendBool(to, c.Booleans[i])
	case Time:
		at := time.UnixMicro(c.Times[i]).UTC()
		if c.DateOnly {
			return at.AppendFormat(to, time.DateOnly)
		}
		return at.AppendFormat(to, time.RFC3339Nano)
	}
	return to
}

// appendNumber writes a number without an exponent where a person would.
func (c *Column) appendNumber(to []byte, i int) []byte {
	switch {
	case c.Whole && c.Unsigned:
		return strconv.AppendUint(to, uint64(c.Integers[i]), 10)
	case c.Whole:
		return strconv.AppendInt(to, c.Integers[i], 10)
	}
	value := c.Numbers[i]
	if size := math.Abs(value); size != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.AppendFloat(to, value, 'g', -1, 64)
	}
	return strconv.AppendFloat(to, value, 'f', -1, 64)
}

// resize gives each of the column's slices that its kind uses the length rows; their content is left as it is.
func (c *Column) resize(rows int) {
	c.Null = sized(c.Null, rows)
	switch c.Kind {
	case Number:
		c.Numbers = sized(c.Numbers, rows)
		if c.Whole {
			c.Integers = sized(c.Integers, rows)
		}
	case Boolean:
		c.Booleans = sized(c.Booleans, rows)
	case Time:
		c.Times = sized(c.Times, rows)
	}
}

// sized returns the slice with the length n, a new one only when it is too small.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
