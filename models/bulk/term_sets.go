package bulk

import "math/bits"

// termSets numbers sets of terms. A set is walked to from the empty one, 0, term by term in ascending order; each set met on the way has a number too.
type termSets struct {
	keys  []uint64 // a set and the next term; 0: free. A power of two of them, at most half taken
	next  []uint32
	count int // sets, without the empty one
}

// with is the set with one term more, behind all of the set's own.
func (s *termSets) with(set uint32, term int) uint32 {
	if 2*s.count >= len(s.keys) {
		s.grow()
	}
	key := uint64(set)<<32 | uint64(term+1)
	at := s.place(key)
	for ; s.keys[at] != 0; at = (at + 1) & (len(s.keys) - 1) {
		if s.keys[at] == key {
			return s.next[at]
		}
	}
	s.count++
	s.keys[at], s.next[at] = key, uint32(s.count)
	return uint32(s.count)
}

func (s *termSets) place(key uint64) int {
	const multiplier = 0x9e3779b97f4a7c15 // 2⁶⁴ divided by the golden ratio
	return int(key * multiplier >> (64 - bits.Len(uint(len(s.keys)-1))))
}

func (s *termSets) grow() {
	keys, next := s.keys, s.next
	s.keys, s.next = make([]uint64, max(1024, 2*len(keys))), make([]uint32, max(1024, 2*len(keys)))
	for i, key := range keys {
		if key == 0 {
			continue
		}
		at := s.place(key)
		for s.keys[at] != 0 {
			at = (at + 1) & (len(s.keys) - 1)
		}
		s.keys[at], s.next[at] = key, next[i]
	}
}

func (s *termSets) clear() {
	clear(s.keys)
	s.count = 0
}
