package report

import (
	"math"
	"regexp"
	"slices"
)

var figureText = regexp.MustCompile(`data-figure="([^"]*)">([^<]*)<`)

// slowAUC counts pairs.
func slowAUC(score, wins []float64, rows []int) float64 {
	better, pairs := 0.0, 0.0
	for _, i := range rows {
		for _, j := range rows {
			if wins[i] == 1 && wins[j] == 0 {
				pairs++
				better += beats(score[i], score[j])
			}
		}
	}
	return better / pairs
}

func beats(a, b float64) float64 {
	switch {
	case a > b:
		return 1
	case a == b:
		return 0.5
	}
	return 0
}

// slowDeLong is the standard error of the difference by the definition: variances of the structural components of the difference.
func slowDeLong(a, b, wins []float64) float64 {
	variance := 0.0
	for _, class := range []float64{1, 0} {
		var parts []float64
		for i := range wins {
			if wins[i] != class {
				continue
			}
			sum, others := 0.0, 0.0
			for j := range wins {
				if wins[j] == class {
					continue
				}
				others++
				if class == 1 {
					sum += beats(a[i], a[j]) - beats(b[i], b[j])
				} else {
					sum += beats(a[j], a[i]) - beats(b[j], b[i])
				}
			}
			parts = append(parts, sum/others)
		}
		mean, squares := 0.0, 0.0
		for _, v := range parts {
			mean += v / float64(len(parts))
		}
		for _, v := range parts {
			squares += (v - mean) * (v - mean)
		}
		variance += squares / float64(len(parts)-1) / float64(len(parts))
	}
	return math.Sqrt(variance)
}

// slowCalibration climbs the likelihood by bisection on its derivatives: the intercept at slope 1, and the slope at its best intercept.
func slowCalibration(predictions, wins []float64) (intercept, slope float64) {
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	residual := func(a, b float64, weight func(i int) float64) (sum float64) {
		for i, p := range predictions {
			sum += weight(i) * (wins[i] - 1/(1+math.Exp(-a-b*logit(p))))
		}
		return sum
	}
	one := func(int) float64 { return 1 }
	best := func(b float64) float64 { return root(func(a float64) float64 { return residual(a, b, one) }) }
	slope = root(func(b float64) float64 {
		return residual(best(b), b, func(i int) float64 { return logit(predictions[i]) })
	})
	return best(1), slope
}

// root finds where a falling function is 0.
func root(f func(float64) float64) float64 {
	low, high := -20.0, 20.0
	for range 60 {
		if middle := (low + high) / 2; f(middle) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// slowCurve gives each lead's distance between prediction and a local line fitted at each of R's lowess points, by weighted least squares
// in closed form.
func slowCurve(predictions, wins []float64) []float64 {
	n := len(predictions)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case predictions[a] < predictions[b]:
			return -1
		case predictions[a] > predictions[b]:
			return 1
		}
		return 0
	})
	x, y := make([]float64, n), make([]float64, n)
	for k, i := range order {
		x[k], y[k] = predictions[i], wins[i]
	}
	fit := func(at float64) float64 {
		distances := make([]float64, n)
		for j := range x {
			distances[j] = math.Abs(x[j] - at)
		}
		reach := slices.Sorted(slices.Values(distances))[int(2.0/3*float64(n)+1e-7)-1]
		var s0, s1, s2, t0, t1 float64
		for j := range x {
			r := distances[j] / reach
			if r > 0.999 {
				continue
			}
			v := 1.0
			if r > 0.001 {
				v = math.Pow(1-r*r*r, 3)
			}
			d := x[j] - at
			s0, s1, s2, t0, t1 = s0+v, s1+v*d, s2+v*d*d, t0+v*y[j], t1+v*d*y[j]
		}
		return (s2*t0 - s1*t1) / (s0*s2 - s1*s1)
	}
	step := 0.01 * (x[n-1] - x[0])
	knots := []int{0}
	for last := 0; last < n-1; {
		next := last + 1
		for next < n && x[next] <= x[last]+step {
			if x[next] == x[last] {
				last = next
			}
			next++
		}
		next = max(last+1, next-1)
		if next >= n {
			break
		}
		knots = append(knots, next)
		last = next
	}
	values := make([]float64, len(knots))
	for k, at := range knots {
		values[k] = fit(x[at])
	}
	out := make([]float64, n)
	for j := range x {
		k := 0
		for k+1 < len(knots) && x[knots[k+1]] <= x[j] {
			k++
		}
		value := values[k]
		if k+1 < len(knots) {
			left, right := x[knots[k]], x[knots[k+1]]
			value += (x[j] - left) / (right - left) * (values[k+1] - value)
		}
		out[j] = math.Abs(x[j] - math.Min(1, math.Max(0, value)))
	}
	return out
}

// slowSmoothECE follows the definition: every residual through the reflected kernel, on a grid.
func slowSmoothECE(predictions, wins []float64) float64 {
	const grid = 2000
	smoothed := func(sigma float64) float64 {
		total := 0.0
		for g := 0; g <= grid; g++ {
			t, sum := float64(g)/grid, 0.0
			for i, p := range predictions {
				for k := -1.0; k <= 1; k++ {
					for _, image := range []float64{2*k + p, 2*k - p} {
						z := (t - image) / sigma
						if math.Abs(z) < 8 {
							sum += (wins[i] - p) * math.Exp(-z*z/2) / (sigma * math.Sqrt(2*math.Pi))
						}
					}
				}
			}
			weight := 1.0
			if g == 0 || g == grid {
				weight = 0.5
			}
			total += weight * math.Abs(sum) / float64(len(predictions)) / grid
		}
		return total
	}
	low, high := 0.0005, 0.5
	for range 20 {
		if middle := (low + high) / 2; smoothed(middle) < middle {
			high = middle
		} else {
			low = middle
		}
	}
	return smoothed(high)
}

func slowThreshold(wins []float64, k int) float64 {
	won := 0.0
	for _, w := range wins {
		won += w
	}
	return math.Min(math.Max(3*won/float64(len(wins)), 0.05), 0.95) * float64(k+1) / 60
}

func slowBenefit(wins []float64, worked func(i int) bool, threshold float64) float64 {
	sum := 0.0
	for i, w := range wins {
		if worked(i) {
			sum += w - (1-w)*threshold/(1-threshold)
		}
	}
	return sum / float64(len(wins))
}

func slowDeviation(values, weights []float64) float64 {
	total, mean, squares := 0.0, 0.0, 0.0
	for _, w := range weights {
		total += w
	}
	for i, v := range values {
		mean += weights[i] / total * v
	}
	for i, v := range values {
		squares += weights[i] / total * (v - mean) * (v - mean)
	}
	return math.Sqrt(squares)
}
