// Package comparison writes what package models/comparison has found: one HTML page and one screen of text, for a reader who knows leads and
// deals but no statistics. It computes none.
//
// Every figure on the page has a key (data-figure), by which a test recomputes it from the exported table.
package comparison

import (
	"fmt"
	"io"

	"leadscore/models"
	"leadscore/models/comparison"
	"leadscore/models/metrics"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// Write writes the report as one HTML file; code is the program and its revision.
func Write(w io.Writer, c *comparison.Comparison, code string) error {
	p := &page.Page{
		Title: "Rules against model",
		Subtitle: fmt.Sprintf("%s beside rule book %s, on %s: %s won (%s)%s.", c.Model, c.Rules, page.Plural(c.Leads, "closed lead", "closed leads"),
			page.Count(c.Won), page.Percent(c.Rate.Value, 1), span(c)),
		Footer: fmt.Sprintf("Made by %s. Ranges in brackets are 95 %% intervals.", code),
	}
	for _, v := range c.Verdicts {
		p.Verdicts = append(p.Verdicts, page.Verdict{Tone: page.Tone(v.Tone), Text: v.Text})
	}
	r := &writer{c: c}
	for _, section := range []*page.Section{r.ranking(), r.work(), r.parting(), r.scale(), r.months(), r.segments(), r.leads()} {
		if section != nil {
			p.Sections = append(p.Sections, *section)
		}
	}
	return page.Write(w, p)
}

// writer holds what every section reads.
type writer struct{ c *comparison.Comparison }

// sides are the two scores, in the order of every pair of figures.
var sides = [2]struct {
	name  string
	style chart.Style
}{{"model", chart.First}, {"rules", chart.Second}}

func span(c *comparison.Comparison) string {
	if c.From == "" {
		return ""
	}
	return fmt.Sprintf(", from %s to %s", c.From, c.To)
}

// cell is a figure with its key.
func cell(key, text string) page.Cell { return page.Cell{Text: text, Key: key} }

// ranged is a figure to one decimal with its range below; nil is none.
func ranged(key string, e *metrics.Estimate, scale float64) page.Cell {
	if e == nil {
		return page.Cell{Text: page.None}
	}
	by := metrics.Estimate{Value: scale * e.Value, Low: scale * e.Low, High: scale * e.High}
	return page.Cell{Text: page.Number(by.Value, 1), Under: page.Interval(by, 1), Key: key, UnderKey: key + ".range"}
}

// rate is a win rate with its range.
func rate(key string, e metrics.Estimate) page.Cell {
	return page.Cell{Text: page.Percent(e.Value, 1), Under: page.PercentInterval(e, 1), Key: key, UnderKey: key + ".range"}
}

// wins writes a count that is fractional where leads tie.
func wins(v float64) string {
	if v == float64(int64(v)) {
		return page.Count(int64(v))
	}
	return page.Number(v, 1)
}

func quadrantWords(q models.Quadrant) string {
	switch q {
	case models.BothHigh:
		return "both high"
	case models.RuleOnly:
		return "rules only"
	case models.ModelOnly:
		return "model only"
	}
	return "both low"
}

// leads says which leads this is about, and which were left out.
func (w *writer) leads() *page.Section {
	c, b := w.c, w.c.Basis
	s := &page.Section{ID: "leads", Title: "Which leads this is about",
		Intro: "A lead is somebody who may buy. Each one was scored as it was known on one day (its snapshot, which the schema sets), not as it is known today; won means won within the time that the schema allows for it. Leads that say nothing yet, or that a score was made from, are left out and counted here."}
	s.Blocks = append(s.Blocks, page.Block{Text: b.Words})
	t := &page.Table{Caption: "Leads read, counted and left out", Columns: []page.Column{{Title: "Leads"}, {Title: "Number"}}}
	t.Rows = append(t.Rows, []page.Cell{{Text: "read"}, cell("rows.read", page.Count(b.Read))},
		[]page.Cell{{Text: "counted"}, cell("rows.counted", page.Count(c.Leads))},
		[]page.Cell{{Text: "of those won"}, cell("rows.won", page.Count(c.Won))})
	if b.WonLate > 0 {
		t.Rows = append(t.Rows, []page.Cell{{Text: "won, but later than the schema allows: counted as not won"}, cell("rows.late", page.Count(b.WonLate))})
	}
	for _, reason := range reasonsOf(c) {
		t.Rows = append(t.Rows, []page.Cell{{Text: "left out: " + reason}, cell("rows.out."+reason, page.Count(b.LeftOut[reason]))})
	}
	s.Blocks = append(s.Blocks, page.Block{Table: t})
	return s
}
