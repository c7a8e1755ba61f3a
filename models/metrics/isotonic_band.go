package metrics

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// BandPoint is what a score means in wins: the isotonic win rate with its band.
type BandPoint struct {
	Score    float64 `json:"score"`
	Leads    int     `json:"leads"` // of exactly this score
	WinRate  float64 `json:"win_rate"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	NotAbove int     `json:"not_above"` // leads of this or a lower score
}

// IsotonicBand is [FitIsotonic] at each different score, with a 95 % interval for each. If the win rate does not fall with the score, it is at a
// score at most the win rate of any stretch of leads that begins there, and at least that of any stretch that ends there; so the
// bounds are the best of Wilson's over stretches of 1, 2, 4, 8 … leads (Yang & Barber, Electronic Journal of Statistics 13, 2019, section 4.1,
// with Bonferroni's correction for the number of stretches instead of all). Where the win rate does fall, the upper bound can come to lie below
// the lower; they are then put into order, and the fit lies between or near them.
func IsotonicBand(scores, wins []float64) ([]BandPoint, error) {
	fit, err := FitIsotonic(scores, wins, nil)
	if err != nil {
		return nil, err
	}
	points, won := bandGroups(scores, wins)
	n := len(scores)
	stretches := 1 + int(math.Log2(float64(n)))
	z := distuv.UnitNormal.Quantile(1 - 0.025/float64(stretches))
	leads := make([]int, len(points)+1)
	for g := range points {
		leads[g+1] = points[g].NotAbove
	}
	for g := range points {
		p := &points[g]
		p.WinRate, p.Low, p.High = fit.At(p.Score), 0, 1
		for size := 1; size <= n; size *= 2 {
			// the shortest run of whole groups from g on with that many leads, and the shortest that ends with g
			if to := sort.SearchInts(leads, leads[g]+size); to < len(leads) {
				_, high := wilson(won[to]-won[g], float64(leads[to]-leads[g]), z)
				p.High = min(p.High, high)
			}
			if from := sort.SearchInts(leads, leads[g+1]-size+1) - 1; from >= 0 {
				low, _ := wilson(won[g+1]-won[from], float64(leads[g+1]-leads[from]), z)
				p.Low = max(p.Low, low)
			}
		}
		p.Low, p.High = min(p.Low, p.High), max(p.Low, p.High)
	}
	return points, nil
}

// bandGroups are the different scores, rising, and the wins of all lower ones: one entry more.
func bandGroups(scores, wins []float64) (points []BandPoint, won []float64) {
	won = []float64{0}
	for before, tied := range ties(RisingOrder(scores), scores) {
		sum := won[len(won)-1]
		for _, i := range tied {
			sum += wins[i]
		}
		points, won = append(points, BandPoint{Score: scores[tied[0]], Leads: len(tied), NotAbove: before + len(tied)}), append(won, sum)
	}
	return points, won
}
