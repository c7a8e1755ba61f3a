package serve

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"leadscore/serve/auth"
)

// Every method of the running server has its scope in this list: whoever adds one has to say who may call it.
func TestEveryMethodHasItsScope(t *testing.T) {
	const open = auth.Scope("open")
	want := map[string]auth.Scope{
		"/grpc.health.v1.Health/Check": open, "/grpc.health.v1.Health/Watch": open, "/grpc.health.v1.Health/List": open,
		"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo":      auth.Read,
		"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": auth.Read,
		"/leadscore.v1.LeadScoringService/ScoreLead":                     auth.Score,
		"/leadscore.v1.LeadScoringService/BatchScoreLeads":               auth.Score,
		"/leadscore.v1.LeadScoringService/StreamScoreLeads":              auth.Score,
		"/leadscore.v1.ModelService/ListModels":                          auth.Read,
		"/leadscore.v1.ModelService/GetModel":                            auth.Read,
		"/leadscore.v1.ModelService/ListModelVersions":                   auth.Read,
		"/leadscore.v1.ModelService/GetModelVersion":                     auth.Read,
		"/leadscore.v1.ModelService/PromoteModel":                        auth.Admin,
		"/leadscore.v1.ModelService/RollbackModel":                       auth.Admin,
		"/leadscore.v1.ModelService/ReloadModels":                        auth.Admin,
		"/leadscore.v1.ComparisonService/CompareScores":                  auth.Read,
		"/leadscore.v1.ComparisonService/ExplainChange":                  auth.Read,
		"/leadscore.v1.ComparisonService/FindCounterfactual":             auth.Read,
		"/leadscore.v1.ComparisonService/GetRuleEvidence":                auth.Read,
		"/inference.GRPCInferenceService/ServerLive":                     open,
		"/inference.GRPCInferenceService/ServerReady":                    open,
		"/inference.GRPCInferenceService/ServerMetadata":                 auth.Read,
		"/inference.GRPCInferenceService/ModelMetadata":                  auth.Read,
		"/inference.GRPCInferenceService/ModelReady":                     auth.Read,
		"/inference.GRPCInferenceService/ModelInfer":                     auth.Score,
	}
	server := newFixture(t).start(t, Config{})
	g := newGate(server.config)
	for service, info := range server.grpc.GetServiceInfo() {
		for _, method := range info.Methods {
			name := "/" + service + "/" + method.Name
			scope, isOpen := g.scopeOf(name)
			if isOpen {
				scope = open
			}
			if expected, listed := want[name]; !listed {
				t.Errorf("%s is not in this list; it would need %s", name, scope)
			} else if scope != expected {
				t.Errorf("%s needs %s, want %s", name, scope, expected)
			}
		}
	}
	for _, name := range []string{"/no.Service/Method", "/leadscore.v1.ModelService/DeleteModel", "/leadscore.v1.ModelService/", "", "/", "//", "/grpc.reflection", "leadscore.v1.ModelService"} {
		if scope, isOpen := g.scopeOf(name); isOpen || scope != auth.Admin {
			t.Errorf("%q needs %s, open %v; want admin", name, scope, isOpen)
		}
	}
}

// One call more than the limit is told to come again; when one has ended there is room.
func TestCallsUnderWay(t *testing.T) {
	g := newGate(Config{Auth: new(auth.Guard), Limits: Limits{Calls: 2}.withDefaults()})
	method := "/" + scoringService + "/ScoreLead"
	var leave []func()
	for range 2 {
		end, err := g.enter(t.Context(), method, new(call))
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, end)
	}
	_, err := g.enter(t.Context(), method, new(call))
	if made := toStatus(t.Context(), err, "id"); made.Code() != codes.ResourceExhausted || len(made.Details()) != 3 {
		t.Errorf("one call more: %v with %v, want ResourceExhausted with RetryInfo", err, made.Details())
	}
	if _, err := g.enter(t.Context(), "/grpc.health.v1.Health/Check", new(call)); err != nil {
		t.Errorf("health of a full server: %v", err)
	}
	leave[0]()
	if _, err := g.enter(t.Context(), method, new(call)); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

// However many callers there are, memory is bounded, and who is over its rate stays so.
func TestCallerRatesAreBounded(t *testing.T) {
	rates := newCallerRates(0.001, 1)
	for i := range mostCallers + 500 {
		rates.wait(auth.Caller{Name: fmt.Sprint("caller-", i)})
	}
	if len(rates.byName) > mostCallers {
		t.Errorf("%d buckets, want at most %d", len(rates.byName), mostCallers)
	}
	last := auth.Caller{Name: fmt.Sprint("caller-", mostCallers+499)}
	if wait := rates.wait(last); wait < 10*time.Minute {
		t.Errorf("the last caller waits %s, want about 1000 s", wait)
	}
	if wait := rates.wait(auth.Caller{Name: last.Name, How: auth.ByToken}); wait != 0 {
		t.Errorf("a token of the same name waits %s: it is somebody else", wait)
	}
	if wait := newCallerRates(0, 1).wait(last); wait != 0 {
		t.Errorf("without a rate: %s", wait)
	}
}

func TestWaitLimit(t *testing.T) {
	cut := make(chan error, 1)
	w := waitLimit{most: time.Millisecond, cut: func(why error) { cut <- why }}
	if err := w.wait(errSlowReader, func() error { <-cut; return errors.New("the stream has ended") }); !errors.Is(err, errSlowReader) {
		t.Errorf("wait = %v, want that the reader is slow", err)
	}
	if err := (waitLimit{most: time.Hour, cut: func(error) {}}).wait(errIdle, func() error { return nil }); err != nil {
		t.Errorf("wait = %v, want nil", err)
	}
}
