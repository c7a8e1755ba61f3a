package metrics

import (
	"fmt"
	"math"
	"sort"
)

// Reference is a compact distribution of scores: it turns a score into a percentile.
type Reference struct {
	// Values rise strictly. Below and Upto, in [0,1], are the shares of leads below each value, and at or below it.
	Values []float64 `json:"values"`
	Below  []float64 `json:"below"`
	Upto   []float64 `json:"upto"`
}

// NewReference keeps at most size values (at least 2), evenly spread by rank, and both ends. A score that many leads share is kept
// exactly. A percentile is off by at most 1/size of the leads (100/size points). Errors: [ErrEmpty], [ErrValue], [ErrLength].
func NewReference(scores, weights []float64, size int) (Reference, error) {
	if size < 2 {
		return Reference{}, fmt.Errorf("%w: a reference of %d values, want at least 2", ErrValue, size)
	}
	total, err := checkWeights(len(scores), len(scores), weights)
	if err != nil {
		return Reference{}, err
	}
	if err := checkScores(scores); err != nil {
		return Reference{}, err
	}
	full := distinct(scores, weights, total)
	if len(full.Values) <= size {
		return full, nil
	}
	var out Reference
	step := 1 / float64(size-1)
	for i, kept := 0, -1; i < len(full.Values); i++ {
		// Keep the ends and the first value at or beyond each further step; a value before a jump is its neighbour's floor.
		if mark := int(full.Upto[i] / step); mark > kept || i == len(full.Values)-1 {
			kept = mark
			out.append(full, i)
		}
	}
	return out, nil
}

func (r *Reference) append(from Reference, i int) {
	r.Values = append(r.Values, from.Values[i])
	r.Below = append(r.Below, from.Below[i])
	r.Upto = append(r.Upto, from.Upto[i])
}

// distinct is the full distribution.
func distinct(scores, weights []float64, total float64) Reference {
	var r Reference
	rows := order(scores)
	seen := 0.0
	for i := 0; i < len(rows); {
		value, below := scores[rows[i]], seen
		for ; i < len(rows) && scores[rows[i]] == value; i++ {
			seen += weightAt(weights, rows[i])
		}
		if seen > below {
			r.Values = append(r.Values, value)
			r.Below = append(r.Below, below/total)
			r.Upto = append(r.Upto, math.Min(seen/total, 1))
		}
	}
	return r
}

// Percentile is the share of leads below a score, in [0,100], leads with the same score counting half. Between kept
// values it is interpolated; below all of them 0, above all 100. NaN and an empty reference give 0.
func (r Reference) Percentile(score float64) float64 {
	n := min(len(r.Values), len(r.Below), len(r.Upto))
	if n == 0 || math.IsNaN(score) {
		return 0
	}
	i := sort.SearchFloat64s(r.Values[:n], score)
	switch {
	case i == n:
		return 100
	case r.Values[i] == score:
		return 50 * (r.Below[i] + r.Upto[i])
	case i == 0:
		return 0
	}
	share := (score - r.Values[i-1]) / (r.Values[i] - r.Values[i-1])
	return 100 * (r.Upto[i-1] + share*(r.Below[i]-r.Upto[i-1]))
}
