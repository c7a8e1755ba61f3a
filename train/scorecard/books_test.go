package scorecard_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
	"leadscore/train"
	"leadscore/train/scorecard"
)

func changed(t *testing.T, closed *train.Closed, from, to string) *rules.Book {
	t.Helper()
	text, err := os.ReadFile("testdata/faulty.rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("the book has no %q", from)
	}
	book, err := rules.Parse("changed", []byte(strings.Replace(string(text), from, to, 1)), closed.Leads.History.Table.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// A book against itself changes nothing; higher thresholds only let leads go, and later.
func TestReplay(t *testing.T) {
	closed := simulated(t, 3000, 5)
	book := faulty(t, closed)
	same, err := scorecard.Replay(t.Context(), book, book, closed.Leads)
	if err != nil {
		t.Fatal(err)
	}
	if same.Flips != (scorecard.FlipCounts{}) || same.Change.Won.Value != 0 || same.Better.Value != 0 || same.Life.Sooner+same.Life.Later != 0 || same.Life.Same != same.Life.Both || same.Life.Both == 0 {
		t.Errorf("a book against itself: %+v %+v", same.Flips, same.Life)
	}
	strict, err := scorecard.Replay(t.Context(), book, changed(t, closed, "mql: {fit: 10, engagement: 12}", "mql: {fit: 20, engagement: 20}"), closed.Leads)
	if err != nil {
		t.Fatal(err)
	}
	was, is := strict.Snapshot[0], strict.Snapshot[1]
	if strict.Flips.Gained != 0 || strict.Flips.Lost == 0 || was.Leads-is.Leads != strict.Flips.Lost || was.Won-is.Won != strict.Flips.LostWon {
		t.Errorf("higher thresholds: %+v, handed over %+v then %+v", strict.Flips, was, is)
	}
	if was.Won+was.Missed != strict.Won || is.Won+is.Missed != strict.Won || was.Won+was.Lost != was.Leads {
		t.Errorf("wins do not add up: %+v %+v of %d", was, is, strict.Won)
	}
	if strict.Life.Sooner != 0 || strict.Life.Later == 0 || strict.Life.Handed[1].Leads >= strict.Life.Handed[0].Leads {
		t.Errorf("higher thresholds over time: %+v", strict.Life)
	}
	for _, f := range strict.Flipped {
		if strings.Join(f.Because, "") != "the thresholds" {
			t.Errorf("lead %s flips because of %v, want the thresholds", f.Lead, f.Because)
		}
	}
}

// Each pair of the table keeps the capacity and counts what the leads themselves say; no other pair catches more.
func TestChooseThresholds(t *testing.T) {
	closed := simulated(t, 3000, 6)
	book := faulty(t, closed)
	const capacity = 14
	c, err := scorecard.ChooseThresholds(t.Context(), book, closed.Leads, capacity)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := evidence.NewSheet(t.Context(), changed(t, closed, "mql: {fit: 10, engagement: 12}", "mql: {total: -100000}"), closed.Leads.History, closed.Leads.Past)
	if err != nil {
		t.Fatal(err)
	}
	count := func(fit, engagement float64) (leads, won int) {
		for i, row := range sheet.Rows {
			if q := sheet.Qualified[i]; q == rules.FastLane || q == rules.MQL && sheet.Fit[i] >= fit && sheet.Engagement[i] >= engagement {
				leads, won = leads+1, won+int(closed.Leads.Wins[row])
			}
		}
		return leads, won
	}
	for _, one := range append(c.Table, *c.Best, *c.Present) {
		if leads, won := count(one.Fit, one.Engagement); leads != one.Leads || won != one.Won {
			t.Errorf("fit %v, engagement %v: %d leads, %d won; by counting %d and %d", one.Fit, one.Engagement, one.Leads, one.Won, leads, won)
		}
	}
	most := 0
	for fit := -60.0; fit <= 80; fit++ {
		for engagement := -30.0; engagement <= 90; engagement++ {
			if leads, won := count(fit, engagement); c.Arrivals*float64(leads)/float64(len(sheet.Rows)) <= capacity {
				most = max(most, won)
			}
		}
	}
	if c.Best.Won != most || c.Best.PerWeek > capacity {
		t.Errorf("best catches %d with %.1f a week, the best of all pairs catches %d", c.Best.Won, c.Best.PerWeek, most)
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := scorecard.ChooseThresholds(t.Context(), book, closed.Leads, bad); err == nil {
			t.Errorf("capacity %v is accepted", bad)
		}
	}
}

// The same leads give the same text.
func TestSuggestionIsDeterministic(t *testing.T) {
	closed := simulated(t, 3000, 8)
	var texts [2][]byte
	for i := range texts {
		s, err := scorecard.Suggest(t.Context(), faulty(t, closed), closed.Leads, scorecard.SuggestConfig{AtMost: 6})
		if err != nil {
			t.Fatal(err)
		}
		if s.Rules > 6 {
			t.Errorf("%d rules, at most 6 were asked for", s.Rules)
		}
		texts[i] = s.Text
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("two runs differ:\n%s\n%s", texts[0], texts[1])
	}
}

// A cap that fits the present rules, but would cut off what the suggested ones tell leads apart by, moves, and the suggestion says so; one that cuts
// nothing stays.
func TestSuggestionMovesCaps(t *testing.T) {
	closed := simulated(t, 8000, 9)
	suggest := func(most string) *scorecard.Suggestion {
		t.Helper()
		text := "version: 1\nname: small\nfit:\n  cap: {min: -60, max: " + most + "}\n  rules:\n    - {id: budget, points: 7, reason: names a budget, when: has(lead.budget_stated)}\n    - {id: student, points: -15, reason: a student, when: lead.seniority == \"student\"}\n"
		book, err := rules.Parse("small", []byte(text), closed.Leads.History.Table.Schema)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scorecard.Suggest(t.Context(), book, closed.Leads, scorecard.SuggestConfig{AtMost: 20})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	auc := func(s *scorecard.Suggestion) float64 { return s.Figures[len(s.Figures)-2].AUC.Value }
	wide, tight := suggest("800"), suggest("7")
	if len(wide.Caps) != 0 || !bytes.Contains(wide.Text, []byte("max: 800")) {
		t.Errorf("wide caps moved: %+v", wide.Caps)
	}
	if len(tight.Caps) != 1 || tight.Caps[0].Dimension != rules.Fit || tight.Caps[0].Bound != "max" || tight.Caps[0].After <= 7 || tight.Caps[0].Cuts > tight.Caps[0].WouldCut {
		t.Fatalf("the cap of 7 moved to %+v", tight.Caps)
	}
	if auc(tight) < auc(wide)-0.005 {
		t.Errorf("AUC %.4f under the tight cap, %.4f without", auc(tight), auc(wide))
	}
	var text bytes.Buffer
	if err := tight.WriteText(&text); err != nil || !strings.Contains(text.String(), "the upper cap of fit moves from 7 to ") {
		t.Errorf("the text does not say that the cap moved: %v\n%s", err, text.String())
	}
}

// Parts of a proposal: added, repaid and removed rules, everything else as it was written.
func TestTake(t *testing.T) {
	closed := simulated(t, 300, 4)
	schema := closed.Leads.History.Table.Schema
	parse := func(text string) *rules.Book {
		t.Helper()
		book, err := rules.Parse("book", []byte(text), schema)
		if err != nil {
			t.Fatal(err)
		}
		return book
	}
	present := parse("version: 1\nname: small\nfit: # who they are\n  rules:\n    - {id: budget, points: 7, reason: names a budget, when: has(lead.budget_stated)}\n    # students never buy\n    - {id: student, points: -15, reason: a student, when: lead.seniority == \"student\"}\n    - {id: free, points: -3, reason: private address, when: lead.email == \"free\"}\n")
	proposed := parse("version: 1\nname: new\nfit:\n  rules:\n    - {id: budget, points: 12, reason: names a budget, when: has(lead.budget_stated)}\n    - {id: sales, points: 4, reason: works in sales, when: lead.role == \"sales\"}\n    - {id: student, points: -20, reason: a student, when: lead.seniority == \"student\"}\nengagement:\n  rules:\n    - {id: demo, points: 20, reason: asked for a demo, event: demo_request, at_most: 1}\n")
	taken, err := scorecard.Take(present, proposed, schema, []string{"budget", "free", "demo"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"budget": 12, "student": -15, "demo": 20}
	book := parse(string(taken.Text))
	if len(book.Rules()) != len(want) || book.Name() != "small" || !bytes.Contains(taken.Text, []byte("# students never buy")) {
		t.Errorf("the merged book:\n%s", taken.Text)
	}
	for _, r := range book.Rules() {
		if want[r.ID] != r.Points {
			t.Errorf("rule %s gives %v, want %v", r.ID, r.Points, want[r.ID])
		}
	}
	for i, kind := range []string{"repaid", "removed", "new"} {
		if taken.Changes[i].Change != kind {
			t.Errorf("change %d: %+v, want %s", i, taken.Changes[i], kind)
		}
	}
	_, err = scorecard.Take(present, proposed, schema, []string{"nobody", "sales", "nothing"})
	if !errors.Is(err, scorecard.ErrTake) || !strings.Contains(err.Error(), `"nobody"`) || !strings.Contains(err.Error(), `"nothing"`) || !strings.Contains(err.Error(), "budget, demo, free, sales, student") {
		t.Errorf("unknown rules: %v", err)
	}
}

const agreed = `version: 1
cases:
  - name: director who asked for a demo
    as_of: 2026-06-01
    lead: {seniority: director, source: referral}
    events: [{type: demo_request, ago: 14d}]
    expect: {fit: 27, engagement: 10.5, points: {min: 30, max: 40}, qualification: held, fired: [decides, demo], not_fired: [student]}
`

func TestCases(t *testing.T) {
	schema, err := features.LoadSchema("../testdata/history.schema.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := rules.Load("testdata/faulty.rules.yaml", schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, from, to, difference, fault string }{
		{"one difference", "", "", "qualification", ""},
		{"wrong points", "engagement: 10.5", "engagement: {max: 10}", "engagement", ""},
		{"a rule that does not fire", "fired: [decides, demo]", "fired: [entry]", "rule entry", ""},
		{"a rule that should not", "not_fired: [student]", "not_fired: [demo]", "rule demo", ""},
		{"unknown rule", "[decides, demo]", "[decide]", "", `did you mean "decides"?`},
		{"unknown field", "seniority: director", "seniorty: director", "", "did you mean seniority?"},
		{"unknown qualification", "held", "holt", "", "write one of mql, fast_lane"},
		{"no time of an event", ", ago: 14d", "", "", "give either time, or ago"},
		{"no as_of", "    as_of: 2026-06-01\n", "", "", "as_of"},
		{"not points", "fit: 27", "fit: many", "", "write a number such as 60"},
		{"a list for a value", "source: referral", "source: [a, b]", "", "write one number, text"},
		{"expects nothing", "fit: 27, engagement: 10.5, points: {min: 30, max: 40}, qualification: held, fired: [decides, demo], not_fired: [student]", "", "", "expects nothing"},
		{"no version", "version: 1", "version: 2", "", "write version: 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(agreed, c.from, c.to, 1)
			result, err := scorecard.ParseCases("cases.yaml", []byte(text), schema, book)
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Errorf("error %v, want %q", err, c.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, d := range result.Cases[0].Differences {
				found = found || d.What == c.difference
			}
			if !found || result.Failed != 1 {
				t.Errorf("differences %+v, want one of %s", result.Cases[0].Differences, c.difference)
			}
		})
	}
}

func FuzzCases(f *testing.F) {
	schema, err := features.LoadSchema("../testdata/history.schema.yaml")
	if err != nil {
		f.Fatal(err)
	}
	book, err := rules.Load("testdata/faulty.rules.yaml", schema)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(agreed))
	f.Add([]byte("version: 1\ncases: [{lead: {a: .nan}, expect: {points: {min: 1}}}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		result, err := scorecard.ParseCases("cases.yaml", text, schema, book)
		if err == nil && result.Passed+result.Failed != len(result.Cases) {
			t.Errorf("%d passed and %d failed of %d", result.Passed, result.Failed, len(result.Cases))
		}
	})
}
