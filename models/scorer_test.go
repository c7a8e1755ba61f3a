package models

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"leadscore/features"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// scoreAll scores the leads of a history and gives their snapshots to look.
func scoreAll(s *Scorer, h *features.History, look func(i int, snapshot *features.Snapshot, score *Score)) {
	for i := range h.Table.Len() {
		var snapshot features.Snapshot
		h.Snapshot(i, &snapshot)
		score := s.Score(&snapshot)
		look(i, &snapshot, &score)
	}
}

// The baseline and the contributions, added in their order, are the log-odds bit for bit, with a pair and without; the other
// figures of a prediction follow from it.
func TestContributionsSum(t *testing.T) {
	for name, v := range map[string]*Version{"fields": artifact(t), "with a pair": withPair(t, artifact(t))} {
		t.Run(name, func(t *testing.T) {
			scoreAll(scorerOf(t, v), history(t, v.Schema, newLeads, newEvents), func(i int, _ *features.Snapshot, score *Score) {
				p := &score.Prediction
				sum := p.Baseline
				for _, c := range p.Contributions {
					sum += c.LogOdds
					if c.Label == "" || c.Term == "" || !(c.StandardError >= 0) {
						t.Errorf("lead %d: contribution %+v", i, c)
					}
				}
				if math.Float64bits(sum) != math.Float64bits(p.LogOdds) {
					t.Errorf("lead %d: contributions sum to %v, log-odds %v", i, sum, p.LogOdds)
				}
				if want := 1 / (1 + math.Exp(-p.LogOdds)); math.Abs(want-p.Probability) > 1e-15 {
					t.Errorf("lead %d: probability %v of log-odds %v", i, p.Probability, p.LogOdds)
				}
				if !(0 < p.Low && p.Low < p.Probability && p.Probability < p.High && p.High < 1) {
					t.Errorf("lead %d: interval %v … %v around %v", i, p.Low, p.High, p.Probability)
				}
				if len(p.Contributions) != len(v.Logistic.Terms) {
					t.Errorf("lead %d: %d contributions of %d terms", i, len(p.Contributions), len(v.Logistic.Terms))
				}
				var points float64
				for _, fired := range score.Rules.Fired {
					points += fired.Counted
				}
				if got := score.Rules.Fit + score.Rules.Engagement; math.Abs(points-got) > 1e-9 {
					t.Errorf("lead %d: fired rules count %v, the score %v", i, points, got)
				}
			})
		})
	}
}

// A pair's contribution says that it is one, in which levels, and how far they are known.
func TestPairContribution(t *testing.T) {
	v := withPair(t, artifact(t))
	s := scorerOf(t, v)
	lead := features.Snapshot{Values: make([]features.Value, len(v.Schema.Fields)), AsOf: features.NoTime, Created: features.NoTime}
	for f := range lead.Values {
		lead.Values[f].Missing = true
	}
	lead.Values[0] = features.Value{Text: "alchemy"}
	score := s.Score(&lead)
	last := score.Prediction.Contributions[len(v.Logistic.Terms)-1]
	if !last.Pair || last.Label != "other × missing" || last.Status != features.Missing || last.Term != "industry × employees" {
		t.Errorf("pair of an unseen and a missing value: %+v", last)
	}
	if first := score.Prediction.Contributions[0]; first.Pair || first.Status != features.Unseen || first.Label != "other" {
		t.Errorf("unseen value: %+v", first)
	}
}

// Whatever a lead holds, it has a finite score.
func TestStrangeLeads(t *testing.T) {
	v := artifact(t)
	s := scorerOf(t, v)
	base := func() *features.Snapshot {
		return &features.Snapshot{AsOf: v.Golden[0].AsOf, Created: v.Golden[0].Created, Values: slices.Clone(v.Golden[3].Values)}
	}
	employees, _ := v.Schema.FieldIndex("employees")
	founded, _ := v.Schema.FieldIndex("company_founded")
	for name, change := range map[string]func(s *features.Snapshot){
		"as it is": func(s *features.Snapshot) {},
		"nothing known": func(s *features.Snapshot) {
			*s = features.Snapshot{AsOf: features.NoTime, Created: features.NoTime, Values: s.Values}
			for f := range s.Values {
				s.Values[f] = features.Value{Missing: true}
			}
		},
		"no times":   func(s *features.Snapshot) { s.AsOf, s.Created = features.NoTime, features.NoTime },
		"NaN":        func(s *features.Snapshot) { s.Values[employees] = features.Value{Number: math.NaN()} },
		"infinite":   func(s *features.Snapshot) { s.Values[employees] = features.Value{Number: math.Inf(1)} },
		"least":      func(s *features.Snapshot) { s.Values[employees] = features.Value{Number: -math.MaxFloat64} },
		"unseen":     func(s *features.Snapshot) { s.Values[0] = features.Value{Text: "alchemy"} },
		"2 MB":       func(s *features.Snapshot) { s.Values[0] = features.Value{Text: strings.Repeat("x", 2<<20)} },
		"far future": func(s *features.Snapshot) { s.AsOf = 1 << 62 },
		"far past":   func(s *features.Snapshot) { s.AsOf = -1 << 62 },
		"born later": func(s *features.Snapshot) { s.Values[founded] = features.Value{Time: s.AsOf + 1000*features.Day} },
		"10,000 events": func(s *features.Snapshot) {
			for i := range 10_000 {
				s.Events = append(s.Events, features.Event{Time: s.AsOf - features.Micros(10_000-i), Type: "pricing_page"})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			snapshot := base()
			change(snapshot)
			score := s.Score(snapshot)
			p := score.Prediction
			for _, figure := range []float64{p.LogOdds, p.Low, p.High, p.Percentile, score.Rules.Points, score.Comparison.Gap} {
				if math.IsNaN(figure) || math.IsInf(figure, 0) {
					t.Fatalf("score %+v", score)
				}
			}
			if !(p.Low <= p.Probability && p.Probability <= p.High && p.Percentile >= 0 && p.Percentile <= 100) {
				t.Errorf("prediction %+v", p)
			}
		})
	}
}

// The percentile never falls where the probability rises, and an average history has its median near 50.
func TestPercentilesRise(t *testing.T) {
	v := artifact(t)
	type pair struct{ probability, percentile float64 }
	var model, points []pair
	scoreAll(scorerOf(t, v), history(t, v.Schema, historyLeads, historyEvents), func(_ int, _ *features.Snapshot, s *Score) {
		model = append(model, pair{s.Prediction.Probability, s.Prediction.Percentile})
		points = append(points, pair{s.Rules.Points, s.Comparison.PointsPercentile})
		if s.Comparison.ProbabilityPercentile != s.Prediction.Percentile || s.Comparison.Gap != s.Prediction.Percentile-s.Comparison.PointsPercentile {
			t.Errorf("lead %s: comparison %+v", s.LeadID, s.Comparison)
		}
	})
	for name, list := range map[string][]pair{"probability": model, "points": points} {
		slices.SortFunc(list, func(a, b pair) int { return cmpFloat(a.probability, b.probability) })
		for i := 1; i < len(list); i++ {
			a, b := list[i-1], list[i]
			if b.percentile < a.percentile || a.probability == b.probability && a.percentile != b.percentile {
				t.Errorf("%s %v has percentile %v, %v has %v", name, a.probability, a.percentile, b.probability, b.percentile)
			}
		}
		if middle := list[len(list)/2].percentile; middle < 40 || middle > 60 {
			t.Errorf("%s: the middle lead has percentile %v", name, middle)
		}
	}
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// reference with a hundred leads: probability 0.00 … 0.99, points 0 … 99.
func hundred(t *testing.T, highShare float64) *Reference {
	t.Helper()
	var p, q []float64
	for i := range 100 {
		p, q = append(p, float64(i)/100), append(q, float64(i))
	}
	r := &Reference{Leads: 100, HighShare: highShare}
	var err error
	if r.Probability, err = metrics.NewDistribution(p); err != nil {
		t.Fatal(err)
	}
	if r.Points, err = metrics.NewDistribution(q); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestQuadrant(t *testing.T) {
	r := hundred(t, 0.2)
	for _, c := range []struct {
		name                string
		probability, points float64 // percentiles to come: half a percent above
		qualification       rules.Qualification
		want                Quadrant
	}{
		{"both at the cut", 0.80, 80, rules.MQL, BothHigh},
		{"both just below", 0.79, 79, rules.Nurture, BothLow},
		{"model alone", 0.80, 79, rules.Nurture, ModelOnly},
		{"rules alone", 0.79, 80, rules.Nurture, RuleOnly},
		{"fast lane without points", 0.10, 0, rules.FastLane, RuleOnly},
		{"fast lane, and the model likes it", 0.90, 0, rules.FastLane, BothHigh},
		{"excluded with all points", 0.10, 99, rules.Excluded, BothLow},
		{"excluded, but the model likes it", 0.90, 99, rules.Excluded, ModelOnly},
		{"held counts by its points", 0.90, 99, rules.Held, BothHigh},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &Prediction{Percentile: r.Probability.Percentile(c.probability)}
			got := r.Compare(p, &rules.Score{Points: c.points, Qualification: c.qualification})
			if got.Quadrant != c.want {
				t.Errorf("%s, want %s: %+v", got.Quadrant, c.want, got)
			}
		})
	}
}

func TestHighShare(t *testing.T) {
	for _, c := range []struct {
		handedOver, leads int64
		want              float64
	}{{0, 0, 0.2}, {0, 100, 0.2}, {4, 100, 0.2}, {5, 100, 0.05}, {30, 100, 0.3}, {50, 100, 0.5}, {51, 100, 0.2}, {100, 100, 0.2}} {
		if got := HighShare(c.handedOver, c.leads); got != c.want {
			t.Errorf("HighShare(%d, %d) = %v, want %v", c.handedOver, c.leads, got, c.want)
		}
	}
}

// Causes pull the way of the gap, the strongest first, at most three a side.
func TestCauses(t *testing.T) {
	p := func(percentile float64) *Prediction {
		prediction := &Prediction{Percentile: percentile}
		for i, effect := range []float64{0.1, -0.9, 0.5, 0, 0.3, -0.2, 0.4, -0.6, -0.7} {
			prediction.Contributions = append(prediction.Contributions, &Contribution{Term: string(rune('a' + i)), Label: "x", LogOdds: effect})
		}
		return prediction
	}
	points := func(sum float64) *rules.Score {
		return &rules.Score{Points: sum, Fired: []rules.Fired{
			{Giver: &rules.Giver{ID: "plus", Reason: "why"}, Counted: 5}, {Giver: &rules.Giver{ID: "minus"}, Counted: -7}, {Giver: &rules.Giver{ID: "capped away"}, Counted: 0}, {Giver: &rules.Giver{ID: "more"}, Counted: 9}}}
	}
	names := func(c Comparison) (list []string) {
		for _, cause := range c.Causes {
			list = append(list, cause.Side+" "+cause.Name)
		}
		return list
	}
	r := hundred(t, 0.2)
	if got, want := names(r.Compare(p(90), points(10))), []string{"model c", "model g", "model e", "rules minus"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the model likes it better: %q, want %q", got, want)
	}
	if got, want := names(r.Compare(p(10), points(90))), []string{"model b", "model i", "model h", "rules more", "rules plus"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the rules like it better: %q, want %q", got, want)
	}
	if got := names(r.Compare(p(50), points(55))); got != nil {
		t.Errorf("the scores agree, causes %q", got)
	}
}

// The interval of one lead grows with the days after training, while the probability stays.
func TestDriftWidens(t *testing.T) {
	v := artifact(t)
	v.Logistic.Drift.VariancePerDay = 1e-4
	if err := v.MakeGolden(); err != nil {
		t.Fatal(err)
	}
	s := scorerOf(t, v)
	lead := features.Snapshot{Values: v.Golden[3].Values, Created: features.NoTime}
	founded, _ := v.Schema.FieldIndex("company_founded")
	lead.Values[founded] = features.Value{Missing: true} // its age would move the score
	width := 0.0
	var first *Prediction
	for _, days := range []float64{0, 1, 30, 365, 3650} {
		lead.AsOf = features.Micros(v.Logistic.Drift.End)*1e6 + features.Micros(days*float64(features.Day))
		p := s.Score(&lead).Prediction
		if first == nil {
			first = &p
		}
		if p.LogOdds != first.LogOdds {
			t.Errorf("%v days on, the log-odds moved from %v to %v", days, first.LogOdds, p.LogOdds)
		}
		got := math.Log(p.High/(1-p.High)) - math.Log(p.Low/(1-p.Low))
		if got <= width {
			t.Errorf("%v days on, the interval is %v wide in log-odds, before %v", days, got, width)
		}
		width = got
		se := (math.Log(first.High/(1-first.High)) - math.Log(first.Low/(1-first.Low))) / 2 / logistic.Normal90
		if want := 2 * logistic.Normal90 * math.Sqrt(se*se+days*1e-4); math.Abs(want-got) > 1e-9 {
			t.Errorf("%v days on, the interval is %v wide in log-odds, want %v", days, got, want)
		}
	}
}

// Goroutines share a scorer; run under -race too.
func TestConcurrentScoring(t *testing.T) {
	v := artifact(t)
	s, h := scorerOf(t, v), history(t, v.Schema, newLeads, newEvents)
	want := make([]Score, h.Table.Len())
	scoreAll(s, h, func(i int, _ *features.Snapshot, score *Score) { want[i] = *score })
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			scoreAll(s, h, func(i int, _ *features.Snapshot, score *Score) {
				if !reflect.DeepEqual(*score, want[i]) {
					t.Errorf("lead %d scored otherwise among goroutines", i)
				}
			})
		})
	}
	group.Wait()
}
