package counterfactual

import (
	"context"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
)

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

var now = features.MicrosOf(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))

func lead(t testing.TB, s *models.Scorer, values map[string]any, events ...features.Event) *features.Lead {
	t.Helper()
	l, err := s.Version().Schema.NewLead("L-1", now-10*features.Day, values, events)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func find(t testing.TB, ask Ask) *Counterfactual {
	t.Helper()
	if ask.AtMost == 0 {
		ask.AtMost = 3
	}
	c, err := Find(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Leads of a book that can be followed by hand: mql needs 15 points of fit and 15 of engagement; a demo is a fast lane; a throw-away address excludes.
func TestFindByHand(t *testing.T) {
	s := scorer(t, nil)
	type values = map[string]any
	for _, c := range []struct {
		name    string
		values  values
		keep    []string
		outcome Outcome
		want    []string
	}{
		{"a demo is enough", values{"seniority": "specialist"}, nil, Reachable, []string{"event demo_request ×1"}},
		{"without one it needs both", values{"seniority": "specialist", "source": "webinar"}, []string{"demo_request"}, Reachable,
			[]string{"event trial_signup ×1", "learn employees = 50 [50 to 1000]"}},
		{"an address", values{"seniority": "director", "source": "referral", "email": "a@mailinator.com"}, []string{"trial_signup", "pricing_page"}, Reachable,
			[]string{"change email = company []", "event demo_request ×1"}},
		{"nothing can be done", values{"seniority": "student", "source": "webinar", "employees": 5, "industry": "software", "email": "a@b.example"},
			[]string{"demo_request", "newsletter_opt_out"}, NotReached, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := find(t, Ask{Scorer: s, Lead: lead(t, s, c.values), AsOf: now, Keep: c.keep}).Rules
			var list []string
			for _, a := range got.Changes {
				text := string(a.Kind) + " " + a.Name
				if a.Kind == OneEvent {
					text += " ×" + string(rune('0'+a.Times))
				} else {
					text += " = " + a.Value + " [" + a.Range + "]"
				}
				list = append(list, text)
			}
			slices.Sort(list)
			if got.Outcome != c.outcome || !got.Least {
				t.Fatalf("%s (least %v): %v, want %s", got.Outcome, got.Least, list, c.outcome)
			}
			if c.want != nil && !slices.Equal(list, c.want) {
				t.Errorf("changes %q, want %q", list, c.want)
			}
			handed := got.After.Qualification == rules.MQL || got.After.Qualification == rules.FastLane
			if handed != (c.outcome == Reachable) {
				t.Errorf("afterwards it is %s", got.After.Qualification)
			}
		})
	}
}

// Of many leads: what is found reaches the threshold when the lead is made by hand and scored again, and, as other code that tries all values of all
// fields sees, no single change does where two are named, and none at all where the lead is said to be below.
func TestFindIsLeast(t *testing.T) {
	s := scorer(t, nil)
	schema := s.Version().Schema
	const dir = "../../testdata/history/"
	table, _, err := features.ReadLeads(t.Context(), schema, []string{dir + "newleads.csv"}, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	events, _, err := features.ReadEvents(t.Context(), schema, []string{dir + "newevents.csv"}, table, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	at := features.MicrosOf(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))
	h := features.NewHistoryAsOf(table, events, at)
	sizes := map[int]int{}
	for i := range 60 {
		var snapshot features.Snapshot
		h.Snapshot(i, &snapshot)
		l := &features.Lead{ID: snapshot.ID, Created: snapshot.Created, Values: snapshot.Values, Events: snapshot.Events}
		ask := Ask{Scorer: s, Lead: l, AsOf: at, MayChange: []string{"seniority", "employees", "source"}, Keep: []string{"demo_request"}, AtMost: 2, Probability: 0.4}
		c := find(t, ask)
		for name, side := range map[string]struct {
			answer *Answer
			over   func(*features.Snapshot) bool
		}{
			"rules": {&c.Rules, func(x *features.Snapshot) bool {
				q := s.Score(x).Rules.Qualification
				return q == rules.MQL || q == rules.FastLane
			}},
			"model": {&c.Prediction, func(x *features.Snapshot) bool { return s.Score(x).Prediction.Probability >= 0.4 }},
		} {
			a := side.answer
			least := len(a.Changes)
			for _, action := range a.Changes {
				least += max(0, action.Times-1)
			}
			if !a.Least {
				t.Fatalf("%s %s: not all sets were tried", l.ID, name)
			}
			if a.Outcome == NotReached {
				least = ask.AtMost + 1
			}
			sizes[least]++
			if (a.Outcome == Already) != side.over(&snapshot) {
				t.Errorf("%s %s: %s", l.ID, name, a.Outcome)
			}
			if a.Outcome == Reachable && !side.over(applied(t, schema, &snapshot, a.Changes)) {
				t.Errorf("%s %s: %+v is not enough", l.ID, name, a.Changes)
			}
			if least > 1 {
				everySingle(s, c, &snapshot, func(x *features.Snapshot, what string) {
					if side.over(x) {
						t.Errorf("%s %s: %s alone is enough, found %+v", l.ID, name, what, a.Changes)
					}
				})
			}
		}
	}
	if sizes[0] == 0 || sizes[1] == 0 || sizes[2] == 0 {
		t.Errorf("numbers of changes %v: the test does not try all", sizes)
	}
}

// applied makes the changes by hand.
func applied(t *testing.T, schema *features.Schema, base *features.Snapshot, list []Action) *features.Snapshot {
	x := *base
	x.Values, x.Events = slices.Clone(base.Values), slices.Clone(base.Events)
	for _, a := range list {
		if a.Kind == OneEvent {
			for range a.Times {
				x.Events = append(x.Events, features.Event{Time: base.AsOf - 1, Type: a.Name})
			}
			continue
		}
		i, _ := schema.FieldIndex(a.Name)
		var value any = a.Value
		switch schema.Fields[i].Kind {
		case features.Number:
			number, _, ok := features.ParseNumber(a.Value, '.')
			if !ok {
				t.Fatalf("value %q", a.Value)
			}
			value = number
		case features.Email:
			x.Values[i] = features.Value{Text: a.Value}
			continue
		}
		one, err := schema.NewLead("x", features.NoTime, map[string]any{a.Name: value}, nil)
		if err != nil {
			t.Fatal(err)
		}
		x.Values[i] = one.Values[i]
	}
	slices.SortFunc(x.Events, byTime)
	return &x
}

// everySingle makes each single change: every event type, every level, and many numbers.
func everySingle(s *models.Scorer, c *Counterfactual, base *features.Snapshot, do func(*features.Snapshot, string)) {
	version := s.Version()
	for _, kind := range c.Events {
		x := *base
		x.Events = append(slices.Clone(base.Events), features.Event{Time: base.AsOf - 1, Type: kind})
		slices.SortFunc(x.Events, byTime)
		do(&x, kind)
	}
	for _, name := range c.CanChange {
		field, _ := version.Schema.FieldIndex(name)
		var values []features.Value
		for i, in := range version.Encoder.Inputs {
			if in.Source != features.FromField || in.Index != field {
				continue
			}
			for _, level := range version.Encoder.Coders[i].Levels {
				values = append(values, features.Value{Text: level})
			}
		}
		switch version.Schema.Fields[field].Kind {
		case features.Number:
			for x := 1.0; x < 1e5; x = math.Ceil(x * 1.02) {
				values = append(values, features.Value{Number: x})
			}
		case features.Boolean:
			values = []features.Value{{Number: 0}, {Number: 1}}
		case features.Email:
			values = []features.Value{{Text: features.CompanyEmail}}
		}
		for _, v := range values {
			x := *base
			x.Values = slices.Clone(base.Values)
			x.Values[field] = v
			do(&x, name)
		}
	}
}

// Where sets are too many to be tried one and all, what is found still holds, and is not called the least.
func TestFindWithABeam(t *testing.T) {
	s := scorer(t, nil)
	l := lead(t, s, map[string]any{"seniority": "student", "source": "paid_social", "industry": "retail"})
	c := find(t, Ask{Scorer: s, Lead: l, AsOf: now, AtMost: MostChanges, Probability: 0.97, MayChange: []string{"seniority", "source", "industry", "employees"}})
	a := &c.Prediction
	snapshot := l.At(now)
	p := s.Score(applied(t, s.Version().Schema, &snapshot, a.Changes)).Prediction.Probability
	if a.Outcome == Reachable && p < 0.97 || a.Outcome == NotReached && (p >= 0.97 || p <= a.Before.Probability) || math.Abs(p-a.After.Probability) > 1e-12 {
		t.Errorf("%s with %v: %+v", a.Outcome, p, a.Changes)
	}
	if a.Least || a.Tried > 2*mostScores {
		t.Errorf("least %v after %d scores", a.Least, a.Tried)
	}
}

// The schema has the last word on what can change, then the caller.
func TestWhatCanChange(t *testing.T) {
	s := scorer(t, func(v *models.Version) {
		for i := range v.Schema.Fields {
			switch v.Schema.Fields[i].Name {
			case "industry":
				v.Schema.Fields[i].Actionable = features.UseYes
			case "newsletter_opt_out", "employees":
				v.Schema.Fields[i].Actionable = features.UseNo
			}
		}
	})
	l := lead(t, s, map[string]any{"industry": "retail", "seniority": "student"})
	c := find(t, Ask{Scorer: s, Lead: l, AsOf: now, MayChange: []string{"seniority"}, Keep: []string{"email", "trial_signup"}})
	if want := []string{"industry", "seniority", "source"}; !slices.Equal(c.CanChange, want) {
		t.Errorf("can change %v, want %v", c.CanChange, want)
	}
	if slices.Contains(c.Events, "trial_signup") || !slices.Contains(c.Events, "demo_request") {
		t.Errorf("events %v", c.Events)
	}
}

func TestFindIsRefused(t *testing.T) {
	s := scorer(t, nil)
	l := lead(t, s, map[string]any{"industry": "retail"})
	nan := math.NaN()
	for want, ask := range map[string]Ask{
		"write 1 to 8":                   {AtMost: 9},
		"write a number between 0 and 1": {AtMost: 1, Probability: 1},
		"points NaN":                     {AtMost: 1, Points: &nan},
		"did you mean industry?":         {AtMost: 1, MayChange: []string{"industri"}},
		"is a date":                      {AtMost: 1, MayChange: []string{"company_founded"}},
		"no field that scores see":       {AtMost: 1, MayChange: []string{"lost_reason"}},
	} {
		ask.Scorer, ask.Lead, ask.AsOf = s, l, now
		if _, err := Find(t.Context(), ask); !errors.Is(err, ErrAsk) || !strings.Contains(err.Error(), want) {
			t.Errorf("Find = %v, want %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, Ask{Scorer: s, Lead: l, AsOf: now, AtMost: 8, Probability: 0.99}); !errors.Is(err, context.Canceled) {
		t.Errorf("Find of a cancelled call = %v", err)
	}
}

// The least high probability is high, and the one below it is not.
func TestHighProbability(t *testing.T) {
	r := &scorer(t, nil).Version().Reference
	p := r.HighProbability()
	if cut := 100 * (1 - r.HighShare); r.Probability.Percentile(p) < cut || r.Probability.Percentile(math.Nextafter(p, 0)) >= cut {
		t.Errorf("HighProbability() = %v of rank %v", p, r.Probability.Percentile(p))
	}
}
