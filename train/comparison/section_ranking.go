package comparison

import (
	"fmt"

	"leadscore/models/metrics"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// ranking shows which score puts won leads further up.
func (w *writer) ranking() *page.Section {
	r := w.c.Ranking
	if r == nil {
		return nil
	}
	s := &page.Section{ID: "ranking", Title: "Who is right?",
		Intro: "Both scores put leads into an order: the model by the probability of winning that it gives, the rules by points, with the fast lane (leads that ask for a talk) first and excluded leads last. A good order has the leads that were won near its top. Leads of equal score share their place, so parts of a win can occur. A range in brackets says what luck alone could have made of a figure: with other leads of the same kind it would lie in there 95 times in 100."}
	s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{w.gains()}}, page.Block{Table: w.tops()},
		page.Block{Text: "Put a lead that was won beside one that was not, and do so for all such pairs: in how many does the won one score higher? 50 of 100 is pure chance, 100 a perfect order. Statisticians call this the AUC, and write it from 0 to 1."}, page.Block{Table: w.pairs()})
	if k := r.Clustered; k != nil {
		s.Blocks = append(s.Blocks, page.Block{Note: fmt.Sprintf("Leads of one account share luck, so the range of the difference was found by drawing whole accounts (%s, %d draws).",
			page.Plural(k.Clusters, "account or lead without one", "accounts and leads without one"), k.Replicates)})
	}
	return s
}

func (w *writer) gains() page.Figure {
	r := w.c.Ranking
	plot := &chart.Plot{ID: "gains", Title: "Wins found by working down the list", Height: 280,
		X: chart.Axis{Label: "share of the leads worked, best first", High: 1, Percent: true},
		Y: chart.Axis{Label: "share of all wins found", High: 1, Percent: true}}
	plot.Desc = "Share of all wins found against share of the leads worked."
	for k, side := range sides {
		line := chart.Line{Name: side.name, Style: side.style}
		for _, p := range r.Gains[k] {
			line.Points = append(line.Points, chart.Point{X: p.Worked, Y: p.Caught})
		}
		dots := chart.Dots{Style: side.style}
		for _, top := range r.Top {
			dots.At = append(dots.At, chart.Point{X: float64(top.Leads) / float64(w.c.Leads), Y: top.Caught[k]})
			plot.Desc += fmt.Sprintf(" The best %s by the %s hold %s of the wins.", page.Percent(top.Share, 0), side.name, page.Percent(top.Caught[k], 1))
		}
		plot.Lines, plot.Dots = append(plot.Lines, line), append(plot.Dots, dots)
	}
	plot.Lines = append(plot.Lines, chart.Line{Name: "leads drawn by lot", Style: chart.Quiet, Points: []chart.Point{{}, {X: 1, Y: 1}}})
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "The higher the line, the sooner the wins are found. Marks: the best 10, 20 and 30 %."}
}

// tops is what the best tenth, fifth and three tenths hold.
func (w *writer) tops() *page.Table {
	t := &page.Table{Caption: fmt.Sprintf("Wins among the best-scored leads; there are %s wins in all", page.Count(w.c.Won)), Columns: []page.Column{{Title: "Worked"}, {Title: "Leads"},
		{Title: "Wins, model", Under: "share of all wins"}, {Title: "Wins, rules", Under: "share of all wins"}, {Title: "Model finds more", Under: "wins, with range"},
		{Title: "Lift, model", Under: "win rate over that of all leads"}, {Title: "Lift, rules"}}}
	for _, top := range w.c.Ranking.Top {
		key := func(of string) string { return fmt.Sprintf("top.%.0f.%s", 100*top.Share, of) }
		found := func(k int) page.Cell {
			return page.Cell{Text: wins(top.Won[k]), Under: page.Percent(top.Caught[k], 1), Key: key("won." + sides[k].name), UnderKey: key("caught." + sides[k].name)}
		}
		t.Rows = append(t.Rows, []page.Cell{{Text: "best " + page.Percent(top.Share, 0)}, cell(key("leads"), page.Count(top.Leads)), found(0), found(1),
			ranged(key("difference"), &top.Difference, 1), cell(key("lift.model"), page.Number(top.Lift[0], 2)), cell(key("lift.rules"), page.Number(top.Lift[1], 2))})
	}
	return t
}

// pairs shows the AUC in words.
func (w *writer) pairs() *page.Table {
	r := w.c.Ranking
	t := &page.Table{Caption: "Pairs in the right order",
		Columns: []page.Column{{Title: "Score"}, {Title: "Pairs in the right order", Under: "of 100, with range"}}}
	for k, side := range sides {
		t.Rows = append(t.Rows, []page.Cell{{Text: side.name}, ranged("auc."+side.name, &r.AUC[k], 100)})
	}
	key := "auc.difference"
	if r.Clustered != nil {
		key = "clustered.difference"
	}
	t.Rows = append(t.Rows, []page.Cell{{Text: "model less rules"}, ranged(key, &r.Difference, 100)})
	return t
}

func addRange(r *chart.Range, e *metrics.Estimate, scale float64) {
	if e == nil {
		r.At, r.Low, r.High = append(r.At, nan), append(r.Low, nan), append(r.High, nan)
		return
	}
	r.At, r.Low, r.High = append(r.At, scale*e.Value), append(r.Low, scale*e.Low), append(r.High, scale*e.High)
}
