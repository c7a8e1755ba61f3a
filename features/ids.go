package features

import (
	"hash/maphash"
	"iter"
)

// IDs is a column of ids: one text and the ids' ends in it a block.
type IDs struct {
	blocks []idBlock
	tail   []string
}

type idBlock struct {
	text string
	each int      // bytes of an id where all have as many
	ends []uint32 // else
}

// IDsOf holds the given ids.
func IDsOf(values []string) *IDs {
	ids := &IDs{}
	for _, v := range values {
		ids.add(v)
	}
	return ids
}

func (ids *IDs) add(id string) {
	ids.tail = append(ids.tail, id)
	if len(ids.tail) == blockRows {
		ids.blocks = append(ids.blocks, packIDs(ids.tail))
		clear(ids.tail)
		ids.tail = ids.tail[:0]
	}
}

func packIDs(ids []string) (b idBlock) {
	var text []byte
	b.each = len(ids[0])
	for _, id := range ids {
		text = append(text, id...)
		b.ends = append(b.ends, uint32(len(text)))
		if len(id) != b.each {
			b.each = -1
		}
	}
	if b.each >= 0 {
		b.ends = nil
	}
	b.text = string(text)
	return b
}

// Len is the number of leads; 0 of nil.
func (ids *IDs) Len() int {
	if ids == nil {
		return 0
	}
	return len(ids.blocks)<<blockBits + len(ids.tail)
}

// At is the id of lead i; empty of nil. It may be kept; it holds on to its neighbours.
func (ids *IDs) At(i int) string {
	if ids == nil {
		return ""
	}
	k := i >> blockBits
	if k >= len(ids.blocks) {
		return ids.tail[i-len(ids.blocks)<<blockBits]
	}
	b := &ids.blocks[k]
	i &= blockRows - 1
	if b.ends == nil {
		return b.text[i*b.each : (i+1)*b.each]
	}
	from := uint32(0)
	if i > 0 {
		from = b.ends[i-1]
	}
	return b.text[from:b.ends[i]]
}

// from holds the ids from a place on.
func (ids *IDs) from(first int) *IDs {
	part := &IDs{}
	for i := first; i < ids.Len(); i++ {
		part.add(ids.At(i))
	}
	return part
}

// Values gives the ids in order.
func (ids *IDs) Values() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, id := range ids.All() {
			if !yield(id) {
				return
			}
		}
	}
}

// All gives every lead's place and id.
func (ids *IDs) All() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := range ids.Len() {
			if !yield(i, ids.At(i)) {
				return
			}
		}
	}
}

// idIndex finds a lead's row by its id: a hash table of rows, 5 to 11 bytes a lead beside the ids themselves. A slot's upper bits are those of
// the id's hash that say nothing of its place, so that hardly any other lead's id is looked at.
type idIndex struct {
	seed  maphash.Seed
	ids   *IDs
	slots []uint32 // row + 1 in as many of the lower bits as say a place; 0 is free; a power of two of them
	count int
}

func newIDIndex(ids *IDs) *idIndex {
	return &idIndex{seed: maphash.MakeSeed(), ids: ids, slots: make([]uint32, 1024)}
}

func (x *idIndex) hash(id string) uint32 { return uint32(maphash.String(x.seed, id)) }

func (x *idIndex) mask() uint32 { return uint32(len(x.slots) - 1) }

// find looks for an id of a hash.
func (x *idIndex) find(id string, hash uint32) (row int, ok bool) {
	mask := x.mask()
	for at := hash & mask; x.slots[at] != 0; at = (at + 1) & mask {
		if slot := x.slots[at]; (slot^hash)&^mask == 0 && x.ids.At(int(slot&mask)-1) == id {
			return int(slot&mask) - 1, true
		}
	}
	return 0, false
}

// expect makes room for so many rows, as far as a file may be believed.
func (x *idIndex) expect(rows int64) {
	const most = 1 << 24
	size := len(x.slots)
	for min(rows, most)*4 > int64(size)*3 {
		size *= 2
	}
	if x.count == 0 && size > len(x.slots) {
		x.slots = make([]uint32, size)
	}
}

// add enters the next row, whose id is not there yet.
func (x *idIndex) add(hash uint32) {
	if x.count++; x.count*4 > len(x.slots)*3 {
		x.slots = make([]uint32, 2*len(x.slots))
		for row := range x.count - 1 {
			x.enter(row, x.hash(x.ids.At(row)))
		}
	}
	x.enter(x.count-1, hash)
}

func (x *idIndex) enter(row int, hash uint32) {
	mask := x.mask()
	at := hash & mask
	for x.slots[at] != 0 {
		at = (at + 1) & mask
	}
	x.slots[at] = uint32(row+1) | hash&^mask
}
