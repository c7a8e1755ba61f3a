package features

import (
	"encoding/binary"
	"math"
)

// Neighbouring values are read all at once where a column is walked: a code takes 1 to 2 ns, where one alone takes 5 (BenchmarkColumn).

// span fills into with the values from the place on.
func (p *packed) span(from int, into []int64) {
	for len(into) > 0 {
		k := from >> blockBits
		if k >= len(p.blocks) {
			copy(into, p.tail[from-len(p.blocks)<<blockBits:])
			return
		}
		at := from & (blockRows - 1)
		n := min(len(into), blockRows-at)
		p.blocks[k].span(at, into[:n])
		from, into = from+n, into[n:]
	}
}

func (b *packedBlock) span(from int, into []int64) {
	codes, width, mask, base, unit := b.codes, uint(b.width), b.mask, b.base, b.unit
	bit := uint(from) * width
	if b.hasNone {
		for k := range into {
			code := binary.LittleEndian.Uint64(codes[bit>>3:]) >> (bit & 7) & mask
			v := base + unit*int64(code)
			if code == 0 {
				v = none
			}
			into[k] = v
			bit += width
		}
		return
	}
	for k := range into {
		into[k] = base + unit*int64(binary.LittleEndian.Uint64(codes[bit>>3:])>>(bit&7)&mask)
		bit += width
	}
}

// Span fills into with the numbers of leads from, from+1, …
func (n *Numbers) Span(from int, into []float64) {
	var whole [256]int64
	p := &n.packed
	for len(into) > 0 {
		k := from >> blockBits
		count := min(len(into), len(whole))
		if k >= len(p.blocks) {
			p.span(from, whole[:count])
			for i, v := range whole[:count] {
				into[i] = math.Float64frombits(uint64(v))
			}
		} else {
			at, b := from&(blockRows-1), &p.blocks[k]
			count = min(count, blockRows-at)
			b.span(at, whole[:count])
			for i, v := range whole[:count] {
				into[i] = b.number(v)
			}
		}
		from, into = from+count, into[count:]
	}
}

// Span fills into with the instants of leads from, from+1, …
func (t *Times) Span(from int, into []Micros) {
	var whole [256]int64
	for len(into) > 0 {
		n := min(len(into), len(whole))
		if t == nil {
			for i := range into[:n] {
				into[i] = NoTime
			}
		} else {
			t.packed.span(from, whole[:n])
			for i, v := range whole[:n] {
				into[i] = Micros(v)
			}
		}
		from, into = from+n, into[n:]
	}
}

// Span fills into with the places of leads from, from+1, …
func (p *Places) Span(from int, into []uint32) {
	var whole [256]int64
	for len(into) > 0 {
		n := min(len(into), len(whole))
		p.packed.span(from, whole[:n])
		for i, v := range whole[:n] {
			into[i] = uint32(v)
		}
		from, into = from+n, into[n:]
	}
}
