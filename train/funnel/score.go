package funnel

import (
	"context"
	"runtime"
	"sync"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
)

// HandOvers are the instants at which the leads of a table were handed over, one a row; none where a lead never was.
func HandOvers(ctx context.Context, in *Input) ([]features.Micros, features.Micros, error) {
	f, err := start(ctx, in)
	if err != nil {
		return nil, none, err
	}
	at := make([]features.Micros, in.Table.Len())
	for i := range at {
		at[i] = none
	}
	for i := range f.leads {
		if j := &f.leads[i]; j.handedOver() {
			at[j.row] = j.reached[f.p.handOver()]
		}
	}
	return at, f.asOf, nil
}

// Score scores the leads of a table by a version, from a history of the same leads read by the version's schema: those that were handed over as they were known
// then, the others at their snapshot, and none later than the as-of. A lead that the history does not hold, or that has no such instant, is not scored.
func Score(ctx context.Context, scorer *models.Scorer, h *features.History, t *features.Table, handOver []features.Micros, asOf features.Micros) (*Scored, error) {
	v, n := scorer.Version(), t.Len()
	s := &Scored{Model: v.Model + "/" + v.ID, Rules: scorer.Rules().Version(), LearnedUntil: none, Known: make([]bool, n), Learned: make([]bool, n), Probability: make([]float64, n),
		Points: make([]float64, n), Grade: make([]string, n), Qualification: make([]rules.Qualification, n), Quadrant: make([]models.Quadrant, n)}
	learned, knows := v.LearnedUntil()
	if knows {
		s.LearnedUntil = learned
	}
	at := &features.History{Table: h.Table, Events: h.Events, AsOf: make([]features.Micros, h.Table.Len())}
	row := make([]int32, h.Table.Len()) // of t; below 0: not there
	places := make(map[string]int32, n)
	for i, id := range t.IDs.All() {
		places[id] = int32(i)
	}
	for i, id := range h.Table.IDs.All() {
		k, ok := places[id]
		if row[i], at.AsOf[i] = k, h.AsOf[i]; !ok {
			row[i] = -1
			continue
		}
		s.Learned[k] = knows && h.AsOf[i] != none && h.AsOf[i] <= learned
		if handOver[k] != none && !v.Timeless() {
			at.AsOf[i] = handOver[k]
		}
		if at.AsOf[i] != none {
			at.AsOf[i] = min(at.AsOf[i], asOf)
		} else if !v.Timeless() {
			row[i] = -1
		}
	}
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for c := range cores {
		group.Go(func() {
			var snapshot features.Snapshot
			var score models.Score
			for i := c; i < len(row) && ctx.Err() == nil; i += cores {
				if k := row[i]; k >= 0 {
					at.Snapshot(i, &snapshot)
					scorer.ScoreInto(&snapshot, &score, false)
					s.set(int(k), &score)
				}
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s, h.Events.Err()
}

func (s *Scored) set(k int, score *models.Score) {
	s.Known[k], s.Probability[k], s.Points[k] = true, score.Prediction.Probability, score.Rules.Points
	s.Grade[k], s.Qualification[k], s.Quadrant[k] = score.Rules.Grade, score.Rules.Qualification, score.Comparison.Quadrant
}
