package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"leadscore/features"
	"leadscore/models/closed"
	"leadscore/models/metrics"
)

const (
	none  = features.NoTime
	open  = features.Open
	won   = features.Won
	lost  = features.Lost
	begin = 20_000 * features.Day // an instant of 2024
)

// entry is a lead of a constructed history; times in days after begin, noDay for none.
type entry struct {
	outcome         features.Outcome
	created, closed float64
}

const noDay = -1e9

func instant(day float64) features.Micros {
	if day == noDay {
		return none
	}
	return begin + features.Micros(day*float64(features.Day))
}

// constructed makes a history that was taken on day 100, with a horizon of 30 days and snapshots a week after creation.
func constructed(t *testing.T, entries ...entry) *features.History {
	t.Helper()
	s := &features.Schema{Outcome: features.OutcomeColumns{Column: "outcome", Won: []string{"won"}, Lost: []string{"lost"}}}
	var err error
	if s.Snapshot, err = features.ParseSnapshotRule("created + 7d"); err != nil {
		t.Fatal(err)
	}
	if s.Horizon, err = features.ParseDuration("30d"); err != nil {
		t.Fatal(err)
	}
	s.ObservedUntil = features.Date8601{Time: time.UnixMicro(int64(instant(100))).UTC()}
	table := &features.Table{Schema: s}
	var ids []string
	var created, ended []features.Micros
	for i, e := range entries {
		ids = append(ids, fmt.Sprint("L", i))
		created, ended = append(created, instant(e.created)), append(ended, instant(e.closed))
		table.Outcome = append(table.Outcome, e.outcome)
	}
	table.IDs, table.Created, table.Closed = features.IDsOf(ids), features.TimesOf(created), features.TimesOf(ended)
	h, err := features.NewHistory(table, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		name    string
		entry   entry
		reason  string
		win     uint8
		wonLate int64
	}{
		{"won within the horizon", entry{won, 0, 20}, "", 1, 0},
		{"won at the horizon's last instant", entry{won, 0, 37}, "", 1, 0},
		{"won just after the horizon", entry{won, 0, 37.001}, "", 0, 1},
		{"won long after", entry{won, 0, 99}, "", 0, 1},
		{"won, and nobody wrote when", entry{won, 0, noDay}, "", 1, 0},
		{"lost within the horizon", entry{lost, 0, 20}, "", 0, 0},
		{"lost after the horizon", entry{lost, 0, 60}, "", 0, 0},
		{"lost, and nobody wrote when", entry{lost, 0, noDay}, "", 0, 0},
		{"won before the snapshot", entry{won, 0, 3}, closed.Decided, 0, 0},
		{"lost before the snapshot", entry{lost, 0, 6.999}, closed.Decided, 0, 0},
		{"won at the snapshot", entry{won, 0, 7}, "", 1, 0},
		{"open and old: nobody knows, so never lost", entry{open, 0, noDay}, closed.Open, 0, 0},
		{"open on the horizon's last instant", entry{open, 63, noDay}, closed.Open, 0, 0},
		{"open, and the horizon goes on", entry{open, 63.001, noDay}, closed.Immature, 0, 0},
		{"open, with a closed time", entry{open, 0, 20}, closed.Open, 0, 0},
		{"open, young, with a closed time", entry{open, 90, 95}, closed.Immature, 0, 0},
		{"closed before it was created", entry{won, 20, 19}, closed.ClosedBefore, 0, 0},
		{"lost before it was created", entry{lost, 20, 19}, closed.ClosedBefore, 0, 0},
		{"closed when it was created", entry{lost, 20, 20}, closed.Decided, 0, 0},
		{"no created time, so no snapshot", entry{won, noDay, 20}, closed.NoSnapshot, 0, 0},
		{"open without a created time", entry{open, noDay, noDay}, closed.Open, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Two sure leads keep both outcomes there.
			p, err := populate(constructed(t, c.entry, entry{won, 0, 20}, entry{lost, 0, 20}))
			if err != nil {
				t.Fatal(err)
			}
			used := len(p.Rows) == 3
			if used != (c.reason == "") || c.reason != "" && p.LeftOut[c.reason] != 1 {
				t.Fatalf("used: %v, left out %v; want %q", used, p.LeftOut, c.reason)
			}
			if used && p.Wins[0] != c.win || p.WonLate != c.wonLate {
				t.Errorf("win %v, %d won late; want %v, %d", p.Wins[0], p.WonLate, c.win, c.wonLate)
			}
		})
	}
}

// Without a horizon a win counts whenever it came, and an open lead is open.
func TestLabelsWithoutHorizon(t *testing.T) {
	h := constructed(t, entry{won, 0, 99}, entry{lost, 0, 99}, entry{open, 95, noDay})
	h.Table.Schema.Horizon = 0
	p, err := populate(h)
	if err != nil {
		t.Fatal(err)
	}
	if p.Won != 1 || p.WonLate != 0 || p.LeftOut[closed.Open] != 1 || len(p.Rows) != 2 {
		t.Errorf("population %+v", p)
	}
}

// Without any time the file's order stands.
func TestLabelsWithoutTimes(t *testing.T) {
	s := &features.Schema{}
	table := &features.Table{Schema: s, IDs: features.IDsOf([]string{"a", "b", "c"}), Outcome: []features.Outcome{won, open, lost}}
	p, err := populate(&features.History{Table: table, AsOf: []features.Micros{none, none, none}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Dated || !reflect.DeepEqual(p.Rows, []int32{0, 2}) || p.Until != none || p.LeftOut[closed.Open] != 1 {
		t.Errorf("population %+v", p)
	}
}

// No lead is lost on the way, whatever the history, the rows are in order of time, and no open lead is among them.
func TestEveryLeadIsCounted(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	day := func() float64 {
		if random.IntN(6) == 0 {
			return noDay
		}
		return float64(random.IntN(120))
	}
	for range 200 {
		entries := make([]entry, 3+random.IntN(60))
		for i := range entries {
			entries[i] = entry{features.Outcome(random.IntN(3)), day(), day()}
		}
		h := constructed(t, entries...)
		p, err := populate(h)
		if errors.Is(err, ErrOneClass) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all := int64(len(p.Rows))
		for _, count := range p.LeftOut {
			all += count
		}
		if all != int64(len(entries)) {
			t.Fatalf("%d used, %v left out, of %d", len(p.Rows), p.LeftOut, len(entries))
		}
		var wins int64
		for i, row := range p.Rows {
			wins += int64(p.Wins[row])
			if h.Table.Outcome[row] == open {
				t.Fatalf("open lead %d is used", row)
			}
			if h.Table.Outcome[row] == lost && p.Wins[row] != 0 {
				t.Fatalf("lost lead %d is a win", row)
			}
			if i > 0 {
				before := p.Rows[i-1]
				if h.AsOf[before] > h.AsOf[row] || h.AsOf[before] == h.AsOf[row] && before > row {
					t.Fatalf("rows %d and %d are not in order of time and file", before, row)
				}
			}
		}
		if wins != p.Won || p.Won == 0 {
			t.Fatalf("%d wins counted, %d said", wins, p.Won)
		}
	}
}

func TestOneClass(t *testing.T) {
	for name, entries := range map[string][]entry{
		"all won":             {{won, 0, 20}, {won, 1, 20}},
		"all lost":            {{lost, 0, 20}, {lost, 1, 20}},
		"all open":            {{open, 0, noDay}, {open, 99, noDay}},
		"wins come too late":  {{won, 0, 90}, {lost, 1, 20}},
		"wins came too early": {{won, 0, 2}, {lost, 1, 20}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := populate(constructed(t, entries...))
			if !errors.Is(err, ErrOneClass) {
				t.Fatalf("error %v, want %v", err, ErrOneClass)
			}
			if text := err.Error(); !strings.Contains(text, `"outcome"`) || !strings.Contains(text, "of 2 leads") {
				t.Errorf("error %q does not say which column and how many", text)
			}
		})
	}
}

// sequence is a population of leads a day apart with the given outcomes, W and L.
func sequence(t *testing.T, outcomes string, dated bool) (*features.History, *Population) {
	t.Helper()
	h := constructed(t, make([]entry, len(outcomes))...)
	h.Table.Schema.Horizon = 0 // each outcome is known at once: no gap
	p := &Population{Wins: make([]uint8, len(outcomes)), Dated: dated}
	for i, outcome := range outcomes {
		p.Rows = append(p.Rows, int32(i))
		h.AsOf[i] = instant(float64(i))
		if outcome == 'W' {
			p.Wins[i] = 1
			p.Won++
		}
	}
	return h, p
}

func TestSplitByTime(t *testing.T) {
	t.Run("the newest share", func(t *testing.T) {
		h, p := sequence(t, strings.Repeat("WLLL", 25), true)
		s := splitByTime(h, p, 0.2)
		if len(s.past) != 80 || len(s.newest) != 20 || s.newest[0] != 80 || s.from != h.AsOf[80] {
			t.Errorf("%d past, %d newest from %v", len(s.past), len(s.newest), s.from)
		}
		if len(s.warnings) != 1 || !strings.Contains(s.warnings[0], "5 won and 15 lost") {
			t.Errorf("warnings %q: want one of few wins", s.warnings)
		}
	})
	t.Run("enough to judge", func(t *testing.T) {
		h, p := sequence(t, strings.Repeat("WL", 100), true)
		if s := splitByTime(h, p, 0.2); len(s.warnings) != 0 {
			t.Errorf("warnings %q", s.warnings)
		}
	})
	t.Run("leads of one instant stay together", func(t *testing.T) {
		h, p := sequence(t, strings.Repeat("WLLL", 25), true)
		for i := 70; i < 85; i++ {
			h.AsOf[i] = h.AsOf[70]
		}
		s := splitByTime(h, p, 0.2)
		if s.newest[0] != 70 || len(s.newest) != 30 {
			t.Errorf("the newest part begins with lead %d, want 70", s.newest[0])
		}
		if h.AsOf[s.past[len(s.past)-1]] >= h.AsOf[s.newest[0]] {
			t.Error("one instant is on both sides")
		}
	})
	t.Run("all at one instant", func(t *testing.T) {
		h, p := sequence(t, strings.Repeat("WLLL", 25), true)
		for i := range h.AsOf {
			h.AsOf[i] = h.AsOf[0]
		}
		everyFifthOf(t, splitByTime(h, p, 0.2), 100)
	})
	t.Run("the newest are all lost", func(t *testing.T) {
		h, p := sequence(t, strings.Repeat("WL", 30)+strings.Repeat("L", 40), true)
		everyFifthOf(t, splitByTime(h, p, 0.2), 100)
	})
	t.Run("without times the file's order", func(t *testing.T) {
		h, p := sequence(t, strings.Repeat("WLLL", 25), false)
		s := splitByTime(h, p, 0.2)
		if s.from != none || s.newest[0] != 80 || !strings.Contains(s.words, "file") || !strings.Contains(s.warnings[0], "no times") {
			t.Errorf("split %+v", s)
		}
	})
	t.Run("no split has both outcomes twice", func(t *testing.T) {
		h, p := sequence(t, "W"+strings.Repeat("L", 29), true)
		if s := splitByTime(h, p, 0.2); s != nil {
			t.Errorf("split %+v of one win", s)
		}
	})
	t.Run("every share parts the leads", func(t *testing.T) {
		for n := 2; n < 40; n++ {
			h, p := sequence(t, strings.Repeat("WL", n), true)
			for _, share := range []float64{0.01, 0.2, 0.5} {
				s := splitByTime(h, p, share)
				if s == nil {
					continue
				}
				seen := map[int32]bool{}
				for _, row := range append(append([]int32{}, s.past...), s.newest...) {
					seen[row] = true
				}
				if len(seen) != 2*n || len(s.past)+len(s.newest) != 2*n || len(s.newest) == 0 {
					t.Fatalf("%d leads, share %v: %d past, %d newest", 2*n, share, len(s.past), len(s.newest))
				}
			}
		}
	})
}

// Where leads of all times are mixed, the drift of the market does not rank: a fit whose only effect is time ranks at chance, and its level stays.
func TestNoSkillFromTime(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	const n = 3000
	h := constructed(t, repeated(n, func(i int) entry {
		e := entry{lost, float64(i) / 3, float64(i)/3 + 8} // 1000 days, so that a month of the year is no time
		if random.Float64() < 0.9-0.7*float64(i)/n {
			e.outcome = won
		}
		return e
	})...)
	h.Table.Schema.Fields = []features.Field{{Name: "size", Kind: features.Number}}
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(random.IntN(9))
	}
	h.Table.Columns = []features.Column{{Numbers: features.NumbersOf(values)}}
	p, cfg := mustPopulate(t, h), Defaults()
	cfg.Pairs = false
	s := everyFifth(h, p)
	m, err := fitTo(context.Background(), h, p, s.past, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	wins := outcomesOf(s.newest, p)
	area := func() float64 {
		e, err := metrics.AUC(predict(m, h, s.newest), wins)
		if err != nil {
			t.Fatal(err)
		}
		return e.Value
	}
	if before := area(); before < 0.6 {
		t.Fatalf("AUC %.3f with the drift: the test shows nothing", before)
	}
	m.atOneTime()
	if after := area(); after > 0.55 {
		t.Errorf("AUC %.3f without the drift, want chance", after)
	}
	expected, observed := 0.0, 0.0
	for i, probability := range predict(m, h, s.newest) {
		expected, observed = expected+probability, observed+wins[i]
	}
	if math.Abs(expected/observed-1) > 0.1 {
		t.Errorf("%.1f wins expected, %.0f observed: the level has moved", expected, observed)
	}
}

func everyFifthOf(t *testing.T, s *split, n int) {
	t.Helper()
	if s == nil || len(s.newest) != n/5 || len(s.past) != n-n/5 || s.words != "every fifth lead" || s.from != none {
		t.Fatalf("split %+v, want every fifth lead", s)
	}
	if !strings.Contains(strings.Join(s.warnings, " "), "flatters") {
		t.Errorf("warnings %q do not say that such a split flatters", s.warnings)
	}
}
