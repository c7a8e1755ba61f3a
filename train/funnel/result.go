package funnel

import (
	"time"

	"leadscore/features"
	"leadscore/models/metrics"
)

// Funnel is what became of the leads. Times are days of 24 hours unless a name says hours; rates are shares with 95 % intervals.
type Funnel struct {
	AsOf    string           `json:"as_of"`
	Leads   int              `json:"leads"` // created by then
	LeftOut map[string]int64 `json:"left_out,omitempty"`
	Process *Process         `json:"process"`

	Now      []Count      `json:"now"`                // leads by where they are
	ToLead   *Conversion  `json:"time_to_lead"`       // from created to the hand-over
	Steps    []Conversion `json:"steps"`              // from each stage to the next, and to the win
	Accepted *Conversion  `json:"acceptance"`         // of the leads handed over
	Won      []Conversion `json:"won_of_qualified"`   // from the hand-over, and from the stage after it, to the win
	Response *Answer      `json:"response,omitempty"` // nil where none was handed over
	Stay     []Stay       `json:"stay"`               // in each stage: the velocity
	Cycle    Cycle        `json:"sales_cycle"`

	Ways    []WayRow    `json:"ways"`
	Sources []SourceRow `json:"sources,omitempty"`
	Needs   []Need      `json:"needs,omitempty"`
	Reasons []Count     `json:"rejection_reasons,omitempty"`

	Skips    int `json:"skips"`    // stages passed without being entered
	Returns  int `json:"returns"`  // moves to a lower stage
	Recycled int `json:"recycled"` // leads handed over again after a rejection

	Feedback *Feedback `json:"feedback,omitempty"` // nil without scores
	Review   *Review   `json:"review,omitempty"`

	Verdicts []Remark `json:"verdicts"`

	journeys []journey
	in       *Input
}

// Count is a number of leads.
type Count struct {
	Name  string `json:"name"`
	Leads int    `json:"leads"`
}

// Conversion is a step that leads take or not.
type Conversion struct {
	Name       string            `json:"name"` // mql_to_sql
	From       string            `json:"from"`
	To         string            `json:"to"`
	Entered    int               `json:"entered"`
	Reached    int               `json:"reached"` // by the as-of, whenever
	Ended      int               `json:"ended"`   // rejected or lost first
	Waiting    int               `json:"waiting"`
	WithinDays float64           `json:"within_days"`
	Followed   int               `json:"followed"` // leads whose state after so many days is known
	Mature     bool              `json:"mature"`   // some lead could be followed so long, or none waits; else the rate is the least that it will be, and its interval holds all that may still come
	Rate       *metrics.Estimate `json:"rate"`     // reached within so many days; null where none entered
	// Days is by when half of those that get there have got there; null where none has.
	Days   *Median `json:"days"`
	Target *Target `json:"target,omitempty"`
	Months []Month `json:"months,omitempty"`
}

// Month are the leads that entered in a month.
type Month struct {
	Month   string           `json:"month"` // 2026-03
	Entered int              `json:"entered"`
	Reached int              `json:"reached"`
	Mature  bool             `json:"mature"` // all of them could be followed for the whole time
	SoFar   bool             `json:"so_far"` // none of them could: the rate is the least that it will be, and its interval holds all that may still come
	Rate    metrics.Estimate `json:"rate"`
}

// Median is a middle time with its 95 % interval; null bounds were not reached in the time seen.
type Median struct {
	Value float64  `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// Answer is how soon sales answered leads that were handed over, by the hours that count.
type Answer struct {
	WithinHours float64          `json:"within_hours"`
	Hours       string           `json:"hours,omitempty"` // that count; empty: all
	Leads       int              `json:"leads"`
	Answered    int              `json:"answered"`
	LostFirst   int              `json:"lost_unanswered"` // lost without an answer
	Waiting     int              `json:"waiting"`
	Overdue     int              `json:"overdue"` // of those waiting, longer than agreed
	Rate        metrics.Estimate `json:"rate"`    // answered in time
	MedianHours *Median          `json:"median_hours"`
	Curve       []CurvePoint     `json:"curve"`
	Months      []Group          `json:"months,omitempty"`
	Owners      []Group          `json:"owners,omitempty"`
	Target      *Target          `json:"target,omitempty"`
}

// CurvePoint is the share answered within some hours.
type CurvePoint struct {
	Hours float64          `json:"hours"`
	Rate  metrics.Estimate `json:"rate"`
}

// Group are the leads of a month or an owner.
type Group struct {
	Name        string           `json:"name"`
	Leads       int              `json:"leads"`
	Rate        metrics.Estimate `json:"rate"`
	MedianHours *Median          `json:"median_hours"`
}

// Stay is how long leads stay in a stage before they leave it, to wherever: Kaplan and Meier's median.
type Stay struct {
	Stage string  `json:"stage"`
	Leads int     `json:"leads"`
	Days  *Median `json:"days"` // null: not even half have left it in the time seen
}

// Cycle is the time from the stage after the hand-over (SQL) to the closing.
type Cycle struct {
	From  string  `json:"from"`
	Leads int     `json:"leads"`
	Close *Median `json:"close_days"` // won or lost, Kaplan and Meier's median
	Win   *Median `json:"win_days"`   // by when half of those that win have won
}

// WayRow are the leads of one way to sales.
type WayRow struct {
	Way    Way               `json:"way"`
	Leads  int               `json:"leads"`
	Closed int               `json:"closed"`
	Won    int               `json:"won"`
	Rate   *metrics.Estimate `json:"win_rate"`  // of the closed ones; null without any
	Value  *float64          `json:"won_value"` // null where the schema names no value
}

// SourceRow are the leads of one source. Costs and prices are null where no costs are given.
type SourceRow struct {
	Source    string   `json:"source"`
	Leads     int      `json:"leads"`
	Qualified int      `json:"handed_over"`
	Next      int      `json:"sql"` // that reached the stage after the hand-over
	Won       int      `json:"won"` // of those
	Value     *float64 `json:"won_value"`
	Cost      *float64 `json:"cost"`
	// The prices divide Cost by the leads that were created in the months that have costs, as far as they have come by the as-of.
	PerLead      *float64 `json:"cost_per_lead"`
	PerQualified *float64 `json:"cost_per_handed_over"`
	PerNext      *float64 `json:"cost_per_sql"`
	PerWon       *float64 `json:"cost_per_won_sql"`
}

// Need is a column that must be filled by a stage.
type Need struct {
	Stage  string            `json:"stage"`
	Column string            `json:"column"` // empty: all of the stage's
	Leads  int               `json:"leads"`  // that reached the stage
	Filled int               `json:"filled"`
	Rate   *metrics.Estimate `json:"rate"` // null without leads
}

// Remark is a sentence with its tone: good, unclear or bad.
type Remark struct {
	Tone string `json:"tone"`
	Text string `json:"text"`
}

func days(m features.Micros) float64 { return float64(m) / float64(features.Day) }

const hour = features.Micros(time.Hour / time.Microsecond)

func instant(m features.Micros) string { return m.Time().Format(time.RFC3339) }
