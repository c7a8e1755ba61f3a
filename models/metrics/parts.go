package metrics

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// partsOfSlope successive parts of the leads must agree on a slope that is to move probabilities: leads of one time share their luck, so the slope of all
// of them is less sure than their number says. Fewer than leastOfPart won or lost leads in a part say nothing, and then nobody is asked.
const (
	partsOfSlope = 4
	leastOfPart  = 20
)

// slopesOfParts are the calibration slopes of successive parts of the leads; none where a part has too few outcomes, or no slope.
func slopesOfParts(logOdds, wins []float64) (slopes []float64) {
	n := len(wins)
	for k := range partsOfSlope {
		from, to := k*n/partsOfSlope, (k+1)*n/partsOfSlope
		won := countWins(wins[from:to])
		if min(won, to-from-won) < leastOfPart || spread(logOdds[from:to]) == 0 {
			return nil
		}
		line, err := fitLine(logOdds[from:to], nil, wins[from:to], nil)
		if err != nil {
			return nil
		}
		slopes = append(slopes, line.slope)
	}
	return slopes
}

// agree says that the parts' slopes, as a sample of what a time may bring, have a mean other than 1: the 95 % interval by Student's t with the spread between them
// does not hold 1. No parts do not disagree.
func agree(slopes []float64) bool {
	if len(slopes) == 0 {
		return true
	}
	mean, deviation := stat.MeanStdDev(slopes, nil)
	n := float64(len(slopes))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975)
	return math.Abs(mean-1) > t*deviation/math.Sqrt(n)
}
