package rules

import "math"

// limits are the least and the most that a group or a dimension may reach. least ≤ 0 ≤ most: nothing fired is 0.
type limits struct{ least, most Milli }

const (
	noLeast Milli = math.MinInt64
	noMost  Milli = math.MaxInt64
)

// cut keeps the sum of counted within the limits and returns what the sum was before and is after. Members names the
// positions in counted, in the book's order; nil stands for all of them.
//
// A surplus is taken from positive amounts, those last in the book first; a deficit is given back to negative ones,
// last first too. As least ≤ 0 ≤ most, there is always enough to take.
func (l limits) cut(counted []Milli, members []int) (before, after Milli) {
	at := func(i int) int { return i }
	n := len(counted)
	if members != nil {
		at = func(i int) int { return members[i] }
		n = len(members)
	}
	for i := range n {
		before += counted[at(i)]
	}
	excess := before - min(max(before, l.least), l.most)
	for i := n - 1; i >= 0 && excess != 0; i-- {
		c := &counted[at(i)]
		switch {
		case excess > 0 && *c > 0:
			take := min(excess, *c)
			*c -= take
			excess -= take
		case excess < 0 && *c < 0:
			give := min(-excess, -*c)
			*c += give
			excess += give
		}
	}
	return before, min(max(before, l.least), l.most)
}
