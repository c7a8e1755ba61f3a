package comparison

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models/comparison"
	"leadscore/models/metrics"
	"leadscore/train/report/page"
)

// WriteText prints the comparison on one screen.
func WriteText(w io.Writer, c *comparison.Comparison) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s beside %s on %s%s: %d won (%s)\n", c.Model, c.Rules, page.Plural(c.Leads, "closed lead", "closed leads"), span(c), c.Won, plain(page.Percent(c.Rate.Value, 1)))
	if c.Basis.LearnedUntil != "" {
		fmt.Fprintf(&b, "All of them are newer than what the model has learned from (until %s).\n", c.Basis.LearnedUntil)
	}
	for _, reason := range reasonsOf(c) {
		fmt.Fprintf(&b, "  left out: %6d  %s\n", c.Basis.LeftOut[reason], reason)
	}
	if r := c.Ranking; r != nil {
		t := newTable("", "model", "rules", "model less rules")
		t.AppendRow(table.Row{"AUC: pairs ranked right, of 100", text100(r.AUC[0]), text100(r.AUC[1]), text100(r.Difference)})
		for _, top := range r.Top {
			t.AppendRow(table.Row{fmt.Sprintf("wins in the best %.0f %% (%d leads)", 100*top.Share, top.Leads), caught(top, 0), caught(top, 1), estimate(top.Difference, 1, 1)})
		}
		b.WriteString(t.Render() + "\n")
	}
	t := newTable("high by", "leads", "won", "win rate", "days to the win")
	for _, q := range c.Disagreement.Quadrants {
		row := table.Row{quadrantWords(q.Quadrant), q.Leads, q.Won, "–", "–"}
		if q.Leads > 0 {
			row[3] = estimate(q.Rate, 100, 1) + " %"
		}
		if q.Days != nil {
			row[4] = plain(page.Number(q.Days.Value, 0))
		}
		t.AppendRow(row)
	}
	b.WriteString(t.Render() + "\n")
	for _, v := range c.Verdicts {
		fmt.Fprintf(&b, "%s: %s\n", page.Tone(v.Tone).Word(), v.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func reasonsOf(c *comparison.Comparison) []string {
	reasons := make([]string, 0, len(c.Basis.LeftOut))
	for reason := range c.Basis.LeftOut {
		reasons = append(reasons, reason)
	}
	sort.Strings(reasons)
	return reasons
}

func newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(columns)
	return t
}

func estimate(e metrics.Estimate, scale float64, decimals int) string {
	by := metrics.Estimate{Value: scale * e.Value, Low: scale * e.Low, High: scale * e.High}
	return page.Number(by.Value, decimals) + " " + page.Interval(by, decimals)
}

func text100(e metrics.Estimate) string { return estimate(e, 100, 1) }

func caught(top comparison.Top, k int) string {
	return fmt.Sprintf("%s (%s), lift %s", wins(top.Won[k]), plain(page.Percent(top.Caught[k], 1)), page.Number(top.Lift[k], 2))
}

// plain writes spaces that a terminal can break at.
func plain(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
