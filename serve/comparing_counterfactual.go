package serve

import (
	"context"
	"errors"
	"time"

	"leadscore/models/counterfactual"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

const (
	defaultChanges = 4
	mostNames      = 100 // of fields and event types that a question names
)

// FindCounterfactual finds what would move a lead's scores over thresholds.
func (c *comparing) FindCounterfactual(ctx context.Context, request *leadscorev1.FindCounterfactualRequest) (*leadscorev1.FindCounterfactualResponse, error) {
	route, err := c.route(ctx, request.GetModel())
	if err != nil {
		return nil, err
	}
	check := newCheck(route.ready, c.limits)
	ask := counterfactual.Ask{
		Scorer: route.scorer, AsOf: check.instant(request.GetAsOf(), time.Now()), Points: request.Points, Probability: request.GetProbability(),
		AtMost: int(request.GetAtMost()), MayChange: request.GetMayChange(), Keep: request.GetKeep(),
	}
	if ask.AtMost == 0 {
		ask.AtMost = defaultChanges
	}
	faults := &check.faults
	for _, list := range []struct {
		path  string
		names []string
	}{{"may_change", ask.MayChange}, {"keep", ask.Keep}} {
		if len(list.names) > mostNames {
			faults.addf(list.path, "%d names; send at most %d", len(list.names), mostNames)
		}
	}
	if request.GetLead() == nil {
		faults.add("lead", "missing; send the lead")
	} else {
		ask.Lead = c.lead(faults, "lead", route.ready, request.GetLead())
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	callOf(ctx).leadID = ask.Lead.ID
	return long(ctx, c, func(ctx context.Context) (*leadscorev1.FindCounterfactualResponse, error) {
		found, err := counterfactual.Find(ctx, ask)
		var cannot *counterfactual.AskError
		if errors.As(err, &cannot) {
			fault := new(invalid)
			fault.add(cannot.Member, cannot.Problem)
			return nil, fault
		}
		if err != nil {
			return nil, err
		}
		answer := &leadscorev1.FindCounterfactualResponse{Counterfactual: &leadscorev1.Counterfactual{}, ScoredBy: route.scoredBy}
		return answer, fill(found, answer.GetCounterfactual())
	})
}
