package scorecard

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models/metrics"
	"leadscore/models/rules/evidence"
)

// WriteText prints the difference to the present book and what the suggestion is worth.
func (s *Suggestion) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "a scorecard of %d rules, learnt from %d closed leads, chosen among %d that your fields, events and figures allow\n", s.Rules, s.Learnt, s.Tried)
	kept := "caps, decay"
	if len(s.Caps) > 0 {
		kept = "decay"
	}
	fmt.Fprintf(w, "%d points double the odds of winning; %s and gates are those of %s; thresholds and grades are moved so that as many leads reach them\n", s.Doubling, kept, s.Present)
	for _, c := range s.Caps {
		fmt.Fprintf(w, "the %s cap of %s moves from %s to %s: as it is it would cut the points of %d of these leads, moved it cuts those of %d\n",
			map[string]string{"min": "lower", "max": "upper"}[c.Bound], c.Dimension, evidence.Points(c.Before), evidence.Points(c.After), c.WouldCut, c.Cuts)
	}
	fmt.Fprintln(w)
	t := newTable("rule", "", "before", "after", "why it is worth points, or no longer")
	for _, c := range s.Changes {
		why := c.Reason
		if c.Words != "" {
			why = c.Words
		}
		t.AppendRow(table.Row{c.ID, c.Change, pointsOrNone(c.Before), pointsOrNone(c.After), text.WrapSoft(why, 70)})
	}
	fmt.Fprintln(w, t.Render())
	if len(s.Figures) > 0 {
		fmt.Fprintf(w, "\non %s: %d leads, %d won, from which the suggestion was not learnt\n", s.Split, s.Leads, s.Won)
		f := newTable("score", "AUC (0.5 chance, 1 perfect)", "log loss (smaller is better)")
		for _, one := range s.Figures {
			f.AppendRow(table.Row{one.Name, fmt.Sprintf("%.3f [%.3f, %.3f]", one.AUC.Value, one.AUC.Low, one.AUC.High), fmt.Sprintf("%.4f", one.LogLoss)})
		}
		fmt.Fprintln(w, f.Render())
	}
	writeDifference(w, "against the present book", s.AheadOfPresent)
	writeDifference(w, "against the model", s.BehindModel)
	for _, warning := range s.Warnings {
		fmt.Fprintln(w, "note:", warning)
	}
	return nil
}

func pointsOrNone(p *float64) string {
	if p == nil {
		return "–"
	}
	return evidence.Points(*p)
}

// writeDifference puts a difference of AUCs into words.
func writeDifference(w io.Writer, what string, d *metrics.Estimate) {
	if d == nil {
		return
	}
	word := "no sure difference"
	switch {
	case d.Low > 0:
		word = "ranks better"
	case d.High < 0:
		word = "ranks worse"
	}
	fmt.Fprintf(w, "%s: %s, AUC %+.3f [%+.3f, %+.3f]\n", what, word, d.Value, d.Low, d.High)
}
