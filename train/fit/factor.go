package fit

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

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
	basis = timesSymmetric(widened(basis, min(rank+8, c.n), c.n, size), target)
	var factor *mat.Dense
	for range rounds {
		makeOrthonormal(basis)
		product := timesSymmetric(basis, target)
		factor = ritz(basis, product, rank)
		c.replaceOwn(target, factor, kept)
		basis = product // of a target that hardly differs: one product a round
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

// ritz is the best F of the given rank within a subspace of orthonormal rows, given their product with the target: its leading positive eigenvectors, scaled.
func ritz(rows, product blas64.General, rank int) *mat.Dense {
	width := rows.Rows
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
	weights := mat.NewDense(width, rank, nil)
	for k := range rank {
		root := math.Sqrt(max(values[width-1-k], 0))
		for j := range width {
			weights.Set(j, k, vectors.At(j, width-1-k)*root)
		}
	}
	factor := mat.NewDense(rows.Cols, rank, nil)
	parallel((rows.Cols+tile-1)/tile, func(part int) {
		for i := part * tile; i < min((part+1)*tile, rows.Cols); i++ {
			row := factor.RawRowView(i)
			for j := range width {
				addScaled(row, weights.RawRowView(j), rows.Data[j*rows.Stride+i])
			}
		}
	})
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
