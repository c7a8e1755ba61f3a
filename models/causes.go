package models

import (
	"math"
	"slices"

	"leadscore/models/rules"
)

// A gap of fewer percentiles than this is no disagreement worth a cause: about the noise of a rank.
const smallestGap = 10

// At most so many causes of each side; more is a list nobody reads.
const mostCauses = 3

// causes names what pulls the scores apart: for a lead that the model likes better, the fields that raise its
// log-odds and the rules that take points away; the other way round, the rules that give points and the fields that lower
// the log-odds. Where the fast lane or an exclusion makes the rules high or low against the model, that gate stands first.
func causes(list []Cause, c *Comparison, p *Prediction, points *rules.Score) []Cause {
	gate := gateSide(c.Quadrant, points)
	if gate == 0 && math.Abs(c.Gap) < smallestGap {
		return list
	}
	sign := math.Copysign(1, c.Gap)
	if gate != 0 {
		sign = gate
	}
	var terms, fired strongest
	for i, term := range p.Contributions {
		terms.offer(i, term.LogOdds*sign)
	}
	for i := range points.Fired {
		fired.offer(i, points.Fired[i].Counted*-sign)
	}
	list = slices.Grow(list, 1+terms.count+fired.count)
	if gate != 0 {
		list = append(list, Cause{Side: "rules", Name: points.RuleID, Detail: points.Reason})
	}
	for _, i := range terms.places[:terms.count] {
		term := p.Contributions[i]
		list = append(list, Cause{Side: "model", Name: term.Term, Detail: term.Label, Effect: term.LogOdds})
	}
	for _, i := range fired.places[:fired.count] {
		rule := &points.Fired[i]
		list = append(list, Cause{Side: "rules", Name: rule.ID, Detail: rule.Reason, Effect: rule.Counted})
	}
	return list
}

// gateSide is the model's side where a gate decided on its own, without points, which side of the model the rules are on; else 0.
func gateSide(q Quadrant, points *rules.Score) float64 {
	switch {
	case q == RuleOnly && points.Qualification == rules.FastLane:
		return -1
	case q == ModelOnly && points.Qualification == rules.Excluded:
		return 1
	}
	return 0
}

// strongest are the places of the largest effects above 0, the largest first; of equal ones the first.
type strongest struct {
	places  [mostCauses]int
	effects [mostCauses]float64
	count   int
}

func (s *strongest) offer(place int, effect float64) {
	if !(effect > 0) || s.count == mostCauses && effect <= s.effects[mostCauses-1] {
		return
	}
	if s.count < mostCauses {
		s.count++
	}
	at := s.count - 1
	for ; at > 0 && effect > s.effects[at-1]; at-- {
		s.places[at], s.effects[at] = s.places[at-1], s.effects[at-1]
	}
	s.places[at], s.effects[at] = place, effect
}
