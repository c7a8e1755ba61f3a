package report

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"leadscore/models"
	"leadscore/models/comparison"
	"leadscore/models/metrics"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// made is evidence of n leads with known structure; every vector has a say in some figure.
func made(t testing.TB, n int, champion bool) *Evidence {
	t.Helper()
	random := rand.New(rand.NewPCG(5, uint64(n)))
	e := &Evidence{Model: "deals", Version: "2026-06-30-0123456789ab", Alias: "champion", Code: "leadscore test",
		DaysFrom: "snapshot", Capacity: &comparison.Capacity{Leads: 3, Per: comparison.Week}}
	model, rules, old := make([]float64, n), make([]float64, n), make([]float64, n)
	segment := Segment{Field: "country", Levels: []string{"DE", "FR", "missing"}, Of: make([]int, n)}
	for i := range n {
		z := random.NormFloat64()
		p := 1 / (1 + math.Exp(1.2-z))
		win := 0.0
		if random.Float64() < p {
			win = 1
		}
		e.Wins = append(e.Wins, win)
		model[i] = 1 / (1 + math.Exp(1.1-0.9*z-0.4*random.NormFloat64()))
		rules[i] = math.Round(5 * (z + random.NormFloat64()))
		old[i] = 1 / (1 + math.Exp(1.3-0.6*z-0.5*random.NormFloat64()))
		e.Accounts = append(e.Accounts, uint32(random.IntN(n/2+1)))
		e.Times = append(e.Times, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i)*time.Hour*24*90/time.Duration(n)).UnixMicro())
		days := -1.0
		if win == 1 {
			days = 40 * random.Float64() * (1.5 - p)
		}
		e.Days = append(e.Days, days)
		segment.Of[i] = random.IntN(3)
	}
	e.Segments = []Segment{segment}
	line, err := metrics.FitLine(rules, e.Wins)
	if err != nil {
		t.Fatal(err)
	}
	points := make([]float64, n)
	for i := range points {
		points[i] = line.Probability(rules[i])
	}
	add := func(name string, ranking, predictions []float64) {
		e.Scores = append(e.Scores, Score{name, ranking, predictions, figuresOf(t, ranking, predictions, e.Wins)})
	}
	add("model", model, model)
	add("rules", rules, points)
	if champion {
		add("champion", old, old)
		e.ChampionNote = "the champion may itself have been fitted to some of these leads, which flatters it"
		e.ChampionFlattered = true
	}
	v := &e.Validation
	v.Split, v.Leads, v.Past, v.Model, v.Rules, v.Verdict = "the newest 20 %", int64(n), int64(4*n), e.Scores[0].Figures, e.Scores[1].Figures, "a verdict"
	if v.Difference, err = metrics.AUCDifference(model, rules, e.Wins); err != nil {
		t.Fatal(err)
	}
	e.Training = models.Training{Rows: int64(6 * n), Used: int64(5 * n), Won: int64(n), LeftOut: map[string]int64{"open: neither won nor lost yet": int64(n)}, EffectiveParameters: 12.5}
	for k := range 6 {
		e.Months = append(e.Months, models.Month{Month: fmt.Sprintf("2026-0%d", k+1), Used: int64(10 + k), Won: int64(k), Open: 2, Immature: int64(k)})
	}
	number := Field{Name: "employees", Ordered: 4, Edges: []float64{10, 100, 1000}, EDF: 3.2}
	for k, label := range []string{"up to 9", "10 to 99", "100 to 999", "1000 or more", "missing"} {
		number.Bins = append(number.Bins, Bin{label, int64(20 + k), 0.3 * float64(k-2), 0.1})
	}
	e.Fields = []Field{number, {Name: "country", EDF: 1, Bins: []Bin{{"DE", 50, 0.2, 0.1}, {"FR", 40, -0.25, 0.12}, {"missing", 0, 0, 1}}}}
	e.Pairs = []Pair{{"employees", "country", []string{"up to 9", "10 or more"}, []string{"DE", "FR"}, [][]float64{{0.1, -0.1}, {-0.2, 0.2}}, [][]float64{{.1, .1}, {.1, .1}}, [][]int64{{10, 20}, {30, 40}}}}
	e.Leaks = []Leak{{Field: "stage", Grade: "suspect", Evidence: "AUC 0.97 alone"}}
	return e
}

func figuresOf(t testing.TB, ranking, predictions, wins []float64) (f models.Figures) {
	t.Helper()
	var err error
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	var e error
	f.AUC, e = metrics.AUC(ranking, wins)
	keep(e)
	f.LogLoss, e = metrics.LogLoss(predictions, wins)
	keep(e)
	f.Brier, e = metrics.Brier(predictions, wins)
	keep(e)
	f.Calibration, e = metrics.Calibrate(predictions, wins)
	keep(e)
	f.Deciles, e = metrics.Deciles(ranking, predictions, wins)
	keep(e)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func written(t testing.TB, e *Evidence) string {
	t.Helper()
	m, err := Measure(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, e, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldenReport(t *testing.T) {
	got := written(t, made(t, 60, true))
	const path = "testdata/report.golden.html"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the report differs from %s; look, then run with -update", path)
	}
	wellFormed(t, got)
}

// wellFormed reads the page as XML, with HTML's void elements, and looks for what a self-contained page must not hold.
func wellFormed(t testing.TB, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Entity = xml.HTMLEntity
	ids := map[string]bool{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			for _, a := range start.Attr {
				if a.Name.Local == "id" {
					if ids[a.Value] {
						t.Errorf("id %q twice", a.Value)
					}
					ids[a.Value] = true
				}
			}
			if name := start.Name.Local; name == "script" || name == "link" || name == "img" || name == "iframe" {
				t.Errorf("element <%s>", name)
			}
		}
	}
	for _, forbidden := range []string{"http://", "https://", "url(", "@import", "NaN", "Inf", "%!", "<no value>"} {
		if strings.Contains(text, forbidden) {
			t.Errorf("the page holds %q", forbidden)
		}
	}
	if svgs, titles := strings.Count(text, "<svg class=\"chart\""), strings.Count(text, "<desc id="); svgs == 0 || svgs != titles {
		t.Errorf("%d charts, %d descriptions", svgs, titles)
	}
}

func TestHostileNames(t *testing.T) {
	const hostile = `<script>alert(1)</script>"'&]]> {{.}} ` + "\u202e` | \n"
	e := made(t, 60, false)
	e.Model, e.ChampionNote, e.Fields[0].Name, e.Fields[1].Bins[0].Label = hostile, hostile, hostile, hostile
	e.Fields[0].Bins[4].Label, e.Segments[0].Field, e.Segments[0].Levels[0] = hostile, hostile, hostile
	e.Pairs[0].First, e.Pairs[0].Rows[0], e.Leaks[0] = hostile, hostile, Leak{hostile, hostile, hostile, hostile}
	e.Training.LeftOut[hostile], e.Training.Warnings = 3, []string{hostile}
	got := written(t, e)
	wellFormed(t, got)
	if strings.Contains(got, "<script") {
		t.Error("a script came through")
	}
}

func TestWorstCases(t *testing.T) {
	one := func(n int) []float64 {
		wins := make([]float64, n)
		wins[n/2] = 1
		return wins
	}
	for _, c := range []struct {
		name   string
		change func(e *Evidence)
		leads  int
	}{
		{"thirty leads", func(*Evidence) {}, 30},
		{"no dates", func(e *Evidence) { e.Times, e.Days, e.Months = nil, nil, nil }, 60},
		{"one won", func(e *Evidence) { e.Wins = one(len(e.Wins)) }, 40},
		{"constant score", func(e *Evidence) {
			for i := range e.Scores[0].Ranking {
				e.Scores[0].Ranking[i] = 0.25
			}
		}, 40},
		{"no segments, fields or pairs", func(e *Evidence) { e.Segments, e.Fields, e.Pairs, e.Leaks = nil, nil, nil, nil }, 60},
		{"nothing could be judged", func(e *Evidence) {
			e.Wins, e.Scores, e.Times, e.Days, e.Accounts, e.Segments, e.Validation = nil, nil, nil, nil, nil, nil, models.Validation{}
		}, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := made(t, c.leads, false)
			c.change(e)
			if len(e.Scores) > 0 {
				remeasure(t, e)
			}
			wellFormed(t, written(t, e))
		})
	}
}

// remeasure brings the run's own figures up to date after a change.
func remeasure(t *testing.T, e *Evidence) {
	t.Helper()
	for i := range e.Scores {
		s := &e.Scores[i]
		s.Figures = figuresOf(t, s.Ranking, s.Predictions, e.Wins)
	}
	var err error
	if e.Validation.Difference, err = metrics.AUCDifference(e.Scores[0].Ranking, e.Scores[1].Ranking, e.Wins); err != nil {
		t.Fatal(err)
	}
}

// TestSizeOfManyLeads: a report of many leads is no larger than one of few; nothing in it is drawn a lead.
func TestSizeOfManyLeads(t *testing.T) {
	few, many := len(written(t, made(t, 2_000, true))), len(written(t, made(t, 40_000, true)))
	if many > few+few/20 || many > 2_000_000 {
		t.Errorf("%d bytes for 2,000 leads and %d for 40,000, want nearly as many, and under 2 MB", few, many)
	}
}

// TestMeasureStops: whoever has given up does not wait for the bootstrap.
func TestMeasureStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(ctx, made(t, 500, true)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func BenchmarkReport(b *testing.B) {
	e := made(b, 200_000, true)
	for b.Loop() {
		written(b, e)
	}
}
