package comparison

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/comparison"
	"leadscore/models/rules"
	"leadscore/train/report/browser"
	"leadscore/train/report/page"
)

// made gives n leads, an hour apart, as one says.
func made(n int, one func(i int) (probability, points float64, won bool)) *comparison.Leads {
	l := &comparison.Leads{Version: "deals/2026-06-30-0123456789ab", Rules: "starter-01234567", HighShare: 0.2}
	labels := make([]string, n)
	for i := range n {
		p, points, won := one(i)
		win, days := 0.0, math.NaN()
		if won {
			win, days = 1, float64(i%90)
		}
		l.IDs, l.Rows, l.Wins, l.Days = append(l.IDs, fmt.Sprint("L", i)), append(l.Rows, int32(i)), append(l.Wins, win), append(l.Days, days)
		l.Probability, l.Points = append(l.Probability, p), append(l.Points, points)
		l.ProbabilityPercentile, l.PointsPercentile = append(l.ProbabilityPercentile, 100*p), append(l.PointsPercentile, points)
		l.Quadrant = append(l.Quadrant, quadrantOf(p >= 0.8, points >= 80))
		l.Qualification, l.AsOf = append(l.Qualification, rules.Nurture), append(l.AsOf, features.Micros(i)*features.Day/24)
		labels[i] = fmt.Sprint("a segment with a long name ", i%14)
	}
	l.Segments = []comparison.Segment{comparison.NewSegment("segment_of_the_account", labels)}
	return l
}

func quadrantOf(model, points bool) models.Quadrant {
	switch {
	case model && points:
		return models.BothHigh
	case model:
		return models.ModelOnly
	case points:
		return models.RuleOnly
	}
	return models.BothLow
}

// worst are the cases in which reports tend to break.
func worst() map[string]*comparison.Leads {
	random := rand.New(rand.NewPCG(8, 8))
	number := func() float64 { return float64(random.IntN(100)) }
	return map[string]*comparison.Leads{
		"no disagreement": made(300, func(i int) (float64, float64, bool) {
			p := random.Float64()
			return p, math.Floor(100 * p), random.Float64() < p
		}),
		"one score":     made(300, func(i int) (float64, float64, bool) { return 0.25, 40, i%4 == 0 }),
		"30 leads":      made(30, func(i int) (float64, float64, bool) { return random.Float64(), number(), i%4 == 0 }),
		"one won":       made(80, func(i int) (float64, float64, bool) { return random.Float64(), number(), i == 3 }),
		"none won":      made(80, func(i int) (float64, float64, bool) { return random.Float64(), number(), false }),
		"missing rules": made(300, func(i int) (float64, float64, bool) { return random.Float64(), 0, i%5 == 0 }),
		"one lead":      made(1, func(i int) (float64, float64, bool) { return 0.5, 3, true }),
		"wide points":   made(400, func(i int) (float64, float64, bool) { return random.Float64(), 1e6 * number(), i%3 == 0 }),
		"wrong order": made(900, func(i int) (float64, float64, bool) {
			p := number()
			return random.Float64(), p, random.Float64() < 0.6-p/200
		}),
	}
}

// Every worst case makes a report that can be read and a screen of text, with a capacity a week, one that is larger than what comes, a share and none.
func TestWorstCases(t *testing.T) {
	for name, leads := range worst() {
		for _, capacity := range []string{"", "5/week", "100000/day", "10%"} {
			t.Run(name+" "+capacity, func(t *testing.T) {
				c, text, html := written(t, leads, capacity)
				for _, bad := range []string{"NaN", "Inf", "%!"} {
					if strings.Contains(html, bad) || strings.Contains(text, bad) {
						t.Errorf("%q stands in the report", bad)
					}
				}
				if len(c.Verdicts) == 0 || !strings.Contains(html, c.Verdicts[0].Text[:20]) || !strings.Contains(text, c.Verdicts[0].Text) {
					t.Error("the verdict is missing")
				}
				if lines := strings.Count(text, "\n"); lines > 40 {
					t.Errorf("%d lines: more than a screen", lines)
				}
			})
		}
	}
}

func written(t *testing.T, leads *comparison.Leads, capacity string) (c *comparison.Comparison, text, html string) {
	t.Helper()
	parsed, err := comparison.ParseCapacity(capacity)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = leads.Compare(t.Context(), comparison.Config{Capacity: parsed}); err != nil {
		t.Fatal(err)
	}
	var out, screen bytes.Buffer
	if err := Write(&out, c, "leadscore test"); err != nil {
		t.Fatal(err)
	}
	if err := WriteText(&screen, c); err != nil {
		t.Fatal(err)
	}
	return c, screen.String(), out.String()
}

func TestWorstCasesInBrowser(t *testing.T) {
	b := browser.New(t)
	dir := t.TempDir()
	for name, leads := range worst() {
		_, _, html := written(t, leads, "5/week")
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".html")
		if err := os.WriteFile(path, []byte(html), 0o600); err != nil {
			t.Fatal(err)
		}
		b.Check(t, path)
	}
}

// 200,000 leads with points of many values: under a minute and 2 MB, by far.
func TestManyLeads(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	leads := made(200_000, func(i int) (float64, float64, bool) {
		p := random.Float64()
		return p, math.Floor(1000*100*math.Sqrt(p*random.Float64())) / 1000, random.Float64() < p/3
	})
	leads.Accounts = make([]uint32, leads.Len())
	for i := range leads.Accounts {
		leads.Accounts[i] = uint32(1 + i/3)
	}
	start := time.Now()
	_, _, html := written(t, leads, "40/week")
	if took := time.Since(start); took > time.Minute || len(html) > 2_000_000 {
		t.Errorf("it took %v and %d bytes", took, len(html))
	}
	t.Logf("%v, %d bytes", time.Since(start), len(html))
}

// The page's file is written whole or not at all.
func TestPlace(t *testing.T) {
	dir := t.TempDir()
	for _, place := range []string{filepath.Join(dir, "no", "such", "a.html"), dir} {
		if page.CheckPlace(place) == nil {
			t.Errorf("%s: no error", place)
		}
	}
	if err := page.CheckPlace(filepath.Join(dir, "a.html")); err != nil {
		t.Error(err)
	}
}
