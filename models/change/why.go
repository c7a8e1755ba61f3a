package change

import (
	"fmt"

	"leadscore/features"
	"leadscore/models/rules"
)

// explainRules says of each rule that moved how: other events, decay, a cap.
func (r *replay) explainRules(step *Step) {
	for i := range step.Rules {
		part := &step.Rules[i]
		before, after := firedBy(&r.was.Rules, part.Name), firedBy(&r.now.Rules, part.Name)
		part.Why = ruleWhy(step.Kind, before, after)
	}
}

func firedBy(s *rules.Score, id string) *rules.Fired {
	for i := range s.Fired {
		if s.Fired[i].ID == id {
			return &s.Fired[i]
		}
	}
	return nil
}

func ruleWhy(kind Kind, before, after *rules.Fired) string {
	switch {
	case before == nil && after == nil:
		return ""
	case before == nil:
		return "now fires"
	case after == nil && kind == Time && before.Times > 0:
		return "its events have left the window"
	case after == nil:
		return "no longer fires"
	case before.Times != after.Times && kind == Time:
		return fmt.Sprintf("%d → %d events: the window runs out", before.Times, after.Times)
	case before.Times != after.Times:
		return fmt.Sprintf("%d → %d events", before.Times, after.Times)
	case before.Decayed != after.Decayed && kind == Time:
		return "decay"
	case before.Decayed != after.Decayed && kind == Events:
		return "newer events in the place of older ones"
	case before.Before != after.Before && kind == Rules:
		return fmt.Sprintf("%g → %g points in the book", before.Before, after.Before)
	case before.Decayed != after.Decayed:
		return "other decay"
	}
	return "cap"
}

// explainTerms says of each term that time moved what moved it.
func (r *replay) explainTerms(step *Step) {
	if step.Kind != Time {
		return
	}
	version := r.q.From.Scorer.Version()
	for i := range step.Terms {
		for _, term := range version.Logistic.Terms {
			if term.Name != step.Terms[i].Name {
				continue
			}
			for _, input := range term.Inputs {
				if why := timeWhy(version.Encoder, &version.Encoder.Inputs[input]); step.Terms[i].Why == "" {
					step.Terms[i].Why = why
				}
			}
		}
	}
}

// timeWhy says how time alone moves an input; empty where it does not.
func timeWhy(e *features.Encoder, in *features.Input) string {
	switch in.Source {
	case features.FromSnapshot:
		return "the calendar"
	case features.FromCreated, features.FromField:
		if in.Part == features.Age {
			return "age"
		}
		return ""
	}
	switch figure := &e.Engagement[in.Index]; {
	case !figure.HalfLife.IsZero() && figure.Within > 0:
		return "decay, the window runs out"
	case !figure.HalfLife.IsZero():
		return "decay"
	case figure.Within > 0:
		return "the window runs out"
	case figure.DaysSinceLast != nil:
		return "days gone by"
	}
	return ""
}
