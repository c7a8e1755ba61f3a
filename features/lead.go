package features

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Micros is an instant: microseconds since 1970-01-01 UTC. [NoTime] stands for an unknown one.
type Micros int64

// NoTime is the instant of what has none.
const NoTime Micros = -1 << 63

// Day is the length of a day in [Micros].
const Day = Micros(24 * time.Hour / time.Microsecond)

// Value is what one field of one lead holds. Which member counts follows from the field's kind.
type Value struct {
	Missing bool
	Number  float64 // Number; Boolean: 1 for true, 0 for false
	Text    string  // Category; Email: the kind of address, never the address
	Time    Micros  // Date
}

// Event is something that a lead did.
type Event struct {
	Time Micros
	Type string
}

// Lead is one person or company as a file or a request describes it.
type Lead struct {
	ID      string
	Created Micros  // NoTime if not known
	Values  []Value // one per [Schema.Fields], in that order
	Events  []Event // by time, then type; later ones than a snapshot included
}

// Snapshot is a lead as it was known at one instant. It is all that a score may see.
type Snapshot struct {
	ID      string
	AsOf    Micros // NoTime where the data have no times
	Created Micros
	Values  []Value // one per [Schema.Fields]
	Events  []Event // strictly before AsOf, by time, then type

	scratch LeadEvents // of [History.Snapshot]
}

// Status says what is known of one input of one lead. Of two, the larger is the worse. As text it is its name.
type Status uint8

const (
	Present Status = iota // a value that training has seen
	Outside               // a number beyond the smallest or largest of training; scored as the nearest bin
	Unseen                // a category that training has not seen, or too seldom
	Missing               // no value
)

// Statuses are the names.
var Statuses = [...]string{Present: "present", Outside: "outside", Unseen: "unseen", Missing: "missing"}

func (s Status) String() string {
	if int(s) >= len(Statuses) {
		return fmt.Sprintf("Status(%d)", uint8(s))
	}
	return Statuses[s]
}

// MarshalText writes the name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name.
func (s *Status) UnmarshalText(text []byte) error {
	at := slices.Index(Statuses[:], string(text))
	if at < 0 {
		return fmt.Errorf("%q is no status: %s", text, strings.Join(Statuses[:], ", "))
	}
	*s = Status(at)
	return nil
}
