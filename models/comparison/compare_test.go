package comparison

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
)

// one is a lead of a made-up comparison.
type one struct {
	probability, points float64
	won                 bool
	q                   rules.Qualification
}

// leadsOf ranks made-up leads among themselves, one a day.
func leadsOf(list []one) *Leads {
	l := &Leads{Version: "deals/2026-06-30-0123456789ab", Rules: "rules 1", HighShare: 0.2, rules: map[string]*Behind{}, fields: map[string]*Behind{}, terms: map[string]*spread{}}
	for i, o := range list {
		reference := models.Reference{HighShare: 0.2}
		var p, r []float64
		for _, other := range list {
			p, r = append(p, other.probability), append(r, other.points)
		}
		score := models.Score{LeadID: fmt.Sprint("L", i), AsOf: features.Micros(i) * features.Day,
			Prediction: models.Prediction{Probability: o.probability, Percentile: percentile(p, o.probability), Contributions: []*models.Contribution{
				{Term: "source", LogOdds: 1}, {Term: "size", LogOdds: -1}}},
			Rules: rules.Score{Points: o.points, Qualification: o.q, RuleID: "gate", Fired: []rules.Fired{{Giver: &rules.Giver{ID: "gives"}, Counted: 5}, {Giver: &rules.Giver{ID: "takes"}, Counted: -5}}}}
		reference.Points.Values, reference.Points.Below, reference.Points.Through = []float64{o.points}, []float64{percentile(r, o.points) / 100}, []float64{percentile(r, o.points) / 100}
		score.Comparison = reference.Compare(&score.Prediction, &score.Rules)
		days := math.NaN()
		if o.won {
			days = float64(i % 7)
		}
		l.Add(&score, Outcome{Row: int32(i), Won: o.won, Days: days})
	}
	return l
}

func percentile(all []float64, v float64) float64 {
	below := 0.0
	for _, other := range all {
		if other < v {
			below++
		} else if other == v {
			below += 0.5
		}
	}
	return 100 * below / float64(len(all))
}

func compare(t *testing.T, l *Leads, cfg Config) *Comparison {
	t.Helper()
	c, err := l.Compare(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(c); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	for _, v := range c.Verdicts {
		if v.Text == "" || strings.Contains(v.Text, "NaN") || strings.Contains(v.Text, "%!") {
			t.Errorf("verdict %q", v.Text)
		}
	}
	return c
}

// Ten leads, two a period of five: every number can be counted by hand.
func TestCompareByHand(t *testing.T) {
	l := leadsOf([]one{
		{0.9, 10, true, rules.Nurture}, {0.8, 50, false, rules.MQL}, {0.7, 60, true, rules.MQL}, {0.1, 70, false, rules.Excluded}, {0.2, 20, false, rules.Nurture},
		{0.3, 90, true, rules.MQL}, {0.95, 5, false, rules.FastLane}, {0.15, 30, false, rules.Nurture}, {0.12, 40, false, rules.Nurture}, {0.5, 15, true, rules.Nurture},
	})
	order := l.RuleOrder()
	if order[6] <= order[5] || order[3] >= order[6]-80 || order[3] >= order[0] {
		t.Errorf("fast lane first, excluded last: %v", order)
	}
	c := compare(t, l, Config{Capacity: &Capacity{Leads: 1, Per: Day}})
	// won: 0.9 0.7 0.3 0.5; not: 0.8 0.1 0.2 0.95 0.15 0.12. 24 pairs: 5 + 4 + 4 + 4 = 17 by the model
	if got := c.Ranking.AUC[0].Value; math.Abs(got-17.0/24) > 1e-12 {
		t.Errorf("AUC of the model %v", got)
	}
	// rules, best first: 6 lost, 5 won, 2 won, 1 lost, 8, 7, 4 lost, 9 won, 0 won, 3 lost: won above lost 5+5+1+1
	if got := c.Ranking.AUC[1].Value; math.Abs(got-12.0/24) > 1e-12 {
		t.Errorf("AUC of the rules %v", got)
	}
	if top := c.Ranking.Top[1]; top.Leads != 2 || top.Won != [2]float64{1, 1} || math.Abs(top.Lift[0]-0.5/0.4) > 1e-12 {
		t.Errorf("top fifth: %+v", top)
	}
	if top := c.Ranking.Top[2]; top.Leads != 3 || top.Won != [2]float64{1, 2} || top.Difference.Value != -1 {
		t.Errorf("top 30 %%: %+v", top)
	}
	// one lead a day comes and is worked: all of them
	if w := c.Work; w.Periods != 10 || math.Abs(w.Won[0]-0.4) > 1e-12 || w.Difference.Value != 0 || w.Missed[1] != 0 {
		t.Errorf("work: %+v", w)
	}
	c = compare(t, l, Config{Capacity: &Capacity{Leads: 2, Per: Week}})
	// week one holds leads 0–6: the model takes 6 and 0, the rules 6 and 5; week two 7–9: the model takes 9 and 7, the rules 8 and 7
	if w := c.Work; w.Periods != 2 || w.Won != [2]float64{1, 0.5} || w.Difference.Value != 0.5 || w.Missed != [2]float64{1, 1.5} {
		t.Errorf("two a week: %+v", w)
	}
	// at most four leads by fixed thresholds: the model 0.7 and above, the rules the fast lane and 50 and above
	if s := c.Work.Cutoffs[1].Scores; s[0].Threshold != 0.7 || s[0].Leads != 4 || s[0].Won != 2 || s[1].Threshold != 50 || s[1].Leads != 4 || s[1].Won != 2 || s[1].Missed != 2 || s[1].Busiest != 4 {
		t.Errorf("thresholds: %+v", s)
	}
	if s := c.Scale; s.FastLane.Leads != 1 || s.Excluded.Leads != 1 || s.Leads != 8 {
		t.Errorf("scale: %+v", s)
	}
	if len(c.Months) != 1 || c.Months[0].Label != "1970-01" || c.Months[0].Leads != 10 {
		t.Errorf("months: %+v", c.Months)
	}
}

// An excluded lead that the model likes stands under the exclusion, and a fast-lane lead that the model does not like under the fast lane.
func TestGatesAreCauses(t *testing.T) {
	var list []one
	for i := range 100 {
		list = append(list, one{float64(i+1) / 200, float64(i), i%3 == 0, rules.Nurture})
	}
	list[99].q, list[0].q = rules.Excluded, rules.FastLane
	c := compare(t, leadsOf(list), Config{})
	if c.Disagreement.Quadrants[1].Leads != 1 || c.Disagreement.Quadrants[2].Leads != 1 {
		t.Fatalf("quadrants: %+v", c.Disagreement.Quadrants)
	}
	gate := c.Disagreement.Rules[0]
	if gate.Name != "gate" || gate.Leads != 2 || gate.Wrong != 1 || gate.Won != 2 { // leads 0 and 99 were won: the exclusion was wrong
		t.Errorf("behind: %+v", c.Disagreement.Rules)
	}
}

// Where more points win less, the report must say so; where the points are right, it must not.
func TestWrongOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for name, rate := range map[string][]float64{"wrong": {0.1, 0.3, 0.2, 0.05}, "right": {0.05, 0.1, 0.2, 0.3}, "flat": {0.2, 0.2, 0.2, 0.2}} {
		var list []one
		for range 1200 {
			band := random.IntN(4)
			list = append(list, one{random.Float64(), float64(20*band + random.IntN(20)), random.Float64() < rate[band], rules.Nurture})
		}
		l := leadsOf(list)
		s := compare(t, l, Config{}).Scale
		if (name == "wrong") != (len(s.Wrong) > 0) {
			t.Errorf("%s: wrong orders %+v", name, s.Wrong)
		}
		if name == "right" && s.Steps[len(s.Steps)-1].Higher != len(s.Bands)-1 {
			t.Errorf("%s: steps %+v", name, s.Steps)
		}
	}
}

// The cases that a report must survive and name.
func TestWorstCases(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	made := func(n int, of func(i int) one) []one {
		list := make([]one, n)
		for i := range list {
			list[i] = of(i)
			if list[i].q == "" {
				list[i].q = rules.Nurture
			}
		}
		return list
	}
	for _, c := range []struct {
		name string
		list []one
		says string
	}{
		{"no disagreement", made(200, func(i int) one { return one{probability: float64(i+1) / 201, points: float64(i), won: i%4 == 3} }), "never disagree"},
		{"all leads one score", made(100, func(i int) one { return one{probability: 0.3, points: 10, won: i%3 == 0} }), "points do not tell these leads apart"},
		{"30 leads", made(30, func(i int) one {
			return one{probability: random.Float64(), points: float64(random.IntN(40)), won: i%5 == 0}
		}), "Only 6 leads were won"},
		{"one won", made(60, func(i int) one {
			return one{probability: random.Float64(), points: float64(random.IntN(40)), won: i == 7}
		}), "Only 1 lead was won"},
		{"none won", made(60, func(i int) one { return one{probability: random.Float64(), points: float64(random.IntN(40))} }), "same outcome"},
		{"missing rules", made(100, func(i int) one { return one{probability: random.Float64(), won: i%3 == 0} }), "points do not tell these leads apart"},
		{"one lead", made(1, func(i int) one { return one{probability: 0.5, points: 3, won: true} }), "same outcome"},
		{"all excluded", made(50, func(i int) one { return one{random.Float64(), float64(i), i%2 == 0, rules.Excluded} }), "points do not tell these leads apart"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := compare(t, leadsOf(c.list), Config{Capacity: &Capacity{Leads: 2, Per: Week}})
			for _, v := range got.Verdicts {
				if strings.Contains(v.Text, c.says) {
					return
				}
			}
			t.Errorf("no verdict says %q: %+v", c.says, got.Verdicts)
		})
	}
	if _, err := (&Leads{}).Compare(t.Context(), Config{}); err == nil {
		t.Error("no leads: no error")
	}
}

func TestParseCapacity(t *testing.T) {
	for text, want := range map[string]string{"40/week": "40/week", " 8 / day": "8/day", "20%": "20%", "12.5 %": "12.5%"} {
		got, err := ParseCapacity(text)
		if err != nil || got.String() != want {
			t.Errorf("ParseCapacity(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"40", "0/week", "-1/day", "40/month", "0%", "101%", "x%", "NaN%"} {
		if got, err := ParseCapacity(text); err == nil {
			t.Errorf("ParseCapacity(%q) = %v, want an error", text, got)
		}
	}
}

func TestNewSegment(t *testing.T) {
	labels := []string{"b", "", "a", "b"}
	for k := range 20 {
		labels = append(labels, fmt.Sprintf("rare %02d", k))
	}
	s := NewSegment("field", labels)
	if len(s.Levels) != mostLevels+1 || s.Levels[len(s.Levels)-1] != missing || s.Levels[len(s.Levels)-2] != otherLevels {
		t.Fatalf("levels %q", s.Levels)
	}
	if s.Levels[s.Of[0]] != "b" || s.Levels[s.Of[1]] != missing || s.Levels[s.Of[len(labels)-1]] != otherLevels {
		t.Errorf("of %v", s.Of)
	}
}

func TestCompareStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := leadsOf([]one{{0.1, 5, false, rules.MQL}, {0.2, 7, true, rules.Nurture}})
	if _, err := l.Compare(ctx, Config{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Compare after its caller has gone: %v", err)
	}
}
