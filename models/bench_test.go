package models

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leadscore/features"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
)

// benchVersion is a version with 30 fields, 4 engagement figures, a pair and 20 rules, and with what a real one has: bins,
// levels, a factor of rank 32, a reference of 1,000 ranks.
func benchVersion(t testing.TB) *Version {
	t.Helper()
	var schema, rules strings.Builder
	schema.WriteString("version: 1\nlead: {id: id, created: created, closed: closed}\noutcome: {column: stage, won: [won], lost: [lost]}\n" +
		"snapshot: created + 7d\nhorizon: 90d\nfields:\n")
	for i := range 30 {
		fmt.Fprintf(&schema, "- {name: f%d, kind: %s}\n", i, benchKind(i))
	}
	schema.WriteString("events: {lead: lead, time: at, type: what}\nengagement:\n- {name: visits, count: [visit], within: 30d}\n" +
		"- {name: activity, count: [any], half_life: 14d}\n- {name: quiet, days_since_last: [any]}\n- {name: first, first_event: true}\n")
	rules.WriteString("version: 1\nname: bench\nfit:\n  cap: {max: 60}\n  rules:\n")
	for i := range 12 {
		when := fmt.Sprintf("lead.f%d >= %d", i, 10*i)
		if benchKind(i) == features.Category {
			when = fmt.Sprintf(`lead.f%d in ["level 1", "level 3", "level 5"]`, i)
		}
		if i == 7 {
			when = "lead.f0 >= 50 && lead.f2 < 900 || !has(lead.f4)"
		}
		fmt.Fprintf(&rules, "    - {id: fit-%d, points: %d, reason: because of %d, when: '%s'}\n", i, 3+i%4, i, when)
	}
	rules.WriteString("engagement:\n  cap: {max: 60}\n  rules:\n")
	for i, event := range []string{"visit", "demo", "price", "mail", "webinar", "call", "trial", "visit"} {
		fmt.Fprintf(&rules, "    - {id: did-%d, points: %d, reason: did %d, event: %s, at_most: 3, half_life: %dd}\n", i, 4+i, i, event, 7+i)
	}
	rules.WriteString("thresholds:\n  mql: {fit: 20, engagement: 10}\n")
	s, err := features.ParseSchema("schema.yaml", []byte(schema.String()))
	if err != nil {
		t.Fatal(err)
	}
	v := &Version{Code: "leadscore test", Model: "bench", Schema: s, Rules: rules.String(), Encoder: benchEncoder(t, s),
		Training: Training{Newest: "2026-07-30T00:00:00Z", Used: 1000, Won: 200}}
	v.Logistic = benchModel(v.Encoder)
	v.Reference = Reference{Leads: 1000, HighShare: 0.2, Probability: ranks(t, 1), Points: ranks(t, 120)}
	if err := v.MakeGolden(); err != nil {
		t.Fatal(err)
	}
	return v
}

func benchKind(i int) features.Kind {
	return []features.Kind{features.Number, features.Category, features.Number, features.Category}[i%4]
}

func benchEncoder(t testing.TB, s *features.Schema) *features.Encoder {
	e := &features.Encoder{Inputs: s.Inputs(), Engagement: s.Engagement}
	for _, in := range e.Inputs {
		var c features.Coder
		if in.Ordered {
			for cut := range 40 {
				c.Cuts = append(c.Cuts, float64(25*cut)+0.5)
			}
			c.Max = 1000
		} else {
			for level := range 20 {
				c.Levels = append(c.Levels, fmt.Sprintf("level %02d", level))
			}
		}
		e.Coders = append(e.Coders, c)
	}
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	return e
}

func benchModel(e *features.Encoder) *logistic.Model {
	const rank = 32
	m := &logistic.Model{Intercept: -1.2}
	cells := 0
	for i, input := range e.Inputs {
		bins := e.Bins(i)
		m.Bins = append(m.Bins, bins)
		term := logistic.Term{Name: input.Name, Inputs: []int{i}, Lambda: []float64{1}, EDF: 1, Coefficients: make([]float64, bins)}
		for b := range term.Coefficients {
			term.Coefficients[b] = 0.3 * math.Sin(float64(3*i+b)+0.1)
		}
		m.Terms = append(m.Terms, term)
		cells += bins
	}
	pair := logistic.Term{Name: e.Inputs[0].Name + " × " + e.Inputs[1].Name, Inputs: []int{0, 1}, Lambda: []float64{1, 1}, EDF: 1, Shape: []int{4, 4}, Coefficients: make([]float64, 16)}
	for side := range 2 {
		coarse := make([]uint16, e.Bins(side))
		for b := range coarse {
			coarse[b] = uint16(b % 4)
		}
		pair.Coarse = append(pair.Coarse, coarse)
	}
	m.Terms = append(m.Terms, pair)
	cells += 16
	m.Variance = logistic.Variance{Rank: rank, Constant: 0.01, Intercept: make(logistic.Floats, rank), Factor: make(logistic.Floats, cells*rank), Diagonal: make(logistic.Floats, cells)}
	for i := range m.Variance.Factor {
		m.Variance.Factor[i] = float32(0.02 * math.Sin(float64(i)))
	}
	for i := range m.Variance.Diagonal {
		m.Variance.Diagonal[i] = 0.01
	}
	return m
}

func ranks(t testing.TB, most float64) metrics.Distribution {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = most * (float64(i) + 0.5) / 1000
	}
	d, err := metrics.NewDistribution(values)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// benchLead has every field but a few, and ten events.
func benchLead(v *Version) *features.Snapshot {
	now := features.Micros(1.7854e15)
	s := &features.Snapshot{ID: "L-1", AsOf: now, Created: now - 20*features.Day, Values: make([]features.Value, len(v.Schema.Fields))}
	for i := range s.Values {
		s.Values[i] = features.Value{Number: float64(37 * i), Text: fmt.Sprintf("level %02d", i%20)}
		if i%9 == 8 {
			s.Values[i] = features.Value{Missing: true}
		}
	}
	for i, event := range []string{"visit", "mail", "visit", "webinar", "price", "visit", "mail", "demo", "visit", "call"} {
		s.Events = append(s.Events, features.Event{Time: now - features.Micros(10-i)*features.Day, Type: event})
	}
	return s
}

// BenchmarkScorer is one prepared lead, both scores.
func BenchmarkScorer(b *testing.B) {
	v := benchVersion(b)
	s, lead := scorerOf(b, v), benchLead(v)
	for name, score := range map[string]func(out *Score){
		"explained":           func(out *Score) { *out = s.Score(lead) },
		"explained-into":      func(out *Score) { s.ScoreInto(lead, out, true) },
		"without-explanation": func(out *Score) { s.ScoreInto(lead, out, false) },
	} {
		b.Run("fields=30/rules=20/"+name, func(b *testing.B) {
			var out Score
			b.ReportAllocs()
			for b.Loop() {
				score(&out)
			}
		})
	}
}

// The figures that the benchmark is there for: what a score may allocate.
func TestScoreAllocations(t *testing.T) {
	v := benchVersion(t)
	s, lead := scorerOf(t, v), benchLead(v)
	var out Score
	for _, c := range []struct {
		name  string
		most  float64
		score func()
	}{
		{"Score", 10, func() { s.Score(lead) }},
		{"ScoreInto, explained", 1, func() { s.ScoreInto(lead, &out, true) }}, // the reason, made of figures
		{"ScoreInto, without explanation", 0, func() { s.ScoreInto(lead, &out, false) }},
	} {
		if got := testing.AllocsPerRun(100, c.score); got > c.most {
			t.Errorf("%s: %v allocations a lead, want at most %v", c.name, got, c.most)
		}
	}
}

// Into used memory a score is what it is into new memory, and without explanation its figures are the same bits.
func TestScoreIntoUsedMemory(t *testing.T) {
	for name, v := range map[string]*Version{"of the artefact": withPair(t, artifact(t)), "of the benchmark": benchVersion(t)} {
		t.Run(name, func(t *testing.T) {
			s := scorerOf(t, v)
			var used, brief Score
			for i := range v.Golden {
				g := &v.Golden[i]
				lead := &features.Snapshot{ID: fmt.Sprint(i), AsOf: g.AsOf, Created: g.Created, Values: g.Values, Events: g.Events}
				want := s.Score(lead)
				s.ScoreInto(lead, &used, true)
				if diff := cmp.Diff(want, used, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("lead %d into used memory: -new +used\n%s", i, diff)
				}
				s.ScoreInto(lead, &brief, false)
				if reason := brief.Rules.Reason; reason == "" {
					brief.Rules.Reason = s.Rules().Shortfall(&brief.Rules)
				}
				want.Prediction.Contributions, want.Comparison.Causes = nil, nil
				want.Rules.Fired, want.Rules.Capped, want.Rules.NotJudged = nil, nil, nil
				if diff := cmp.Diff(want, brief, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("lead %d without explanation: -with +without\n%s", i, diff)
				}
			}
		})
	}
}

// Cells stand for contributions: equal cells, equal contributions; and their statuses are the contributions'.
func TestCellsStandForContributions(t *testing.T) {
	for name, v := range map[string]*Version{"of the artefact": withPair(t, artifact(t)), "of the benchmark": benchVersion(t)} {
		t.Run(name, func(t *testing.T) {
			s, known := scorerOf(t, v), map[int]*Contribution{}
			for i := range v.Golden {
				g := &v.Golden[i]
				p := s.Score(&features.Snapshot{AsOf: g.AsOf, Created: g.Created, Values: g.Values, Events: g.Events}).Prediction
				for term, cell := range p.Cells {
					c := p.Contributions[term]
					if cell < 0 || cell >= s.Cells() || CellStatus(cell) != c.Status || s.Term(term) != c.Term {
						t.Fatalf("cell %d of %d, status %s, stands for %+v", cell, s.Cells(), CellStatus(cell), c)
					}
					if before, met := known[cell]; met && *before != *c {
						t.Fatalf("cell %d stands for %+v and %+v", cell, before, c)
					}
					known[cell] = c
				}
			}
		})
	}
}
