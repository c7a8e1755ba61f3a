package rules

import "leadscore/features"

// Qualification is what should happen with a lead.
type Qualification string

const (
	MQL      Qualification = "mql"       // the thresholds are reached: hand over
	FastLane Qualification = "fast_lane" // asks for a talk: hand over at once, whatever the points
	Held     Qualification = "held"      // the thresholds are reached, but something speaks against handing over yet
	Nurture  Qualification = "nurture"   // not yet
	Excluded Qualification = "excluded"  // disqualified
)

// Readiness is the quadrant of fit and engagement.
type Readiness string

const (
	FitAndActive Readiness = "fit and active"
	FitNotReady  Readiness = "fit, not ready"
	ActiveUnfit  Readiness = "active, unfit"
	Neither      Readiness = "neither"
)

// Score is the rule score of one lead at one instant, with all that made it. Amounts are in points, whole thousandths.
type Score struct {
	Points        float64 // weighted sum of both dimensions
	Fit           float64 // after caps
	Engagement    float64 // after caps
	Grade         string  // "A1" … "D4": fit A–D, engagement 1–4
	Qualification Qualification
	Reason        string // of the qualification, in words
	RuleID        string // of the gate that decided: an exclude, fast_lane, require or order_guard; empty: none did
	Readiness     Readiness
	Fired         []Fired     // in the book's order, fit first
	Capped        []Cap       // caps that cut something
	NotJudged     []NotJudged // rules that need a value that the lead does not have
}

// Fired is one rule that fired.
type Fired struct {
	*Giver
	Times   int     // events that counted; 0 for a rule that is not about events
	Before  float64 // points before decay and caps
	Decayed float64 // after decay
	Counted float64 // after caps: these sum to Score.Fit and Score.Engagement
}

// Giver is what the book says of a rule that gives points. All scores share it: it must not be changed.
type Giver struct {
	ID        string
	Dimension Dimension
	Group     string // empty: none
	Reason    string
}

// Cap is a limit that cut a sum.
type Cap struct {
	Dimension Dimension
	Group     string // empty: the dimension's own cap
	Before    float64
	After     float64
}

// NotJudged is a rule that could not be judged.
type NotJudged struct {
	ID      string
	Kind    string   // the list it stands in: fit, engagement, exclude, fast_lane, require, order_guard
	Missing []string // values that the lead does not have
	Problem string   // other than a missing value; usually empty
}

// Score scores a lead and says why. It may be called by many goroutines.
func (b *Book) Score(s *features.Snapshot) Score {
	var score Score
	b.ScoreInto(s, &score, true)
	return score
}

// ScoreInto is [Book.Score] into memory that is used again: what out held before is overwritten, its lists too. Unless explained, the
// lists stay empty, and so does the reason of a lead below the thresholds ([Book.Shortfall] has it); then nothing is allocated.
func (b *Book) ScoreInto(s *features.Snapshot, out *Score, explained bool) {
	m := b.moment(s)
	defer b.release(m)
	b.score(m, out, explained)
}

func (b *Book) score(m *moment, out *Score, explained bool) {
	t := b.evaluate(m)
	decided := b.qualify(m, t)
	out.Points, out.Fit, out.Engagement = t.total.Points(), t.sums[0].Points(), t.sums[1].Points()
	out.Grade, out.Readiness = b.grade(t), b.readiness(t)
	out.Qualification, out.RuleID = decided.qualification, decided.id()
	out.Reason = b.reason(decided)
	out.Fired, out.Capped, out.NotJudged = out.Fired[:0], out.Capped[:0], out.NotJudged[:0]
	if explained {
		if out.Reason == "" {
			out.Reason = b.shortfall(t)
		}
		b.explain(m, out)
	}
}

// Points is [Book.Score] without the explanation: the same numbers, no allocation.
func (b *Book) Points(s *features.Snapshot) (points, fit, engagement float64, q Qualification) {
	m := b.moment(s)
	defer b.release(m)
	return b.points(m)
}

func (b *Book) points(m *moment) (points, fit, engagement float64, q Qualification) {
	t := b.evaluate(m)
	return t.total.Points(), t.sums[0].Points(), t.sums[1].Points(), b.qualify(m, t).qualification
}

// scratch is where one score is worked out, per dimension and rule.
type scratch struct {
	outcomes [2][]outcome
	counted  [2][]Milli // after caps
	groups   [2][]struct{ before, after Milli }
	before   [2]Milli // the dimension's sum before its cap
	gates    [gateLists][]truth
}

// outcome is what one rule gave.
type outcome struct {
	truth   truth
	times   int
	decayed Milli
}

func newMoment(b *Book) *moment {
	m := &moment{schema: b.schema, figures: make([]figure, len(b.schema.Engagement)), sets: eventSets{kinds: b.types, sets: make([]eventSet, b.typeCount)}}
	for d := range b.dimensions {
		m.scratch.outcomes[d] = make([]outcome, len(b.dimensions[d].rules))
		m.scratch.counted[d] = make([]Milli, len(b.dimensions[d].rules))
		m.scratch.groups[d] = make([]struct{ before, after Milli }, len(b.dimensions[d].groups))
	}
	for k := range b.gates {
		m.scratch.gates[k] = make([]truth, len(b.gates[k]))
	}
	return m
}

func (b *Book) moment(s *features.Snapshot) *moment {
	m := b.moments.Get().(*moment)
	m.look(s)
	return m
}

// release gives a moment back; it must not keep the lead alive.
func (b *Book) release(m *moment) {
	m.Snapshot, m.judged = nil, nil
	b.moments.Put(m)
}

// tally are the sums of one score.
type tally struct {
	sums  [2]Milli
	total Milli
}

func (b *Book) evaluate(m *moment) tally {
	var t tally
	for d := range b.dimensions {
		t.sums[d] = b.dimensions[d].sum(m, d)
		t.total += weigh(b.weights[d], t.sums[d])
	}
	return t
}

// sum judges each rule, then lets the groups' caps and the dimension's cap cut.
func (d *dimension) sum(m *moment, place int) Milli {
	counted, outcomes := m.scratch.counted[place], m.scratch.outcomes[place]
	for i := range d.rules {
		outcomes[i] = d.rules[i].outcome(m)
		counted[i] = outcomes[i].decayed
	}
	for g := range d.groups {
		cut := &m.scratch.groups[place][g]
		cut.before, cut.after = d.groups[g].limits.cut(counted, d.groups[g].members)
	}
	before, after := d.limits.cut(counted, nil)
	m.scratch.before[place] = before
	return after
}

func (r *rule) outcome(m *moment) outcome {
	if r.when != nil {
		if t := r.when.judge(m); t != yes {
			return outcome{truth: t}
		}
	}
	if r.events == nil {
		return outcome{truth: yes, decayed: r.points}
	}
	if m.AsOf == features.NoTime && r.events.needsTime(r.decay) {
		return outcome{truth: unjudged}
	}
	if r.once {
		if times, _ := r.events.add(m, 0, 0, 0); times >= r.atLeast {
			return outcome{truth: yes, times: times, decayed: r.points}
		}
		return outcome{}
	}
	times, sum := r.events.add(m, r.points, r.decay, r.atMost)
	return outcome{truth: truthOf(times > 0), times: times, decayed: sum}
}

// holds judges a gate.
func (g *gate) holds(m *moment) truth {
	if g.when != nil {
		if t := g.when.judge(m); t != yes {
			return t
		}
	}
	if g.events == nil {
		return yes
	}
	if m.AsOf == features.NoTime && g.events.needsTime(0) {
		return unjudged
	}
	times, _ := g.events.add(m, 0, 0, g.atLeast)
	return truthOf(times >= g.atLeast)
}
