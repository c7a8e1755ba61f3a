package fit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"leadscore/models/logistic"
)

// StandardError says how closely the model keeps its covariance.
type StandardError struct {
	// Tolerance is the largest relative error of a lead's standard error over the training leads; 0: 0.01.
	Tolerance float64
	// MaxRank bounds the factor and so the cost of a score, 1 … logistic.MaxRank; 0: 64. Where it is reached first, the
	// error met is in the model's Variance.WorstError.
	MaxRank int
}

func (s *StandardError) check() error {
	if !(s.Tolerance >= 0) || s.MaxRank < 0 || s.MaxRank > logistic.MaxRank {
		return fmt.Errorf("standard error: tolerance %v and rank %d, want 0 or more, and at most rank %d",
			s.Tolerance, s.MaxRank, logistic.MaxRank)
	}
	return nil
}

func (s *StandardError) tolerance() float64 {
	if s.Tolerance > 0 {
		return s.Tolerance
	}
	return 0.01
}

func (s *StandardError) maxRank() int {
	if s.MaxRank > 0 {
		return s.MaxRank
	}
	return 64
}

// checkedLeads is how many training leads, evenly spread, the factor is checked on.
const checkedLeads = 20_000

// FactorReport holds the factor's rank and the relative errors of the checked leads' standard errors (0.01 = 1 %).
type FactorReport struct {
	Rank                        int
	Median, Percentile99, Worst float64
}

// variance is the factor of V that the model keeps: the smallest of ranks 16, 64, … that keeps every
// checked lead's standard error within the tolerance. The covariance between functions of different
// terms is approximated; each term's own is exact through the diagonal.
func (f *fitter) variance(rows *square, limits StandardError) (logistic.Variance, FactorReport) {
	c := f.centred(rows.covariance())
	leads := f.sparseLeads()
	exact := make([]float64, len(leads))
	parallel(len(leads), func(i int) { exact[i] = c.quadratic(leads[i]) })
	for rank := 16; ; rank *= 4 {
		rank = min(rank, limits.maxRank(), c.n)
		factor := c.factor(rank)
		errors := c.errors(leads, exact, factor)
		n := len(errors)
		worst := errors[n-1]
		if worst <= limits.tolerance() || rank == limits.maxRank() || rank == c.n {
			return f.pack(c, factor, worst), FactorReport{rank, errors[n/2], errors[(n-1)*99/100], worst}
		}
	}
}

// centred is V by function: the intercept, then each term's functions, as deviations from the term's mean
// over the training leads. Term k's functions begin at start[k].
type centred struct {
	*square
	start []int
	// owner is the term of a function; −1 for the intercept.
	owner []int
	// weight is the share of the training leads at a function.
	weight []float64
	terms  []*term
}

// centred turns V by coordinate into V by centred function.
func (f *fitter) centred(v *square) *centred {
	c := &centred{terms: f.terms, start: make([]int, len(f.terms)), owner: []int{-1}, weight: []float64{1}}
	for k, t := range f.terms {
		c.start[k] = len(c.owner)
		for _, w := range t.functionWeights() {
			c.owner = append(c.owner, k)
			c.weight = append(c.weight, w)
		}
	}
	n := len(c.owner)
	half := &square{n: n, data: make([]float64, v.n*n)} // V by coordinate (rows) and function
	parallel(v.n, func(i int) { c.toFunctions(v.row(i), half.row(i)) })
	c.square = newSquare(n)
	parallel(n, func(j int) {
		column, out := make([]float64, v.n), make([]float64, n)
		for i := range column {
			column[i] = half.data[i*n+j]
		}
		c.toFunctions(column, out)
		for i, value := range out {
			c.data[j*n+i] = value
		}
	})
	return c
}

// toFunctions turns a row by coordinate into one by centred function.
func (c *centred) toFunctions(coordinates, out []float64) {
	out[0] = coordinates[0]
	for k, t := range c.terms {
		at := out[c.start[k] : c.start[k]+t.functions]
		t.toFunctions(coordinates[t.offset:t.offset+t.size], at)
		mean := 0.0
		for j, w := range c.weight[c.start[k] : c.start[k]+t.functions] {
			mean += w * at[j]
		}
		for j := range at {
			at[j] -= mean
		}
		out[0] += mean
	}
}

// functionWeights is the share of the training leads at each function; they sum to 1.
func (t *term) functionWeights() []float64 {
	weights := make([]float64, t.functions)
	total := 0.0
	for c, m := range t.mass {
		total += m
		if t.first == nil {
			weights[c] += m
			continue
		}
		weights[t.first[c]] += m * (1 - t.share[c])
		if t.share[c] > 0 {
			weights[t.first[c]+1] += m * t.share[c]
		}
	}
	for j := range weights {
		weights[j] /= total
	}
	return weights
}

// sparse is a lead's place in the functions: position and share.
type sparse struct {
	at    []int32
	share []float64
	cells []int32
}

// sparseLeads are the leads to check.
func (f *fitter) sparseLeads() []sparse {
	n := len(f.leads.wins)
	limit := min(n, checkedLeads)
	out := make([]sparse, limit)
	parallel(limit, func(i int) {
		row := int(int64(i) * int64(n) / int64(limit))
		s := sparse{at: []int32{0}, share: []float64{1}}
		start := 1
		for k, t := range f.terms {
			cell := f.leads.codes[k].At(row)
			s.cells = append(s.cells, int32(cell))
			s.at, s.share = t.appendFunctions(cell, start, s.at, s.share)
			start += t.functions
		}
		out[i] = s
	})
	return out
}

// appendFunctions lists the functions that make up a cell.
func (t *term) appendFunctions(cell, start int, at []int32, share []float64) ([]int32, []float64) {
	if t.first == nil {
		return append(at, int32(start+cell)), append(share, 1)
	}
	at, share = append(at, int32(start+int(t.first[cell]))), append(share, 1-t.share[cell])
	if t.share[cell] > 0 {
		at, share = append(at, at[len(at)-1]+1), append(share, t.share[cell])
	}
	return at, share
}

// quadratic is the variance of a lead's log-odds.
func (c *centred) quadratic(s sparse) float64 {
	sum := 0.0
	for i, a := range s.at {
		row := c.row(int(a))
		sum += s.share[i] * s.share[i] * row[a]
		for j := range i {
			sum += 2 * s.share[i] * s.share[j] * row[s.at[j]]
		}
	}
	return sum
}

// factor is a matrix F of n×rank such that FF' is near V between functions of different terms.
// It alternates between the leading eigenvectors (by subspace iteration) and replacing each term's own block, which the
// diagonal serves, by FF' itself (principal factors; Harman & Jones, Psychometrika 31, 1966, "minres").
func (c *centred) factor(rank int) *mat.Dense {
	scale := c.scales()
	target := mat.NewDense(c.n, c.n, nil)
	for i := range c.n {
		row := target.RawRowView(i)
		for j, v := range c.row(i) {
			row[j] = v * scale[i] * scale[j]
		}
	}
	width := min(rank+8, c.n)
	random := rand.New(rand.NewPCG(1, 2)) // fixed: the start only affects the speed of convergence
	basis := mat.NewDense(c.n, width, nil)
	for i := range basis.RawMatrix().Data {
		basis.RawMatrix().Data[i] = random.NormFloat64()
	}
	var factor *mat.Dense
	for range factorRounds {
		var next mat.Dense
		next.Mul(target, basis)
		basis = orthonormal(&next)
		factor = ritz(target, basis, rank)
		c.replaceOwn(target, factor)
	}
	for i := range c.n {
		row := factor.RawRowView(i)
		for k := range row {
			row[k] /= scale[i]
		}
	}
	return factor
}

// factorRounds is where the error stops falling in measurements.
const factorRounds = 10

// scales weigh the functions of a factor: an error matters by the share of leads that meet it, and against the variance
// of those leads, which is at least the function's own.
func (c *centred) scales() []float64 {
	typical := 0.0
	for i, w := range c.weight {
		typical += w * c.row(i)[i]
	}
	scale := make([]float64, c.n)
	const floor = 1e-5 // an unseen function still counts a little
	for i, w := range c.weight {
		scale[i] = math.Sqrt((w + floor) / (c.row(i)[i] + typical))
	}
	return scale
}

// orthonormal spans the same columns by orthonormal ones.
func orthonormal(m *mat.Dense) *mat.Dense {
	var qr mat.QR
	qr.Factorize(m)
	rows, columns := m.Dims()
	identity := mat.NewDense(rows, columns, nil)
	for k := range columns {
		identity.Set(k, k, 1)
	}
	var q mat.Dense
	qr.QTo(&q)
	var out mat.Dense
	out.Mul(&q, identity)
	return &out
}

// ritz is the best F of the given rank within a subspace: its leading positive eigenvectors, scaled.
func ritz(target, basis *mat.Dense, rank int) *mat.Dense {
	var product, small mat.Dense
	product.Mul(target, basis)
	small.Mul(basis.T(), &product)
	width, _ := small.Dims()
	symmetric := mat.NewSymDense(width, nil)
	for i := range width {
		for j := i; j < width; j++ {
			symmetric.SetSym(i, j, (small.At(i, j)+small.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	eigen.Factorize(symmetric, true)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)
	scaled := mat.NewDense(width, rank, nil)
	for k := range rank {
		root := math.Sqrt(max(values[width-1-k], 0))
		for i := range width {
			scaled.Set(i, k, vectors.At(i, width-1-k)*root)
		}
	}
	var factor mat.Dense
	factor.Mul(basis, scaled)
	return &factor
}

// replaceOwn sets the blocks within a term to FF'.
func (c *centred) replaceOwn(target, factor *mat.Dense) {
	parallel(len(c.terms), func(k int) {
		from, to := c.start[k], c.start[k]+c.terms[k].functions
		for i := from; i < to; i++ {
			a := factor.RawRowView(i)
			for j := from; j <= i; j++ {
				v := dot(a, factor.RawRowView(j))
				target.Set(i, j, v)
				target.Set(j, i, v)
			}
		}
	})
	a := factor.RawRowView(0)
	target.Set(0, 0, dot(a, a))
}

func dot(a, b []float64) float64 {
	return blas64.Dot(blas64.Vector{N: len(a), Inc: 1, Data: a}, blas64.Vector{N: len(b), Inc: 1, Data: b})
}

// errors are the relative errors of the checked leads' standard errors, rising.
func (c *centred) errors(leads []sparse, exact []float64, factor *mat.Dense) []float64 {
	diagonals := make([][]float64, len(c.terms))
	for k, t := range c.terms {
		diagonals[k] = c.diagonal(k, t, factor)
	}
	_, rank := factor.Dims()
	constant := c.data[0] - dot(factor.RawRowView(0), factor.RawRowView(0))
	errors := make([]float64, len(leads))
	parallel(len(leads), func(i int) {
		sum := make([]float64, rank)
		for j, a := range leads[i].at {
			addScaled(sum, factor.RawRowView(int(a)), leads[i].share[j])
		}
		v := constant + dot(sum, sum)
		for k, cell := range leads[i].cells {
			v += diagonals[k][cell]
		}
		errors[i] = math.Abs(math.Sqrt(max(v, 0)/exact[i]) - 1)
	})
	slices.Sort(errors)
	return errors
}

// diagonal is, by cell of a term, its own variance less what the factor gives.
func (c *centred) diagonal(k int, t *term, factor *mat.Dense) []float64 {
	out := make([]float64, t.cells)
	for cell := range out {
		at, share := t.appendFunctions(cell, c.start[k], nil, nil)
		out[cell] = c.quadratic(sparse{at: at, share: share})
		row := t.factorRow(factor, at, share)
		out[cell] -= dot(row, row)
	}
	return out
}

func (t *term) factorRow(factor *mat.Dense, at []int32, share []float64) []float64 {
	_, rank := factor.Dims()
	row := make([]float64, rank)
	for i, a := range at {
		addScaled(row, factor.RawRowView(int(a)), share[i])
	}
	return row
}

// pack writes the factor by cell.
func (f *fitter) pack(c *centred, factor *mat.Dense, worst float64) logistic.Variance {
	_, rank := factor.Dims()
	intercept := factor.RawRowView(0)
	out := logistic.Variance{Rank: rank, WorstError: worst, Constant: c.data[0] - dot(intercept, intercept)}
	out.Intercept = appendFloats(nil, intercept)
	for k, t := range f.terms {
		out.Diagonal = appendFloats(out.Diagonal, c.diagonal(k, t, factor))
		for cell := range t.cells {
			at, share := t.appendFunctions(cell, c.start[k], nil, nil)
			out.Factor = appendFloats(out.Factor, t.factorRow(factor, at, share))
		}
	}
	return out
}

func appendFloats(to logistic.Floats, values []float64) logistic.Floats {
	for _, v := range values {
		to = append(to, float32(v))
	}
	return to
}
