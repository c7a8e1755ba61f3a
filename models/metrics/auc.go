package metrics

import (
	"fmt"
	"math"
)

// AUC is the probability that a won lead scores higher than a lost one, ties counted half, with its 95 % interval by
// DeLong's variance (DeLong, DeLong & Clarke-Pearson, Biometrics 44, 1988, 837–845; computed by mid-ranks: Sun & Xu, IEEE
// Signal Processing Letters 21, 2014, 1389–1393). The interval is cut to [0, 1].
func AUC(scores, wins []float64) (Estimate, error) {
	c, err := newComponents(scores, wins)
	if err != nil {
		return Estimate{}, err
	}
	e := normalEstimate(c.auc, math.Sqrt(covariance(c, c)))
	e.Low, e.High = math.Max(0, e.Low), math.Min(1, e.High)
	return e, nil
}

// AUCDifference is AUC(a) − AUC(b) of two scores of the same leads, with its 95 % interval. The variance takes into account
// that both are computed from the same leads (DeLong's covariance, same source).
func AUCDifference(a, b, wins []float64) (Estimate, error) {
	ca, err := newComponents(a, wins)
	if err != nil {
		return Estimate{}, fmt.Errorf("first score: %w", err)
	}
	cb, err := newComponents(b, wins)
	if err != nil {
		return Estimate{}, fmt.Errorf("second score: %w", err)
	}
	variance := covariance(ca, ca) + covariance(cb, cb) - 2*covariance(ca, cb)
	return normalEstimate(ca.auc-cb.auc, math.Sqrt(math.Max(0, variance))), nil
}

// components are DeLong's structural components: for each won lead the share of lost leads below it, for each lost lead
// the share of won leads above it.
type components struct {
	auc       float64
	won, lost []float64 // in the order of the leads
}

func newComponents(scores, wins []float64) (*components, error) {
	if err := checkPairs(scores, wins); err != nil {
		return nil, err
	}
	m := countWins(wins)
	n := len(wins) - m
	if m == 0 || n == 0 {
		return nil, fmt.Errorf("%w: %d won and %d lost leads", ErrOneClass, m, n)
	}
	below := make([]float64, len(scores)) // leads of the other outcome with a lower score, ties counted half
	lostBefore, wonBefore := 0.0, 0.0
	for _, tied := range ties(RisingOrder(scores), scores) {
		won := 0.0
		for _, i := range tied {
			won += wins[i]
		}
		lost := float64(len(tied)) - won
		for _, i := range tied {
			if wins[i] == 1 {
				below[i] = lostBefore + lost/2
			} else {
				below[i] = wonBefore + won/2
			}
		}
		lostBefore, wonBefore = lostBefore+lost, wonBefore+won
	}
	c := &components{won: make([]float64, 0, m), lost: make([]float64, 0, n)}
	sum := 0.0
	for i, win := range wins {
		if win == 1 {
			share := below[i] / float64(n)
			c.won = append(c.won, share)
			sum += share
		} else {
			c.lost = append(c.lost, 1-below[i]/float64(m))
		}
	}
	c.auc = sum / float64(m)
	return c, nil
}

// midranks gives each score its rank, from 1; equal scores share the mean of their ranks.
func midranks(scores []float64) []float64 {
	ranks := make([]float64, len(scores))
	for before, tied := range ties(RisingOrder(scores), scores) {
		for _, i := range tied {
			ranks[i] = float64(2*before+len(tied)+1) / 2
		}
	}
	return ranks
}

// covariance of the AUCs of two scores of the same leads; of a score with itself its variance. A class of one lead has
// no spread to estimate and adds nothing.
func covariance(a, b *components) float64 {
	return sampleCovariance(a.won, b.won)/float64(len(a.won)) + sampleCovariance(a.lost, b.lost)/float64(len(a.lost))
}

func sampleCovariance(x, y []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	meanX, meanY := mean(x), mean(y)
	sum := 0.0
	for i := range x {
		sum += (x[i] - meanX) * (y[i] - meanY)
	}
	return sum / float64(len(x)-1)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
