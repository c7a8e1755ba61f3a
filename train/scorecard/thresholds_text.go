package scorecard

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/models/rules/evidence"
)

// mostTableRows keeps the terminal's table short; JSON has all.
const mostTableRows = 12

// WriteText prints the thresholds and what stricter and laxer ones would give.
func (c *Cutoffs) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "%s: %.0f leads come a week at present, the team works %s of them; chosen on %d closed leads, %d won\n\n", c.Book, c.Arrivals, evidence.Points(c.Capacity), c.Leads, c.Won)
	t := newTable("", "fit from", "engagement from", "handed over a week", "wins caught", "of those handed over win")
	add := func(name string, one *Cutoff) {
		if one != nil {
			t.AppendRow(table.Row{name, evidence.Points(one.Fit), evidence.Points(one.Engagement), fmt.Sprintf("%.1f", one.PerWeek),
				fmt.Sprintf("%s (%d)", evidence.Percent(one.Caught), one.Won), fmt.Sprintf("%s [%s, %s]", evidence.Percent(one.WinRate.Value), evidence.Percent(one.WinRate.Low), evidence.Percent(one.WinRate.High))})
		}
	}
	add("best", c.Best)
	add("stricter: half the capacity", c.Stricter)
	add("laxer: twice the capacity", c.Laxer)
	add("present", c.Present)
	t.AppendSeparator()
	step := max(1, (len(c.Table)+mostTableRows-1)/mostTableRows)
	for i := 0; i < len(c.Table); i += step {
		add("", &c.Table[i])
	}
	if c.Judged != nil {
		t.AppendSeparator()
		add("best, on the newest leads", c.Judged)
		add("present, on the newest leads", c.Before)
	}
	fmt.Fprintln(w, t.Render())
	if c.Stricter == nil {
		fmt.Fprintln(w, "half the capacity cannot be reached: the fast lane alone hands over more")
	}
	fmt.Fprintln(w, "the rows without a name are other pairs within the capacity; leads of the fast lane are in every row")
	if c.Judged != nil {
		fmt.Fprintf(w, "the newest leads, on which the thresholds were not chosen: %s\n", c.Split)
	}
	fmt.Fprintf(w, "to take it: thresholds: {mql: {fit: %s, engagement: %s}}\n", evidence.Points(c.Best.Fit), evidence.Points(c.Best.Engagement))
	for _, warning := range c.Warnings {
		fmt.Fprintln(w, "note:", warning)
	}
	return nil
}
