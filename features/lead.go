package features

import (
	"slices"
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

// Status says what is known of one input of one lead.
type Status string

const (
	Present Status = "present" // a value that training has seen
	Missing Status = "missing" // no value
	Unseen  Status = "unseen"  // a category that training has not seen, or too seldom
	Outside Status = "outside" // a number beyond the smallest or largest of training; scored as the nearest bin
)

// StatusRank is a [Status] as a small number: of two, the larger is the worse.
type StatusRank uint8

// Statuses lists them by rank.
var Statuses = [...]Status{isPresent: Present, isOutside: Outside, isUnseen: Unseen, isMissing: Missing}

const (
	isPresent StatusRank = iota
	isOutside
	isUnseen
	isMissing
)

// Rank is the status as a number. Of a text that is no status it is that of [Present].
func (s Status) Rank() StatusRank { return StatusRank(max(0, slices.Index(Statuses[:], s))) }

// Status is the status of the rank.
func (r StatusRank) Status() Status { return Statuses[r] }
