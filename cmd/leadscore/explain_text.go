package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/models/change"
)

// stepNames are the steps in words.
var stepNames = map[change.Kind]string{
	change.Time: "time passing alone", change.Events: "events", change.Profile: "profile edits",
	change.Rules: "rule edits", change.Model: "new model",
}

// changeText writes a change for a reader without statistics. Every column adds up digit by digit: a step's figure is the difference of
// the figures as printed after and before it.
func changeText(c *change.Change) string {
	var b strings.Builder
	writeEnds(&b, c)
	t := plainTable("", "points", "", "log-odds", "", "probability", "qualification")
	t.AppendRow(table.Row{"before", "", plainPoints(c.From.Points), "", logOdds(c.From.LogOdds), percentOf(c.From.Probability), c.From.Qualification})
	for i := range c.Steps {
		s := &c.Steps[i]
		row := table.Row{stepNames[s.Kind], pointsMove(s.Points), plainPoints(s.Points[1]), logOddsMove(s.LogOdds), logOdds(s.LogOdds[1]), percentOf(s.Probability[1]), s.Qualification[1]}
		if still(s) {
			row = table.Row{stepNames[s.Kind], "–", "", "–", "", "", ""}
		}
		t.AppendRow(row)
	}
	t.AppendSeparator()
	t.AppendRow(table.Row{"together", pointsMove([2]float64{c.From.Points, c.To.Points}), plainPoints(c.To.Points),
		logOddsMove([2]float64{c.From.LogOdds, c.To.LogOdds}), logOdds(c.To.LogOdds), percentOf(c.To.Probability), c.To.Qualification})
	fmt.Fprintln(&b, t.Render())
	fmt.Fprintf(&b, "%s: %s\n", c.To.Qualification, c.To.Reason)
	for i := range c.Steps {
		if s := &c.Steps[i]; !still(s) && !negligible(s) {
			writeStep(&b, s)
		}
	}
	writeOrders(&b, c)
	return b.String()
}

func writeEnds(b *strings.Builder, c *change.Change) {
	fmt.Fprintf(b, "%s", c.LeadID)
	switch {
	case c.From.AsOf != c.To.AsOf:
		fmt.Fprintf(b, " from %s to %s", c.From.AsOf, c.To.AsOf)
	case c.To.AsOf != "":
		fmt.Fprintf(b, " as of %s", c.To.AsOf)
	}
	if c.From.Model == c.To.Model {
		fmt.Fprintf(b, ", by %s with rules %s\n", c.To.Model, c.To.RuleBook)
		return
	}
	fmt.Fprintf(b, "\nbefore: %s with rules %s\nafter:  %s with rules %s\n", c.From.Model, c.From.RuleBook, c.To.Model, c.To.RuleBook)
}

// still says that a step changed nothing and had no cause.
func still(s *change.Step) bool {
	return s.Points[0] == s.Points[1] && s.LogOdds[0] == s.LogOdds[1] && len(s.Causes) == 0 && len(s.Rules) == 0 && len(s.Terms) == 0
}

// negligible says that nothing of a step would be printed but zeros.
func negligible(s *change.Step) bool {
	return len(s.Causes) == 0 && len(s.Rules) == 0 && thousandthsBetween(s.LogOdds) == 0 && (len(s.Terms) == 0 || thousandthsBetween(s.Terms[0].Adds) == 0)
}

func writeStep(b *strings.Builder, s *change.Step) {
	fmt.Fprintf(b, "\n%s: %s points, %s log-odds\n", stepNames[s.Kind], pointsMove(s.Points), logOddsMove(s.LogOdds))
	for _, cause := range s.Causes {
		fmt.Fprintf(b, "  %8s points  %8s  %s: %s\n", pointsMove(cause.Points), logOddsMove(cause.LogOdds), cause.Name, cause.Detail)
	}
	if len(s.Causes) > 0 && len(s.Rules)+len(s.Terms) > 0 {
		b.WriteString("  through\n")
	}
	for _, part := range s.Rules {
		fmt.Fprintf(b, "  %8s points  %s%s\n", pointsMove(part.Adds), part.Name, inBrackets(part.Why, part.Label))
	}
	writeTermMoves(b, s)
}

// writeTermMoves lists the terms that moved most and the rest in one line, so that the figures add up to the step's.
func writeTermMoves(b *strings.Builder, s *change.Step) {
	rest := thousandthsBetween(s.LogOdds)
	for i, part := range s.Terms {
		move := thousandthsBetween(part.Adds)
		if i == mostTerms || move == 0 {
			break
		}
		rest -= move
		label := part.Label
		if part.Was != "" {
			label = part.Was + " → " + part.Label
		}
		fmt.Fprintf(b, "  %+8.3f log-odds  %s%s\n", move/1000, part.Name, inBrackets(part.Why, label))
	}
	if rest != 0 {
		fmt.Fprintf(b, "  %+8.3f log-odds  all others and rounding\n", rest/1000)
	}
}

func inBrackets(texts ...string) string {
	var have []string
	for _, text := range texts {
		if text != "" {
			have = append(have, text)
		}
	}
	if len(have) == 0 {
		return ""
	}
	return " (" + strings.Join(have, "; ") + ")"
}

// writeOrders says how far the order of the steps matters.
func writeOrders(b *strings.Builder, c *change.Change) {
	var list []string
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Orders == nil {
			continue
		}
		if s.Orders.Points[0] != s.Orders.Points[1] {
			list = append(list, fmt.Sprintf("%s %+g to %+g points", stepNames[s.Kind], s.Orders.Points[0], s.Orders.Points[1]))
		}
		if low, high := math.Round(1000*s.Orders.LogOdds[0]), math.Round(1000*s.Orders.LogOdds[1]); high-low > 1 {
			list = append(list, fmt.Sprintf("%s %+.3f to %+.3f log-odds", stepNames[s.Kind], low/1000, high/1000))
		}
	}
	if len(list) > 0 {
		fmt.Fprintf(b, "\nThe steps act on one another; in another order: %s.\n", strings.Join(list, ", "))
	}
}

// plainPoints writes whole thousandths of points without rounding.
func plainPoints(points float64) string { return fmt.Sprintf("%g", points+0) }

func pointsMove(p [2]float64) string {
	move := (math.Round(p[1]*1000) - math.Round(p[0]*1000)) / 1000
	if move == 0 {
		return "0"
	}
	return fmt.Sprintf("%+g", move)
}

func logOdds(x float64) string { return fmt.Sprintf("%.3f", math.Round(1000*x)/1000+0) }

// thousandthsBetween is the difference of two figures as they are printed.
func thousandthsBetween(x [2]float64) float64 { return math.Round(1000*x[1]) - math.Round(1000*x[0]) }

func logOddsMove(x [2]float64) string {
	if move := thousandthsBetween(x) / 1000; move != 0 {
		return fmt.Sprintf("%+.3f", move)
	}
	return "0"
}

func percentOf(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) }
