package fit

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// tile is the edge of the blocks of the factorisation. Each tile's sums run in a fixed order, so the
// bits do not depend on the number of cores.
const tile = 96

func (m *square) block(row, column, rows, columns int) blas64.General {
	return blas64.General{Rows: rows, Cols: columns, Stride: m.n, Data: m.data[row*m.n+column:]}
}

func (m *square) lower(at, size int) blas64.Triangular {
	return blas64.Triangular{N: size, Stride: m.n, Data: m.data[at*m.n+at:], Uplo: blas.Lower, Diag: blas.NonUnit}
}

// factorise replaces the lower half by its Cholesky factor L, m = LL'. It reports false for a matrix
// that is not positive definite. Left-looking by tiles; cost n³/3.
func (m *square) factorise() bool {
	tiles := (m.n + tile - 1) / tile
	edge := func(i int) int { return min(tile, m.n-i*tile) }
	for j := range tiles {
		parallel(tiles-j, func(task int) {
			i := j + task
			if j > 0 {
				addProduct(-1, m.block(i*tile, 0, edge(i), j*tile), m.block(j*tile, 0, edge(j), j*tile), m.block(i*tile, j*tile, edge(i), edge(j)))
			}
		})
		diagonal := blas64.Symmetric{N: edge(j), Stride: m.n, Data: m.data[j*tile*m.n+j*tile:], Uplo: blas.Lower}
		if _, ok := lapack64.Potrf(diagonal); !ok {
			return false
		}
		inverse := m.inverseOfTile(j*tile, edge(j))
		parallel(tiles-j-1, func(task int) {
			i := j + 1 + task
			replaceByProduct(m.block(i*tile, j*tile, edge(i), edge(j)), inverse)
		})
	}
	return true
}

// inverseOfTile is L⁻¹ of a tile on the diagonal.
func (m *square) inverseOfTile(at, size int) blas64.General {
	inverse := blas64.General{Rows: size, Cols: size, Stride: size, Data: make([]float64, size*size)}
	for i := range size {
		row, from := inverse.Data[i*size:][:size], m.row(at + i)[at:][:i+1]
		for k, l := range from[:i] {
			above := inverse.Data[k*size:][:k+1]
			for j, v := range above {
				row[j] -= l * v
			}
		}
		scale := 1 / from[i]
		for j := range row[:i] {
			row[j] *= scale
		}
		row[i] = scale
	}
	return inverse
}

// replaceByProduct sets x to x·l'.
func replaceByProduct(x, l blas64.General) {
	old := blas64.General{Rows: x.Rows, Cols: x.Cols, Stride: x.Cols, Data: make([]float64, x.Rows*x.Cols)}
	for i := range x.Rows {
		row := x.Data[i*x.Stride:][:x.Cols]
		copy(old.Data[i*x.Cols:], row)
		clear(row)
	}
	addProduct(1, old, l, x)
}

// solve returns x with LL'x = b.
func (m *square) solve(b []float64) []float64 {
	x := append([]float64(nil), b...)
	v := blas64.Vector{N: m.n, Inc: 1, Data: x}
	blas64.Trsv(blas.NoTrans, m.lower(0, m.n), v)
	blas64.Trsv(blas.Trans, m.lower(0, m.n), v)
	return x
}

// inverseRows returns Y = (L⁻¹)': row a is column a of L⁻¹, zero before a, so that V_ab = Y_a·Y_b for V = (LL')⁻¹.
// Cost n³/3.
func (m *square) inverseRows() *square {
	y := newSquare(m.n)
	for i := range m.n {
		y.row(i)[i] = 1
	}
	tiles := (m.n + tile - 1) / tile
	edge := func(i int) int { return min(tile, m.n-i*tile) }
	inverses := make([]blas64.General, tiles)
	parallel(tiles, func(i int) { inverses[i] = m.inverseOfTile(i*tile, edge(i)) })
	parallel(tiles, func(j int) {
		for i := j; i < tiles; i++ {
			at := y.block(j*tile, i*tile, edge(j), edge(i))
			if i > j {
				addProduct(-1, y.block(j*tile, j*tile, edge(j), (i-j)*tile), m.block(i*tile, j*tile, edge(i), (i-j)*tile), at)
			}
			replaceByProduct(at, inverses[i])
		}
	})
	return y
}

// covariance is V = YY', both halves filled. Cost n³/3.
func (y *square) covariance() *square {
	v := newSquare(y.n)
	tiles := (y.n + tile - 1) / tile
	edge := func(i int) int { return min(tile, y.n-i*tile) }
	parallel(tiles, func(task int) {
		i := task
		for j := 0; j <= i; j++ {
			addProduct(1, y.block(i*tile, i*tile, edge(i), y.n-i*tile), y.block(j*tile, i*tile, edge(j), y.n-i*tile), v.block(i*tile, j*tile, edge(i), edge(j)))
		}
	})
	for i := range v.n {
		for j := range i {
			v.data[j*v.n+i] = v.data[i*v.n+j]
		}
	}
	return v
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
