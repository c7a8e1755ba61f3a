package fit

import "math"

// penalty is λ·β'Sβ/2 with S = diag(diagonal) + Σ_edges (e_i − e_j)(e_i − e_j)' over the
// coordinates from … from+len(diagonal)−1.
type penalty struct {
	from     int
	diagonal []float64
	edges    [][2]int32
	rank     float64
	lambda   float64
	factored float64 // λ in the last factor of the Hessian
	edf      float64
	// held counts the coordinates that a promised direction holds at 0.
	held int
	// move is the last change of log λ that was asked for, and moved that which was made.
	move, moved float64
	// walk marks the random walk over the ordered bins.
	walk bool
	// spread is the standard deviation of the effect, in log-odds, at λ = 1; caution is the rate of its prior.
	spread, caution float64
}

// quadratic is β'Sβ.
func (p *penalty) quadratic(coordinates []float64) float64 {
	beta := coordinates[p.from : p.from+len(p.diagonal)]
	sum := 0.0
	for j, s := range p.diagonal {
		sum += s * beta[j] * beta[j]
	}
	for _, e := range p.edges {
		d := beta[e[0]] - beta[e[1]]
		sum += d * d
	}
	return sum
}

// gradient adds λSβ.
func (p *penalty) gradient(coordinates, gradient []float64) {
	beta := coordinates[p.from : p.from+len(p.diagonal)]
	g := gradient[p.from:]
	for j, s := range p.diagonal {
		g[j] += p.lambda * s * beta[j]
	}
	for _, e := range p.edges {
		d := p.lambda * (beta[e[0]] - beta[e[1]])
		g[e[0]] += d
		g[e[1]] -= d
	}
}

// walkSpread is the typical standard deviation of a random walk of unit steps about its mean: √(bins/6) (Sørbye & Rue, Spatial
// Statistics 8, 2014, section 3). A step over several bins is as many times less penalised.
func walkSpread(spacing []float64) float64 {
	bins := 1.0
	for _, s := range spacing {
		bins += 1 / s
	}
	return math.Sqrt(bins / 6)
}

// update is the generalised Fellner–Schall step, given tr(V S), with the prior of [Config.Caution]. The update is known to be slow but sure: the
// secant through the last two steps, in log λ, says how much further it is to where it would stand still; a term that has all but vanished goes at once.
func (p *penalty) update(trace, quadratic float64) {
	p.settle(trace)
	const least = 1e-12 // keeps 0/0 away; the limits below decide
	move := math.Log((max(p.edf, least) + p.caution*p.spread/math.Sqrt(p.lambda)) / max(quadratic, least) / p.lambda)
	before := p.lambda
	if move > 0 && p.edf < vanished {
		p.lambda = lambdaHigh
	} else {
		p.lambda = min(max(p.lambda*math.Exp(p.lengthened(move)), lambdaLow), lambdaHigh)
	}
	p.move, p.moved = move, math.Log(p.lambda/before)
}

// lengthened is how far to go for a move of log λ: 1 to longest times as far where the last one went the same way, but not beyond farthest by
// that. Bolder steps swing, as λ of other terms answer.
func (p *penalty) lengthened(move float64) float64 {
	const longest, farthest = 4.0, 0.7
	if !(move*p.moved > 0) {
		return move
	}
	factor := longest
	if fall := (p.move - move) / p.moved; fall > 0 {
		factor = min(max(1/fall, 1), longest)
	}
	most := max(math.Abs(move), farthest)
	return min(max(move*factor, -most), most)
}

// settle sets the effective degrees of freedom, given tr(V S) over the coordinates that are free.
func (p *penalty) settle(trace float64) {
	rank := p.rank - float64(p.held)
	p.edf = min(max(rank-p.lambda*trace, 0), rank)
}

// vanished is the effective degrees of freedom below which a penalty's coefficients are as good as 0.
const vanished = 0.02

// The range of λ: below, a coefficient is in effect free; above, in effect 0.
const lambdaLow, lambdaHigh = 1e-3, 1e6

// addTo adds λS to the lower half of the Hessian.
func (p *penalty) addTo(h *square, offset int) {
	base := offset + p.from
	for j, s := range p.diagonal {
		h.row(base + j)[base+j] += p.lambda * s
	}
	for _, e := range p.edges {
		i, j := base+int(max(e[0], e[1])), base+int(min(e[0], e[1]))
		h.row(i)[i] += p.lambda
		h.row(j)[j] += p.lambda
		h.row(i)[j] -= p.lambda
	}
}

// trace is tr(V S) of a penalty: V_jj = ‖Y_j‖², and an edge's part is ‖Y_i − Y_j‖².
func (p *penalty) trace(y *square, offset int) float64 {
	base := offset + p.from
	sum := 0.0
	for j, s := range p.diagonal {
		if s == 0 {
			continue
		}
		norm := 0.0
		for _, v := range y.row(base + j)[base+j:] {
			norm += v * v
		}
		sum += s * norm
	}
	for _, e := range p.edges {
		i, j := base+int(e[0]), base+int(e[1])
		from := min(i, j)
		a, b := y.row(i)[from:], y.row(j)[from:]
		norm := 0.0
		for k, v := range a {
			d := v - b[k]
			norm += d * d
		}
		sum += norm
	}
	return sum
}
