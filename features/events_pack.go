package features

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
)

// rawEvent is an event of a lead; kind is the place of its type.
type rawEvent struct {
	time Micros
	lead uint32
	kind uint32
}

// eventForm is how events of a span of time, of some leads and types, are held: in as few bytes each as the time since the first, the type and
// the lead need together, in this order of significance, so that of one lead's events the greater number comes later, or has the later
// type. Events that need more than eight bytes take sixteen: the time, then lead and type.
type eventForm struct {
	base               Micros
	first              uint32 // lead
	size               uint8  // bytes
	leadBits, kindBits uint8
}

// wideEvent is the size of events that need more than eight bytes.
const wideEvent = 16

// formOf is the form of events between two instants, of leads from first on, and of so many types.
func formOf(earliest, latest Micros, first uint32, leads, kinds int) eventForm {
	f := eventForm{base: earliest, first: first, leadBits: bitsBelow(leads), kindBits: bitsBelow(kinds)}
	need := bits.Len64(uint64(latest)-uint64(earliest)) + int(f.leadBits) + int(f.kindBits)
	f.size = uint8(max(1, (need+7)/8))
	if f.size > 8 {
		f.size = wideEvent
	}
	return f
}

// bitsBelow is how many bits the numbers below n need.
func bitsBelow(n int) uint8 { return uint8(bits.Len(uint(max(n-1, 0)))) }

// put writes an event, and no byte beside it.
func (f *eventForm) put(to []byte, e rawEvent) {
	if f.size == wideEvent {
		binary.LittleEndian.PutUint64(to, uint64(e.time))
		binary.LittleEndian.PutUint64(to[8:], uint64(e.kind)<<32|uint64(e.lead))
		return
	}
	word := (uint64(e.time)-uint64(f.base))<<f.kindBits | uint64(e.kind)
	word = word<<f.leadBits | uint64(e.lead-f.first)
	if f.size >= 4 { // two overlapping halves
		binary.LittleEndian.PutUint32(to, uint32(word))
		binary.LittleEndian.PutUint32(to[f.size-4:], uint32(word>>(8*(f.size-4))))
		return
	}
	for i := range f.size {
		to[i] = byte(word >> (8 * i))
	}
}

// get reads what put wrote; [behind] bytes must follow it.
func (f *eventForm) get(from []byte) rawEvent {
	word := binary.LittleEndian.Uint64(from)
	if f.size == wideEvent {
		rest := binary.LittleEndian.Uint64(from[8:])
		return rawEvent{Micros(word), uint32(rest), uint32(rest >> 32)}
	}
	word &= 1<<(8*f.size) - 1
	lead := f.first + uint32(word&(1<<f.leadBits-1))
	word >>= f.leadBits
	return rawEvent{f.base + Micros(word>>f.kindBits), lead, uint32(word & (1<<f.kindBits - 1))}
}

// sorted says that records of one lead are in the order of (time, type).
func (f *eventForm) sorted(records []byte, n int) bool {
	last := rawEvent{time: math.MinInt64}
	for ; n > 0; n, records = n-1, records[f.size:] {
		e := f.get(records)
		if byTime(e, last) < 0 {
			return false
		}
		last = e
	}
	return true
}

// byTime orders events of one lead by (time, type).
func byTime(a, b rawEvent) int {
	if c := cmp.Compare(a.time, b.time); c != 0 {
		return c
	}
	return cmp.Compare(a.kind, b.kind)
}
