package metrics

import (
	"fmt"
	"math"
	"slices"
)

// Median is the middle value, with a 95 % interval between two of the values: those whose ranks a fair coin would bound (Conover, Practical
// Nonparametric Statistics, 3rd ed., 1999, section 3.2). It asks nothing of the values' distribution. With fewer than six values the interval is their
// whole range, which holds the true median less often than 95 %. StandardError is 0: there is none.
func Median(values []float64) (Estimate, error) {
	if len(values) == 0 {
		return Estimate{}, ErrEmpty
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	n := len(sorted)
	if math.IsNaN(sorted[0]) || math.IsInf(sorted[0], 0) || math.IsInf(sorted[n-1], 0) {
		return Estimate{}, fmt.Errorf("%w: a value that is not finite", ErrInput)
	}
	rank := max(coinPoint(n), 1)
	return Estimate{Value: quantile(sorted, 0.5), Low: sorted[rank-1], High: sorted[n-rank]}, nil
}

// coinPoint is the least k for which at most k heads in n throws of a fair coin have a chance of at least 2.5 %.
func coinPoint(n int) int {
	logHalf := -float64(n) * math.Ln2
	logN, _ := math.Lgamma(float64(n) + 1)
	sum := 0.0
	for k := 0; k <= n; k++ {
		a, _ := math.Lgamma(float64(k) + 1)
		b, _ := math.Lgamma(float64(n-k) + 1)
		sum += math.Exp(logHalf + logN - a - b)
		if sum >= 0.025 {
			return k
		}
	}
	return n
}

// Sooner is the chance that a value of a is smaller than one of b, ties counted half: Mann and Whitney's U over the number of pairs. 0.5 is no
// difference. The 95 % interval is DeLong's, as for an [AUC], which it is.
func Sooner(a, b []float64) (Estimate, error) {
	if len(a) == 0 || len(b) == 0 {
		return Estimate{}, ErrEmpty
	}
	scores, inA := make([]float64, 0, len(a)+len(b)), make([]float64, 0, len(a)+len(b))
	for _, v := range a {
		scores, inA = append(scores, -v), append(inA, 1)
	}
	for _, v := range b {
		scores, inA = append(scores, -v), append(inA, 0)
	}
	return AUC(scores, inA)
}
