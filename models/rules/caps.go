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
	n := len(members)
	if members == nil {
		n = len(counted)
		for _, c := range counted {
			before += c
		}
	}
	for _, i := range members {
		before += counted[i]
	}
	after = min(max(before, l.least), l.most)
	excess := before - after
	for i := n - 1; i >= 0 && excess != 0; i-- {
		at := i
		if members != nil {
			at = members[i]
		}
		c := &counted[at]
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
	return before, after
}
