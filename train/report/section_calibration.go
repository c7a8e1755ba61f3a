package report

import (
	"fmt"
	"math"

	"leadscore/models/metrics"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

var nan = math.NaN()

// calibration shows whether a probability means what it says.
func (w *writer) calibration() *page.Section {
	if !w.judged() {
		return nil
	}
	s := &page.Section{ID: "calibration", Title: "Do the probabilities mean what they say",
		Intro: "Of a hundred leads given 20 %, twenty should be won. The curve shows what was won at each prediction; the closer to the diagonal, the better."}
	var figures []page.Figure
	for i := range w.e.Scores {
		if w.m.Scores[i].Curve != nil {
			figures = append(figures, w.calibrationCurve(i))
		}
	}
	s.Blocks = append(s.Blocks, page.Block{Figures: figures}, page.Block{Table: w.calibrationTable()})
	if c := w.e.Calibration; c != nil {
		s.Blocks = append(s.Blocks, page.Block{Text: sentence(c.Words) + " The held-out leads had no say in that."})
	} else if why := w.e.Validation.AsFitted; why != "" {
		s.Blocks = append(s.Blocks, page.Block{Text: "The probabilities are as fitted: " + why + "."})
	}
	return s
}

func (w *writer) calibrationCurve(i int) page.Figure {
	score, m := &w.e.Scores[i], &w.m.Scores[i]
	plot := &chart.Plot{ID: "calibration-" + score.Name, Title: "Calibration of the " + score.Name, Height: 300,
		X: chart.Axis{Label: "predicted", Percent: true}, Y: chart.Axis{Label: "won", Percent: true}}
	band, line := chart.Band{Name: "its interval", Style: styles[i]}, chart.Line{Name: "smoothed win rate", Style: styles[i]}
	most := 0.01
	for _, p := range m.Curve.Points {
		band.X, band.Low, band.High = append(band.X, p.Prediction), append(band.Low, p.Low), append(band.High, p.High)
		line.Points = append(line.Points, chart.Point{X: p.Prediction, Y: p.WinRate})
		most = max(most, p.Prediction, p.WinRate)
	}
	dots := chart.Dots{Name: "tenths of the leads", Style: styles[i]}
	for k, d := range score.Figures.Deciles {
		rate := m.Tenths[k]
		dots.At = append(dots.At, chart.Point{X: d.Predicted, Y: d.WinRate})
		dots.Low, dots.High = append(dots.Low, rate.Low), append(dots.High, rate.High)
		most = max(most, d.WinRate, d.Predicted)
	}
	most = min(1, most*1.08)
	plot.X.High, plot.Y.High = most, most
	plot.Bands, plot.Dots = []chart.Band{band}, []chart.Dots{dots}
	plot.Lines = []chart.Line{{Name: "right", Style: chart.Quiet, Points: []chart.Point{{}, {X: most, Y: most}}}, line}
	plot.Desc = fmt.Sprintf("Win rate against prediction. On average %s away from the diagonal, for nine leads in ten at most %s.",
		points(m.Curve.ICI), points(m.Curve.E90))
	return page.Figure{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(), Caption: "Curve by lowess; where the band is wide, few leads lie there."}
}

// points writes a difference of shares in percentage points.
func points(share float64) string { return page.Number(100*share, 1) + " points" }

func (w *writer) calibrationTable() *page.Table {
	table := &page.Table{Caption: "Calibration on the held-out leads", Columns: w.scoreColumns("Figure")}
	add := func(name, under string, cell func(i int, key string) page.Cell, key string) {
		row := []page.Cell{{Text: name, Under: under}}
		for i := range w.e.Scores {
			row = append(row, cell(i, key+"."+w.e.Scores[i].Name))
		}
		table.Rows = append(table.Rows, row)
	}
	estimate := func(of func(i int) *metrics.Estimate, decimals int) func(int, string) page.Cell {
		return func(i int, key string) page.Cell {
			e := of(i)
			if e != nil && *e == (metrics.Estimate{}) {
				e = nil
			}
			return page.Estimate(key, e, decimals)
		}
	}
	figure := func(of func(i int) *float64) func(int, string) page.Cell {
		return func(i int, key string) page.Cell { return page.FigureCell(key, of(i), 4) }
	}
	curve := func(of func(*metrics.CalibrationCurve) float64) func(int) *float64 {
		return func(i int) *float64 {
			if w.m.Scores[i].Curve == nil {
				return nil
			}
			v := of(w.m.Scores[i].Curve)
			return &v
		}
	}
	add("expected over observed wins", "1 is right; above 1 too much was promised", estimate(func(i int) *metrics.Estimate { return w.m.Scores[i].ExpectedObserved }, 3), "ratio")
	add("intercept", "0 is right; above 0 more was won than expected (log-odds)", estimate(func(i int) *metrics.Estimate { return &w.e.Scores[i].Figures.Calibration.Intercept }, 3), "intercept")
	add("slope", "1 is right; below 1 too extreme, above 1 too timid", estimate(func(i int) *metrics.Estimate { return &w.e.Scores[i].Figures.Calibration.Slope }, 3), "slope")
	add("ICI", "mean distance of curve and prediction", figure(curve(func(c *metrics.CalibrationCurve) float64 { return c.ICI })), "ici")
	add("E50", "the median of that distance", figure(curve(func(c *metrics.CalibrationCurve) float64 { return c.E50 })), "e50")
	add("E90", "nine leads in ten are closer than this", figure(curve(func(c *metrics.CalibrationCurve) float64 { return c.E90 })), "e90")
	add("Emax", "its largest value", figure(curve(func(c *metrics.CalibrationCurve) float64 { return c.EMax })), "emax")
	add("smooth ECE", "calibration error without bins; 0 is right", figure(func(i int) *float64 { return w.m.Scores[i].SmoothECE }), "smooth_ece")
	return table
}

// netBenefit shows at which thresholds a score is worth using.
func (w *writer) netBenefit() *page.Section {
	if !w.judged() {
		return nil
	}
	s := &page.Section{ID: "net-benefit", Title: "Is it worth using",
		Intro: "Say that a lead is worth working from a probability of t upwards. Then a lost lead worked costs t/(1 − t) of a win. Net benefit is the wins found, less that cost, a lead. A score is worth using where its line lies above both working all leads and working none."}
	plot := &chart.Plot{ID: "decision-curve", Title: "Net benefit", X: chart.Axis{Label: "probability from which a lead is worked", Percent: true}, Height: 280}
	values := []float64{0}
	for i, score := range w.e.Scores {
		line := chart.Line{Name: score.Name, Style: styles[i]}
		for _, p := range w.m.Scores[i].NetBenefit {
			line.Points = append(line.Points, chart.Point{X: p.Threshold, Y: p.Score})
			values = append(values, p.Score)
		}
		plot.Lines = append(plot.Lines, line)
	}
	all := chart.Line{Name: "work all", Style: chart.Quiet}
	floor := 0.0
	for _, v := range values {
		floor = min(floor, v)
	}
	floor = min(floor, -0.15*w.m.BaseRate)
	for _, p := range w.m.Scores[0].NetBenefit {
		if p.All < floor { // the line goes on below the chart
			break
		}
		all.Points = append(all.Points, chart.Point{X: p.Threshold, Y: p.All})
		values = append(values, p.All)
	}
	plot.X.High = w.m.Scores[0].NetBenefit[len(w.m.Scores[0].NetBenefit)-1].Threshold
	plot.Y = chart.Fit("wins a lead, net", append(values, floor)...)
	plot.Lines = append(plot.Lines, all, chart.Line{Name: "work none: 0", Style: chart.Fourth, Points: []chart.Point{{}, {X: plot.X.High}}})
	plot.Desc = "Net benefit by threshold, of each score, of working all leads and of working none." + w.benefitInWords()
	s.Blocks = []page.Block{{Figures: []page.Figure{{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key()}}}, {Table: w.benefitTable()}}
	return s
}

// benefitInWords compares model and rules at the base rate.
func (w *writer) benefitInWords() string {
	k := benefitRows[1]
	list := w.m.Scores[0].NetBenefit
	if k >= len(list) {
		return ""
	}
	text := fmt.Sprintf(" At %s:", page.Percent(list[k].Threshold, 1))
	for i, score := range w.e.Scores {
		text += fmt.Sprintf(" %s %s,", score.Name, page.Number(w.m.Scores[i].NetBenefit[k].Score, 4))
	}
	return text + fmt.Sprintf(" all %s.", page.Number(list[k].All, 4))
}

// benefitRows are the thresholds shown in the table: a half, one, one and a half, two and three times the base rate.
var benefitRows = []int{9, 19, 29, 39, 59}

func (w *writer) benefitTable() *page.Table {
	table := &page.Table{Caption: "Net benefit in wins per 1,000 leads", Columns: w.scoreColumns("From")}
	table.Columns = append(table.Columns, page.Column{Title: "work all"})
	for _, k := range benefitRows {
		at := w.m.Scores[0].NetBenefit[k]
		row := []page.Cell{{Text: page.Percent(at.Threshold, 1)}}
		for i, score := range w.e.Scores {
			row = append(row, page.Cell{Text: page.Number(1000*w.m.Scores[i].NetBenefit[k].Score, 1), Key: fmt.Sprintf("benefit.%s.%d", score.Name, k)})
		}
		table.Rows = append(table.Rows, append(row, page.Cell{Text: page.Number(1000*at.All, 1), Key: fmt.Sprintf("benefit.all.%d", k)}))
	}
	return table
}
