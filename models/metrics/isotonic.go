package metrics

import (
	"fmt"
	"math"
	"sort"
)

// Isotonic is a rising function: the least-squares fit to outcomes that never falls with the score.
type Isotonic struct {
	// Scores rise strictly; Values, in [0, 1], belong to them and never fall.
	Scores []float64 `json:"scores"`
	Values []float64 `json:"values"`
}

// FitIsotonic pools adjacent violators (Ayer et al., Annals of Mathematical Statistics 26, 1955, 641–647). Leads of the same
// score are one point. Of each level stretch only the two ends are kept. One class is fine. weights are finite and ≥ 0; nil for 1 each.
func FitIsotonic(scores, wins, weights []float64) (Isotonic, error) {
	if err := checkPairs(scores, wins); err != nil {
		return Isotonic{}, err
	}
	if err := checkWeights(weights, len(scores)); err != nil {
		return Isotonic{}, err
	}
	var blocks []block
	order := RisingOrder(scores)
	for i := 0; i < len(order); {
		b := block{low: scores[order[i]], high: scores[order[i]]}
		for ; i < len(order) && scores[order[i]] == b.low; i++ {
			w := weightAt(weights, order[i])
			b.weight += w
			b.wins += w * wins[order[i]]
		}
		if b.weight == 0 {
			continue
		}
		blocks = append(blocks, b)
		for k := len(blocks) - 1; k > 0 && blocks[k-1].value() >= blocks[k].value(); k-- {
			blocks[k-1].join(blocks[k])
			blocks = blocks[:k]
		}
	}
	var out Isotonic
	for _, b := range blocks {
		out.Scores, out.Values = append(out.Scores, b.low), append(out.Values, b.value())
		if b.high > b.low {
			out.Scores, out.Values = append(out.Scores, b.high), append(out.Values, b.value())
		}
	}
	return out, nil
}

// block is a stretch of scores with one value.
type block struct{ low, high, weight, wins float64 }

func (b block) value() float64 { return b.wins / b.weight }

func (b *block) join(next block) {
	b.high = next.high
	b.weight += next.weight
	b.wins += next.wins
}

// At is the value at a score: a straight line between two points, the nearest end's value outside all of them. A function without
// points is 0.
func (f *Isotonic) At(score float64) float64 {
	n := min(len(f.Scores), len(f.Values))
	if n == 0 {
		return 0
	}
	at := sort.SearchFloat64s(f.Scores[:n], score)
	switch {
	case at == n:
		return f.Values[n-1]
	case at == 0 || f.Scores[at] == score:
		return f.Values[at]
	}
	share := (score - f.Scores[at-1]) / (f.Scores[at] - f.Scores[at-1])
	return f.Values[at-1] + share*(f.Values[at]-f.Values[at-1])
}

// Validate checks a function that was read from a file.
func (f *Isotonic) Validate() error {
	if len(f.Scores) == 0 || len(f.Scores) != len(f.Values) {
		return fmt.Errorf("%w: %d scores and %d values of an isotonic function", ErrInput, len(f.Scores), len(f.Values))
	}
	for i := range f.Scores {
		if math.IsNaN(f.Scores[i]) || math.IsInf(f.Scores[i], 0) || !(f.Values[i] >= 0 && f.Values[i] <= 1) {
			return fmt.Errorf("%w: point %d of an isotonic function is %v, %v", ErrInput, i, f.Scores[i], f.Values[i])
		}
		if i > 0 && (f.Scores[i] <= f.Scores[i-1] || f.Values[i] < f.Values[i-1]) {
			return fmt.Errorf("%w: point %d of an isotonic function falls", ErrInput, i)
		}
	}
	return nil
}
