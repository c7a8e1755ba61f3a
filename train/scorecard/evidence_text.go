package scorecard

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// WriteText prints the evidence for a reader without statistics.
func (e *Evidence) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "%s against %d closed leads, %d won (%s)\n", e.Book, e.Leads, e.Won, percent(float64(e.Won)/float64(max(1, e.Leads))))
	fmt.Fprintf(w, "one scale: %s; \"4 ± 6\" means that the data allow −2 to 10, beside all other rules\n\n", e.RateWords)
	t := newTable("rule", "fires", "wins with", "without", "you give", "data say", "verdict")
	for i := range e.Rules {
		r := &e.Rules[i]
		say := "–"
		if r.Earned != nil {
			say = estimateWords(r.Earned)
		}
		t.AppendRow(table.Row{r.ID, percent(r.Share), percent(r.With.Value), percent(r.Without.Value), points(r.Given), say, string(r.Verdict)})
	}
	fmt.Fprintln(w, t.Render())
	e.writeFindings(w)
	for _, warning := range e.Warnings {
		fmt.Fprintln(w, "note:", warning)
	}
	return nil
}

// findings are the verdicts that ask for a change, the worst first.
var findings = []struct {
	verdict Verdict
	title   string
}{
	{Harmful, "harmful: the points have the wrong sign"},
	{Dead, "dead: moves no lead past another"},
	{Redundant, "redundant: adds nothing beside other rules"},
	{Overpaid, "overpaid: clearly more points than the data support"},
	{Underpaid, "underpaid: clearly fewer"},
	{Unseen, "unseen: cannot be judged at the snapshots"},
}

func (e *Evidence) writeFindings(w io.Writer) {
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
