package metrics

import (
	"iter"

	"leadscore/features/radix"
)

// RisingOrder lists rows by rising score, ties by position. A score is not NaN. Cost: O(n log n), of many scores O(n).
func RisingOrder(scores []float64) []int { return radix.Rising(scores) }

// FallingOrder lists rows by falling score, ties by position. A score is not NaN. Cost: that of [RisingOrder].
func FallingOrder(scores []float64) []int { return radix.Falling(scores) }

// ties yields each run of equal scores in an order of the rows, and how many rows come before it.
func ties(order []int, scores []float64) iter.Seq2[int, []int] {
	return func(yield func(int, []int) bool) {
		for from := 0; from < len(order); {
			to := from + 1
			for to < len(order) && scores[order[to]] == scores[order[from]] {
				to++
			}
			if !yield(from, order[from:to]) {
				return
			}
			from = to
		}
	}
}
