package report

import (
	"fmt"
	"math"

	"leadscore/models/metrics"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// ranking sets the scores' figures side by side.
func (w *writer) ranking() *page.Section {
	if !w.judged() {
		return nil
	}
	s := &page.Section{ID: "figures", Title: "How good the scores are",
		Intro: "All figures are of the held-out leads, which neither score had seen when it was judged. The rules' points are put on the scale of probabilities by a logistic line fitted to the leads before."}
	table := &page.Table{Caption: "Figures of the held-out leads", Columns: w.scoreColumns("Figure")}
	add := func(name, under string, cell func(i int) page.Cell) {
		row := []page.Cell{{Text: name, Under: under}}
		for i := range w.e.Scores {
			row = append(row, cell(i))
		}
		table.Rows = append(table.Rows, row)
	}
	figure := func(key string, decimals int, of func(i int) *float64) func(int) page.Cell {
		return func(i int) page.Cell { return page.FigureCell(key+"."+w.e.Scores[i].Name, of(i), decimals) }
	}
	add("AUC", "the chance that a won lead outranks a lost one; 0.5 is chance, 1 perfect", func(i int) page.Cell {
		return page.Estimate("auc."+w.e.Scores[i].Name, &w.e.Scores[i].Figures.AUC, 3)
	})
	add("PR-AUC", "mean share of wins among the leads ranked at least as high as a won one; chance is "+page.Number(w.m.BaseRate, 3),
		figure("pr_auc", 3, func(i int) *float64 { return w.m.Scores[i].AveragePrecision }))
	add("log loss", "nats a lead; smaller is better", figure("log_loss", 4, func(i int) *float64 { return &w.e.Scores[i].Figures.LogLoss }))
	add("Brier score", "mean squared error of the probability; smaller is better", figure("brier", 4, func(i int) *float64 { return &w.e.Scores[i].Figures.Brier }))
	add("Brier skill", "share of that error taken away; 0 is no better than the base rate", figure("brier_skill", 3, func(i int) *float64 { return w.m.Scores[i].BrierSkill }))
	add("Nagelkerke R²", "explained variation, 1 is perfect", figure("nagelkerke", 3, func(i int) *float64 { return w.m.Scores[i].NagelkerkeR2 }))
	s.Blocks = append(s.Blocks, page.Block{Table: table})
	return s
}

// comparison shows the model against the rules and the champion.
func (w *writer) comparison() *page.Section {
	if !w.judged() {
		return nil
	}
	s := &page.Section{ID: "comparison", Title: "Model against rules and champion",
		Intro: "The difference of AUC on the same leads; above 0 the model ranks better. Two intervals: DeLong's takes every lead for itself, the bootstrap draws whole accounts, because leads of one account share their luck. If they disagree, believe the wider one. With fewer than ten won or lost leads Newcombe's stands in the place of DeLong's, and no accounts are drawn."}
	table := &page.Table{Caption: "AUC of the model less that of another score",
		Columns: []page.Column{{Title: "Against"}, {Title: "Difference"}, {Title: "DeLong"}, {Title: "Accounts drawn"}}}
	ranges := &chart.Ranges{ID: "differences", Title: "Difference of AUC", Desc: "Each difference with its two intervals, beside 0."}
	delong, clustered := chart.Range{Name: "DeLong", Style: chart.First}, chart.Range{Name: "accounts drawn", Style: chart.Third}
	values := []float64{0}
	for _, d := range w.m.Differences {
		row := []page.Cell{{Text: d.Against}, {Text: page.Number(d.DeLong.Value, 3), Key: "difference." + d.Against},
			{Text: page.Interval(d.DeLong, 3), Key: "delong." + d.Against}}
		ranges.Rows = append(ranges.Rows, "against "+d.Against)
		addRange(&delong, &d.DeLong)
		values = append(values, d.DeLong.Low, d.DeLong.High)
		if c := d.Clustered; c != nil {
			row = append(row, page.Cell{Text: page.Interval(c.Estimate, 3), Under: page.Plural(c.Clusters, "account", "accounts"), Key: "clustered." + d.Against})
			addRange(&clustered, &c.Estimate)
			values = append(values, c.Low, c.High)
		} else {
			row = append(row, page.Cell{Text: page.None})
			addRange(&clustered, nil)
		}
		table.Rows = append(table.Rows, row)
	}
	zero := 0.0
	ranges.X, ranges.Zero, ranges.Series = chart.Fit("AUC of the model less the other", values...), &zero, []chart.Range{delong, clustered}
	s.Blocks = append(s.Blocks, page.Block{Table: table},
		page.Block{Figures: []page.Figure{{Title: ranges.Title, SVG: ranges.SVG(), Key: ranges.Key()}}})
	if w.e.Accounts == nil {
		s.Blocks = append(s.Blocks, page.Block{Note: "The schema names no account column, so each lead is an account of its own."})
	}
	if w.e.ChampionNote != "" {
		s.Blocks = append(s.Blocks, page.Block{Note: sentence(w.e.ChampionNote)})
	}
	return s
}

func addRange(r *chart.Range, e *metrics.Estimate) {
	if e == nil {
		e = &metrics.Estimate{Value: nan, Low: nan, High: nan}
	}
	r.At, r.Low, r.High = append(r.At, e.Value), append(r.Low, e.Low), append(r.High, e.High)
}

// gains shows lift by tenth and what a team of given capacity finds.
func (w *writer) gains() *page.Section {
	if !w.judged() {
		return nil
	}
	s := &page.Section{ID: "gains", Title: "What working the best-scored leads finds",
		Intro: "Sort the leads by a score and work them from the top. Lift is the win rate of a tenth over that of all leads; caught is the share of all wins found so far. Leads of equal score share their wins, so a fraction of a win can occur."}
	s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{w.gainsCurve(), w.liftChart()}})
	if table := w.capacity(); table != nil {
		s.Blocks = append(s.Blocks, page.Block{Table: table})
	}
	for i, score := range w.e.Scores {
		s.Blocks = append(s.Blocks, page.Block{Fold: &page.Fold{Summary: "Tenths by " + score.Name, Open: i == 0, Blocks: []page.Block{{Table: w.tenths(i)}}}})
	}
	return s
}

func (w *writer) gainsCurve() page.Figure {
	plot := &chart.Plot{ID: "gains-curve", Title: "Wins caught", X: chart.Axis{Label: "share of the leads worked, best first", High: 1, Percent: true},
		Y: chart.Axis{Label: "share of all wins caught", High: 1, Percent: true}}
	plot.Desc = "Cumulative share of wins against share of leads worked."
	for i, score := range w.e.Scores {
		line := chart.Line{Name: score.Name, Style: styles[i]}
		for _, p := range w.m.Scores[i].Gains {
			line.Points = append(line.Points, chart.Point{X: p.Worked, Y: p.Caught})
		}
		if gains := w.m.Scores[i].Gains; len(gains) > 20 {
			plot.Desc += fmt.Sprintf(" The best fifth by %s catches %s of the wins.", score.Name, page.Percent(gains[20].Caught, 0))
		}
		plot.Lines = append(plot.Lines, line)
	}
	plot.Lines = append(plot.Lines, chart.Line{Name: "by chance", Style: chart.Quiet, Points: []chart.Point{{}, {X: 1, Y: 1}}})
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "The further above the diagonal, the better the order."}
}

func (w *writer) liftChart() page.Figure {
	plot := &chart.Plot{ID: "lift", Title: "Lift by tenth", X: chart.Axis{Label: "tenth of the leads, 1 is the best scored", Low: 0.5, High: 10.5}}
	for k := 1; k <= 10; k++ {
		plot.X.Ticks = append(plot.X.Ticks, chart.Tick{At: float64(k), Text: fmt.Sprint(k)})
	}
	most := 1.0
	plot.Desc = "Win rate of each tenth over that of all leads."
	for i, score := range w.e.Scores {
		line, dots := chart.Line{Style: styles[i]}, chart.Dots{Name: score.Name, Style: styles[i]}
		for _, d := range score.Figures.Deciles {
			point := chart.Point{X: float64(d.Decile), Y: d.Lift}
			line.Points, dots.At = append(line.Points, point), append(dots.At, point)
			most = max(most, d.Lift)
		}
		if len(score.Figures.Deciles) > 0 {
			plot.Desc += fmt.Sprintf(" Best tenth by %s: %s.", score.Name, page.Number(score.Figures.Deciles[0].Lift, 2))
		}
		plot.Lines, plot.Dots = append(plot.Lines, line), append(plot.Dots, dots)
	}
	plot.Y = chart.Axis{Label: "lift", High: most * 1.05}
	plot.Lines = append(plot.Lines, chart.Line{Name: "all leads", Style: chart.Quiet, Points: []chart.Point{{X: 0.5, Y: 1}, {X: 10.5, Y: 1}}})
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "A good score falls from left to right without a bump."}
}

func (w *writer) tenths(i int) *page.Table {
	name := w.e.Scores[i].Name
	table := &page.Table{Caption: "Tenths of the held-out leads by " + name, Columns: []page.Column{{Title: "Tenth"}, {Title: "Leads"},
		{Title: "From", Under: "score"}, {Title: "Expected", Under: "win rate"}, {Title: "Won"}, {Title: "Win rate"}, {Title: "Lift"}, {Title: "Caught"}}}
	decimals := 0
	for _, d := range w.e.Scores[i].Figures.Deciles { // leads of equal score share their wins
		if math.Abs(d.Won-math.Round(d.Won)) >= 0.05 {
			decimals = 1
		}
	}
	for _, d := range w.e.Scores[i].Figures.Deciles {
		key := func(of string) string { return fmt.Sprintf("tenth.%s.%d.%s", name, d.Decile, of) }
		table.Rows = append(table.Rows, []page.Cell{{Text: fmt.Sprint(d.Decile)}, {Text: page.Count(d.Leads)}, {Text: fmt.Sprintf("%.4g", d.LeastScore)},
			{Text: page.Percent(d.Predicted, 1), Key: key("expected")}, {Text: page.Number(d.Won, decimals), Key: key("won")},
			{Text: page.Percent(d.WinRate, 1), Key: key("rate")}, {Text: page.Number(d.Lift, 2), Key: key("lift")}, {Text: page.Percent(d.Caught, 1), Key: key("caught")}})
	}
	return table
}

// capacity is nil where no capacity was given.
func (w *writer) capacity() *page.Table {
	if w.m.Periods == 0 {
		return nil
	}
	c := w.e.Capacity
	table := &page.Table{Caption: fmt.Sprintf("Working the %d best-scored leads of each %s, over %s", c.Leads, c.Per, page.Plural(w.m.Periods, string(c.Per), string(c.Per)+"s")),
		Columns: []page.Column{{Title: "Score"}, {Title: "Leads worked"}, {Title: "Wins among them"}, {Title: "Precision", Under: "share won"}, {Title: "Caught", Under: "of all wins"}}}
	for i, score := range w.e.Scores {
		worked := w.m.Scores[i].Worked
		if worked == nil {
			continue
		}
		table.Rows = append(table.Rows, []page.Cell{{Text: score.Name}, {Text: page.Count(worked.Leads), Key: "capacity.leads." + score.Name},
			{Text: page.Number(worked.Won, 1), Key: "capacity.won." + score.Name},
			{Text: page.Percent(worked.Precision.Value, 1), Under: page.PercentInterval(worked.Precision, 1), Key: "capacity.precision." + score.Name},
			{Text: page.Percent(worked.Caught, 1), Key: "capacity.caught." + score.Name}})
	}
	return table
}
