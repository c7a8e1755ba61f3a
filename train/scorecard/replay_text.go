package scorecard

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/models/metrics"
	"leadscore/models/rules/evidence"
)

// WriteText prints what the new book would have changed.
func (b *Backtest) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "%d closed leads, %d won, replayed under both books; handed over means marketing-qualified or fast lane\n\n", b.Leads, b.Won)
	t := newTable("", "present: "+b.Books[0], "new: "+b.Books[1])
	row := func(name string, of func(k int) string) { t.AppendRow(table.Row{name, of(0), of(1)}) }
	handedRows(row, "at the snapshot", &b.Snapshot, b.Weeks > 0)
	row("AUC of the points", func(k int) string {
		return fmt.Sprintf("%.3f [%.3f, %.3f]", b.AUC[k].Value, b.AUC[k].Low, b.AUC[k].High)
	})
	if l := b.Life; l != nil {
		t.AppendSeparator()
		handedRows(row, "at any time", &l.Handed, true)
		row("days from hand-over to win, median", func(k int) string { return fmt.Sprintf("%.0f", l.DaysBeforeWin[k].Value) })
	}
	fmt.Fprintln(w, t.Render())
	fmt.Fprintf(w, "\nnew less present, with what chance allows: win rate %s; wins handed over %s; leads handed over %s; AUC %s\n",
		rangeWords(b.Change.Rate, 100, "%+.1f", " points of percent"), rangeWords(b.Change.Won, 1, "%+.0f", ""), rangeWords(b.Change.Picked, 1, "%+.0f", ""), rangeWords(b.Better, 1, "%+.3f", ""))
	b.writeTimes(w)
	b.writeFlips(w)
	for _, warning := range b.Warnings {
		fmt.Fprintln(w, "note:", warning)
	}
	return nil
}

func handedRows(row func(string, func(int) string), when string, h *[2]Handed, weekly bool) {
	row("handed over "+when, func(k int) string {
		if weekly {
			return fmt.Sprintf("%d (%.1f a week)", h[k].Leads, h[k].PerWeek)
		}
		return fmt.Sprint(h[k].Leads)
	})
	row("  of those won", func(k int) string {
		return fmt.Sprintf("%d, %s [%s, %s]", h[k].Won, evidence.Percent(h[k].WinRate.Value), evidence.Percent(h[k].WinRate.Low), evidence.Percent(h[k].WinRate.High))
	})
	row("  of those not won", func(k int) string { return fmt.Sprint(h[k].Lost) })
	row("  wins missed", func(k int) string { return fmt.Sprint(h[k].Missed) })
}

// rangeWords writes a difference with its interval.
func rangeWords(e metrics.Estimate, scale float64, format, unit string) string {
	return fmt.Sprintf(format+" ["+format+", "+format+"]%s", scale*e.Value, scale*e.Low, scale*e.High, unit)
}

func (b *Backtest) writeTimes(w io.Writer) {
	l := b.Life
	if l == nil {
		return
	}
	fmt.Fprintf(w, "time: of %d leads that both hand over, the new book is sooner for %d, later for %d, the same for %d", l.Both, l.Sooner, l.Later, l.Same)
	if l.Sooner+l.Later > 0 {
		word := "later"
		if l.DaysLater.Value < 0 {
			word = "sooner"
		}
		fmt.Fprintf(w, "; those that move do so by %.1f days %s (median)", max(l.DaysLater.Value, -l.DaysLater.Value), word)
	}
	fmt.Fprintln(w)
}

func (b *Backtest) writeFlips(w io.Writer) {
	f := b.Flips
	if f.Gained+f.Lost == 0 {
		fmt.Fprintln(w, "no lead flips at its snapshot")
		return
	}
	fmt.Fprintf(w, "flips: %d leads gained, %d of them won; %d leads let go, %d of them won\n\n", f.Gained, f.GainedWon, f.Lost, f.LostWon)
	c := newTable("behind the flips", "gained", "let go")
	for _, cause := range b.Causes {
		c.AppendRow(table.Row{cause.ID, cause.Gained, cause.Lost})
	}
	fmt.Fprintln(w, c.Render())
	t := newTable("lead", "won", "present", "new", "why")
	for _, one := range b.Flipped {
		won := ""
		if one.Won {
			won = "won"
		}
		t.AppendRow(table.Row{one.Lead, won, fmt.Sprintf("%s %s", evidence.Points(one.Points[0]), one.Qualification[0]),
			fmt.Sprintf("%s %s", evidence.Points(one.Points[1]), one.Qualification[1]), strings.Join(one.Because, "; ")})
	}
	fmt.Fprintln(w, t.Render())
	if n := f.Gained + f.Lost; n > len(b.Flipped) {
		fmt.Fprintf(w, "the %d largest of %d; --json has the same\n", len(b.Flipped), n)
	}
}
