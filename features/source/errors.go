package source

import (
	"errors"
	"fmt"
	"strings"
)

// Conditions that a caller may act on. They come wrapped with the file's name.
var (
	ErrNoFiles          = errors.New("no data files")
	ErrMixedFormats     = errors.New("CSV and Parquet files in one table")
	ErrEmptyFile        = errors.New("the file is empty")
	ErrNoHeader         = errors.New("the first line does not look like column names")
	ErrNoRows           = errors.New("there is no data row")
	ErrNotATable        = errors.New("not a readable table")
	ErrDelimiter        = errors.New("wrong delimiter")
	ErrUnknownColumn    = errors.New("no such column")
	ErrUnsupported      = errors.New("column cannot be read")
	ErrExtension        = errors.New("the extension must be .parquet, .csv, .tsv or .jsonl, the last three also with .gz or .zst")
	ErrDifferentColumns = errors.New("the files of one table have different columns")
)

// maxFaults is how many faults are kept with their place; the rest are counted.
const maxFaults = 20

// Fault is something in a file that cannot be read.
type Fault struct {
	File   string
	Line   int64  // physical line of a CSV file, from 1; 0 where there are none
	Row    int64  // data row of the file, from 1; 0 where it is not known
	Column string // the column's name, "" where the whole row is meant
	Reason string
	Kind   string // the same without what differs from row to row, for counting
}

// Error says where and what, on one line: "deals.csv: line 17: column size: …".
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	switch {
	case f.Line > 0:
		fmt.Fprintf(&b, ": line %d", f.Line)
	case f.Row > 0:
		fmt.Fprintf(&b, ": row %d", f.Row)
	}
	if f.Column != "" {
		fmt.Fprintf(&b, ": column %s", f.Column)
	}
	return b.String() + ": " + f.Reason
}

// FaultsError tells of the rows that cannot be read.
type FaultsError struct {
	Faults []Fault // the first ones, at most 20
	Total  int     // how many there are in all
	Err    error   // what ended the reading early, nil when the table was read to its end
}

// Error has a line for each fault that was kept, and how many there are in all.
func (e *FaultsError) Error() string {
	var b strings.Builder
	for i, fault := range e.Faults {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fault.Error())
	}
	if e.Total > len(e.Faults) {
		fmt.Fprintf(&b, "\n… and %d more: %d rows or cells cannot be read", e.Total-len(e.Faults), e.Total)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, "\nreading ended there: %v", e.Err)
	}
	return b.String()
}

// Unwrap returns what ended the reading early, if anything.
func (e *FaultsError) Unwrap() error { return e.Err }

// faultList gathers faults while a table is read.
type faultList struct {
	kept  []Fault
	total int
	byRow bool // a fault belongs to its row, and is none of the table's
	rows  []RowFault
}

// addRow notes a fault of row i of the batch.
func (l *faultList) addRow(i int, fault Fault) {
	if l.byRow {
		l.rows = append(l.rows, RowFault{i, fault})
		return
	}
	l.add(fault)
}

func (l *faultList) add(fault Fault) {
	if len(l.kept) < maxFaults {
		l.kept = append(l.kept, fault)
	}
	l.total++
}

func (l *faultList) asError(ended error) error {
	return &FaultsError{Faults: l.kept, Total: l.total, Err: ended}
}

// lineError is a fault after which the rest of the file cannot be read.
func lineError(path string, line int64, format string, args ...any) error {
	return Fault{File: path, Line: line, Reason: fmt.Sprintf(format, args...)}
}
