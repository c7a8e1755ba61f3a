package metrics

import (
	"fmt"
	"math"
	"slices"
)

// FewestForDeLong is the least number of won, and of lost, leads from which DeLong's interval is taken: of fewer it is too narrow, and of one or two
// that rank alike it is a point (TestIntervalsOfFewCover).
const FewestForDeLong = 10

// AUC is the probability that a won lead scores higher than a lost one, ties counted half, with its 95 % interval by
// DeLong's variance (DeLong, DeLong & Clarke-Pearson, Biometrics 44, 1988, 837–845; computed by mid-ranks: Sun & Xu, IEEE
// Signal Processing Letters 21, 2014, 1389–1393). The interval is cut to [0, 1]. With fewer than [FewestForDeLong] of either outcome, and of a perfect
// order, it is Newcombe's, see areaEstimate. The standard error is DeLong's throughout.
func AUC(scores, wins []float64) (Estimate, error) {
	c, err := newComponents(scores, wins)
	if err != nil {
		return Estimate{}, err
	}
	return c.interval(), nil
}

// AUCDifference is AUC(a) − AUC(b) of two scores of the same leads, with its 95 % interval. The variance takes into account
// that both are computed from the same leads (DeLong's covariance, same source). Where an AUC's interval is Newcombe's, that of the difference is put together
// from both intervals (Zou & Yue, Statistics in Medicine 32, 2013, 5077–5090) as if the scores were not correlated: so few leads do not tell their
// correlation, and scores of the same leads seldom have a negative one, so it is rather too wide.
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
	e := normalEstimate(ca.auc-cb.auc, math.Sqrt(math.Max(0, variance)))
	if !ca.few() && !cb.few() || ca.sameAs(cb) {
		return e, nil
	}
	ia, ib := ca.interval(), cb.interval()
	e.Low, e.High = e.Value-math.Hypot(ia.Value-ia.Low, ib.High-ib.Value), e.Value+math.Hypot(ia.High-ia.Value, ib.Value-ib.Low)
	return e, nil
}

func (c *components) few() bool { return fewForArea(c.auc, len(c.won), len(c.lost)) }

// alike says that every lead has the same score: then the AUC is ½ for sure.
func (c *components) alike() bool {
	for _, part := range [][]float64{c.won, c.lost} {
		for _, share := range part {
			if share != 0.5 {
				return false
			}
		}
	}
	return true
}

func (c *components) sameAs(other *components) bool {
	return slices.Equal(c.won, other.won) && slices.Equal(c.lost, other.lost)
}

// interval is the AUC with its interval.
func (c *components) interval() Estimate {
	return areaEstimate(c.auc, math.Sqrt(covariance(c, c)), len(c.won), len(c.lost), c.alike())
}

// areaEstimate takes DeLong's interval, or of few leads that of Newcombe's method 5 (Statistics in Medicine 25, 2006, 559–573): all areas θ that lie within 1.96
// standard errors of the one found, the error being Hanley & McNeil's at θ for exponential scores, with the mean of the two numbers of leads for each. It takes
// the leads as untied; alike says that all are tied.
func areaEstimate(area, standardError float64, won, lost int, alike bool) Estimate {
	e := normalEstimate(area, standardError)
	e.Low, e.High = math.Max(0, e.Low), math.Min(1, e.High)
	if !fewForArea(area, won, lost) || alike {
		return e
	}
	m, n := float64(won), float64(lost)
	within := func(theta float64) bool {
		v := theta * (1 - theta) * (1 + ((m+n)/2-1)*((1-theta)/(2-theta)+theta/(1+theta))) / (m * n)
		return math.Abs(area-theta) <= z95*math.Sqrt(v)
	}
	e.Low, e.High = farthest(area, 0, within), farthest(area, 1, within)
	return e
}

// fewForArea says that DeLong's variance is not to be trusted.
func fewForArea(area float64, won, lost int) bool {
	return min(won, lost) < FewestForDeLong || area == 0 || area == 1
}

// farthest bisects for the last place on the way from one to the other that holds.
func farthest(from, to float64, holds func(float64) bool) float64 {
	for range 60 {
		if middle := (from + to) / 2; holds(middle) {
			from = middle
		} else {
			to = middle
		}
	}
	return from
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
