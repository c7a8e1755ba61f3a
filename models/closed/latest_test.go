package closed

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/features"
)

// dated is leads that came within span days and were decided within another 100, and one that came far days after the first.
func dated(t *testing.T, span, far int) *features.History {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	schema := &features.Schema{Outcome: features.OutcomeColumns{Column: "outcome", Won: []string{"won"}, Lost: []string{"lost"}}}
	var err error
	if schema.Snapshot, err = features.ParseSnapshotRule("created + 7d"); err != nil {
		t.Fatal(err)
	}
	table := &features.Table{Schema: schema}
	var created, closed []features.Micros
	var ids []string
	for i := range 500 {
		came := 10_000*features.Day + features.Micros(random.IntN(span))*features.Day
		if i == 123 {
			came = 10_000*features.Day + features.Micros(far)*features.Day
		}
		created, closed = append(created, came), append(closed, came+features.Micros(random.IntN(100))*features.Day)
		ids = append(ids, fmt.Sprint("L", i))
		table.Outcome = append(table.Outcome, features.Won+features.Outcome(i%2))
	}
	table.IDs = features.IDsOf(ids)
	table.Created, table.Closed = features.TimesOf(created), features.TimesOf(closed)
	h, err := features.NewHistory(table, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// One lead of the year 2147 makes all others old enough to be judged, so it is told of; an ordinary end of a history is not.
func TestFarTime(t *testing.T) {
	for _, c := range []struct {
		name      string
		span, far int
		want      string
	}{
		{"an ordinary end", 400, 399, ""},
		{"a few weeks late", 400, 460, ""},
		{"a month of leads, followed for a season", 30, 29, ""},
		{"another century", 400, 60_000, "lies far beyond nearly all others, which end on 1998-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := dated(t, c.span, c.far)
			until := features.ObservedUntil(h.Table, nil)
			got := FarTime(h, until)
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			if _, warnings := SelectDecided(h); (len(warnings) > 0 && strings.Contains(warnings[0], "far beyond")) != (c.want != "") {
				t.Errorf("warnings %q", warnings)
			}
			h.Table.Schema.ObservedUntil = features.Date8601{Time: until.Time()}
			if got := FarTime(h, until); got != "" {
				t.Errorf("where the schema says it: %q", got)
			}
		})
	}
}
