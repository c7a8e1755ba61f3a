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

// A rule that looks its events up counts what one that walks all events counts.
func TestEventSets(t *testing.T) {
	s := testSchema(t)
	b := exampleBook(t)
	r := rand.New(rand.NewPCG(17, 18))
	lists := [][]string{nil, {"pricing_page"}, {"webinar", "whitepaper"}, {features.AnyEvent}, {"webinar", features.AnyEvent}, {"never"}}
	counted := 0
	for range 500 {
		numbers := typeNumbers{known: map[string]int{}}
		all := make([]selector, 8)
		for i := range all {
			all[i] = selector{names: lists[1+r.IntN(len(lists)-1)], after: lists[r.IntN(len(lists))], first: r.IntN(6) == 0,
				within: features.Micros(r.IntN(3)) * 10 * features.Day, afterEvents: r.IntN(3) * r.IntN(40)}
			all[i].kinds, all[i].afterKinds = numbers.of(all[i].names), numbers.of(all[i].after)
		}
		m := newMoment(b)
		m.sets = eventSets{kinds: features.NewTextCodes(numbers.names), sets: make([]eventSet, len(numbers.names))}
		for range 8 {
			l := randomLead(r, s)
			l.AsOf = now
			for size := r.IntN(3) * 32; len(l.Events) < size; { // up to exactly the most that a set holds
				l.Events = append(l.Events, features.Event{Time: now - 1, Type: []string{"pricing_page", "webinar", "other"}[r.IntN(3)]})
			}
			m.look(l)
			for i := range all {
				points, decay, most := Milli(r.IntN(20000)-10000), halfLife(r.IntN(3))*halfLife(features.Day), r.IntN(4)
				times, sum := all[i].addFromSet(m, points, decay, most)
				if wantTimes, want := all[i].addByWalk(m, points, decay, most); times != wantTimes || sum != want {
					t.Fatalf("%+v of %d events: %d times, %d; walking %d times, %d\n%+v", all[i], len(l.Events), times, sum, wantTimes, want, l.Events)
				}
				counted += times
			}
		}
	}
	if counted < 10000 {
		t.Errorf("%d events counted: the leads do not test it", counted)
	}
}

// What an event still counts is rounded as the exact decay is, halves too: those that the estimate cannot tell are worked out.
func TestHalfLifeRounds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	check := func(h halfLife, points Milli, age features.Micros) (tie bool) {
		t.Helper()
		exact := float64(points) * features.Decay(age, features.Micros(h))
		if got, want := h.of(points, age, h.rate()), Milli(math.Round(exact)); got != want {
			t.Fatalf("half-life %d, %d points of age %d: %d, want %d of %v", h, points, age, got, want, exact)
		}
		return math.Abs(exact-math.Trunc(exact)) == 0.5
	}
	ties := 0
	for range 300_000 {
		h, points := halfLife(1+r.Int64N(int64(60*features.Day))), Milli(r.Int64N(2*int64(mostPoints*float64(onePoint)))-int64(mostPoints*float64(onePoint)))
		check(h, points, features.Micros(r.Int64N(int64(h)*30)))
		check(h, points%20_000, features.Micros(r.Int64N(int64(h)*4)))
		if check(h, points, features.Micros(h)*features.Micros(1+r.IntN(4))) { // whole half-lives: halves of a thousandth
			ties++
		}
	}
	if ties < 1000 {
		t.Errorf("%d ties: the amounts do not test them", ties)
	}
}
