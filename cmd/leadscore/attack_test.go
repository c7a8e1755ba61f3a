package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth/authtest"
	"leadscore/serve/client"
)

// What an operator fears, done to the real binary by real clients.
func TestTheServerUnderAttack(t *testing.T) {
	provider := authtest.NewProvider(t, "k1")
	keys := filepath.Join(t.TempDir(), "keys.json")
	authtest.WriteFile(t, keys, authtest.Keys(t, provider))
	s := secureBinary(t, "--max-connections", "1000", "--max-batch", "10", "--max-fields", "5", "--max-events", "20", "--max-message-bytes", "1000000",
		"--stream-patience", "1s", "--idle-connection", "2s", "--jwt-keys", keys, "--jwt-issuer", "idp", "--jwt-audience", "leadscore")
	t.Run("tokens and scopes", func(t *testing.T) { s.wrongTokens(t, provider) })
	t.Run("limits plus one", s.limitsPlusOne)
	t.Run("rotation under load", s.rotationUnderLoad)
	t.Run("expired certificate", s.expiredCertificate)
	t.Run("slow reader", s.slowReader)
	t.Run("clients that disconnect", s.disconnectingClients)
	t.Run("idle connection", s.idleConnection)
	t.Run("5000 connections", s.manyConnections)
	t.Run("goroutines and connections are gone", func(t *testing.T) {
		until(t, "few connections are open", func() bool { return s.metric(t, "leadscore_connections") < 10 })
		until(t, "few goroutines are left", func() bool { return s.metric(t, "go_goroutines") < 120 })
	})
	if strings.Contains(s.log.String(), "panic") || strings.Contains(s.log.String(), "code=Internal") {
		t.Errorf("the server had a fault of its own:\n%.5000s", s.log)
	}
}

func (s *secureServer) scoring(t *testing.T, token string) leadscorev1.LeadScoringServiceClient {
	return leadscorev1.NewLeadScoringServiceClient(s.dial(t, client.Security{CA: s.files.CA, Token: token}))
}

func scoreSome(ctx context.Context, scoring leadscorev1.LeadScoringServiceClient, i int) error {
	_, err := scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: someLead(i)})
	return err
}

func (s *secureServer) wrongTokens(t *testing.T, provider *authtest.Provider) {
	claims := func(audience string, ends time.Duration, scope string) string {
		return provider.Sign(t, jwt.MapClaims{"iss": "idp", "aud": audience, "sub": "crm", "scope": scope, "exp": time.Now().Add(ends).Unix()})
	}
	for name, test := range map[string]struct {
		token string
		want  codes.Code
	}{
		"right token": {s.token, codes.OK}, "no token": {"", codes.Unauthenticated}, "wrong token": {s.token + "x", codes.Unauthenticated},
		"wrong scope": {s.readToken, codes.PermissionDenied},
		"right JWT":   {claims("leadscore", time.Hour, "score"), codes.OK}, "JWT for another": {claims("crm", time.Hour, "score"), codes.Unauthenticated},
		"expired JWT": {claims("leadscore", -time.Hour, "score"), codes.Unauthenticated}, "JWT without the scope": {claims("leadscore", time.Hour, "read"), codes.PermissionDenied},
	} {
		if err := scoreSome(t.Context(), s.scoring(t, test.token), 1); status.Code(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if err := scoreSome(t.Context(), leadscorev1.NewLeadScoringServiceClient(s.dial(t, client.Security{})), 1); status.Code(err) != codes.Unavailable {
		t.Errorf("plain text to a TLS port: %v, want Unavailable", err)
	}
}

// limitsPlusOne sends what the limits allow, and one more of each.
func (s *secureServer) limitsPlusOne(t *testing.T) {
	scoring := s.scoring(t, s.token)
	lead := func(change func(*leadscorev1.Lead)) *leadscorev1.Lead {
		l := someLead(1)
		change(l)
		return l
	}
	for name, test := range map[string]struct {
		most int
		make func(n int) *leadscorev1.BatchScoreLeadsRequest
		want codes.Code // of the call; a lead's own error otherwise
	}{
		"leads of a batch": {10, func(n int) *leadscorev1.BatchScoreLeadsRequest {
			return &leadscorev1.BatchScoreLeadsRequest{Leads: slicesOf(n, someLead(1))}
		}, codes.InvalidArgument},
		"events": {20, func(n int) *leadscorev1.BatchScoreLeadsRequest {
			return one(lead(func(l *leadscorev1.Lead) { l.Events = slicesOf(n, l.GetEvents()[0]) }))
		}, codes.OK},
		"fields": {5, func(n int) *leadscorev1.BatchScoreLeadsRequest {
			return one(lead(func(l *leadscorev1.Lead) {
				for _, name := range []string{"annual_revenue", "seniority", "newsletter_opt_out"}[:n-len(l.Fields)] {
					l.Fields[name] = &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Missing{Missing: &leadscorev1.MissingValue{}}}
				}
			}))
		}, codes.OK},
		"bytes of an id": {256, func(n int) *leadscorev1.BatchScoreLeadsRequest {
			return one(lead(func(l *leadscorev1.Lead) { l.Id = strings.Repeat("x", n) }))
		}, codes.OK},
		"bytes of a text": {10_000, func(n int) *leadscorev1.BatchScoreLeadsRequest {
			return one(lead(func(l *leadscorev1.Lead) {
				l.Fields["country"] = &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Text{Text: strings.Repeat("x", n)}}
			}))
		}, codes.OK},
	} {
		for _, n := range []int{test.most, test.most + 1} {
			request := test.make(n)
			request.Model = "deals"
			answer, err := scoring.BatchScoreLeads(t.Context(), request)
			refused := err != nil || answer.GetResults()[0].GetError() != nil
			if refused != (n > test.most) || refused && status.Code(err) != test.want {
				t.Errorf("%d %s: %v, %v", n, name, err, answer.GetResults())
			}
		}
	}
	large := &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead(func(l *leadscorev1.Lead) { l.Id = strings.Repeat("x", 1_000_000) })}
	if _, err := scoring.ScoreLead(t.Context(), large); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a message of more than 1000000 bytes: %v, want ResourceExhausted", err)
	}
}

func one(lead *leadscorev1.Lead) *leadscorev1.BatchScoreLeadsRequest {
	return &leadscorev1.BatchScoreLeadsRequest{Leads: []*leadscorev1.Lead{lead}}
}

func slicesOf[T any](n int, each T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = each
	}
	return list
}

// rotationUnderLoad replaces certificate and tokens while callers call, on old connections and on new ones.
func (s *secureServer) rotationUnderLoad(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var calls atomic.Int64
	var callers sync.WaitGroup
	for i := range 4 {
		callers.Go(func() {
			scoring := s.scoring(t, s.token)
			for n := 0; ctx.Err() == nil; n++ {
				if i%2 == 1 && n%25 == 0 {
					scoring = s.scoring(t, s.token)
				}
				if err := scoreSome(t.Context(), scoring, n); err != nil {
					t.Errorf("a call failed: %v", err)
					return
				}
				calls.Add(1)
			}
		})
	}
	for round := range 8 {
		s.authority.Renew(t, s.files, "server.test", time.Now().Add(-time.Hour), time.Now().Add(time.Duration(round+2)*time.Hour))
		s.newToken(t, fmt.Sprint("round-", round))
		before := calls.Load()
		until(t, "calls go on and the new files are in force", func() bool {
			return calls.Load() > before+30 && s.metric(t, `leadscore_credentials_reloads_total{result="taken",what="certificate"}`) > float64(round)
		})
	}
	stop()
	callers.Wait()
	t.Logf("%d calls while 8 certificates and 8 tokens were replaced, none failed", calls.Load())
}

// expiredCertificate: no start with one, none taken up; one that ends in service is told, and a new one heals it.
func (s *secureServer) expiredCertificate(t *testing.T) {
	now := time.Now()
	dir := t.TempDir()
	old := authtest.Files{Certificate: filepath.Join(dir, "old.pem"), Key: filepath.Join(dir, "old.key")}
	s.authority.Renew(t, old, "server.test", now.Add(-2*time.Hour), now.Add(-time.Hour))
	program, err := exec.LookPath("leadscore")
	if err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(program, "serve", "--store", dir, "--model", "deals", "--listen", "127.0.0.1:0", "--tls-cert", old.Certificate, "--tls-key", old.Key).CombinedOutput()
	if err == nil || !bytes.Contains(text, []byte("the certificate ended at")) {
		t.Errorf("a start with an expired certificate: %v\n%s", err, text)
	}
	s.authority.Renew(t, s.files, "server.test", now.Add(-2*time.Hour), now.Add(-time.Hour))
	until(t, "the log tells of the expired replacement", func() bool { return strings.Contains(s.log.String(), "the certificate ended at") })
	if err := scoreSome(t.Context(), s.scoring(t, s.token), 1); err != nil {
		t.Errorf("the old certificate does not stay in force: %v", err)
	}
	soon := now.Add(3 * time.Second).Truncate(time.Second)
	s.authority.Renew(t, s.files, "server.test", now.Add(-2*time.Hour), soon)
	until(t, "the certificate in force is one that ends soon", func() bool {
		return s.metric(t, "leadscore_tls_certificate_expiry_timestamp_seconds") == float64(soon.Unix())
	})
	until(t, "clients refuse the certificate that has ended", func() bool {
		err := scoreSome(t.Context(), s.scoring(t, s.token), 1)
		return status.Code(err) == codes.Unavailable && strings.Contains(err.Error(), "expired")
	})
	s.authority.Renew(t, s.files, "server.test", now.Add(-time.Hour), now.Add(time.Hour))
	until(t, "a good certificate heals it", func() bool { return scoreSome(t.Context(), s.scoring(t, s.token), 1) == nil })
}

// slowReader sends leads and takes no answer: it is cut off, others are served meanwhile.
func (s *secureServer) slowReader(t *testing.T) {
	stream, err := s.scoring(t, s.token).StreamScoreLeads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan int)
	go func() {
		n := 0
		for ; stream.Send(&leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: slicesOf(10, someLead(n))}) == nil; n++ {
		}
		sent <- n
	}()
	others := s.scoring(t, s.token)
	for cut := false; !cut; {
		select {
		case n := <-sent:
			t.Logf("cut off after %d messages", n)
			cut = true
		case <-time.After(5 * time.Millisecond):
			if err := scoreSome(t.Context(), others, 1); err != nil {
				t.Errorf("another caller meanwhile: %v", err)
			}
		case <-t.Context().Done():
			t.Fatal("the slow reader was never cut off")
		}
	}
	for err == nil {
		_, err = stream.Recv()
	}
	if code := status.Code(err); code != codes.DeadlineExceeded && code != codes.Unavailable {
		t.Errorf("the slow reader got %v, want DeadlineExceeded, or Unavailable as its connection is closed", err)
	}
	until(t, "the log tells of the slow reader", func() bool {
		return strings.Contains(s.log.String(), "method=/leadscore.v1.LeadScoringService/StreamScoreLeads code=DeadlineExceeded")
	})
	if memory := s.metric(t, "process_resident_memory_bytes"); memory > 500<<20 {
		t.Errorf("the server takes %.0f MB", memory/(1<<20))
	}
}

// disconnectingClients leave in the midst of calls.
func (s *secureServer) disconnectingClients(t *testing.T) {
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() {
			connection := s.dial(t, client.Security{CA: s.files.CA, Token: s.token})
			scoring := leadscorev1.NewLeadScoringServiceClient(connection)
			stream, err := scoring.StreamScoreLeads(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			for range i % 5 {
				_ = stream.Send(&leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: slicesOf(10, someLead(i))})
			}
			go func() {
				_, _ = scoring.BatchScoreLeads(t.Context(), &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: slicesOf(10, someLead(i))})
			}()
			connection.Close()
		})
	}
	clients.Wait()
	until(t, "no call is under way", func() bool {
		return s.metric(t, `leadscore_calls_in_flight{method="StreamScoreLeads",service="leadscore.v1.LeadScoringService"}`) == 0 &&
			s.metric(t, `leadscore_calls_in_flight{method="BatchScoreLeads",service="leadscore.v1.LeadScoringService"}`) == 0
	})
}

// idleConnection says hello in HTTP/2 and then nothing: the server hangs up.
func (s *secureServer) idleConnection(t *testing.T) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.authority.PEM)
	conn, err := tls.Dial("tcp", s.address, &tls.Config{RootCAs: roots, ServerName: "localhost", NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	emptySettings := "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	if _, err := io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+emptySettings); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("the server did not hang up: %v", err)
	}
}

// manyConnections opens 5,000: as many as the limit are kept, the others closed at once, and who has one is served throughout.
func (s *secureServer) manyConnections(t *testing.T) {
	served := s.scoring(t, s.token)
	if err := scoreSome(t.Context(), served, 0); err != nil {
		t.Fatal(err)
	}
	var open []net.Conn
	defer func() {
		for _, conn := range open {
			conn.Close()
		}
	}()
	for i := range 5000 {
		conn, err := net.DialTimeout("tcp", s.address, 10*time.Second)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		open = append(open, conn)
		if i%250 == 0 {
			if err := scoreSome(t.Context(), served, i); err != nil {
				t.Errorf("at %d connections: %v", i, err)
			}
		}
	}
	until(t, "those beyond the limit are closed", func() bool { return s.metric(t, "leadscore_connections_refused_total") >= 4000 })
	if kept := s.metric(t, "leadscore_connections"); kept > 1000 {
		t.Errorf("%v connections are open, the limit is 1000", kept)
	}
	for _, conn := range open {
		conn.Close()
	}
	until(t, "a new client is served", func() bool { return scoreSome(t.Context(), s.scoring(t, s.token), 1) == nil })
}

// metric reads one series of the admin port; 0 if there is none.
func (s *secureServer) metric(t *testing.T, series string) float64 {
	t.Helper()
	answer, err := http.Get("http://" + s.admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			x, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
	}
	return 0
}

// until waits for what the server brings about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}
