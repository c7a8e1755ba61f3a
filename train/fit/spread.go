package fit

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// The standard errors of V take every λ for known. It is not: where the data are few, a term whose estimated effect is next to nothing may
// well have one, and V gives it none. So V is taken at the mean that each term's spread has given the data, not at the spread that is most
// likely: intervals widen where the data leave the spread open, and hardly move where they do not. The coefficients stay those of the most likely
// spreads, which are the modest ones. (That λ is not known: Wood, Pya & Säfken, JASA 111, 2016, section 4; a term's marginal likelihood in
// λ at the others' estimates: Wood, JRSS B 73, 2011.)

// widestSpread and spreadSteps are the grid of the spread σ, in log-odds: σ_k = widest·(k/steps)², dense near 0.
const (
	widestSpread = 3.0
	spreadSteps  = 40
	// mostOpen bounds the coordinates of a penalty that is looked at; an eigenvalue problem costs their number cubed, and data with so many levels are
	// no small data.
	mostOpen = 400
)

// widen replaces λ of each penalty by that of its mean spread and returns the inverse of the Hessian then, by rows; λ in the model and its report
// have been taken before.
func (f *fitter) widen(rows *square) (*square, error) {
	var open []*penalty
	var offsets []int
	for _, t := range f.terms {
		if t.direction != 0 || t.size == 0 { // a promise holds coefficients where no quadratic does
			continue
		}
		for _, p := range t.penalties {
			if p.caution > 0 && len(p.edges) == 0 && len(p.diagonal) > 0 && len(p.diagonal) <= mostOpen {
				open, offsets = append(open, p), append(offsets, t.offset+p.from)
			}
		}
	}
	if len(open) == 0 {
		return rows, nil
	}
	parallel(len(open), func(k int) {
		p := open[k]
		if mean := p.meanSpread(rows, f.parameters[offsets[k]:], offsets[k]); mean > 0 {
			p.lambda = max(min(p.lambda, p.spread*p.spread/(mean*mean)), lambdaLow)
		}
	})
	rows.giveBack()
	if err := f.factorise(); err != nil {
		return nil, err
	}
	return f.factor.inverseRows(), nil
}

// meanSpread is the mean of σ given the data, all other terms integrated out at their λ. In coordinates u that make the penalty λ‖u‖²,
// the data say of u what a normal density of precision A about A⁻¹b says; both follow from V = (A + λ)⁻¹ and from û = V b. Then
//
//	log L(λ) = ½ Σ_i [log λ − log(α_i + λ) + b_i²/(α_i + λ)]
//
// over A's eigenvalues α_i, and the prior of σ is exp(−caution·σ). 0 where it has no answer.
func (p *penalty) meanSpread(rows *square, parameters []float64, base int) float64 {
	n := len(p.diagonal)
	v := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			a, b := rows.row(base + i)[base+j:], rows.row(base + j)[base+j:]
			v.SetSym(i, j, dot(a, b)*math.Sqrt(p.diagonal[i]*p.diagonal[j]))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(v, true) {
		return 0
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	alpha, pull := eigen.Values(nil), make([]float64, n)
	for i, w := range alpha {
		if !(w > 0) {
			return 0
		}
		at := 0.0
		for j := range n {
			at += vectors.At(j, i) * parameters[j] * math.Sqrt(p.diagonal[j])
		}
		alpha[i], pull[i] = max(1/w-p.lambda, 0), at/w
	}
	return p.integrate(alpha, pull)
}

func (p *penalty) integrate(alpha, pull []float64) float64 {
	logs, best := make([]float64, spreadSteps+1), math.Inf(-1)
	for k := 1; k <= spreadSteps; k++ {
		sigma := gridSpread(k)
		lambda := p.spread * p.spread / (sigma * sigma)
		sum := 0.0
		for i, a := range alpha {
			sum += math.Log(lambda/(a+lambda)) + pull[i]*pull[i]/(a+lambda)
		}
		logs[k] = sum/2 - p.caution*sigma
		best = max(best, logs[k])
	}
	total, sum := 0.0, 0.0
	for k := 1; k <= spreadSteps; k++ {
		weight := math.Exp(logs[k]-best) * float64(k) // the grid's step grows with k
		total += weight
		sum += weight * gridSpread(k)
	}
	return sum / total
}

func gridSpread(k int) float64 {
	share := float64(k) / spreadSteps
	return widestSpread * share * share
}
