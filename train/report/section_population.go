package report

import (
	"fmt"
	"maps"
	"slices"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// population shows what became of every row read, and how the win rate moved.
func (w *writer) population() *page.Section {
	t := &w.e.Training
	s := &page.Section{ID: "population", Title: "Which leads were used",
		Intro: "Every row that was read is either used or left out for a reason that is counted here. An open lead is never counted as lost. " + horizon(t.Horizon)}
	table := &page.Table{Caption: "Where the rows went", Columns: []page.Column{{Title: "Rows"}, {Title: "Number"}, {Title: "Share of all"}}}
	row := func(name, under, key string, n int64) {
		table.Rows = append(table.Rows, []page.Cell{{Text: name, Under: under}, {Text: page.Count(n), Key: key},
			{Text: page.Percent(share(n, t.Rows), 1)}})
	}
	row("read", "", "rows.read", t.Rows)
	for _, reason := range slices.Sorted(maps.Keys(t.LeftOut)) {
		row("left out: "+reason, "", "rows.out."+reason, t.LeftOut[reason])
	}
	row("used", "", "rows.used", t.Used)
	row("of those, won", "a win rate of "+page.Percent(share(t.Won, t.Used), 1), "rows.won", t.Won)
	if t.WonLate > 0 {
		row("of those, won after the horizon", "count as not won", "rows.late", t.WonLate)
	}
	if v := w.e.Validation; v.Leads > 0 {
		row("of those, fitted to before judging", "", "rows.past", v.Past)
		row("of those, held out to judge", v.Split, "rows.newest", v.Leads)
		if v.Gap > 0 {
			row("of those, in the gap between", "their outcome was not known yet when the held-out part began", "rows.gap", v.Gap)
		}
		if v.AccountsApart > 0 {
			row("of those, left out of a part", "so that no account is in both", "rows.apart", v.AccountsApart)
		}
	}
	s.Blocks = append(s.Blocks, page.Block{Table: table})
	if t.HorizonChoice != nil && t.HorizonChoice.Words != "" {
		words := sentence(t.HorizonChoice.Words)
		if t.HorizonChoice.Days > 0 {
			words = "The horizon was read from the data: " + words
		}
		s.Blocks = append(s.Blocks, page.Block{Text: words})
	}
	for i := range t.HalfLives {
		s.Blocks = append(s.Blocks, page.Block{Text: fmt.Sprintf("The half-life of %s was learned: %s.", t.HalfLives[i].Figure, t.HalfLives[i].Words())})
	}
	if t.Weighting != nil {
		s.Blocks = append(s.Blocks, page.Block{Text: weighting(t.Weighting)})
	}
	if f := w.e.Validation.Weighted; f != nil {
		s.Blocks = append(s.Blocks, page.Block{Text: byWeightWords(f)})
	}
	if len(w.e.Months) > 1 {
		s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{w.baseRate(), w.leadsByMonth()}}, page.Block{Fold: &page.Fold{
			Summary: "The figures by month", Blocks: []page.Block{{Table: w.monthTable()}}}})
	} else {
		s.Blocks = append(s.Blocks, page.Block{Note: "The win rate by month needs leads with times over more than one month."})
	}
	return s
}

// byWeightWords gives the figures on the held-out leads with each counted by its weight.
func byWeightWords(f *models.WeightedFigures) string {
	words := fmt.Sprintf("Counted by their weight, the held-out leads give: AUC %s for the model and %s for the rules, log loss %s, wins expected / observed %s / %s",
		page.Number(f.ModelAUC, 3), page.Number(f.RulesAUC, 3), page.Number(f.LogLoss, 4), page.Number(f.Expected, 1), page.Number(f.Observed, 1))
	if c := f.Calibration; c != nil {
		words += fmt.Sprintf(", calibration slope %s %s", page.Number(c.Slope.Value, 3), page.Interval(c.Slope, 3))
	}
	return words + ". The fit counts by weight, so the verdict on its probabilities and the gate's are by weight; all other figures count each lead once."
}

func horizon(text string) string {
	if text == "" {
		return "The schema sets no horizon: a win counts whenever it came."
	}
	return "A win counts within " + text + " of the snapshot, the instant at which a lead is looked at."
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func (w *writer) baseRate() page.Figure {
	plot := &chart.Plot{ID: "base-rate", Title: "Win rate by month", X: monthAxis(len(w.e.Months), func(i int) string { return w.e.Months[i].Month })}
	dots := chart.Dots{Name: "won, with its interval", Style: chart.First}
	high := 0.0
	for i, rate := range w.m.MonthRates {
		if w.e.Months[i].Used == 0 {
			continue
		}
		dots.At = append(dots.At, chart.Point{X: float64(i), Y: rate.Value})
		dots.Low, dots.High = append(dots.Low, rate.Low), append(dots.High, rate.High)
		high = max(high, rate.High)
	}
	plot.Dots = []chart.Dots{dots}
	plot.Y = chart.Axis{Label: "won", Low: 0, High: high * 1.05, Percent: true}
	plot.Desc = "One dot a month: the share of used leads that were won. " + firstAndLast(w.e.Months, w.m.MonthRates)
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(),
		Caption: "By the month of the snapshot. A rate that moves is a market that moves: then old probabilities are off."}
}

func firstAndLast(list []models.Month, rates []metrics.Estimate) string {
	n := len(list) - 1
	return fmt.Sprintf("%s: %s; %s: %s.", list[0].Month, page.Percent(rates[0].Value, 1), list[n].Month, page.Percent(rates[n].Value, 1))
}

// leadsByMonth stacks each month's leads: won, used, and above them those that have no outcome yet.
func (w *writer) leadsByMonth() page.Figure {
	plot := &chart.Plot{ID: "leads-by-month", Title: "Leads by month", X: monthAxis(len(w.e.Months), func(i int) string { return w.e.Months[i].Month })}
	most := int64(0)
	for i, month := range w.e.Months {
		x, from := float64(i), int64(0)
		stack := func(style chart.Style, n int64, what string) {
			plot.Bars = append(plot.Bars, chart.Bar{Style: style, From: x - 0.4, To: x + 0.4, Foot: float64(from), Y: float64(from + n),
				Title: fmt.Sprintf("%s: %s %s", month.Month, page.Count(n), what)})
			from += n
		}
		stack(chart.First, month.Won, "won")
		stack(chart.Quiet, month.Used-month.Won, "not won")
		stack(chart.Second, month.Immature+month.Open, "open or immature")
		stack(chart.Fourth, month.LeftOut, "left out for another reason")
		most = max(most, from)
	}
	plot.Y = chart.Axis{Label: "leads", Low: 0, High: float64(most) * 1.05}
	plot.Names = []chart.Name{{Style: chart.First, Text: "won"}, {Style: chart.Quiet, Text: "not won"}, {Style: chart.Second, Text: "open or immature"}, {Style: chart.Fourth, Text: "left out"}}
	plot.Desc = fmt.Sprintf("One bar a month: won leads at the foot, above them the others used, then those left out. The largest month has %s.", page.Count(most))
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "Blue and grey are used; the rest is left out, and counted in the table."}
}

// monthAxis has a tick a month, as many as fit.
func monthAxis(n int, label func(int) string) chart.Axis {
	axis := chart.Axis{Label: "month", Low: -0.5, High: float64(n) - 0.5}
	every := (n + 5) / 6
	for i := 0; i < n; i += every {
		axis.Ticks = append(axis.Ticks, chart.Tick{At: float64(i), Text: label(i)})
	}
	return axis
}

func (w *writer) monthTable() *page.Table {
	table := &page.Table{Caption: "Leads by month of the snapshot", Columns: []page.Column{{Title: "Month"}, {Title: "Used"}, {Title: "Won"}, {Title: "Win rate"},
		{Title: "Open"}, {Title: "Immature", Under: "younger than the horizon"}, {Title: "Left out", Under: "other reasons"}}}
	for i, month := range w.e.Months {
		rate := w.m.MonthRates[i]
		won := page.Cell{Text: page.None}
		if month.Used > 0 {
			won = page.Cell{Text: page.Percent(rate.Value, 1), Under: page.PercentInterval(rate, 1), Key: "month.rate." + month.Month}
		}
		table.Rows = append(table.Rows, []page.Cell{{Text: month.Month}, {Text: page.Count(month.Used)}, {Text: page.Count(month.Won)},
			won, {Text: page.Count(month.Open)}, {Text: page.Count(month.Immature)}, {Text: page.Count(month.LeftOut)}})
	}
	return table
}
