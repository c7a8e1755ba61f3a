package comparison

import (
	"fmt"

	"leadscore/models/comparison"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// scale shows what a number of points has meant.
func (w *writer) scale() *page.Section {
	k := &w.c.Scale
	s := &page.Section{ID: "scale", Title: "On one scale: what points have meant",
		Intro: "Points are a count, the model's figure is a chance; this puts both into win rates. The line says how many of the leads with so many points were won, drawn so that it never falls (each of its ends stands for 20 leads); the shade around it is its range. The marks are bands of points as they are, free to fall. Leads of the fast lane and excluded leads stand apart, because their points decide nothing."}
	if len(k.Curve) > 0 {
		s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{w.scaleCurve(), w.modelCurve()}}, page.Block{Table: w.levels()}, page.Block{Table: w.bands()})
		if len(k.Steps) > 0 {
			s.Blocks = append(s.Blocks, page.Block{Table: w.steps()})
		}
		for _, wrong := range k.Wrong {
			s.Blocks = append(s.Blocks, page.Block{Note: fmt.Sprintf("Wrong order: %s won in %s of cases, but %s in %s. That is more than luck, even counting how many pairs of bands were looked at.",
				k.Bands[wrong.Lower].Words(), page.Percent(k.Bands[wrong.Lower].Rate.Value, 1), k.Bands[wrong.Higher].Words(), page.Percent(k.Bands[wrong.Higher].Rate.Value, 1))})
		}
	}
	if k.FastLane.Leads+k.Excluded.Leads > 0 {
		s.Blocks = append(s.Blocks, page.Block{Table: w.apart()})
	}
	return s
}

func (w *writer) scaleCurve() page.Figure {
	k := &w.c.Scale
	plot := &chart.Plot{ID: "points-scale", Title: "Win rate by points", Height: 280, Desc: "Win rate that each number of points has meant, with its range."}
	line, band := chart.Line{Name: "never falling", Style: chart.Second}, chart.Band{Name: "its range", Style: chart.Second}
	high := 0.02
	for _, p := range k.Curve {
		line.Points = append(line.Points, chart.Point{X: p.Score, Y: p.WinRate})
		band.X, band.Low, band.High = append(band.X, p.Score), append(band.Low, p.Low), append(band.High, p.High)
		high = max(high, p.High)
	}
	dots := chart.Dots{Name: "bands of points as they are", Style: chart.Fourth}
	for _, b := range k.Bands {
		dots.At, dots.Low, dots.High = append(dots.At, chart.Point{X: (b.From + b.To) / 2, Y: b.Rate.Value}), append(dots.Low, b.Rate.Low), append(dots.High, b.Rate.High)
		high = max(high, b.Rate.High)
		plot.Desc += fmt.Sprintf(" %s: %s.", b.Words(), page.Percent(b.Rate.Value, 1))
	}
	span := []float64{k.Curve[0].Score, k.Curve[len(k.Curve)-1].Score}
	for _, p := range dots.At {
		span = append(span, p.X)
	}
	plot.X, plot.Y = chart.Fit("points", span...), chart.Axis{Label: "share won", High: min(1, high*1.03), Percent: true}
	plot.Lines, plot.Bands, plot.Dots = []chart.Line{line}, []chart.Band{band}, []chart.Dots{dots}
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "A steep line: points tell leads apart. A flat one: more points mean nothing there."}
}

func (w *writer) modelCurve() page.Figure {
	k := &w.c.Scale
	plot := &chart.Plot{ID: "model-scale", Title: "Win rate by the model's probability", Height: 280, Desc: "Win rate of leads by the probability that the model gave."}
	dots := chart.Dots{Name: "model", Style: chart.First}
	high := 0.02
	for _, b := range k.Model {
		dots.At, dots.Low, dots.High = append(dots.At, chart.Point{X: b.Expected, Y: b.Rate.Value}), append(dots.Low, b.Rate.Low), append(dots.High, b.Rate.High)
		high = max(high, b.Rate.High, b.Expected)
		plot.Desc += fmt.Sprintf(" Expected %s, won %s.", page.Percent(b.Expected, 1), page.Percent(b.Rate.Value, 1))
	}
	high = min(1, high*1.03)
	plot.X, plot.Y = chart.Axis{Label: "probability by the model", High: high, Percent: true}, chart.Axis{Label: "share won", High: high, Percent: true}
	plot.Lines = []chart.Line{{Name: "as expected", Style: chart.Quiet, Points: []chart.Point{{}, {X: high, Y: high}}}}
	plot.Dots = []chart.Dots{dots}
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "On the line the model's 12 % has meant 12 of 100. Above it more was won than the model said, below it less."}
}

func (w *writer) levels() *page.Table {
	t := &page.Table{Caption: "Points and probability side by side", Columns: []page.Column{{Title: "Points"}, {Title: "Has meant", Under: "win rate, with range"}, {Title: "Leads with as many or more"}, {Title: "The model's probability", Under: "that as many leads reach"}}}
	for k, l := range w.c.Scale.Levels {
		key := func(of string) string { return fmt.Sprintf("level.%d.%s", k, of) }
		t.Rows = append(t.Rows, []page.Cell{cell(key("points"), page.Number(l.Points, 0)),
			{Text: page.Percent(l.WinRate, 1), Under: fmt.Sprintf("[%s, %s]\u00a0%%", page.Number(100*l.Low, 1), page.Number(100*l.High, 1)), Key: key("rate"), UnderKey: key("rate.range")},
			cell(key("reach"), page.Count(l.Reach)), cell(key("probability"), page.Percent(l.SameRank, 1))})
	}
	return t
}

func (w *writer) bands() *page.Table {
	t := &page.Table{Caption: "Bands of points as they are", Columns: []page.Column{{Title: "Points"}, {Title: "Leads"}, {Title: "Won"}, {Title: "Win rate", Under: "with range"}, {Title: "The model expected", Under: "win rate"}}}
	for k, b := range w.c.Scale.Bands {
		t.Rows = append(t.Rows, bandRow(b.Words(), fmt.Sprintf("band.%d.", k), b))
	}
	return t
}

func bandRow(name, key string, b comparison.Band) []page.Cell {
	if b.Leads == 0 {
		return []page.Cell{{Text: name}, cell(key+"leads", "0"), {Text: page.None}, {Text: page.None}, {Text: page.None}}
	}
	return []page.Cell{{Text: name}, cell(key+"leads", page.Count(b.Leads)), cell(key+"won", page.Count(b.Won)), rate(key+"rate", b.Rate), cell(key+"expected", page.Percent(b.Expected, 1))}
}

func (w *writer) steps() *page.Table {
	k := &w.c.Scale
	t := &page.Table{Caption: "Is a higher band really better than the one below it?", Columns: []page.Column{{Title: "More points"}, {Title: "against"}, {Title: "Win rate is higher by", Under: "points of percent, with range"}, {Title: "So"}}}
	words := map[comparison.Meaning]string{comparison.Better: "really better", comparison.Unclear: "no evidence of a difference", comparison.Worse: "worse: wrong order"}
	for i, step := range k.Steps {
		t.Rows = append(t.Rows, []page.Cell{{Text: k.Bands[step.Higher].Words()}, {Text: k.Bands[step.Lower].Words()}, ranged(fmt.Sprintf("step.%d", i), &step.Difference, 100), {Text: words[step.Meaning]}})
	}
	return t
}

func (w *writer) apart() *page.Table {
	k := &w.c.Scale
	return &page.Table{Caption: "Leads whose points decide nothing", Columns: []page.Column{{Title: "Leads"}, {Title: "Number"}, {Title: "Won"}, {Title: "Win rate", Under: "with range"}, {Title: "The model expected", Under: "win rate"}},
		Rows: [][]page.Cell{bandRow("fast lane", "fast_lane.", k.FastLane), bandRow("excluded", "excluded.", k.Excluded)}}
}
