package fit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// A promised direction bounds the differences between neighbouring ordered functions to one sign. J stays convex and the bounds are
// simple, so the minimiser stays unique: it is where the gradient is 0 along every free difference and points into the bound along every held one
// (Karush–Kuhn–Tucker). Each step minimises Newton's quadratic model within the bounds, exactly, by its dual, a linear complementarity problem
// as wide as there are bounds; the step to that point is feasible and downhill, so the same halving serves (Nocedal & Wright, section 18.3, sequential
// quadratic programming; shape constraints as bounds on differences: Pya & Wood, Statistics and Computing 25, 2015).
//
// Differences held at 0 use no degree of freedom: λ and the effective degrees of freedom are those of the face of the free ones (Meyer &
// Woodroofe, Annals of Statistics 28, 2000). The covariance stays V without the bounds, which is at least the covariance within them
// (Brascamp & Lieb, Journal of Functional Analysis 22, 1976): intervals never shrink because of a promise.

// bound is a coordinate times sign ≥ 0.
type bound struct {
	at   int
	sign float64
}

func boundsOf(terms []*term) []bound {
	var bounds []bound
	for _, t := range terms {
		if t.direction != 0 {
			for j := range t.differences() {
				bounds = append(bounds, bound{t.offset + j, t.direction})
			}
		}
	}
	return bounds
}

// differences counts the coordinates that are differences of neighbours: the first of the term.
func (t *term) differences() int {
	if t.size == 0 {
		return 0
	}
	return max(t.chain-1, 0)
}

// keepDirection sets differences of the wrong sign to 0.
func (t *term) keepDirection(coordinates []float64) {
	if t.direction == 0 {
		return
	}
	for j := range t.differences() {
		if coordinates[j]*t.direction < 0 {
			coordinates[j] = 0
		}
	}
}

// direction is what a full step takes off the parameters.
func (f *fitter) direction() ([]float64, error) {
	direction := f.factor.solve(f.gradient())
	if len(f.bounds) == 0 {
		return direction, nil
	}
	// Within the bounds the step ends at x̂ + V E μ: x̂ where it would end without them, E the bounded coordinates by sign, μ ≥ 0 the pull of the bounds.
	reach := f.reached()
	distance := make([]float64, len(f.bounds))
	for k, b := range f.bounds {
		distance[k] = b.sign * (f.parameters[b.at] - direction[b.at])
	}
	pull, held, ok := complement(reach.covariance, distance, f.held)
	if !ok {
		return nil, fmt.Errorf("%w: no face of the promised directions fits", ErrNotConverged)
	}
	f.held = held
	back := reach.back(f.factor, pull)
	for j := range direction {
		direction[j] -= back[j]
	}
	for k, b := range f.bounds { // exactly at the bound, or inside
		if left := f.parameters[b.at] - direction[b.at]; left*b.sign < 0 || pull[k] > 0 {
			direction[b.at] = f.parameters[b.at]
		}
	}
	return direction, nil
}

// reach holds, for one factor of the Hessian, B = L⁻¹E and E'VE = B'B.
type reach struct {
	factor     *square
	columns    blas64.General // B, a coordinate a row, a bound a column
	covariance *square        // both halves
}

// reached is the reach of the present factor. Cost p²·bounds, once a factor.
func (f *fitter) reached() *reach {
	if f.reach != nil && f.reach.factor == f.factor {
		return f.reach
	}
	n, m := f.factor.n, len(f.bounds)
	r := &reach{factor: f.factor, columns: blas64.General{Rows: n, Cols: m, Stride: m, Data: make([]float64, n*m)}, covariance: newSquare(m)}
	for k, b := range f.bounds {
		r.columns.Data[b.at*m+k] = b.sign
	}
	blas64.Trsm(blas.Left, blas.NoTrans, 1, f.factor.lower(), r.columns)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, r.columns, r.columns, 0, blas64.General{Rows: m, Cols: m, Stride: m, Data: r.covariance.data})
	f.reach = r
	return r
}

// back is V E μ.
func (r *reach) back(factor *square, pull []float64) []float64 {
	out := make([]float64, factor.n)
	v := blas64.Vector{N: factor.n, Inc: 1, Data: out}
	blas64.Gemv(blas.NoTrans, 1, r.columns, blas64.Vector{N: len(pull), Inc: 1, Data: pull}, 0, v)
	blas64.Trsv(blas.Trans, factor.lower(), v)
	return out
}

// complement finds μ ≥ 0 with q + Wμ ≥ 0 and μ = 0 wherever that is above 0, for W symmetric positive definite: block principal pivoting
// (Júdice & Pires, Computers & Operations Research 21, 1994; Kim & Park, SIAM Journal on Scientific Computing 33, 2011, algorithm 1). held
// are the places where it begins, and ends, with μ free. It reports false if it does not settle.
func complement(w *square, q []float64, held []int) (mu []float64, nowHeld []int, ok bool) {
	m := len(q)
	free := make([]bool, m)
	for _, k := range held {
		free[k] = true
	}
	fewest, trials := m+1, 3
	for range 20*m + 100 {
		held = places(free)
		if mu, ok = w.solveOn(held, q); !ok {
			return nil, nil, false
		}
		wrong := misplaced(w, q, mu, held, free)
		if len(wrong) == 0 {
			for k := range mu {
				mu[k] = max(mu[k], 0)
			}
			return mu, held, true
		}
		switch {
		case len(wrong) < fewest:
			fewest, trials = len(wrong), 3
		case trials > 0:
			trials--
		default:
			wrong = wrong[len(wrong)-1:] // one at a time, the last: it cannot cycle (Murty, 1974)
		}
		for _, k := range wrong {
			free[k] = !free[k]
		}
	}
	return nil, nil, false
}

// misplaced are the places with a pull below 0, or beyond their bound.
func misplaced(w *square, q, mu []float64, held []int, free []bool) (wrong []int) {
	const slack = 1e-12 // log-odds; rounding must not move a place to and fro
	largest := 0.0
	for _, v := range mu {
		largest = max(largest, math.Abs(v))
	}
	for k := range q {
		if free[k] {
			if mu[k] < -slack*largest {
				wrong = append(wrong, k)
			}
			continue
		}
		left, row := q[k], w.row(k)
		for _, j := range held {
			left += row[j] * mu[j]
		}
		if left < -slack {
			wrong = append(wrong, k)
		}
	}
	return wrong
}

func places(set []bool) (at []int) {
	for k, is := range set {
		if is {
			at = append(at, k)
		}
	}
	return at
}

// on is the part of a matrix at some places, its lower half filled.
func (m *square) on(at []int) *square {
	part := newSquare(len(at))
	for i, a := range at {
		for j, b := range at[:i+1] {
			part.row(i)[j] = m.row(a)[b]
		}
	}
	return part
}

// solveOn solves W μ = −q at some places; μ is 0 elsewhere.
func (m *square) solveOn(at []int, q []float64) (mu []float64, ok bool) {
	mu = make([]float64, m.n)
	if len(at) == 0 {
		return mu, true
	}
	part, right := m.on(at), make([]float64, len(at))
	if !part.factorise() {
		return nil, false
	}
	for i, k := range at {
		right[i] = -q[k]
	}
	for i, v := range part.solve(right) {
		mu[at[i]] = v
	}
	return mu, true
}

// face is what holding coordinates at 0 takes off the covariance: V − V_face = C'C, a coordinate a row of columns. Nil: nothing is held.
type face struct {
	held    map[int]bool // coordinates
	columns blas64.General
}

// heldFace is the face that the last step ended on: C = L_A⁻¹ E_A'V.
func (f *fitter) heldFace() *face {
	if len(f.held) == 0 {
		return nil
	}
	r, n, h := f.reached(), f.factor.n, len(f.held)
	c := &face{held: map[int]bool{}, columns: blas64.General{Rows: n, Cols: h, Stride: h, Data: make([]float64, n*h)}}
	m := len(f.bounds)
	for i, k := range f.held {
		c.held[f.bounds[k].at] = true
		for row := range n {
			c.columns.Data[row*h+i] = r.columns.Data[row*m+k]
		}
	}
	blas64.Trsm(blas.Left, blas.Trans, 1, f.factor.lower(), c.columns) // V E_A, a coordinate a row
	part := r.covariance.on(f.held)
	if !part.factorise() {
		return nil
	}
	blas64.Trsm(blas.Right, blas.Trans, 1, part.lower(), c.columns)
	return c
}

// count is how many coordinates of a penalty are held.
func (c *face) count(p *penalty, offset int) (n int) {
	if c == nil {
		return 0
	}
	for j, s := range p.diagonal {
		if s > 0 && c.held[offset+p.from+j] {
			n++
		}
	}
	return n
}

// trace is what holding takes off tr(V S).
func (c *face) trace(p *penalty, offset int) float64 {
	if c == nil {
		return 0
	}
	h, base := c.columns.Cols, offset+p.from
	row := func(j int) []float64 { return c.columns.Data[(base+j)*h : (base+j+1)*h] }
	sum := 0.0
	for j, s := range p.diagonal {
		if s != 0 {
			sum += s * dot(row(j), row(j))
		}
	}
	for _, e := range p.edges {
		a, b := row(int(e[0])), row(int(e[1]))
		for k := range a {
			d := a[k] - b[k]
			sum += d * d
		}
	}
	return sum
}

// Promise is what a promised direction did to a term.
type Promise struct {
	// Steps counts the differences between neighbouring ordered functions, Held those at 0 because the data ask for the other sign.
	Steps, Held int
	// Chi is about twice the gain in log-likelihood, in nats, if this promise were dropped and the other terms stayed, and Freed the degrees of
	// freedom that it would take: far above Freed, the data contradict the promise.
	Chi, Freed float64
}

// promises describes the promised terms at the minimum; others are nil. One Newton step of the term alone, smoothed as the input by itself asks for, says
// what the promise costs.
func (f *fitter) promises() []*Promise {
	out := make([]*Promise, len(f.terms))
	if len(f.bounds) == 0 {
		return out
	}
	gradient, held := f.gradient(), map[int]bool{}
	for _, k := range f.held {
		held[f.bounds[k].at] = true
	}
	blocks := newSquare(f.size)
	for k, t := range f.terms {
		if t.direction == 0 {
			continue
		}
		n := t.differences()
		out[k] = &Promise{Steps: n}
		pull := make([]float64, n)
		for j := range pull {
			if at := t.offset + j; held[at] {
				out[k].Held++
				pull[j] = gradient[at]
			}
		}
		if out[k].Held > 0 {
			f.ownBlock(blocks, f.leads, k)
			out[k].Chi, out[k].Freed = t.withoutPromise(blocks, pull)
		}
	}
	return out
}

// withoutPromise gives g'(H + λS)⁻¹g and the degrees of freedom beyond the present ones, for the term's block H of the Hessian and λ of the input alone.
func (t *term) withoutPromise(blocks *square, pull []float64) (chi, freed float64) {
	p, at := t.chainPenalty(), make([]int, len(pull))
	for j := range at {
		at[j] = t.offset + j
	}
	h := blocks.on(at)
	for j, s := range p.diagonal {
		h.row(j)[j] += t.alone * s
	}
	if !h.factorise() {
		return 0, 0
	}
	trace := 0.0
	rows := h.inverseRows()
	for j, s := range p.diagonal {
		trace += s * dot(rows.row(j), rows.row(j))
	}
	return dot(pull, h.solve(pull)), max(p.rank-t.alone*trace-p.edf, 0)
}
