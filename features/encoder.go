package features

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Encoder turns snapshots into codes. One Coder per Input; codes of input i are 0 … Bins(i)-1. [FitEncoder] makes one; JSON
// keeps it, exactly. One put together by hand needs Validate before its first use. It is safe for concurrent use.
type Encoder struct {
	Inputs     []Input      `json:"inputs"`
	Coders     []Coder      `json:"coders"`
	Engagement []Engagement `json:"engagement,omitempty"` // what [Input.Index] of [FromEngagement] points at
	TimeZone   string       `json:"time_zone,omitempty"`  // of months and weekdays; empty: UTC

	levels []map[string]uint16 // per coder, built by Validate
	zone   *time.Location
}

// Coder holds what an input's codes mean.
//
// Codes of a number: 0 … len(Cuts) are ordered bins, bin b holding Cuts[b-1] ≤ value < Cuts[b]; then one code per special
// value, then missing. Codes of a category: 0 … len(Levels)-1, then other (rare and unseen), then missing.
type Coder struct {
	Cuts    []float64 `json:"cuts,omitempty"`    // strictly ascending
	Special []float64 `json:"special,omitempty"` // in the schema's order
	Min     float64   `json:"min,omitzero"`      // of the training values; Min > Max: there were none
	Max     float64   `json:"max,omitzero"`
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
		return len(c.Cuts) + 1 + len(c.Special) + 1
	}
	return len(c.Levels) + 2
}

// OrderedBins is the number of codes, from 0, that have an order: the bins of a number; 0 for a category.
func (e *Encoder) OrderedBins(i int) int {
	if e.Inputs[i].Ordered {
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
	if e.levels == nil || len(codes) != len(e.Inputs) || status != nil && len(status) != len(e.Inputs) {
		panic("features: Encode without Validate, or with slices of another length than the inputs")
	}
	for i := range e.Inputs {
		code, known := e.one(i, s)
		codes[i] = code
		if status != nil {
			status[i] = known
		}
	}
}

func (e *Encoder) one(i int, s *Snapshot) (uint16, Status) {
	in := &e.Inputs[i]
	switch in.Source {
	case FromField:
		v := &s.Values[in.Index]
		switch {
		case v.Missing:
			return e.MissingCode(i), Missing
		case in.Part != "":
			return e.date(i, v.Time, s.AsOf)
		case in.Kind == Number:
			return e.number(i, v.Number)
		case in.Kind == Boolean:
			return e.text(i, booleanLevel(v.Number))
		}
		return e.text(i, v.Text)
	case FromEngagement:
		number, text := e.Engagement[in.Index].Value(s.Events, s.AsOf)
		if in.Ordered {
			return e.number(i, number)
		}
		return e.text(i, text)
	case FromCreated:
		return e.date(i, s.Created, s.AsOf)
	}
	return e.date(i, s.AsOf, s.AsOf)
}

func booleanLevel(number float64) string {
	if number != 0 {
		return trueLevel
	}
	return falseLevel
}

// number is the code of a number; NaN is missing.
func (e *Encoder) number(i int, v float64) (uint16, Status) {
	c := &e.Coders[i]
	if math.IsNaN(v) {
		return e.MissingCode(i), Missing
	}
	for k, special := range c.Special {
		if v == special {
			return uint16(len(c.Cuts) + 1 + k), Present
		}
	}
	status := Present
	if v < c.Min || v > c.Max {
		status = Outside
	}
	return c.bin(v), status
}

// bin is the number of cuts at or below v.
func (c *Coder) bin(v float64) uint16 {
	low, n := 0, len(c.Cuts)
	for n > 0 {
		half := n / 2
		if c.Cuts[low+half] <= v {
			low, n = low+half+1, n-half-1
		} else {
			n = half
		}
	}
	return uint16(low)
}

// text is the code of a category's value; the empty one is missing.
func (e *Encoder) text(i int, text string) (uint16, Status) {
	if text == "" {
		return e.MissingCode(i), Missing
	}
	if code, ok := e.levels[i][text]; ok {
		return code, Present
	}
	return uint16(len(e.Coders[i].Levels)), Unseen
}

// date is the code of a part of a date.
func (e *Encoder) date(i int, date, asOf Micros) (uint16, Status) {
	if e.Inputs[i].Ordered {
		return e.number(i, datePart(e.Inputs[i].Part, date, asOf))
	}
	return e.text(i, dateLevel(e.Inputs[i].Part, date, e.zone))
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

// dateLevel is a date's month or weekday; "" where it is not known.
func dateLevel(part Part, date Micros, zone *time.Location) string {
	if date == NoTime {
		return ""
	}
	t := time.UnixMicro(int64(date)).In(zone)
	if part == Month {
		return t.Month().String()
	}
	return t.Weekday().String()
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

// mostCodes bounds the codes of an input so that 16 bits hold them.
const mostCodes = 1 << 16

// Validate checks an encoder that comes from outside and prepares its look-ups. Faults are [Faults].
func (e *Encoder) Validate() error {
	var faults Faults
	fault := func(name, problem string) {
		faults.Add(&FieldError{Field: name, Problem: problem, Want: "the encoder is damaged or was changed by hand"})
	}
	if len(e.Inputs) != len(e.Coders) {
		fault("coders", fmt.Sprintf("%d coders for %d inputs", len(e.Coders), len(e.Inputs)))
		return faults.Err()
	}
	zone, err := time.LoadLocation(e.TimeZone)
	if err != nil {
		fault("time_zone", "an unknown time zone")
	}
	levels, seen := make([]map[string]uint16, len(e.Inputs)), map[string]bool{}
	for i := range e.Inputs {
		name := e.Inputs[i].Name
		if name == "" || seen[name] {
			fault("inputs", fmt.Sprintf("input %d has no name of its own: %q", i, name))
		}
		seen[name] = true
		if problem := e.checkInput(&e.Inputs[i]); problem != "" {
			fault(name, problem)
		} else if problem := e.Coders[i].check(e.Inputs[i].Ordered); problem != "" {
			fault(name, problem)
		}
		if e.Inputs[i].Ordered {
			continue
		}
		levels[i] = make(map[string]uint16, len(e.Coders[i].Levels))
		for code, level := range e.Coders[i].Levels {
			levels[i][level] = uint16(code)
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	e.levels, e.zone = levels, zone
	return nil
}

func (e *Encoder) checkInput(in *Input) string {
	ordered := in.Part == Age || in.Part == DayOf
	switch in.Source {
	case FromField:
		if in.Index < 0 {
			return "a field's place below zero"
		}
		if !slices.Contains(kinds, string(in.Kind)) {
			return "an unknown kind"
		}
		if in.Kind != Date {
			if in.Part != "" || in.Ordered != (in.Kind == Number) {
				return "a part or an order that its kind does not have"
			}
			return ""
		}
	case FromEngagement:
		if in.Index < 0 || in.Index >= len(e.Engagement) {
			return "no such engagement figure"
		}
		if in.Ordered == e.Engagement[in.Index].IsCategory() {
			return "an order that its figure does not have"
		}
		return ""
	case FromCreated, FromSnapshot:
	default:
		return "an unknown source"
	}
	if !ordered && in.Part != Month && in.Part != Weekday || ordered != in.Ordered {
		return "an unknown part of a date"
	}
	return ""
}

func (c *Coder) check(ordered bool) string {
	if !ordered {
		if len(c.Cuts)+len(c.Special) > 0 || len(c.Levels)+2 > mostCodes {
			return "cuts of a category, or too many levels"
		}
		sorted := slices.Clone(c.Levels)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != len(c.Levels) || slices.Contains(c.Levels, "") {
			return "a doubled or an empty level"
		}
		return ""
	}
	if len(c.Levels) > 0 || len(c.Cuts)+len(c.Special)+2 > mostCodes {
		return "levels of a number, or too many cuts"
	}
	for i, cut := range c.Cuts {
		if math.IsNaN(cut) || math.IsInf(cut, 0) || i > 0 && cut <= c.Cuts[i-1] {
			return "cuts that do not ascend"
		}
	}
	for _, v := range append([]float64{c.Min, c.Max}, c.Special...) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "a bound or special value that is not finite"
		}
	}
	return ""
}

// UnmarshalJSON reads and validates an encoder; an unknown key is an error.
func (e *Encoder) UnmarshalJSON(text []byte) error {
	type plain Encoder // without this method
	var read plain
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return fmt.Errorf("encoder: %w", err)
	}
	*e = Encoder(read)
	return e.Validate()
}

// Label says in words what a code of input i means: "100 to 250", "missing", "other", "Germany". A level that is itself
// called missing or other stands in quotes. It is empty for a code that the input does not have.
func (e *Encoder) Label(i int, code uint16) string {
	c, k := &e.Coders[i], int(code)
	switch {
	case k >= e.Bins(i):
		return ""
	case k == e.Bins(i)-1:
		return "missing"
	case !e.Inputs[i].Ordered && k == len(c.Levels):
		return "other"
	case !e.Inputs[i].Ordered:
		if level := c.Levels[k]; level == "missing" || level == "other" {
			return `"` + level + `"`
		}
		return c.Levels[k]
	case k > len(c.Cuts):
		return numberText(c.Special[k-len(c.Cuts)-1])
	}
	return e.binLabel(i, k)
}

func (e *Encoder) binLabel(i, bin int) string {
	cuts, show := e.Coders[i].Cuts, showNumber
	if e.Inputs[i].Part == DayOf {
		show = showDay
	}
	switch {
	case len(cuts) == 0:
		return "any"
	case bin == 0:
		return "below " + show(cuts[0])
	case bin == len(cuts):
		return show(cuts[bin-1]) + " or more"
	}
	return show(cuts[bin-1]) + " to " + show(cuts[bin])
}

// showNumber has six digits, which tell neighbouring cuts apart well enough for a reader, and no needless exponent.
func showNumber(v float64) string {
	text := fmt.Sprintf("%.6g", v)
	if strings.ContainsAny(text, "e") && math.Abs(v) < 1e15 && math.Abs(v) >= 1 {
		return fmt.Sprintf("%.0f", v)
	}
	return text
}

func showDay(days float64) string {
	return time.UnixMicro(int64(days * float64(Day))).UTC().Format("2006-01-02 15:04")
}
