package features

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// MostEvents is how many events a request may give for one lead; a call for more is a fault.
const MostEvents = 10_000

// NewLead makes a lead of a request's typed values, by field name. A value that is left out, nil, or one that the schema
// lists as missing is missing; one of a field with use: no is checked and then dropped, as it is in a file. Kinds convert only where nothing is guessed:
//
//	number    any Go number that a float64 holds exactly; no text
//	category  text; a number or boolean as a file's cell of that type
//	boolean   bool; a text or number that the field's own or the usual texts name
//	date      time.Time, Micros; a text as in a file
//	email     text
//
// Faults, all of them as [Faults] of [*FieldError]: no id, a field that the schema does not know (with the nearest name), a
// value of the wrong kind, NaN, infinity, a text over [LongestText] bytes, more than [MostEvents] events, an event without a
// time or type. Values of e-mail fields never show in a message.
func (s *Schema) NewLead(id string, created Micros, values map[string]any, events []Event) (*Lead, error) {
	q := &request{schema: s, lead: &Lead{ID: strings.TrimSpace(id), Created: created, Values: make([]Value, len(s.Fields))}}
	q.id()
	if created != NoTime {
		q.time("created", created)
	}
	for i := range q.lead.Values {
		q.lead.Values[i].Missing = true
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if i, ok := s.FieldIndex(name); ok {
			v := q.value(&s.Fields[i], values[name])
			if s.Fields[i].Used() {
				q.lead.Values[i] = v
			}
		} else {
			q.unknown(name)
		}
	}
	q.events(events)
	if err := q.faults.Err(); err != nil {
		return nil, err
	}
	return q.lead, nil
}

// At is the lead as it was known at an instant: events at or after it are not in the snapshot. It shares the lead's slices.
func (l *Lead) At(asOf Micros) Snapshot {
	return Snapshot{ID: l.ID, AsOf: asOf, Created: l.Created, Values: l.Values, Events: before(l.Events, asOf)}
}

type request struct {
	schema *Schema
	lead   *Lead
	faults Faults
}

func (q *request) fault(field, value, problem, want string) {
	q.faults.Add(&FieldError{Lead: q.lead.ID, Field: field, Value: value, Problem: problem, Want: want})
}

func (q *request) id() {
	if q.lead.ID == "" {
		q.fault("lead.id", "", "no id", "every lead needs one")
	} else if len(q.lead.ID) > LongestText {
		long := q.lead.ID
		q.lead.ID = shorten(long)
		q.long("lead.id", long)
	}
}

func (q *request) long(field, text string) {
	fault := tooLong(field, text)
	q.fault(field, "", fault.Problem, "at most "+strconv.Itoa(LongestText)+" are taken")
}

func (q *request) unknown(name string) {
	var known []string
	for i := range q.schema.Fields {
		known = append(known, q.schema.Fields[i].Name)
	}
	want := "known are " + strings.Join(known, ", ")
	if near, ok := Nearest(name, known); ok {
		want = "did you mean " + near + "?"
	}
	q.fault(name, "", "not a field of the schema", want)
}

func (q *request) value(f *Field, v any) Value {
	missing := Value{Missing: true}
	if v == nil {
		return missing
	}
	if text, ok := v.(string); ok {
		if len(text) > LongestText {
			q.long(f.Name, text)
			return missing
		}
		text = cleanText(text)
		if f.isMissing(text) {
			return missing
		}
		v = text
	}
	switch f.Kind {
	case Number:
		return q.number(f, v)
	case Boolean:
		return q.boolean(f, v)
	case Date:
		return q.date(f, v)
	case Email:
		if text, ok := v.(string); ok {
			return Value{Text: EmailKind(text)}
		}
		q.fault(f.Name, "", "not a text", "send the address as text")
		return missing
	}
	text, ok := plainText(v)
	if !ok {
		q.wrongKind(f, v, "a text")
		return missing
	}
	if f.isMissing(text) {
		return missing
	}
	return Value{Text: text}
}

func (q *request) wrongKind(f *Field, v any, due string) {
	value := ""
	if text, ok := v.(string); ok {
		value = text
	}
	q.fault(f.Name, value, fmt.Sprintf("%s, not %s", kindOf(v), due), "send "+due)
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "a text"
	case bool:
		return "a boolean"
	case time.Time, Micros:
		return "a time"
	default:
		if _, _, ok := goNumber(v); ok {
			return "a number"
		}
		return fmt.Sprintf("a value of type %T", v)
	}
}

func (q *request) number(f *Field, v any) Value {
	number, exact, ok := goNumber(v)
	switch {
	case !ok:
		q.wrongKind(f, v, "a number")
	case containsNumber(f.missingNumbers(q.schema.Format.decimal()), number):
	case math.IsNaN(number) || math.IsInf(number, 0):
		q.fault(f.Name, strconv.FormatFloat(number, 'g', -1, 64), "not a finite number", "send a finite number, or leave the field out")
	case !exact:
		q.fault(f.Name, fmt.Sprint(v), "too large to be held exactly", "send whole numbers below 2^53")
	default:
		return Value{Number: number}
	}
	return Value{Missing: true}
}

// goNumber is a Go number as float64, and whether that holds it exactly. Micros and durations are no numbers.
func goNumber(v any) (number float64, exact, ok bool) {
	switch v := v.(type) {
	case float64:
		return v, true, true
	case float32:
		return float64(v), true, true
	case Micros, time.Duration, nil:
		return 0, false, false
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		number = float64(r.Int())
		return number, math.Abs(number) < 1<<53, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		number = float64(r.Uint())
		return number, number < 1<<53, true
	}
	return 0, false, false
}

// plainText is a value as the text that a file's cell of its type gives.
func plainText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	}
	number, exact, ok := goNumber(v)
	if !ok || math.IsNaN(number) || math.IsInf(number, 0) {
		return "", false
	}
	if !exact {
		return fmt.Sprint(v), true // all digits, as a file's
	}
	return numberText(number), true
}

func (q *request) boolean(f *Field, v any) Value {
	if b, ok := v.(bool); ok {
		return booleanValue(b)
	}
	text, ok := plainText(v)
	if !ok {
		q.wrongKind(f, v, "a boolean")
		return Value{Missing: true}
	}
	if f.isMissing(text) {
		return Value{Missing: true}
	}
	b, ok := f.ParseBoolean(text)
	if !ok {
		fault := badBoolean(f, text)
		q.fault(f.Name, text, fault.Problem, fault.Want)
		return Value{Missing: true}
	}
	return booleanValue(b)
}

func (q *request) date(f *Field, v any) Value {
	switch v := v.(type) {
	case time.Time:
		return q.time(f.Name, MicrosOf(v))
	case Micros:
		return q.time(f.Name, v)
	case string:
		layout := q.schema.dateLayout(f)
		m, ok := ParseTime(v, layout, q.schema.Format.Zone())
		if ok {
			return Value{Time: m}
		}
		fault := badTime(f.Name, v, layout)
		q.fault(f.Name, v, fault.Problem, fault.Want)
	default:
		q.wrongKind(f, v, "a time")
	}
	return Value{Missing: true}
}

// time checks the years; the zero time and NoTime are missing.
func (q *request) time(field string, m Micros) Value {
	if m == NoTime {
		return Value{Missing: true}
	}
	if _, ok := microsOf(time.UnixMicro(int64(m))); !ok {
		q.fault(field, strconv.FormatInt(int64(m), 10)+" µs", "not a time of the years 1 to 9999", "")
		return Value{Missing: true}
	}
	return Value{Time: m}
}

func (q *request) events(events []Event) {
	if len(events) > MostEvents {
		q.fault("events", strconv.Itoa(len(events)), "too many events", "send at most "+strconv.Itoa(MostEvents)+", the newest")
		return
	}
	q.lead.Events = slices.Clone(events)
	for i := range q.lead.Events {
		e, name := &q.lead.Events[i], "events["+strconv.Itoa(i)+"]"
		e.Type = cleanText(e.Type)
		if e.Type == "" {
			q.fault(name+".type", "", "no type", "every event needs one")
		} else if len(e.Type) > LongestText {
			q.long(name+".type", e.Type)
		}
		if e.Time == NoTime {
			q.fault(name+".time", "", "no time", "every event needs one")
		} else {
			q.time(name+".time", e.Time)
		}
	}
	slices.SortStableFunc(q.lead.Events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Type, b.Type))
	})
}
