package change

import (
	"context"

	"leadscore/features"
)

// The things that are replaced, as bits of a mask. The version stands for the rule book in points, for the model in log-odds.
const (
	newTime = 1 << iota
	newEvents
	newProfile
	newVersion
	allNew = newTime | newEvents | newProfile | newVersion
)

// state is both scores of one mixture of then and now.
type state struct{ points, logOdds float64 }

// orders fills in what each step would change at any place. The mixtures are those that can be: events of now need the time of now.
func (r *replay) orders(ctx context.Context, steps []Step) error {
	if r.q.Then == nil {
		return nil
	}
	var states [allNew + 1]state
	for mask := range states {
		if !possible(mask) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		states[mask] = r.mixture(mask)
	}
	for i, bit := range []int{newTime, newEvents, newProfile, newVersion, newVersion} {
		steps[i].Orders = rangeOf(&states, bit, steps[i].Kind)
	}
	return nil
}

func possible(mask int) bool { return mask&newEvents == 0 || mask&newTime != 0 }

// mixture scores the lead with what the mask says of now, and the rest of then.
func (r *replay) mixture(mask int) state {
	then, now, scorer := r.q.From.Lead, r.q.Now, r.q.From.Scorer
	if mask&newVersion != 0 {
		then, now, scorer = r.q.Then, r.q.To.Lead, r.q.To.Scorer
	}
	profile := then
	if mask&newProfile != 0 {
		profile = now
	}
	s := features.Snapshot{ID: now.ID, AsOf: r.q.From.AsOf, Created: profile.Created, Values: profile.Values}
	if mask&newTime != 0 {
		s.AsOf = r.q.To.AsOf
	}
	if mask&newEvents != 0 {
		s.Events = now.At(r.q.To.AsOf).Events
	} else {
		s.Events = then.At(r.q.From.AsOf).Events
	}
	score := scorer.Score(&s)
	return state{score.Rules.Points, score.Prediction.LogOdds}
}

// rangeOf is the least and the most that one thing changes, beside every possible mixture of the others. The rules change no log-odds, the
// model no points.
func rangeOf(states *[allNew + 1]state, bit int, kind Kind) *Orders {
	o, first := &Orders{}, true
	for mask := range states {
		if mask&bit != 0 || !possible(mask) || !possible(mask|bit) {
			continue
		}
		points, logOdds := pointsBetween(states[mask].points, states[mask|bit].points), states[mask|bit].logOdds-states[mask].logOdds
		if kind == Rules {
			logOdds = 0
		}
		if kind == Model {
			points = 0
		}
		if first {
			o.Points, o.LogOdds, first = [2]float64{points, points}, [2]float64{logOdds, logOdds}, false
		}
		o.Points = [2]float64{min(o.Points[0], points), max(o.Points[1], points)}
		o.LogOdds = [2]float64{min(o.LogOdds[0], logOdds), max(o.LogOdds[1], logOdds)}
	}
	return o
}

// pointsBetween is the difference in whole thousandths.
func pointsBetween(from, to float64) float64 { return (thousandths(to) - thousandths(from)) / 1000 }
