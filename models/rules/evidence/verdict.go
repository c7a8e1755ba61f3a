package evidence

import (
	"fmt"
	"math"

	"leadscore/models/metrics"
)

// decide puts a rule's figures into a verdict and words.
func (e *Evidence) decide(r *RuleEvidence) {
	switch {
	case r.Share >= constantShare && r.Leads >= deadLeads:
		r.Verdict, r.Words = Dead, fmt.Sprintf("fires for %s of the leads: it moves no lead past another", Percent(r.Share))
	case r.still():
		e.decideStill(r)
	case r.SameAs != "":
		r.Verdict = Redundant
		r.Words = fmt.Sprintf("fires for the same leads as %s (%s in common): the same thing is paid twice, %s points together", r.SameAs, Percent(r.overlapWith(r.SameAs)), Points(r.Given+e.given(r.SameAs)))
	case r.Earned == nil:
		r.Verdict, r.Words = Dead, "its dimension has weight 0 in the total: it moves nothing"
	case r.PWrongSign < significant:
		r.Verdict, r.Words = Harmful, fmt.Sprintf("%s, but those leads win %s beside equal ones: %s", giveWords(r), moreOrLess(r.Earned.Value), EstimateWords(r.Earned))
	case r.addsNothing():
		r.Verdict = Redundant
		r.Words = fmt.Sprintf("%s, the data say %s: alone its leads win %s (%s against %s), but beside the other rules it adds nothing%s",
			giveWords(r), EstimateWords(r.Earned), moreOrLess(r.Difference.Value), Percent(r.With.Value), Percent(r.Without.Value), r.mostlyWith())
	case r.PDiffers < significant && r.farOff():
		e.decidePaid(r)
	case r.Earned.Low <= 0 && r.Earned.High >= 0:
		r.Verdict, r.Words = Unproven, fmt.Sprintf("%s, the data say %s: it may earn nothing, but that is not sure from %d leads", giveWords(r), EstimateWords(r.Earned), r.Leads)
	default:
		r.Verdict, r.Words = Fair, fmt.Sprintf("%s, the data say %s", giveWords(r), EstimateWords(r.Earned))
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
	r.Words = fmt.Sprintf("%s, the data say %s", giveWords(r), EstimateWords(r.Earned))
}

// addsNothing: alone it tells leads apart, with the sign that it is paid for; beside the others the interval holds 0 and lies below half of what is given.
func (r *RuleEvidence) addsNothing() bool {
	sign := math.Copysign(1, r.Given)
	return sign*r.alone > Z95 && r.Earned.Low <= 0 && r.Earned.High >= 0 && max(sign*r.Earned.Low, sign*r.Earned.High) < math.Abs(r.Given)/2
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
	return fmt.Sprintf("; %s of its leads also fire %s", Percent(r.Overlaps[0].Share), r.Overlaps[0].ID)
}

func (e *Evidence) given(id string) float64 {
	for i := range e.Rules {
		if e.Rules[i].ID == id {
			return e.Rules[i].Given
		}
	}
	return 0
}
