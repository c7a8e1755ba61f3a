package report

import (
	"fmt"
	"slices"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// speed shows that high-scored leads close more often and, or not, faster.
func (w *writer) speed() *page.Section {
	if len(w.m.Bands) == 0 {
		return nil
	}
	s := &page.Section{ID: "speed", Title: "Do high-scored leads close more often and faster",
		Intro: "The held-out leads in three bands by the model's score. Each curve says what share of its band was won by a given day: high is often, steep is fast."}
	if w.e.Days == nil {
		s.Blocks = append(s.Blocks, page.Block{Note: "The data do not say when a lead was won, so only how often can be shown."})
	} else if plot := w.speedPlot(); len(plot.Lines) > 0 {
		s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{{Title: plot.Title, SVG: plot.SVG(), Key: plot.Key(),
			Caption: "Days from " + w.e.DaysFrom + " to the win."}}})
	}
	table := &page.Table{Caption: "Bands of the model's score", Columns: []page.Column{{Title: "Band"}, {Title: "Leads"}, {Title: "Won"}, {Title: "Win rate"}, {Title: "Days to win", Under: "median"}}}
	for i, b := range w.m.Bands {
		key := func(of string) string { return fmt.Sprintf("band.%d.%s", i, of) }
		table.Rows = append(table.Rows, []page.Cell{{Text: b.Name}, {Text: page.Count(b.Leads), Key: key("leads")}, {Text: page.Count(b.Won), Key: key("won")},
			{Text: page.Percent(b.Rate.Value, 1), Under: page.PercentInterval(b.Rate, 1), Key: key("rate")}, page.Estimate(key("median"), b.Median, 1)})
	}
	s.Blocks = append(s.Blocks, page.Block{Table: table})
	if m := w.m.Sooner; m != nil {
		s.Blocks = append(s.Blocks, page.Block{Text: fmt.Sprintf(
			"Of a win in the top fifth and one in the bottom three fifths, the first came sooner in %s of all pairs %s; 50 %% is no difference (Mann–Whitney).",
			page.Percent(m.Value, 1), page.PercentInterval(*m, 1))})
	}
	return s
}

func (w *writer) speedPlot() *chart.Plot {
	plot := &chart.Plot{ID: "time-to-win", Title: "Won by day, by band", Desc: "Share of each band that was won by a given day.", Height: 280}
	far, high := 1.0, 0.01
	for _, b := range w.m.Bands {
		if n := len(b.Days); n > 0 {
			far, high = max(far, b.Days[n-1]), max(high, b.Shares[n-1])
		}
	}
	for i, b := range w.m.Bands {
		line := chart.Line{Name: b.Name, Style: styles[i], Points: []chart.Point{{}}}
		last := 0.0
		for k, day := range b.Days {
			line.Points = append(line.Points, chart.Point{X: day, Y: last}, chart.Point{X: day, Y: b.Shares[k]})
			last = b.Shares[k]
		}
		line.Points = append(line.Points, chart.Point{X: far, Y: last})
		plot.Lines = append(plot.Lines, line)
		plot.Desc += fmt.Sprintf(" %s: %s in the end.", sentence(b.Name)[:len(b.Name)], page.Percent(last, 1))
	}
	plot.X, plot.Y = chart.Axis{Label: "days from " + w.e.DaysFrom, High: far}, chart.Axis{Label: "won so far", High: high * 1.05, Percent: true}
	return plot
}

// mostSegments are shown; more is a list nobody reads.
const mostSegments = 12

// stability shows the model by month and by segment.
func (w *writer) stability() *page.Section {
	if !w.judged() {
		return nil
	}
	s := &page.Section{ID: "stability", Title: "Is it as good everywhere and always",
		Intro: "The same held-out leads in parts. An AUC whose interval lies below the others', or an expected-to-observed ratio whose interval leaves out 1, is where to look. Small parts have wide intervals: that is no fault. Of twenty parts, one stands out by chance."}
	if t := w.e.Training.Segments; t != nil {
		s.Blocks = append(s.Blocks, page.Block{Text: "Segments by " + t.By + ": " + sentence(t.Words())}, page.Block{Table: segmentTable(t)})
	}
	if len(w.m.ByMonth) > 0 {
		s.Blocks = append(s.Blocks, page.Block{Figures: w.areas("by-month", "AUC by month", w.m.ByMonth)},
			page.Block{Table: w.partTable("Held-out leads by month of the snapshot", "Month", "month", w.m.ByMonth)})
	} else {
		s.Blocks = append(s.Blocks, page.Block{Note: "Without times there is no stability by month."})
	}
	for i, segment := range w.m.BySegment {
		if i == mostSegments {
			s.Blocks = append(s.Blocks, page.Block{Note: fmt.Sprintf("Only the %d segments of the most important fields are shown, of %d.", mostSegments, len(w.m.BySegment))})
			break
		}
		title := "By " + segment.Field
		s.Blocks = append(s.Blocks, page.Block{Fold: &page.Fold{Summary: title, Open: i == 0, Blocks: []page.Block{
			{Figures: w.areas(fmt.Sprintf("segment-%d", i), "AUC by "+segment.Field, segment.Parts)},
			{Table: w.partTable("Held-out leads by "+segment.Field, segment.Field, fmt.Sprintf("segment.%d", i), segment.Parts)}}}})
	}
	return s
}

// segmentTable says how far each segment leans on the whole.
func segmentTable(s *models.Segments) *page.Table {
	table := &page.Table{Caption: "How far each segment leans on the whole, fitted to all leads", Columns: []page.Column{{Title: s.By}, {Title: "Leads"}, {Title: "Won"}, {Title: "Level", Under: "log-odds"},
		{Title: "Level leans"}, {Title: "Effects lean"}, {Title: "Parameters", Under: "of its own"}}}
	for k, g := range s.Segments {
		key := func(of string) string { return fmt.Sprintf("lean.%d.%s", k, of) }
		table.Rows = append(table.Rows, []page.Cell{{Text: g.Name}, {Text: page.Count(g.Leads), Key: key("leads")}, {Text: page.Count(g.Won), Key: key("won")},
			{Text: page.Number(g.Level, 2) + " ± " + page.Number(g.LevelError, 2), Key: key("level")}, {Text: page.Percent(g.LevelLeans, 0), Key: key("levels")},
			{Text: page.Percent(g.EffectsLean, 0), Key: key("effects")}, {Text: page.Number(g.EffectiveParameters, 1), Key: key("parameters")}})
	}
	return table
}

// areas draws nothing where every part is too small for an AUC.
func (w *writer) areas(id, title string, parts []Part) []page.Figure {
	if !slices.ContainsFunc(parts, func(p Part) bool {
		return slices.ContainsFunc(p.AUC, func(e *metrics.Estimate) bool { return e != nil })
	}) {
		return nil
	}
	ranges := &chart.Ranges{ID: id, Title: title, Desc: "AUC of each part with its interval, for each score."}
	for i, score := range w.e.Scores {
		series := chart.Range{Name: score.Name, Style: styles[i]}
		for _, p := range parts {
			addRange(&series, p.AUC[i])
		}
		ranges.Series = append(ranges.Series, series)
	}
	for _, p := range parts {
		ranges.Rows = append(ranges.Rows, p.Label)
	}
	half := 0.5
	low := 0.4
	for _, series := range ranges.Series {
		for _, v := range series.Low {
			if v < low {
				low = v
			}
		}
	}
	ranges.X, ranges.Zero = chart.Axis{Label: "AUC", Low: max(0, low), High: 1}, &half
	return []page.Figure{{Title: title, SVG: ranges.SVG(), Key: ranges.Key(), Caption: "The upright line is chance. A part with fewer than five won or lost leads has no AUC."}}
}

func (w *writer) partTable(caption, head, key string, parts []Part) *page.Table {
	table := &page.Table{Caption: caption, Columns: []page.Column{{Title: head}, {Title: "Leads"}, {Title: "Won"}, {Title: "Win rate"}, {Title: "Expected / observed"}}}
	for _, score := range w.e.Scores {
		table.Columns = append(table.Columns, page.Column{Title: "AUC", Under: score.Name})
	}
	for i, p := range parts {
		name := func(of string) string { return fmt.Sprintf("%s.%d.%s", key, i, of) }
		row := []page.Cell{{Text: p.Label}, {Text: page.Count(p.Leads), Key: name("leads")}, {Text: page.Count(p.Won), Key: name("won")},
			{Text: page.Percent(p.Rate.Value, 1), Under: page.PercentInterval(p.Rate, 1), Key: name("rate")}, page.Estimate(name("ratio"), p.Ratio, 2)}
		for k, area := range p.AUC {
			row = append(row, page.Estimate(name("auc."+w.e.Scores[k].Name), area, 3))
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// leaks lists what the leakage guard said.
func (w *writer) leaks() *page.Section {
	s := &page.Section{ID: "leakage", Title: "Leakage",
		Intro: "A field that is filled in, or changed, because of the outcome makes a model look brilliant and useless. A leak must be switched off, or allowed by name with a reason; a suspect should be looked at."}
	if len(w.e.Leaks) == 0 {
		text := "No guard against leakage ran for this version."
		if w.e.LeaksChecked {
			text = "No field is suspected of knowing the outcome beforehand."
		}
		s.Blocks = []page.Block{{Text: text}}
		return s
	}
	table := &page.Table{Caption: "Fields under suspicion", Prose: true, Columns: []page.Column{{Title: "Field"}, {Title: "Grade"}, {Title: "Evidence"}, {Title: "Used because"}}}
	for _, l := range w.e.Leaks {
		table.Rows = append(table.Rows, []page.Cell{{Text: l.Field}, {Text: l.Grade}, {Text: l.Evidence}, {Text: orDash(l.Because)}})
	}
	s.Blocks = []page.Block{{Table: table}}
	return s
}

// scoreOrigin says which of the scores above a row repeats.
func scoreOrigin(i int) string {
	return []string{"of this version", "the rule book", "the present champion"}[min(i, 2)]
}

// baselines sets simple methods beside the scores.
func (w *writer) baselines() *page.Section {
	if len(w.e.Baselines) == 0 && w.e.BaselineNote == "" {
		return nil
	}
	s := &page.Section{ID: "baselines", Title: "Simple methods on the same leads",
		Intro: "What well-known methods reach on the same split. A model that does not beat them is not worth its keep."}
	if w.e.BaselineNote != "" {
		s.Blocks = append(s.Blocks, page.Block{Note: sentence(w.e.BaselineNote)})
	}
	if len(w.e.Baselines) == 0 {
		return s
	}
	table := &page.Table{Caption: "Baselines on the held-out leads; classes and counts by golearn's confusion matrix", Columns: []page.Column{{Title: "Method"}, {Title: "AUC"},
		{Title: "Log loss"}, {Title: "Brier"}, {Title: "Precision", Under: "predicted wins won"}, {Title: "Recall", Under: "wins predicted"}, {Title: "Accuracy"}, {Title: "Judged on", Under: "leads"}}}
	for i := range w.e.Scores {
		f := &w.e.Scores[i].Figures
		table.Rows = append(table.Rows, []page.Cell{{Text: w.e.Scores[i].Name, Under: scoreOrigin(i)}, {Text: page.Number(f.AUC.Value, 3)}, {Text: page.Number(f.LogLoss, 4)}, {Text: page.Number(f.Brier, 4)},
			{Text: page.None}, {Text: page.None}, {Text: page.None}, {Text: page.Count(len(w.e.Wins))}})
	}
	for _, b := range w.e.Baselines {
		if b.Failed != "" {
			s.Blocks = append(s.Blocks, page.Block{Note: sentence(b.Failed)})
			continue
		}
		row := []page.Cell{{Text: b.Name, Under: b.Note}, page.FigureCell("", b.AUC, 3), page.FigureCell("", b.LogLoss, 4), page.FigureCell("", b.Brier, 4)}
		if c := b.Confusion; c != nil {
			precision := page.Cell{Text: page.Percent(c.Precision, 1)}
			if c.TruePositives+c.FalsePositives == 0 {
				precision.Text = page.None // it predicted no win
			}
			row = append(row, precision, page.Cell{Text: page.Percent(c.Recall, 1)}, page.Cell{Text: page.Percent(c.Accuracy, 1)})
		} else {
			row = append(row, page.Cell{Text: page.None}, page.Cell{Text: page.None}, page.Cell{Text: page.None})
		}
		table.Rows = append(table.Rows, append(row, page.Cell{Text: page.Count(b.JudgedOn)}))
	}
	s.Blocks = append(s.Blocks, page.Block{Table: table})
	return s
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
