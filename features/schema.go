package features

import "time"

// Kind says what the values of a field are.
type Kind string

const (
	Number   Kind = "number"   // a quantity with an order: employees, revenue
	Category Kind = "category" // one of several values without an order: country, industry
	Boolean  Kind = "boolean"  // yes or no
	Date     Kind = "date"     // a time; scores see its age at the snapshot, its month and its weekday
	Email    Kind = "email"    // an address; scores see its kind (company, free, disposable, invalid), then it is dropped
)

// Schema says what a file of leads and a file of events hold, when a lead is looked at, and what counts as a win.
// Its zero value is invalid; [LoadSchema] reads and checks one. Docs: docs/file-formats.md.
type Schema struct {
	Version int `yaml:"version" json:"version"` // of the format; 1

	Lead    LeadColumns    `yaml:"lead" json:"lead"`
	Outcome OutcomeColumns `yaml:"outcome,omitempty" json:"outcome,omitzero"`

	// Snapshot says when a lead is looked at in training, see [SnapshotRule].
	Snapshot SnapshotRule `yaml:"snapshot,omitempty" json:"snapshot,omitzero"`
	// Horizon is the time after the snapshot within which a win counts; zero counts a win whenever it came.
	Horizon Duration `yaml:"horizon,omitempty" json:"horizon,omitzero"`
	// ObservedUntil is when the history was taken; zero means the latest time that occurs in it.
	ObservedUntil Date8601 `yaml:"observed_until,omitempty" json:"observed_until,omitzero"`

	// Recency lets old deals count less in training; nil: all count alike.
	Recency *Recency `yaml:"recency,omitempty" json:"recency,omitempty"`

	// Segments lets effects deviate by the values of a category; nil: one model for all alike.
	Segments *Segments `yaml:"segments,omitempty" json:"segments,omitempty"`

	Fields []Field `yaml:"fields" json:"fields"`

	Events     EventColumns `yaml:"events,omitempty" json:"events,omitzero"`
	Engagement []Engagement `yaml:"engagement,omitempty" json:"engagement,omitempty"`

	Format FileFormat `yaml:"format,omitempty" json:"format,omitzero"`
}

// Segments names the category field by whose values the model's effects may deviate.
type Segments struct {
	By string `yaml:"by" json:"by"`
}

// LeadColumns names the columns that say who a lead is and when it came. Only ID is required.
type LeadColumns struct {
	ID      string `yaml:"id" json:"id"`
	Account string `yaml:"account,omitempty" json:"account,omitempty"` // the company; leads of one account stay together in a split
	Created string `yaml:"created,omitempty" json:"created,omitempty"` // when the lead came
	Closed  string `yaml:"closed,omitempty" json:"closed,omitempty"`   // when the deal was won or lost
	Value   string `yaml:"value,omitempty" json:"value,omitempty"`     // the deal's value, in the user's currency
	Weight  string `yaml:"weight,omitempty" json:"weight,omitempty"`   // how much the lead counts in training, ≥ 0: 2 as much as two equal leads, 0 not at all
}

// Recency is how fast a deal's weight in training fades: a lead whose snapshot is older than the newest one fitted to by a counts
// 2^(-a/half-life).
type Recency struct {
	HalfLife Duration `yaml:"half_life" json:"half_life"`
}

// OutcomeColumns says which column holds the outcome and which of its values mean won and lost. Everything else,
// missing included, is open: neither.
type OutcomeColumns struct {
	Column string   `yaml:"column" json:"column"`
	Won    []string `yaml:"won" json:"won"`
	Lost   []string `yaml:"lost" json:"lost"`
}

// Use says whether a score may see a field.
type Use string

const (
	UseYes Use = "yes"
	UseNo  Use = "no"
)

// Direction is the way in which a table may only go as its field grows.
type Direction string

const (
	Up   Direction = "up"
	Down Direction = "down"
)

// Field is one column of the leads' file that describes a lead.
type Field struct {
	Name    string   `yaml:"name" json:"name"`                         // as rules and requests call it: a lower-case letter, then those, digits and _
	Column  string   `yaml:"column,omitempty" json:"column,omitempty"` // as the file calls it; empty: the same as Name
	Kind    Kind     `yaml:"kind" json:"kind"`
	Missing []string `yaml:"missing,omitempty" json:"missing,omitempty"` // texts that mean missing, besides the empty one
	// Special are values of a number field that mean something else than their size, as 999 for "never". Each gets a
	// level of its own.
	Special []float64 `yaml:"special,omitempty" json:"special,omitempty"`
	True    []string  `yaml:"true,omitempty" json:"true,omitempty"`     // boolean: texts that mean true; empty: true, yes, 1, y, t
	False   []string  `yaml:"false,omitempty" json:"false,omitempty"`   // boolean: texts that mean false; empty: false, no, 0, n, f
	Layout  string    `yaml:"layout,omitempty" json:"layout,omitempty"` // date: a layout such as 02.01.2006, unix or unix_ms; empty: format.date_layout
	// Monotone promises that the model's number for the field never falls (up) or never rises (down) as the field grows: of a number, or of a
	// date's age. Missing and special values stand outside.
	Monotone Direction `yaml:"monotone,omitempty" json:"monotone,omitempty"`
	Use      Use       `yaml:"use,omitempty" json:"use,omitempty"`         // empty: yes
	Because  string    `yaml:"because,omitempty" json:"because,omitempty"` // why it is used or not
	// Actionable says whether the value can become another one: yes or no; empty leaves it to the kind. What a lead could do or tell to be scored
	// higher looks at no other fields (package models/counterfactual).
	Actionable Use `yaml:"actionable,omitempty" json:"actionable,omitempty"`
}

// EventColumns names the columns of the events' file.
type EventColumns struct {
	Lead string `yaml:"lead" json:"lead"`
	Time string `yaml:"time" json:"time"`
	Type string `yaml:"type" json:"type"`
}

// Engagement is one figure computed from a lead's events before the snapshot. Exactly one of Count, DaysSinceLast,
// DistinctDays, FirstEvent and EventsBeforeFirst is set; [AnyEvent] stands for all types.
type Engagement struct {
	Name string `yaml:"name" json:"name"`

	Count             []string `yaml:"count,omitempty" json:"count,omitempty"`                             // how many events of these types
	DaysSinceLast     []string `yaml:"days_since_last,omitempty" json:"days_since_last,omitempty"`         // days from the last one to the snapshot; missing if none
	DistinctDays      []string `yaml:"distinct_days,omitempty" json:"distinct_days,omitempty"`             // number of calendar days (UTC) with one
	FirstEvent        bool     `yaml:"first_event,omitempty" json:"first_event,omitempty"`                 // the type of the very first event, a category
	EventsBeforeFirst []string `yaml:"events_before_first,omitempty" json:"events_before_first,omitempty"` // events of other types before the first of these; missing if none

	Within   Duration  `yaml:"within,omitempty" json:"within,omitzero"`       // only events this long before the snapshot; zero: all
	HalfLife HalfLife  `yaml:"half_life,omitempty" json:"half_life,omitzero"` // with Count: an event of age a counts 2^(-a/half-life)
	Monotone Direction `yaml:"monotone,omitempty" json:"monotone,omitempty"`  // as for fields; of a figure that is a number
	Use      Use       `yaml:"use,omitempty" json:"use,omitempty"`
	Because  string    `yaml:"because,omitempty" json:"because,omitempty"`
}

// HalfLife is the time in which an event loses half of its count. Auto asks training to learn it; what a model keeps has a span.
type HalfLife struct {
	Duration
	Auto bool
}

// ProvisionalHalfLife stands for one that is not learned yet, where a figure must be looked at before the fit.
const ProvisionalHalfLife = Duration(14 * 24 * time.Hour)

// AnyEvent stands for every event type.
const AnyEvent = "any"

// FileFormat says what a reader cannot know for sure from a file.
type FileFormat struct {
	Delimiter string `yaml:"delimiter,omitempty" json:"delimiter,omitempty"` // of CSV; empty: detected
	Encoding  string `yaml:"encoding,omitempty" json:"encoding,omitempty"`   // utf-8, utf-16, windows-1252; empty: detected
	Decimal   string `yaml:"decimal,omitempty" json:"decimal,omitempty"`     // "," reads 1.234,56; empty or ".": 1,234.56 and 1234.56
	TimeZone  string `yaml:"time_zone,omitempty" json:"time_zone,omitempty"` // of times without one; empty: UTC
	// DateLayout is how created, closed, snapshot and event times are written where not as ISO 8601, and date fields
	// that name no layout of their own.
	DateLayout string `yaml:"date_layout,omitempty" json:"date_layout,omitempty"`
}

// SnapshotRule says at which instant a lead of the history is looked at. Exactly one form holds:
//
//	(empty)            the lead as its row shows it; for data without times. Events, if any, are seen until closed.
//	created + 7d       a time after the lead came
//	event demo_request the first event of that type
//	column scored_at   the time in that column of the leads' file
type SnapshotRule struct {
	AfterCreated *Duration
	Event        string
	Column       string
}

// Duration is a time span written as 90d, 12h, 2w or 30m.
type Duration time.Duration

// Date8601 is an instant written as 2026-11-22 or 2026-11-22T10:00:00Z.
type Date8601 struct{ time.Time }
