package metrics

import (
	"fmt"
	"sort"
)

// NetBenefitPoint is the use of a score at one threshold.
type NetBenefitPoint struct {
	Threshold float64 `json:"threshold"` // probability from which a lead is worked
	// Score and All are wins found a lead, less the lost leads worked, each at the price threshold/(1−threshold) of a win: for working
	// the leads at or above the threshold, and for working all. Working none is worth 0.
	Score float64 `json:"score"`
	All   float64 `json:"all"`
}

// NetBenefit is a decision curve: what it is worth to work the leads with a prediction of at least each threshold, in (0, 1), against
// working all or none (Vickers & Elkin, Medical Decision Making 26, 2006, 565–574). One class is fine.
func NetBenefit(predictions, wins, thresholds []float64) ([]NetBenefitPoint, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return nil, err
	}
	order := RisingOrder(predictions)
	n := len(order)
	sorted := make([]float64, n)
	wonFrom := make([]float64, n+1) // wins at place k and above
	for k := n - 1; k >= 0; k-- {
		sorted[k] = predictions[order[k]]
		wonFrom[k] = wonFrom[k+1] + wins[order[k]]
	}
	points := make([]NetBenefitPoint, len(thresholds))
	for i, t := range thresholds {
		if !(t > 0 && t < 1) {
			return nil, fmt.Errorf("%w: threshold %v, not in (0, 1)", ErrInput, t)
		}
		price := t / (1 - t)
		worth := func(from int) float64 {
			lost := float64(n-from) - wonFrom[from]
			return (wonFrom[from] - price*lost) / float64(n)
		}
		points[i] = NetBenefitPoint{Threshold: t, Score: worth(sort.SearchFloat64s(sorted, t)), All: worth(0)}
	}
	return points, nil
}
