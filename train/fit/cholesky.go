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

func (m *square) lower() blas64.Triangular {
	return blas64.Triangular{N: m.n, Stride: m.n, Data: m.data, Uplo: blas.Lower, Diag: blas.NonUnit}
}

func (m *square) tiles() int { return (m.n + tile - 1) / tile }

// edge is the size of tile i.
func (m *square) edge(i int) int { return min(tile, m.n-i*tile) }

// factorise replaces the lower half by its Cholesky factor L, m = LL'. It reports false for a matrix
// that is not positive definite. Left-looking by tiles; cost n³/3.
func (m *square) factorise() bool {
	tiles := m.tiles()
	left := borrowPanels(m.n, m.n, microRows)
	defer left.giveBack()
	if m.right == nil {
		m.right, m.inverses = borrowPanels(m.n, m.n, microColumns), make([]*panels, tiles)
	}
	for j := range tiles {
		parallel(tiles-j, func(task int) {
			i := j + task
			addPacked(-1, left, m.right, span{row: i * tile, rows: m.edge(i), column: j * tile, columns: m.edge(j), depth: j * tile}, m.tile(i, j))
		})
		diagonal := blas64.Symmetric{N: m.edge(j), Stride: m.n, Data: m.data[j*tile*m.n+j*tile:], Uplo: blas.Lower}
		if _, ok := lapack64.Potrf(diagonal); !ok {
			return false
		}
		m.inverses[j] = packed(m.inverseOfTile(j*tile, m.edge(j)), microColumns)
		parallel(tiles-j-1, func(task int) {
			i := j + 1 + task
			replaceByProduct(m.tile(i, j), m.inverses[j])
			left.put(i*tile, j*tile, m.tile(i, j))
			m.right.put(i*tile, j*tile, m.tile(i, j))
		})
	}
	return true
}

// tile is the block of tile i of the rows and j of the columns.
func (m *square) tile(i, j int) blas64.General {
	return m.block(i*tile, j*tile, m.edge(i), m.edge(j))
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

// replaceByProduct sets x to x·l', l being as many rows as x has columns.
func replaceByProduct(x blas64.General, l *panels) {
	old := borrowPanels(x.Rows, x.Cols, microRows)
	defer old.giveBack()
	old.put(0, 0, x)
	for i := range x.Rows {
		clear(x.Data[i*x.Stride:][:x.Cols])
	}
	addPacked(1, old, l, span{rows: x.Rows, columns: x.Cols, depth: x.Cols}, x)
}

// solve returns x with LL'x = b.
func (m *square) solve(b []float64) []float64 {
	x := append([]float64(nil), b...)
	v := blas64.Vector{N: m.n, Inc: 1, Data: x}
	blas64.Trsv(blas.NoTrans, m.lower(), v)
	blas64.Trsv(blas.Trans, m.lower(), v)
	return x
}

// inverseRows returns Y = (L⁻¹)': row a is column a of L⁻¹, zero before a, so that V_ab = Y_a·Y_b for V = (LL')⁻¹.
// Cost n³/3.
func (m *square) inverseRows() *square {
	y := borrowSquare(m.n)
	for i := range m.n {
		y.row(i)[i] = 1
	}
	parallel(m.tiles(), func(j int) {
		left := borrowPanels(m.edge(j), m.n-j*tile, microRows) // tile j of Y's rows
		defer left.giveBack()
		for i := j; i < m.tiles(); i++ {
			at := y.tile(j, i)
			addPacked(-1, left, m.right, span{rows: m.edge(j), column: i * tile, columns: m.edge(i), rightFrom: j * tile, depth: (i - j) * tile}, at)
			replaceByProduct(at, m.inverses[i])
			left.put(0, (i-j)*tile, at)
		}
	})
	return y
}

// covariance is V = YY', both halves filled. Cost n³/3.
func (y *square) covariance() *square {
	v := borrowSquare(y.n)
	left, right := borrowPanels(y.n, y.n, microRows), borrowPanels(y.n, y.n, microColumns)
	defer left.giveBack()
	defer right.giveBack()
	parallel(y.tiles(), func(i int) {
		rows := y.block(i*tile, i*tile, y.edge(i), y.n-i*tile) // zero before
		left.put(i*tile, i*tile, rows)
		right.put(i*tile, i*tile, rows)
	})
	parallel(y.tiles(), func(i int) {
		for j := 0; j <= i; j++ {
			addPacked(1, left, right, span{row: i * tile, rows: y.edge(i), column: j * tile, columns: y.edge(j), leftFrom: i * tile, rightFrom: i * tile, depth: y.n - i*tile}, v.tile(i, j))
		}
	})
	for i := range v.n {
		for j := range i {
			v.data[j*v.n+i] = v.data[i*v.n+j]
		}
	}
	return v
}
