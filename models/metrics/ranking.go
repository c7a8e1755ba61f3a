package metrics

import "fmt"

// AveragePrecision is the area under the precision–recall curve as a step function: the mean, over the won leads, of the
// share of wins among all leads that score at least as high, in (0, 1]. Chance is the base rate. Leads of equal score count as
// one step (scikit-learn's average_precision_score; Davis & Goadrich, ICML 2006, on why a straight line would flatter).
func AveragePrecision(scores, wins []float64) (float64, error) {
	if err := checkPairs(scores, wins); err != nil {
		return 0, err
	}
	total := float64(countWins(wins))
	if total == 0 {
		return 0, fmt.Errorf("%w: no lead is won", ErrOneClass)
	}
	won, sum := 0.0, 0.0
	for before, tied := range ties(FallingOrder(scores), scores) {
		here := 0.0
		for _, i := range tied {
			here += wins[i]
		}
		won += here
		sum += here / total * won / float64(before+len(tied))
	}
	return sum, nil
}

// GainsPoint says what the best-scored share of the leads holds.
type GainsPoint struct {
	Worked float64 `json:"worked"` // share of the leads, 0 to 1
	Caught float64 `json:"caught"` // share of all wins among them, 0 to 1
}

// Gains is the cumulative gains curve at 0, 1/parts, … 1 of the leads, best scores first; parts ≥ 1. Leads of equal score count in
// equal parts on both sides of a cut.
func Gains(scores, wins []float64, parts int) ([]GainsPoint, error) {
	if err := checkPairs(scores, wins); err != nil {
		return nil, err
	}
	total := float64(countWins(wins))
	if total == 0 {
		return nil, fmt.Errorf("%w: no lead is won", ErrOneClass)
	}
	if parts < 1 {
		return nil, fmt.Errorf("%w: %d parts", ErrInput, parts)
	}
	order := FallingOrder(scores)
	shared := tiesShared(order, scores, wins)
	points := make([]GainsPoint, parts+1)
	n := len(order)
	caught, taken := 0.0, 0
	for k := 1; k <= parts; k++ {
		at := float64(k) * float64(n) / float64(parts)
		for ; taken < n && float64(taken+1) <= at; taken++ {
			caught += shared[taken]
		}
		points[k] = GainsPoint{Worked: at / float64(n), Caught: caught}
		if taken < n {
			points[k].Caught += shared[taken] * (at - float64(taken))
		}
		points[k].Caught = min(1, points[k].Caught/total)
	}
	return points, nil
}

// Worked is what a team of a given capacity finds when it works the best-scored leads.
type Worked struct {
	Leads int     `json:"leads"` // worked
	Won   float64 `json:"won"`   // of those; fractional only where leads tie for the last places
	// Precision is the share of wins among the leads worked, with its 95 % interval (Wilson).
	Precision Estimate `json:"precision"`
	Caught    float64  `json:"caught"` // share of all wins, 0 to 1
}

// AtCapacity works, in each period, the capacity best-scored leads of that period, or all of them where there are fewer. periods
// says in which period each lead came; nil is one period. Leads that tie for the last places count in equal parts.
func AtCapacity(scores, wins []float64, periods []int, capacity int) (Worked, error) {
	if err := checkPairs(scores, wins); err != nil {
		return Worked{}, err
	}
	if capacity < 1 || periods != nil && len(periods) != len(scores) {
		return Worked{}, fmt.Errorf("%w: capacity %d, %d periods for %d leads", ErrInput, capacity, len(periods), len(scores))
	}
	var w Worked
	for _, order := range byPeriod(scores, periods) {
		shared := tiesShared(order, scores, wins)
		for _, share := range shared[:min(capacity, len(shared))] {
			w.Won += share
			w.Leads++
		}
	}
	if total := countWins(wins); total > 0 {
		w.Caught = min(1, w.Won/float64(total))
	}
	var err error
	w.Precision, err = Wilson(min(w.Won, float64(w.Leads)), float64(w.Leads))
	return w, err
}
