package metrics

import (
	"fmt"
	"math"
)

// Calibration holds predictions against outcomes: log-odds(win) = Intercept + Slope · log-odds(prediction), fitted by
// maximum likelihood (Cox, Biometrika 45, 1958; Miller et al., Statistics in Medicine 10, 1991).
type Calibration struct {
	// Slope: 1 is right; below 1 the predictions are too extreme, above 1 too timid. 95 % interval.
	Slope Estimate `json:"slope"`
	// Intercept of calibration in the large, at slope 1: 0 is right; above 0 more was won than predicted. 95 % interval.
	Intercept Estimate `json:"intercept"`
	// Expected and Observed wins.
	Expected float64 `json:"expected"`
	Observed float64 `json:"observed"`
}

// Calibrate measures the calibration of predictions in (0, 1). Predictions that are all equal have no slope; it is then
// reported as 0 with a standard error of 0, and the intercept still says how far they are off.
func Calibrate(predictions, wins []float64) (Calibration, error) {
	return WeightedCalibrate(predictions, wins, nil)
}

// WeightedCalibrate is [Calibrate] with a weight a lead: expected and observed wins are sums of weights. A lead of weight 10 stands for ten, but tells as much as
// one, so the intervals are by the sandwich variance (White, Econometrica 50, 1982; Huber 1967). weights are finite and ≥ 0; nil for 1 each, and then the
// intervals are those of the likelihood.
func WeightedCalibrate(predictions, wins, weights []float64) (Calibration, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return Calibration{}, err
	}
	if err := checkWeights(weights, len(wins)); err != nil {
		return Calibration{}, err
	}
	c, total := Calibration{}, 0.0
	logOdds := make([]float64, len(predictions))
	for i, p := range predictions {
		w := weightAt(weights, i)
		c.Expected, c.Observed, total = c.Expected+w*p, c.Observed+w*wins[i], total+w
		p = math.Min(math.Max(p, leastProbability), 1-leastProbability)
		logOdds[i] = math.Log(p) - math.Log1p(-p)
	}
	if c.Observed == 0 || c.Observed == total {
		return c, fmt.Errorf("%w: there is no calibration to measure", ErrOneClass)
	}
	shift, err := fitRobustly(nil, logOdds, wins, weights)
	if err != nil {
		return c, err
	}
	c.Intercept = normalEstimate(shift.intercept, shift.interceptError)
	if spread(logOdds) == 0 {
		return c, nil
	}
	line, err := fitRobustly(logOdds, nil, wins, weights)
	if err != nil {
		return c, err
	}
	c.Slope = normalEstimate(line.slope, line.slopeError)
	return c, nil
}

// Line is a logistic regression on one score: log-odds(win) = Intercept + Slope·score. It puts a rule score, which is in
// points, on the scale of probabilities (Platt, Advances in Large Margin Classifiers, 2000, 61–74, with his targets, so
// that separated data have a finite answer).
type Line struct {
	Intercept float64 `json:"intercept"`
	Slope     float64 `json:"slope"` // per unit of the score
}

// Probability is the win rate that the line gives a score.
func (l Line) Probability(score float64) float64 {
	return 1 / (1 + math.Exp(-(l.Intercept + l.Slope*score)))
}

// FitLine fits a [Line] to scores and outcomes.
func FitLine(scores, wins []float64) (Line, error) {
	if err := checkPairs(scores, wins); err != nil {
		return Line{}, err
	}
	won := float64(countWins(wins))
	lost := float64(len(wins)) - won
	if won == 0 || lost == 0 {
		return Line{}, ErrOneClass
	}
	targets := make([]float64, len(wins))
	for i, w := range wins {
		targets[i] = 1 / (lost + 2)
		if w == 1 {
			targets[i] = (won + 1) / (won + 2)
		}
	}
	if spread(scores) == 0 {
		rate := mean(targets)
		return Line{Intercept: math.Log(rate) - math.Log1p(-rate)}, nil
	}
	center, scale := mean(scores), spread(scores)
	standard := make([]float64, len(scores))
	for i, s := range scores {
		standard[i] = (s - center) / scale
	}
	line, err := fitLine(standard, nil, targets, nil)
	if err != nil {
		return Line{}, err
	}
	return Line{Intercept: line.intercept - line.slope*center/scale, Slope: line.slope / scale}, nil
}

// spread is the standard deviation, 0 for equal values.
func spread(x []float64) float64 {
	least, most := x[0], x[0]
	for _, v := range x {
		least, most = math.Min(least, v), math.Max(most, v)
	}
	if least == most {
		return 0
	}
	m, sum := mean(x), 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(x)))
}
