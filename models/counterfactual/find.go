package counterfactual

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/logistic"
	"leadscore/models/rules"
)

// Ask says for which lead, and over which thresholds.
type Ask struct {
	Scorer *models.Scorer
	Lead   *features.Lead // read by the schema of Scorer's version
	AsOf   features.Micros

	Points      *float64 // least total points; nil: that the rules hand the lead over (mql or fast_lane)
	Probability float64  // least probability, in (0, 1); 0: that the model calls it high, see [models.Reference]

	AtMost    int      // changes, 1 to [MostChanges]
	MayChange []string // fields that can change though the schema does not say so
	Keep      []string // fields and event types that must not change
}

// MostChanges bounds [Ask.AtMost]: longer lists are no advice.
const MostChanges = 8

// Counterfactual is the answer for both scores.
type Counterfactual struct {
	LeadID   string `json:"lead_id"`
	AsOf     string `json:"as_of,omitempty"`
	Model    string `json:"model"`
	RuleBook string `json:"rule_book"`

	CanChange []string `json:"can_change"` // fields, by the schema and the lead
	Events    []string `json:"events"`     // types that were tried

	Rules      Answer `json:"rules"`
	Prediction Answer `json:"prediction"`
}

// Outcome says what was found.
type Outcome string

const (
	Already    Outcome = "already_over"
	Reachable  Outcome = "reachable"
	NotReached Outcome = "not_reached" // Changes then are those that come nearest
)

// Answer is what would move one of the scores.
type Answer struct {
	Target  string   `json:"target"` // in words, after "to": "reach 40 points"
	Outcome Outcome  `json:"outcome"`
	Changes []Action `json:"changes"`
	// Least says that every smaller set of changes was tried: fewer cannot be enough. With [NotReached]: every set up to AtMost.
	Least  bool       `json:"least"`
	Tried  int        `json:"tried"`            // scores computed
	Others [][]Action `json:"others,omitempty"` // further sets of as few changes, the likeliest first, at most 2
	Before State      `json:"before"`
	After  State      `json:"after"` // with the changes, by the scorer itself
}

// State is both scores of the lead, without or with the changes.
type State struct {
	Points        float64             `json:"points"`
	Fit           float64             `json:"fit"`
	Engagement    float64             `json:"engagement"`
	Qualification rules.Qualification `json:"qualification"`
	Reason        string              `json:"reason"`
	LogOdds       float64             `json:"log_odds"`
	Probability   float64             `json:"probability"`
	Percentile    float64             `json:"probability_percentile"`
}

// Action is one change.
type Action struct {
	Kind  ActionKind `json:"kind"`
	Name  string     `json:"name"`            // event type, or field
	Was   string     `json:"was,omitempty"`   // of a field: its value
	Value string     `json:"value,omitempty"` // of a field: a value that is enough
	Range string     `json:"range,omitempty"` // of a number: the values that are enough, in words
	Also  []string   `json:"also,omitempty"`  // of a category: other values that are enough
	Times int        `json:"times,omitempty"` // of an event
}

// ActionKind says what kind of change it is.
type ActionKind string

const (
	OneEvent ActionKind = "event"  // the lead does something once more
	NewValue ActionKind = "change" // a field gets another value
	Learn    ActionKind = "learn"  // a field that is missing turns out to have a value
)

// ErrAsk is returned for a question that cannot be asked; it is an [*AskError].
var ErrAsk = errors.New("counterfactual")

// AskError says which member of a question cannot be asked, and why.
type AskError struct{ Member, Problem string } // the member as at_most, may_change

func (e *AskError) Error() string { return "counterfactual: " + e.Problem }

// Is makes it an [ErrAsk].
func (*AskError) Is(target error) bool { return target == ErrAsk }

func askError(member, format string, args ...any) error {
	return &AskError{member, fmt.Sprintf(format, args...)}
}

// Find searches. Cost: at most some [mostScores] short scores for each of the two answers.
func Find(ctx context.Context, ask Ask) (*Counterfactual, error) {
	if err := ask.check(); err != nil {
		return nil, err
	}
	version := ask.Scorer.Version()
	snapshot := ask.Lead.At(ask.AsOf)
	room := newRoom(&ask, &snapshot)
	c := &Counterfactual{LeadID: ask.Lead.ID, Model: version.Model + "/" + version.ID, RuleBook: ask.Scorer.Rules().Version(),
		CanChange: room.fieldNames(), Events: room.events}
	if ask.AsOf != features.NoTime {
		c.AsOf = ask.AsOf.Time().UTC().Format("2006-01-02T15:04:05.999999Z07:00")
	}
	for _, side := range []struct {
		answer *Answer
		aim    aim
		slots  []slot
	}{
		{&c.Rules, newRulesAim(&ask), room.slotsForRules()},
		{&c.Prediction, newModelAim(&ask), room.slotsForModel()},
	} {
		answer, err := room.answer(ctx, side.aim, side.slots)
		if err != nil {
			return nil, err
		}
		*side.answer = *answer
	}
	return c, nil
}

func (a *Ask) check() error {
	schema := a.Scorer.Version().Schema
	switch {
	case a.AtMost < 1 || a.AtMost > MostChanges:
		return askError("at_most", "at most %d changes; write 1 to %d", a.AtMost, MostChanges)
	case !(a.Probability >= 0 && a.Probability < 1):
		return askError("probability", "probability %v; write a number between 0 and 1", a.Probability)
	case a.Points != nil && (math.IsNaN(*a.Points) || math.IsInf(*a.Points, 0)):
		return askError("points", "points %v; write a number", *a.Points)
	}
	for _, name := range a.MayChange {
		i, known := schema.FieldIndex(name)
		if !known || !schema.Fields[i].Used() {
			return askError("may_change", "%q is no field that scores see%s", name, nearField(schema, name))
		}
		if schema.Fields[i].Kind == features.Date {
			return askError("may_change", "%s is a date: when something was cannot change", name)
		}
	}
	return nil
}

func nearField(schema *features.Schema, name string) string {
	var names []string
	for i := range schema.Fields {
		names = append(names, schema.Fields[i].Name)
	}
	if near, ok := features.Nearest(name, names); ok {
		return "; did you mean " + near + "?"
	}
	return ""
}

// aim is a threshold of one score.
type aim interface {
	words() string
	// reached says whether the lead is over, and how good that is: higher is nearer, or further over.
	reached(s *features.Snapshot) (over bool, merit float64)
}

// rulesAim is a threshold of the points.
type rulesAim struct {
	book       *rules.Book
	least      *float64
	thresholds rules.Thresholds
}

func newRulesAim(a *Ask) aim {
	book := a.Scorer.Rules()
	return &rulesAim{book: book, least: a.Points, thresholds: book.Thresholds()}
}

func (r *rulesAim) words() string {
	if r.least != nil {
		return fmt.Sprintf("reach %g points", *r.least)
	}
	text := "be handed over to sales"
	parts := ""
	for _, t := range []struct {
		name  string
		least *float64
	}{{"fit", r.thresholds.Fit}, {"engagement", r.thresholds.Engagement}, {"total", r.thresholds.Total}} {
		if t.least != nil {
			parts += fmt.Sprintf(", %s %g", t.name, *t.least)
		}
	}
	if parts != "" {
		text += " (" + parts[2:] + "; or by a fast lane)"
	}
	return text
}

// The price in points of what no number of points makes good.
const (
	excludedPrice = 1e7
	heldPrice     = 1e6 // the points are there, but a require or an order_guard is against it
)

func (r *rulesAim) reached(s *features.Snapshot) (bool, float64) {
	points, fit, engagement, q := r.book.Points(s)
	if r.least != nil {
		return points >= *r.least, points
	}
	if q == rules.MQL || q == rules.FastLane {
		return true, points
	}
	short := 0.0
	for _, t := range []struct {
		has   float64
		least *float64
	}{{fit, r.thresholds.Fit}, {engagement, r.thresholds.Engagement}, {points, r.thresholds.Total}} {
		if t.least != nil {
			short += math.Max(0, *t.least-t.has)
		}
	}
	switch {
	case q == rules.Excluded:
		short += excludedPrice
	case short == 0:
		short = heldPrice
	}
	return false, -short
}

// modelAim is a threshold of the probability.
type modelAim struct {
	scorer *models.Scorer
	least  float64
	given  bool
}

func newModelAim(a *Ask) aim {
	m := &modelAim{scorer: a.Scorer, least: a.Probability, given: a.Probability > 0}
	if !m.given {
		m.least = a.Scorer.Version().Reference.HighProbability()
	}
	return m
}

func (m *modelAim) words() string {
	if m.given {
		return fmt.Sprintf("reach a probability of %.4g %%", 100*m.least)
	}
	return fmt.Sprintf("reach a probability of %.4g %% (be among the best %.3g %% of leads)", 100*m.least, 100*m.scorer.Version().Reference.HighShare)
}

func (m *modelAim) reached(s *features.Snapshot) (bool, float64) {
	logOdds := m.scorer.LogOdds(s)
	return logistic.Probability(logOdds) >= m.least, logOdds
}

func stateOf(s *models.Score) State {
	return State{Points: s.Rules.Points, Fit: s.Rules.Fit, Engagement: s.Rules.Engagement, Qualification: s.Rules.Qualification, Reason: s.Rules.Reason,
		LogOdds: s.Prediction.LogOdds, Probability: s.Prediction.Probability, Percentile: s.Prediction.Percentile}
}

func sortedUnique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
