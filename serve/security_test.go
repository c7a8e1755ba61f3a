package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth"
	"leadscore/serve/auth/authtest"
	"leadscore/serve/client"
)

// secured is a server by TLS with tokens, on a port of this machine.
type secured struct {
	*running
	authority *authtest.Authority
	files     authtest.Files
	tokens    string // file
	address   string
	log       *lockedBuffer
}

// lockedBuffer is a log that can be read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// serveSecurely starts one; mutual wants client certificates, change may alter the rest.
func serveSecurely(t *testing.T, mutual, tokens bool, change func(*Config)) *secured {
	t.Helper()
	dir := t.TempDir()
	s := &secured{authority: authtest.NewAuthority(t, "test CA"), tokens: filepath.Join(dir, "tokens.yaml"), log: new(lockedBuffer)}
	s.files = s.authority.Write(t, dir)
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	report := func(what string, err error) { log.Info("reload", "what", what, "error", err) }
	files := auth.CertificateFiles{Certificate: s.files.Certificate, Key: s.files.Key}
	guard := &auth.Guard{CertificateScopes: []auth.Scope{auth.Score}}
	if mutual {
		files.ClientCA = s.files.CA
	}
	var err error
	if guard.Certificates, err = auth.OpenCertificates(files, report); err != nil {
		t.Fatal(err)
	}
	if tokens {
		s.token(t, "first", auth.Score)
		if guard.Tokens, err = auth.OpenTokens(s.tokens, report); err != nil {
			t.Fatal(err)
		}
	}
	config := Config{Auth: guard, Log: log, CredentialsEvery: 10 * time.Millisecond}
	if change != nil {
		change(&config)
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = lis.Addr().String()
	s.running = newFixture(t).startOn(t, config, lis, s.address)
	return s
}

// token adds one to the server's file.
func (s *secured) token(t *testing.T, name string, scopes ...auth.Scope) string {
	t.Helper()
	shown, err := auth.NewToken(s.tokens, name, scopes, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func (s *secured) dial(t *testing.T, security client.Security) *grpc.ClientConn {
	t.Helper()
	options, err := security.DialOptions(s.address)
	if err != nil {
		t.Fatal(err)
	}
	connection, err := grpc.NewClient(s.address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

func scoreOnce(ctx context.Context, connection *grpc.ClientConn) error {
	_, err := leadscorev1.NewLeadScoringServiceClient(connection).ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: records()[0].wire()})
	return err
}

func TestTokensAndScopes(t *testing.T) {
	s := serveSecurely(t, false, true, nil)
	scopeless := s.token(t, "reader", auth.Read)
	scorer := s.token(t, "scorer", auth.Score)
	eventually(t, "the new tokens count", func() bool {
		return scoreOnce(t.Context(), s.dial(t, client.Security{CA: s.files.CA, Token: scorer})) == nil
	})
	for name, test := range map[string]struct {
		token string
		want  codes.Code
	}{
		"right":        {scorer, codes.OK},
		"none":         {"", codes.Unauthenticated},
		"wrong":        {scorer[:len(scorer)-1] + "!", codes.Unauthenticated},
		"wrong scope":  {scopeless, codes.PermissionDenied},
		"with newline": {scorer + "x", codes.Unauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			err := scoreOnce(t.Context(), s.dial(t, client.Security{CA: s.files.CA, Token: test.token}))
			if status.Code(err) != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
			if test.want != codes.OK && !hasRequestID(err) {
				t.Errorf("the error has no request id: %v", err)
			}
		})
	}
	// A service nobody has is not told apart from one that is not for this caller.
	connection := s.dial(t, client.Security{CA: s.files.CA, Token: scorer})
	if err := connection.Invoke(t.Context(), "/no.Service/Method", new(leadscorev1.MissingValue), new(leadscorev1.MissingValue)); status.Code(err) != codes.PermissionDenied {
		t.Errorf("an unknown method: %v, want PermissionDenied", err)
	}
	open := s.dial(t, client.Security{CA: s.files.CA})
	if answer, err := healthpb.NewHealthClient(open).Check(t.Context(), new(healthpb.HealthCheckRequest)); err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Errorf("health without a token: %v, %v", answer, err)
	}
	if log := s.log.String(); strings.Contains(log, scorer) || strings.Contains(log, scopeless) || !strings.Contains(log, `"caller":"scorer"`) {
		t.Error("the log holds a token, or not the caller's name")
	}
}

func TestReflectionByPermission(t *testing.T) {
	list := func(t *testing.T, connection *grpc.ClientConn) error {
		stream, err := reflectionpb.NewServerReflectionClient(connection).ServerReflectionInfo(t.Context())
		if err != nil {
			return err
		}
		if err := stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}); err != nil {
			t.Log(err) // the reason comes with Recv
		}
		_, err = stream.Recv()
		return err
	}
	for mode, want := range map[Reflection][3]codes.Code{ // without a token, with scope score, with scope read
		ReflectionRead: {codes.Unauthenticated, codes.PermissionDenied, codes.OK},
		ReflectionOpen: {codes.OK, codes.OK, codes.OK},
		ReflectionOff:  {codes.Unauthenticated, codes.PermissionDenied, codes.Unimplemented},
	} {
		t.Run(string(mode), func(t *testing.T) {
			s := serveSecurely(t, false, true, func(c *Config) { c.Reflection = mode })
			reader, scorer := s.token(t, "reader", auth.Read), s.token(t, "scorer", auth.Score) // the last one to count is waited for
			eventually(t, "the new tokens count", func() bool {
				return scoreOnce(t.Context(), s.dial(t, client.Security{CA: s.files.CA, Token: scorer})) == nil
			})
			for i, token := range []string{"", scorer, reader} {
				if err := list(t, s.dial(t, client.Security{CA: s.files.CA, Token: token})); status.Code(err) != want[i] {
					t.Errorf("%d: %v, want %s", i, err, want[i])
				}
			}
		})
	}
}

func TestMutualTLS(t *testing.T) {
	s := serveSecurely(t, true, false, nil)
	dir := t.TempDir()
	stranger := authtest.NewAuthority(t, "another CA").Write(t, dir)
	old := authtest.Files{Certificate: filepath.Join(dir, "old.pem"), Key: filepath.Join(dir, "old.key")}
	s.authority.Renew(t, old, "crm.test", time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	for name, test := range map[string]struct {
		security client.Security
		ok       bool
	}{
		"its own":            {client.Security{CA: s.files.CA, Certificate: s.files.ClientCertificate, Key: s.files.ClientKey}, true},
		"none":               {client.Security{CA: s.files.CA}, false},
		"of another CA":      {client.Security{CA: s.files.CA, Certificate: stranger.ClientCertificate, Key: stranger.ClientKey}, false},
		"expired":            {client.Security{CA: s.files.CA, Certificate: old.Certificate, Key: old.Key}, false},
		"of another server":  {client.Security{CA: stranger.CA, Certificate: s.files.ClientCertificate, Key: s.files.ClientKey}, false},
		"plain text instead": {client.Security{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := scoreOnce(t.Context(), s.dial(t, test.security))
			if want := map[bool]codes.Code{true: codes.OK, false: codes.Unavailable}[test.ok]; status.Code(err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
	connection := s.dial(t, client.Security{CA: s.files.CA, Certificate: s.files.ClientCertificate, Key: s.files.ClientKey})
	if err := connection.Invoke(t.Context(), "/leadscore.v1.ModelService/PromoteModel", new(leadscorev1.MissingValue), new(leadscorev1.MissingValue)); status.Code(err) != codes.PermissionDenied {
		t.Errorf("a certificate whose scopes are score: promoting gives %v, want PermissionDenied", err)
	}
	if log := s.log.String(); !strings.Contains(log, `"caller":"crm.test"`) || !strings.Contains(log, "TLS handshake failed") {
		t.Errorf("the log lacks the caller or the failed handshakes:\n%s", log)
	}
}

// With a client CA and tokens, a call needs both.
func TestMutualTLSWithTokens(t *testing.T) {
	s := serveSecurely(t, true, true, nil)
	with := client.Security{CA: s.files.CA, Certificate: s.files.ClientCertificate, Key: s.files.ClientKey}
	if err := scoreOnce(t.Context(), s.dial(t, with)); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a certificate alone: %v, want Unauthenticated", err)
	}
	with.Token = s.token(t, "crm", auth.Score)
	eventually(t, "both together", func() bool { return scoreOnce(t.Context(), s.dial(t, with)) == nil })
}

func TestTLSVersions(t *testing.T) {
	s := serveSecurely(t, false, true, nil)
	for version, ok := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		conn, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, NextProtos: []string{"h2"}})
		if (err == nil) != ok {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if conn != nil {
			conn.Close()
		}
	}
}

// Certificates and tokens are replaced again and again, with broken ones between, while callers call on old and on new
// connections: no call fails.
func TestRotationUnderLoad(t *testing.T) {
	s := serveSecurely(t, false, true, nil)
	token := s.token(t, "crm", auth.Score)
	security := client.Security{CA: s.files.CA, Token: token}
	eventually(t, "the token counts", func() bool { return scoreOnce(t.Context(), s.dial(t, security)) == nil })
	var calls atomic.Int64
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for i := range 4 {
		callers.Go(func() {
			connection := s.dial(t, security)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if i%2 == 1 && n%20 == 0 { // handshakes meet the certificates of that moment
					connection = s.dial(t, security)
				}
				if err := scoreOnce(t.Context(), connection); err != nil {
					t.Errorf("a call failed: %v", err)
					return
				}
				calls.Add(1)
			}
		})
	}
	told := func(what string) int { return strings.Count(s.log.String(), `"what":"`+what+`","error":null`) }
	for round := range 15 {
		certificates, tokens := told("certificate"), told("tokens")
		s.authority.Renew(t, s.files, "server.test", time.Now().Add(-time.Hour), time.Now().Add(time.Duration(round+2)*time.Hour))
		s.token(t, "another-"+string(rune('a'+round)), auth.Read)
		eventually(t, "the replacements are told", func() bool { return told("certificate") > certificates && told("tokens") > tokens })
		before := calls.Load()
		eventually(t, "calls go on", func() bool { return calls.Load() > before+20 })
		if round%3 == 0 {
			authtest.WriteFile(t, s.files.Key, []byte("broken"))
			eventually(t, "the broken key is told", func() bool { return strings.Count(s.log.String(), "server.key: tls") > round/3 })
		}
	}
	close(stop)
	callers.Wait()
	t.Logf("%d calls while %d certificates and tokens were replaced", calls.Load(), 15)
}

func TestCallerRate(t *testing.T) {
	s := serveSecurely(t, false, true, func(c *Config) { c.Limits.CallerRate, c.Limits.CallerBurst = 0.001, 3 })
	other := s.token(t, "other", auth.Score)
	first := s.token(t, "crm", auth.Score)
	eventually(t, "the tokens count", func() bool {
		return status.Code(scoreOnce(t.Context(), s.dial(t, client.Security{CA: s.files.CA, Token: other}))) != codes.Unauthenticated
	})
	connection := s.dial(t, client.Security{CA: s.files.CA, Token: first})
	for i := range 3 {
		if err := scoreOnce(t.Context(), connection); err != nil {
			t.Fatalf("call %d within the burst: %v", i, err)
		}
	}
	err := scoreOnce(t.Context(), connection)
	made := status.Convert(err)
	at := slices.IndexFunc(made.Details(), func(d any) bool { _, ok := d.(*errdetails.RetryInfo); return ok })
	if made.Code() != codes.ResourceExhausted || at < 0 {
		t.Fatalf("one call more: %v with %v, want ResourceExhausted with RetryInfo", err, made.Details())
	}
	if delay := made.Details()[at].(*errdetails.RetryInfo).GetRetryDelay().AsDuration(); delay < 10*time.Minute || delay > 17*time.Minute {
		t.Errorf("retry after %s, want about 1000 s", delay)
	}
	if err := scoreOnce(t.Context(), s.dial(t, client.Security{CA: s.files.CA, Token: other})); err != nil {
		t.Errorf("another caller: %v, want a score", err)
	}
	if _, err := healthpb.NewHealthClient(connection).Check(t.Context(), new(healthpb.HealthCheckRequest)); err != nil {
		t.Errorf("health of a caller over its rate: %v", err)
	}
}

// eventually waits for what another goroutine brings about.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
		<-time.After(2 * time.Millisecond)
	}
}

func hasRequestID(err error) bool {
	return slices.ContainsFunc(status.Convert(err).Details(), func(d any) bool {
		info, ok := d.(*errdetails.RequestInfo)
		return ok && info.GetRequestId() != ""
	})
}
