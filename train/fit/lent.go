package fit

import (
	"math/bits"
	"sync"
)

// lent holds the memory of matrices that are needed no longer, by the number of bits of their length. Matrices of 2,000 coordinates take 32 MB, and a step
// needs several: left to the collector, those of the last steps would stand beside those in use.
var lent [64]sync.Pool

// borrow gives so many numbers: any, if used, else zeros.
func borrow(size int) (data []float64, used bool) {
	if held, ok := lent[bits.Len(uint(size))].Get().(*[]float64); ok && cap(*held) >= size {
		return (*held)[:size], true
	}
	return make([]float64, size), false
}

func giveBack(data []float64) { lent[bits.Len(uint(cap(data)))].Put(&data) }

// borrowSquare is [newSquare] with memory of giveBack.
func borrowSquare(n int) *square {
	data, used := borrow(n * n)
	if used {
		clear(data)
	}
	return &square{n: n, data: data}
}

// giveBack lends the matrix's memory to others, and that of the factor that it is. Nobody may look at it again; nil is none.
func (m *square) giveBack() {
	if m == nil {
		return
	}
	giveBack(m.data)
	if m.right != nil {
		m.right.giveBack()
	}
	*m = square{}
}
