// Package leadjson is the wire's messages as JSON that people and webhooks write: the canonical JSON form of protobuf
// (protojson), in which the value of a lead's field may also be just that value, and null means missing:
//
//	{"id": "L-17", "created_time": "2026-11-01T09:00:00Z",
//	 "fields": {"country": "DE", "employees": 250, "newsletter": true, "budget": null,
//	            "signed_up": {"timestamp": "2026-10-30T00:00:00Z"}},
//	 "events": [{"type": "pricing_page", "time": "2026-11-20T10:12:00Z"}]}
//
// Both forms may stand side by side. A text is read by the kind that the schema gives the field: a date, yes or no, a
// category. Names are those of the proto files, snake case; lowerCamelCase is understood too, and created for a lead's
// created_time, as schemas call it. A name that the message does not have, or has twice, is an error, and so is a number
// that cannot be held. Start at [Unmarshal]; [Marshal] writes.
package leadjson

import (
	"fmt"
	"strings"
)

// Fault is one violated member of a text: its path, such as lead.events[3].time, and what is wrong with it.
type Fault struct{ Path, Problem string }

// Faults are all violated members of a text, in its order, but no more than 1,000; Left counts the others.
type Faults struct {
	List []Fault
	Left int
}

func (f *Faults) Error() string {
	texts := make([]string, len(f.List))
	for i, each := range f.List {
		texts[i] = strings.TrimPrefix(each.Path+": "+each.Problem, ": ")
	}
	return strings.Join(texts, "; ")
}

const mostFaults = 1000

func (f *Faults) full() bool { return len(f.List) >= mostFaults }

// Add notes one more.
func (f *Faults) Add(fault Fault) {
	if f.full() {
		f.Left++
		return
	}
	f.List = append(f.List, fault)
}

// Addf notes one more; words are made only for one that is listed: a text may have millions.
func (f *Faults) Addf(path, format string, args ...any) {
	if f.full() {
		f.Left++
		return
	}
	f.Add(Fault{path, fmt.Sprintf(format, args...)})
}
