package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models/rules"
)

const schemaText = `version: 1
lead: {id: id, created: created, closed: closed}
outcome: {column: outcome, won: [won], lost: [lost]}
snapshot: created + 7d
fields:
  - {name: size, kind: number}
  - {name: kind, kind: category}
`

// closedLeads are leads whose odds of winning double with size 1; kind tells nothing.
func closedLeads(t *testing.T, n int) *Leads {
	t.Helper()
	random := rand.New(rand.NewPCG(5, 6))
	var text strings.Builder
	text.WriteString("id,created,closed,outcome,size,kind\n")
	wins := make([]uint8, n)
	for i := range n {
		size, outcome := random.IntN(2), "lost"
		if random.Float64() < []float64{0.2, 0.5}[size] {
			outcome, wins[i] = "won", 1
		}
		fmt.Fprintf(&text, "L%d,2026-01-%02d,2026-04-01,%s,%d,%s\n", i, 1+i%28, outcome, size, []string{"a", "b"}[random.IntN(2)])
	}
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	schema, err := features.ParseSchema("schema.yaml", []byte(schemaText))
	if err != nil {
		t.Fatal(err)
	}
	table, _, err := features.ReadLeads(t.Context(), schema, []string{path}, features.ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	h, err := features.NewHistory(table, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return &Leads{History: h, Rows: rows, Wins: wins, Dated: true, Until: features.ObservedUntil(table, nil)}
}

func book(t *testing.T, l *Leads, text string) *rules.Book {
	t.Helper()
	b, err := rules.Parse("rules.yaml", []byte("version: 1\nname: t\nfit:\n  rules:\n"+text), l.History.Table.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func judge(ctx context.Context, t *testing.T, b *rules.Book, l *Leads) (*Evidence, error) {
	t.Helper()
	s, err := NewSheet(t.Context(), b, l.History, l.Rows)
	if err != nil {
		t.Fatal(err)
	}
	return Judge(ctx, s, l)
}

// The only rule sets the exchange rate, so it earns what it is given, and its points stand for ln(4) of log-odds: odds 0.25 against 1. A rule of 0
// points is counted like any other and breaks nothing.
func TestJudge(t *testing.T) {
	l := closedLeads(t, 4000)
	e, err := judge(t.Context(), t, book(t, l, "    - {id: large, points: 20, reason: large, when: lead.size >= 1}\n    - {id: none, points: 0, reason: none, when: 'lead.kind == \"a\"'}\n"), l)
	if err != nil {
		t.Fatal(err)
	}
	large, none := &e.Rules[0], &e.Rules[1]
	if large.Earned == nil || large.Earned.Value < 15 || large.Earned.Value > 25 || large.Verdict != Fair {
		t.Errorf("large: %+v", large)
	}
	if perPoint := e.Rate * 20; perPoint < 1.39-0.3 || perPoint > 1.39+0.3 { // ln 4; three standard errors of 2·√(1/640+1/1000)·… are below 0.3
		t.Errorf("20 points stand for %v log-odds, want about ln 4", perPoint)
	}
	if none.Leads < 1800 || none.Earned == nil || none.Earned.Low > 0 || none.Earned.High < 0 {
		t.Errorf("none: %+v", none)
	}
}

// Points of leads whose events could not be read are no points.
func TestSheetOfFailingEvents(t *testing.T) {
	l := closedLeads(t, 10)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "not there"))
	events := features.NewEventBuilder(l.History.Table.Len())
	for i := range 17_000_000 { // so far apart that they take eight bytes each: more than stay in memory
		events.Add(i%10, features.Micros(uint64(i)*0x9e3779b97f4a7c15>>7), "visit") // 2^57 µs: 4,500 years
	}
	l.History.Events = events.Build()
	if _, err := NewSheet(t.Context(), book(t, l, "    - {id: large, points: 10, reason: large, when: lead.size > 0}\n"), l.History, l.Rows); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a sheet without the leads' events: %v, want the file that is not there", err)
	}
}

func TestJudgeIsCancelled(t *testing.T) {
	l := closedLeads(t, 100)
	b := book(t, l, "    - {id: large, points: 20, reason: large, when: lead.size >= 1}\n")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewSheet(ctx, b, l.History, l.Rows); !errors.Is(err, context.Canceled) {
		t.Errorf("NewSheet = %v", err)
	}
	if _, err := judge(ctx, t, b, l); !errors.Is(err, context.Canceled) {
		t.Errorf("Judge = %v", err)
	}
}
