// Package radix puts numbers in order: many of them by their bits, thirteen at a time from the lowest (Knuth, The Art of Computer Programming,
// volume 3, 2nd ed., 1998, algorithm 5.2.5R), which takes a third of the time of comparing them.
package radix

import (
	"cmp"
	"math"
	"slices"
)

// few is the number of values up to which comparing them is no slower.
const few = 1 << 14

const digits, width = 5, 13 // of a key

// Sort sorts values that are not NaN. Beyond a few, −0 becomes 0.
func Sort(values []float64) {
	if len(values) < few {
		slices.Sort(values)
		return
	}
	keys := make([]uint64, len(values))
	for i, v := range values {
		keys[i] = keyOf(v)
	}
	for i, key := range byDigits(keys, func(key uint64) uint64 { return key }) {
		if key>>63 != 0 {
			key ^= 1 << 63
		} else {
			key = ^key
		}
		values[i] = math.Float64frombits(key)
	}
}

// Rising lists the positions of values that are not NaN by rising value, those of equal ones by position.
func Rising(values []float64) []int { return order(values, 0) }

// Falling lists them by falling value, those of equal ones by position.
func Falling(values []float64) []int { return order(values, math.MaxUint64) }

// place is a value with its position.
type place struct {
	key uint64
	row int
}

// order lists positions by key with some bits turned.
func order(values []float64, turned uint64) []int {
	places := make([]place, len(values))
	for i, v := range values {
		places[i] = place{keyOf(v) ^ turned, i}
	}
	if len(places) < few {
		slices.SortFunc(places, func(a, b place) int {
			if a.key != b.key {
				return cmp.Compare(a.key, b.key)
			}
			return a.row - b.row
		})
	} else {
		places = byDigits(places, func(p place) uint64 { return p.key })
	}
	rows := make([]int, len(places))
	for i := range places {
		rows[i] = places[i].row
	}
	return rows
}

// keyOf is a number that rises with the value, the same for 0 and −0.
func keyOf(v float64) uint64 {
	key := math.Float64bits(v + 0) // −0 becomes 0
	return key ^ (uint64(int64(key)>>63) | 1<<63)
}

// byDigits sorts some items, at least one, by key, equal ones as they stood, and uses up their slice.
func byDigits[T any](items []T, keyOf func(T) uint64) []T {
	var counts [digits][1 << width]uint32
	for _, item := range items {
		key := keyOf(item)
		for d := range digits {
			counts[d][key>>(d*width)&(1<<width-1)]++
		}
	}
	spare := make([]T, len(items))
	for d := range digits {
		if counts[d][keyOf(items[0])>>(d*width)&(1<<width-1)] == uint32(len(items)) {
			continue // all alike
		}
		total := uint32(0)
		for k, n := range counts[d] {
			counts[d][k] = total
			total += n
		}
		for _, item := range items {
			at := &counts[d][keyOf(item)>>(d*width)&(1<<width-1)]
			spare[*at] = item
			*at++
		}
		items, spare = spare, items
	}
	return items
}
