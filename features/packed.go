package features

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// A column of a table is held in blocks of [blockRows] values, each block in as many bits a value as its own values need: the
// least value is taken off and the rest divided by what divides all of them (frame of reference: Goldstein, Ramakrishnan & Shaft, ICDE
// 1998). A number is held as the decimal that it was written as, which nearly all numbers of files are (as in Afroozeh, Kuffó & Boncz, ALP,
// SIGMOD 2024), and by its own bits where it is none. What is read is what was put in, bit for bit. A code is
// found in some 5 ns and a number in 10, where a slice takes 1 (BenchmarkColumn).

const (
	blockBits = 12
	blockRows = 1 << blockBits
)

// none stands for no value.
const none = math.MinInt64

// packed holds whole numbers. It is for one goroutine while it grows, afterwards for any.
type packed struct {
	blocks []packedBlock
	tail   []int64 // what fills no block yet
	room   slab
}

// slab is memory that codes of many blocks lie in, one behind the other, so that none is rounded up.
type slab struct {
	free []byte
	last int // bytes of the slab that free is the end of
}

// leastSlab and mostSlab bound a slab's bytes; each is twice as long as the one before.
const leastSlab, mostSlab = 4 << 10, 256 << 10

// behind is how many bytes follow codes, whosever they are, so that eight can be read at each code.
const behind = 8

// take gives n bytes, with others behind them.
func (s *slab) take(n int) []byte {
	if len(s.free) < n+behind {
		s.last = max(n+behind, min(2*s.last, mostSlab), leastSlab)
		s.free = make([]byte, s.last)
	}
	taken := s.free[: n+behind : n+behind]
	s.free = s.free[n:]
	return taken
}

// packedBlock holds codes of width bits, the lowest first: value = base + unit × code; code 0 is none where hasNone.
type packedBlock struct {
	codes   []byte // and those behind
	base    int64
	unit    int64
	mask    uint64 // of width bits
	width   uint8
	hasNone bool
	form    numberForm
}

func (p *packed) len() int { return len(p.blocks)<<blockBits + len(p.tail) }

func (p *packed) at(i int) int64 {
	if k := i >> blockBits; k < len(p.blocks) {
		return p.blocks[k].at(i & (blockRows - 1))
	}
	return p.tail[i-len(p.blocks)<<blockBits]
}

func (b *packedBlock) at(i int) int64 {
	from := uint(i) * uint(b.width)
	code := binary.LittleEndian.Uint64(b.codes[from>>3:]) >> (from & 7) & b.mask
	if code == 0 && b.hasNone {
		return none
	}
	return b.base + b.unit*int64(code)
}

// add appends a value; pack makes a block of a full tail.
func (p *packed) add(v int64, pack func([]int64, *slab) packedBlock) {
	p.tail = append(p.tail, v)
	p.added(pack)
}

// next is room for up to n values behind those that are there; once it is filled, [packed.added] must be told.
func (p *packed) next(n int) []int64 {
	have := len(p.tail)
	n = min(n, blockRows-have)
	p.tail = slices.Grow(p.tail, n)[:have+n]
	return p.tail[have:]
}

// added makes a block of a full tail.
func (p *packed) added(pack func([]int64, *slab) packedBlock) {
	if len(p.tail) == blockRows {
		p.blocks = append(p.blocks, pack(p.tail, &p.room))
		p.tail = p.tail[:0]
	}
}

// keep puts the values of the kept rows behind those of a column.
func keep[T ~int64 | ~uint32](p *packed, kept []int32, pack func([]int64, *slab) packedBlock, values []T) {
	for len(kept) > 0 {
		room := p.next(len(kept))
		for k := range room {
			room[k] = int64(values[kept[k]])
		}
		p.added(pack)
		kept = kept[len(room):]
	}
}

// keepNumbers is keep of numbers, by their bits.
func keepNumbers(p *packed, kept []int32, pack func([]int64, *slab) packedBlock, values []float64) {
	for len(kept) > 0 {
		room := p.next(len(kept))
		for k := range room {
			room[k] = int64(math.Float64bits(values[kept[k]] + 0)) // a rounded small number may be −0: it means 0
		}
		p.added(pack)
		kept = kept[len(room):]
	}
}

// fit gives back what the tail has too much.
func (p *packed) fit() {
	p.tail, p.blocks, p.room = append([]int64(nil), p.tail...), append([]packedBlock(nil), p.blocks...), slab{}
}

// widest is the most bits of a code that does not take all 64: such a one begins within a byte and is read at once.
const widest = 57

// packWhole packs any whole numbers.
func packWhole(values []int64, to *slab) packedBlock {
	least, most, hasNone := int64(math.MaxInt64), int64(math.MinInt64), false
	for _, v := range values {
		if v == none {
			hasNone = true
			continue
		}
		least, most = min(least, v), max(most, v)
	}
	empty := least > most
	if empty {
		least, most = 0, 0
	}
	b := packedBlock{unit: int64(commonDivisor(values, least)), hasNone: hasNone}
	offset := uint64(0)
	if hasNone && !empty {
		offset = 1
	}
	largest := uint64(most-least)/uint64(b.unit) + offset // least and most differ by less than 2⁶⁴
	b.base, b.width = least-b.unit*int64(offset), uint8(bits.Len64(largest))
	if b.width > widest {
		b = packedBlock{unit: 1, width: 64}
		least, offset = 0, 0
	}
	b.mask = 1<<b.width - 1
	b.codes = to.take((len(values)*int(b.width) + 7) / 8)
	b.fill(values, least, offset)
	return b
}

// fill writes the codes of values, the least of which has the code offset, one behind the other.
func (b *packedBlock) fill(values []int64, least int64, offset uint64) {
	width, unit, to := uint(b.width), uint64(b.unit), b.codes
	waiting, have := uint64(0), uint(0) // bits that fill no word yet
	for _, v := range values {
		code := uint64(v - least)
		if unit != 1 {
			code /= unit
		}
		code += offset
		if b.hasNone && v == none {
			code = 0
		}
		waiting |= code << have
		if have += width; have >= 64 {
			binary.LittleEndian.PutUint64(to, waiting)
			have -= 64
			to, waiting = to[8:], code>>(width-have)
		}
	}
	for ; have > 0; have -= min(have, 8) {
		to[0] = byte(waiting)
		to, waiting = to[1:], waiting>>8
	}
}

// commonDivisor divides every value's distance from the least; 1 where all are alike.
func commonDivisor(values []int64, least int64) uint64 {
	divisor := uint64(0)
	for _, v := range values {
		if v == none {
			continue
		}
		for rest := uint64(v - least); rest != 0; {
			divisor, rest = rest, divisor%rest
		}
		if divisor == 1 {
			break
		}
	}
	if divisor == 0 || divisor > math.MaxInt64 {
		return 1
	}
	return divisor
}

// numberForm says how numbers of a block became whole: 0 … mostDigits, times 10 to that power; or by their bits.
type numberForm uint8

const (
	mostDigits = 15
	bits32     = numberForm(mostDigits + 1)
	bits64     = numberForm(mostDigits + 2)
)

// powers of ten; all exact.
var powers = [mostDigits + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// largestDecimal bounds a decimal's digits, so that ten times it is exact too.
const largestDecimal = 1 << 49

// packNumbers packs numbers that are given by their bits.
func packNumbers(values []int64, to *slab) packedBlock {
	whole := make([]int64, len(values))
	form := bits64
	switch digits, ok := decimals(values, whole); {
	case ok:
		form = numberForm(digits)
	case singles(values, whole):
		form = bits32
	default:
		copy(whole, values)
	}
	b := packWhole(whole, to)
	b.form = form
	return b
}

// packPlaces holds places as they are: for columns that go soon.
func packPlaces(values []int64, to *slab) packedBlock {
	b := packedBlock{unit: 1, width: 32, mask: math.MaxUint32, codes: to.take(4 * len(values))}
	for i, v := range values {
		binary.LittleEndian.PutUint32(b.codes[4*i:], uint32(v))
	}
	return b
}

// packBits holds numbers, given by their bits, as they are: for columns that go soon.
func packBits(values []int64, to *slab) packedBlock {
	b := packedBlock{unit: 1, width: 64, mask: math.MaxUint64, form: bits64, codes: to.take(8 * len(values))}
	for i, v := range values {
		binary.LittleEndian.PutUint64(b.codes[8*i:], uint64(v))
	}
	return b
}

// decimals finds the least number of digits behind the point that writes all numbers exactly: v is the float64 that is nearest to
// whole/10^digits, as that of a text is. A number that fits with some digits fits with more.
func decimals(values, whole []int64) (digits int, ok bool) {
	for i := 0; i < len(values); {
		v := math.Float64frombits(uint64(values[i]))
		if math.IsNaN(v) {
			whole[i] = none
			i++
			continue
		}
		if scaled := math.RoundToEven(v * powers[digits]); math.Abs(scaled) <= largestDecimal {
			whole[i] = int64(scaled)
			if math.Float64bits(float64(whole[i])/powers[digits]) == uint64(values[i]) { // not so of −0
				i++
				continue
			}
		}
		if digits++; digits > mostDigits || math.Abs(v) > largestDecimal {
			return 0, false
		}
		for k := range i {
			if whole[k] == none {
				continue
			}
			if whole[k] *= 10; whole[k] > largestDecimal || whole[k] < -largestDecimal {
				return 0, false
			}
		}
	}
	return digits, true
}

// singles is for numbers that were float32.
func singles(values, whole []int64) bool {
	for i, value := range values {
		v := math.Float64frombits(uint64(value))
		single := float32(v)
		switch {
		case math.IsNaN(v):
			whole[i] = none
		case math.Float64bits(float64(single)) == uint64(value):
			whole[i] = int64(math.Float32bits(single))
		default:
			return false
		}
	}
	return true
}

// number is what a block's whole number stands for.
func (b *packedBlock) number(v int64) float64 {
	switch {
	case b.form == bits64:
		return math.Float64frombits(uint64(v))
	case v == none:
		return math.NaN()
	case b.form == 0:
		return float64(v)
	case b.form == bits32:
		return float64(math.Float32frombits(uint32(v)))
	}
	return float64(v) / powers[b.form]
}
