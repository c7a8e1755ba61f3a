package comparison

import (
	"fmt"
	"math"

	"leadscore/models/comparison"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

var nan = math.NaN()

// work shows what a team of the given capacity finds by each score.
func (w *writer) work() *page.Section {
	if w.c.Won == 0 {
		return nil
	}
	k := &w.c.Work
	s := &page.Section{ID: "work", Title: "What can the team work?", Intro: w.workIntro()}
	s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{w.tradeOff()}}, page.Block{Table: w.found()},
		page.Block{Text: "A list needs somebody to sort it. A CRM usually hands a lead over once its score reaches a fixed threshold. The strictest threshold below hands over half of what the team can work: calls stay unused, and wins are missed. The laxest hands over twice as much: leads pile up, and the team must choose again. Points come in whole numbers, so the rules cannot always hit the number."},
		page.Block{Table: w.thresholds()})
	if k.Cutoffs[1].Scores[1].TooMany {
		s.Blocks = append(s.Blocks, page.Block{Note: "Even the highest number of points, with the fast lane, hands over more leads than the team can work: too many leads share it."})
	}
	return s
}

func (w *writer) workIntro() string {
	k := &w.c.Work
	if k.Capacity.Share > 0 {
		intro := fmt.Sprintf("The team works the best %d of these %s, by one score or the other.", k.Leads, page.Plural(w.c.Leads, "lead", "leads"))
		switch {
		case k.Untimed:
			intro += " A number a week was asked for, but the leads have no times, so it is not known how many come in a week."
		case k.Assumed:
			intro += " No capacity was given, so the share of leads that the rules hand over stands for it."
		}
		return intro
	}
	return fmt.Sprintf("Every %s the team works the %s best-scored leads of that %s, or all where fewer come. These leads came in %s, %s a %s on average.", k.Capacity.Per, page.Count(k.Leads), k.Capacity.Per,
		page.Plural(k.Periods, string(k.Capacity.Per), string(k.Capacity.Per)+"s"), page.Number(k.Arrivals, 1), k.Capacity.Per)
}

// per names the unit of the section's figures.
func (w *writer) per() string {
	if w.c.Work.Capacity.Share > 0 {
		return "in all"
	}
	return "a " + string(w.c.Work.Capacity.Per)
}

func (w *writer) tradeOff() page.Figure {
	k := &w.c.Work
	unit := "of these leads"
	if k.Capacity.Share == 0 {
		unit = "each " + string(k.Capacity.Per)
	}
	plot := &chart.Plot{ID: "trade-off", Title: "Wins for every capacity", Height: 280, X: chart.Axis{Label: "leads worked " + unit}, Y: chart.Axis{Label: "wins found " + w.per()}}
	last := k.Curve[len(k.Curve)-1]
	plot.X.High, plot.Y.High = max(1, float64(last.Leads)), max(0.1, last.Won[0]*1.05)
	for side := range sides {
		line := chart.Line{Name: sides[side].name, Style: sides[side].style}
		for _, p := range k.Curve {
			line.Points = append(line.Points, chart.Point{X: float64(p.Leads), Y: p.Won[side]})
		}
		plot.Lines = append(plot.Lines, line)
		plot.Dots = append(plot.Dots, chart.Dots{Style: sides[side].style, At: []chart.Point{{X: min(float64(k.Leads), plot.X.High), Y: k.Won[side]}}})
	}
	at := min(float64(k.Leads), plot.X.High)
	plot.Lines = append(plot.Lines, chart.Line{Name: "your capacity", Style: chart.Quiet, Points: []chart.Point{{X: at}, {X: at, Y: plot.Y.High}}})
	plot.Desc = fmt.Sprintf("Wins found %s against leads worked. At the capacity of %d the model finds %s, the rules %s.", w.per(), k.Leads, page.Number(k.Won[0], 1), page.Number(k.Won[1], 1))
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "Where a line is steep, one more call finds much; where it is flat, calls are wasted."}
}

// found is the sentence in a table.
func (w *writer) found() *page.Table {
	k := &w.c.Work
	t := &page.Table{Caption: "With a list, best first", Columns: []page.Column{{Title: "By"}, {Title: "Leads worked", Under: w.per()}, {Title: "Wins found", Under: w.per()}, {Title: "Wins missed", Under: w.per()}}}
	for side := range sides {
		key := func(of string) string { return "work." + of + "." + sides[side].name }
		t.Rows = append(t.Rows, []page.Cell{{Text: sides[side].name}, cell(key("leads"), wins(k.Worked)), cell(key("won"), wins(k.Won[side])), cell(key("missed"), wins(k.Missed[side]))})
	}
	t.Rows = append(t.Rows, []page.Cell{{Text: "model less rules"}, {Text: page.None}, ranged("work.difference", &k.Difference, 1), {Text: page.None}})
	return t
}

var cutoffWords = map[string]string{"strict": "too strict: half", "capacity": "your capacity", "lax": "too lax: twice"}

func (w *writer) thresholds() *page.Table {
	t := &page.Table{Caption: "With a fixed threshold", Columns: []page.Column{{Title: "Threshold"}, {Title: "By"}, {Title: "Hand over from"}, {Title: "Leads", Under: w.per()}}}
	weekly := w.c.Work.Capacity.Share == 0
	if weekly {
		t.Columns = append(t.Columns, page.Column{Title: "Busiest", Under: "leads in the fullest " + string(w.c.Work.Capacity.Per)})
	}
	t.Columns = append(t.Columns, []page.Column{{Title: "Won", Under: "of those, in all"}, {Title: "Missed", Under: "wins below it, in all"}, {Title: "Win rate", Under: "of those handed over"}}...)
	for _, cut := range w.c.Work.Cutoffs {
		for side, p := range cut.Scores {
			key := func(of string) string { return fmt.Sprintf("cutoff.%s.%s.%s", cut.Name, of, sides[side].name) }
			row := []page.Cell{{Text: cutoffWords[cut.Name]}, {Text: sides[side].name}, cell(key("at"), thresholdWords(side, p)), cell(key("leads"), wins(p.PerPeriod))}
			if weekly {
				row = append(row, cell(key("busiest"), page.Count(p.Busiest)))
			}
			t.Rows = append(t.Rows, append(row, cell(key("won"), page.Count(p.Won)), cell(key("missed"), page.Count(p.Missed)), rate(key("rate"), p.Rate)))
		}
	}
	return t
}

func thresholdWords(side int, p comparison.Passed) string {
	if side == 0 {
		return page.Percent(p.Threshold, 1)
	}
	return page.Number(p.Threshold, 0) + " points"
}
