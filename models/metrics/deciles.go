package metrics

import (
	"fmt"
	"math"
)

// Group is one part of the leads, ordered by score.
type Group struct {
	// Leads and Won are counts, or sums of weights.
	Leads float64 `json:"leads"`
	Won   float64 `json:"won"`
	// LowestScore and HighestScore bound the group's scores.
	LowestScore  float64 `json:"lowest_score"`
	HighestScore float64 `json:"highest_score"`
	// Predicted is the mean probability, Observed the share of wins, both in [0,1]. Predicted is 0 where no probabilities were given.
	Predicted float64 `json:"predicted"`
	Observed  float64 `json:"observed"`
	// ObservedLow and ObservedHigh are Observed's 95 % Wilson interval.
	ObservedLow  float64 `json:"observed_low"`
	ObservedHigh float64 `json:"observed_high"`
	// Lift is Observed over the share of wins of all leads; 0 where nobody won.
	Lift float64 `json:"lift"`
	// Caught is the share of all wins in this group and those above it; 0 where nobody won.
	Caught float64 `json:"caught"`
}

// Deciles is [Groups] with ten groups.
func Deciles(scores, probabilities []float64, won []bool, weights []float64) ([]Group, error) {
	return Groups(10, scores, probabilities, won, weights)
}

// Groups cuts the leads, highest score first, into up to parts groups of about equal weight. Leads of the same score share a group, so that
// the table does not depend on the rows' order: with many ties there are fewer groups, and they are uneven. probabilities may be nil, for a
// score that is none. One class is fine. Errors: [ErrEmpty], [ErrValue], [ErrLength].
func Groups(parts int, scores, probabilities []float64, won []bool, weights []float64) ([]Group, error) {
	if parts < 1 {
		return nil, fmt.Errorf("%w: %d groups", ErrValue, parts)
	}
	total, err := checkWeights(len(scores), len(won), weights)
	if err != nil {
		return nil, err
	}
	if err := checkScores(scores); err != nil {
		return nil, err
	}
	if probabilities != nil && len(probabilities) != len(scores) {
		return nil, fmt.Errorf("%w: %d scores, %d probabilities", ErrLength, len(scores), len(probabilities))
	}
	if err := checkProbabilities(probabilities); err != nil {
		return nil, err
	}
	groups := cutGroups(parts, total, scores, probabilities, won, weights)
	finishGroups(groups, total)
	return groups, nil
}

// cutGroups walks down the scores; a group ends at the first change of score that reaches its share.
func cutGroups(parts int, total float64, scores, probabilities []float64, won []bool, weights []float64) []Group {
	rows := order(scores)
	var groups []Group
	var g Group
	seen := 0.0
	for k := len(rows) - 1; k >= 0; k-- {
		row := rows[k]
		w := weightAt(weights, row)
		if g.Leads == 0 && w > 0 {
			g.HighestScore = scores[row]
		}
		if w > 0 {
			g.LowestScore = scores[row]
		}
		g.Leads += w
		seen += w
		if won[row] {
			g.Won += w
		}
		if probabilities != nil {
			g.Predicted += w * probabilities[row]
		}
		if k > 0 && scores[rows[k-1]] == scores[row] {
			continue
		}
		// The slack keeps rounding of summed weights from moving a cut.
		share := total * float64(len(groups)+1) / float64(parts)
		for k > 0 && seen >= total*float64(len(groups)+2)/float64(parts)*(1+1e-12) && len(groups)+2 < parts {
			parts-- // a tie swallowed a whole group
			share = total * float64(len(groups)+1) / float64(parts)
		}
		if g.Leads > 0 && seen >= share*(1-1e-12) {
			groups = append(groups, g)
			g = Group{}
		}
	}
	if g.Leads > 0 {
		groups = append(groups, g)
	}
	return groups
}

func finishGroups(groups []Group, total float64) {
	wins := 0.0
	for _, g := range groups {
		wins += g.Won
	}
	caught := 0.0
	for k := range groups {
		g := &groups[k]
		g.Predicted /= g.Leads
		g.Observed = math.Min(g.Won/g.Leads, 1)
		g.ObservedLow, g.ObservedHigh, _ = Wilson(math.Min(g.Won, g.Leads), g.Leads, normal95)
		caught += g.Won
		if wins > 0 {
			g.Lift = g.Observed / (wins / total)
			g.Caught = math.Min(caught/wins, 1)
		}
	}
}
