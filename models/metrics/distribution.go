package metrics

import (
	"fmt"
	"math"
	"slices"

	"leadscore/features/cuts"
)

// Distribution is where a value stands among many others: the values themselves, or for many, 1,000 evenly ranked ones.
type Distribution struct {
	// Values are ascending and different; Below and Through are the shares of the distribution, in [0, 1], that lie
	// below each, and below or at it.
	Values  []float64 `json:"values"`
	Below   []float64 `json:"below"`
	Through []float64 `json:"through"`
}

// mostValues bounds a distribution's size; a percentile is then right to a tenth of a percent.
const mostValues = 1000

// NewDistribution summarises the values, which must be finite.
func NewDistribution(values []float64) (Distribution, error) {
	if len(values) == 0 {
		return Distribution{}, ErrEmpty
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	if math.IsNaN(sorted[0]) || math.IsInf(sorted[0], 0) || math.IsInf(sorted[len(sorted)-1], 0) {
		return Distribution{}, fmt.Errorf("%w: a value that is not finite", ErrInput)
	}
	var d Distribution
	n := len(sorted)
	kept := -1 // rank group of the last kept value
	for from := 0; from < n; {
		to := from + 1
		for to < n && sorted[to] == sorted[from] {
			to++
		}
		group := (to - 1) * mostValues / n
		if group != kept || to == n || from == 0 {
			d.Values = append(d.Values, sorted[from])
			d.Below = append(d.Below, float64(from)/float64(n))
			d.Through = append(d.Through, float64(to)/float64(n))
			kept = group
		}
		from = to
	}
	return d, nil
}

// Percentile is the share of the distribution below the value, ties counted half, from 0 to 100. Between two kept values
// it is interpolated.
func (d *Distribution) Percentile(value float64) float64 {
	return d.percentile(value, d.firstFrom(value))
}

// percentile is that of a value, given the place of the first kept one that is not below it.
func (d *Distribution) percentile(value float64, at int) float64 {
	switch {
	case at < len(d.Values) && d.Values[at] == value:
		return 50 * (d.Below[at] + d.Through[at])
	case at == 0:
		return 0
	case at == len(d.Values):
		return 100
	}
	share := (value - d.Values[at-1]) / (d.Values[at] - d.Values[at-1])
	return 100 * (d.Through[at-1] + share*(d.Below[at]-d.Through[at-1]))
}

// Ranking gives the percentiles of a valid distribution that does not change, bit for bit, in a fraction of the time.
type Ranking struct {
	of     *Distribution
	values cuts.Table
}

// Ranking readies it.
func (d *Distribution) Ranking() Ranking { return Ranking{d, cuts.New(d.Values)} }

// Percentile is [Distribution.Percentile] of a finite value.
func (r *Ranking) Percentile(value float64) float64 {
	at := int(r.values.Bin(value))
	if at > 0 && r.of.Values[at-1] == value {
		at--
	}
	return r.of.percentile(value, at)
}

// firstFrom is the place of the first kept value that is not below the given one. No branch depends on the value, which nothing could foresee.
func (d *Distribution) firstFrom(value float64) int {
	low := 0
	for n := len(d.Values); n > 0; {
		half := (n + 1) / 2
		below := 0
		if d.Values[low+half-1] < value {
			below = 1
		}
		low += below * half
		n -= half
	}
	return low
}

// Validate checks a distribution that was read from a file.
func (d *Distribution) Validate() error {
	if len(d.Values) == 0 || len(d.Below) != len(d.Values) || len(d.Through) != len(d.Values) {
		return fmt.Errorf("%w: a distribution needs as many values as shares", ErrInput)
	}
	if len(d.Values) > 2*mostValues {
		return fmt.Errorf("%w: a distribution of %d values; %d are the most that are kept", ErrInput, len(d.Values), 2*mostValues)
	}
	for i := range d.Values {
		if !(d.Below[i] >= 0 && d.Below[i] <= d.Through[i] && d.Through[i] <= 1) || math.IsNaN(d.Values[i]) {
			return fmt.Errorf("%w: distribution entry %d", ErrInput, i)
		}
		if i > 0 && !(d.Values[i-1] < d.Values[i] && d.Through[i-1] <= d.Below[i]) {
			return fmt.Errorf("%w: distribution entry %d is out of order", ErrInput, i)
		}
	}
	return nil
}
