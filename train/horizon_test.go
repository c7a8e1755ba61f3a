package train

import (
	"strings"
	"testing"
	"time"

	"leadscore/features"
	"leadscore/models/closed"
)

// horizonOf chooses for a history that was taken on day 100.
func horizonOf(t *testing.T, given string, entries ...entry) (*features.History, string, bool) {
	t.Helper()
	h := constructed(t, entries...)
	h.Table.Schema.Horizon = 0
	if given != "" {
		var err error
		if h.Table.Schema.Horizon, err = features.ParseDuration(given); err != nil {
			t.Fatal(err)
		}
	}
	c := chooseHorizon(h, instant(100))
	if c == nil {
		return h, "", false
	}
	return h, c.Words, c.TooShort
}

func repeated(n int, of func(i int) entry) []entry {
	out := make([]entry, n)
	for i := range out {
		out[i] = of(i)
	}
	return out
}

func TestChooseHorizon(t *testing.T) {
	days := func(h *features.History) float64 { return time.Duration(h.Table.Schema.Horizon).Hours() / 24 }
	// Wins come 1 … 20 days after the snapshot, which is on day 7: 18 days hold 90 % of them.
	early := repeated(100, func(i int) entry { return entry{won, 0, 7 + float64(1+i%20)} })
	t.Run("rounded up", func(t *testing.T) {
		h, words, short := horizonOf(t, "", early...)
		if days(h) != 30 || short || !strings.Contains(words, "within 30 days") || !strings.Contains(words, "90 % within 18;") {
			t.Errorf("%v days, too short %v: %s", days(h), short, words)
		}
	})
	t.Run("exactly a usual span", func(t *testing.T) {
		h, _, _ := horizonOf(t, "", repeated(40, func(int) entry { return entry{won, 0, 37} })...)
		if days(h) != 30 {
			t.Errorf("%v days, want 30: the span itself holds the wins", days(h))
		}
	})
	t.Run("a given horizon stays", func(t *testing.T) {
		h, words, _ := horizonOf(t, "5d", early...)
		if days(h) != 5 || words != "" {
			t.Errorf("%v days: %q", days(h), words)
		}
	})
	t.Run("lost leads are no wins to come", func(t *testing.T) {
		// Were the leads lost on day 10 censored, the one late win would stand for all of them.
		h, _, _ := horizonOf(t, "", append(append(repeated(95, func(i int) entry { return entry{won, 0, 8} }),
			repeated(200, func(int) entry { return entry{lost, 0, 10} })...), entry{won, 0, 90})...)
		if days(h) != 7 {
			t.Errorf("%v days, want 7", days(h))
		}
	})
	t.Run("open leads may still be won", func(t *testing.T) {
		// Half of the leads came lately and are open; the older ones say that wins come up to 40 days after the snapshot.
		h, _, _ := horizonOf(t, "", append(repeated(100, func(i int) entry { return entry{won, 0, 7 + float64(1+i%40)} }),
			repeated(60, func(int) entry { return entry{open, 83, noDay} })...)...)
		if days(h) != 60 {
			t.Errorf("%v days, want 60", days(h))
		}
	})
	t.Run("too short a history", func(t *testing.T) {
		// 90 % of the wins ask for 60 days, but only a third of the leads are that old.
		h, words, short := horizonOf(t, "", append(repeated(50, func(i int) entry { return entry{won, 0, 7 + float64(i)} }),
			repeated(100, func(int) entry { return entry{lost, 55, 90} })...)...)
		if days(h) != 30 || !short || !strings.Contains(words, "too short for the 60 days") {
			t.Errorf("%v days, too short %v: %s", days(h), short, words)
		}
	})
	t.Run("too few wins", func(t *testing.T) {
		h, words, _ := horizonOf(t, "", early[:19]...)
		if days(h) != 0 || !strings.Contains(words, "only 19 wins") {
			t.Errorf("%v days: %s", days(h), words)
		}
	})
	t.Run("no closed times", func(t *testing.T) {
		h := constructed(t, early...)
		h.Table.Schema.Horizon, h.Table.Closed = 0, nil
		if c := chooseHorizon(h, instant(100)); c != nil || days(h) != 0 {
			t.Errorf("%v days, %+v", days(h), c)
		}
	})
}

// Decided leads whose horizon goes on are immature, unless too few others are there.
func TestEarlyOutcomes(t *testing.T) {
	young := []entry{{won, 90, 98}, {lost, 90, 98}}
	old := append(repeated(100, func(int) entry { return entry{won, 0, 20} }), repeated(100, func(int) entry { return entry{lost, 0, 20} })...)
	p, err := populate(constructed(t, append(old, young...)...))
	if err != nil || len(p.Rows) != 200 || p.LeftOut[closed.Early] != 2 || len(p.Warnings) != 0 {
		t.Errorf("%d used, %v left out, warnings %q, %v", len(p.Rows), p.LeftOut, p.Warnings, err)
	}
	p, err = populate(constructed(t, append(old[1:], young...)...))
	if err != nil || len(p.Rows) != 201 || len(p.LeftOut) != 0 || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "quickly decided") {
		t.Errorf("%d used, %v left out, warnings %q, %v", len(p.Rows), p.LeftOut, p.Warnings, err)
	}
}

func TestMonths(t *testing.T) {
	h := constructed(t, entry{won, 0, 20}, entry{lost, 0, 20}, entry{lost, 30, 50}, entry{open, 0, noDay}, entry{open, 95, noDay},
		entry{lost, 0, 3}, entry{open, noDay, noDay})
	p, err := populate(h)
	if err != nil {
		t.Fatal(err)
	}
	months := p.Months()
	var total int64
	for i, m := range months {
		total += m.Used + m.Open + m.Immature + m.LeftOut
		if i > 0 && months[i-1].Month >= m.Month {
			t.Errorf("month %q after %q", m.Month, months[i-1].Month)
		}
	}
	first := months[1] // begin is 2024-10-04, so most snapshots fall into October
	if total != 7 || months[0].Month != "" || months[0].Open != 1 || first.Month != "2024-10" || first.Used != 2 || first.Won != 1 || first.Open != 1 || first.LeftOut != 1 {
		t.Errorf("months %+v", months)
	}
	if undated := (&Population{}).Months(); undated != nil {
		t.Errorf("months %+v of no leads", undated)
	}
}
