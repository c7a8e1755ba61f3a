package main

import (
	"fmt"
	"math"
	"slices"
)

// recheck computes the figures a second time, straight from their definitions, and fails if models/metrics says otherwise:
// the product would measure itself with a bent ruler.
func (m *measurement) recheck(scores, wins []float64) error {
	slope, intercept := lineByNewton(scores, wins)
	for _, c := range []struct {
		name             string
		got, want, apart float64
	}{
		{"AUC", m.AUC, areaByHistogram(scores, wins), 1e-9},
		{"log loss", m.LogLoss, lossByDefinition(scores, wins), 1e-9},
		{"calibration slope", m.Slope, slope, 1e-6},
		{"calibration intercept", m.Intercept, intercept, 1e-6},
	} {
		if !(math.Abs(c.got-c.want) <= c.apart) {
			return fmt.Errorf("%s: models/metrics says %.9f, the recomputation %.9f", c.name, c.got, c.want)
		}
	}
	return nil
}

// areaByHistogram counts, for each win, the losses below it and half of those beside it.
func areaByHistogram(scores, wins []float64) float64 {
	type count struct{ won, lost float64 }
	counts := map[float64]count{}
	var values []float64
	for i, s := range scores {
		c, seen := counts[s]
		if !seen {
			values = append(values, s)
		}
		counts[s] = count{c.won + wins[i], c.lost + 1 - wins[i]}
	}
	slices.Sort(values)
	var below, ordered, won float64
	for _, v := range values {
		c := counts[v]
		ordered += c.won * (below + c.lost/2)
		below += c.lost
		won += c.won
	}
	return ordered / (won * below)
}

func lossByDefinition(scores, wins []float64) float64 {
	sum := 0.0
	for i, p := range scores {
		if wins[i] == 1 {
			sum -= math.Log(p)
		} else {
			sum -= math.Log(1 - p)
		}
	}
	return sum / float64(len(wins))
}

// lineByNewton returns the slope of the logistic regression of the outcome on the log-odds, and the intercept of the one whose
// slope is held at 1.
func lineByNewton(scores, wins []float64) (slope, intercept float64) {
	logOdds := make([]float64, len(scores))
	for i, p := range scores {
		logOdds[i] = math.Log(p / (1 - p))
	}
	rate, middle := mean(wins), mean(logOdds) // about the middle, else level and slope of log-odds far from 0 answer for each other
	a, b := math.Log(rate/(1-rate)), 0.0      // from no ranking at all Newton's steps do not overshoot; from 1 they may
	bounded := func(step float64) float64 { return max(-1, min(1, step)) }
	for range 100 {
		var ga, gb, haa, hab, hbb, g, h float64
		for i, x := range logOdds {
			c := x - middle
			p := 1 / (1 + math.Exp(-a-b*c))
			ga, gb = ga+wins[i]-p, gb+(wins[i]-p)*c
			haa, hab, hbb = haa+p*(1-p), hab+p*(1-p)*c, hbb+p*(1-p)*c*c
			q := 1 / (1 + math.Exp(-intercept-x))
			g, h = g+wins[i]-q, h+q*(1-q)
		}
		intercept += bounded(g / h)
		if det := haa*hbb - hab*hab; det > 0 {
			a, b = a+bounded((hbb*ga-hab*gb)/det), b+bounded((haa*gb-hab*ga)/det)
		}
	}
	return b, intercept
}
