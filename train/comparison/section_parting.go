package comparison

import (
	"fmt"
	"math"
	"strings"

	"leadscore/models"
	"leadscore/models/comparison"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// parting shows where the scores disagree and who was right there.
func (w *writer) parting() *page.Section {
	d := &w.c.Disagreement
	s := &page.Section{ID: "parting", Title: "Where do they disagree?",
		Intro: fmt.Sprintf("Each lead is ranked among the leads that the model was fitted to, once by the model and once by points. A score calls a lead high if it is among the best %s there: the same share for both, so that neither looks better by being laxer. The fast lane is always high by the rules, an excluded lead always low. So there are four groups.", page.Percent(d.HighShare, 0))}
	s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{w.quadrantRates()}}, page.Block{Table: w.quadrants()})
	if e := d.ModelLessRules; e != nil {
		s.Blocks = append(s.Blocks, page.Block{Table: &page.Table{Caption: "The two groups on which they disagree", Columns: []page.Column{{Title: "Win rate"}, {Title: "Points of percent", Under: "with range"}},
			Rows: [][]page.Cell{{{Text: "model only less rules only"}, ranged("parting.difference", e, 100)}}}})
	}
	if len(d.Gaps) > 0 {
		s.Blocks = append(s.Blocks, page.Block{Text: fmt.Sprintf("The %d leads on which the scores are furthest apart. A rank of 90 means: scored above 90 of 100 leads. What a rule gives is in points; what a field does to the model is a plus or minus, the strongest first.", len(d.Gaps))},
			page.Block{Table: w.gaps()})
	}
	if len(d.Rules) > 0 {
		s.Blocks = append(s.Blocks, page.Block{Text: w.behindWords()}, page.Block{Table: behindTable("rule", "Rules behind disagreements, those most often wrong first", d.Rules)})
	}
	if len(d.Fields) > 0 {
		s.Blocks = append(s.Blocks, page.Block{Fold: &page.Fold{Summary: "Fields of the model behind disagreements", Blocks: []page.Block{{Table: behindTable("field", "Fields behind disagreements, those most often wrong first", d.Fields)}}}})
	}
	return s
}

func (w *writer) quadrantRates() page.Figure {
	d := &w.c.Disagreement
	ranges := &chart.Ranges{ID: "quadrants", Title: "Win rate of the four groups", Desc: "Win rate and range of each group."}
	series := chart.Range{Style: chart.First}
	high := w.c.Rate.High
	for _, q := range d.Quadrants {
		ranges.Rows = append(ranges.Rows, quadrantWords(q.Quadrant))
		if q.Leads == 0 {
			addRange(&series, nil, 1)
			continue
		}
		addRange(&series, &q.Rate, 1)
		high = max(high, q.Rate.High)
		ranges.Desc += fmt.Sprintf(" %s: %s of %s.", quadrantWords(q.Quadrant), page.Percent(q.Rate.Value, 1), page.Plural(q.Leads, "lead", "leads"))
	}
	all := w.c.Rate.Value
	ranges.X, ranges.Zero, ranges.Series = chart.Axis{Label: "share won; upright line: all leads", High: min(1, high*1.05), Percent: true}, &all, []chart.Range{series}
	return page.Figure{Title: ranges.Title, SVG: ranges.SVG(), Key: ranges.Key(), Caption: "Short lines are sure, long lines are not."}
}

func (w *writer) quadrants() *page.Table {
	t := &page.Table{Caption: "The four groups", Columns: []page.Column{{Title: "High by"}, {Title: "Leads"}, {Title: "Won"}, {Title: "Win rate", Under: "with range"},
		{Title: "Wins the model expected"}, {Title: "Days to the win", Under: "half of the wins came sooner"}}}
	for _, q := range w.c.Disagreement.Quadrants {
		key := func(of string) string { return fmt.Sprintf("quadrant.%s.%s", q.Quadrant, of) }
		row := []page.Cell{{Text: quadrantWords(q.Quadrant)}, cell(key("leads"), page.Count(q.Leads)), cell(key("won"), page.Count(q.Won))}
		if q.Leads == 0 {
			row = append(row, page.Cell{Text: page.None}, page.Cell{Text: page.None}, page.Cell{Text: page.None})
		} else {
			row = append(row, rate(key("rate"), q.Rate), cell(key("expected"), page.Number(q.Expected, 1)), ranged(key("days"), q.Days, 1))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (w *writer) gaps() *page.Table {
	t := &page.Table{Prose: true, Caption: "The leads furthest apart", Columns: []page.Column{{Title: "Lead"}, {Title: "Model", Under: "rank"}, {Title: "Rules", Under: "rank"}, {Title: "Outcome"}, {Title: "What the rules see"}, {Title: "What the model sees"}}}
	for k, g := range w.c.Disagreement.Gaps {
		key := func(of string) string { return fmt.Sprintf("gap.%d.%s", k, of) }
		outcome := "not won"
		if g.Won {
			outcome = "won"
		}
		points := page.Number(g.Points, decimalsOf(g.Points)) + "\u00a0points"
		row := []page.Cell{{Text: g.LeadID},
			{Text: page.Percent(g.Probability, 1), Under: "rank " + page.Number(g.ProbabilityPercentile, 0), Key: key("probability"), UnderKey: key("rank.model")},
			{Text: points, Under: "rank " + page.Number(g.PointsPercentile, 0) + gateWords(g), Key: key("points"), UnderKey: key("rank.rules")},
			{Text: outcome}, {Text: causesOf(g.Causes, "rules")}, {Text: causesOf(g.Causes, "model")}}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func gateWords(g comparison.Gap) string {
	switch g.Qualification {
	case "fast_lane":
		return ", fast lane"
	case "excluded":
		return ", excluded"
	}
	return ""
}

// decimalsOf keeps whole points whole.
func decimalsOf(points float64) int {
	if points == math.Trunc(points) {
		return 0
	}
	return 1
}

// causesOf writes the causes on one side.
func causesOf(causes []models.Cause, side string) string {
	var list []string
	for _, c := range causes {
		if c.Side != side {
			continue
		}
		text := c.Name
		if c.Detail != "" && c.Detail != c.Name {
			text += ": " + c.Detail
		}
		switch {
		case side == "rules" && c.Effect != 0:
			text += fmt.Sprintf(" (%s)", signed(c.Effect, decimalsOf(c.Effect)))
		case side == "model":
			text += " " + map[bool]string{true: "(plus)", false: "(minus)"}[c.Effect > 0]
		}
		list = append(list, text)
	}
	switch {
	case len(list) > 0:
		return strings.Join(list, "; ")
	case side == "rules":
		return "no rule gives or takes anything that counts here"
	}
	return "nothing stands out"
}

func signed(v float64, decimals int) string {
	if v > 0 {
		return "+" + page.Number(v, decimals)
	}
	return page.Number(v, decimals)
}

func (w *writer) behindWords() string {
	d := &w.c.Disagreement
	text := "Which rules stand behind the disagreements? A rule stands behind one if it is among the three strongest that pull the points away from the model. The rules were wrong if they called the lead high and it was not won, or low and it was won. Most leads are never won, so compare the win rate with that of all leads: " + page.Percent(w.c.Rate.Value, 1) + "."
	if d.CloseCalls > 0 {
		text += fmt.Sprintf(" %s not counted: the ranks differ by less than 10 of 100.", page.Plural(d.CloseCalls, "disagreement is", "disagreements are"))
	}
	return text
}

// mostBehind rows of a table.
const mostBehind = 20

func behindTable(what, caption string, list []comparison.Behind) *page.Table {
	t := &page.Table{Caption: caption, Columns: []page.Column{{Title: strings.ToUpper(what[:1]) + what[1:]}, {Title: "Disagreements"}, {Title: "Wrong in"}, {Title: "Called high"}, {Title: "Won"}, {Title: "Win rate", Under: "with range"}}}
	for k, b := range list {
		if k == mostBehind {
			break
		}
		key := func(of string) string { return fmt.Sprintf("%s.%s.%s", what, b.Name, of) }
		t.Rows = append(t.Rows, []page.Cell{{Text: b.Name, Under: b.Detail}, cell(key("leads"), page.Count(b.Leads)), cell(key("wrong"), page.Count(b.Wrong)),
			cell(key("high"), page.Count(b.Raised)), cell(key("won"), page.Count(b.Won)), rate(key("rate"), b.Rate)})
	}
	return t
}
