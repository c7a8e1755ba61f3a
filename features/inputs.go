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

	Monotone Direction `json:"monotone,omitempty"` // the promised direction of the ordered bins; empty: none
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

// Inputs lists what a model reads, of what the schema lets scores use, in the order of codes: fields, engagement,
// the parts of created, the snapshot's instant.
//
// A date gives its age at the snapshot (days), its month and its weekday (both in the schema's time zone). Under the empty
// snapshot rule a lead is looked at when it closed, so that every age would tell how long the deal took, an outcome's shadow:
// there a date gives the day itself instead, and created does too. The lead's age and the snapshot's instant are inputs only
// under a rule that sets them honestly; under "created + 7d" every lead has the same age, so it is none.
func (s *Schema) Inputs() []Input {
	var inputs []Input
	for i := range s.Fields {
		f := &s.Fields[i]
		if !f.Used() {
			continue
		}
		input := Input{Name: f.Name, Source: FromField, Index: i, Kind: f.Kind, Ordered: f.Kind == Number, Monotone: f.Monotone}
		if f.Kind == Date {
			inputs = append(inputs, s.dateInputs(input)...)
			continue
		}
		inputs = append(inputs, input)
	}
	for i := range s.Engagement {
		if e := &s.Engagement[i]; e.Used() {
			inputs = append(inputs, Input{Name: e.Name, Source: FromEngagement, Index: i, Ordered: !e.IsCategory(), Unit: e.Unit(), Monotone: e.Monotone})
		}
	}
	return append(inputs, s.timeInputs()...)
}

func (s *Schema) dateInputs(of Input) []Input {
	day := of
	day.Name, day.Part, day.Ordered, day.Unit = of.Name+" age", Age, true, "days"
	if s.Snapshot.IsZero() {
		day.Name, day.Part, day.Unit = of.Name+" day", DayOf, "days since 1970-01-01"
	}
	month, weekday := of, of
	month.Monotone, weekday.Monotone = "", ""
	month.Name, month.Part = of.Name+" month", Month
	weekday.Name, weekday.Part = of.Name+" weekday", Weekday
	return []Input{day, month, weekday}
}

func (s *Schema) timeInputs() []Input {
	var inputs []Input
	if s.Lead.Created != "" {
		created := s.dateInputs(Input{Name: "created", Source: FromCreated})
		inputs = created[1:]
		switch {
		case s.Snapshot.IsZero():
			inputs = created
		case s.Snapshot.AfterCreated == nil:
			created[0].Name = "lead age"
			inputs = created
		}
	}
	if !s.Snapshot.IsZero() {
		inputs = append(inputs, Input{Name: "snapshot time", Source: FromSnapshot, Part: DayOf, Ordered: true, Unit: "days since 1970-01-01"})
	}
	return inputs
}
