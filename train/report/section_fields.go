package report

import (
	"fmt"
	"html/template"
	"math"
	"sort"
	"strconv"

	"leadscore/features"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// mostShapes and mostLevels bound the charts: a reader goes no further, and the page stays small. The table lists every field.
const (
	mostShapes = 40
	mostLevels = 20
	mostPairs  = 24
	// leastWeight is a standard deviation in log-odds below which a table says nothing: 0.005 moves a probability by a tenth of a percentage point.
	leastWeight = 0.005
)

// half95 is the half width of a 95 % interval in standard errors.
const half95 = 1.959963984540054

// fields shows each field's shape, the most important first.
func (w *writer) fields() *page.Section {
	if len(w.e.Fields) == 0 {
		return nil
	}
	s := &page.Section{ID: "fields", Title: "What each field does",
		Intro: "The model adds one number a field: above 0 the value makes a win likelier than for the average lead, below 0 less likely. Importance is how much that number differs from lead to lead, its standard deviation over the training leads. The numbers are log-odds: 0.7 doubles the odds of a win, 1.1 trebles them, −0.7 halves them."}
	order := byWeight(w.m.Importance)
	s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{w.importance(order)}})
	var shapes []page.Figure
	for rank, i := range order {
		if rank == mostShapes || rank > 0 && w.m.Importance[i] < leastWeight {
			break
		}
		shapes = append(shapes, w.shape(i))
	}
	s.Blocks = append(s.Blocks, page.Block{Figures: shapes})
	if len(shapes) < len(order) {
		s.Blocks = append(s.Blocks, page.Block{Note: fmt.Sprintf("Drawn are the %d most important fields of %d; the table lists all. A field that moves the log-odds by less than %g says nothing worth drawing.", len(shapes), len(order), leastWeight)})
	}
	s.Blocks = append(s.Blocks, page.Block{Fold: &page.Fold{Summary: "All fields by importance", Blocks: []page.Block{{Table: w.fieldTable(order)}}}})
	return s
}

// byWeight lists places by falling weight, ties by place.
func byWeight(weights []float64) []int {
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return weights[order[a]] > weights[order[b]] })
	return order
}

func (w *writer) importance(order []int) page.Figure {
	ranges := &chart.Ranges{ID: "importance", Title: "Importance", Desc: "Fields by the standard deviation of what they add."}
	series := chart.Range{Style: chart.First}
	for rank, i := range order {
		if rank == mostLevels {
			break
		}
		v := w.m.Importance[i]
		ranges.Rows = append(ranges.Rows, w.e.Fields[i].Name)
		series.At, series.Low, series.High = append(series.At, v), append(series.Low, 0), append(series.High, v)
	}
	if len(order) > 0 {
		ranges.Desc += fmt.Sprintf(" First: %s, %s.", w.e.Fields[order[0]].Name, page.Number(w.m.Importance[order[0]], 2))
		ranges.X = chart.Axis{Label: "spread in log-odds", High: max(w.m.Importance[order[0]]*1.05, 0.01)}
	}
	ranges.Series = []chart.Range{series}
	return page.Figure{Title: "Importance", SVG: ranges.SVG(), Caption: caption(len(order), mostLevels, "fields")}
}

// caption says how many of a long list are shown.
func caption(n, shown int, what string) string {
	if n <= shown {
		return ""
	}
	return fmt.Sprintf("The first %d of %d %s.", shown, n, what)
}

func (w *writer) fieldTable(order []int) *page.Table {
	table := &page.Table{Caption: "Fields by importance", Columns: []page.Column{{Title: "Field"}, {Title: "Importance", Under: "log-odds"}, {Title: "Entries"}, {Title: "Effective parameters"}}}
	for _, i := range order {
		f := &w.e.Fields[i]
		table.Rows = append(table.Rows, []page.Cell{{Text: f.Name}, {Text: page.Number(w.m.Importance[i], 3), Key: fmt.Sprintf("importance.%d", i)},
			{Text: page.Count(len(f.Bins))}, {Text: page.Number(f.EDF, 1)}})
	}
	return table
}

// shape draws a number's table as a step line, a category's as rows.
func (w *writer) shape(i int) page.Figure {
	f := &w.e.Fields[i]
	figure := page.Figure{Title: f.Name}
	if f.Ordered > 1 {
		figure.SVG, figure.Caption = w.numberShape(i, f), numberCaption(f)
		return figure
	}
	ranges, shown, all := levelShape(i, f)
	figure.SVG, figure.Caption = ranges.SVG(), caption(all, shown, "values, those with the most leads")
	return figure
}

// numberCaption explains the axis and names the values that have no place on it.
func numberCaption(f *Field) string {
	text := "From left to right all training leads that have a value, the smallest first; the figures below are values"
	if f.Unit != "" {
		text += " (" + f.Unit + ")"
	}
	text += "." + promised(f.Monotone)
	for _, b := range f.Bins[f.Ordered:] {
		if b.Leads > 0 {
			text += fmt.Sprintf(" %s: %s ± %s (%s).", sentence(b.Label)[:len(b.Label)], page.Number(b.LogOdds, 2), page.Number(half95*b.StandardError, 2),
				page.Plural(b.Leads, "lead", "leads"))
		}
	}
	return text
}

// promised says in words what the schema promises of a field; empty for nothing.
func promised(d features.Direction) string {
	switch d {
	case features.Up:
		return " The schema promises that it never falls."
	case features.Down:
		return " The schema promises that it never rises."
	}
	return ""
}

// numberShape draws the bins as wide as their share of the leads, so that a long tail does not squeeze the rest.
func (w *writer) numberShape(i int, f *Field) template.HTML {
	bins := f.Bins[:f.Ordered]
	total := 0.0
	for _, b := range bins {
		total += max(float64(b.Leads), 0)
	}
	edges, values, low, high := []float64{0}, []float64{}, []float64{}, []float64{}
	seen, most, least := 0.0, 0.0, 0.0
	axis := chart.Axis{Label: axisLabel(f), High: 1, Ticks: []chart.Tick{}}
	for k, b := range bins {
		if k > 0 && seen > 0 {
			axis.Ticks = append(axis.Ticks, chart.Tick{At: seen / max(total, 1), Text: edgeText(f.Edges[k-1], f.Unit)})
		}
		seen += float64(b.Leads)
		edges, values = append(edges, seen/max(total, 1)), append(values, b.LogOdds)
		from, to := b.LogOdds-half95*b.StandardError, b.LogOdds+half95*b.StandardError
		low, high = append(low, from), append(high, to)
		most, least = max(most, to), min(least, from)
	}
	axis.Ticks = spaced(axis.Ticks)
	plot := &chart.Plot{ID: fmt.Sprintf("field-%d", i), Title: f.Name, X: axis, Y: chart.Fit("added log-odds", least, most, 0)}
	plot.Bands = []chart.Band{stepBand(edges, low, high)}
	plot.Lines = []chart.Line{{Style: chart.Quiet, Points: []chart.Point{{}, {X: 1}}}, {Style: chart.First, Points: chart.Steps(edges, values)}}
	plot.Desc = fmt.Sprintf("What %s adds, with its interval: %s for the smallest values, %s for the largest.", f.Name,
		page.Number(values[0], 2), page.Number(values[len(values)-1], 2))
	return plot.SVG()
}

// axisLabel names the field and its unit, for instance "employees" or "lead age, days".
func axisLabel(f *Field) string {
	if f.Unit == "" || f.Unit == dayUnit {
		return f.Name
	}
	return f.Name + ", " + f.Unit
}

func stepBand(edges, low, high []float64) chart.Band {
	band := chart.Band{Style: chart.First}
	for k := range low {
		band.X = append(band.X, edges[k], edges[k+1])
		band.Low, band.High = append(band.Low, low[k], low[k]), append(band.High, high[k], high[k])
	}
	return band
}

// spaced keeps ticks that are far enough apart to be told apart, about one a fifth of the axis.
func spaced(ticks []chart.Tick) []chart.Tick {
	kept := []chart.Tick{}
	for _, t := range ticks {
		if n := len(kept); n > 0 && (t.At-kept[n-1].At < 0.16 || t.Text == kept[n-1].Text) {
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// levelShape draws the levels with the most leads: those that are numbers in their order, others with the largest effect first.
func levelShape(i int, f *Field) (ranges *chart.Ranges, shown, all int) {
	var places []int
	for k, b := range f.Bins {
		if b.Leads > 0 {
			places = append(places, k)
		}
	}
	all = len(places)
	sort.SliceStable(places, func(a, b int) bool { return f.Bins[places[a]].Leads > f.Bins[places[b]].Leads })
	if len(places) > mostLevels {
		places = places[:mostLevels]
	}
	sort.SliceStable(places, func(a, b int) bool { return f.Bins[places[a]].LogOdds > f.Bins[places[b]].LogOdds })
	desc := "What each value adds, with its interval."
	if len(places) > 0 {
		first, last := f.Bins[places[0]], f.Bins[places[len(places)-1]]
		desc += fmt.Sprintf(" Most: %s, %s. Least: %s, %s.", first.Label, page.Number(first.LogOdds, 2), last.Label, page.Number(last.LogOdds, 2))
	}
	inOrderOfNumbers(f, places)
	zero := 0.0
	ranges = &chart.Ranges{ID: fmt.Sprintf("field-%d", i), Title: f.Name, Desc: desc, Zero: &zero}
	series := chart.Range{Style: chart.First}
	values := []float64{0}
	for _, k := range places {
		b := f.Bins[k]
		low, high := b.LogOdds-half95*b.StandardError, b.LogOdds+half95*b.StandardError
		ranges.Rows = append(ranges.Rows, b.Label)
		series.At, series.Low, series.High = append(series.At, b.LogOdds), append(series.Low, low), append(series.High, high)
		values = append(values, low, high)
	}
	ranges.X, ranges.Series = chart.Fit("added log-odds", values...), []chart.Range{series}
	return ranges, len(places), all
}

// inOrderOfNumbers puts bins that are values of a number into its order, whatever else there is (missing, another value) last. It leaves others alone.
func inOrderOfNumbers(f *Field, places []int) {
	const mostOthers = 2
	values, others := map[int]float64{}, 0
	for _, k := range places {
		v, err := strconv.ParseFloat(f.Bins[k].Label, 64)
		if err != nil {
			others++
			v = math.Inf(1)
		}
		values[k] = v
	}
	if others > mostOthers || 2*others >= len(places) {
		return
	}
	sort.SliceStable(places, func(a, b int) bool { return values[places[a]] < values[places[b]] })
}

// pairs shows which fields act together.
func (w *writer) pairs() *page.Section {
	if len(w.e.Pairs) == 0 {
		return nil
	}
	s := &page.Section{ID: "pairs", Title: "Fields that act together",
		Intro: "What two fields add beyond what each adds alone, in log-odds. A pair is in the model only where it improved leads that its fit had not seen."}
	order := byWeight(w.m.PairWeight)
	var figures []page.Figure
	for rank, i := range order {
		if rank == mostPairs || w.m.PairWeight[i] < leastWeight {
			break
		}
		p := &w.e.Pairs[i]
		heat := &chart.Heat{ID: fmt.Sprintf("pair-%d", i), Title: p.First + " × " + p.Second, RowName: p.First, Name: p.Second, Rows: p.Rows, Columns: p.Columns, Values: p.LogOdds}
		heat.Desc, heat.Titles = pairInWords(p)
		figures = append(figures, page.Figure{Title: heat.Title, SVG: heat.SVG(),
			Caption: fmt.Sprintf("Standard deviation %s. Blue makes a win likelier, orange less likely.", page.Number(w.m.PairWeight[i], 3))})
	}
	s.Blocks = []page.Block{{Figures: figures}}
	if len(figures) < len(order) {
		s.Blocks = append(s.Blocks, page.Block{Note: fmt.Sprintf("Drawn are %d of %d pairs; the others are many or move the log-odds by less than %g.", len(figures), len(order), leastWeight)})
	}
	return s
}

// pairInWords says where a pair adds most and least, and what each cell holds; too many cells get no titles.
func pairInWords(p *Pair) (desc string, titles [][]string) {
	const mostTitles = 256
	best, worst := math.Inf(-1), math.Inf(1)
	var bestAt, worstAt string
	withTitles := len(p.Rows)*len(p.Columns) <= mostTitles
	for r, row := range p.LogOdds {
		var line []string
		for c, v := range row {
			where := p.Rows[r] + ", " + p.Columns[c]
			if v > best {
				best, bestAt = v, where
			}
			if v < worst {
				worst, worstAt = v, where
			}
			line = append(line, fmt.Sprintf("%s: %s ± %s (%s)", where, page.Number(v, 2), page.Number(half95*p.StandardErrors[r][c], 2),
				page.Plural(p.Leads[r][c], "lead", "leads")))
		}
		titles = append(titles, line)
	}
	if !withTitles {
		titles = nil
	}
	return fmt.Sprintf("Most: %s at %s. Least: %s at %s.", page.Number(best, 2), bestAt, page.Number(worst, 2), worstAt), titles
}
