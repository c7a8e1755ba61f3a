package fit

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// A product a·b' is made of small ones of microRows×microColumns numbers, which stay in registers, over depth numbers
// of both factors, which stay in the near caches. Each number gets its products in a fixed order, by fused multiplications and additions
// (IEEE 754's fusedMultiplyAdd), so that its bits are the same on every machine. gonum's own product takes about ten times as long.
const (
	microRows, microColumns = 8, 16
	depth                   = 256
)

// panels holds the rows of a matrix, width of them beside each other, column after column, so that a small product reads on and on.
// The last rows of a panel that is not full hold anything: products with them are not used.
type panels struct {
	width, depth int
	data         []float64
	across       int // above 0: data is the transposed matrix itself, rows so far apart
}

// symmetric is a right factor that needs no packing: as many rows as columns, a multiple of microColumns.
func symmetric(m blas64.General) *panels {
	return &panels{width: microColumns, depth: m.Rows, data: m.Data, across: m.Stride}
}

// step is the distance from one column of a panel to the next.
func (p *panels) step() int {
	if p.across > 0 {
		return p.across
	}
	return p.width
}

func newPanels(rows, columns, width int) *panels {
	return &panels{width: width, depth: columns, data: make([]float64, (rows+width-1)/width*width*columns)}
}

// borrowPanels is newPanels with memory of [panels.giveBack], whose numbers are any.
func borrowPanels(rows, columns, width int) *panels {
	data, _ := borrow((rows + width - 1) / width * width * columns)
	return &panels{width: width, depth: columns, data: data}
}

func (p *panels) giveBack() {
	giveBack(p.data)
	p.data = nil
}

func packed(m blas64.General, width int) *panels {
	p := newPanels(m.Rows, m.Cols, width)
	p.put(0, 0, m)
	return p
}

// at is the panel of a row, which is a multiple of width, from a column on.
func (p *panels) at(row, column int) []float64 {
	if p.across > 0 {
		return p.data[column*p.across+row:]
	}
	return p.data[row*p.depth+column*p.width : (row+p.width)*p.depth]
}

// put writes a block to the given place; row is a multiple of width.
func (p *panels) put(row, column int, m blas64.General) {
	for from := 0; from < m.Rows; from += p.width {
		panel := p.at(row+from, column)[:m.Cols*p.width]
		r := 0
		for ; r+4 <= min(p.width, m.Rows-from); r += 4 {
			putFour(panel[r:], p.width, m, from+r)
		}
		for ; r < min(p.width, m.Rows-from); r++ {
			at := r
			for _, v := range m.Data[(from+r)*m.Stride:][:m.Cols] {
				panel[at] = v
				at += p.width
			}
		}
	}
}

// putFour is put for four rows at once.
func putFour(panel []float64, width int, m blas64.General, row int) {
	n := m.Cols
	a, b := m.Data[row*m.Stride:][:n], m.Data[(row+1)*m.Stride:][:n]
	c, d := m.Data[(row+2)*m.Stride:][:n], m.Data[(row+3)*m.Stride:][:n]
	for k, v := range a {
		to := panel[k*width:][:4]
		to[0], to[1], to[2], to[3] = v, b[k], c[k], d[k]
	}
}

// span says which part of two packed matrices a product takes: rows of the left from row on, columns (rows of the right) from column on, and
// depth numbers of each from leftFrom and rightFrom on. row and column are multiples of the panels' widths.
type span struct {
	row, rows, column, columns int
	leftFrom, rightFrom, depth int
}

// addPacked adds scale·left·right' to c.
func addPacked(scale float64, left, right *panels, s span, c blas64.General) {
	var edge [microRows * microColumns]float64
	for from := 0; from < s.depth; from += depth {
		k := min(depth, s.depth-from)
		for j := 0; j < s.columns; j += microColumns {
			b := right.at(s.column+j, s.rightFrom+from)
			for i := 0; i < s.rows; i += microRows {
				a := left.at(s.row+i, s.leftFrom+from)
				rows, columns := min(microRows, s.rows-i), min(microColumns, s.columns-j)
				if rows == microRows && columns == microColumns {
					multiplyTile(k, a, b, scale, c.Data[i*c.Stride+j:], c.Stride, right.step())
					continue
				}
				for r := range rows {
					copy(edge[r*microColumns:][:columns], c.Data[(i+r)*c.Stride+j:])
				}
				multiplyTile(k, a, b, scale, edge[:], microColumns, right.step())
				for r := range rows {
					copy(c.Data[(i+r)*c.Stride+j:][:columns], edge[r*microColumns:])
				}
			}
		}
	}
}

// multiplyPlain is the small product in Go: c += scale·Σ_k a[k]'·b[k]. a is k×microRows, without gaps; the
// rows of b and c are step and stride numbers apart.
func multiplyPlain(k int, a, b []float64, scale float64, c []float64, stride, step int) {
	var sum [microRows * microColumns]float64
	for at := range k {
		left, right := a[at*microRows:][:microRows], b[at*step:][:microColumns]
		for r, v := range left {
			row := sum[r*microColumns:][:microColumns]
			for s, w := range right {
				row[s] = math.FMA(v, w, row[s])
			}
		}
	}
	for r := range microRows {
		row := c[r*stride:][:microColumns]
		for s := range row {
			row[s] = math.FMA(scale, sum[r*microColumns+s], row[s])
		}
	}
}
