package features

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// schemaCheck collects every fault of a schema. Without positions the faults have no line.
type schemaCheck struct {
	schema    *Schema
	file      string
	positions *YAMLPositions
	faults    Faults
}

func (c *schemaCheck) run() error {
	s := c.schema
	if s.Version != 1 {
		c.fault(fmt.Sprint(s.Version), "an unknown version", "write version: 1", "version")
	}
	c.lead()
	c.outcome()
	c.times()
	c.recency()
	c.segments()
	c.columns()
	c.names()
	for i := range s.Fields {
		c.field(i)
	}
	c.events()
	for i := range s.Engagement {
		c.engagement(i)
	}
	c.format()
	if len(c.faults) == 0 && len(s.Inputs()) == 0 {
		c.fault("", "no field is used", "a score needs at least one field or engagement figure with use: yes", "fields")
	}
	return c.faults.Err()
}

func (c *schemaCheck) fault(value, problem, want string, path ...any) {
	name := ""
	for _, step := range path {
		if place, ok := step.(int); ok {
			name += fmt.Sprintf("[%d]", place)
		} else {
			name = join(name, step.(string))
		}
	}
	c.faults.Add(&FieldError{File: c.file, Line: c.positions.Line(path...), Field: name, Value: value, Problem: problem, Want: want})
}

func (c *schemaCheck) lead() {
	if c.schema.Lead.ID == "" {
		c.fault("", "no id column", "write lead: and below it id: and the column that holds the lead's id", "lead", "id")
	}
}

func (c *schemaCheck) outcome() {
	o := &c.schema.Outcome
	if o.Column == "" {
		if len(o.Won)+len(o.Lost) > 0 {
			c.fault("", "no outcome column", "write column: and its name", "outcome", "column")
		}
		return
	}
	for _, list := range []struct {
		key    string
		values []string
	}{{"won", o.Won}, {"lost", o.Lost}} {
		if len(list.values) == 0 {
			c.fault("", "no value means "+list.key, "list the outcome column's values, such as ["+list.key+"]; all others are open", "outcome", list.key)
		}
		for i, v := range list.values {
			if strings.TrimSpace(v) != v || v == "" {
				c.fault(v, "an empty text or blanks around it", "values are compared without blanks around them", "outcome", list.key, i)
			}
			if slices.Contains(list.values[:i], v) {
				c.fault(v, "listed twice", "keep one", "outcome", list.key, i)
			}
		}
	}
	for i, v := range o.Lost {
		if slices.Contains(o.Won, v) {
			c.fault(v, "both won and lost", "keep it in one of the two lists", "outcome", "lost", i)
		}
	}
}

func (c *schemaCheck) times() {
	s := c.schema
	rule := &s.Snapshot
	forms := 0
	for _, set := range []bool{rule.AfterCreated != nil, rule.Event != "", rule.Column != ""} {
		if set {
			forms++
		}
	}
	if forms > 1 {
		c.fault(rule.String(), "more than one snapshot rule", "keep one form", "snapshot")
	}
	if rule.AfterCreated != nil && s.Lead.Created == "" {
		c.fault(rule.String(), "no created column to count from", "name it as lead.created, or take another rule", "snapshot")
	}
	if rule.Event != "" && s.Events == (EventColumns{}) {
		c.fault(rule.String(), "no events' columns", "name them under events", "snapshot")
	}
	if s.Horizon == 0 {
		return
	}
	if s.Horizon < 0 {
		c.fault(s.Horizon.String(), "below zero", "write a time span such as 90d", "horizon")
	}
	if rule.IsZero() {
		c.fault(s.Horizon.String(), "nothing to count from", "a horizon begins at the snapshot: write snapshot: created + 0d or more, or leave the horizon out", "horizon")
	}
	if s.Lead.Closed == "" {
		c.fault(s.Horizon.String(), "no closed column", "only lead.closed tells whether a win came within the horizon", "horizon")
	}
}

// recency holds that there are times to count an age from, and that the half-life is no slip of the pen.
func (c *schemaCheck) recency() {
	r := c.schema.Recency
	if r == nil {
		return
	}
	if r.HalfLife < leastRecency {
		c.fault(r.HalfLife.String(), "a half-life of less than a week", "nearly no lead would count; write a time span such as 365d", "recency", "half_life")
	}
	if c.schema.Snapshot.IsZero() && c.schema.Lead.Closed == "" {
		c.fault(r.HalfLife.String(), "nothing to tell old deals from new ones by", "write a snapshot rule or name lead.closed", "recency")
	}
}

// segments holds that the segments are the values of a field that scores may see.
func (c *schemaCheck) segments() {
	if c.schema.Segments == nil {
		return
	}
	by := c.schema.Segments.By
	i, known := c.schema.FieldIndex(by)
	switch {
	case !known:
		var names []string
		for k := range c.schema.Fields {
			if c.schema.Fields[k].Kind == Category {
				names = append(names, c.schema.Fields[k].Name)
			}
		}
		want := "name a category field"
		if near, ok := Nearest(by, names); ok {
			want = "did you mean " + near + "?"
		}
		c.fault(by, "no field of this name", want, "segments", "by")
	case c.schema.Fields[i].Kind != Category:
		c.fault(by, "a "+string(c.schema.Fields[i].Kind)+", not a category", "segments are the values of a category field", "segments", "by")
	case !c.schema.Fields[i].Used():
		c.fault(by, "a field that scores may not see", "take another field, or set use: yes", "segments", "by")
	}
}

// leastRecency is the shortest half-life of old deals.
const leastRecency = Duration(7 * 24 * time.Hour)

// columns holds that no column of the leads' file means two things. The snapshot's column may be a field too.
func (c *schemaCheck) columns() {
	s := c.schema
	taken := map[string]string{}
	claim := func(column, what string, path ...any) {
		if column == "" {
			return
		}
		if first, ok := taken[column]; ok {
			c.fault(column, "the column is already "+first, "one column has one meaning", path...)
			return
		}
		taken[column] = what
	}
	claim(s.Lead.ID, "lead.id", "lead", "id")
	claim(s.Lead.Account, "lead.account", "lead", "account")
	claim(s.Lead.Created, "lead.created", "lead", "created")
	claim(s.Lead.Closed, "lead.closed", "lead", "closed")
	claim(s.Lead.Value, "lead.value", "lead", "value")
	claim(s.Lead.Weight, "lead.weight", "lead", "weight")
	claim(s.Outcome.Column, "outcome.column", "outcome", "column")
	for i := range s.Fields {
		key := "column"
		if s.Fields[i].Column == "" {
			key = "name"
		}
		claim(s.Fields[i].ColumnName(), "field "+s.Fields[i].Name, "fields", i, key)
	}
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)

// Words that an expression of a rule cannot use as a name: the language definition of CEL, section "Syntax".
const reservedWords = " as break const continue else false for function if import in let loop namespace null package return true var void while "

func (c *schemaCheck) names() {
	taken := map[string]string{}
	check := func(name, what string, path ...any) {
		switch {
		case name == "":
			c.fault("", "no name", "write name: and a lower-case word such as employees", path...)
			return
		case !identifier.MatchString(name):
			c.fault(name, "not a name", "a name is a lower-case letter, then lower-case letters, digits and _, at most 100; the file's own name goes under column", path...)
		case strings.Contains(reservedWords, " "+name+" "):
			c.fault(name, "a word that rules reserve", "take another name", path...)
		}
		if first, ok := taken[name]; ok {
			c.fault(name, "the name of "+first+" as well", "names are unique over fields and engagement", path...)
			return
		}
		taken[name] = what
	}
	for i := range c.schema.Fields {
		check(c.schema.Fields[i].Name, fmt.Sprintf("fields[%d]", i), "fields", i, "name")
	}
	for i := range c.schema.Engagement {
		check(c.schema.Engagement[i].Name, fmt.Sprintf("engagement[%d]", i), "engagement", i, "name")
	}
}

var kinds = []string{string(Number), string(Category), string(Boolean), string(Date), string(Email)}

func (c *schemaCheck) field(i int) {
	f := &c.schema.Fields[i]
	at := func(key string) []any { return []any{"fields", i, key} }
	if !slices.Contains(kinds, string(f.Kind)) {
		want := "known are " + strings.Join(kinds, ", ")
		if near, ok := Nearest(string(f.Kind), kinds); ok {
			want = "did you mean " + near + "?"
		}
		c.fault(string(f.Kind), "an unknown kind", want, at("kind")...)
		return
	}
	c.use(f.Use, "fields", i)
	if f.Actionable != "" && f.Actionable != UseYes && f.Actionable != UseNo {
		c.fault(string(f.Actionable), "neither yes nor no", "write actionable: yes or actionable: no", at("actionable")...)
	}
	for k, m := range f.Missing {
		if strings.TrimSpace(m) != m {
			c.fault(m, "blanks around it", "values are compared without blanks around them", "fields", i, "missing", k)
		}
	}
	if f.Kind != Number && len(f.Special) > 0 {
		c.fault("", "special values of a "+string(f.Kind), "only numbers have them", at("special")...)
	}
	missing := f.missingNumbers(c.schema.Format.decimal())
	for k, v := range f.Special {
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0):
			c.fault(numberText(v), "not a finite number", "", "fields", i, "special", k)
		case slices.Contains(f.Special[:k], v):
			c.fault(numberText(v), "listed twice", "keep one", "fields", i, "special", k)
		case containsNumber(missing, v):
			c.fault(numberText(v), "both special and missing", "keep it in one of the two lists", "fields", i, "special", k)
		}
	}
	c.monotone(f.Monotone, f.notMonotone(c.schema), at("monotone")...)
	c.booleanTexts(i)
	if f.Layout != "" {
		if f.Kind != Date {
			c.fault(f.Layout, "a layout of a "+string(f.Kind), "only dates have one", at("layout")...)
		}
		c.layout(f.Layout, at("layout")...)
	}
}

// monotone checks a promised direction; why says what stands against one, empty for nothing.
func (c *schemaCheck) monotone(d Direction, why string, path ...any) {
	switch {
	case d == "":
	case d != Up && d != Down:
		c.fault(string(d), "neither up nor down", "write monotone: up where more is never worse, monotone: down where more is never better", path...)
	case why != "":
		c.fault(string(d), why, "numbers, dates under a snapshot rule and engagement figures that are numbers can be monotone", path...)
	}
}

// notMonotone says why a field's table cannot keep a direction; empty where it can.
func (f *Field) notMonotone(s *Schema) string {
	switch {
	case f.Kind == Number:
		return ""
	case f.Kind != Date:
		return "a direction of a " + string(f.Kind) + ", which has no order"
	case s.Snapshot.IsZero():
		return "a direction of a date without an age: there is no snapshot rule"
	}
	return ""
}

func (c *schemaCheck) booleanTexts(i int) {
	f := &c.schema.Fields[i]
	if f.Kind != Boolean {
		if len(f.True)+len(f.False) > 0 {
			c.fault("", "texts for true or false of a "+string(f.Kind), "only booleans have them", "fields", i, "kind")
		}
		return
	}
	if (len(f.True) == 0) != (len(f.False) == 0) {
		c.fault("", "only one of true and false", "give both lists or neither", "fields", i, "kind")
	}
	for _, list := range [][]string{f.True, f.False} {
		for _, text := range list {
			if strings.TrimSpace(text) != text || text == "" {
				c.fault(text, "an empty text or blanks around it", "values are compared without blanks around them", "fields", i, "kind")
			}
		}
	}
	for k, text := range f.False {
		if slices.ContainsFunc(f.True, func(t string) bool { return strings.EqualFold(t, text) }) {
			c.fault(text, "both true and false", "letter case does not count; keep it in one list", "fields", i, "false", k)
		}
	}
}

func (c *schemaCheck) use(use Use, path ...any) {
	switch use {
	case "", UseYes, UseNo:
	default:
		c.fault(string(use), "neither yes nor no", "write use: yes or use: no", append(path, "use")...)
	}
}

// layout tries it on a day whose year, month and day cannot be mistaken for one another.
func (c *schemaCheck) layout(layout string, path ...any) {
	if layout == LayoutUnix || layout == LayoutUnixMilli {
		return
	}
	sample := time.Date(2019, time.November, 23, 0, 0, 0, 0, time.UTC)
	read, err := time.Parse(layout, sample.Format(layout))
	if err != nil || !read.Equal(sample) {
		c.fault(layout, "not the layout of a date", "write the day 2006-01-02 15:04:05 as the file does, such as 02.01.2006, or unix or unix_ms", path...)
	}
}

func (c *schemaCheck) events() {
	e := c.schema.Events
	if e == (EventColumns{}) {
		return
	}
	keys, columns := []string{"lead", "time", "type"}, []string{e.Lead, e.Time, e.Type}
	for i, column := range columns {
		if column == "" {
			c.fault("", "no column for the events' "+keys[i], "name the column of the events' file", "events", keys[i])
		} else if slices.Contains(columns[:i], column) {
			c.fault(column, "a column with two meanings", "one column has one meaning", "events", keys[i])
		}
	}
}

func (c *schemaCheck) format() {
	f := &c.schema.Format
	if len(f.Delimiter) > 1 || f.Delimiter == "\"" || f.Delimiter == "\n" || f.Delimiter == "\r" || len(f.Delimiter) == 1 && f.Delimiter[0] >= 0x80 {
		c.fault(f.Delimiter, "not a delimiter", `write one character such as ";" or "\t"`, "format", "delimiter")
	}
	if encodings := []string{"", "utf-8", "utf-16", "utf-16le", "utf-16be", "windows-1252"}; !slices.Contains(encodings, f.Encoding) {
		c.fault(f.Encoding, "an unknown encoding", "known are"+strings.Join(encodings, " "), "format", "encoding")
	}
	if f.Decimal != "" && f.Decimal != "." && f.Decimal != "," {
		c.fault(f.Decimal, "not a decimal sign", `write "," or "."`, "format", "decimal")
	}
	if _, err := time.LoadLocation(f.TimeZone); err != nil || f.TimeZone == "Local" {
		c.fault(f.TimeZone, "an unknown time zone", "write a name such as Europe/Berlin", "format", "time_zone")
	}
	if f.DateLayout != "" {
		c.layout(f.DateLayout, "format", "date_layout")
	}
}
