package comparison

import (
	"fmt"

	"leadscore/models/comparison"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// months compares month by month.
func (w *writer) months() *page.Section {
	if len(w.c.Months) == 0 {
		return nil
	}
	s := &page.Section{ID: "months", Title: "By month", Intro: "Does one score do better all the time, or only at times? A lead belongs to the month of its snapshot. A month needs five won and five not won leads for its pairs."}
	s.Blocks = parts("month", "Month", "By month of the snapshot", w.c.Months)
	return s
}

// segments compares field by field.
func (w *writer) segments() *page.Section {
	if len(w.c.Segments) == 0 {
		return nil
	}
	s := &page.Section{ID: "segments", Title: "By segment", Intro: "A score can be right on the whole and wrong for a group. Groups with few won leads have wide ranges: do not act on those."}
	for k, segment := range w.c.Segments {
		s.Blocks = append(s.Blocks, parts(fmt.Sprintf("segment.%d", k), segment.Field, "By "+segment.Field, segment.Parts)...)
	}
	return s
}

func parts(key, title, caption string, list []comparison.Part) []page.Block {
	ranges := &chart.Ranges{ID: "by-" + key, Title: caption + ": model less rules", Desc: "Difference in pairs of 100 put in the right order, with its range."}
	series, values := chart.Range{Style: chart.First}, []float64{0}
	t := &page.Table{Caption: caption, Columns: []page.Column{{Title: title}, {Title: "Leads"}, {Title: "Won"}, {Title: "Win rate", Under: "with range"}, {Title: "Wins in the best fifth", Under: "model / rules"},
		{Title: "Pairs right, model", Under: "of 100"}, {Title: "Pairs right, rules", Under: "of 100"}, {Title: "Model less rules", Under: "with range"}}}
	for k, p := range list {
		of := func(name string) string { return fmt.Sprintf("%s.%d.%s", key, k, name) }
		t.Rows = append(t.Rows, []page.Cell{{Text: p.Label}, cell(of("leads"), page.Count(p.Leads)), cell(of("won"), page.Count(p.Won)), rate(of("rate"), p.Rate),
			{Text: wins(p.Top[0]), Under: wins(p.Top[1]), Key: of("top.model"), UnderKey: of("top.rules")}, ranged(of("auc.model"), p.AUC[0], 100), ranged(of("auc.rules"), p.AUC[1], 100), ranged(of("difference"), p.Difference, 100)})
		if p.Difference != nil {
			ranges.Rows = append(ranges.Rows, p.Label)
			addRange(&series, p.Difference, 100)
			values = append(values, 100*p.Difference.Low, 100*p.Difference.High)
		}
	}
	blocks := []page.Block{{Table: t}}
	if len(ranges.Rows) > 1 {
		zero := 0.0
		ranges.X, ranges.Zero, ranges.Series = chart.Fit("pairs of 100, model less rules", values...), &zero, []chart.Range{series}
		blocks = append([]page.Block{{Figures: []page.Figure{{Title: ranges.Title, SVG: ranges.SVG(), Caption: "A line that crosses the upright one: no evidence either way."}}}}, blocks...)
	}
	return blocks
}
