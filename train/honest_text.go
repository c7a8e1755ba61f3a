package train

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/models"
)

// writeHonest says what lies between past and newest part, how the recipe did at earlier times, and what a random split
// would have claimed.
func writeHonest(b *strings.Builder, v *models.Validation) {
	if v.Gap > 0 {
		fmt.Fprintf(b, "Left out of that fit: %d leads whose outcome was not known yet when the newest part began.\n", v.Gap)
	}
	if v.AccountsApart > 0 {
		fmt.Fprintf(b, "Left out: %d leads, so that no account is both fitted to and judged.\n", v.AccountsApart)
	}
	if v.Gap+v.AccountsApart > 0 {
		b.WriteString("\n")
	}
	if v.ThinEvidence > 0 {
		fmt.Fprintf(b, "Thin evidence: for %s of these leads the odds of a win are not known within a factor of two; their scores say so.\n\n", allOr(v.ThinEvidence, v.Leads))
	}
	writeRolling(b, v.Rolling)
	if c := v.Contrast; c != nil {
		fmt.Fprintf(b, "What a random split would have claimed, fields without pairs: AUC %.3f; by time it is %.3f. %s\n\n", c.RandomAUC, c.TimeAUC, contrastMoral(c))
	}
}

// allOr is a number of so many, or "all of them".
func allOr(n, of int64) string {
	if n == of {
		return "all"
	}
	return fmt.Sprint(n)
}

func contrastMoral(c *models.Contrast) string {
	if c.RandomAUC > c.TimeAUC {
		return "Do not promise the first."
	}
	return "Here it would not have flattered."
}

func writeRolling(b *strings.Builder, r *models.Rolling) {
	if r == nil {
		return
	}
	b.WriteString("The same recipe, fields without pairs, at earlier times: each fit knows only what was known then.\n")
	t := newTable()
	t.AppendHeader(table.Row{"", "", "", "", "model", "model", "model", "model", "rules", "rules"}, table.RowConfig{AutoMerge: true})
	t.AppendHeader(table.Row{"from", "past", "judged", "won", "AUC", "log loss", "slope", "exp./obs.", "AUC", "log loss"})
	for i := range r.Origins {
		o := &r.Origins[i]
		name := strings.SplitN(o.From, "T", 2)[0]
		if name == "" {
			name = fmt.Sprintf("window %d", i+1)
		}
		if o.Skipped != "" {
			t.AppendRow(table.Row{name, o.Past, o.Leads, o.Won, o.Skipped})
			continue
		}
		t.AppendRow(append(table.Row{name, o.Past, o.Leads, o.Won}, originCells(o.Model, o.Rules)...))
	}
	t.AppendSeparator()
	t.AppendRow(append(table.Row{"mean", "", "", ""}, originCells(&r.Model.Mean, &r.Rules.Mean)...))
	t.AppendRow(append(table.Row{"worst", "", "", ""}, originCells(&r.Model.Worst, &r.Rules.Worst)...))
	b.WriteString(t.Render() + "\n")
	b.WriteString(models.RulesInHindsight + "\n")
	if r.MostFitted > 0 {
		fmt.Fprintf(b, "Each of these fits looks at %d of its leads, evenly spread; the model itself at all.\n", r.MostFitted)
	}
	if r.MostJudged > 0 {
		fmt.Fprintf(b, "Each is judged on %d of its leads, evenly spread.\n", r.MostJudged)
	}
	b.WriteString("\n")
}

func slopeText(slope *float64) string {
	if slope == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f", *slope)
}

func originCells(m, r *models.OriginFigures) table.Row {
	return table.Row{fmt.Sprintf("%.3f", m.AUC), fmt.Sprintf("%.4f", m.LogLoss), slopeText(m.Slope), fmt.Sprintf("%.2f", m.ExpectedObserved),
		fmt.Sprintf("%.3f", r.AUC), fmt.Sprintf("%.4f", r.LogLoss)}
}
