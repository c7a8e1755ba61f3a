package horizon

import (
	"sort"

	"leadscore/features"
)

// Lead is the time that a lead was watched, from its snapshot, and how that ended: won, lost, or open when the history was taken.
type Lead struct {
	Span   features.Micros // ≥ 0
	Ending features.Outcome
}

// incidenceStep is the state just after a time at which a lead was won or lost.
type incidenceStep struct {
	span   features.Micros
	atRisk int     // leads neither decided nor out of sight just before
	won    float64 // share of leads won by then
	open   float64 // share neither won nor lost by then
}

// incidence estimates which share of leads is won by each time: the cumulative incidence of a win beside the competing
// loss,
//
//	F(t) = Σ_{t_i ≤ t} S(t_i−) · won_i / atRisk_i,    S(t) = Π_{t_i ≤ t} (1 − (won_i + lost_i) / atRisk_i)
//
// (Aalen & Johansen, Scandinavian Journal of Statistics 5, 1978, 141–150; without losses it is 1 − Kaplan–Meier). A lost lead
// leaves with certainty, so it never counts as one that might still win, as it would if it were censored; an open
// lead is censored when the history was taken. Of equal times the decided leads come before the censored ones. The
// steps stand in rising order of time. Cost O(n log n).
func incidence(leads []Lead) []incidenceStep {
	leads = append([]Lead(nil), leads...)
	sort.Slice(leads, func(i, j int) bool { return leads[i].Span < leads[j].Span })
	var steps []incidenceStep
	won, open := 0.0, 1.0
	for i := 0; i < len(leads); {
		atRisk, span := len(leads)-i, leads[i].Span
		counts := [3]int{}
		for ; i < len(leads) && leads[i].Span == span; i++ {
			counts[leads[i].Ending]++
		}
		if decided := counts[features.Won] + counts[features.Lost]; decided > 0 {
			won += open * float64(counts[features.Won]) / float64(atRisk)
			open *= 1 - float64(decided)/float64(atRisk)
			steps = append(steps, incidenceStep{span, atRisk, won, open})
		}
	}
	return steps
}

// reached is the first time by which the share of won leads is at least share; false where it never is.
func reached(steps []incidenceStep, share float64) (features.Micros, bool) {
	at := sort.Search(len(steps), func(i int) bool { return steps[i].won >= share })
	if at == len(steps) {
		return 0, false
	}
	return steps[at].span, true
}

// wonBy is the share of leads won within span.
func wonBy(steps []incidenceStep, span features.Micros) float64 {
	at := sort.Search(len(steps), func(i int) bool { return steps[i].span > span })
	if at == 0 {
		return 0
	}
	return steps[at-1].won
}
