package features

import (
	"math"
	"slices"
	"time"
)

// Encoder turns snapshots into codes. One Coder per Input; codes of input i are 0 … Bins(i)-1. [FitEncoder] makes one; JSON
// keeps it, exactly. One put together by hand needs Validate before its first use. It is safe for concurrent use.
type Encoder struct {
	Inputs     []Input      `json:"inputs"`
	Coders     []Coder      `json:"coders"`
	Engagement []Engagement `json:"engagement,omitempty"` // what [Input.Index] of [FromEngagement] points at
	TimeZone   string       `json:"time_zone,omitempty"`  // of months and weekdays; empty: UTC

	steps []encodeStep // per input, made by Validate
	zone  *time.Location
}

// Coder holds what an input's codes mean.
//
// Codes of a number: 0 … len(Cuts) are ordered bins, bin b holding Cuts[b-1] ≤ value < Cuts[b]; then one code per special
// value, then missing. A number with Values says the date in other words: it has no order; code 0 is any value but the special ones and Values,
// which have the codes after it. Codes of a category: 0 … len(Levels)-1, then other (rare and unseen), then missing.
type Coder struct {
	Cuts    []float64 `json:"cuts,omitempty"`    // strictly ascending
	Special []float64 `json:"special,omitempty"` // in the schema's order; 0 for a count of events
	Values  []float64 `json:"values,omitempty"`  // ascending, each with a code of its own; then there are no Cuts
	Min     float64   `json:"min,omitzero"`      // of the training values; Min > Max: there were none
	Max     float64   `json:"max,omitzero"`
	Whole   bool      `json:"whole,omitempty"`  // all training values were whole numbers; for labels only
	Levels  []string  `json:"levels,omitempty"` // sorted; months and weekdays in the calendar's order
}

// Codes holds one input's codes of many leads: one byte a lead where they fit, else two.
type Codes struct {
	Narrow []uint8
	Wide   []uint16
}

// At is the code of lead i.
func (c Codes) At(i int) uint16 {
	if c.Narrow != nil {
		return uint16(c.Narrow[i])
	}
	return c.Wide[i]
}

// Len is the number of leads.
func (c Codes) Len() int { return max(len(c.Narrow), len(c.Wide)) }

// Bins is the number of codes of input i.
func (e *Encoder) Bins(i int) int {
	c := &e.Coders[i]
	if e.Inputs[i].Ordered {
		return len(c.Cuts) + 1 + len(c.Special) + len(c.Values) + 1
	}
	return len(c.Levels) + 2
}

// OrderedBins is the number of codes, from 0, that have an order: the bins of a number; 0 for a category, and for a number
// that says the date in other words.
func (e *Encoder) OrderedBins(i int) int {
	if e.Inputs[i].Ordered && len(e.Coders[i].Values) == 0 {
		return len(e.Coders[i].Cuts) + 1
	}
	return 0
}

// MissingCode is the code of a missing value of input i.
func (e *Encoder) MissingCode(i int) uint16 { return uint16(e.Bins(i) - 1) }

// Encode writes one code an input, and what is known of each; status may be nil. A value that is missing, unseen or outside
// has a code as well: every snapshot can be scored. NaN counts as missing. It allocates nothing. codes and status have
// one entry an input, the snapshot one value a field of the schema; otherwise it panics.
func (e *Encoder) Encode(s *Snapshot, codes []uint16, status []Status) {
	if e.steps == nil || len(codes) != len(e.Inputs) || status != nil && len(status) != len(e.Inputs) {
		panic("features: Encode without Validate, or with slices of another length than the inputs")
	}
	for i := range e.steps {
		code, known := e.one(i, s)
		codes[i] = code
		if status != nil {
			status[i] = known
		}
	}
}

// Exact is the code of a number that has one of its own: a special value, or one of Values.
func (c *Coder) Exact(v float64) (code uint16, ok bool) {
	for k, special := range c.Special {
		if v == special {
			return uint16(len(c.Cuts) + 1 + k), true
		}
	}
	if k, found := slices.BinarySearch(c.Values, v); found {
		return uint16(len(c.Cuts) + 1 + len(c.Special) + k), true
	}
	return 0, false
}

// datePart is a date's age at the snapshot or its day, in days; NaN where it is not known. A date to come has an age
// below zero.
func datePart(part Part, date, asOf Micros) float64 {
	switch {
	case date == NoTime:
		return math.NaN()
	case part == DayOf:
		return date.Days()
	case asOf == NoTime:
		return math.NaN()
	}
	return (asOf - date).Days()
}

// calendar lists the levels of a part in their order.
func calendar(part Part) (names []string) {
	switch part {
	case Month:
		for m := time.January; m <= time.December; m++ {
			names = append(names, m.String())
		}
	case Weekday:
		for d := time.Monday; d <= time.Saturday; d++ {
			names = append(names, d.String())
		}
		names = append(names, time.Sunday.String())
	}
	return names
}
