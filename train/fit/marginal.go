package fit

import "math"

// marginal smooths one input's ordered bins alone, at full resolution, by the same penalty and Fellner–Schall
// updates as the joint fit. It returns λ and the effective degrees of freedom: how rough the
// input is, and so how many knots the joint fit should give it. mass and wins are sums of weight and of weight·outcome by
// bin. The penalised Hessian is tridiagonal, so a step costs O(bins).
func marginal(mass, wins []float64) (lambda, edf float64) {
	bins := len(mass)
	beta := make([]float64, bins)
	total, won := 0.0, 0.0
	for c := range mass {
		total += mass[c]
		won += wins[c]
	}
	if bins < 2 || !(won > 0 && won < total) {
		return 1, 0
	}
	for c := range beta {
		beta[c] = logit(won / total)
	}
	lambda = 1
	// A prior of a thousandth of a win and of a loss a bin keeps a bin of wins alone finite.
	const prior = 1e-3
	diagonal, target := make([]float64, bins), make([]float64, bins)
	for range 30 {
		for c := range beta {
			p := 1 / (1 + math.Exp(-beta[c]))
			w := max(mass[c]*p*(1-p), prior)
			diagonal[c] = w
			target[c] = w*beta[c] + wins[c] - mass[c]*p
		}
		trace := tridiagonal(diagonal, target, lambda)
		change, quadratic := 0.0, 0.0
		for c, v := range target {
			change = max(change, math.Abs(v-beta[c]))
			beta[c] = min(max(v, -20), 20)
			if c > 0 {
				quadratic += (beta[c] - beta[c-1]) * (beta[c] - beta[c-1])
			}
		}
		p := penalty{rank: float64(bins - 1), lambda: lambda}
		p.update(trace, quadratic)
		lambda, edf = p.lambda, p.edf
		if change < 1e-2 {
			break
		}
	}
	return lambda, edf
}

// tridiagonal solves (W + λD'D) x = b in place of b, for the diagonal W > 0 (which it overwrites) and first
// differences D, and returns tr((W + λD'D)⁻¹ D'D). The inverse's entries on the three diagonals come from
// the recurrence of Takahashi, Fagan and Chen (1973).
func tridiagonal(w, b []float64, lambda float64) float64 {
	n := len(w)
	for i := range w {
		w[i] += 2 * lambda
	}
	w[0] -= lambda
	w[n-1] -= lambda
	// LDL': w becomes D, the factor below the diagonal is −λ/D.
	for i := 1; i < n; i++ {
		l := -lambda / w[i-1]
		w[i] += l * lambda
		b[i] -= l * b[i-1]
	}
	b[n-1] /= w[n-1]
	inverse, trace := 1/w[n-1], 0.0
	for i := n - 2; i >= 0; i-- {
		l := -lambda / w[i]
		b[i] = b[i]/w[i] - l*b[i+1]
		off := -l * inverse
		before := 1/w[i] - l*off
		trace += before + inverse - 2*off
		inverse = before
	}
	return trace
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
