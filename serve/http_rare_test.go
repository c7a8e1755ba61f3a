package serve

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth"
)

// The answers that a client rarely sees, each from the whole server: its status, its reason, its page, and what tells a client when to come back.
func TestHTTPRareProblems(t *testing.T) {
	type want struct {
		path    string
		sent    http.Header
		status  int
		reason  string
		headers map[string]string
	}
	asked := func(t *testing.T, w *web, want want) {
		t.Helper()
		answer, p := w.problem(t, http.MethodPost, want.path, `{"id": "L-1"}`, want.sent)
		if answer.StatusCode != want.status || p.Reason != want.reason || p.Type == "about:blank" {
			t.Errorf("%s, %+v; want %d %s", answer.Status, p, want.status, want.reason)
		}
		for _, header := range []string{"Retry-After", "WWW-Authenticate"} {
			if got := answer.Header.Get(header); got != want.headers[header] {
				t.Errorf("%s: %q, want %q", header, got, want.headers[header])
			}
		}
	}
	const score = "/v1/models/deals/leads:score"
	t.Run("a version that is torn", func(t *testing.T) {
		f := newFixture(t)
		third := f.put(t, "deals", 0.125)
		if err := os.Truncate(filepath.Join(f.store.Dir(), "deals", "versions", third, "model.json"), 100); err != nil {
			t.Fatal(err)
		}
		if err := f.store.SetAlias("deals", "champion", f.champion); err != nil {
			t.Fatal(err)
		}
		w := f.startHTTP(t, Config{})
		answer, p := w.problem(t, http.MethodPost, "/v1/leads:score", `{"model": "deals/`+third+`", "lead": {"id": "L-1"}}`, nil)
		if answer.StatusCode != http.StatusServiceUnavailable || p.Reason != "VERSION_UNUSABLE" || strings.Contains(p.Detail, f.store.Dir()) {
			t.Errorf("%s, %+v; want 503 VERSION_UNUSABLE without a path", answer.Status, p)
		}
	})
	t.Run("a version that cannot be read", func(t *testing.T) {
		f := newFixture(t)
		third := f.put(t, "deals", 0.125)
		file := filepath.Join(f.store.Dir(), "deals", "versions", third, "model.json")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(file, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := f.store.SetAlias("deals", "champion", f.champion); err != nil {
			t.Fatal(err)
		}
		w := f.startHTTP(t, Config{})
		answer, p := w.problem(t, http.MethodPost, "/v1/leads:score", `{"model": "deals/`+third+`", "lead": {"id": "L-1"}}`, nil)
		if answer.StatusCode != http.StatusInternalServerError || p.Reason != "INTERNAL" || strings.Contains(p.Detail, f.store.Dir()) || !strings.Contains(w.log.String(), "is a directory") {
			t.Errorf("%s, %+v; want 500 INTERNAL, and the reason in the log alone:\n%s", answer.Status, p, w.log)
		}
	})
	t.Run("a body that is packed", func(t *testing.T) {
		w := newFixture(t).startHTTP(t, Config{})
		asked(t, w, want{path: score, sent: http.Header{"Content-Encoding": {"gzip"}}, status: http.StatusUnsupportedMediaType, reason: "CODED_BODY"})
		if answer, text := w.do(t, http.MethodPost, score, `{"id": "L-1"}`, http.Header{"Content-Encoding": {"identity"}}); answer.StatusCode != http.StatusOK {
			t.Errorf("identity: %s\n%s", answer.Status, text)
		}
	})
	t.Run("a deadline that has passed", func(t *testing.T) {
		w := newFixture(t).startHTTP(t, Config{})
		asked(t, w, want{path: score, sent: http.Header{"Grpc-Timeout": {"1n"}}, status: http.StatusGatewayTimeout, reason: "DEADLINE_EXCEEDED"})
	})
	t.Run("no token, a wrong one, one that may not", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "tokens.yaml")
		token, err := auth.NewToken(file, "crm", []auth.Scope{auth.Score}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		tokens, err := auth.OpenTokens(file, func(string, error) {})
		if err != nil {
			t.Fatal(err)
		}
		w := newFixture(t).startHTTP(t, Config{Auth: &auth.Guard{Tokens: tokens}})
		bearer := map[string]string{"WWW-Authenticate": "Bearer"}
		asked(t, w, want{path: score, status: http.StatusUnauthorized, reason: "UNAUTHENTICATED", headers: bearer})
		asked(t, w, want{path: score, sent: http.Header{"Authorization": {"Bearer " + token[:len(token)-1] + "x"}}, status: http.StatusUnauthorized, reason: "UNAUTHENTICATED", headers: bearer})
		asked(t, w, want{path: "/v1/models:reload", sent: http.Header{"Authorization": {"Bearer " + token}}, status: http.StatusForbidden, reason: "SCOPE_MISSING"})
	})
	t.Run("over the caller's rate", func(t *testing.T) {
		w := newFixture(t).startHTTP(t, Config{Limits: Limits{CallerRate: 0.001, CallerBurst: 1}})
		if answer, text := w.do(t, http.MethodPost, score, `{"id": "L-1"}`, nil); answer.StatusCode != http.StatusOK {
			t.Fatalf("%s\n%s", answer.Status, text)
		}
		asked(t, w, want{path: score, status: http.StatusTooManyRequests, reason: "RATE_LIMITED", headers: map[string]string{"Retry-After": "1000"}})
	})
	t.Run("more calls than the server takes", func(t *testing.T) {
		w := newFixture(t).startHTTP(t, Config{Limits: Limits{Calls: 1}})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stream, err := w.scoring.StreamScoreLeads(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.Send(&leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{records()[0].wire()}}); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); err != nil { // so the stream is under way
			t.Fatal(err)
		}
		asked(t, w, want{path: score, status: http.StatusTooManyRequests, reason: "TOO_MANY_CALLS", headers: map[string]string{"Retry-After": "1"}})
	})
}
