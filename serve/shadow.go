package serve

import (
	"math"
	"sync/atomic"
	"time"

	"leadscore/features"
	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// shadow scores the champion's leads with the challenger too and counts how the scores differ. What the challenger says is
// never returned, and a fault of it never fails a call.
type shadow struct {
	champion, challenger *ready
	since                time.Time

	leads, failed, fell, rose, requalified atomic.Int64
	sum, sumAbsolute                       atomicFloat // of the challenger's probability less the champion's
	moved                                  [len(rankSteps)]atomic.Int64
}

// rankSteps bound the classes of rank changes, in percentiles.
var rankSteps = [...]float64{0, 1, 2, 5, 10, 20, 50}

// ShadowCounts is what a shadow has counted; the proto message Shadow says each member's meaning.
type ShadowCounts struct {
	Champion, Challenger           string
	Since                          time.Time
	Leads, Failed                  int64
	Fell, Rose, Requalified        int64
	MeanChange, MeanAbsoluteChange float64
	RankChanges                    []RankChange
}

// RankChange counts leads whose rank moved by From percentiles or more, and less than the next class's.
type RankChange struct {
	From  float64
	Leads int64
}

// of goes on counting for the same two versions, else it begins anew.
func (s *shadow) of(champion, challenger *ready) *shadow {
	if s != nil && s.champion == champion && s.challenger == challenger {
		return s
	}
	return &shadow{champion: champion, challenger: challenger, since: time.Now()}
}

// compare scores a lead, which the champion scored, with the challenger.
func (s *shadow) compare(limits Limits, wire *leadscorev1.Lead, snapshot *features.Snapshot, champion *models.Score) {
	if s == nil {
		return
	}
	_, err := guard(func() (any, error) {
		bench := s.challenger.benches.Get().(*workbench)
		defer s.challenger.benches.Put(bench)
		looked := *snapshot
		if s.champion.fields != s.challenger.fields { // the challenger reads a lead in its own way
			check := newCheck(s.challenger, limits)
			lead, _ := check.lead(bench.reading, alone, wire, snapshot.AsOf)
			if err := check.faults.err(); err != nil {
				return nil, err
			}
			looked = lead.At(snapshot.AsOf)
		}
		s.challenger.scorer.ScoreInto(&looked, &bench.score, false)
		s.count(champion, &bench.score)
		return nil, nil
	})
	if err != nil {
		s.failed.Add(1)
	}
}

func (s *shadow) count(champion, challenger *models.Score) {
	before, after := isHigh(champion), isHigh(challenger)
	s.leads.Add(1)
	if before && !after {
		s.fell.Add(1)
	}
	if after && !before {
		s.rose.Add(1)
	}
	if champion.Rules.Qualification != challenger.Rules.Qualification {
		s.requalified.Add(1)
	}
	change := challenger.Prediction.Probability - champion.Prediction.Probability
	s.sum.add(change)
	s.sumAbsolute.add(math.Abs(change))
	s.moved[rankStep(math.Abs(challenger.Prediction.Percentile-champion.Prediction.Percentile))].Add(1)
}

// isHigh says whether the model's own rank of the lead is among the best share, as a quadrant does.
func isHigh(score *models.Score) bool {
	return score.Comparison.Quadrant == models.BothHigh || score.Comparison.Quadrant == models.ModelOnly
}

func rankStep(move float64) int {
	step := 0
	for step+1 < len(rankSteps) && move >= rankSteps[step+1] {
		step++
	}
	return step
}

func (s *shadow) counts() *ShadowCounts {
	c := &ShadowCounts{
		Champion: s.champion.id(), Challenger: s.challenger.id(), Since: s.since,
		Leads: s.leads.Load(), Failed: s.failed.Load(), Fell: s.fell.Load(), Rose: s.rose.Load(), Requalified: s.requalified.Load(),
	}
	if c.Leads > 0 {
		c.MeanChange, c.MeanAbsoluteChange = s.sum.load()/float64(c.Leads), s.sumAbsolute.load()/float64(c.Leads)
	}
	for i, from := range rankSteps {
		c.RankChanges = append(c.RankChanges, RankChange{From: from, Leads: s.moved[i].Load()})
	}
	return c
}

// atomicFloat is a sum that goroutines add to.
type atomicFloat struct{ bits atomic.Uint64 }

func (f *atomicFloat) add(x float64) {
	for {
		old := f.bits.Load()
		if f.bits.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+x)) {
			return
		}
	}
}

func (f *atomicFloat) load() float64 { return math.Float64frombits(f.bits.Load()) }
