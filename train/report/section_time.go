package report

import (
	"fmt"
	"math"
	"strings"

	"leadscore/models"
	"leadscore/train/report/page"
)

// origins shows the recipe at several points in time, and what a random split would have claimed.
func (w *writer) origins() *page.Section {
	v := &w.e.Validation
	if v.Rolling == nil && v.Contrast == nil {
		return nil
	}
	s := &page.Section{ID: "origins", Title: "Would it have worked at other times",
		Intro: "The same recipe, fitted to what was known at several points in time and judged on the leads after each. One lucky or unlucky part cannot decide then. These fits have fields without pairs, so their figures lie a little below the main one's."}
	if v.Rolling != nil {
		s.Blocks = append(s.Blocks, page.Block{Table: originTable(v.Rolling)},
			page.Block{Note: models.RulesInHindsight})
	}
	if c := v.Contrast; c != nil {
		moral := "Only the second looks ahead in time; the first shows how much such a split flatters."
		if c.RandomAUC <= c.TimeAUC {
			moral = "Here it would not have flattered."
		}
		s.Blocks = append(s.Blocks, page.Block{Note: fmt.Sprintf("What a random split would have claimed: AUC %s on %s, where the same recipe reaches %s on the newest part. %s",
			page.Number(c.RandomAUC, 3), page.Plural(c.Leads, "lead", "leads"), page.Number(c.TimeAUC, 3), moral)})
	}
	return s
}

// A window says something of the level or the ranking from so many won and so many other leads on. A level is off that is a quarter off, and by more than
// chance makes of so many wins.
const (
	fewestOfOrigin = 20
	levelIsOff     = 1.25
)

// originsVerdict speaks where the same recipe failed at earlier times; empty where it held.
func originsVerdict(r *models.Rolling) (page.Tone, string) {
	if r == nil {
		return page.Unclear, ""
	}
	judged, chance, off := 0, 0, 0
	area, ratio := [2]float64{1, 0}, [2]float64{math.Inf(1), 0}
	for _, o := range r.Origins {
		if o.Model == nil || min(o.Won, o.Leads-o.Won) < fewestOfOrigin {
			continue
		}
		judged++
		area[0], area[1] = min(area[0], o.Model.AUC), max(area[1], o.Model.AUC)
		ratio[0], ratio[1] = min(ratio[0], o.Model.ExpectedObserved), max(ratio[1], o.Model.ExpectedObserved)
		if o.Model.AUC <= 0.5 {
			chance++
		}
		if math.Abs(math.Log(o.Model.ExpectedObserved)) > max(math.Log(levelIsOff), 2/math.Sqrt(float64(o.Won))) {
			off++
		}
	}
	var words []string
	tone := page.Unclear
	if chance > 0 {
		tone = page.Bad
		words = append(words, fmt.Sprintf("at %d of %d times looked at, the same recipe ranked the leads that came no better than chance (AUC %s to %s)", chance, judged,
			page.Number(area[0], 3), page.Number(area[1], 3)))
	}
	if off > 0 {
		words = append(words, fmt.Sprintf("at %d of %d times looked at, its expected wins were off by a quarter or more (%s to %s of those that came), so its level needs recalibration as deals close", off, judged,
			page.Number(ratio[0], 2), page.Number(ratio[1], 2)))
	}
	return tone, strings.Join(words, "; ")
}

func originTable(r *models.Rolling) *page.Table {
	table := &page.Table{Caption: "Rolling origins", Columns: []page.Column{{Title: "Judged from"}, {Title: "Fitted to", Under: "leads"}, {Title: "Judged on", Under: "leads"}, {Title: "Won"},
		{Title: "AUC", Under: "model"}, {Title: "AUC", Under: "rules"}, {Title: "Log loss", Under: "model"}, {Title: "Slope", Under: "model"}, {Title: "Expected / observed", Under: "model"}}}
	for i, o := range r.Origins {
		from := fmt.Sprintf("part %d", i+1)
		if len(o.From) >= len("2026-01-02") {
			from = o.From[:len("2026-01-02")]
		}
		row := []page.Cell{{Text: from, Under: o.Skipped}, {Text: page.Count(o.Past)}, {Text: page.Count(o.Leads)}, {Text: page.Count(o.Won)}}
		table.Rows = append(table.Rows, append(row, originCells(o.Model, o.Rules)...))
	}
	if r.Model != nil && r.Rules != nil {
		blank := []page.Cell{{}, {}, {}}
		table.Rows = append(table.Rows,
			append(append([]page.Cell{{Text: "mean"}}, blank...), originCells(&r.Model.Mean, &r.Rules.Mean)...),
			append(append([]page.Cell{{Text: "worst", Under: "of each figure"}}, blank...), originCells(&r.Model.Worst, &r.Rules.Worst)...))
	}
	return table
}

func originCells(model, rules *models.OriginFigures) []page.Cell {
	figure := func(f *models.OriginFigures, of func(*models.OriginFigures) float64, decimals int) page.Cell {
		if f == nil {
			return page.Cell{Text: page.None}
		}
		return page.Cell{Text: page.Number(of(f), decimals)}
	}
	area := func(f *models.OriginFigures) float64 { return f.AUC }
	return []page.Cell{figure(model, area, 3), figure(rules, area, 3),
		figure(model, func(f *models.OriginFigures) float64 { return f.LogLoss }, 4),
		slopeCell(model),
		figure(model, func(f *models.OriginFigures) float64 { return f.ExpectedObserved }, 2)}
}

func slopeCell(f *models.OriginFigures) page.Cell {
	if f == nil {
		return page.Cell{Text: page.None}
	}
	return page.FigureCell("", f.Slope, 2)
}
