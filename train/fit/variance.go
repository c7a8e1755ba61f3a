package fit

import (
	"fmt"
	"math"
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
	covariance := rows.covariance()
	rows.giveBack()
	c := f.centred(covariance)
	covariance.giveBack()
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
