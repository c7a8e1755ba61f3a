package scorecard

import (
	"fmt"
	"math"

	"leadscore/models/metrics"
)

// decide puts a rule's figures into a verdict and words.
func (e *Evidence) decide(r *RuleEvidence) {
	switch {
	case r.Share >= constantShare && r.Leads >= deadLeads:
		r.Verdict, r.Words = Dead, fmt.Sprintf("fires for %s of the leads: it moves no lead past another", percent(r.Share))
	case r.still():
		e.decideStill(r)
	case r.SameAs != "":
		r.Verdict = Redundant
		r.Words = fmt.Sprintf("fires for the same leads as %s (%s in common): the same thing is paid twice, %s points together", r.SameAs, percent(r.overlapWith(r.SameAs)), points(r.Given+e.given(r.SameAs)))
	case r.Earned == nil:
		r.Verdict, r.Words = Dead, "its dimension has weight 0 in the total: it moves nothing"
	case r.PWrongSign < significant:
		r.Verdict, r.Words = Harmful, fmt.Sprintf("%s, but those leads win %s beside equal ones: %s", giveWords(r), moreOrLess(r.Earned.Value), estimateWords(r.Earned))
	case r.addsNothing():
		r.Verdict = Redundant
		r.Words = fmt.Sprintf("%s, the data say %s: alone its leads win %s (%s against %s), but beside the other rules it adds nothing%s",
			giveWords(r), estimateWords(r.Earned), moreOrLess(r.Difference.Value), percent(r.With.Value), percent(r.Without.Value), r.mostlyWith())
	case r.PDiffers < significant && r.farOff():
		e.decidePaid(r)
	case r.Earned.Low <= 0 && r.Earned.High >= 0:
		r.Verdict, r.Words = Unproven, fmt.Sprintf("%s, the data say %s: it may earn nothing, but that is not sure from %d leads", giveWords(r), estimateWords(r.Earned), r.Leads)
	default:
		r.Verdict, r.Words = Fair, fmt.Sprintf("%s, the data say %s", giveWords(r), estimateWords(r.Earned))
	}
}

func (e *Evidence) decideStill(r *RuleEvidence) {
	fires := "never fires"
	if r.Leads > 0 {
		fires = fmt.Sprintf("fires for %d of %d leads only", r.Leads, e.Leads)
	}
	switch {
	case float64(r.FiresLater) >= max(deadLeads, deadShare*float64(e.Leads)):
		r.Verdict = Unseen
		r.Words = fmt.Sprintf("%s at the snapshots, but for %d later in their life: this history cannot judge it", fires, r.FiresLater)
	case !r.surelyRare(e.Leads):
		r.Verdict, r.Words = Unproven, fires+": too few leads to tell whether it ever will"
	case r.NotJudged > 0:
		r.Verdict, r.Words = Dead, fmt.Sprintf("%s; %d leads lack a value that it needs", fires, r.NotJudged)
	default:
		r.Verdict, r.Words = Dead, fires
	}
}

// surelyRare says that the data exclude a share of leads above rareShare.
func (r *RuleEvidence) surelyRare(leads int) bool {
	share, err := metrics.Wilson(float64(r.Leads), float64(leads))
	return err == nil && share.High <= rareShare
}

func (e *Evidence) decidePaid(r *RuleEvidence) {
	r.Verdict = Overpaid
	if math.Abs(r.Earned.Value) > math.Abs(r.Given) && r.Earned.Value*r.Given > 0 {
		r.Verdict = Underpaid
	}
	r.Words = fmt.Sprintf("%s, the data say %s", giveWords(r), estimateWords(r.Earned))
}

// addsNothing: alone it tells leads apart, with the sign that it is paid for; beside the others the interval holds 0 and lies below half of what is given.
func (r *RuleEvidence) addsNothing() bool {
	sign := math.Copysign(1, r.Given)
	return sign*r.alone > z95 && r.Earned.Low <= 0 && r.Earned.High >= 0 && max(sign*r.Earned.Low, sign*r.Earned.High) < math.Abs(r.Given)/2
}

// farOff says that the difference matters, not only that it is sure.
func (r *RuleEvidence) farOff() bool {
	return math.Abs(r.Earned.Value-r.Given) >= max(leastDiffers, differs*math.Abs(r.Given))
}

func (r *RuleEvidence) overlapWith(id string) float64 {
	for _, o := range r.Overlaps {
		if o.ID == id {
			return o.Jaccard
		}
	}
	return sameJaccard
}

func (r *RuleEvidence) mostlyWith() string {
	if len(r.Overlaps) == 0 {
		return ""
	}
	return fmt.Sprintf("; %s of its leads also fire %s", percent(r.Overlaps[0].Share), r.Overlaps[0].ID)
}

func (e *Evidence) given(id string) float64 {
	for i := range e.Rules {
		if e.Rules[i].ID == id {
			return e.Rules[i].Given
		}
	}
	return 0
}

func giveWords(r *RuleEvidence) string { return "you give " + points(r.Given) }

func moreOrLess(difference float64) string {
	if difference < 0 {
		return "less often"
	}
	return "more often"
}

func rateWords(rate float64) string {
	doubling := math.Ln2 / rate
	if doubling < 3 {
		return fmt.Sprintf("%.1f points double the odds of winning", doubling)
	}
	return fmt.Sprintf("%.0f points double the odds of winning", doubling)
}

// estimateWords writes "4 ± 6".
func estimateWords(e *metrics.Estimate) string {
	return fmt.Sprintf("%s ± %s", points(e.Value), points(z95*e.StandardError))
}

// points writes points with at most one decimal below ten, none above.
func points(p float64) string {
	if math.Abs(p) < 9.95 && math.Abs(p-math.Round(p)) >= 0.05 {
		return fmt.Sprintf("%.1f", p)
	}
	return fmt.Sprintf("%.0f", p+0) // no −0
}

func percent(share float64) string {
	if p := 100 * share; p > 0 && p < 1 || p > 99 && p < 100 {
		return fmt.Sprintf("%.1f %%", p)
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}
