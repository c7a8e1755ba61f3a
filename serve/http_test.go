package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/leadjson"
)

// web is the HTTP side of a running server, and its document, against which every answer is held.
type web struct {
	*running
	base   string
	router routers.Router
	log    *lockedBuffer
}

func (f *fixture) startHTTP(t testing.TB, config Config) *web {
	t.Helper()
	w := &web{log: new(lockedBuffer)}
	config.Log = slog.New(slog.NewJSONHandler(w.log, nil))
	w.running = f.start(t, config)
	listening := httptest.NewServer(w.http.Handler)
	t.Cleanup(listening.Close)
	w.base = listening.URL
	_, text := w.do(t, http.MethodGet, "/openapi.json", "", nil)
	w.router = router(t, text)
	return w
}

// router reads the document with everything closed that it describes, so that a member that it does not name is found.
func router(t testing.TB, text []byte) routers.Router {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Fatalf("/openapi.json is no OpenAPI document: %v", err)
	}
	for name, schema := range document.Components.Schemas {
		if name != "GoogleProtobufAny" && len(schema.Value.Properties) > 0 {
			closed := false
			schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &closed}
		}
	}
	made, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// do sends a request and wants its answer, whatever it is, to be as the document says.
func (w *web) do(t testing.TB, method, path, body string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if body != "" && header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Header.Get("X-Request-Id") == "" {
		t.Errorf("%s %s: no X-Request-Id", method, path)
	}
	if w.router == nil {
		return answer, text
	}
	if route, params, err := w.router.FindRoute(request); err == nil {
		sent := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
		err := openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: sent, Status: answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(text)),
		})
		if err != nil {
			t.Errorf("%s %s: the answer is not as /openapi.json says: %v\n%s", method, path, err, text)
		}
		if answer.StatusCode == http.StatusOK && !strings.Contains(body, "asOf") { // camel case is understood, not advertised
			request.Body = io.NopCloser(strings.NewReader(body))
			if err := openapi3filter.ValidateRequest(t.Context(), sent); err != nil {
				t.Errorf("%s %s: the server takes what /openapi.json forbids: %v", method, path, err)
			}
		}
	}
	return answer, text
}

const plainLead = `{"id": "L-1", "created_time": "2026-06-20T09:00:00Z",
  "fields": {"country": "DE", "employees": 250, "revenue": null, "newsletter": true, "signed_up": "2026-06-19", "email": {"text": "a@muster-gmbh.de"}},
  "events": [{"type": "pricing_page", "time": "2026-06-25T08:30:00Z"}]}`

// The scores over HTTP are those over gRPC, however the request is written.
func TestHTTPScores(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	lead := new(leadscorev1.Lead)
	if err := leadjson.Unmarshal([]byte(plainLead), "lead", lead); err != nil {
		t.Fatal(err)
	}
	asOf := timestamppb.New(time.Date(2026, 6, 27, 9, 0, 0, 0, time.UTC))
	want, err := w.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	brief, err := w.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals@challenger", Lead: lead, AsOf: asOf, Explanation: leadscorev1.Explanation_EXPLANATION_NONE})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		path, body string
		want       *leadscorev1.ScoreLeadResponse
	}{
		"a request":       {"/v1/leads:score", `{"model":"deals","as_of":"2026-06-27T09:00:00Z","lead":` + plainLead + `}`, want},
		"camel case":      {"/v1/leads:score", `{"model":"deals","asOf":"2026-06-27T09:00:00Z","lead":` + plainLead + `}`, want},
		"a version":       {"/v1/leads:score", `{"model":"deals/` + want.GetScoredBy().GetVersion() + `","as_of":"2026-06-27T09:00:00Z","lead":` + plainLead + `}`, want},
		"the lead alone":  {"/v1/models/deals/leads:score?as_of=2026-06-27T09:00:00Z", plainLead, want},
		"query":           {"/v1/models/deals@challenger/leads:score?as_of=2026-06-27T09:00:00Z&explanation=EXPLANATION_NONE", plainLead, brief},
		"escaped in path": {"/v1/models/deals%40challenger/leads:score?as_of=2026-06-27T09:00:00Z&explanation=EXPLANATION_NONE", plainLead, brief},
	} {
		t.Run(name, func(t *testing.T) {
			answer, text := w.do(t, http.MethodPost, test.path, test.body, nil)
			if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("%s %v\n%s", answer.Status, answer.Header, text)
			}
			got := new(leadscorev1.ScoreLeadResponse)
			if err := leadjson.Unmarshal(text, "", got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, protocmp.Transform(), protocmp.IgnoreFields(new(leadscorev1.ScoredBy), "alias")); diff != "" {
				t.Errorf("-gRPC +HTTP\n%s", diff)
			}
		})
	}
}

// A lead of a batch that cannot be scored has an error of its own.
func TestHTTPBatch(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	answer, text := w.do(t, http.MethodPost, "/v1/leads:batchScore", `{"model":"deals","leads":[`+plainLead+`,{"id":"L-2","fields":{"colour":"red"}}]}`, nil)
	var got struct {
		Results []struct {
			LeadID string          `json:"lead_id"`
			Score  json.RawMessage `json:"score"`
			Error  struct {
				Code    int    `json:"code"`
				Message string `json:"message"`
			} `json:"error"`
		} `json:"results"`
	}
	if err := json.Unmarshal(text, &got); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %v\n%s", answer.Status, err, text)
	}
	if len(got.Results) != 2 || got.Results[0].Score == nil || got.Results[1].Score != nil || got.Results[1].Error.Code != 3 ||
		!strings.Contains(got.Results[1].Error.Message, `leads[1].fields["colour"]`) {
		t.Errorf("results = %s", text)
	}
}

type problemAnswer struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Detail     string `json:"detail"`
	Code       string `json:"code"`
	Reason     string `json:"reason"`
	RequestID  string `json:"request_id"`
	Violations []struct {
		Field       string `json:"field"`
		Description string `json:"description"`
	} `json:"field_violations"`
}

func (w *web) problem(t *testing.T, method, path, body string, header http.Header) (*http.Response, problemAnswer) {
	t.Helper()
	answer, text := w.do(t, method, path, body, header)
	var p problemAnswer
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		t.Fatalf("%s %s: %s: %v\n%s", method, path, answer.Status, err, text)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "application/problem+json" || p.Status != answer.StatusCode || p.RequestID != answer.Header.Get("X-Request-Id") {
		t.Errorf("%s %s: %s, Content-Type %s, X-Request-Id %s\n%s", method, path, answer.Status, kind, answer.Header.Get("X-Request-Id"), text)
	}
	if strings.HasPrefix(p.Type, "/problems/") {
		if page, text := w.do(t, http.MethodGet, p.Type, "", nil); page.StatusCode != http.StatusOK || !strings.HasPrefix(string(text), p.Title) {
			t.Errorf("%s says %s: %s", p.Type, page.Status, text)
		}
	} else if p.Type != "about:blank" {
		t.Errorf("type %q", p.Type)
	}
	return answer, p
}

func TestHTTPProblems(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{Limits: Limits{MessageBytes: 4096}})
	score := func(lead string) string { return `{"model":"deals","lead":` + lead + `}` }
	for name, test := range map[string]struct {
		method, path, body, contentType string
		status                          int
		reason                          string
		fields                          []string
	}{
		"violations": {body: score(`{"fields":{"employees":"many","colour":"red"}}`), status: 400, reason: "INVALID_REQUEST",
			fields: []string{"lead.id", `lead.fields["colour"]`, `lead.fields["employees"]`}},
		"violations of a lead alone": {path: "/v1/models/deals/leads:score", body: `{"fields":{"employees":"many"}}`, status: 400, reason: "INVALID_REQUEST",
			fields: []string{"lead.id", `lead.fields["employees"]`}},
		"form": {body: `{"model":"deals","lead":{"id":7,"events":[{"type":"a","time":"soon"}]},"explain":true}`, status: 400, reason: "INVALID_REQUEST",
			fields: []string{"lead.id", "lead.events[0].time", "explain"}},
		"form of a lead alone":     {path: "/v1/models/deals/leads:score", body: `{"name":"x"}`, status: 400, reason: "INVALID_REQUEST", fields: []string{"lead.name"}},
		"no JSON":                  {body: `model=deals`, status: 400, reason: "INVALID_REQUEST", fields: []string{""}},
		"no body":                  {body: "", status: 400, reason: "INVALID_REQUEST", fields: []string{""}},
		"query":                    {path: "/v1/models/deals/leads:score?as_of=soon", body: plainLead, status: 400, reason: "INVALID_REQUEST", fields: []string{"as_of"}},
		"unknown query":            {path: "/v1/models/deals/leads:score?asof=2026-01-01T00:00:00Z", body: plainLead, status: 400, reason: "INVALID_REQUEST", fields: []string{"asof"}},
		"query of a request":       {path: "/v1/leads:score?as_of=2026-01-01T00:00:00Z", body: `{"model":"deals","lead":` + plainLead + `}`, status: 400, reason: "INVALID_REQUEST", fields: []string{"as_of"}},
		"model":                    {body: `{"model":"quotes","lead":` + plainLead + `}`, status: 404, reason: "MODEL_NOT_FOUND"},
		"version":                  {body: `{"model":"deals/2026-01-01-000000000000","lead":` + plainLead + `}`, status: 404, reason: "VERSION_NOT_FOUND"},
		"content type of curl":     {body: plainLead, contentType: "application/x-www-form-urlencoded", status: 415, reason: "NOT_JSON"},
		"content type of browsers": {body: plainLead, contentType: "text/plain", status: 415, reason: "NOT_JSON"},
		"too large":                {body: score(`{"id":"` + strings.Repeat("x", 5000) + `"}`), status: 413, reason: "BODY_TOO_LARGE"},
		"no such path":             {path: "/v1/lead:score", body: "{}", status: 404, reason: "NO_SUCH_ROUTE"},
		"wrong method":             {method: http.MethodGet, status: 405, reason: "WRONG_METHOD"},
		"no such page":             {method: http.MethodGet, path: "/problems/x", status: 404, reason: "NO_SUCH_ROUTE"},
	} {
		t.Run(name, func(t *testing.T) {
			method, path := test.method, test.path
			if method == "" {
				method = http.MethodPost
			}
			if path == "" {
				path = "/v1/leads:score"
			}
			header := http.Header{"X-Request-Id": {"ours-17"}}
			if test.contentType != "" {
				header.Set("Content-Type", test.contentType)
			}
			answer, p := w.problem(t, method, path, test.body, header)
			if answer.StatusCode != test.status || p.Reason != test.reason || p.Title == "" || p.Detail == "" || p.RequestID != "ours-17" {
				t.Errorf("%s %+v; want %d %s", answer.Status, p, test.status, test.reason)
			}
			var fields []string
			for _, violation := range p.Violations {
				fields = append(fields, violation.Field)
			}
			if diff := cmp.Diff(test.fields, fields); diff != "" {
				t.Errorf("violated fields: -want +got\n%s\n%+v", diff, p)
			}
		})
	}
	if log := w.log.String(); strings.Contains(log, "many") || strings.Contains(log, "muster-gmbh") || strings.Count(log, "ours-17") != 17 {
		t.Errorf("the log quotes a lead, or does not have each request once: %d\n%s", strings.Count(log, "ours-17"), log)
	}
}

// Headers have room for few violations, a body for all of them.
func TestHTTPProblemNamesAllFields(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	var fields []string
	for i := range 900 {
		fields = append(fields, fmt.Sprintf(`"unknown_%d":1`, i))
	}
	_, p := w.problem(t, http.MethodPost, "/v1/leads:score", `{"model":"deals","lead":{"id":"x","fields":{`+strings.Join(fields, ",")+`}}}`, nil)
	if len(p.Violations) != 900 {
		t.Errorf("%d violations, want 900", len(p.Violations))
	}
}

// An id of the caller that does not fit a log is replaced, and so is a missing one.
func TestHTTPRequestID(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	for _, given := range []string{"", "a b", strings.Repeat("x", 200)} {
		answer, _ := w.do(t, http.MethodPost, "/v1/models/deals/leads:score", plainLead, http.Header{"X-Request-Id": {given}})
		if id := answer.Header.Get("X-Request-Id"); id == given || id == "" || !strings.Contains(w.log.String(), id) {
			t.Errorf("X-Request-Id %q becomes %q", given, id)
		}
	}
}

// ModelService answers over HTTP too, with the same names.
func TestHTTPModels(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	for path, want := range map[string]string{
		"/v1/models":                         `"name":"models/deals"`,
		"/v1/models?page_size=1":             `"name":"models/deals"`,
		"/v1/models/deals":                   `"name":"models/deals"`,
		"/v1/models/deals/versions":          `"name":"models/deals/versions/`,
		"/v1/models/deals?read_mask=name":    `"name":"models/deals"`,
		"/v1/models/deals/versions?colour=1": "no such query parameter",
		"/v1/models?page_size=many":          `"description":"\"many\"; want a whole number, such as 50"`,
		"/v1/models/quotes":                  `"status":404`,
	} {
		if answer, text := w.do(t, http.MethodGet, path, "", nil); !strings.Contains(string(text), want) {
			t.Errorf("GET %s: %s\n%s\nwant %s", path, answer.Status, text, want)
		}
	}
	if answer, text := w.do(t, http.MethodPost, "/v1/models:reload", "{}", nil); answer.StatusCode != http.StatusOK {
		t.Errorf("reload: %s\n%s", answer.Status, text)
	}
	if answer, text := w.do(t, http.MethodPost, "/v1/models/deals:promote", `{"version":"models/deals/versions/challenger","validate_only":true}`, nil); answer.StatusCode != http.StatusOK {
		t.Errorf("promote: %s\n%s", answer.Status, text)
	}
}

// A query parameter's value that cannot be read is a violation of that parameter, in words of the interface.
func TestHTTPQueryValues(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	for query, want := range map[string]string{
		"as_of=yesterday":                                       `{"field":"as_of","description":"\"yesterday\"; want a time, such as 2026-06-27T09:00:00Z"}`,
		"as_of=2026-06-27T09:00:00+02:00":                       `a plus sign in an address is written %2B`,
		"asOf=2026-06-27":                                       `{"field":"asOf","description":"\"2026-06-27\"; want a time, such as 2026-06-27T09:00:00Z"}`,
		"explanation=ALL&as_of=never":                           `{"field":"explanation","description":"\"ALL\"; want one of EXPLANATION_UNSPECIFIED, EXPLANATION_FULL, EXPLANATION_NONE"}`,
		"as_of=2026-06-27T09:00:00Z&as_of=2026-06-28T09:00:00Z": `{"field":"as_of","description":"given twice; want one of them"}`,
	} {
		answer, text := w.do(t, http.MethodPost, "/v1/models/deals/leads:score?"+query, `{"id": "L-1"}`, nil)
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), want) || !strings.Contains(string(text), `"reason":"INVALID_REQUEST"`) {
			t.Errorf("?%s: %s\n%s\nwant %s", query, answer.Status, text, want)
		}
	}
	for _, query := range []string{"as_of=2026-06-27T09:00:00%2B02:00", "asOf=2026-06-27T09:00:00.5Z", "explanation=EXPLANATION_NONE"} {
		if answer, text := w.do(t, http.MethodPost, "/v1/models/deals/leads:score?"+query, `{"id": "L-1"}`, nil); answer.StatusCode != http.StatusOK {
			t.Errorf("?%s: %s\n%s", query, answer.Status, text)
		}
	}
}

// What the server's state does not allow is a conflict, with a page of its own; no 503, which clients answer by sending it again.
func TestHTTPConflicts(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	for path, c := range map[string]struct{ body, reason string }{
		"/v1/models/deals:rollback": {`{"reason": "scores jumped"}`, "NO_EARLIER_CHAMPION"},
		"/v1/models/deals:promote":  {`{"version": "models/deals/versions/challenger", "etag": "of yesterday"}`, "ETAG_MISMATCH"},
		"/v1/rules:getEvidence":     {`{"model": "deals", "leads": {"files": {"leads": ["closed.csv"]}}}`, "NO_DATA_DIRECTORY"},
	} {
		answer, text := w.do(t, http.MethodPost, path, c.body, nil)
		page := `"type":"/problems/` + strings.ReplaceAll(strings.ToLower(c.reason), "_", "-") + `"`
		if answer.StatusCode != http.StatusConflict || !strings.Contains(string(text), `"reason":"`+c.reason+`"`) || !strings.Contains(string(text), page) {
			t.Errorf("%s: %s\n%s\nwant 409 and %s", path, answer.Status, text, c.reason)
		}
	}
}
