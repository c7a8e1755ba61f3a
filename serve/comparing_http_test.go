package serve

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/leadjson"
)

// The comparisons over HTTP are those over gRPC, and as /openapi.json says.
func TestHTTPComparisons(t *testing.T) {
	f := newFixture(t)
	f.learnedUntil(t, "2025-12-31T00:00:00Z")
	w := f.startHTTP(t, Config{})
	client := leadscorev1.NewComparisonServiceClient(w.connection)
	compare := &leadscorev1.CompareScoresRequest{Model: "deals", Leads: closedList(recordCount), Capacity: "10/week", SegmentFields: []string{"country"}}
	compared, err := client.CompareScores(t.Context(), compare)
	if err != nil {
		t.Fatal(err)
	}
	judge := &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: closedList(recordCount)}
	judged, err := client.GetRuleEvidence(t.Context(), judge)
	if err != nil {
		t.Fatal(err)
	}
	list := records()
	explain := &leadscorev1.ExplainChangeRequest{
		From: &leadscorev1.ChangeEnd{Model: "deals", Lead: list[0].wire(), AsOf: timestamppb.New(list[0].created.Add(24 * time.Hour))},
		To:   &leadscorev1.ChangeEnd{Model: "deals", Lead: list[0].wire(), AsOf: timestamppb.New(list[0].created.Add(20 * 24 * time.Hour))},
	}
	explained, err := client.ExplainChange(t.Context(), explain)
	if err != nil {
		t.Fatal(err)
	}
	seek := &leadscorev1.FindCounterfactualRequest{Model: "deals", Lead: list[0].wire(), AsOf: timestamppb.New(list[0].created.Add(20 * 24 * time.Hour)), AtMost: 2}
	sought, err := client.FindCounterfactual(t.Context(), seek)
	if err != nil {
		t.Fatal(err)
	}
	for path, test := range map[string]struct{ request, want, got proto.Message }{
		"/v1/leads:compareScores":      {compare, compared, new(leadscorev1.CompareScoresResponse)},
		"/v1/leads:explainChange":      {explain, explained, new(leadscorev1.ExplainChangeResponse)},
		"/v1/leads:findCounterfactual": {seek, sought, new(leadscorev1.FindCounterfactualResponse)},
		"/v1/rules:getEvidence":        {judge, judged, new(leadscorev1.GetRuleEvidenceResponse)},
	} {
		body, err := leadjson.Marshal(test.request)
		if err != nil {
			t.Fatal(err)
		}
		answer, text := w.do(t, http.MethodPost, path, string(body), nil)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s\n%.1000s", path, answer.Status, text)
		}
		if err := protojson.Unmarshal(text, test.got); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if diff := cmp.Diff(test.want, test.got, protocmp.Transform()); diff != "" {
			t.Errorf("%s: -gRPC +HTTP\n%s", path, diff)
		}
		if answer, text := w.do(t, http.MethodPost, path, `{"modell": "deals"}`, nil); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with an unknown member: %s %s", path, answer.Status, text)
		}
	}
}
