package rules

import (
	"os"
	"testing"

	"leadscore/features"
)

// Amounts must be what Score explains, rule by rule.
func TestAmountsAgreeWithScore(t *testing.T) {
	schema, err := features.LoadSchema("testdata/schema.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Parse("example.yaml", text, schema)
	if err != nil {
		t.Fatal(err)
	}
	now := features.Micros(1_800_000_000_000_000)
	values := map[string]any{"employees": 620.0, "industry": "software", "country": "DE"}
	events := []features.Event{{Time: now - 10*features.Day, Type: "pricing_page"}, {Time: now - 4*features.Day, Type: "pricing_page"},
		{Time: now - 2*features.Day, Type: "pricing_page"}}
	lead, err := schema.NewLead("a", now-20*features.Day, values, events)
	if err != nil {
		t.Fatal(err)
	}
	snapshot := lead.At(now)
	score := book.Score(&snapshot)
	amounts, sums := book.Amounts(&snapshot, nil)
	if sums != (Sums{score.Points, score.Fit, score.Engagement, score.Qualification}) {
		t.Errorf("Amounts sums = %+v, want those of %+v", sums, score)
	}
	fired := map[string]Fired{}
	for _, f := range score.Fired {
		fired[f.ID] = f
	}
	if len(fired) < 4 {
		t.Fatalf("only %d rules fired; the lead should reach more", len(fired))
	}
	for i, r := range book.Rules() {
		f, ok := fired[r.ID]
		if a := amounts[i]; a.Fired != ok || a.Times != f.Times || a.Decayed != f.Decayed || a.Counted != f.Counted {
			t.Errorf("rule %s: Amounts = %+v, Score = %+v", r.ID, a, f)
		}
	}
	if th := book.Thresholds(); th.Fit == nil && th.Engagement == nil && th.Total == nil {
		t.Error("Thresholds() names none; the example has some")
	}
	limits := map[string]bool{}
	for _, l := range book.Limits() {
		limits[string(l.Dimension)+"/"+l.Group] = true
	}
	for _, want := range []string{"fit/company", "fit/person", "fit/"} {
		if !limits[want] {
			t.Errorf("Limits() lacks %s: %v", want, limits)
		}
	}
}
