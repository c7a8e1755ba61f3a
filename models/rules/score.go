package rules

import (
	"fmt"
	"strings"

	"leadscore/features"
)

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
	ID        string
	Dimension Dimension
	Group     string // empty: none
	Reason    string
	Times     int     // events that counted; 0 for a rule that is not about events
	Before    float64 // points before decay and caps
	Decayed   float64 // after decay
	Counted   float64 // after caps: these sum to Score.Fit and Score.Engagement
}

// Cap is a limit that cut a sum.
type Cap struct {
	Dimension Dimension
	Group     string // empty: the dimension's own cap
	Before    float64
	After     float64
}

// Words says what was cut: "group company: 55 points, at most 40".
func (c Cap) Words() string {
	what, limit := string(c.Dimension), "at most"
	if c.Group != "" {
		what = "group " + c.Group
	}
	if c.After > c.Before {
		limit = "at least"
	}
	return fmt.Sprintf("%s: %s points, %s %s", what, milli(c.Before), limit, milli(c.After))
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
	m := b.moment(s)
	defer b.moments.Put(m)
	t := b.evaluate(m)
	decided := b.qualify(m, t)
	score := Score{
		Points: t.total.Points(), Fit: t.sums[0].Points(), Engagement: t.sums[1].Points(),
		Grade:         b.grade(t),
		Qualification: decided.qualification,
		Reason:        b.reason(decided, t),
		RuleID:        decided.id(),
		Readiness:     b.readiness(t),
	}
	b.explain(m, &score)
	return score
}

// Points is [Book.Score] without the explanation: the same numbers, no allocation.
func (b *Book) Points(s *features.Snapshot) (points, fit, engagement float64, q Qualification) {
	m := b.moment(s)
	t := b.evaluate(m)
	q = b.qualify(m, t).qualification
	b.moments.Put(m)
	return t.total.Points(), t.sums[0].Points(), t.sums[1].Points(), q
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
	m := &moment{schema: b.schema, figures: make([]figure, len(b.schema.Engagement))}
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

// explain lists what fired, what was cut and what could not be judged.
func (b *Book) explain(m *moment, s *Score) {
	s.Fired = make([]Fired, 0, b.count(m, yes))
	if n := b.count(m, unjudged); n > 0 {
		s.NotJudged = make([]NotJudged, 0, n)
	}
	for d := range b.dimensions {
		b.dimensions[d].explain(m, d, s)
	}
	b.explainGates(m, s)
}

// count is how many rules came out as given.
func (b *Book) count(m *moment, is truth) (n int) {
	for d := range b.dimensions {
		for i := range m.scratch.outcomes[d] {
			if m.scratch.outcomes[d][i].truth == is {
				n++
			}
		}
	}
	return n
}

func (d *dimension) explain(m *moment, place int, s *Score) {
	for i := range d.rules {
		r, o := &d.rules[i], &m.scratch.outcomes[place][i]
		switch o.truth {
		case yes:
			f := Fired{ID: r.id, Dimension: d.name, Reason: r.reason, Times: o.times,
				Before: r.points.Points(), Decayed: o.decayed.Points(), Counted: m.scratch.counted[place][i].Points()}
			if !r.once {
				f.Before = (r.points * Milli(o.times)).Points()
			}
			if r.group >= 0 {
				f.Group = d.groups[r.group].name
			}
			s.Fired = append(s.Fired, f)
		case unjudged:
			s.NotJudged = append(s.NotJudged, r.notJudged(m, string(d.name)))
		}
	}
	for g := range d.groups {
		if cut := m.scratch.groups[place][g]; cut.before != cut.after {
			s.Capped = append(s.Capped, Cap{d.name, d.groups[g].name, cut.before.Points(), cut.after.Points()})
		}
	}
	var after Milli
	for _, c := range m.scratch.counted[place] {
		after += c
	}
	if before := m.scratch.before[place]; before != after {
		s.Capped = append(s.Capped, Cap{d.name, "", before.Points(), after.Points()})
	}
}

func (g *gate) notJudged(m *moment, kind string) NotJudged {
	n := NotJudged{ID: g.id, Kind: kind}
	if g.when != nil {
		n.Missing = g.when.missing(m)
		if len(n.Missing) == 0 {
			if _, err := g.when.interpret(m); err != nil {
				n.Problem = err.Error()
			}
		}
	}
	if len(n.Missing) == 0 && n.Problem == "" && g.events != nil {
		n.Missing = []string{asOfVariable}
	}
	return n
}

// Words says what is missing: "employees, country missing".
func (n NotJudged) Words() string {
	if len(n.Missing) > 0 {
		return strings.Join(n.Missing, ", ") + " missing"
	}
	return n.Problem
}
