package scorecard

import (
	"math"

	"leadscore/models/ridge"
)

// rounded are whole points for the chosen rules on one scale.
type rounded struct {
	unit   float64 // points a unit of log-odds
	points []float64
}

// roundPoints turns coefficients into whole points at a scale and then moves single points by one while that lowers the log
// loss on the leads they were learnt from, so that one rule's rounding makes good another's (Liu, Zhong, Seltzer & Rudin, FasterRisk, NeurIPS
// 2022, without its beam search). weights are the dimensions' weights in the total, by rule.
func roundPoints(columns []ridge.Column, wins []float64, fitted *ridge.Fit, weights []float64, unit float64) *rounded {
	r := &rounded{unit: unit, points: make([]float64, len(columns))}
	eta := make([]float64, len(wins))
	for c := range columns {
		r.points[c] = math.Round(fitted.Beta[c] * unit / weights[c])
		shift(eta, &columns[c], r.points[c]*weights[c]/unit)
	}
	loss, level := leastLoss(eta, wins, fitted.Intercept)
	for range 20 {
		improved := false
		for c := range columns {
			for _, step := range []float64{-1, 1} {
				if changed := r.points[c] + step; changed*fitted.Beta[c] < 0 {
					continue // a deduction never becomes a reward
				}
				shift(eta, &columns[c], step*weights[c]/unit)
				now, at := leastLoss(eta, wins, level)
				if now < loss-1e-9*math.Abs(loss) {
					loss, level, improved = now, at, true
					r.points[c] += step
				} else {
					shift(eta, &columns[c], -step*weights[c]/unit)
				}
			}
		}
		if !improved {
			break
		}
	}
	return r
}

func shift(eta []float64, c *ridge.Column, by float64) {
	for k, at := range c.At {
		eta[at] += by * c.Share[k]
	}
}

// leastLoss is the log loss at the best level of all, found by Newton from a near one.
func leastLoss(eta, wins []float64, level float64) (loss, best float64) {
	for range 8 {
		gradient, curvature := 0.0, 1e-9
		for i, y := range wins {
			p := ridge.Mean(eta[i] + level)
			gradient, curvature = gradient+y-p, curvature+p*(1-p)
		}
		step := max(-1, min(1, gradient/curvature))
		level += step
		if math.Abs(step) < 1e-4 {
			break
		}
	}
	for i, y := range wins {
		loss += ridge.LogLoss(eta[i]+level, y)
	}
	return loss, level
}
