package features

// Input is one number or category that the model reads from a snapshot: a field, a part of a date, or an engagement
// figure. [Schema.Inputs] lists them; their order is the order of codes.
type Input struct {
	Name    string `json:"name"`           // unique: "employees", "signed_up month", "demo_requests_30d"
	Source  Source `json:"source"`         // where the value comes from
	Index   int    `json:"index"`          // into Schema.Fields or Schema.Engagement; 0 for the others
	Kind    Kind   `json:"kind,omitempty"` // of the field, where Source is FromField
	Part    Part   `json:"part,omitempty"` // of a date
	Ordered bool   `json:"ordered"`        // a number (true) or a category (false)
	Unit    string `json:"unit,omitempty"` // "days", "events"; empty: the field's own
}

// Source says what an input is made from.
type Source string

const (
	FromField      Source = "field"
	FromEngagement Source = "engagement"
	FromCreated    Source = "created"  // the instant at which the lead came
	FromSnapshot   Source = "snapshot" // the snapshot's own instant: the slow drift of the win rate
)

// Part names what is read off a date.
type Part string

const (
	Age     Part = "age"     // days from the date to the snapshot
	DayOf   Part = "day"     // days from 1970-01-01 UTC to the date
	Month   Part = "month"   // January … December
	Weekday Part = "weekday" // Monday … Sunday
)
