package features

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const hour = Day / 24

func TestEngagementValue(t *testing.T) {
	// Seen from day 100: visits on days 70, 90, 99 (twice, one hour apart), a demo on day 95, a call at the snapshot itself.
	asOf := 100 * Day
	events := []Event{
		{70 * Day, "visit"}, {90 * Day, "visit"}, {95 * Day, "demo"}, {99 * Day, "visit"}, {99*Day + hour, "visit"},
		{asOf, "call"}, {101 * Day, "visit"},
	}
	days := func(n int) Duration { return Duration(n) * 24 * 3600 * 1e9 }
	cases := []struct {
		name   string
		figure Engagement
		number float64
		text   string
	}{
		{"count", Engagement{Count: []string{"visit"}}, 4, ""},
		{"count any", Engagement{Count: []string{AnyEvent}}, 5, ""},
		{"count two types", Engagement{Count: []string{"demo", "visit"}}, 5, ""},
		{"count none", Engagement{Count: []string{"call"}}, 0, ""},
		{"count within", Engagement{Count: []string{"visit"}, Within: days(10)}, 3, ""}, // exactly ten days old counts
		{"count with half-life", Engagement{Count: []string{"visit"}, HalfLife: HalfLife{Duration: days(10)}}, math.Exp2(-3) + math.Exp2(-1) + math.Exp2(-.1) + math.Exp2(-23./240), ""},
		{"count with half-life within", Engagement{Count: []string{"visit"}, HalfLife: HalfLife{Duration: days(10)}, Within: days(15)}, math.Exp2(-1) + math.Exp2(-.1) + math.Exp2(-23./240), ""},
		{"days since last", Engagement{DaysSinceLast: []string{"demo"}}, 5, ""},
		{"days since any", Engagement{DaysSinceLast: []string{AnyEvent}}, 23. / 24, ""},
		{"days since none", Engagement{DaysSinceLast: []string{"call"}}, math.NaN(), ""},
		{"days since none within", Engagement{DaysSinceLast: []string{"demo"}, Within: days(4)}, math.NaN(), ""},
		{"distinct days", Engagement{DistinctDays: []string{"visit"}}, 3, ""},
		{"distinct days of none", Engagement{DistinctDays: []string{"call"}}, 0, ""},
		{"first event", Engagement{FirstEvent: true}, math.NaN(), "visit"},
		{"first event within", Engagement{FirstEvent: true, Within: days(6)}, math.NaN(), "demo"},
		{"before the first", Engagement{EventsBeforeFirst: []string{"demo"}}, 2, ""},
		{"before the very first", Engagement{EventsBeforeFirst: []string{"visit"}}, 0, ""},
		{"before none", Engagement{EventsBeforeFirst: []string{"call"}}, math.NaN(), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			number, text := c.figure.Value(events, asOf)
			// 1e-15: the sum of at most four terms below 1, each exact to half a unit in its last place.
			if !cmp.Equal(number, c.number, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-15)) || text != c.text {
				t.Errorf("Value = %v, %q, want %v, %q", number, text, c.number, c.text)
			}
			if c.figure.IsCategory() != (c.text != "") {
				t.Errorf("IsCategory = %v", c.figure.IsCategory())
			}
			if number, text := c.figure.Value(events, NoTime); !math.IsNaN(number) || text != "" {
				t.Errorf("without an instant: %v, %q", number, text)
			}
		})
	}
	t.Run("days before 1970", func(t *testing.T) {
		e := Engagement{DistinctDays: []string{AnyEvent}}
		if n, _ := e.Value([]Event{{-Day - 1, "a"}, {-1, "a"}, {0, "a"}, {1, "a"}}, Day); n != 3 {
			t.Errorf("distinct days around 1970 are %v, want 3", n)
		}
	})
}

func TestNewHistory(t *testing.T) {
	const head = "version: 1\nlead: {id: i, created: c, closed: d}\noutcome: {column: y, won: [w], lost: [l]}\nevents: {lead: l, time: t, type: e}\nfields: [{name: n, kind: number}]\n"
	table := func(rule string) *Table {
		s := schemaOf(t, head+rule)
		text := "i,c,d,y,n,s\n1,2026-01-01,2026-01-20,w,1,2026-01-05\n2,2026-01-02,2026-02-20,open,1,\n3,,2026-01-10,l,1,2026-01-06\n"
		table, _, err := readText(t, s, text, ReadOptions{Outcome: true})
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	log := func() *EventLog {
		b := NewEventBuilder(3)
		b.Add(0, day(t, "2026-01-04"), "demo")
		b.Add(0, day(t, "2026-01-03"), "demo")
		b.Add(0, day(t, "2026-01-02"), "visit")
		b.Add(1, day(t, "2026-03-01"), "visit")
		return b.Build()
	}
	cases := []struct {
		rule string
		want []string // "" is NoTime
	}{
		{"snapshot: created + 7d", []string{"2026-01-08", "2026-01-09", ""}},
		{"snapshot: event demo", []string{"2026-01-03", "", ""}},
		{"snapshot: column s", []string{"2026-01-05", "", "2026-01-06"}},
		{"", []string{"2026-01-20", "2026-03-01", "2026-01-10"}}, // an open lead's closed time is a forecast: the latest time instead
		{"observed_until: 2026-02-01", []string{"2026-01-20", "2026-02-01", "2026-01-10"}},
	}
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			h, err := NewHistory(table(c.rule), log())
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				got := Date8601{h.AsOf[i].Time()}.String()
				if got != want {
					t.Errorf("lead %d is looked at %q, want %q", i, got, want)
				}
			}
		})
	}
	t.Run("events needed", func(t *testing.T) {
		if _, err := NewHistory(table("snapshot: event demo"), nil); !errors.Is(err, ErrNoEvents) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("events of another table", func(t *testing.T) {
		if _, err := NewHistory(table(""), NewEventBuilder(2).Build()); err == nil {
			t.Error("no error")
		}
	})
	t.Run("no times at all", func(t *testing.T) {
		s := schemaOf(t, "version: 1\nlead: {id: i}\nfields: [{name: n, kind: number}]\n")
		plain, _, err := readText(t, s, "i,n\n1,1\n", ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := NewHistory(plain, nil)
		if err != nil || h.AsOf[0] != NoTime {
			t.Errorf("got %v, %v", h, err)
		}
	})
	t.Run("one instant for all", func(t *testing.T) {
		h := NewHistoryAsOf(table("snapshot: event demo"), log(), day(t, "2026-01-03"))
		var s Snapshot
		for i, want := range []int{1, 0, 0} {
			if h.Snapshot(i, &s); len(s.Events) != want || s.AsOf != day(t, "2026-01-03") {
				t.Errorf("lead %d: %+v", i, s)
			}
		}
	})
	t.Run("the event at the snapshot is not seen", func(t *testing.T) {
		h, err := NewHistory(table("snapshot: event demo"), log())
		if err != nil {
			t.Fatal(err)
		}
		var s Snapshot
		h.Snapshot(0, &s)
		if want := []Event{{day(t, "2026-01-02"), "visit"}}; !slices.Equal(s.Events, want) {
			t.Errorf("sees %v, want %v", s.Events, want)
		}
	})
}

// Whatever happens at or after a snapshot changes none of its values and none of its codes.
func TestLaterEventsNeverShow(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s := randomSchema(t, r)
			s.Snapshot = []SnapshotRule{{AfterCreated: new(Duration(3 * 24 * 3600 * 1e9))}, {Event: "mark"}, {Column: "scored_at"}}[seed%3]
			table := randomTable(r, s, 200)
			before, after := NewEventBuilder(table.Len()), NewEventBuilder(table.Len())
			limits := make([]Micros, table.Len())
			for i := range table.Len() {
				limit := table.Created.At(i) + 3*Day
				limits[i] = limit
				before.Add(i, limit, "mark")
				after.Add(i, limit, "mark")
				for range r.IntN(6) {
					at, kind := limit-1-Micros(r.Int64N(int64(9*Day))), randomType(r)
					before.Add(i, at, kind)
					after.Add(i, at, kind)
				}
				for range 1 + r.IntN(6) {
					at := limit + Micros(r.Int64N(int64(9*Day)))
					if r.IntN(3) == 0 {
						at = limit
					}
					after.Add(i, at, randomType(r)+"-later")
				}
			}
			table.SnapshotAt = TimesOf(limits)
			first, second := historyOf(t, table, before.Build()), historyOf(t, table, after.Build())
			e, err := FitEncoder(first, allRows(table), Limits{MinLevelRows: 2})
			if err != nil {
				t.Fatal(err)
			}
			again, err := FitEncoder(second, allRows(table), Limits{MinLevelRows: 2})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(e, again, cmpopts.IgnoreUnexported(Encoder{})); diff != "" {
				t.Errorf("the encoder changed:\n%s", diff)
			}
			var a, b Snapshot
			for i := range table.Len() {
				first.Snapshot(i, &a)
				second.Snapshot(i, &b)
				if !cmp.Equal(a, b, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Snapshot{})) {
					t.Fatalf("lead %d: %+v became %+v", i, a, b)
				}
			}
			codes, err := e.EncodeHistory(context.Background(), first)
			if err != nil {
				t.Fatal(err)
			}
			later, err := e.EncodeHistory(context.Background(), second)
			if err != nil {
				t.Fatal(err)
			}
			if !cmp.Equal(codes, later) {
				t.Error("codes changed")
			}
		})
	}
}

func historyOf(t *testing.T, table *Table, log *EventLog) *History {
	t.Helper()
	h, err := NewHistory(table, log)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func allRows(t *Table) []int32 {
	rows := make([]int32, t.Len())
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

func TestEventBuilder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	const leads = 50
	want := make([][]Event, leads)
	b := NewEventBuilder(leads)
	for range 5000 {
		lead, at, kind := r.IntN(leads), Micros(r.IntN(40)), randomType(r)
		b.Add(lead, at, kind)
		want[lead] = append(want[lead], Event{at, kind})
	}
	l := b.Build()
	if l.Len() != 5000 || l.Leads() != leads || !slices.IsSorted(l.Types) {
		t.Fatalf("log of %d events, %d leads, types %q", l.Len(), l.Leads(), l.Types)
	}
	var scratch LeadEvents
	for lead := range want {
		slices.SortFunc(want[lead], func(a, b Event) int {
			if a.Time != b.Time {
				return int(a.Time - b.Time)
			}
			return slices.Index(l.Types, a.Type) - slices.Index(l.Types, b.Type)
		})
		if got := l.appendBefore(nil, lead, 40, &scratch); !cmp.Equal(got, want[lead], cmpopts.EquateEmpty()) {
			t.Fatalf("lead %d has %v, want %v", lead, got, want[lead])
		}
	}
}
