package serve

import (
	"fmt"
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
	switch {
	case asked != nil:
		return c.time("as_of", asked)
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

// lead reads a lead. The result counts only while the check has no faults.
func (c *check) lead(path string, wire *leadscorev1.Lead, asOf features.Micros) (*features.Lead, seen) {
	if wire == nil {
		c.faults.add(path, "no lead")
		return nil, seen{}
	}
	id := wire.GetId()
	if !c.name(path+".id", id) {
		id = "unnamed" // to go on and find what else is wrong
	}
	created := c.created(path, wire, asOf)
	values := c.values(path, wire.GetFields())
	events, later := c.events(path, wire.GetEvents(), asOf)
	lead, err := c.version.schema.NewLead(id, created, values, events)
	c.faults.addFaults(path, wire.GetFields(), err)
	return lead, seen{absent: c.absent(wire.GetFields()), eventsNotSeen: later}
}

// name checks a required short text: an id, an event's type.
func (c *check) name(path, text string) (ok bool) {
	switch {
	case strings.TrimSpace(text) == "":
		c.faults.addf(path, "empty; want 1 to %d bytes", c.limits.NameBytes)
	case len(text) > c.limits.NameBytes:
		c.faults.addf(path, "%d bytes long; want at most %d", len(text), c.limits.NameBytes)
	default:
		return true
	}
	return false
}

func (c *check) created(path string, wire *leadscorev1.Lead, asOf features.Micros) features.Micros {
	if wire.GetCreatedTime() == nil {
		return features.NoTime
	}
	path += ".created_time"
	created := c.time(path, wire.GetCreatedTime())
	if created != features.NoTime && asOf != features.NoTime && created > asOf {
		c.faults.addf(path, "%s: after the instant at which the lead is looked at, %s; the lead did not exist then",
			inWords(created), inWords(asOf))
	}
	return created
}

// time reads an instant to the microsecond; NoTime after a fault.
func (c *check) time(path string, wire *timestamppb.Timestamp) features.Micros {
	if err := wire.CheckValid(); err != nil {
		c.faults.addf(path, "seconds %d, nanos %d: not a time between the years 1 and 9999", wire.GetSeconds(), wire.GetNanos())
		return features.NoTime
	}
	return features.MicrosOf(wire.AsTime())
}

func inWords(instant features.Micros) string {
	return time.UnixMicro(int64(instant)).UTC().Format(time.RFC3339Nano)
}

// values reads the fields whose values can be read at all; the schema judges what they say.
func (c *check) values(path string, wire map[string]*leadscorev1.FieldValue) map[string]any {
	if len(wire) > c.limits.Fields {
		c.faults.addf(path+".fields", "%d fields; want at most %d", len(wire), c.limits.Fields)
		return nil
	}
	before := len(c.faults.violations)
	values := make(map[string]any, len(wire))
	for name, value := range wire {
		if read, ok := c.value(path, name, value); ok {
			values[name] = read
		}
	}
	slices.SortFunc(c.faults.violations[before:], byPath) // a map has no order, an error has one
	return values
}

// value reads one field; ok is false after a fault.
func (c *check) value(path, name string, wire *leadscorev1.FieldValue) (value any, ok bool) {
	switch v := wire.GetValue().(type) {
	case *leadscorev1.FieldValue_Number:
		return v.Number, true
	case *leadscorev1.FieldValue_Text:
		return v.Text, true
	case *leadscorev1.FieldValue_Boolean:
		return v.Boolean, true
	case *leadscorev1.FieldValue_Timestamp:
		at := c.time(fieldPath(path, name), v.Timestamp)
		return time.UnixMicro(int64(at)).UTC(), at != features.NoTime
	case *leadscorev1.FieldValue_Missing:
		return nil, true
	}
	c.faults.add(fieldPath(path, name), "a value without a kind; set number, text, boolean, timestamp, or missing where nothing is known")
	return nil, false
}

// events reads the events and counts those that the score will not see.
func (c *check) events(path string, wire []*leadscorev1.LeadEvent, asOf features.Micros) (events []features.Event, later int) {
	if len(wire) > c.limits.Events {
		c.faults.addf(path+".events", "%d events; want at most %d, the newest", len(wire), c.limits.Events)
		return nil, 0
	}
	events = make([]features.Event, 0, len(wire))
	for i, each := range wire {
		event, ok := c.event(path, i, each)
		if !ok {
			continue
		}
		if asOf != features.NoTime && event.Time >= asOf {
			later++
		}
		events = append(events, event)
	}
	return events, later
}

// event reads the i-th event; ok is false after a fault. Paths are made only for faults: there are up to 10,000 events.
func (c *check) event(path string, i int, wire *leadscorev1.LeadEvent) (event features.Event, ok bool) {
	kind, at := wire.GetType(), wire.GetTime()
	ok = true
	if strings.TrimSpace(kind) == "" || len(kind) > c.limits.NameBytes {
		ok = c.name(eventPath(path, i)+".type", kind)
	}
	switch {
	case at == nil:
		c.faults.add(eventPath(path, i)+".time", "no time; every event needs one")
		return event, false
	case !at.IsValid():
		c.time(eventPath(path, i)+".time", at)
		return event, false
	}
	return features.Event{Time: features.MicrosOf(at.AsTime()), Type: kind}, ok
}

// absent lists the schema's fields in use that the request does not name.
func (c *check) absent(wire map[string]*leadscorev1.FieldValue) []string {
	var names []string
	for i := range c.version.schema.Fields {
		field := &c.version.schema.Fields[i]
		if _, named := wire[field.Name]; !named && field.Use != features.UseNo {
			names = append(names, field.Name)
		}
	}
	return names
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

func eventPath(path string, i int) string { return fmt.Sprintf("%s.events[%d]", path, i) }

func batchPath(i int) string { return fmt.Sprintf("leads[%d]", i) }
