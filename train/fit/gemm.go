package fit

import (
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
)

// A product is made of small ones of microRows×microColumns numbers, which stay in registers, over depth numbers
// of both factors, which stay in the first cache.
const (
	microRows, microColumns = 4, 8
	depth                   = 256
)

// addProduct adds scale·a·b' to c. Each number of c gets its sums of depth products in a fixed order, whatever the machine.
// gonum's own product takes about five times as long.
func addProduct(scale float64, a, b, c blas64.General) {
	work := packs.Get().(*pack)
	defer packs.Put(work)
	for from := 0; from < a.Cols; from += depth {
		k := min(depth, a.Cols-from)
		work.a = interleave(work.a, a, from, k, microRows)
		work.b = interleave(work.b, b, from, k, microColumns)
		for i := 0; i < a.Rows; i += microRows {
			for j := 0; j < b.Rows; j += microColumns {
				multiplyTile(k, work.a[i*k:], work.b[j*k:], &work.out)
				addTile(scale, &work.out, c, i, j)
			}
		}
	}
}

// pack is the memory of one product.
type pack struct {
	a, b []float64
	out  [microRows * microColumns]float64
}

var packs = sync.Pool{New: func() any { return new(pack) }}

// interleave puts width rows of m beside each other, column after column, so that the inner loop reads on and on; rows
// that are not there are 0.
func interleave(into []float64, m blas64.General, from, k, width int) []float64 {
	panels := (m.Rows + width - 1) / width
	if cap(into) < panels*width*k {
		into = make([]float64, panels*width*k)
	}
	into = into[:panels*width*k]
	for p := range panels {
		panel := into[p*width*k:][:width*k]
		for r := range width {
			if p*width+r >= m.Rows {
				for at := r; at < len(panel); at += width {
					panel[at] = 0
				}
				continue
			}
			at := r
			for _, v := range m.Data[(p*width+r)*m.Stride+from:][:k] {
				panel[at] = v
				at += width
			}
		}
	}
	return into
}

func addTile(scale float64, out *[microRows * microColumns]float64, c blas64.General, i, j int) {
	for r := range min(microRows, c.Rows-i) {
		row := c.Data[(i+r)*c.Stride+j:][:min(microColumns, c.Cols-j)]
		for s := range row {
			row[s] += scale * out[r*microColumns+s]
		}
	}
}

// multiplyPlain is the small product in Go.
func multiplyPlain(k int, a, b []float64, out *[microRows * microColumns]float64) {
	clear(out[:])
	for at := range k {
		left, right := a[at*microRows:][:microRows], b[at*microColumns:][:microColumns]
		for r, v := range left {
			row := out[r*microColumns:][:microColumns]
			for s, w := range right {
				row[s] += float64(v * w) // rounded before it is added: no FMA
			}
		}
	}
}
