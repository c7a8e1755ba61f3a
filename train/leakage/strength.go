package leakage

import (
	"math"

	"leadscore/models/metrics"
)

// Strength says how well one column alone tells won from lost.
type Strength struct {
	// AUC ranks each half of the leads by the win rates of the other half, so that many small cells cannot look strong by
	// chance. Known is false without both outcomes in both halves.
	AUC   metrics.Estimate
	Known bool
	// Information is the information value in nats, ≥ 0, corrected for the number of cells.
	Information metrics.Estimate
	// Random and Ahead compare leads of one span of time with each other only, in the later half of the history: ranked by
	// win rates of other leads of all times, and by those of the time before. Timed is false where they cannot be told.
	Random, Ahead metrics.Estimate
	Timed         bool
}

// Measure measures a column on its decided leads. Linear in its cells, whatever the number of leads.
func Measure(cells []Cell) Strength {
	s := Strength{Information: informationValue(cells)}
	s.AUC, s.Known = aucAcross(cells)
	s.Random, s.Ahead, s.Timed = aucAhead(cells)
	return s
}

// drawn is how many leads of the mean win rate are added to every cell before its rate is used to rank: a cell of one or two
// leads says little.
const drawn = 2

// rates are win rates by cell, less the mean, drawn to it; ok is false without leads.
func rates(cells []Cell, leads func(*Cell) (won, decided int)) (by []float64, ok bool) {
	won, decided := 0, 0
	for i := range cells {
		w, n := leads(&cells[i])
		won, decided = won+w, decided+n
	}
	if decided == 0 {
		return nil, false
	}
	base := float64(won) / float64(decided)
	by = make([]float64, len(cells))
	for i := range cells {
		w, n := leads(&cells[i])
		by[i] = (float64(w)+drawn*base)/(float64(n)+drawn) - base
	}
	return by, true
}

// ofHalf counts a cell's leads of one half.
func ofHalf(half int) func(*Cell) (int, int) {
	return func(c *Cell) (won, decided int) {
		for b := range c.Counts {
			won += int(c.Counts[b].Won[half])
			decided += int(c.Counts[b].Won[half] + c.Counts[b].Lost[half])
		}
		return won, decided
	}
}

// aucAcross ranks each half by the other.
func aucAcross(cells []Cell) (metrics.Estimate, bool) {
	var tied []metrics.Tied
	for half := range 2 {
		by, ok := rates(cells, ofHalf(1-half))
		if !ok {
			return metrics.Estimate{}, false
		}
		for i := range cells {
			won, decided := ofHalf(half)(&cells[i])
			tied = append(tied, metrics.Tied{Score: by[i], Won: won, Lost: decided - won})
		}
	}
	auc, err := metrics.AUCOfTies(tied)
	return auc, err == nil
}

// aucAhead compares, within each span of the later half of the history, ranking by other leads of all times with ranking by
// leads of the time before. A column that only follows the market's drift ranks nobody within a span, either way.
func aucAhead(cells []Cell) (random, ahead metrics.Estimate, ok bool) {
	var byHalf [2][]float64
	for half := range 2 {
		if byHalf[half], ok = rates(cells, ofHalf(half)); !ok {
			return random, ahead, false
		}
	}
	var randomSpans, aheadSpans spans
	for b := Blocks / 2; b < Blocks; b++ {
		before, some := rates(cells, func(c *Cell) (won, decided int) {
			for k := range b {
				n := &c.Counts[k]
				won, decided = won+n.won(), decided+n.won()+n.lost()
			}
			return won, decided
		})
		if !some {
			return random, ahead, false
		}
		var r, a []metrics.Tied
		for i := range cells {
			n := &cells[i].Counts[b]
			for half := range 2 {
				r = append(r, metrics.Tied{Score: byHalf[1-half][i], Won: int(n.Won[half]), Lost: int(n.Lost[half])})
			}
			a = append(a, metrics.Tied{Score: before[i], Won: n.won(), Lost: n.lost()})
		}
		randomSpans.add(r)
		aheadSpans.add(a)
	}
	return randomSpans.mean(), aheadSpans.mean(), randomSpans.pairs > 0
}

// spans gathers AUCs of separate groups of leads, weighted by their pairs of a won and a lost lead.
type spans struct{ pairs, sum, variance float64 }

// leastPerSpan is how many won and lost leads a span needs: of fewer, the variance of an AUC cannot be told.
const leastPerSpan = 5

func (s *spans) add(tied []metrics.Tied) {
	won, lost := 0, 0
	for _, t := range tied {
		won, lost = won+t.Won, lost+t.Lost
	}
	auc, err := metrics.AUCOfTies(tied)
	if err != nil || min(won, lost) < leastPerSpan {
		return
	}
	weight := float64(won) * float64(lost)
	s.pairs += weight
	s.sum += weight * auc.Value
	s.variance += weight * weight * auc.StandardError * auc.StandardError
}

func (s *spans) mean() metrics.Estimate {
	if s.pairs == 0 {
		return metrics.Estimate{}
	}
	return estimate(s.sum/s.pairs, math.Sqrt(s.variance)/s.pairs)
}

// estimate has a 95 % interval of two standard errors.
func estimate(value, standardError float64) metrics.Estimate {
	return metrics.Estimate{Value: value, StandardError: standardError, Low: value - 2*standardError, High: value + 2*standardError}
}

// informationValue is Σ (share of won − share of lost) · ln of their ratio, in nats (Siddiqi, Credit Risk Scorecards, 2006,
// ch. 6), with half a lead added to each count, less what chance alone gives: (cells − 1)(1/won + 1/lost). The standard error
// is by the delta method, both outcomes being multinomial over the cells.
func informationValue(cells []Cell) metrics.Estimate {
	won, lost := 0.0, 0.0
	for i := range cells {
		w, l, _ := cells[i].sum()
		won, lost = won+float64(w), lost+float64(l)
	}
	if won == 0 || lost == 0 {
		return metrics.Estimate{}
	}
	var sum, used, wonMean, wonSquare, lostMean, lostSquare float64
	for i := range cells {
		wins, losses, _ := cells[i].sum()
		if wins+losses == 0 {
			continue
		}
		used++
		w, l := (float64(wins)+0.5)/(won+0.5), (float64(losses)+0.5)/(lost+0.5)
		ratio := math.Log(w / l)
		sum += (w - l) * ratio
		byWon, byLost := ratio+1-l/w, 1-w/l-ratio // how the sum changes with the shares
		wonMean, wonSquare = wonMean+w*byWon, wonSquare+w*byWon*byWon
		lostMean, lostSquare = lostMean+l*byLost, lostSquare+l*byLost*byLost
	}
	variance := (wonSquare-wonMean*wonMean)/won + (lostSquare-lostMean*lostMean)/lost
	return estimate(max(0, sum-(used-1)*(1/won+1/lost)), math.Sqrt(max(0, variance)))
}
