package features

import (
	"cmp"
	"slices"
)

// calendarValues are the values of a number that says the date in other words, ascending; none for any other number. Such a number,
// as an interest rate or a price index, has one value for all leads of a while: what it does is mixed up for good with everything else that
// changed then. It has as many observations as stretches of one value, not as leads, and says little of a value between two that
// were seen. So each value gets a code of its own, and another value is another value.
//
// numbers stand in the order of time, without missing ones. The number says the date if neighbours share its value nearly always, beyond
// what they would by chance (κ of Cohen, Educational and Psychological Measurement 20, 1960, p. 40), each value comes in a few
// stretches only, and it does not just rise or fall: that is a counter, or what the file is sorted by. Values of fewer than leastRows
// leads, and the rarest beyond most, get no code. Cost: O(n), more only for the few such numbers.
func calendarValues(numbers []float64, leastRows, most int) []float64 {
	runs, n := runsOf(numbers), len(numbers)
	if len(runs) < 2 {
		return nil
	}
	leads := map[float64]int{}
	for _, r := range runs {
		leads[r.value] += r.leads
	}
	chance := 0.0
	for _, count := range leads {
		share := float64(count) / float64(n)
		chance += share * share
	}
	agree := 1 - float64(len(runs)-1)/float64(n-1)
	if agree-chance < leastAgreement*(1-chance) || len(runs) > mostStretches*len(leads) || oneWay(runs) {
		return nil
	}
	var values []float64
	for value, count := range leads {
		if count >= leastRows {
			values = append(values, value)
		}
	}
	slices.SortFunc(values, func(a, b float64) int { return cmp.Or(cmp.Compare(leads[b], leads[a]), cmp.Compare(a, b)) })
	values = values[:min(len(values), most)]
	slices.Sort(values)
	if len(values) < 2 {
		return nil
	}
	return values
}

const (
	// leastAgreement is the least κ of neighbours. On the data of docs/decisions/0026-numbers-that-say-the-date.md such numbers have 0.989 and
	// more, all others 0.77 and less.
	leastAgreement = 0.95
	// mostStretches a value has on average. A number that comes back more often has been seen under many circumstances.
	mostStretches = 5
)

// run is a stretch of neighbouring leads with one value.
type run struct {
	value float64
	leads int
}

// runsOf are the stretches of numbers; none where there are so many that neighbours cannot agree.
func runsOf(numbers []float64) (runs []run) {
	most := int((1-leastAgreement)*float64(len(numbers))) + 1
	for _, v := range numbers {
		if len(runs) > 0 && runs[len(runs)-1].value == v {
			runs[len(runs)-1].leads++
			continue
		}
		if len(runs) == most {
			return nil
		}
		runs = append(runs, run{v, 1})
	}
	return runs
}

// oneWay says that the stretches' values only rise, or only fall.
func oneWay(runs []run) bool {
	rises := func(a, b run) int { return cmp.Compare(a.value, b.value) }
	falls := func(a, b run) int { return cmp.Compare(b.value, a.value) }
	return slices.IsSortedFunc(runs, rises) || slices.IsSortedFunc(runs, falls)
}
