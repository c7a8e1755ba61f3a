package change

import (
	"math"
	"sort"

	"leadscore/models"
	"leadscore/models/rules"
)

// Part is what one term or rule adds, before and after; 0 where it is not there.
type Part struct {
	Name  string     `json:"name"`
	Label string     `json:"label,omitempty"` // the bin or level, or the rule's reason; after, or before where it is gone
	Was   string     `json:"was,omitempty"`   // the bin or level before, where it is another one
	Why   string     `json:"why,omitempty"`   // what moved it, in words: "decay", "2 → 3 events", "cap", "age"
	Adds  [2]float64 `json:"adds"`
}

// Size is how far the part moves.
func (p *Part) Size() float64 { return math.Abs(p.Adds[1] - p.Adds[0]) }

// Weights is the name of the part that holds what weights of dimensions other than 1 make of the rules' sum.
const Weights = "weights of fit and engagement"

// Intercept is the name of the part that holds the models' average log-odds.
const Intercept = "intercept"

// TermParts pairs what the intercept and each term of either prediction add. Each side sums exactly, in the version's own order,
// to its log-odds. The largest change first.
func TermParts(before, after *models.Prediction) []Part {
	parts := []Part{{Name: Intercept}}
	place := map[string]int{}
	for side, p := range []*models.Prediction{before, after} {
		parts[0].Adds[side] = p.Baseline
		for _, c := range p.Contributions {
			at, found := place[c.Term]
			if !found {
				at = len(parts)
				place[c.Term] = at
				parts = append(parts, Part{Name: c.Term})
			}
			part := &parts[at]
			if side == 1 && found && part.Label != c.Label {
				part.Was = part.Label
			}
			part.Label, part.Adds[side] = c.Label, c.LogOdds
		}
	}
	sortParts(parts)
	return parts
}

// RuleParts pairs what each rule counts towards the points, after caps; equal ones are left out. Where a dimension has a weight other than 1,
// what that changes is a part of its own, so that the parts sum to the points. The largest change first.
func RuleParts(before, after *rules.Score) []Part {
	parts := []Part{{Name: Weights}}
	place := map[string]int{}
	for side, s := range []*rules.Score{before, after} {
		rest := thousandths(s.Points)
		for _, fired := range s.Fired {
			at, found := place[fired.ID]
			if !found {
				at = len(parts)
				place[fired.ID] = at
				parts = append(parts, Part{Name: fired.ID})
			}
			parts[at].Label, parts[at].Adds[side] = fired.Reason, fired.Counted
			rest -= thousandths(fired.Counted)
		}
		parts[0].Adds[side] = rest / 1000
	}
	moved := changed(parts)
	sortParts(moved)
	return moved
}

// changed keeps the parts that move.
func changed(parts []Part) []Part {
	moved := []Part{}
	for _, part := range parts {
		if part.Adds[0] != part.Adds[1] {
			moved = append(moved, part)
		}
	}
	return moved
}

// thousandths of a point are whole: sums of them are exact.
func thousandths(points float64) float64 { return math.Round(points * 1000) }

func sortParts(parts []Part) {
	sort.SliceStable(parts, func(i, j int) bool { return parts[i].Size() > parts[j].Size() })
}
