package metrics

import (
	"fmt"
	"math"
)

// RateDifference is the difference of two win rates, won1/n1 − won2/n2, of different leads, with Newcombe's 95 % hybrid score
// interval: made of the two Wilson intervals, it stays inside [−1, 1] and is wide, not empty, where one side has few leads
// (Newcombe, Statistics in Medicine 17, 1998, 873–890, method 10). Without leads on one side it is ErrEmpty.
func RateDifference(won1, n1, won2, n2 float64) (Estimate, error) {
	if n1 <= 0 || n2 <= 0 {
		return Estimate{}, ErrEmpty
	}
	first, err := Wilson(won1, n1)
	if err != nil {
		return Estimate{}, err
	}
	second, err := Wilson(won2, n2)
	if err != nil {
		return Estimate{}, err
	}
	p1, p2 := won1/n1, won2/n2
	d := p1 - p2
	return Estimate{
		Value:         d,
		StandardError: math.Sqrt(p1*(1-p1)/n1 + p2*(1-p2)/n2),
		Low:           d - math.Hypot(p1-first.Low, second.High-p2),
		High:          d + math.Hypot(first.High-p1, p2-second.Low),
	}, nil
}

// LowerRateP is how likely a win rate won1/n1 this far below won2/n2 would be by chance if it were not lower: the one-sided score test of two
// shares with their pooled variance. 1 where a side has no leads or both sides all wins or none.
func LowerRateP(won1, n1, won2, n2 float64) float64 {
	if n1 <= 0 || n2 <= 0 {
		return 1
	}
	pooled := (won1 + won2) / (n1 + n2)
	spread := math.Sqrt(pooled * (1 - pooled) * (1/n1 + 1/n2))
	if spread == 0 {
		return 1
	}
	return 0.5 * math.Erfc(-(won1/n1-won2/n2)/spread/math.Sqrt2)
}

// SelectionDifference compares two ways to pick among the same leads: Rate is the win rate of those that a picks less that of
// those that b picks, Won the wins that a picks less those that b picks, and Picked the leads.
type SelectionDifference struct {
	Rate   Estimate `json:"rate"`
	Won    Estimate `json:"won"`
	Picked Estimate `json:"picked"`
}

// CompareSelections computes the differences with 95 % intervals that allow for the leads that both pick. Rate is a difference of ratios of means over
// the leads, its standard error by the delta method (Cochran, Sampling Techniques, 3rd ed., 1977, section 6.3 and 2.11); Won
// and Picked are paired counts. Where a or b picks no lead, the rate is [−1, 1] around 0.
func CompareSelections(a, b []bool, wins []float64) (SelectionDifference, error) {
	var s SelectionDifference
	if len(a) != len(b) {
		return s, fmt.Errorf("%w: %d and %d picks", ErrInput, len(a), len(b))
	}
	if len(a) != len(wins) {
		return s, fmt.Errorf("%w: %d picks for %d outcomes", ErrInput, len(a), len(wins))
	}
	if len(a) == 0 {
		return s, ErrEmpty
	}
	n := float64(len(a))
	pickedA, rateA := pickedRate(a, wins)
	pickedB, rateB := pickedRate(b, wins)
	var rate, won, picked squares
	for i := range a {
		inA, inB := zeroOne(a[i]), zeroOne(b[i])
		won.add((inA - inB) * wins[i])
		picked.add(inA - inB)
		if pickedA > 0 && pickedB > 0 {
			rate.add(n * (inA*(wins[i]-rateA)/pickedA - inB*(wins[i]-rateB)/pickedB))
		}
	}
	s.Won, s.Picked = won.total(), picked.total()
	s.Rate = Estimate{Low: -1, High: 1}
	if pickedA > 0 && pickedB > 0 {
		s.Rate = normalEstimate(rateA-rateB, rate.spread()/math.Sqrt(n))
	}
	return s, nil
}

func pickedRate(picked []bool, wins []float64) (n, rate float64) {
	won := 0.0
	for i, in := range picked {
		if in {
			n, won = n+1, won+wins[i]
		}
	}
	if n == 0 {
		return 0, 0
	}
	return n, won / n
}

func zeroOne(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// squares gathers a sum and a sum of squares.
type squares struct{ n, sum, square float64 }

func (s *squares) add(v float64) { s.n, s.sum, s.square = s.n+1, s.sum+v, s.square+v*v }

func (s *squares) spread() float64 { return math.Sqrt(max(0, s.square/s.n-s.sum*s.sum/(s.n*s.n))) }

// total is the sum with its interval over samples of n leads.
func (s *squares) total() Estimate { return normalEstimate(s.sum, s.spread()*math.Sqrt(s.n)) }

// Holm adjusts p-values of one family for having looked at all of them: the chance that any is called significant at level α
// by chance stays at most α (Holm, Scandinavian Journal of Statistics 6, 1979, 65–70). The order is kept.
func Holm(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	largest := 0.0
	for rank, i := range RisingOrder(p) {
		largest = max(largest, min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = largest
	}
	return adjusted
}
