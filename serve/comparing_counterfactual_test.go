package serve

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models/counterfactual"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// What would move a lead's scores is what package counterfactual finds: no figure is lost on the way to the wire.
func TestFindCounterfactual(t *testing.T) {
	f, client, _ := comparingFixture(t, Config{})
	list := records()
	scorer := f.scorer(t, f.champion)
	outcomes := map[leadscorev1.CounterfactualOutcome]int{}
	for i := range 30 {
		asOf := list[i].created.AddDate(0, 0, 10)
		points := float64(10 * (i % 6))
		request := &leadscorev1.FindCounterfactualRequest{Model: "deals", Lead: list[i].wire(), AsOf: timestamppb.New(asOf), Points: &points, Probability: 0.15 * float64(i%4),
			AtMost: int32(i % 3), MayChange: []string{"country"}}
		answer, err := client.FindCounterfactual(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		ask := counterfactual.Ask{Scorer: scorer, Lead: asLead(t, f, list[i].wire()), AsOf: features.MicrosOf(asOf), Points: &points, Probability: request.GetProbability(),
			AtMost: int(request.GetAtMost()), MayChange: request.GetMayChange()}
		if ask.AtMost == 0 {
			ask.AtMost = 4
		}
		want, err := counterfactual.Find(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		got := answer.GetCounterfactual()
		if got.GetLeadId() != list[i].id || got.GetRules().GetBefore().GetPoints() != want.Rules.Before.Points || got.GetPrediction().GetAfter().GetProbability() != want.Prediction.After.Probability ||
			len(got.GetRules().GetChanges()) != len(want.Rules.Changes) || len(got.GetRules().GetOthers()) != len(want.Rules.Others) || answer.GetScoredBy().GetVersion() != f.champion {
			t.Errorf("lead %d: %v", i, answer)
		}
		sameFigures(t, want, got)
		outcomes[got.GetRules().GetOutcome()]++
		outcomes[got.GetPrediction().GetOutcome()]++
	}
	if len(outcomes) != 3 {
		t.Errorf("outcomes %v: want each of the three", outcomes)
	}
}

func TestFindCounterfactualRefuses(t *testing.T) {
	_, client, _ := comparingFixture(t, Config{})
	lead := records()[0].wire()
	for want, change := range map[string]func(r *leadscorev1.FindCounterfactualRequest){
		"lead": func(r *leadscorev1.FindCounterfactualRequest) { r.Lead = nil },
		`lead.fields["colour"]`: func(r *leadscorev1.FindCounterfactualRequest) {
			r.Lead = &leadscorev1.Lead{Id: "L", Fields: map[string]*leadscorev1.FieldValue{"colour": text("red")}}
		},
		"at_most: at most 9 changes": func(r *leadscorev1.FindCounterfactualRequest) { r.AtMost = 9 },
		"probability: probability 1": func(r *leadscorev1.FindCounterfactualRequest) { r.Probability = 1 },
		`may_change: "colour"`:       func(r *leadscorev1.FindCounterfactualRequest) { r.MayChange = []string{"colour"} },
		"keep: 101 names":            func(r *leadscorev1.FindCounterfactualRequest) { r.Keep = strings.Fields(strings.Repeat("x ", 101)) },
	} {
		request := &leadscorev1.FindCounterfactualRequest{Model: "deals", Lead: lead}
		change(request)
		_, err := client.FindCounterfactual(t.Context(), request)
		if status.Code(err) != codes.InvalidArgument || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
	if _, err := client.FindCounterfactual(t.Context(), &leadscorev1.FindCounterfactualRequest{Model: "nobody", Lead: lead}); status.Code(err) != codes.NotFound {
		t.Errorf("an unknown model: %v", err)
	}
}
