package metrics

import (
	"fmt"
	"math"
	"slices"
)

// Tied are leads that share a score. Won and Lost are ≥ 0.
type Tied struct {
	Score     float64
	Won, Lost int
}

// AUCOfTies is [AUC] of leads given as groups of equal scores, the same but for rounding: linear in the groups, whatever the
// number of leads. Groups may share a score; a score is not NaN. Without a won and a lost lead it is [ErrOneClass].
func AUCOfTies(groups []Tied) (Estimate, error) {
	groups = joinTies(slices.DeleteFunc(slices.Clone(groups), func(g Tied) bool { return g.Won+g.Lost == 0 }))
	won, lost := 0, 0
	for _, g := range groups {
		won, lost = won+g.Won, lost+g.Lost
	}
	if won == 0 || lost == 0 {
		return Estimate{}, fmt.Errorf("%w: %d won and %d lost leads", ErrOneClass, won, lost)
	}
	m, n := float64(won), float64(lost)
	// DeLong's components, see [AUC], are equal within a group.
	var byWon, bySquare, byLostSquare float64
	lostBelow, wonAbove := 0.0, m
	for _, g := range groups {
		w, l := float64(g.Won), float64(g.Lost)
		wonAbove -= w
		above, below := (lostBelow+l/2)/n, (wonAbove+w/2)/m
		byWon += w * above
		bySquare += w * above * above
		byLostSquare += l * below * below
		lostBelow += l
	}
	auc := byWon / m
	variance := 0.0
	if won > 1 {
		variance += max(0, bySquare-m*auc*auc) / (m - 1) / m
	}
	if lost > 1 {
		variance += max(0, byLostSquare-n*auc*auc) / (n - 1) / n
	}
	return areaEstimate(auc, math.Sqrt(variance), won, lost, len(groups) == 1), nil
}

func joinTies(groups []Tied) []Tied {
	sorted := slices.Clone(groups)
	slices.SortFunc(sorted, func(a, b Tied) int {
		switch {
		case a.Score < b.Score:
			return -1
		case a.Score > b.Score:
			return 1
		}
		return 0
	})
	joined := sorted[:0]
	for _, g := range sorted {
		if k := len(joined) - 1; k >= 0 && joined[k].Score == g.Score {
			joined[k].Won, joined[k].Lost = joined[k].Won+g.Won, joined[k].Lost+g.Lost
		} else {
			joined = append(joined, g)
		}
	}
	return joined
}
