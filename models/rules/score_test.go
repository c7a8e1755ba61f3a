package rules

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadscore/features"
)

var update = flag.Bool("update", false, "write the golden files anew")

// small is a book of one dimension's rules with nothing else.
func small(dimension, rules string) string {
	return "version: 1\nname: t\n" + dimension + ":\n  rules:\n" + rules
}

func TestDecay(t *testing.T) {
	// 15 points, half-life 30 days: 15·2^(−10/30) = 11.9055…, 15·2^(−30/30) = 7.5, 15·2^(−60/30) = 3.75.
	rule := "    - {id: a, event: visit, points: 15, reason: r%s}\n"
	tests := []struct {
		name, keys string
		events     []string
		want       float64
		times      int
	}{
		{"no decay", "", []string{"visit 10"}, 15, 1},
		{"ten days", ", half_life: 30d", []string{"visit 10"}, 11.906, 1},
		{"one half-life", ", half_life: 30d", []string{"visit 30"}, 7.5, 1},
		{"two half-lives", ", half_life: 30d", []string{"visit 60"}, 3.75, 1},
		{"each event on its own", ", half_life: 30d", []string{"visit 60", "visit 30", "visit 10"}, 3.75 + 7.5 + 11.906, 3},
		{"at most two, newest first", ", half_life: 30d, at_most: 2", []string{"visit 60", "visit 30", "visit 10"}, 7.5 + 11.906, 2},
		{"within", ", within: 45d", []string{"visit 60", "visit 30", "visit 10"}, 30, 2},
		{"within includes its end", ", within: 30d", []string{"visit 30.001", "visit 30"}, 15, 1},
		{"other events", "", []string{"mail 3"}, 0, 0},
		{"at least three", ", at_least: 3, within: 20d", []string{"visit 25", "visit 15", "visit 10"}, 0, 0},
		{"at least three are there", ", at_least: 3, within: 20d", []string{"visit 25", "visit 19", "visit 15", "visit 10"}, 15, 3},
		{"first contact", ", first: true", []string{"visit 5", "visit 3"}, 15, 1},
		{"not the first contact", ", first: true", []string{"mail 5", "visit 3"}, 0, 0},
		{"after a webinar", ", after: webinar", []string{"visit 9", "webinar 8", "visit 7", "visit 6"}, 30, 2},
		{"after another of its own", ", after: visit", []string{"visit 9", "visit 7"}, 15, 1},
		{"after two contacts", ", after_events: 2", []string{"visit 9", "mail 8", "visit 7"}, 15, 1},
	}
	s := testSchema(t)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			b := parse(t, s, small("engagement", fmt.Sprintf(rule, tc.keys)))
			got := b.Score(lead(t, s, nil, tc.events...))
			if milli(got.Engagement) != milli(tc.want) {
				t.Errorf("engagement = %v, want %v", got.Engagement, tc.want)
			}
			if tc.times == 0 && len(got.Fired) != 0 || tc.times > 0 && (len(got.Fired) != 1 || got.Fired[0].Times != tc.times) {
				t.Errorf("fired %+v, want %d events", got.Fired, tc.times)
			}
			checkSums(t, b, got)
		})
	}
}

func TestDimensionDefaults(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, `version: 1
name: t
engagement:
  half_life: 10d
  within: 25d
  rules:
    - {id: a, event: a, points: 8, reason: r}
    - {id: b, event: b, points: 8, reason: r, half_life: none, within: ever}
    - {id: c, event: c, points: 8, reason: r, at_least: 1}
`)
	got := b.Score(lead(t, s, nil, "a 30", "b 30", "c 30", "a 20", "c 20"))
	want := []Fired{{Giver: &Giver{ID: "a", Dimension: Engagement, Reason: "r"}, Times: 1, Before: 8, Decayed: 2, Counted: 2},
		{Giver: &Giver{ID: "b", Dimension: Engagement, Reason: "r"}, Times: 1, Before: 8, Decayed: 8, Counted: 8},
		{Giver: &Giver{ID: "c", Dimension: Engagement, Reason: "r"}, Times: 1, Before: 8, Decayed: 8, Counted: 8}}
	if diff := cmp.Diff(want, got.Fired); diff != "" {
		t.Error(diff)
	}
}

func TestCaps(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, `version: 1
name: t
fit:
  cap: {min: -10, max: 45}
  groups: {company: {max: 30}, person: {min: -15}}
  rules:
    - {id: a, group: company, points: 15, reason: r, when: lead.employees >= 50}
    - {id: b, group: company, points: 10, reason: r, when: lead.employees >= 100}
    - {id: c, group: company, points: 10, reason: r, when: lead.employees >= 200}
    - {id: d, points: 20, reason: r, when: lead.budget_holder}
    - {id: e, group: person, points: -10, reason: r, when: lead.email == "free"}
    - {id: f, group: person, points: -10, reason: r, when: lead.seniority == "entry"}
`)
	tests := []struct {
		name    string
		values  map[string]any
		fit     float64
		counted map[string]float64
		capped  []string
	}{
		{"below all caps", map[string]any{"employees": 100}, 25, map[string]float64{"a": 15, "b": 10}, nil},
		{"the group's last rule gives way", map[string]any{"employees": 200}, 30, map[string]float64{"a": 15, "b": 10, "c": 5},
			[]string{"group company: 35 points, at most 30"}},
		{"then the dimension's last rule", map[string]any{"employees": 200, "budget_holder": true}, 45, map[string]float64{"a": 15, "b": 10, "c": 5, "d": 15},
			[]string{"group company: 35 points, at most 30", "fit: 50 points, at most 45"}},
		{"a deduction makes room", map[string]any{"employees": 200, "budget_holder": true, "email": "free"}, 40, map[string]float64{"a": 15, "b": 10, "c": 5, "d": 20, "e": -10},
			[]string{"group company: 35 points, at most 30"}},
		{"least", map[string]any{"employees": 5, "email": "free", "seniority": "entry"}, -10, map[string]float64{"e": -10, "f": 0},
			[]string{"group person: -20 points, at least -15", "fit: -15 points, at least -10"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := b.Score(lead(t, s, tc.values))
			counted := map[string]float64{}
			for _, f := range got.Fired {
				counted[f.ID] = f.Counted
			}
			var capped []string
			for _, c := range got.Capped {
				capped = append(capped, c.Words())
			}
			if got.Fit != tc.fit || !cmp.Equal(counted, tc.counted) || !slices.Equal(capped, tc.capped) {
				t.Errorf("fit %v counted %v capped %q, want %v %v %q", got.Fit, counted, capped, tc.fit, tc.counted, tc.capped)
			}
			checkSums(t, b, got)
		})
	}
}

// Whatever the amounts and the limits: the sum lands within the limits, no amount changes its sign or grows, and nothing
// is cut that need not be.
func TestCutProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		l := limits{noLeast, noMost}
		if r.IntN(3) > 0 {
			l.least = -Milli(r.IntN(50))
		}
		if r.IntN(3) > 0 {
			l.most = Milli(r.IntN(50))
		}
		amounts := make([]Milli, r.IntN(8))
		for i := range amounts {
			amounts[i] = Milli(r.IntN(81) - 40)
		}
		counted := slices.Clone(amounts)
		before, after := l.cut(counted, nil)
		var sum, cut Milli
		for i := range counted {
			sum += counted[i]
			cut += max(counted[i]-amounts[i], amounts[i]-counted[i])
			if counted[i]*amounts[i] < 0 || max(counted[i], -counted[i]) > max(amounts[i], -amounts[i]) {
				t.Fatalf("%v cut to %v", amounts, counted)
			}
		}
		if sum != after || after < l.least || after > l.most || cut != max(before-after, after-before) {
			t.Fatalf("limits %v: %v cut to %v: %d after %d", l, amounts, counted, sum, after)
		}
	}
}

func TestNotJudged(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, small("fit", `    - {id: a, points: 1, reason: r, when: lead.employees >= 50}
    - {id: b, points: 2, reason: r, when: lead.employees >= 50 || lead.country == "DE"}
    - {id: c, points: 4, reason: r, when: lead.employees >= 50 && lead.country == "AT"}
    - {id: d, points: 8, reason: r, when: '!has(lead.employees)'}
    - {id: e, points: 16, reason: r, when: lead.growth > lead.employees}
    - {id: f, points: 32, reason: r, when: 1.0 / lead.employees > 2.0}
    - {id: g, points: 64, reason: r, when: 'events.days_since_last("x") > 3'}
    - {id: h, points: 128, reason: r, when: as_of > created}
`))
	unknown := lead(t, s, map[string]any{"country": "DE"})
	unknown.Created = features.NoTime
	got := b.Score(unknown)
	want := []NotJudged{{ID: "a", Kind: "fit", Missing: []string{"employees"}}, {ID: "e", Kind: "fit", Missing: []string{"employees", "growth"}},
		{ID: "f", Kind: "fit", Missing: []string{"employees"}}, {ID: "g", Kind: "fit", Missing: []string{`events.days_since_last("x")`}},
		{ID: "h", Kind: "fit", Missing: []string{"created"}}}
	if diff := cmp.Diff(want, got.NotJudged); diff != "" {
		t.Error(diff)
	}
	if got.Fit != 10 {
		t.Errorf("fit = %v, want 2 + 8: || is decided by its other side", got.Fit)
	}
}

// A condition that costs too much is not judged, and the score says so.
func TestCostLimit(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, small("fit", `    - {id: a, points: 1, reason: r, when: 'lead.title.split("").exists(c, c == "x")'}`+"\n"))
	got := b.Score(lead(t, s, map[string]any{"title": strings.Repeat("-", 30_000)}))
	if len(got.NotJudged) != 1 || !strings.Contains(got.NotJudged[0].Words(), "cost limit") {
		t.Errorf("not judged %+v, want rule a over the cost limit", got.NotJudged)
	}
	if got := b.Score(lead(t, s, map[string]any{"title": "tax"})); got.Fit != 1 {
		t.Errorf("fit = %v, want 1", got.Fit)
	}
}

// Without an instant nothing can be told of ages.
func TestNoInstant(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, small("engagement", "    - {id: a, event: x, points: 1, at_most: 1, reason: r}\n    - {id: b, event: x, points: 2, within: 3d, at_most: 1, reason: r}\n"))
	l := lead(t, s, nil, "x 1")
	l.AsOf = features.NoTime
	got := b.Score(l)
	if got.Engagement != 1 || len(got.NotJudged) != 1 || got.NotJudged[0].Words() != "as_of missing" {
		t.Errorf("engagement %v, not judged %+v; want 1 and rule b without as_of", got.Engagement, got.NotJudged)
	}
}

func TestScoreAndPointsAgree(t *testing.T) {
	s, b := testSchema(t), exampleBook(t)
	r := rand.New(rand.NewPCG(9, 10))
	for range 3000 {
		l := randomLead(r, s)
		score := b.Score(l)
		checkSums(t, b, score)
		points, fit, engagement, q := b.Points(l)
		if points != score.Points || fit != score.Fit || engagement != score.Engagement || q != score.Qualification {
			t.Fatalf("Points(…) = %v %v %v %s, Score(…) = %v %v %v %s", points, fit, engagement, q, score.Points, score.Fit, score.Engagement, score.Qualification)
		}
	}
}

// A later instant without new events never raises what events gave.
func TestDecayFalls(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, "version: 1\nname: t\nengagement:\n  half_life: 20d\n  rules:\n    - {id: a, event: any, points: 7, at_most: 4, reason: r}\n")
	r := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		l := randomLead(r, s)
		l.AsOf = now
		last := math.Inf(1)
		for range 5 {
			_, _, engagement, _ := b.Points(l)
			if engagement > last || engagement < 0 {
				t.Fatalf("engagement rose from %v to %v", last, engagement)
			}
			last = engagement
			l.AsOf += features.Micros(r.IntN(30)) * features.Day
		}
	}
}

func TestConcurrentScores(t *testing.T) {
	s, b := testSchema(t), exampleBook(t)
	want := b.Score(busyLead(t, s))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				if got := b.Score(busyLead(t, s)); !cmp.Equal(got, want) {
					t.Error("a score differs between goroutines")
					return
				}
			}
		})
	}
	group.Wait()
}

func TestVersionAndSource(t *testing.T) {
	s := testSchema(t)
	text := []byte(book("    - {id: a, points: 1, reason: r, when: lead.opt_out}\n"))
	a := parse(t, s, string(text))
	b := parse(t, s, string(text)+"# a comment\n")
	if a.Version() == b.Version() || a.Version()[:2] != "t-" || len(a.Version()) != 10 {
		t.Errorf("versions %s and %s: want t- and 8 digits, differing", a.Version(), b.Version())
	}
	if !bytes.Equal(a.Source(), text) {
		t.Error("the source is not kept as it was")
	}
}

// The golden files hold the whole explanation, as people read it.
func TestGoldenExplanations(t *testing.T) {
	s, b := testSchema(t), exampleBook(t)
	for name, l := range map[string]*features.Snapshot{
		"busy":    busyLead(t, s),
		"unknown": lead(t, s, map[string]any{"country": "FR"}, "pricing_page 1"),
		"student": lead(t, s, map[string]any{"seniority": "student", "email": "free", "employees": 4, "opt_out": false}, "whitepaper 80", "newsletter_click 70"),
	} {
		t.Run(name, func(t *testing.T) {
			score := b.Score(l)
			checkSums(t, b, score)
			got := []byte(explain(score))
			path := "testdata/golden/" + name + ".txt"
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func explain(s Score) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "points %v = fit %v, engagement %v; grade %s; %s; %s: %s\n", s.Points, s.Fit, s.Engagement, s.Grade, s.Readiness, s.Qualification, s.Reason)
	for _, f := range s.Fired {
		fmt.Fprintf(&b, "%-10s %-8s %-21s %s\n", f.Dimension, f.Group, f.ID, f.Words())
	}
	for _, c := range s.Capped {
		fmt.Fprintf(&b, "cap        %s\n", c.Words())
	}
	for _, n := range s.NotJudged {
		fmt.Fprintf(&b, "not judged %s %s: %s\n", n.Kind, n.ID, n.Words())
	}
	return b.String()
}
