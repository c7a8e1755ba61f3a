package change

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"leadscore/features"
	"leadscore/models"
)

// scorer is the kept first-format version, after a change of it.
func scorer(t testing.TB, edit func(*models.Version)) *models.Scorer {
	t.Helper()
	text, err := os.ReadFile("../testdata/artifacts/v1.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := models.DecodeVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(v)
		if err := v.MakeGolden(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := models.NewScorer(v)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// otherVersion has another intercept, another table, another weight, other points and one field fewer.
func otherVersion(v *models.Version) {
	v.Logistic.Intercept += 0.25
	for c := range v.Logistic.Terms[2].Coefficients {
		v.Logistic.Terms[2].Coefficients[c] *= -1.5
	}
	v.Rules = strings.Replace(v.Rules, "event: pricing_page, points: 10", "event: pricing_page, points: 13", 1)
	v.Rules = strings.Replace(v.Rules, "fit:\n", "total: {fit_weight: 0.7, engagement_weight: 1.3}\nfit:\n", 1)
	v.Schema.Fields = v.Schema.Fields[:len(v.Schema.Fields)-1] // lost_reason, which is not used
}

// history is the leads of testdata with all of their events.
func history(t testing.TB, s *features.Schema) []*features.Lead {
	t.Helper()
	const dir = "../../testdata/history/"
	table, _, err := features.ReadLeads(context.Background(), s, []string{dir + "leads.csv"}, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	events, _, err := features.ReadEvents(context.Background(), s, []string{dir + "events.csv"}, table, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h := features.NewHistoryAsOf(table, events, math.MaxInt64)
	leads := make([]*features.Lead, table.Len())
	for i := range leads {
		var s features.Snapshot
		h.Snapshot(i, &s)
		leads[i] = &features.Lead{ID: s.ID, Created: s.Created, Values: s.Values, Events: s.Events}
	}
	return leads
}

// edited is the lead with another lead's fields from place from on, an event fewer, and one recorded late.
func edited(lead, other *features.Lead, from int, at features.Micros) *features.Lead {
	now := *lead
	now.Values = slices.Concat(lead.Values[:from], other.Values[from:])
	now.Events = append(slices.Clone(lead.Events[min(1, len(lead.Events)):]), features.Event{Time: at - 20*features.Day, Type: "trial_signup"})
	slices.SortFunc(now.Events, func(a, b features.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Type, b.Type))
	})
	return &now
}

// Every change of many random ones adds up: the steps chain from the one real score to the other bit for bit, causes chain within their
// steps, rules sum to the points in whole thousandths, terms to the log-odds, and each step's state is a score that can be made again.
func TestExplainAddsUp(t *testing.T) {
	before, after := scorer(t, nil), scorer(t, otherVersion)
	leads, asNew := history(t, before.Version().Schema), history(t, after.Version().Schema)
	random := rand.New(rand.NewPCG(4, 2))
	moved := map[Kind]int{}
	for range 400 {
		i, j := random.IntN(len(leads)), random.IntN(len(leads))
		then := leads[i].Created + features.Micros(random.Int64N(int64(60*features.Day)))
		now := then + features.Micros(random.Int64N(int64(90*features.Day)))
		from := random.IntN(len(leads[i].Values) - 1)
		q := Question{
			From: End{before, leads[i], then},
			To:   End{after, edited(asNew[i], asNew[j], from, now), now},
			Now:  edited(leads[i], leads[j], from, now), Then: asNew[i],
		}
		c, err := Explain(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		checkEnds(t, &q, c)
		checkAgain(t, &q, c)
		for k := range c.Steps {
			checkStep(t, c, k)
			if c.Steps[k].Points[0] != c.Steps[k].Points[1] || c.Steps[k].LogOdds[0] != c.Steps[k].LogOdds[1] {
				moved[c.Steps[k].Kind]++
			}
		}
	}
	for _, kind := range []Kind{Time, Events, Profile, Rules, Model} {
		if moved[kind] < 50 {
			t.Errorf("step %s moved %d leads only: the test does not try it", kind, moved[kind])
		}
	}
}

func checkEnds(t *testing.T, q *Question, c *Change) {
	t.Helper()
	for side, end := range []End{q.From, q.To} {
		s := end.Lead.At(end.AsOf)
		want := end.Scorer.Score(&s)
		got := []Scores{c.From, c.To}[side]
		if got.Points != want.Rules.Points || got.LogOdds != want.Prediction.LogOdds || got.Probability != want.Prediction.Probability || got.Qualification != want.Rules.Qualification {
			t.Fatalf("%s: end %d is %+v, scored %v points, %v", c.LeadID, side, got, want.Rules.Points, want.Prediction.LogOdds)
		}
		step := c.Steps[4*side]
		if step.Points[side] != got.Points || step.LogOdds[side] != got.LogOdds || step.Probability[side] != got.Probability || step.Qualification[side] != got.Qualification {
			t.Fatalf("%s: the steps' end %d is %+v, want %+v", c.LeadID, side, step, got)
		}
	}
	for k := 1; k < len(c.Steps); k++ {
		a, b := &c.Steps[k-1], &c.Steps[k]
		if a.Points[1] != b.Points[0] || a.LogOdds[1] != b.LogOdds[0] || a.Probability[1] != b.Probability[0] || a.Qualification[1] != b.Qualification[0] {
			t.Fatalf("%s: step %s ends with %v, %s begins with %v", c.LeadID, a.Kind, a.LogOdds[1], b.Kind, b.LogOdds[0])
		}
	}
}

// checkAgain scores what stands after time and after the profile, by other code.
func checkAgain(t *testing.T, q *Question, c *Change) {
	t.Helper()
	idle := *q.From.Lead
	idle.Events = nil
	for _, e := range q.From.Lead.Events {
		if e.Time < q.From.AsOf {
			idle.Events = append(idle.Events, e)
		}
	}
	for k, lead := range map[int]*features.Lead{0: &idle, 2: q.Now} {
		s := lead.At(q.To.AsOf)
		want := q.From.Scorer.Score(&s)
		if c.Steps[k].Points[1] != want.Rules.Points || c.Steps[k].LogOdds[1] != want.Prediction.LogOdds {
			t.Fatalf("%s: after step %s %v points, %v; scored again %v, %v", c.LeadID, c.Steps[k].Kind, c.Steps[k].Points[1], c.Steps[k].LogOdds[1], want.Rules.Points, want.Prediction.LogOdds)
		}
	}
}

func checkStep(t *testing.T, c *Change, k int) {
	t.Helper()
	s := &c.Steps[k]
	at := [2]float64{s.Points[0], s.LogOdds[0]}
	for _, cause := range s.Causes {
		if cause.Points[0] != at[0] || cause.LogOdds[0] != at[1] {
			t.Fatalf("%s %s: cause %s begins with %v, want %v", c.LeadID, s.Kind, cause.Name, cause.LogOdds[0], at)
		}
		at = [2]float64{cause.Points[1], cause.LogOdds[1]}
	}
	if len(s.Causes) > 0 && at != [2]float64{s.Points[1], s.LogOdds[1]} {
		t.Fatalf("%s %s: the causes end with %v, the step with %v", c.LeadID, s.Kind, at, s)
	}
	points := 0.0
	for _, part := range s.Rules {
		points += thousandths(part.Adds[1]) - thousandths(part.Adds[0])
	}
	if want := thousandths(s.Points[1]) - thousandths(s.Points[0]); points != want {
		t.Fatalf("%s %s: rules sum to %v thousandths, want %v: %+v", c.LeadID, s.Kind, points, want, s.Rules)
	}
	exact := new(big.Float).SetPrec(2000)
	for _, part := range s.Terms {
		exact.Add(exact, big.NewFloat(part.Adds[1]))
		exact.Sub(exact, big.NewFloat(part.Adds[0]))
	}
	sum, _ := exact.Float64()
	// Each end is a float64 sum of 17 figures below 8: at most 17 roundings of half a unit in the last place of 8, which is 2⁻⁵⁰.
	if off := math.Abs(sum - (s.LogOdds[1] - s.LogOdds[0])); off > 2*17*math.Pow(2, -51) {
		t.Fatalf("%s %s: terms sum to %v, the step is %v", c.LeadID, s.Kind, sum, s.LogOdds[1]-s.LogOdds[0])
	}
	move := [2]float64{pointsBetween(s.Points[0], s.Points[1]), s.LogOdds[1] - s.LogOdds[0]}
	if o := s.Orders; o == nil || move[0] < o.Points[0] || move[0] > o.Points[1] || move[1] < o.LogOdds[0] || move[1] > o.LogOdds[1] {
		t.Fatalf("%s %s: %v does not lie in %+v", c.LeadID, s.Kind, move, o)
	}
}

// A lead whose points can be followed by hand: a price page that fades from 10 to 5 in 30 days, a trial that comes, a promotion, and a book that
// pays 13 for prices.
func TestExplainByHand(t *testing.T) {
	before := scorer(t, nil)
	after := scorer(t, func(v *models.Version) {
		v.Rules = strings.Replace(v.Rules, "event: pricing_page, points: 10", "event: pricing_page, points: 13", 1)
	})
	start := features.MicrosOf(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	lead := func(seniority string, events ...features.Event) *features.Lead {
		l, err := before.Version().Schema.NewLead("hand", start, map[string]any{"seniority": seniority}, events)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	prices := features.Event{Time: start, Type: "pricing_page"}
	now := start + 30*features.Day + 1
	q := Question{
		From: End{before, lead("specialist", prices), start + 1},
		To:   End{after, lead("director", prices, features.Event{Time: now - 1, Type: "trial_signup"}), now},
	}
	c, err := Explain(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		points [2]float64
		name   string // of the only cause or rule
		why    string
	}{
		{[2]float64{10, 5}, "prices", "decay"},
		{[2]float64{5, 30}, "trial", "now fires"},
		{[2]float64{30, 50}, "senior", "now fires"},
		{[2]float64{50, 51.5}, "prices", "10 → 13 points in the book"},
		{[2]float64{51.5, 51.5}, "", ""},
	}
	for k, w := range want {
		s := &c.Steps[k]
		if s.Points != w.points {
			t.Errorf("step %s: %v points, want %v", s.Kind, s.Points, w.points)
		}
		if w.name != "" && (len(s.Rules) != 1 || s.Rules[0].Name != w.name || s.Rules[0].Why != w.why) {
			t.Errorf("step %s: rules %+v, want %s (%s)", s.Kind, s.Rules, w.name, w.why)
		}
	}
	if causes := c.Steps[1].Causes; len(causes) != 1 || causes[0].Name != "trial_signup" || causes[0].Added != 1 || causes[0].Detail != "1 event, 2026-04-01 00:00" {
		t.Errorf("the events' causes are %+v", causes)
	}
	if causes := c.Steps[2].Causes; len(causes) != 1 || causes[0].Detail != "specialist → director" {
		t.Errorf("the profile's causes are %+v", causes)
	}
	if last := c.Steps[4]; last.LogOdds[0] != last.LogOdds[1] || len(last.Terms) != 0 {
		t.Errorf("the same model moved the log-odds by %v", last.LogOdds)
	}
}

// More event types than are replaced one by one still add up; a cancelled call ends.
func TestManyEventTypes(t *testing.T) {
	s := scorer(t, nil)
	start := features.MicrosOf(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	then := &features.Lead{ID: "many", Created: start, Values: history(t, s.Version().Schema)[0].Values}
	now := *then
	for i := range 3 * mostTypes {
		now.Events = append(now.Events, features.Event{Time: start + features.Micros(i+1), Type: strings.Repeat("x", i+1)})
	}
	q := Question{From: End{s, then, start}, To: End{s, &now, start + features.Day}}
	c, err := Explain(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	checkStep(t, c, 1)
	if causes := c.Steps[1].Causes; len(causes) != mostTypes+1 || causes[mostTypes].Added != 2*mostTypes || causes[mostTypes].Name != othersName {
		t.Errorf("%d causes, the last %+v", len(causes), causes[len(causes)-1])
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Explain(ctx, q); !errors.Is(err, context.Canceled) {
		t.Errorf("Explain of a cancelled call = %v", err)
	}
}

func TestExplainIsRefused(t *testing.T) {
	s, other := scorer(t, nil), scorer(t, otherVersion)
	lead := history(t, s.Version().Schema)[0]
	at := lead.Created + features.Day
	for name, c := range map[string]struct {
		q    Question
		want error
	}{
		"backwards":          {Question{From: End{s, lead, at + 1}, To: End{s, lead, at}}, ErrOrder},
		"before it came":     {Question{From: End{s, lead, lead.Created - 1}, To: End{s, lead, at}}, ErrNotThere},
		"read for one alone": {Question{From: End{s, lead, at}, To: End{other, lead, at}}, ErrOtherSchema},
	} {
		if _, err := Explain(t.Context(), c.q); !errors.Is(err, c.want) {
			t.Errorf("%s: Explain = %v, want %v", name, err, c.want)
		}
	}
}
