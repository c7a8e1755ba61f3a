package metrics

import (
	"iter"
	"slices"
)

// RisingOrder lists rows by rising score, ties by position. A score is not NaN. Cost: O(n log n).
func RisingOrder(scores []float64) []int {
	return order(scores, func(a, b float64) bool { return a < b })
}

// FallingOrder lists rows by falling score, ties by position. A score is not NaN. Cost: O(n log n).
func FallingOrder(scores []float64) []int {
	return order(scores, func(a, b float64) bool { return a > b })
}

func order(scores []float64, before func(a, b float64) bool) []int {
	type place struct {
		score float64
		row   int
	}
	places := make([]place, len(scores)) // a score beside its row: one look at memory a comparison
	for i, score := range scores {
		places[i] = place{score, i}
	}
	slices.SortFunc(places, func(a, b place) int {
		switch {
		case before(a.score, b.score):
			return -1
		case before(b.score, a.score):
			return 1
		}
		return a.row - b.row
	})
	rows := make([]int, len(places))
	for i := range places {
		rows[i] = places[i].row
	}
	return rows
}

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
