package scorecard_test

import (
	"context"
	"path/filepath"
	"testing"

	"leadscore/features"
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
	"leadscore/train"
	"leadscore/train/scorecard"
	"leadscore/train/simulate"
)

// simulated makes a history and reads it as the commands do.
func simulated(t *testing.T, leads int, seed uint64) *train.Closed {
	t.Helper()
	dir := t.TempDir()
	if _, err := simulate.Run(t.Context(), simulate.Config{Leads: leads, Seed: seed, Out: dir}); err != nil {
		t.Fatal(err)
	}
	schema, err := features.LoadSchema("../testdata/history.schema.yaml")
	if err != nil {
		t.Fatal(err)
	}
	closed, err := train.ReadClosed(context.Background(), train.ClosedConfig{Schema: schema, Name: "history.schema.yaml", HoldOut: 0.2,
		Leads: []string{filepath.Join(dir, "leads.csv")}, Events: []string{filepath.Join(dir, "events.csv")}})
	if err != nil {
		t.Fatal(err)
	}
	return closed
}

func faulty(t *testing.T, closed *train.Closed) *rules.Book {
	t.Helper()
	book, err := rules.Load("testdata/faulty.rules.yaml", closed.Leads.History.Table.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func judged(t *testing.T, book *rules.Book, leads *scorecard.Leads) *evidence.Evidence {
	t.Helper()
	sheet, err := evidence.NewSheet(t.Context(), book, leads.History, leads.Rows)
	if err != nil {
		t.Fatal(err)
	}
	e, err := evidence.Judge(t.Context(), sheet, &leads.Leads)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Four faults are planted; evidence must name all four, and no sound rule a harmful, dead or redundant one.
func TestEvidenceFindsPlantedFaults(t *testing.T) {
	closed := simulated(t, 20_000, 41)
	book := faulty(t, closed)
	e := judged(t, book, closed.Leads)
	want := map[string]evidence.Verdict{"planted-dead": evidence.Dead, "planted-doubled": evidence.Redundant,
		"planted-wrong-sign": evidence.Harmful, "planted-thirty": evidence.Overpaid}
	for _, r := range e.Rules {
		if r.Earned != nil {
			t.Logf("%-20s %-10s gives %5.1f earns %5.1f ± %.1f  %s", r.ID, r.Verdict, r.Given, r.Earned.Value, 1.96*r.Earned.StandardError, r.Words)
		} else {
			t.Logf("%-20s %-10s %s", r.ID, r.Verdict, r.Words)
		}
		if w, planted := want[r.ID]; planted && r.Verdict != w {
			t.Errorf("rule %s: verdict %s (%s), want %s", r.ID, r.Verdict, r.Words, w)
		} else if !planted && (r.Verdict == evidence.Dead || r.Verdict == evidence.Harmful || r.Verdict == evidence.Redundant) {
			t.Errorf("rule %s is sound, but its verdict is %s: %s", r.ID, r.Verdict, r.Words)
		}
	}
	t.Log(e.RateWords, e.Rate, e.RateOfTotal)
}

// With few leads nothing is called dead, harmful or redundant that only fired seldom.
func TestEvidenceOfFewLeads(t *testing.T) {
	closed := simulated(t, 1000, 3)
	leads := *closed.Leads
	leads.Rows = nil
	won := uint8(0)
	for _, row := range closed.Leads.Rows {
		if len(leads.Rows) < 30 && (won == 0 || closed.Leads.Wins[row] == 0) { // one won
			leads.Rows, won = append(leads.Rows, row), won+closed.Leads.Wins[row]
		}
	}
	e := judged(t, faulty(t, closed), &leads)
	if e.Leads != 30 || e.Won != 1 {
		t.Fatalf("%d leads, %d won; the test wants 30 and 1", e.Leads, e.Won)
	}
	for _, r := range e.Rules {
		if r.Verdict != evidence.Unproven && r.Verdict != evidence.Fair && r.Verdict != evidence.Unseen && r.SameAs == "" {
			t.Errorf("rule %s of 30 leads: %s, %s", r.ID, r.Verdict, r.Words)
		}
	}
}

// The suggestion for the faulty book has none of its faults, ranks as well as the model on the newest leads but for 0.02 of AUC, and is
// a book that the rules engine accepts.
func TestSuggestionMendsPlantedFaults(t *testing.T) {
	closed := simulated(t, 20_000, 47)
	model, err := closed.ModelOnNewest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := scorecard.Suggest(t.Context(), faulty(t, closed), closed.Leads, scorecard.SuggestConfig{AtMost: 20, Model: model})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("behind the model %+.4f, ahead of the present book %+.4f", s.BehindModel.Value, s.AheadOfPresent.Value)
	if s.BehindModel.Value < -0.02 {
		t.Errorf("the suggested book's AUC is %.4f behind the model's, want at most 0.02", -s.BehindModel.Value)
	}
	if s.AheadOfPresent.Low <= 0 {
		t.Errorf("against the faulty book %+v, want surely better", s.AheadOfPresent)
	}
	schema := closed.Leads.History.Table.Schema
	book, err := rules.Parse("new-rules.yaml", s.Text, schema)
	if err != nil {
		t.Fatalf("the written book does not load: %v\n%s", err, s.Text)
	}
	if got := len(book.Rules()); got > 20 || got != s.Rules {
		t.Errorf("the book has %d rules, the suggestion says %d, at most 20 were asked for", got, s.Rules)
	}
	cold := map[string]any{"source": "cold_outbound"}
	sales := map[string]any{"role": "sales"}
	if p := pointsFor(t, schema, book, cold); p >= 0 {
		t.Errorf("cold calls get %v points more than nothing known; they win less often", p)
	}
	if p := pointsFor(t, schema, book, sales); p > 10 {
		t.Errorf("sales roles get %v points, the truth is about 4", p)
	}
	mended(t, s)
}

// mended checks what became of the four rules.
func mended(t *testing.T, s *scorecard.Suggestion) {
	after := map[string]scorecard.Change{}
	for _, c := range s.Changes {
		after[c.ID] = c
	}
	for _, id := range []string{"planted-dead", "planted-doubled", "planted-wrong-sign", "planted-thirty"} {
		c, listed := after[id]
		switch {
		case !listed:
			t.Errorf("%s: the difference does not name it", id)
		case id == "planted-doubled" && c.After != nil && after["recommended"].After != nil:
			t.Errorf("%s and recommended are both still paid", id)
		case id == "planted-dead" && c.After != nil:
			t.Errorf("%s is still there, with %v points", id, *c.After)
		case id == "planted-wrong-sign" && c.After != nil && *c.After > 0:
			t.Errorf("%s still has the wrong sign: %v", id, *c.After)
		case id == "planted-thirty" && c.After != nil && *c.After > 10:
			t.Errorf("%s still gets %v points", id, *c.After)
		}
	}
}

// pointsFor is what a value adds to a lead of which nothing else is known.
func pointsFor(t *testing.T, schema *features.Schema, book *rules.Book, values map[string]any) float64 {
	t.Helper()
	points := [2]float64{}
	for i, v := range []map[string]any{nil, values} {
		lead, err := schema.NewLead("x", 0, v, nil)
		if err != nil {
			t.Fatal(err)
		}
		snapshot := lead.At(features.Day)
		points[i], _, _, _ = book.Points(&snapshot)
	}
	return points[1] - points[0]
}
