// Package cuts finds where a number stands among ascending ones: its bin among cuts, its rank among values.
package cuts

import (
	"math"
	"math/bits"
	"slices"
)

// Table counts the cuts at or below a number: half of the time of turning a lead into codes went into searches among some forty cuts. A function that never falls
// maps numbers to cells, some four a cut, and the search begins with the cuts before the number's cell and takes as few steps as the fullest
// cell needs: no branch depends on the number, which nothing could foresee.
type Table struct {
	cuts []float64 // and as many NaN behind them as a search may look at
	from []uint16  // by cell: how many cuts lie in cells before it
	step int       // the first of a search, a power of two: 2·step−1 is no less than the cuts of any cell

	// The cells are of equal width, or of equal width of the numbers' bits, whichever parts the cuts better: the bits of
	// floating-point numbers grow as logarithms do, roughly.
	byBits        bool
	origin, scale float64
	first         uint64
	shift         uint8
}

// New makes a table of finite, strictly ascending cuts, at most 65,535 of them.
func New(cuts []float64) Table {
	if len(cuts) == 0 {
		return Table{from: []uint16{0}}
	}
	cells := 4 << bits.Len(uint(len(cuts)-1))
	least, most := cuts[0], cuts[len(cuts)-1]
	even := Table{origin: least, scale: float64(cells-1) / (most - least)}
	if math.IsInf(most-least, 0) || math.IsInf(even.scale, 0) {
		even.scale = 0 // then all cuts share a cell
	}
	even.fill(cuts, cells)
	byBits := Table{byBits: true}
	for inOrder(most)>>byBits.shift-inOrder(least)>>byBits.shift >= uint64(cells) {
		byBits.shift++
	}
	byBits.first = inOrder(least) >> byBits.shift
	if byBits.fill(cuts, cells); byBits.step < even.step {
		return byBits
	}
	return even
}

// fill sorts the cuts into cells.
func (t *Table) fill(cuts []float64, cells int) {
	t.from = make([]uint16, cells)
	in, most := make([]int, cells), 0
	for _, cut := range cuts {
		k := t.cell(cut)
		in[k]++
		most = max(most, in[k])
	}
	for k := range cells - 1 {
		t.from[k+1] = t.from[k] + uint16(in[k])
	}
	t.step = 1 << (bits.Len(uint(most)) - 1)
	t.cuts = slices.Clone(cuts)
	for range 2 * t.step {
		t.cuts = append(t.cuts, math.NaN())
	}
}

// inOrder numbers the floating-point numbers from below; 0 has no sign.
func inOrder(v float64) uint64 {
	b := math.Float64bits(v + 0)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// cell is the number's; it never falls as v grows.
func (t *Table) cell(v float64) int {
	last := len(t.from) - 1
	if t.byBits {
		k := inOrder(v) >> t.shift
		if k < t.first {
			return 0
		}
		return int(min(k-t.first, uint64(last)))
	}
	x := (v - t.origin) * t.scale
	if !(x > 0) { // also of 0 times infinity
		return 0
	}
	if x >= float64(last) {
		return last
	}
	return int(x)
}

// Bin is the number of cuts at or below v, which must not be NaN. Those of later cells are above v.
func (t *Table) Bin(v float64) uint16 {
	low := int(t.from[t.cell(v)])
	for step := t.step; step > 0; step >>= 1 {
		below := 0
		if t.cuts[low+step-1] <= v {
			below = 1
		}
		low += below * step
	}
	return uint16(low)
}
