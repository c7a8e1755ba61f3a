package rules

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leadscore/features"
)

// A table's leads score by levels as their snapshots do, whatever the conditions read.
func TestLevelsAgreeWithBook(t *testing.T) {
	s := testSchema(t)
	random := rand.New(rand.NewPCG(5, 6))
	var given []features.GivenLead
	for i := range 300 {
		lead := randomLead(random, s)
		given = append(given, features.GivenLead{Lead: &features.Lead{ID: fmt.Sprint("L-", i), Created: lead.Created, Values: lead.Values, Events: lead.Events}})
	}
	table, events := features.NewTable(s, given)
	h := features.NewHistoryAsOf(table, events, now)
	looked, fewer := 0, 0
	for n := range 60 {
		b := exampleBook(t)
		if n > 0 {
			b = randomBook(t, s, random)
		}
		levels := b.Levels(table)
		looked += len(levels.tables)
		if len(levels.Fields()) < len(s.Fields) {
			fewer++
		}
		var whole, part features.Snapshot
		for i := range table.Len() {
			h.Snapshot(i, &whole)
			h.SnapshotOf(i, levels.Fields(), &part)
			var want, got Score
			b.ScoreInto(&whole, &want, false)
			levels.ScoreInto(i, &part, &got)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("lead %d: -by snapshot +by levels\n%s\n%s", i, diff, b.Source())
			}
			if p, f, e, q := levels.Points(i, &part); p != want.Points || f != want.Fit || e != want.Engagement || q != want.Qualification {
				t.Fatalf("lead %d: %v points, fit %v, engagement %v, %s, want those of\n%+v", i, p, f, e, q, want)
			}
		}
	}
	if looked < 60 || fewer < 20 {
		t.Errorf("%d conditions were looked up and %d books needed fewer than all fields: the books do not test it", looked, fewer)
	}
}

// randomBook has rules and gates of random conditions.
func randomBook(t *testing.T, s *features.Schema, random *rand.Rand) *Book {
	var text strings.Builder
	text.WriteString("version: 1\nname: random\nfit:\n  rules:\n")
	for i := range 6 {
		fmt.Fprintf(&text, "  - {id: r%d, points: %d, reason: r, when: %q}\n", i, 1<<i, randomCondition(random, i%3))
	}
	text.WriteString("thresholds:\n  mql: {total: 10}\n")
	for _, list := range []string{"exclude", "require"} {
		fmt.Fprintf(&text, "%s:\n  - {id: %s, reason: r, when: %q}\n", list, list, randomCondition(random, 1))
	}
	return parse(t, s, text.String())
}

func BenchmarkLevels(b *testing.B) {
	book := exampleBook(b)
	s := book.schema
	random := rand.New(rand.NewPCG(5, 6))
	var given []features.GivenLead
	for range 1000 {
		lead := randomLead(random, s)
		given = append(given, features.GivenLead{Lead: &features.Lead{ID: "L", Created: lead.Created, Values: lead.Values, Events: lead.Events}})
	}
	table, events := features.NewTable(s, given)
	h := features.NewHistoryAsOf(table, events, now)
	var lead features.Snapshot
	var out Score
	b.Run("by snapshot", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			h.Snapshot(i%1000, &lead)
			book.ScoreInto(&lead, &out, false)
		}
	})
	levels := book.Levels(table)
	b.Run("by levels", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			h.SnapshotOf(i%1000, levels.Fields(), &lead)
			levels.ScoreInto(i%1000, &lead, &out)
		}
	})
}
