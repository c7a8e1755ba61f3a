package features

import (
	"math"
	"strconv"
	"strings"
	"time"

	"leadscore/features/source"
)

// numberColumn reads numbers.
type numberColumn struct {
	field   *Field // name, missing texts
	decimal byte
	missing []float64
	unit    rune      // of all numbers of the column as text
	known   bool      // unit
	values  []float64 // of the batch
	pack    func([]int64, *slab) packedBlock
	column  Numbers
}

func (n *numberColumn) read(c *source.Column, rows int, bad func(int, *FieldError)) {
	n.values = n.values[:0]
	switch {
	case c.Kind == source.Number:
		for i := range rows {
			n.number(c, i, bad)
		}
		return
	case c.Kind != source.Text:
		n.wrongKind(c, rows, bad)
		return
	}
	for i := range rows {
		if c.Null[i] {
			n.values = append(n.values, math.NaN())
			continue
		}
		n.text(textAt(c, i), i, bad)
	}
}

func (n *numberColumn) number(c *source.Column, i int, bad func(int, *FieldError)) {
	if c.Null[i] || containsNumber(n.missing, c.Numbers[i]) {
		n.values = append(n.values, math.NaN())
		return
	}
	v := c.Numbers[i]
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = math.NaN()
		bad(i, notFinite(n.field.Name, strconv.FormatFloat(c.Numbers[i], 'g', -1, 64)))
	}
	n.values = append(n.values, v)
}

func notFinite(field, value string) *FieldError {
	return &FieldError{Field: field, Value: value, Problem: "not a finite number", Want: "write digits, or list it under missing"}
}

func (n *numberColumn) text(text string, i int, bad func(int, *FieldError)) {
	text = strings.TrimSpace(text)
	if n.field.isMissing(text) {
		n.values = append(n.values, math.NaN())
		return
	}
	v, unit, ok := ParseNumber(text, n.decimal)
	switch {
	case !ok:
		v = math.NaN()
		bad(i, badNumber(n.field.Name, text, n.decimal))
	case n.known && unit != n.unit:
		v = math.NaN()
		bad(i, &FieldError{Field: n.field.Name, Value: text, Problem: "another unit than the column's first number has", Want: "write all numbers of the column with the same sign, or without"})
	case containsNumber(n.missing, v):
		v = math.NaN()
	default:
		n.unit, n.known = unit, true
	}
	n.values = append(n.values, v)
}

func badNumber(field, text string, decimal byte) *FieldError {
	fault := &FieldError{Field: field, Value: text, Problem: "not a number", Want: "write digits such as 250, or list the text under missing"}
	other := byte(',')
	if decimal == ',' {
		other = '.'
	}
	if _, _, ok := ParseNumber(text, other); ok {
		fault.Want = "if the file writes numbers this way, set format.decimal: \"" + string(other) + "\" in the schema"
	} else if v, err := strconv.ParseFloat(text, 64); err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		return notFinite(field, text)
	}
	return fault
}

func (n *numberColumn) wrongKind(c *source.Column, rows int, bad func(int, *FieldError)) {
	for i := range rows {
		n.values = append(n.values, math.NaN())
		if !c.Null[i] {
			bad(i, &FieldError{Field: n.field.Name, Value: c.TextAt(i), Problem: "a " + c.Kind.String() + ", not a number", Want: "change the field's kind in the schema"})
		}
	}
}

func (n *numberColumn) keep(kept []int32) {
	keepNumbers(&n.column.packed, kept, n.pack, n.values)
}

// timeColumn reads instants.
type timeColumn struct {
	field  *Field // name, missing texts
	layout string
	zone   *time.Location
	values []Micros // of the batch
	column Times

	lastText string // dates repeat from row to row
	last     Micros
}

func (t *timeColumn) read(c *source.Column, rows int, bad func(int, *FieldError)) {
	t.values = t.values[:0]
	for i := range rows {
		v := NoTime
		if !c.Null[i] {
			v = t.one(c, i, bad)
		}
		t.values = append(t.values, v)
	}
}

func (t *timeColumn) one(c *source.Column, i int, bad func(int, *FieldError)) Micros {
	if c.Kind == source.Time {
		return t.instant(Micros(c.Times[i]), c.DateOnly, i, bad)
	}
	text := strings.TrimSpace(textAt(c, i))
	if text == t.lastText && text != "" {
		return t.last
	}
	if t.field.isMissing(text) {
		return NoTime
	}
	v, ok := ParseTime(text, t.layout, t.zone)
	if c.Kind == source.Boolean || c.Kind == source.Number && t.layout != LayoutUnix && t.layout != LayoutUnixMilli {
		ok = false
	}
	if !ok {
		bad(i, badTime(t.field.Name, text, t.layout))
		return NoTime
	}
	t.lastText, t.last = strings.Clone(text), v
	return v
}

// instant checks a time of the file's own type. A day begins at midnight of the schema's time zone, as a day in a text.
func (t *timeColumn) instant(v Micros, day bool, i int, bad func(int, *FieldError)) Micros {
	if v < firstMicros || v > lastMicros {
		bad(i, &FieldError{Field: t.field.Name, Value: strconv.FormatInt(int64(v), 10) + " µs", Problem: "not a time of the years 1 to 9999"})
		return NoTime
	}
	if day && t.zone != time.UTC {
		u := v.Time()
		return MicrosOf(time.Date(u.Year(), u.Month(), u.Day(), 0, 0, 0, 0, t.zone))
	}
	return v
}

func badTime(field, text, layout string) *FieldError {
	want := "write ISO 8601 such as 2026-11-22 or 2026-11-22T10:00:00Z, or give the layout in the schema"
	if layout != "" {
		want = "the schema's layout is " + layout
	}
	return &FieldError{Field: field, Value: text, Problem: "not a date", Want: want}
}

func (t *timeColumn) keep(kept []int32) {
	keep(&t.column.packed, kept, packWhole, t.values)
}

// textAt is a cell as text, as [numberText] writes numbers, so that a file's type does not change a category's value.
func textAt(c *source.Column, i int) string {
	switch {
	case c.Kind == source.Number && !c.Whole:
		return numberText(c.Numbers[i])
	case c.Kind == source.Text && c.Codes != nil:
		return c.Levels[c.Codes[i]]
	case c.Kind == source.Text:
		return c.Text[i]
	}
	return c.TextAt(i)
}

// codeColumn reads texts as places in a list of levels. A level of a file's dictionary is looked at once.
type codeColumn struct {
	field  *Field
	look   func(text string) (level string, fault *FieldError) // "" is missing
	codes  []uint32                                            // of the batch
	column Places
	levels []string
	places map[string]uint32

	version  int // of the file's dictionary that byLevel belongs to
	byLevel  []uint32
	faults   []*FieldError // by the dictionary's level
	anyKnown bool
	pack     func([]int64, *slab) packedBlock
}

func newCodeColumn(f *Field, look func(string) (string, *FieldError), levels ...string) *codeColumn {
	c := &codeColumn{field: f, look: look, pack: packWhole, levels: append([]string{""}, levels...), places: map[string]uint32{"": 0}}
	for i, l := range levels {
		c.places[l] = uint32(i + 1)
	}
	return c
}

func (r *codeColumn) read(c *source.Column, rows int, bad func(int, *FieldError)) {
	r.codes = r.codes[:0]
	if c.Codes != nil && c.Kind == source.Text {
		r.byDictionary(c, rows, bad)
		return
	}
	for i := range rows {
		code := uint32(0)
		if !c.Null[i] {
			var fault *FieldError
			if code, fault = r.code(textAt(c, i)); fault != nil {
				bad(i, fault)
			}
		}
		r.codes = append(r.codes, code)
	}
}

// mostKeptLevels is how many levels go from one lot to the next.
const mostKeptLevels = 1 << 14

// forget drops the levels where they are many, so that a lot has hardly more than its own.
func (r *codeColumn) forget() {
	if len(r.levels) > mostKeptLevels { // not of a boolean field
		r.levels, r.places, r.anyKnown = []string{""}, map[string]uint32{"": 0}, false
	}
}

// unknownCode marks a dictionary's level that was not looked at yet.
const unknownCode = math.MaxUint32

func (r *codeColumn) byDictionary(c *source.Column, rows int, bad func(int, *FieldError)) {
	if !r.anyKnown || r.version != c.LevelsVersion || len(r.byLevel) != len(c.Levels) {
		r.version, r.anyKnown = c.LevelsVersion, true
		r.byLevel = append(r.byLevel[:0], make([]uint32, len(c.Levels))...)
		r.faults = append(r.faults[:0], make([]*FieldError, len(c.Levels))...)
		for i := range r.byLevel {
			r.byLevel[i] = unknownCode
		}
	}
	for i := range rows {
		if c.Null[i] {
			r.codes = append(r.codes, 0)
			continue
		}
		level := c.Codes[i]
		if r.byLevel[level] == unknownCode {
			r.byLevel[level], r.faults[level] = r.code(c.Levels[level])
		}
		if fault := r.faults[level]; fault != nil {
			again := *fault
			bad(i, &again)
		}
		r.codes = append(r.codes, r.byLevel[level])
	}
}

func (r *codeColumn) code(text string) (uint32, *FieldError) {
	if r.look == nil { // a text that is a level already has been cleaned and checked
		if code, ok := r.places[text]; ok {
			return code, nil
		}
	}
	text = cleanText(text)
	if len(text) > LongestText {
		return 0, tooLong(r.field.Name, text)
	}
	if r.field.isMissing(text) {
		return 0, nil
	}
	level, fault := text, (*FieldError)(nil)
	if r.look != nil {
		if level, fault = r.look(text); fault != nil {
			return 0, fault
		}
	}
	code, ok := r.places[level]
	if !ok {
		code, level = uint32(len(r.levels)), strings.Clone(level)
		r.places[level] = code
		r.levels = append(r.levels, level)
	}
	return code, nil
}

// cleanText drops blanks around a text and replaces bytes that are no UTF-8: JSON could not keep them, and a model that was
// stored and loaded would no longer know the value.
func cleanText(text string) string {
	return strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD")
}

func tooLong(field, text string) *FieldError {
	return &FieldError{Field: field, Problem: strconv.Itoa(len(text)) + " bytes of text", Want: "at most " + strconv.Itoa(LongestText) + " are read; shorten it, or leave the column out"}
}

func (r *codeColumn) keep(kept []int32) {
	keep(&r.column.packed, kept, r.pack, r.codes)
}

// lookBoolean makes "true" and "false" of a boolean field's texts.
func lookBoolean(f *Field) func(string) (string, *FieldError) {
	return func(text string) (string, *FieldError) {
		value, ok := f.ParseBoolean(text)
		if !ok {
			return "", badBoolean(f, text)
		}
		if value {
			return trueLevel, nil
		}
		return falseLevel, nil
	}
}

func badBoolean(f *Field, text string) *FieldError {
	want := "write true or false, or list the texts under true and false in the schema"
	if len(f.True) > 0 {
		want = "the schema knows " + strings.Join(f.True, ", ") + " and " + strings.Join(f.False, ", ")
	}
	return &FieldError{Field: f.Name, Value: text, Problem: "neither true nor false", Want: want}
}

// idColumn reads ids. A batch's ids share one string, so that they do not hold on to the file's text.
type idColumn struct {
	field  *Field
	values []string // of the batch
	ends   []int
	column IDs
}

func (d *idColumn) read(c *source.Column, rows int, bad func(int, *FieldError)) {
	var all strings.Builder
	d.ends, d.values = d.ends[:0], d.values[:0]
	for i := range rows {
		if !c.Null[i] {
			text := strings.TrimSpace(textAt(c, i))
			if len(text) > LongestText {
				bad(i, tooLong(d.field.Name, text))
				text = ""
			} else if text == "" {
				bad(i, noID(d.field.Name))
			}
			all.WriteString(text)
		} else {
			bad(i, noID(d.field.Name))
		}
		d.ends = append(d.ends, all.Len())
	}
	text, start := all.String(), 0
	for _, end := range d.ends {
		d.values = append(d.values, text[start:end])
		start = end
	}
}

func noID(field string) *FieldError {
	return &FieldError{Field: field, Problem: "no id", Want: "every lead needs one"}
}

func (d *idColumn) keep(kept []int32) {
	for _, row := range kept {
		d.column.add(d.values[row])
	}
}
