package models

import (
	"math"
	"sort"

	"leadscore/models/rules"
)

// A gap of fewer percentiles than this is no disagreement worth a cause: about the noise of a rank.
const smallestGap = 10

// At most so many causes of each side; more is a list nobody reads.
const mostCauses = 3

// causes names what pulls the scores apart: for a lead that the model likes better, the fields that raise its
// log-odds and the rules that take points away; the other way round, the rules that give points and the fields that lower
// the log-odds. Where the fast lane or an exclusion makes the rules high or low against the model, that gate stands first.
func causes(c *Comparison, p *Prediction, points *rules.Score) []Cause {
	gate, sign := gateCause(c.Quadrant, points)
	if sign == 0 {
		if math.Abs(c.Gap) < smallestGap {
			return nil
		}
		sign = math.Copysign(1, c.Gap)
	}
	list := append(gate, fieldCauses(p, sign)...)
	return append(list, ruleCauses(points, -sign)...)
}

// gateCause is the gate that decided on its own, without points, which side of the model the rules are on; sign is then the model's
// side, else 0.
func gateCause(q Quadrant, points *rules.Score) (gate []Cause, sign float64) {
	switch {
	case q == RuleOnly && points.Qualification == rules.FastLane:
		sign = -1
	case q == ModelOnly && points.Qualification == rules.Excluded:
		sign = 1
	default:
		return nil, 0
	}
	return []Cause{{Side: "rules", Name: points.RuleID, Detail: points.Reason}}, sign
}

// fieldCauses gives the model's terms that push the log-odds in the direction of sign, the strongest first.
func fieldCauses(p *Prediction, sign float64) []Cause {
	var list []Cause
	for _, term := range p.Contributions {
		if term.LogOdds*sign > 0 {
			list = append(list, Cause{Side: "model", Name: term.Term, Detail: term.Label, Effect: term.LogOdds})
		}
	}
	return strongest(list)
}

// ruleCauses gives the fired rules that push the points in the direction of sign, the strongest first.
func ruleCauses(points *rules.Score, sign float64) []Cause {
	var list []Cause
	for _, fired := range points.Fired {
		if fired.Counted*sign > 0 {
			list = append(list, Cause{Side: "rules", Name: fired.ID, Detail: fired.Reason, Effect: fired.Counted})
		}
	}
	return strongest(list)
}

func strongest(list []Cause) []Cause {
	sort.SliceStable(list, func(i, j int) bool { return math.Abs(list[i].Effect) > math.Abs(list[j].Effect) })
	if len(list) > mostCauses {
		list = list[:mostCauses]
	}
	return list
}
