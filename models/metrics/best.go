package metrics

import (
	"fmt"
	"math"
)

// Best gives each lead its chance to be among the k best-scored, ties drawn by lot: 1 above the cut, 0 below, the same share for all
// that tie for the last places. The chances sum to k, or to the number of leads where that is smaller. k ≥ 0.
func Best(scores []float64, k int) []float64 {
	return BestOf(scores, nil, k)
}

// BestOf is [Best] within each period: the k best-scored of each, as a team that works a list a week does. periods says in which
// period each lead came; nil is one period.
func BestOf(scores []float64, periods []int, k int) []float64 {
	picked := make([]float64, len(scores))
	for _, order := range byPeriod(scores, periods) {
		for before, tied := range ties(order, scores) {
			if before >= k {
				break
			}
			share := min(1, float64(k-before)/float64(len(tied)))
			for _, i := range tied {
				picked[i] = share
			}
		}
	}
	return picked
}

// Ranks are the places of the scores, 1 the highest; equal scores share the middle of their places.
func Ranks(scores []float64) []float64 {
	negative := make([]float64, len(scores))
	for i, s := range scores {
		negative[i] = -s
	}
	return midranks(negative)
}

// byPeriod lists the leads of each period by falling score, the periods in the order in which their best lead is met.
func byPeriod(scores []float64, periods []int) [][]int {
	order := FallingOrder(scores)
	if periods == nil {
		return [][]int{order}
	}
	place := map[int]int{}
	var lists [][]int
	for _, i := range order {
		at, seen := place[periods[i]]
		if !seen {
			at = len(lists)
			place[periods[i]] = at
			lists = append(lists, nil)
		}
		lists[at] = append(lists[at], i)
	}
	return lists
}

// WonByCapacity gives, for a team that works the k best-scored leads of each period, the wins found for every k from 0 to the number of leads
// in the fullest period. Leads of equal score share their wins.
func WonByCapacity(scores, wins []float64, periods []int) ([]float64, error) {
	if err := checkPairs(scores, wins); err != nil {
		return nil, err
	}
	if periods != nil && len(periods) != len(scores) {
		return nil, fmt.Errorf("%w: %d periods for %d leads", ErrInput, len(periods), len(scores))
	}
	lists := byPeriod(scores, periods)
	most := 0
	for _, order := range lists {
		most = max(most, len(order))
	}
	won := make([]float64, most+1)
	for _, order := range lists {
		for k, share := range tiesShared(order, scores, wins) {
			won[k+1] += share
		}
	}
	for k := range most {
		won[k+1] += won[k]
	}
	return won, nil
}

// WonDifference is the wins that one way to pick finds less those of another: Σ (a_i − b_i)·wins_i with the chances a and b in [0, 1] that
// each picks lead i. The 95 % interval is that of a sum of independent clusters (Cochran, Sampling Techniques, 3rd ed., 1977, section 2.11), both ways
// on the same leads: a lead that both pick adds nothing. The picks are taken as given, which errs on the wide side where their number is
// fixed. clusters as in [ClusteredAUCDifference]; nil: every lead stands alone.
func WonDifference(a, b, wins []float64, clusters []uint32) (Estimate, error) {
	if len(a) != len(wins) || len(b) != len(wins) || clusters != nil && len(clusters) != len(wins) {
		return Estimate{}, fmt.Errorf("%w: %d and %d picks, %d clusters for %d leads", ErrInput, len(a), len(b), len(clusters), len(wins))
	}
	if len(wins) == 0 {
		return Estimate{}, ErrEmpty
	}
	of, count := denseClusters(clusters, len(wins))
	sums := make([]float64, count)
	for i := range wins {
		sums[of[i]] += (a[i] - b[i]) * wins[i]
	}
	var s squares
	for _, v := range sums {
		s.add(v)
	}
	return normalEstimate(s.sum, s.spread()*math.Sqrt(s.n)), nil
}
