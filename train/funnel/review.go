package funnel

import (
	"leadscore/features"
)

// fewestToMove is how many won and lost deals recalibration asks for ([train.Recalibrate]).
const fewestToMove = 20

// Review says whether it is time to hold the model against newer deals.
type Review struct {
	Model        string  `json:"model"`
	LearnedUntil string  `json:"learned_until"` // the newest lead that it was fitted or recalibrated to
	AgeDays      float64 `json:"age_days"`      // from then to the as-of
	EveryDays    float64 `json:"every_days"`
	WonSince     int     `json:"won_since"` // closed later than that
	LostSince    int     `json:"lost_since"`
	Due          bool    `json:"due"`    // older than it may grow
	Enough       bool    `json:"enough"` // deals to recalibrate by
}

func (f *follower) review() {
	s := f.in.Scored
	if s == nil || s.LearnedUntil == none {
		return
	}
	r := &Review{Model: s.Model, LearnedUntil: instant(s.LearnedUntil), AgeDays: days(f.asOf - s.LearnedUntil), EveryDays: days(f.p.ReviewEvery.Micros())}
	t := f.in.Table
	for i := range t.Len() { // leads from before the beginning asked for, too: the model is held against all deals
		created, closed, outcome := t.Created.At(i), t.Closed.At(i), t.Outcome[i]
		if outcome == features.Open || created == none || closed < created || closed <= s.LearnedUntil || closed > f.asOf || s.Learned[i] {
			continue
		}
		if outcome == features.Won {
			r.WonSince++
		} else {
			r.LostSince++
		}
	}
	r.Due, r.Enough = r.AgeDays > r.EveryDays, min(r.WonSince, r.LostSince) >= fewestToMove
	f.out.Review = r
}
