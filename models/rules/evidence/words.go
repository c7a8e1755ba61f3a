package evidence

import (
	"fmt"
	"math"

	"leadscore/models/metrics"
)

func giveWords(r *RuleEvidence) string { return "you give " + Points(r.Given) }

func moreOrLess(difference float64) string {
	if difference < 0 {
		return "less often"
	}
	return "more often"
}

// RateWords says what a rate of log-odds a point means.
func RateWords(rate float64) string {
	doubling := math.Ln2 / rate
	if doubling < 3 {
		return fmt.Sprintf("%.1f points double the odds of winning", doubling)
	}
	return fmt.Sprintf("%.0f points double the odds of winning", doubling)
}

// EstimateWords writes "4 ± 6".
func EstimateWords(e *metrics.Estimate) string {
	return fmt.Sprintf("%s ± %s", Points(e.Value), Points(Z95*e.StandardError))
}

// Points writes points with at most one decimal below ten, none above.
func Points(p float64) string {
	if math.Abs(p) < 9.95 && math.Abs(p-math.Round(p)) >= 0.05 {
		return fmt.Sprintf("%.1f", p)
	}
	return fmt.Sprintf("%.0f", p+0) // no −0
}

// Percent writes a share.
func Percent(share float64) string {
	if p := 100 * share; p > 0 && p < 1 || p > 99 && p < 100 {
		return fmt.Sprintf("%.1f %%", p)
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}
