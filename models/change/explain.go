package change

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
)

// Question is which change to explain. From.Lead is read by the schema of From's version, To.Lead by that of To's.
type Question struct {
	From, To End

	// Now is To's lead read by the schema of From's version, and Then From's lead read by the schema of To's. They may be nil where
	// both versions read leads alike ([SameSchema]). Then is only needed for [Step.Orders].
	Now, Then *features.Lead
}

// End is one end of a change: a lead, all of its events included, seen at an instant by a version.
type End struct {
	Scorer *models.Scorer
	Lead   *features.Lead
	AsOf   features.Micros
}

// Change is why a lead's scores changed.
type Change struct {
	LeadID string `json:"lead_id"`
	From   Scores `json:"from"`
	To     Scores `json:"to"`
	// Steps are time, events, profile, rules and model, in this order, always all five. Each begins where the one before it ended:
	// Steps[0] begins with From, Steps[4] ends with To, bit for bit.
	Steps []Step `json:"steps"`
}

// Scores are both scores of the lead at one end.
type Scores struct {
	AsOf            string              `json:"as_of,omitempty"` // RFC 3339; empty: no instant
	Model           string              `json:"model"`           // "deals/2026-06-30-3f9a2c1b7d04"
	RuleBook        string              `json:"rule_book"`
	Points          float64             `json:"points"`
	Fit             float64             `json:"fit"`
	Engagement      float64             `json:"engagement"`
	Grade           string              `json:"grade"`
	Qualification   rules.Qualification `json:"qualification"`
	Reason          string              `json:"reason"`
	LogOdds         float64             `json:"log_odds"`
	Probability     float64             `json:"probability"`
	Low             float64             `json:"probability_low"` // 90 % interval
	High            float64             `json:"probability_high"`
	PointsRank      float64             `json:"points_percentile"` // 0 to 100
	ProbabilityRank float64             `json:"probability_percentile"`
	Quadrant        models.Quadrant     `json:"quadrant"`
}

// Kind is what a step replaces.
type Kind string

const (
	Time    Kind = "time"    // the instant alone
	Events  Kind = "events"  // what the lead did, or what became known of that
	Profile Kind = "profile" // its fields
	Rules   Kind = "rules"   // the rule book
	Model   Kind = "model"   // the model
)

// Step is one replacement: pairs are before and after it.
type Step struct {
	Kind          Kind                   `json:"step"`
	Points        [2]float64             `json:"points"`
	LogOdds       [2]float64             `json:"log_odds"`
	Probability   [2]float64             `json:"probability"`
	Qualification [2]rules.Qualification `json:"qualification"`

	// Causes are the event types, or the fields, in the order in which they were replaced; they add up to the step as the steps do
	// to the change. Empty for the other steps.
	Causes []Cause `json:"causes"`
	// Rules are the rules whose counted points the step changed; the changes sum to that of Points exactly, in thousandths.
	Rules []Part `json:"rules"`
	// Terms are the model's terms that it changed, in log-odds; the changes sum to that of LogOdds, up to the rounding of float64.
	Terms []Part `json:"terms"`
	// Orders is what the step would change at another place, over all orders of the steps that keep time before events. Nil where both
	// versions read leads differently and the other readings were not given.
	Orders *Orders `json:"in_any_order,omitempty"`
}

// Orders are the least and the most that a step changes over the orders of the steps.
type Orders struct {
	Points  [2]float64 `json:"points"`
	LogOdds [2]float64 `json:"log_odds"`
}

// Cause is one event type or one field.
type Cause struct {
	Name    string     `json:"name"`
	Detail  string     `json:"detail"`            // "2 events, 2026-06-03 to 2026-06-20"; "manager → director"
	Added   int        `json:"added,omitempty"`   // events that came
	Removed int        `json:"removed,omitempty"` // events that are no longer there: deleted, or merged into another lead
	Points  [2]float64 `json:"points"`
	LogOdds [2]float64 `json:"log_odds"`
}

// Errors of a question that has no answer.
var (
	ErrOrder       = errors.New("the change would run backwards")
	ErrNotThere    = errors.New("the lead did not exist then")
	ErrOtherSchema = errors.New("the versions read leads differently: the later lead is needed as the earlier version reads it")
)

// SameSchema says that both versions read leads alike, so that a lead read for one can be scored by the other.
func SameSchema(a, b *models.Version) bool {
	return a == b || reflect.DeepEqual(a.Schema, b.Schema)
}

// Explain says why the scores changed. Cost: some 30 scores, and two for each event type or field that changed.
func Explain(ctx context.Context, q Question) (*Change, error) {
	r, err := newReplay(q)
	if err != nil {
		return nil, err
	}
	c := &Change{LeadID: q.To.Lead.ID, From: scoresOf(&q.From, &r.now)}
	step := r.begin(Time)
	r.state.AsOf = q.To.AsOf
	c.Steps = append(c.Steps, r.end(step))

	step = r.begin(Events)
	if err := r.events(ctx, &step); err != nil {
		return nil, err
	}
	c.Steps = append(c.Steps, r.end(step))

	step = r.begin(Profile)
	if err := r.profile(ctx, &step); err != nil {
		return nil, err
	}
	c.Steps = append(c.Steps, r.end(step))

	last := q.To.Lead.At(q.To.AsOf)
	final := q.To.Scorer.Score(&last)
	step = r.begin(Rules)
	r.now.Rules = final.Rules
	c.Steps = append(c.Steps, r.endWith(step))

	step = r.begin(Model)
	r.now = final
	c.Steps = append(c.Steps, r.endWith(step))
	c.To = scoresOf(&q.To, &final)
	return c, r.orders(ctx, c.Steps)
}

// replay is the lead on its way from one end to the other, scored by From's version.
type replay struct {
	q     Question
	state features.Snapshot
	now   models.Score // of state
	was   models.Score // when the step began
}

func newReplay(q Question) (*replay, error) {
	same := SameSchema(q.From.Scorer.Version(), q.To.Scorer.Version())
	if q.Now == nil && same {
		q.Now = q.To.Lead
	}
	if q.Then == nil && same {
		q.Then = q.From.Lead
	}
	switch {
	case q.Now == nil:
		return nil, ErrOtherSchema
	case q.To.AsOf < q.From.AsOf:
		return nil, fmt.Errorf("%w: from %s to %s", ErrOrder, inWords(q.From.AsOf), inWords(q.To.AsOf))
	case q.From.Lead.Created != features.NoTime && q.From.AsOf != features.NoTime && q.From.Lead.Created > q.From.AsOf:
		return nil, fmt.Errorf("%w: lead %s came at %s, after %s", ErrNotThere, q.From.Lead.ID, inWords(q.From.Lead.Created), inWords(q.From.AsOf))
	}
	r := &replay{q: q, state: q.From.Lead.At(q.From.AsOf)}
	r.now = q.From.Scorer.Score(&r.state)
	return r, nil
}

func (r *replay) begin(kind Kind) Step {
	r.was = r.now
	return Step{Kind: kind, Causes: []Cause{}}
}

// end scores the state and closes the step.
func (r *replay) end(step Step) Step {
	r.now = r.q.From.Scorer.Score(&r.state)
	return r.endWith(step)
}

func (r *replay) endWith(step Step) Step {
	was, now := &r.was, &r.now
	step.Points = [2]float64{was.Rules.Points, now.Rules.Points}
	step.LogOdds = [2]float64{was.Prediction.LogOdds, now.Prediction.LogOdds}
	step.Probability = [2]float64{was.Prediction.Probability, now.Prediction.Probability}
	step.Qualification = [2]rules.Qualification{was.Rules.Qualification, now.Rules.Qualification}
	step.Rules, step.Terms = RuleParts(&was.Rules, &now.Rules), changed(TermParts(&was.Prediction, &now.Prediction))
	r.explainRules(&step)
	r.explainTerms(&step)
	return step
}

// cause scores the state and adds what it changed since the cause before it.
func (r *replay) cause(step *Step, c Cause) {
	before := r.now
	r.now = r.q.From.Scorer.Score(&r.state)
	c.Points = [2]float64{before.Rules.Points, r.now.Rules.Points}
	c.LogOdds = [2]float64{before.Prediction.LogOdds, r.now.Prediction.LogOdds}
	step.Causes = append(step.Causes, c)
}

func scoresOf(e *End, s *models.Score) Scores {
	version := e.Scorer.Version()
	out := Scores{
		Model: version.Model + "/" + version.ID, RuleBook: e.Scorer.Rules().Version(),
		Points: s.Rules.Points, Fit: s.Rules.Fit, Engagement: s.Rules.Engagement, Grade: s.Rules.Grade,
		Qualification: s.Rules.Qualification, Reason: s.Rules.Reason,
		LogOdds: s.Prediction.LogOdds, Probability: s.Prediction.Probability, Low: s.Prediction.Low, High: s.Prediction.High,
		PointsRank: s.Comparison.PointsPercentile, ProbabilityRank: s.Comparison.ProbabilityPercentile, Quadrant: s.Comparison.Quadrant,
	}
	if e.AsOf != features.NoTime {
		out.AsOf = inWords(e.AsOf)
	}
	return out
}

func inWords(m features.Micros) string {
	if m == features.NoTime {
		return "no instant"
	}
	return time.UnixMicro(int64(m)).UTC().Format(time.RFC3339Nano)
}
