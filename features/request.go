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
	r := s.NewReading()
	r.Begin(id, created)
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if i, ok := s.FieldIndex(name); ok {
			r.any(i, values[name])
		} else {
			r.Unknown(name)
		}
	}
	if len(events) > MostEvents {
		r.fault("events", strconv.Itoa(len(events)), "too many events", "send at most "+strconv.Itoa(MostEvents)+", the newest")
		return nil, r.faults.Err()
	}
	for i := range events {
		r.Event(i, events[i])
	}
	return r.End()
}

// At is the lead as it was known at an instant: events at or after it are not in the snapshot. It shares the lead's slices.
func (l *Lead) At(asOf Micros) Snapshot {
	return Snapshot{ID: l.ID, AsOf: asOf, Created: l.Created, Values: l.Values, Events: before(l.Events, asOf)}
}

// Reading reads the leads of requests, one after another into the same memory: what [Schema.NewLead] says of values and faults holds
// here. A lead is Begin, its values and events in any order, End; it counts until the next Begin. It is not for many goroutines at once.
type Reading struct {
	schema  *Schema
	lead    Lead
	faults  Faults
	missing [][]float64 // by field: the numbers that mean missing
	sorted  bool        // the events so far
}

// NewReading makes one.
func (s *Schema) NewReading() *Reading {
	r := &Reading{schema: s, lead: Lead{Values: make([]Value, len(s.Fields))}, missing: make([][]float64, len(s.Fields))}
	for i := range s.Fields {
		r.missing[i] = s.Fields[i].missingNumbers(s.Format.decimal())
	}
	return r
}

// Begin starts a lead of which nothing is known.
func (q *Reading) Begin(id string, created Micros) {
	q.lead.ID, q.lead.Created, q.lead.Events = strings.TrimSpace(id), created, q.lead.Events[:0]
	q.faults, q.sorted = nil, true
	for i := range q.lead.Values {
		q.lead.Values[i] = Value{Missing: true}
	}
	q.id()
	if created != NoTime {
		q.time("created", created)
	}
}

// Number gives the i-th field of the schema a number.
func (q *Reading) Number(i int, v float64) { q.keep(i, q.number(i, v, true, nil)) }

// Text gives it a text.
func (q *Reading) Text(i int, v string) { q.keep(i, q.text(i, v)) }

// Boolean gives it yes or no.
func (q *Reading) Boolean(i int, v bool) { q.keep(i, q.boolean(&q.schema.Fields[i], v)) }

// Time gives it an instant.
func (q *Reading) Time(i int, v Micros) { q.keep(i, q.instant(&q.schema.Fields[i], v)) }

// keep drops the value of a field that scores do not use.
func (q *Reading) keep(i int, v Value) {
	if q.schema.Fields[i].Used() {
		q.lead.Values[i] = v
	}
}

// End gives the lead, or all its faults. Its events are sorted.
func (q *Reading) End() (*Lead, error) {
	if err := q.faults.Err(); err != nil {
		return nil, err
	}
	if !q.sorted {
		slices.SortStableFunc(q.lead.Events, byTimeAndType)
	}
	return &q.lead, nil
}

func byTimeAndType(a, b Event) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.Type, b.Type))
}

// any gives a field a value of any Go type.
func (q *Reading) any(i int, v any) {
	switch v := v.(type) {
	case nil:
	case string:
		q.Text(i, v)
	case bool:
		q.Boolean(i, v)
	case time.Time:
		q.Time(i, MicrosOf(v))
	case Micros:
		q.Time(i, v)
	default:
		number, exact, ok := goNumber(v)
		if !ok {
			q.wrongKind(&q.schema.Fields[i], v, due(q.schema.Fields[i].Kind))
			return
		}
		q.keep(i, q.number(i, number, exact, v))
	}
}

func (q *Reading) fault(field, value, problem, want string) {
	q.faults.Add(&FieldError{Lead: q.lead.ID, Field: field, Value: value, Problem: problem, Want: want})
}

func (q *Reading) id() {
	if q.lead.ID == "" {
		q.fault("lead.id", "", "no id", "every lead needs one")
	} else if len(q.lead.ID) > LongestText {
		long := q.lead.ID
		q.lead.ID = shorten(long)
		q.long("lead.id", long)
	}
}

func (q *Reading) long(field, text string) {
	fault := tooLong(field, text)
	q.fault(field, "", fault.Problem, "at most "+strconv.Itoa(LongestText)+" are taken")
}

// Unknown says that the request has a field that the schema has not.
func (q *Reading) Unknown(name string) {
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

// text is a text as the value of a field of any kind.
func (q *Reading) text(i int, text string) Value {
	f := &q.schema.Fields[i]
	if len(text) > LongestText {
		q.long(f.Name, text)
		return Value{Missing: true}
	}
	if text = cleanText(text); f.isMissing(text) {
		return Value{Missing: true}
	}
	switch f.Kind {
	case Number:
		q.wrongKind(f, text, due(f.Kind))
	case Boolean:
		return q.truth(f, text)
	case Date:
		layout := q.schema.dateLayout(f)
		if m, ok := ParseTime(text, layout, q.schema.Format.Zone()); ok {
			return Value{Time: m}
		}
		fault := badTime(f.Name, text, layout)
		q.fault(f.Name, text, fault.Problem, fault.Want)
	case Email:
		return Value{Text: EmailKind(text)}
	default:
		return Value{Text: text}
	}
	return Value{Missing: true}
}

// number is a number as the value of a field of any kind; v is how it was given, nil for the number itself.
func (q *Reading) number(i int, number float64, exact bool, v any) Value {
	f := &q.schema.Fields[i]
	switch f.Kind {
	case Number:
		switch {
		case containsNumber(q.missing[i], number):
		case math.IsNaN(number) || math.IsInf(number, 0):
			q.fault(f.Name, strconv.FormatFloat(number, 'g', -1, 64), "not a finite number", "send a finite number, or leave the field out")
		case !exact:
			q.fault(f.Name, fmt.Sprint(v), "too large to be held exactly", "send whole numbers below 2^53")
		default:
			return Value{Number: number}
		}
		return Value{Missing: true}
	case Boolean, Category:
		if text, ok := plainText(number, exact, v); !ok {
			q.wrongKind(f, number, due(f.Kind))
		} else if f.isMissing(text) {
			return Value{Missing: true}
		} else if f.Kind == Boolean {
			return q.truth(f, text)
		} else {
			return Value{Text: text}
		}
	default:
		q.wrongKind(f, number, due(f.Kind))
	}
	return Value{Missing: true}
}

// boolean is a yes or no as the value of a field of any kind.
func (q *Reading) boolean(f *Field, v bool) Value {
	switch f.Kind {
	case Boolean:
		return booleanValue(v)
	case Category:
		if text := strconv.FormatBool(v); !f.isMissing(text) {
			return Value{Text: text}
		}
	default:
		q.wrongKind(f, v, due(f.Kind))
	}
	return Value{Missing: true}
}

// instant is a time as the value of a field of any kind.
func (q *Reading) instant(f *Field, v Micros) Value {
	if f.Kind == Date {
		return q.time(f.Name, v)
	}
	q.wrongKind(f, v, due(f.Kind))
	return Value{Missing: true}
}

// truth reads a boolean's text.
func (q *Reading) truth(f *Field, text string) Value {
	b, ok := f.ParseBoolean(text)
	if !ok {
		fault := badBoolean(f, text)
		q.fault(f.Name, text, fault.Problem, fault.Want)
		return Value{Missing: true}
	}
	return booleanValue(b)
}

// due is what a field of a kind takes.
func due(k Kind) string {
	switch k {
	case Number:
		return "a number"
	case Boolean:
		return "a boolean"
	case Date:
		return "a time"
	}
	return "a text"
}

func (q *Reading) wrongKind(f *Field, v any, due string) {
	if f.Kind == Email { // an address never shows
		q.fault(f.Name, "", "not a text", "send the address as text")
		return
	}
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

// plainText is a number as the text that a file's cell of its type gives.
func plainText(number float64, exact bool, v any) (string, bool) {
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return "", false
	}
	if !exact {
		return fmt.Sprint(v), true // all digits, as a file's
	}
	return numberText(number), true
}

// time checks the years; the zero time and NoTime are missing.
func (q *Reading) time(field string, m Micros) Value {
	if m == NoTime {
		return Value{Missing: true}
	}
	if m >= firstTime && m <= lastTime {
		return Value{Time: m}
	}
	if _, ok := microsOf(time.UnixMicro(int64(m))); !ok {
		q.fault(field, strconv.FormatInt(int64(m), 10)+" µs", "not a time of the years 1 to 9999", "")
		return Value{Missing: true}
	}
	return Value{Time: m}
}

// Event adds what the lead did; i is its place in the request.
func (q *Reading) Event(i int, e Event) {
	e.Type = cleanText(e.Type)
	if e.Type == "" {
		q.fault(eventName(i)+".type", "", "no type", "every event needs one")
	} else if len(e.Type) > LongestText {
		q.long(eventName(i)+".type", e.Type)
	}
	if e.Time == NoTime {
		q.fault(eventName(i)+".time", "", "no time", "every event needs one")
	} else if e.Time < firstTime || e.Time > lastTime {
		q.time(eventName(i)+".time", e.Time)
	}
	if n := len(q.lead.Events); n > 0 && q.sorted {
		q.sorted = byTimeAndType(q.lead.Events[n-1], e) <= 0
	}
	q.lead.Events = append(q.lead.Events, e)
}

func eventName(i int) string { return "events[" + strconv.Itoa(i) + "]" }

// The instants that are surely of the years 1 to 9999: nearly all are, and need no calendar.
const (
	firstTime = -719_000 * Day
	lastTime  = 2_932_000 * Day
)
