package scorecard

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models/rules/evidence"
)

// WriteEvidence prints the evidence for a reader without statistics.
func WriteEvidence(w io.Writer, e *evidence.Evidence) error {
	fmt.Fprintf(w, "%s against %d closed leads, %d won (%s)\n", e.Book, e.Leads, e.Won, evidence.Percent(float64(e.Won)/float64(max(1, e.Leads))))
	fmt.Fprintf(w, "one scale: %s; \"4 ± 6\" means that the data allow −2 to 10, beside all other rules\n\n", e.RateWords)
	t := newTable("rule", "fires", "wins with", "without", "you give", "data say", "verdict")
	for i := range e.Rules {
		r := &e.Rules[i]
		say := "–"
		if r.Earned != nil {
			say = evidence.EstimateWords(r.Earned)
		}
		t.AppendRow(table.Row{r.ID, evidence.Percent(r.Share), evidence.Percent(r.With.Value), evidence.Percent(r.Without.Value), evidence.Points(r.Given), say, string(r.Verdict)})
	}
	fmt.Fprintln(w, t.Render())
	writeFindings(w, e)
	for _, warning := range e.Warnings {
		fmt.Fprintln(w, "note:", warning)
	}
	return nil
}

// findings are the verdicts that ask for a change, the worst first.
var findings = []struct {
	verdict evidence.Verdict
	title   string
}{
	{evidence.Harmful, "harmful: the points have the wrong sign"},
	{evidence.Dead, "dead: moves no lead past another"},
	{evidence.Redundant, "redundant: adds nothing beside other rules"},
	{evidence.Overpaid, "overpaid: clearly more points than the data support"},
	{evidence.Underpaid, "underpaid: clearly fewer"},
	{evidence.Unseen, "unseen: cannot be judged at the snapshots"},
}

func writeFindings(w io.Writer, e *evidence.Evidence) {
	any := false
	for _, f := range findings {
		titled := false
		for i := range e.Rules {
			r := &e.Rules[i]
			if r.Verdict != f.verdict {
				continue
			}
			if !titled {
				fmt.Fprintf(w, "\n%s\n", f.title)
				titled, any = true, true
			}
			fmt.Fprintf(w, "  line %d: %s: %s\n", r.Line, r.ID, r.Words)
		}
	}
	if !any {
		fmt.Fprintln(w, "\nno rule is clearly wrong")
	}
}

func newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row(columns))
	return t
}
