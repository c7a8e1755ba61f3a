package metrics

// Isotonic is a rising step function: the least-squares fit of outcomes that never falls with the score.
type Isotonic struct {
	// Scores rise strictly; Values, in [0,1], belong to them and never fall.
	Scores []float64 `json:"scores"`
	Values []float64 `json:"values"`
}

// FitIsotonic pools adjacent violators (Ayer et al., Annals of Mathematical Statistics 26, 1955, 641–647): O(n log n). Leads of the same
// score are one point. Only the two ends of each level stretch are kept. Errors: [ErrEmpty], [ErrValue], [ErrLength].
func FitIsotonic(scores []float64, won []bool, weights []float64) (Isotonic, error) {
	if _, err := checkWeights(len(scores), len(won), weights); err != nil {
		return Isotonic{}, err
	}
	if err := checkScores(scores); err != nil {
		return Isotonic{}, err
	}
	var blocks []block
	rows := order(scores)
	for i := 0; i < len(rows); {
		b := block{low: scores[rows[i]], high: scores[rows[i]]}
		for ; i < len(rows) && scores[rows[i]] == b.low; i++ {
			w := weightAt(weights, rows[i])
			b.weight += w
			if won[rows[i]] {
				b.wins += w
			}
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

// At is the value at a score: that of the nearest end outside the fitted scores, a straight line between two points.
// An empty function is 0.
func (f Isotonic) At(score float64) float64 {
	n := len(f.Scores)
	if n == 0 || len(f.Values) != n {
		return 0
	}
	low, high := 0, n // first position with Scores > score
	for low < high {
		if middle := (low + high) / 2; f.Scores[middle] > score {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if low == 0 {
		return f.Values[0]
	}
	if low == n {
		return f.Values[n-1]
	}
	share := (score - f.Scores[low-1]) / (f.Scores[low] - f.Scores[low-1])
	return f.Values[low-1] + share*(f.Values[low]-f.Values[low-1])
}
