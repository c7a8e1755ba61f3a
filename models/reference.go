package models

import (
	"errors"
	"math"

	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Reference is what a lead is ranked among: the leads of the history that the version was fitted to, each at its
// snapshot, scored by this version.
type Reference struct {
	Leads       int64                `json:"leads"`
	Probability metrics.Distribution `json:"probability"`
	Points      metrics.Distribution `json:"points"`

	// HighShare, in (0, 1), is the best share of leads that both scores call high; see [HighShare].
	HighShare float64 `json:"high_share"`
}

// Bounds of the share of leads called high, and the share where the rules do not give a usable one: a fifth, the
// common "hot" band.
const (
	leastHighShare   = 0.05
	mostHighShare    = 0.5
	defaultHighShare = 0.2
)

// HighShare chooses the share of leads that both scores call high: the share that the rules hand over to sales, so that
// the model is asked for as many leads as the team gets today. Rules that hand over less than a twentieth or more than half
// give no such measure; then it is a fifth.
func HighShare(handedOver, leads int64) float64 {
	share := float64(handedOver) / math.Max(1, float64(leads))
	if share < leastHighShare || share > mostHighShare {
		return defaultHighShare
	}
	return share
}

// HighProbability is the least probability that counts as high: its rank is among the best [Reference.HighShare].
func (r *Reference) HighProbability() float64 {
	cut := r.highRank()
	low, high := 0.0, 1.0 // the rank is monotone in the probability
	for {
		middle := low + (high-low)/2
		if middle == low || middle == high {
			return high
		}
		if r.Probability.Percentile(middle) >= cut {
			high = middle
		} else {
			low = middle
		}
	}
}

// highRank is the percentile from which a score is high.
func (r *Reference) highRank() float64 { return 100 * (1 - r.HighShare) }

func (r *Reference) validate() error {
	if !(r.HighShare > 0 && r.HighShare < 1) {
		return errors.New("reference: high_share is not between 0 and 1")
	}
	return errors.Join(r.Probability.Validate(), r.Points.Validate())
}

// Compare ranks both scores of one lead among the reference leads and says where they part.
func (r *Reference) Compare(p *Prediction, points *rules.Score) Comparison {
	score := Score{Prediction: *p, Rules: *points}
	r.compare(&score, r.Points.Percentile(points.Points), true)
	return score.Comparison
}

// compare is Compare of a score whose points have a rank.
func (r *Reference) compare(score *Score, pointsPercentile float64, explained bool) {
	c := &score.Comparison
	c.PointsPercentile = pointsPercentile
	c.ProbabilityPercentile = score.Prediction.Percentile
	c.Gap = c.ProbabilityPercentile - c.PointsPercentile
	c.Quadrant = r.quadrant(c, &score.Rules)
	c.Causes = c.Causes[:0]
	if explained {
		c.Causes = causes(c.Causes, c, &score.Prediction, &score.Rules)
	}
}

// quadrant lets the fast lane count as high and an exclusion as low, whatever the points: that is what the rule book
// does with the lead.
func (r *Reference) quadrant(c *Comparison, points *rules.Score) Quadrant {
	cut := r.highRank()
	ruleHigh := c.PointsPercentile >= cut
	switch points.Qualification {
	case rules.FastLane:
		ruleHigh = true
	case rules.Excluded:
		ruleHigh = false
	}
	modelHigh := c.ProbabilityPercentile >= cut
	switch {
	case ruleHigh && modelHigh:
		return BothHigh
	case ruleHigh:
		return RuleOnly
	case modelHigh:
		return ModelOnly
	}
	return BothLow
}
