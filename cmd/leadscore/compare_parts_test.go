package main

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// segment recomputes the parts by a field.
func (f *figures) segment(s int, field string) {
	levels := map[string][]int{}
	least := map[string]float64{} // to put the fourths of a number into order
	for i, l := range f.leads {
		label := l.by[field]
		levels[label] = append(levels[label], i)
		n := 0.0
		if strings.HasPrefix(label, "below ") {
			n = -1
		} else if numbers := numbersIn(label); len(numbers) > 0 && strings.HasSuffix(field, "employees") {
			n = numbers[0]
		}
		least[label] = n
	}
	labels := make([]string, 0, len(levels))
	for label := range levels {
		labels = append(labels, label)
	}
	last := func(label string) int { return slices.Index([]string{"all others", "missing"}, label) }
	sort.Slice(labels, func(a, b int) bool {
		one, two := labels[a], labels[b]
		if last(one) != last(two) {
			return last(one) < last(two)
		}
		return least[one] < least[two] || least[one] == least[two] && one < two
	})
	for k, label := range labels {
		f.part(fmt.Sprintf("segment.%d.%d.", s, k), levels[label])
	}
}

func (f *figures) part(key string, rows []int) {
	won := 0.0
	for _, i := range rows {
		won += f.leads[i].won
	}
	n := float64(len(rows))
	f.set(key+"leads", n)
	f.set(key+"won", won)
	f.rate(key+"rate", won, n)
	for side, name := range names {
		f.set(key+"top."+name, f.found(f.chances(side, rows, math.Max(1, math.Round(0.2*n)))))
	}
	if math.Min(won, n-won) < 5 {
		return
	}
	for side, name := range names {
		auc, low, high := slowAUC(f.orders[side], nil, f, rows)
		f.set(key+"auc."+name, 100*auc)
		f.set(key+"auc."+name+".range", 100*math.Max(0, low), 100*math.Min(1, high))
	}
	d, low, high := slowAUC(f.orders[0], f.orders[1], f, rows)
	f.set(key+"difference", 100*d)
	f.set(key+"difference.range", 100*low, 100*high)
}
