package funnel

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models/metrics"
	"leadscore/train/report/page"
)

// WriteText prints the funnel on one screen.
func WriteText(w io.Writer, f *Funnel) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s until %s:", page.Plural(f.Leads, "lead", "leads"), f.AsOf[:10])
	for _, c := range f.Now {
		if c.Leads > 0 {
			fmt.Fprintf(&b, " %s %d ·", strings.ReplaceAll(c.Name, "_", " "), c.Leads)
		}
	}
	text := strings.TrimSuffix(b.String(), " ·") + "\n"
	b.Reset()
	b.WriteString(text)
	for _, reason := range slices.Sorted(maps.Keys(f.LeftOut)) {
		fmt.Fprintf(&b, "  left out: %6d  %s\n", f.LeftOut[reason], reason)
	}
	b.WriteString(f.stepsTable().Render() + "\n")
	if extra := f.countsLine(); extra != "" {
		b.WriteString(extra + "\n")
	}
	b.WriteString(f.waysTable().Render() + "\n")
	for _, t := range []table.Writer{f.sourcesTable(), f.ownersTable(), f.needsTable(), f.bandsTable()} {
		if t != nil {
			b.WriteString(t.Render() + "\n")
		}
	}
	for _, v := range f.Verdicts {
		fmt.Fprintf(&b, "%s: %s\n", page.Tone(v.Tone).Word(), v.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(columns)
	return t
}

// named is a step with its words.
type named struct {
	words string
	c     *Conversion
}

// rows are all steps in the order in which they are shown.
func (f *Funnel) rows() []named {
	list := []named{{fmt.Sprintf("created to %s: time to lead", f.ToLead.To), f.ToLead}, {"accepted by sales, of " + f.Accepted.From, f.Accepted}}
	for i := range f.Steps {
		list = append(list, named{f.Steps[i].From + " to " + f.Steps[i].To, &f.Steps[i]})
	}
	for i := range f.Won {
		if name := f.Won[i].Name; name != f.Steps[len(f.Steps)-1].Name {
			list = append(list, named{"won, of " + f.Won[i].From, &f.Won[i]})
		}
	}
	return list
}

func (f *Funnel) stepsTable() table.Writer {
	t := newTable("step", "leads", "done", "ended", "waiting", "rate [95 %]", "within", "half of those by, days")
	for _, row := range f.rows() {
		c := row.c
		rate := page.None
		if c.Rate != nil {
			if rate = percent(*c.Rate); !c.Mature {
				rate += " so far"
			}
		}
		t.AppendRow(table.Row{row.words, c.Entered, c.Reached, c.Ended, c.Waiting, rate, fmt.Sprintf("%.0f days", c.WithinDays), median(c.Days)})
	}
	return t
}

func median(m *Median) string {
	if m == nil {
		return page.None
	}
	bound := func(v *float64) string {
		if v == nil {
			return "not reached"
		}
		return fmt.Sprintf("%.1f", *v)
	}
	return fmt.Sprintf("%.1f [%s, %s]", m.Value, bound(m.Low), bound(m.High))
}

func (f *Funnel) countsLine() string {
	stays := ""
	for _, s := range f.Stay {
		if s.Leads > 0 {
			stay := "not reached"
			if s.Days != nil {
				stay = fmt.Sprintf("%.1f", s.Days.Value)
			}
			stays += fmt.Sprintf(" %s %s ·", s.Stage, stay)
		}
	}
	text := fmt.Sprintf("median days in a stage:%s", strings.TrimSuffix(stays, " ·"))
	text += fmt.Sprintf("\nsales cycle, %s to closing: median %s days; to the win: half within %s", f.Cycle.From, median(f.Cycle.Close), median(f.Cycle.Win))
	if f.Skips+f.Returns+f.Recycled > 0 {
		text += fmt.Sprintf("\n%s, %s, %s", page.Plural(f.Skips, "stage skipped", "stages skipped"), page.Plural(f.Returns, "return to a lower stage", "returns to a lower stage"),
			page.Plural(f.Recycled, "lead handed over again after a rejection", "leads handed over again after a rejection"))
	}
	return text
}

func wayWords(w Way) string {
	switch w {
	case ByFastLane:
		return "fast lane"
	case ByHandOver:
		return "handed over"
	case ByItself:
		return "direct, past the hand-over"
	}
	return "never handed over"
}

func (f *Funnel) waysTable() table.Writer {
	t := newTable("way to sales", "leads", "closed", "won", "win rate of the closed", "won value")
	for _, w := range f.Ways {
		t.AppendRow(table.Row{wayWords(w.Way), w.Leads, w.Closed, w.Won, share(w.Rate), money(w.Value)})
	}
	return t
}

func money(v *float64) string {
	if v == nil {
		return page.None
	}
	return strings.ReplaceAll(page.Count(int64(*v+0.5)), "\u202f", " ")
}

func (f *Funnel) sourcesTable() table.Writer {
	if len(f.Sources) == 0 {
		return nil
	}
	costs := false
	for _, s := range f.Sources {
		costs = costs || s.Cost != nil
	}
	sql := f.Cycle.From
	header := []any{"source", "leads", "handed over", sql, "won " + sql, "won value"}
	if costs {
		header = append(header, "cost", "a lead handed over", "a "+sql, "a won "+sql)
	}
	t := newTable(header...)
	for _, s := range f.Sources {
		row := table.Row{s.Source, s.Leads, s.Qualified, s.Next, s.Won, money(s.Value)}
		if costs {
			row = append(row, money(s.Cost), money(s.PerQualified), money(s.PerNext), money(s.PerWon))
		}
		t.AppendRow(row)
	}
	return t
}

// ownersOnScreen is how many owners are printed; the report and the JSON have more.
const ownersOnScreen = 8

func (f *Funnel) ownersTable() table.Writer {
	a := f.Response
	if a == nil {
		return nil
	}
	hours := "hours"
	if a.Hours != "" {
		hours = "working hours"
	}
	t := newTable("answered by", "leads", fmt.Sprintf("within %.3g %s", a.WithinHours, hours), "median "+hours)
	t.AppendRow(table.Row{"all", a.Leads, percent(a.Rate), median(a.MedianHours)})
	for _, o := range a.Owners[:min(len(a.Owners), ownersOnScreen)] {
		t.AppendRow(table.Row{o.Name, o.Leads, percent(o.Rate), median(o.MedianHours)})
	}
	return t
}

func (f *Funnel) needsTable() table.Writer {
	if len(f.Needs) == 0 {
		return nil
	}
	t := newTable("needed at", "column", "leads", "filled")
	for _, n := range f.Needs {
		column := n.Column
		if column == "" {
			column = "all of them"
		}
		t.AppendRow(table.Row{n.Stage, column, n.Leads, share(n.Rate)})
	}
	return t
}

func share(e *metrics.Estimate) string {
	if e == nil {
		return page.None
	}
	return percent(*e)
}

func bandWords(b *Band) string {
	if b.Low == nil {
		return strings.ReplaceAll(b.Name, "_", " ")
	}
	return fmt.Sprintf("%s, %.1f to %.1f %%", b.Name, 100**b.Low, 100**b.High)
}

func (f *Funnel) bandsTable() table.Writer {
	if f.Feedback == nil {
		return nil
	}
	t := newTable("score", "leads", "handed over", "accepted of the answered", "closed", "won of the closed")
	for k, part := range []struct {
		name  string
		bands []Band
	}{{"rules", f.Feedback.Qualification}, {"model", f.Feedback.Probability}} {
		if k > 0 {
			t.AppendSeparator()
		}
		for i := range part.bands {
			b := &part.bands[i]
			t.AppendRow(table.Row{part.name + ": " + bandWords(b), b.Leads, b.HandedOver, share(b.Takes), b.Closed, share(b.Wins)})
		}
	}
	return t
}
