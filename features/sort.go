package features

import (
	"math"
	"slices"
)

// sortNumbers sorts values that are not NaN: many of them by their bits, sixteen at a time from the lowest (radix sort), which
// takes a fifth of the time of comparing them.
func sortNumbers(values []float64) {
	const few = 1 << 14
	if len(values) < few {
		slices.Sort(values)
		return
	}
	const digits, width = 4, 16
	counts := make([][1 << width]uint32, digits)
	keys, spare := make([]uint64, len(values)), make([]uint64, len(values))
	for i, v := range values {
		key := math.Float64bits(v + 0) // -0 becomes 0
		key ^= uint64(int64(key)>>63) | 1<<63
		keys[i] = key
		for d := range digits {
			counts[d][key>>(d*width)&(1<<width-1)]++
		}
	}
	for d := range digits {
		if counts[d][keys[0]>>(d*width)&(1<<width-1)] == uint32(len(keys)) {
			continue // all alike
		}
		total := uint32(0)
		for k, n := range counts[d] {
			counts[d][k] = total
			total += n
		}
		for _, key := range keys {
			at := &counts[d][key>>(d*width)&(1<<width-1)]
			spare[*at] = key
			*at++
		}
		keys, spare = spare, keys
	}
	for i, key := range keys {
		if key>>63 != 0 {
			key ^= 1 << 63
		} else {
			key = ^key
		}
		values[i] = math.Float64frombits(key)
	}
}
