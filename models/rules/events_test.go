package rules

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"leadscore/features"
)

// The functions on events and the schema's engagement figures are written apart and must tell the same.
func TestEventFunctionsAgreeWithEngagementFigures(t *testing.T) {
	s := testSchema(t)
	r := rand.New(rand.NewPCG(15, 16))
	m := newMoment(exampleBook(t))
	lists := [][]string{{"pricing_page"}, {"webinar", "whitepaper"}, {features.AnyEvent}, {"never"}}
	present, missing := 0, 0
	for range 4000 {
		l := randomLead(r, s)
		l.AsOf = now
		if r.IntN(4) == 0 { // about 1970-01-01, where days change their sign
			for i := range l.Events {
				l.Events[i].Time -= now - 20*features.Day
			}
			l.AsOf = 20 * features.Day
		}
		m.look(l)
		names := lists[r.IntN(len(lists))]
		within := features.Duration(time.Duration(r.IntN(60)) * 12 * time.Hour)
		for _, tc := range []struct {
			name   string
			figure features.Engagement
		}{
			{"count", features.Engagement{Count: names, Within: within}},
			{"days", features.Engagement{DistinctDays: names, Within: within}},
			{"days_since_last", features.Engagement{DaysSinceLast: names}},
			{"before_first", features.Engagement{EventsBeforeFirst: names}},
		} {
			want, _ := tc.figure.Value(l.Events, l.AsOf)
			got, ok := eventNumbers[tc.name](m, names, tc.figure.Within.Micros())
			if !ok {
				got = math.NaN()
				missing++
			} else {
				present++
			}
			if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Fatalf("events.%s(%q) within %v = %v, the figure %v\n%+v", tc.name, names, within, got, want, l.Events)
			}
		}
	}
	if present < 1000 || missing < 1000 {
		t.Errorf("%d present, %d missing: the leads do not test it", present, missing)
	}
}
