package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	inferencepb "leadscore/proto/inference"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth"
	"leadscore/serve/client"
)

// scrape reads the admin port's metrics: value by series, as Prometheus writes it.
func scrape(t *testing.T, s *Server) map[string]float64 {
	t.Helper()
	answer := httptest.NewRecorder()
	s.adminHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("/metrics: %d %s", answer.Code, answer.Body)
	}
	series := map[string]float64{}
	for line := range strings.Lines(answer.Body.String()) {
		name, value, _ := cutLast(strings.TrimSpace(line), " ")
		if x, err := strconv.ParseFloat(value, 64); err == nil && !strings.HasPrefix(line, "#") {
			series[name] = x
		}
	}
	return series
}

func cutLast(text, at string) (before, after string, ok bool) {
	i := strings.LastIndex(text, at)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(at):], true
}

// The metrics say what the answers said: counts, bins, expected wins, quadrants, missing values.
func TestMetricsCountWhatIsAnswered(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{Shadow: true})
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals"}
	for _, r := range records()[:100] {
		request.Leads = append(request.Leads, r.wire())
	}
	request.Leads = append(request.Leads, &leadscorev1.Lead{})
	answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	var expected float64
	low, unseen := 0, 0
	quadrants, missing := map[string]int{}, map[string]int{}
	for _, result := range answer.GetResults()[:100] {
		score := result.GetScore()
		p := score.GetPrediction().GetProbability()
		expected += p
		if p <= 0.1 {
			low++
		}
		quadrants[strings.ToLower(strings.TrimPrefix(score.GetComparison().GetQuadrant().String(), "QUADRANT_"))]++
		for _, term := range score.GetCoverage().GetMissingTerms() {
			missing[term]++
		}
		unseen += len(score.GetCoverage().GetUnseenTerms())
	}
	if _, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "nothing"}); status.Code(err) != codes.NotFound {
		t.Fatal(err)
	}
	got := scrape(t, server.Server)
	of := fmt.Sprintf(`{model="deals",version="%s"`, f.champion)
	want := map[string]float64{
		"leadscore_probability_count" + of + "}":                                                                                        100,
		"leadscore_probability_bucket" + of + `,le="0.1"}`:                                                                              float64(low),
		`leadscore_calls_total{code="OK",method="BatchScoreLeads",service="leadscore.v1.LeadScoringService"}`:                           1,
		`leadscore_calls_total{code="NotFound",method="ScoreLead",service="leadscore.v1.LeadScoringService"}`:                           1,
		`leadscore_call_seconds_count{method="BatchScoreLeads",service="leadscore.v1.LeadScoringService"}`:                              1,
		`leadscore_calls_in_flight{method="BatchScoreLeads",service="leadscore.v1.LeadScoringService"}`:                                 0,
		"leadscore_leads_refused_total":                                                                                                 1,
		"leadscore_ready":                                                                                                               1,
		`leadscore_model_reloads_total{model="deals",result="kept"}`:                                                                    0,
		`leadscore_model_fault{model="deals"}`:                                                                                          0,
		"leadscore_quadrant_total{model=\"deals\",quadrant=\"both_high\",version=\"" + f.champion + "\"}":                               float64(quadrants["both_high"]),
		"leadscore_quadrant_total{model=\"deals\",quadrant=\"rule_only\",version=\"" + f.champion + "\"}":                               float64(quadrants["rule_only"]),
		fmt.Sprintf(`leadscore_shadow_leads_total{challenger="%s",champion="%s",model="deals",result="all"}`, f.challenger, f.champion): 100,
	}
	for term, count := range missing {
		want[fmt.Sprintf(`leadscore_term_values_total{model="deals",status="missing",term="%s",version="%s"}`, term, f.champion)] = float64(count)
	}
	for series, value := range want {
		if got[series] != value {
			t.Errorf("%s = %v, want %v", series, got[series], value)
		}
	}
	if len(missing) < 3 || low == 0 || low == 100 {
		t.Errorf("the fixture's leads test nothing: missing %v, %d of 100 low", missing, low)
	}
	if sum := got["leadscore_probability_sum"+of+"}"]; sum < expected-1e-9 || sum > expected+1e-9 {
		t.Errorf("expected wins %v, want %v", sum, expected)
	}
	var counted float64
	for series, value := range got {
		if strings.HasPrefix(series, "leadscore_term_values_total") && strings.Contains(series, `status="unseen"`) && strings.Contains(series, f.champion) {
			counted += value
		}
	}
	if counted != float64(unseen) {
		t.Errorf("unseen values %v, want %d", counted, unseen)
	}
}

// Whatever callers send, the number of series stays as it was.
func TestMetricsAreBounded(t *testing.T) {
	server := newFixture(t).start(t, Config{Limits: Limits{Versions: 2}})
	call := func(i int) {
		lead := records()[0].wire()
		lead.Id = fmt.Sprint("L-", i)
		lead.Fields["country"] = text(fmt.Sprint("country-", i))
		lead.Events = append(lead.Events, &leadscorev1.LeadEvent{Type: fmt.Sprint("type-", i), Time: timestamppb.Now()})
		_, _ = server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead})
		_, _ = server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: fmt.Sprint("model-", i), Lead: lead})
		_ = server.connection.Invoke(t.Context(), fmt.Sprintf("/service%d/method%d", i, i), lead, new(leadscorev1.Lead))
	}
	call(0)
	before := len(scrape(t, server.Server))
	for i := range 50 {
		call(i)
	}
	if after := len(scrape(t, server.Server)); after > before {
		t.Errorf("%d series, after 50 calls of other kinds %d", before, after)
	}
}

// A lead's values go through every path of the server, good and bad, and show up in no log, no metric, no trace and no profile.
func TestNoLeadInAnyOutput(t *testing.T) {
	const secret = "sesame-7f3a"
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	s := serveSecurely(t, false, true, func(c *Config) {
		c.Traces, c.Profiles, c.Shadow = provider, true, true
		c.Canary = map[string]float64{"deals": 0.5}
	})
	token := s.token(t, "crm", auth.Score, auth.Read, auth.Admin)
	connection := s.dial(t, client.Security{CA: s.files.CA, Token: token})
	eventually(t, "the token counts", func() bool { return scoreOnce(t.Context(), connection) == nil })
	scoring := leadscorev1.NewLeadScoringServiceClient(connection)
	good := records()[0].wire()
	good.Fields["country"], good.Fields["email"] = text(secret), text(secret+"@gmail.com")
	good.Events = append(good.Events, &leadscorev1.LeadEvent{Type: secret, Time: timestamppb.Now()})
	bad := &leadscorev1.Lead{Id: "L-2", Fields: map[string]*leadscorev1.FieldValue{secret: text(secret), "employees": text(secret)},
		Events: []*leadscorev1.LeadEvent{{Type: secret}}}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-secret", secret, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	for _, lead := range []*leadscorev1.Lead{good, bad} {
		_, err := scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead})
		if (err == nil) != (lead == good) {
			t.Fatalf("lead %s: %v", lead.GetId(), err)
		}
		if _, err := scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: secret, Lead: lead}); err == nil {
			t.Fatal("an unknown model answered")
		}
	}
	if _, err := scoring.BatchScoreLeads(ctx, &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{good, bad}}); err != nil {
		t.Fatal(err)
	}
	stream, err := scoring.StreamScoreLeads(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{good, bad}}); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Fatal(err)
	}
	// Bytes that are no message, and calls that are not let in.
	garbage := append([]byte{0x0a, 0xff}, secret...)
	for _, method := range []string{"ScoreLead", "BatchScoreLeads"} {
		err := connection.Invoke(ctx, "/"+scoringService+"/"+method, garbage, new([]byte), grpc.ForceCodecV2(rawCodec{}))
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("garbage to %s: %v, want InvalidArgument", method, err)
		}
	}
	for _, wrong := range []string{secret, secret + "." + secret + "." + secret} {
		if err := scoreOnce(ctx, s.dial(t, client.Security{CA: s.files.CA, Token: wrong})); status.Code(err) != codes.Unauthenticated {
			t.Errorf("a wrong token: %v", err)
		}
	}
	if err := connection.Invoke(ctx, "/no.Service/Method", good, new(leadscorev1.Lead)); status.Code(err) != codes.Unimplemented {
		t.Errorf("an unknown method: %v", err)
	}

	s.leadsByOtherWays(ctx, t, connection, token, secret, good, bad)

	outputs := map[string]string{}
	for _, path := range []string{"/metrics", "/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1", "/healthz", "/readyz"} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, path, nil)
		request.RemoteAddr = "127.0.0.1:1"
		s.adminHandler().ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			t.Errorf("%s: %d", path, answer.Code)
		}
		outputs[path] = answer.Body.String()
	}
	s.stop()
	<-s.ended
	outputs["log"] = s.log.String()
	stubs := spans.GetSpans().Snapshots()
	if len(stubs) < 8 {
		t.Errorf("%d spans, want one a call", len(stubs))
	}
	for _, span := range stubs {
		text, err := json.Marshal(map[string]any{"name": span.Name(), "attributes": span.Attributes(), "events": span.Events(), "status": span.Status(), "links": span.Links()})
		if err != nil {
			t.Fatal(err)
		}
		outputs["spans"] += string(text)
	}
	joined := 0
	for _, span := range stubs {
		if span.SpanContext().TraceID().String() == "4bf92f3577b34da6a3ce929d0e0e4736" {
			joined++
		}
	}
	if !strings.Contains(outputs["log"], `"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"`) || joined < 12 {
		t.Error("the log and the spans lack the caller's trace id")
	}
	for name, text := range outputs {
		if at := strings.Index(text, secret); at >= 0 {
			t.Errorf("%s holds what a lead says: …%s…", name, text[max(0, at-200):min(len(text), at+100)])
		}
		if strings.Contains(text, token) {
			t.Errorf("%s holds a token", name)
		}
	}
}

// leadsByOtherWays sends leads by the other services and over HTTP: one that is taken, and one that is refused.
func (s *secured) leadsByOtherWays(ctx context.Context, t *testing.T, connection *grpc.ClientConn, token, secret string, good, bad *leadscorev1.Lead) {
	t.Helper()
	comparison := leadscorev1.NewComparisonServiceClient(connection)
	for _, lead := range []*leadscorev1.Lead{good, bad} {
		_, err := comparison.ExplainChange(ctx, &leadscorev1.ExplainChangeRequest{From: &leadscorev1.ChangeEnd{Model: "deals", Lead: lead, AsOf: timestamppb.New(records()[0].created.AddDate(0, 0, 1))}, To: &leadscorev1.ChangeEnd{}})
		if (err == nil) != (lead == good) {
			t.Errorf("ExplainChange: %v", err)
		}
		list := &leadscorev1.ClosedLeads{Source: &leadscorev1.ClosedLeads_List{List: &leadscorev1.ClosedLeadList{Leads: []*leadscorev1.ClosedLead{{Lead: lead, Account: secret}}}}}
		if _, err := comparison.CompareScores(ctx, &leadscorev1.CompareScoresRequest{Model: "deals", Leads: list, Capacity: secret, SegmentFields: []string{secret}}); err == nil {
			t.Error("CompareScores took what it should refuse")
		}
	}
	infer := &inferencepb.ModelInferRequest{ModelName: "deals", Id: "1", Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{{
		Name: secret, Datatype: "BYTES", Shape: []int64{1}, Contents: &inferencepb.InferTensorContents{BytesContents: [][]byte{[]byte(secret)}}}}}
	if err := connection.Invoke(ctx, "/inference.GRPCInferenceService/ModelInfer", infer, new(inferencepb.ModelInferResponse)); err == nil {
		t.Error("ModelInfer took an unknown input")
	}
	for body, want := range map[string]int{
		`{"model": "deals", "lead": {"id": "L-3", "fields": {"country": "` + secret + `"}}}`:   http.StatusOK,
		`{"model": "deals", "lead": {"id": "L-3", "fields": {"employees": "` + secret + `"}}}`: http.StatusBadRequest,
		`{"model": "deals", "lead": {"` + secret + `": ` + secret:                              http.StatusBadRequest,
		`{"model": "` + secret + `", "lead": {"id": "L-3"}}`:                                   http.StatusNotFound,
	} {
		request := httptest.NewRequest(http.MethodPost, "/v1/leads:score", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		answer := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%s: HTTP %d %s, want %d", body, answer.Code, answer.Body, want)
		}
	}
	for body, want := range map[string]int{ // the Open Inference Protocol
		`{"inputs": [{"name": "country", "shape": [1], "datatype": "BYTES", "data": ["` + secret + `"]}]}`:  http.StatusOK,
		`{"inputs": [{"name": "employees", "shape": [1], "datatype": "FP64", "data": ["` + secret + `"]}]}`: http.StatusBadRequest,
		`{"inputs": [{"name": "` + secret + `", "shape": [1], "datatype": "FP64", "data": [1]}]}`:           http.StatusBadRequest,
		`{"` + secret + `": ` + secret: http.StatusBadRequest,
	} {
		request := httptest.NewRequest(http.MethodPost, "/v2/models/deals/infer", strings.NewReader(body))
		request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
		answer := httptest.NewRecorder()
		if s.http.Handler.ServeHTTP(answer, request); answer.Code != want {
			t.Errorf("%s: HTTP %d %s, want %d", body, answer.Code, answer.Body, want)
		}
	}
	unknown := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(unknown, httptest.NewRequest(http.MethodPost, "/v1/leads:score", strings.NewReader(`{"model": "deals", "lead": {"id": "`+secret+`"}}`)))
	if unknown.Code != http.StatusUnauthorized && unknown.Code != http.StatusUnsupportedMediaType {
		t.Errorf("HTTP without a token: %d", unknown.Code)
	}
}

func TestAdminPort(t *testing.T) {
	server := newFixture(t).start(t, Config{NotServingFor: 300 * time.Millisecond})
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.ServeAdmin(ctx, lis) }()
	get := func(path string) (int, string) {
		t.Helper()
		answer, err := http.Get("http://" + lis.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/debug/pprof/": 404, "/": 404} {
		if code, text := get(path); code != want {
			t.Errorf("%s: %d %s, want %d", path, code, text, want)
		}
	}
	server.stop()
	eventually(t, "not ready while it drains", func() bool { code, _ := get("/readyz"); return code == 503 })
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("/healthz while it drains: %d, want 200", code)
	}
	<-server.ended
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ServeAdmin = %v, want nil", err)
	}
}

func TestProfilesAreForThisMachine(t *testing.T) {
	server := newFixture(t).start(t, Config{Profiles: true})
	for address, want := range map[string]int{"127.0.0.1:5": 200, "[::1]:5": 200, "192.0.2.7:5": 403, "nonsense": 403} {
		request := httptest.NewRequest(http.MethodGet, "/debug/pprof/", nil)
		request.RemoteAddr = address
		answer := httptest.NewRecorder()
		server.adminHandler().ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("from %s: %d, want %d", address, answer.Code, want)
		}
	}
}

func TestAdminRefusesPublicAddresses(t *testing.T) {
	for address, ok := range map[string]bool{"127.0.0.1:0": true, ":0": false, "0.0.0.0:0": false, "9464": false} {
		if err := CheckAdminAddress(t.Context(), address, false); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := CheckAdminAddress(t.Context(), ":0", true); err != nil {
		t.Errorf("when told to: %v", err)
	}
}
