package metrics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Area is the area under the ROC curve: the chance that a won lead scores above a lost one, ties counting half.
type Area struct {
	// AUC in [0,1]; 0.5 is chance.
	AUC float64 `json:"auc"`
	// StandardError is DeLong's, ≥ 0; 0 where a class has one lead only and so says nothing of its spread.
	StandardError float64 `json:"standard_error"`
	// Low and High bound the 95 % interval, normal on the AUC's scale, cut to [0,1].
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Won and Lost count the leads.
	Won  int `json:"won"`
	Lost int `json:"lost"`
}

// AUC returns the area under the ROC curve with DeLong's standard error, by midranks: O(n log n) (Sun & Xu, IEEE Signal
// Processing Letters 21, 2014, 1389–1393; DeLong, DeLong & Clarke-Pearson, Biometrics 44, 1988, 837–845).
// Errors: [ErrEmpty], [ErrOneClass], [ErrValue], [ErrLength].
func AUC(scores []float64, won []bool) (Area, error) {
	p, err := place(scores, won)
	if err != nil {
		return Area{}, err
	}
	return p.area(), nil
}

// AreaDifference compares two scores of the same leads.
type AreaDifference struct {
	First  Area `json:"first"`
	Second Area `json:"second"`
	// Difference is First's AUC less Second's, with its standard error and 95 % interval; paired: both scores
	// see the same leads, and their covariance is counted.
	Difference    float64 `json:"difference"`
	StandardError float64 `json:"standard_error"`
	Low           float64 `json:"low"`
	High          float64 `json:"high"`
	// Z is Difference/StandardError and P its two-sided p-value; 0 and 1 where both scores rank alike.
	Z float64 `json:"z"`
	P float64 `json:"p"`
}

// CompareAUC is DeLong's paired test of two scores on the same leads. Sources and errors as [AUC].
func CompareAUC(first, second []float64, won []bool) (AreaDifference, error) {
	a, err := place(first, won)
	if err != nil {
		return AreaDifference{}, fmt.Errorf("first score: %w", err)
	}
	b, err := place(second, won)
	if err != nil {
		return AreaDifference{}, fmt.Errorf("second score: %w", err)
	}
	out := AreaDifference{First: a.area(), Second: b.area(), P: 1}
	out.Difference = out.First.AUC - out.Second.AUC
	for i := range a.won {
		a.won[i] -= b.won[i]
	}
	for i := range a.lost {
		a.lost[i] -= b.lost[i]
	}
	out.StandardError = math.Sqrt(variance(a.won)/float64(len(a.won)) + variance(a.lost)/float64(len(a.lost)))
	out.Low = out.Difference - normal95*out.StandardError
	out.High = out.Difference + normal95*out.StandardError
	if out.StandardError > 0 {
		out.Z = out.Difference / out.StandardError
		out.P = math.Erfc(math.Abs(out.Z) / math.Sqrt2)
	}
	return out, nil
}

// normal95 is the 97.5 % quantile of the standard normal distribution.
const normal95 = 1.959963984540054

// placements are DeLong's: for a won lead the share of lost ones below it, for a lost lead the share of won
// ones above it, in the order of the rows.
type placements struct{ won, lost []float64 }

func place(scores []float64, won []bool) (placements, error) {
	if _, err := checkWeights(len(scores), len(won), nil); err != nil {
		return placements{}, err
	}
	if err := checkScores(scores); err != nil {
		return placements{}, err
	}
	var wins, losses []float64
	for i, s := range scores {
		if won[i] {
			wins = append(wins, s)
		} else {
			losses = append(losses, s)
		}
	}
	if len(wins) == 0 || len(losses) == 0 {
		return placements{}, ErrOneClass
	}
	all, amongWins, amongLosses := midranks(scores), midranks(wins), midranks(losses)
	p := placements{won: wins, lost: losses} // reused: the scores are ranked by now
	m, n := 0, 0
	for i := range scores {
		if won[i] {
			p.won[m] = (all[i] - amongWins[m]) / float64(len(losses))
			m++
		} else {
			p.lost[n] = 1 - (all[i]-amongLosses[n])/float64(len(wins))
			n++
		}
	}
	return p, nil
}

// midranks are ranks from 1, ties sharing their mean.
func midranks(scores []float64) []float64 {
	rows := order(scores)
	ranks := make([]float64, len(scores))
	for i := 0; i < len(rows); {
		j := i
		for j < len(rows) && scores[rows[j]] == scores[rows[i]] {
			j++
		}
		for _, row := range rows[i:j] {
			ranks[row] = float64(i+j+1) / 2
		}
		i = j
	}
	return ranks
}

func (p placements) area() Area {
	sum := 0.0
	for _, v := range p.won {
		sum += v
	}
	a := Area{AUC: sum / float64(len(p.won)), Won: len(p.won), Lost: len(p.lost)}
	a.StandardError = math.Sqrt(variance(p.won)/float64(len(p.won)) + variance(p.lost)/float64(len(p.lost)))
	a.Low = max(a.AUC-normal95*a.StandardError, 0)
	a.High = min(a.AUC+normal95*a.StandardError, 1)
	return a
}

// variance is the sample variance; 0 for one value.
func variance(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	mean := 0.0
	for _, v := range values {
		mean += v
	}
	mean /= float64(len(values))
	sum := 0.0
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return sum / float64(len(values)-1)
}

// sortByScore sorts rows by rising score, ties by position.
func sortByScore(rows []int, scores []float64) {
	slices.SortFunc(rows, func(a, b int) int {
		if c := cmp.Compare(scores[a], scores[b]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
}

// WeightedAUC is the AUC with a weight a lead: the chance over pairs drawn by weight. It has no standard error. Errors as [AUC].
func WeightedAUC(scores []float64, won []bool, weights []float64) (float64, error) {
	if _, err := checkWeights(len(scores), len(won), weights); err != nil {
		return 0, err
	}
	if err := checkScores(scores); err != nil {
		return 0, err
	}
	rows := order(scores)
	below, wins, sum := 0.0, 0.0, 0.0 // below: weight of lost leads with a lower score
	for i := 0; i < len(rows); {
		j, tiedWon, tiedLost := i, 0.0, 0.0
		for ; j < len(rows) && scores[rows[j]] == scores[rows[i]]; j++ {
			if won[rows[j]] {
				tiedWon += weightAt(weights, rows[j])
			} else {
				tiedLost += weightAt(weights, rows[j])
			}
		}
		sum += tiedWon * (below + tiedLost/2)
		below += tiedLost
		wins += tiedWon
		i = j
	}
	if wins == 0 || below == 0 {
		return 0, ErrOneClass
	}
	return sum / (wins * below), nil
}
