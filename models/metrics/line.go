package metrics

import (
	"errors"
	"math"
)

// ErrNotConverged is returned where the likelihood has no finite maximum: a prediction that separates wins from losses
// without a fault.
var ErrNotConverged = errors.New("the logistic line has no finite answer: the score separates wins from losses")

// fittedLine is an intercept and, if there was a score, a slope, with standard errors from the information matrix.
type fittedLine struct {
	intercept, interceptError float64
	slope, slopeError         float64
}

// Newton's method on two parameters converges in a handful of steps or not at all.
const (
	mostSteps    = 100
	stepIsSmall  = 1e-10
	mostHalvings = 50
)

// fitLine maximises the likelihood of outcomes in [0, 1] given log-odds = offset + intercept + slope·x. A nil x
// leaves the slope out, a nil offset is 0, nil weights are 1.
func fitLine(x, offset, wins, weights []float64) (fittedLine, error) {
	var line fittedLine
	loss, gradient, info := line.derivatives(x, offset, wins, weights)
	for range mostSteps {
		step, ok := solve2(info, gradient, x != nil)
		if !ok {
			return line, ErrNotConverged
		}
		next, nextLoss, nextGradient, nextInfo := line, loss, gradient, info
		for range mostHalvings {
			next = fittedLine{intercept: line.intercept - step[0], slope: line.slope - step[1]}
			nextLoss, nextGradient, nextInfo = next.derivatives(x, offset, wins, weights)
			if nextLoss <= loss+1e-12*math.Abs(loss) {
				break
			}
			step[0], step[1] = step[0]/2, step[1]/2
		}
		line, loss, gradient, info = next, nextLoss, nextGradient, nextInfo
		if math.Abs(step[0])+math.Abs(step[1]) < stepIsSmall*(1+math.Abs(line.intercept)+math.Abs(line.slope)) {
			return line.withErrors(info, x != nil)
		}
	}
	return line, ErrNotConverged
}

// derivatives gives the negative log-likelihood, its gradient and its information matrix (00, 01, 11).
func (l fittedLine) derivatives(x, offset, wins, weights []float64) (loss float64, gradient [2]float64, info [3]float64) {
	product := 1.0 // of 1 + exp(−|η|) of leads that weigh 1: a logarithm for many
	for i, win := range wins {
		eta, xi := l.intercept, 0.0
		if x != nil {
			xi = x[i]
			eta += l.slope * xi
		}
		if offset != nil {
			eta += offset[i]
		}
		e := math.Exp(-math.Abs(eta))
		p, w := 1/(1+e), weightAt(weights, i)
		if w == 1 {
			if product *= 1 + e; product > 0x1p1000 {
				loss, product = loss+math.Log(product), 1
			}
		} else {
			loss += w * math.Log1p(e)
		}
		if eta > 0 {
			loss += w * eta
		} else {
			p *= e
		}
		loss -= w * win * eta
		residual, weight := w*(p-win), w*(p*(1-p))
		gradient[0] += residual
		gradient[1] += residual * xi
		info[0] += weight
		info[1] += weight * xi
		info[2] += weight * xi * xi
	}
	return loss + math.Log(product), gradient, info
}

// softplus is log(1 + e^x) without overflow.
func softplus(x float64) float64 {
	if x > 0 {
		return x + math.Log1p(math.Exp(-x))
	}
	return math.Log1p(math.Exp(x))
}

// solve2 solves info·step = gradient, for the intercept alone or with the slope.
func solve2(info [3]float64, gradient [2]float64, withSlope bool) (step [2]float64, ok bool) {
	if !withSlope {
		return [2]float64{gradient[0] / info[0]}, info[0] > 0
	}
	determinant := info[0]*info[2] - info[1]*info[1]
	if !(determinant > 1e-14*info[0]*info[2]) {
		return step, false
	}
	return [2]float64{
		(info[2]*gradient[0] - info[1]*gradient[1]) / determinant,
		(info[0]*gradient[1] - info[1]*gradient[0]) / determinant,
	}, true
}

// fitRobustly is [fitLine] with standard errors by the sandwich A⁻¹BA⁻¹, A the information and B the sum of the squared gradients of the leads, where there are
// weights: these say how many a lead stands for, not how much it tells.
func fitRobustly(x, offset, wins, weights []float64) (fittedLine, error) {
	line, err := fitLine(x, offset, wins, weights)
	if err != nil || weights == nil {
		return line, err
	}
	_, _, info := line.derivatives(x, offset, wins, weights)
	var meat [3]float64
	for i := range wins {
		one := func(list []float64) []float64 {
			if list == nil {
				return nil
			}
			return list[i : i+1]
		}
		_, gradient, _ := line.derivatives(one(x), one(offset), wins[i:i+1], weights[i:i+1])
		meat[0] += gradient[0] * gradient[0]
		meat[1] += gradient[0] * gradient[1]
		meat[2] += gradient[1] * gradient[1]
	}
	if x == nil {
		line.interceptError = math.Sqrt(meat[0]) / info[0]
		return line, nil
	}
	determinant := info[0]*info[2] - info[1]*info[1] // above 0: fitLine has looked
	bread := [2][2]float64{{info[2] / determinant, -info[1] / determinant}, {-info[1] / determinant, info[0] / determinant}}
	variance := func(row [2]float64) float64 {
		return row[0]*row[0]*meat[0] + 2*row[0]*row[1]*meat[1] + row[1]*row[1]*meat[2]
	}
	line.interceptError, line.slopeError = math.Sqrt(variance(bread[0])), math.Sqrt(variance(bread[1]))
	return line, nil
}

func (l fittedLine) withErrors(info [3]float64, withSlope bool) (fittedLine, error) {
	if !withSlope {
		l.interceptError = 1 / math.Sqrt(info[0])
		return l, nil
	}
	determinant := info[0]*info[2] - info[1]*info[1]
	if !(determinant > 1e-14*info[0]*info[2]) {
		return l, ErrNotConverged
	}
	l.interceptError = math.Sqrt(info[2] / determinant)
	l.slopeError = math.Sqrt(info[0] / determinant)
	return l, nil
}
