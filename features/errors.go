package features

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrNoEvents says that a schema needs events and none were given.
var ErrNoEvents = errors.New("the schema uses events, but no events were given")

// FieldError is one fault of the outside data: where it stands, what stands there and what would be right. Members that do
// not apply are empty; Line (of a text file) and Row (of a table without lines) count from 1.
type FieldError struct {
	File    string
	Line    int
	Row     int64
	Lead    string
	Field   string
	Value   string
	Problem string
	Want    string

	kind string // Problem without what differs from row to row; empty: Problem
}

// Error reads "leads.csv: line 17: lead L-12: field employees: "many": not a number; write digits such as 250".
func (e *FieldError) Error() string {
	var parts []string
	if e.File != "" {
		parts = append(parts, e.File)
	}
	if e.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", e.Line))
	} else if e.Row > 0 {
		parts = append(parts, fmt.Sprintf("row %d", e.Row))
	}
	if e.Lead != "" {
		parts = append(parts, "lead "+shorten(e.Lead))
	}
	if e.Field != "" {
		parts = append(parts, "field "+shorten(e.Field))
	}
	if e.Value != "" {
		parts = append(parts, fmt.Sprintf("%q", shorten(e.Value)))
	}
	text := strings.Join(append(parts, e.Problem), ": ")
	if e.Want != "" {
		text += "; " + e.Want
	}
	return text
}

// shownBytes is how much of a value an error shows: enough to find it, too little to flood a log.
const shownBytes = 80

func shorten(text string) string {
	if len(text) <= shownBytes {
		return text
	}
	cut := shownBytes
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// ErrBadRows says that rows of a file cannot be read, which [ReadOptions.LeaveOutBadRows] would leave out; the error beside it has them, as [Faults].
var ErrBadRows = errors.New("rows that cannot be read")

// badRows are the faults of rows, and say so to errors.Is.
type badRows struct{ Faults }

func (b badRows) Is(target error) bool { return target == ErrBadRows }
func (b badRows) Unwrap() error        { return b.Faults }

// Faults are all faults of a record or a file, in the order met. The first [keptFaults] are kept whole, the others are
// counted; the message shows the first [shownFaults].
type Faults []error

const (
	keptFaults  = 1000
	shownFaults = 20
)

// uncounted stands at the end of [Faults] for those that were not kept.
type uncounted struct{ count int }

func (u *uncounted) Error() string { return fmt.Sprintf("and %d more", u.count) }

// Add appends a fault, or counts it once [keptFaults] are kept.
func (f *Faults) Add(err error) {
	if len(*f) < keptFaults {
		*f = append(*f, err)
		return
	}
	if last, ok := (*f)[len(*f)-1].(*uncounted); ok {
		last.count++
		return
	}
	*f = append(*f, &uncounted{1})
}

// Total is the number of faults met, those not kept included.
func (f Faults) Total() int {
	if len(f) == 0 {
		return 0
	}
	if last, ok := f[len(f)-1].(*uncounted); ok {
		return len(f) - 1 + last.count
	}
	return len(f)
}

// Err is nil without faults, else f.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Error is the only fault's message, or one line a fault below their number.
func (f Faults) Error() string {
	if len(f) == 1 {
		return f[0].Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d faults", f.Total())
	for i, err := range f {
		if i == shownFaults {
			fmt.Fprintf(&b, "\n  and %d more", f.Total()-shownFaults)
			break
		}
		b.WriteString("\n  ")
		b.WriteString(err.Error())
	}
	return b.String()
}

// Unwrap lets errors.Is and errors.As look at each fault.
func (f Faults) Unwrap() []error { return f }
