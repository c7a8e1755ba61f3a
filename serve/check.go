package serve

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// check reads one request, or one lead of a batch, and gathers everything that is wrong with it.
type check struct {
	version *ready
	limits  Limits
	faults  invalid
}

func newCheck(version *ready, limits Limits) *check { return &check{version: version, limits: limits} }

// instant is when to look at the leads: as asked, else now, else never for a version that knows no times.
func (c *check) instant(asked *timestamppb.Timestamp, now time.Time) features.Micros {
	return c.instantAt("as_of", asked, now)
}

func (c *check) instantAt(path string, asked *timestamppb.Timestamp, now time.Time) features.Micros {
	switch {
	case asked != nil:
		return c.time(path, asked)
	case c.version.timeless:
		return features.NoTime
	}
	return features.MicrosOf(now)
}

func (c *check) explanation(asked leadscorev1.Explanation) {
	if _, known := leadscorev1.Explanation_name[int32(asked)]; !known {
		c.faults.addf("explanation", "%d: not a value that this server knows; use EXPLANATION_FULL or EXPLANATION_NONE", asked)
	}
}

func (c *check) leadCount(count int) {
	switch {
	case count == 0:
		c.faults.addf("leads", "no leads; send 1 to %d", c.limits.Leads)
	case count > c.limits.Leads:
		c.faults.addf("leads", "%d leads; send at most %d in one call", count, c.limits.Leads)
	}
}

// seen is what the answer says about how much of the request was used, besides what the model itself says.
type seen struct {
	absent        []string // fields of the schema that the request does not name
	eventsNotSeen int      // events at or after the instant
}

// place is where a lead stands in a request: the i-th of a batch, or alone. Paths are made of it only for faults.
type place int

const alone place = -1

func (p place) String() string {
	if p == alone {
		return "lead"
	}
	return "leads[" + strconv.Itoa(int(p)) + "]"
}

// lead reads a lead. The result counts only while the check has no faults, and until the reading begins its next lead.
func (c *check) lead(reading *features.Reading, at place, wire *leadscorev1.Lead, asOf features.Micros) (*features.Lead, seen) {
	if wire == nil {
		c.faults.add(at.String(), "no lead")
		return nil, seen{}
	}
	id := wire.GetId()
	if problem := c.nameProblem(id); problem != "" {
		c.faults.add(at.String()+".id", problem)
		id = "unnamed" // to go on and find what else is wrong
	}
	reading.Begin(id, c.created(at, wire, asOf))
	absent := c.values(reading, at, wire.GetFields())
	later := c.events(reading, at, wire.GetEvents(), asOf)
	lead, err := reading.End()
	if err != nil {
		c.faults.addFaults(at.String(), wire.GetFields(), err)
	}
	return lead, seen{absent: absent, eventsNotSeen: later}
}

// nameProblem says what is wrong with a required short text, an id or an event's type; empty: nothing.
func (c *check) nameProblem(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Sprintf("empty; want 1 to %d bytes", c.limits.NameBytes)
	case len(text) > c.limits.NameBytes:
		return fmt.Sprintf("%d bytes long; want at most %d", len(text), c.limits.NameBytes)
	}
	return ""
}

func (c *check) created(at place, wire *leadscorev1.Lead, asOf features.Micros) features.Micros {
	if wire.GetCreatedTime() == nil {
		return features.NoTime
	}
	created, ok := readTime(wire.GetCreatedTime())
	switch {
	case !ok:
		c.badTime(at.String()+".created_time", wire.GetCreatedTime())
	case asOf != features.NoTime && created > asOf:
		c.faults.addf(at.String()+".created_time", "%s: after the instant at which the lead is looked at, %s; the lead did not exist then",
			inWords(created), inWords(asOf))
	}
	return created
}

// time reads an instant to the microsecond; NoTime after a fault.
func (c *check) time(path string, wire *timestamppb.Timestamp) features.Micros {
	at, ok := readTime(wire)
	if !ok {
		c.badTime(path, wire)
	}
	return at
}

func (c *check) badTime(path string, wire *timestamppb.Timestamp) {
	c.faults.addf(path, "seconds %d, nanos %d: not a time between the years 1 and 9999", wire.GetSeconds(), wire.GetNanos())
}

// readTime reads an instant to the microsecond, what is finer cut off.
func readTime(wire *timestamppb.Timestamp) (at features.Micros, ok bool) {
	if !wire.IsValid() {
		return features.NoTime, false
	}
	return features.Micros(wire.AsTime().UnixMicro()), true // not MicrosOf, for which the first instant of year 1 is none
}

func inWords(instant features.Micros) string {
	return time.UnixMicro(int64(instant)).UTC().Format(time.RFC3339Nano)
}

// values reads the fields, in the schema's order, and gives the names of those that the request does not have.
func (c *check) values(reading *features.Reading, at place, wire map[string]*leadscorev1.FieldValue) (absent []string) {
	if len(wire) > c.limits.Fields {
		c.faults.addf(at.String()+".fields", "%d fields; want at most %d", len(wire), c.limits.Fields)
		return nil
	}
	known, before := 0, len(c.faults.violations)
	for i := range c.version.schema.Fields {
		field := &c.version.schema.Fields[i]
		value, named := wire[field.Name]
		switch {
		case named:
			known++
			c.value(reading, at, i, value)
		case field.Use != features.UseNo:
			absent = append(absent, field.Name)
		}
	}
	if known < len(wire) {
		c.unknown(reading, at, wire)
	}
	slices.SortFunc(c.faults.violations[before:], byPath)
	return absent
}

// value reads one field.
func (c *check) value(reading *features.Reading, at place, i int, wire *leadscorev1.FieldValue) {
	switch v := wire.GetValue().(type) {
	case *leadscorev1.FieldValue_Number:
		reading.Number(i, v.Number)
	case *leadscorev1.FieldValue_Text:
		reading.Text(i, v.Text)
	case *leadscorev1.FieldValue_Boolean:
		reading.Boolean(i, v.Boolean)
	case *leadscorev1.FieldValue_Timestamp:
		if instant, ok := readTime(v.Timestamp); ok {
			reading.Time(i, instant)
		} else {
			c.badTime(fieldPath(at.String(), c.version.schema.Fields[i].Name), v.Timestamp)
		}
	case *leadscorev1.FieldValue_Missing:
	default:
		c.noKind(at, c.version.schema.Fields[i].Name)
	}
}

func (c *check) noKind(at place, name string) {
	c.faults.add(fieldPath(at.String(), name), "a value without a kind; set number, text, boolean, timestamp, or missing where nothing is known")
}

// unknown finds the names that the schema does not have.
func (c *check) unknown(reading *features.Reading, at place, wire map[string]*leadscorev1.FieldValue) {
	for _, name := range slices.Sorted(maps.Keys(wire)) { // a map has no order, an error has one
		if _, known := c.version.schema.FieldIndex(name); known {
			continue
		}
		if wire[name].GetValue() == nil {
			c.noKind(at, name)
		} else {
			reading.Unknown(name)
		}
	}
}

// events reads the events and counts those that the score will not see.
func (c *check) events(reading *features.Reading, at place, wire []*leadscorev1.LeadEvent, asOf features.Micros) (later int) {
	if len(wire) > c.limits.Events {
		c.faults.addf(at.String()+".events", "%d events; want at most %d, the newest", len(wire), c.limits.Events)
		return 0
	}
	for i, each := range wire {
		event, ok := c.event(at, i, each)
		if !ok {
			continue
		}
		if asOf != features.NoTime && event.Time >= asOf {
			later++
		}
		reading.Event(i, event)
	}
	return later
}

// event reads the i-th event; ok is false after a fault. Paths are made only for faults: there are up to 10,000 events.
func (c *check) event(at place, i int, wire *leadscorev1.LeadEvent) (event features.Event, ok bool) {
	kind := wire.GetType()
	ok = true
	if problem := c.nameProblem(kind); problem != "" {
		c.faults.add(eventPath(at, i)+".type", problem)
		ok = false
	}
	if wire.GetTime() == nil {
		c.faults.add(eventPath(at, i)+".time", "no time; every event needs one")
		return event, false
	}
	instant, valid := readTime(wire.GetTime())
	if !valid {
		c.badTime(eventPath(at, i)+".time", wire.GetTime())
	}
	return features.Event{Time: instant, Type: kind}, ok && valid
}

// longestShownName is how much of a field's name a path shows; names of real fields are shorter.
const longestShownName = 80

func fieldPath(path, name string) string {
	if len(name) > longestShownName {
		cut := longestShownName
		for cut > 0 && !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + "…"
	}
	return path + ".fields[" + strconv.Quote(name) + "]"
}

func eventPath(at place, i int) string { return at.String() + ".events[" + strconv.Itoa(i) + "]" }
