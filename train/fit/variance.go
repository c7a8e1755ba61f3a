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
	// MaxRank bounds the factor's rank and so the cost of a score, 1 … logistic.MaxRank; 0: 32. Where the limits are reached first,
	// the error met is in the model's Variance.WorstError.
	MaxRank int
	// None leaves the covariance out: the model gives probabilities without standard errors, for figures beside the main ones.
	None bool
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
	return 32
}

// checkedLeads is how many training leads, evenly spread, the factor is checked on.
const checkedLeads = 20_000

// FactorReport holds the factor's rank and the relative errors of the checked leads' standard errors (0.01 = 1 %).
type FactorReport struct {
	Rank, Blocks                int
	Median, Percentile99, Worst float64
}

// factorTries are the sizes to try, in rising order of what a score and the model's file cost. Measured on the public data sets, blocks
// buy more than rank: beyond 32 columns the error falls slowly.
var factorTries = [...]struct{ rank, blocks int }{{16, 0}, {32, 0}, {32, 48}, {32, 160}}

// variance is what the model keeps of V: first a factor alone, then with more and more blocks of pairs of terms kept
// as they are, until every checked lead's standard error is within the tolerance or the limits are reached. The covariance
// between functions of different terms is approximated; each term's own is exact through the diagonal.
func (f *fitter) variance(rows *square, limits StandardError) (logistic.Variance, FactorReport) {
	c := f.centred(rows.covariance())
	leads := f.sparseLeads(c)
	exact := make([]float64, len(leads))
	parallel(len(leads), func(i int) { exact[i] = c.quadratic(leads[i]) })
	var kept []blockOf
	var factor *mat.Dense
	var basis blas64.General
	worst, report := math.Inf(1), FactorReport{}
	for _, try := range factorTries {
		before := len(kept)
		if try.blocks > 0 {
			kept = c.worstBlocks(kept, factor, try.blocks)
			if len(kept) == before {
				break // the limit of their cells is reached
			}
		}
		factor, basis = c.factor(min(try.rank, limits.maxRank(), c.n), kept, basis)
		errors := c.errors(leads, exact, factor, kept)
		n := len(errors)
		worst = errors[n-1]
		_, rank := factor.Dims()
		report = FactorReport{rank, len(kept), errors[n/2], errors[(n-1)*99/100], worst}
		if worst <= limits.tolerance() {
			break
		}
	}
	return f.pack(c, factor, kept, worst), report
}

// centred is V by function: the intercept, then each term's functions, as deviations from the term's mean
// over the training leads, with every pair purified. An input that pairs read has besides one function for each of its
// coarse cells, which takes what purifying moves to it. Term k's functions begin at start[k].
type centred struct {
	*square
	terms []*term
	start []int
	// coarse is, for an input that pairs read, its map to coarse cells; the functions of those begin at moved[k].
	coarse [][]uint16
	moved  []int
	// weight is the share of the training leads at a function.
	weight []float64
}

// layout gives every function its place.
func (f *fitter) layout() *centred {
	n := len(f.terms)
	c := &centred{terms: f.terms, start: make([]int, n), moved: make([]int, n), coarse: make([][]uint16, n), weight: []float64{1}}
	margins := make([][]float64, n)
	for _, t := range f.terms {
		if len(t.inputs) == 2 && !t.segment {
			rows, columns := t.margins()
			c.coarse[t.inputs[0]], c.coarse[t.inputs[1]] = t.coarse[0], t.coarse[1]
			margins[t.inputs[0]], margins[t.inputs[1]] = rows, columns
		}
	}
	for k, t := range f.terms {
		c.start[k] = len(c.weight)
		c.weight = append(c.weight, t.functionWeights()...)
		c.moved[k] = len(c.weight)
		c.weight = append(c.weight, margins[k]...)
	}
	return c
}

// end is where the functions of term k end.
func (c *centred) end(k int) int {
	if k+1 < len(c.start) {
		return c.start[k+1]
	}
	return len(c.weight)
}

// centred turns V by coordinate into V by centred function.
func (f *fitter) centred(v *square) *centred {
	c := f.layout()
	n := len(c.weight)
	half := &square{n: n, data: make([]float64, v.n*n)} // V by coordinate (rows) and function
	parallel(v.n, func(i int) { c.toFunctions(v.row(i), half.row(i)) })
	c.square = newSquare(n)
	parallel(n, func(j int) {
		column := make([]float64, v.n)
		for i := range column {
			column[i] = half.data[i*n+j]
		}
		c.toFunctions(column, c.row(j)) // V is symmetric: a column is a row
	})
	return c
}

// toFunctions turns a row by coordinate into one by centred function. out starts at 0.
func (c *centred) toFunctions(coordinates, out []float64) {
	out[0] = coordinates[0]
	for k, t := range c.terms {
		at := out[c.start[k]:c.moved[k]]
		t.toFunctions(coordinates[t.offset:t.offset+t.size], at)
		if len(t.inputs) == 2 && !t.segment {
			a, b := t.inputs[0], t.inputs[1]
			t.purify(at, out[c.moved[a]:c.end(a)], out[c.moved[b]:c.end(b)])
		}
	}
	for k := range c.terms {
		out[0] += c.centre(out, c.start[k], c.moved[k])
		out[0] += c.centre(out, c.moved[k], c.end(k))
	}
}

// centre takes the weighted mean out of some functions and returns it.
func (c *centred) centre(values []float64, from, to int) float64 {
	mean := 0.0
	for j := from; j < to; j++ {
		mean += c.weight[j] * values[j]
	}
	for j := from; j < to; j++ {
		values[j] -= mean
	}
	return mean
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
func (f *fitter) sparseLeads(c *centred) []sparse {
	n := len(f.leads.wins)
	limit := min(n, checkedLeads)
	out := make([]sparse, limit)
	parallel(limit, func(i int) {
		row := int(int64(i) * int64(n) / int64(limit))
		s := sparse{at: []int32{0}, share: []float64{1}}
		for k := range f.terms {
			cell := f.leads.codes[k].At(row)
			s.cells = append(s.cells, int32(cell))
			s.at, s.share = c.appendFunctions(k, cell, s.at, s.share)
		}
		out[i] = s
	})
	return out
}

// appendFunctions lists the functions that make up a cell of term k.
func (c *centred) appendFunctions(k, cell int, at []int32, share []float64) ([]int32, []float64) {
	t, start := c.terms[k], c.start[k]
	if t.first == nil {
		at, share = append(at, int32(start+cell)), append(share, 1)
	} else {
		at, share = append(at, int32(start+int(t.first[cell]))), append(share, 1-t.share[cell])
		if t.share[cell] > 0 {
			at, share = append(at, at[len(at)-1]+1), append(share, t.share[cell])
		}
	}
	if c.coarse[k] != nil {
		at, share = append(at, int32(c.moved[k]+int(c.coarse[k][cell]))), append(share, 1)
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
// diagonal serves, by FF' itself (principal factors; Harman & Jones, Psychometrika 31, 1966, "minres"). It begins with the basis that an
// earlier one ended with, or none, and returns its own.
func (c *centred) factor(rank int, kept []blockOf, basis blas64.General) (*mat.Dense, blas64.General) {
	scale := c.scales()
	size := (c.n + microColumns - 1) / microColumns * microColumns // what is beyond n stays 0
	target := mat.NewDense(size, size, nil)
	for i := range c.n {
		row := target.RawRowView(i)
		for j, v := range c.row(i) {
			row[j] = v * scale[i] * scale[j]
		}
	}
	rounds := factorRounds
	if basis.Rows > 0 {
		rounds = furtherRounds
	}
	basis = widened(basis, min(rank+8, c.n), c.n, size)
	var factor *mat.Dense
	for range rounds {
		basis = timesSymmetric(basis, target)
		makeOrthonormal(basis)
		factor = ritz(target, basis, rank)
		c.replaceOwn(target, factor, kept)
	}
	for i := range c.n {
		row := factor.RawRowView(i)
		for k := range row {
			row[k] /= scale[i]
		}
	}
	return factor, basis
}

// widened adds to a basis random rows, of n numbers and then zeros.
func widened(basis blas64.General, rows, n, size int) blas64.General {
	out := blas64.General{Rows: rows, Cols: size, Stride: size, Data: make([]float64, rows*size)}
	have := copy(out.Data, basis.Data[:min(basis.Rows, rows)*basis.Cols]) / size
	random := rand.New(rand.NewPCG(1, 2)) // fixed: the start only affects the speed of convergence
	for i := have; i < rows; i++ {
		for j := range n {
			out.Data[i*size+j] = random.NormFloat64()
		}
	}
	return out
}

// factorRounds is where the error stops falling in measurements; furtherRounds where it does from the basis of a smaller factor.
const factorRounds, furtherRounds = 10, 5

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

// timesSymmetric multiplies each row by a symmetric matrix.
func timesSymmetric(rows blas64.General, by *mat.Dense) blas64.General {
	out := blas64.General{Rows: rows.Rows, Cols: rows.Cols, Stride: rows.Cols, Data: make([]float64, rows.Rows*rows.Cols)}
	left, right := packed(rows, microRows), symmetric(by.RawMatrix())
	parallel((rows.Cols+tile-1)/tile, func(k int) {
		from := k * tile
		size := min(tile, rows.Cols-from)
		addPacked(1, left, right, span{rows: rows.Rows, column: from, columns: size, depth: rows.Cols},
			blas64.General{Rows: rows.Rows, Cols: size, Stride: out.Stride, Data: out.Data[from:]})
	})
	return out
}

// makeOrthonormal replaces the rows by orthonormal ones that span the same: Gram and Schmidt's way, twice, which is enough (Giraud,
// Langou & Rozložník, Computers & Mathematics with Applications 50, 2005).
func makeOrthonormal(rows blas64.General) {
	for i := range rows.Rows {
		own := rows.Data[i*rows.Stride:][:rows.Cols]
		for range 2 {
			for j := range i {
				other := rows.Data[j*rows.Stride:][:rows.Cols]
				addScaled(own, other, -dot(own, other))
			}
		}
		if norm := math.Sqrt(dot(own, own)); norm > 0 {
			for k := range own {
				own[k] /= norm
			}
		}
	}
}

// ritz is the best F of the given rank within a subspace of orthonormal rows: its leading positive eigenvectors, scaled.
func ritz(target *mat.Dense, rows blas64.General, rank int) *mat.Dense {
	width := rows.Rows
	product := timesSymmetric(rows, target)
	symmetric := mat.NewSymDense(width, nil)
	for i := range width {
		for j := i; j < width; j++ {
			symmetric.SetSym(i, j, dot(rows.Data[i*rows.Stride:][:rows.Cols], product.Data[j*product.Stride:][:rows.Cols]))
		}
	}
	var eigen mat.EigenSym
	eigen.Factorize(symmetric, true)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)
	factor := mat.NewDense(rows.Cols, rank, nil)
	out := factor.RawMatrix()
	for k := range rank {
		root := math.Sqrt(max(values[width-1-k], 0))
		for j := range width {
			weight := vectors.At(j, width-1-k) * root
			for i, v := range rows.Data[j*rows.Stride:][:rows.Cols] {
				out.Data[i*out.Stride+k] += weight * v
			}
		}
	}
	return factor
}

// replaceOwn sets the blocks within a term, and the kept ones, to FF': they are free, whatever F makes of them.
func (c *centred) replaceOwn(target, factor *mat.Dense, kept []blockOf) {
	free := append([]blockOf(nil), kept...)
	for k := range c.terms {
		free = append(free, blockOf{k, k})
	}
	parallel(len(free), func(k int) {
		s, t := free[k].first, free[k].second
		for i := c.start[s]; i < c.end(s); i++ {
			a, row := factor.RawRowView(i), target.RawRowView(i)
			for j := c.start[t]; j < c.end(t); j++ {
				v := dot(a, factor.RawRowView(j))
				row[j] = v
				target.RawRowView(j)[i] = v
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
func (c *centred) errors(leads []sparse, exact []float64, factor *mat.Dense, kept []blockOf) []float64 {
	diagonals := make([][]float64, len(c.terms))
	for k, t := range c.terms {
		diagonals[k] = c.diagonal(k, t, factor)
	}
	tables := make([][]float64, len(kept))
	parallel(len(kept), func(k int) { tables[k] = c.blockTable(kept[k], factor) })
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
		for k, b := range kept {
			v += 2 * tables[k][int(leads[i].cells[b.first])*c.terms[b.second].cells+int(leads[i].cells[b.second])]
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
		at, share := c.appendFunctions(k, cell, nil, nil)
		out[cell] = c.quadratic(sparse{at: at, share: share})
		row := factorRow(factor, at, share)
		out[cell] -= dot(row, row)
	}
	return out
}

func factorRow(factor *mat.Dense, at []int32, share []float64) []float64 {
	_, rank := factor.Dims()
	row := make([]float64, rank)
	for i, a := range at {
		addScaled(row, factor.RawRowView(int(a)), share[i])
	}
	return row
}

// pack writes the factor by cell.
func (f *fitter) pack(c *centred, factor *mat.Dense, kept []blockOf, worst float64) logistic.Variance {
	_, rank := factor.Dims()
	intercept := factor.RawRowView(0)
	out := logistic.Variance{Rank: rank, WorstError: worst, Constant: c.data[0] - dot(intercept, intercept)}
	out.Intercept = appendFloats(nil, intercept)
	for k, t := range f.terms {
		out.Diagonal = appendFloats(out.Diagonal, c.diagonal(k, t, factor))
		for cell := range t.cells {
			at, share := c.appendFunctions(k, cell, nil, nil)
			out.Factor = appendFloats(out.Factor, factorRow(factor, at, share))
		}
	}
	for _, b := range kept {
		out.Blocks = append(out.Blocks, logistic.Block{First: b.first, Second: b.second, Table: appendFloats(nil, c.blockTable(b, factor))})
	}
	return out
}

func appendFloats(to logistic.Floats, values []float64) logistic.Floats {
	for _, v := range values {
		to = append(to, float32(v))
	}
	return to
}
