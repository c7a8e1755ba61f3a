package train

import (
	"fmt"
	"strings"

	"leadscore/models"
)

// writeHonest says what lies between past and newest part, how the recipe did at earlier times, and what a random split
// would have claimed.
func writeHonest(b *strings.Builder, v *models.Validation) {
	if v.Gap > 0 {
		fmt.Fprintf(b, "Left out of the fit to the past: %d leads whose outcome was not known yet when the newest part began.\n", v.Gap)
	}
	if v.AccountsApart > 0 {
		fmt.Fprintf(b, "Left out: %d leads, so that no account is both fitted to and judged.\n", v.AccountsApart)
	}
	if v.ThinEvidence > 0 {
		fmt.Fprintf(b, "Thin evidence: for %s of these leads the odds of a win are not known within a factor of two; their scores say so.\n", allOr(v.ThinEvidence, v.Leads))
	}
	writeRolling(b, v.Rolling)
	if c := v.Contrast; c != nil {
		fmt.Fprintf(b, "What a random split would have claimed, fields without pairs: AUC %.3f; by time it is %.3f. %s\n", c.RandomAUC, c.TimeAUC, contrastMoral(c))
	}
	b.WriteString("\n")
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

// writeRolling sums the earlier times up; the report has each.
func writeRolling(b *strings.Builder, r *models.Rolling) {
	if r == nil || len(r.Origins) == 0 {
		return
	}
	judged, skipped := 0, ""
	for i := range r.Origins {
		if why := r.Origins[i].Skipped; why != "" {
			skipped = why
			continue
		}
		judged++
	}
	if judged == 0 {
		fmt.Fprintf(b, "Not judged at %d earlier times: %s.\n", len(r.Origins), skipped)
		return
	}
	fmt.Fprintf(b, "The same recipe, fields without pairs, at earlier times: each of %d fits knows only what was known then (--report shows each).", judged)
	if left := len(r.Origins) - judged; left > 0 {
		fmt.Fprintf(b, " Not judged at %d more: %s.", left, skipped)
	}
	mean, worst, rules, rulesWorst := &r.Model.Mean, &r.Model.Worst, &r.Rules.Mean, &r.Rules.Worst
	fmt.Fprintf(b, "\n  mean and worst: AUC %.3f, %.3f (rules %.3f, %.3f); log loss %.4f, %.4f (rules %.4f, %.4f); slope %s, %s; wins expected/observed %.2f, %.2f\n",
		mean.AUC, worst.AUC, rules.AUC, rulesWorst.AUC, mean.LogLoss, worst.LogLoss, rules.LogLoss, rulesWorst.LogLoss,
		slopeText(mean.Slope), slopeText(worst.Slope), mean.ExpectedObserved, worst.ExpectedObserved)
	b.WriteString("  " + models.RulesInHindsight + "\n")
	if r.MostFitted > 0 {
		fmt.Fprintf(b, "  Each of these fits looks at %d of its leads, evenly spread; the model itself at all.\n", r.MostFitted)
	}
	if r.MostJudged > 0 {
		fmt.Fprintf(b, "  Each is judged on %d of its leads, evenly spread.\n", r.MostJudged)
	}
}

func slopeText(slope *float64) string {
	if slope == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f", *slope)
}
