package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth"
	"leadscore/serve/auth/authtest"
)

// access is a client of a server with mutual TLS and tokens, all of which may be replaced while both run.
type access struct {
	authority *authtest.Authority
	files     authtest.Files
	tokens    string // file
	first     string // token
	token     atomic.Pointer[string]
	pair      atomic.Pointer[tls.Certificate] // the client's
	web       *http.Client

	mu      sync.Mutex
	serials map[string]bool // of the server's certificates that were met
}

func newAccess(t *testing.T) *access {
	t.Helper()
	dir := t.TempDir()
	a := &access{authority: authtest.NewAuthority(t, "test CA"), tokens: filepath.Join(dir, "tokens.yaml"), serials: map[string]bool{}}
	a.files = a.authority.Write(t, dir)
	a.renewClient(t)
	a.first = a.newToken(t, 0)
	a.token.Store(&a.first)
	a.web = &http.Client{Transport: &http.Transport{TLSClientConfig: a.config(), IdleConnTimeout: time.Second, MaxIdleConns: 2}}
	t.Cleanup(a.web.CloseIdleConnections)
	return a
}

func (a *access) flags() []string {
	return []string{"--tls-cert", a.files.Certificate, "--tls-key", a.files.Key, "--tls-client-ca", a.files.CA, "--tokens", a.tokens, "--credentials-every", "20ms"}
}

func (a *access) renewClient(t *testing.T) {
	certificate, key := a.authority.Issue(t, "crm.test", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Error(err)
	}
	a.pair.Store(&pair)
}

func tokenName(i int) string { return "crm-" + strconv.Itoa(i) }

func (a *access) newToken(t *testing.T, i int) string {
	token, err := auth.NewToken(a.tokens, tokenName(i), []auth.Scope{auth.Score, auth.Read}, time.Time{})
	if err != nil {
		t.Error(err)
	}
	return strings.TrimSpace(token)
}

// config is that of a client which remembers what certificates it met.
func (a *access) config() *tls.Config {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.authority.PEM)
	return &tls.Config{
		RootCAs: roots, MinVersion: tls.VersionTLS12,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return a.pair.Load(), nil },
		VerifyConnection: func(state tls.ConnectionState) error {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.serials[state.PeerCertificates[0].SerialNumber.String()] = true
			return nil
		},
	}
}

func (a *access) seen() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.serials)
}

func (a *access) options() []grpc.DialOption {
	return []grpc.DialOption{grpc.WithTransportCredentials(credentials.NewTLS(a.config())), grpc.WithPerRPCCredentials(a)}
}

// GetRequestMetadata implements [credentials.PerRPCCredentials].
func (a *access) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + *a.token.Load()}, nil
}

// RequireTransportSecurity implements [credentials.PerRPCCredentials].
func (a *access) RequireTransportSecurity() bool { return true }

func (a *access) post(url string, body []byte) (*http.Response, error) {
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+*a.token.Load())
	return a.web.Do(request)
}

// rotate replaces the server's certificate, the client's, and the token, one after the other, until ctx ends. A token is used once the server
// takes it, and the one before is taken away a while after.
func (a *access) rotate(ctx context.Context, t *testing.T, server *liveServer, every time.Duration) (rotations int) {
	for i := 1; ctx.Err() == nil; i++ {
		a.authority.Renew(t, a.files, "server.test", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		a.renewClient(t)
		next := a.newToken(t, i)
		for patience := time.Now().Add(10 * time.Second); a.ask(ctx, server, next) != codes.OK && ctx.Err() == nil; pause(ctx, 10*time.Millisecond) {
			if time.Now().After(patience) {
				t.Error("a new token is not taken")
				return rotations
			}
		}
		a.token.Store(&next)
		pause(ctx, every) // calls with the token before have ended
		if ctx.Err() == nil {
			a.remove(t, i-1)
			rotations++
		}
	}
	return rotations
}

// ask calls with another token, on a connection of its own.
func (a *access) ask(ctx context.Context, server *liveServer, token string) codes.Code {
	other := &access{}
	other.token.Store(&token)
	connection, err := grpc.NewClient(server.address, grpc.WithTransportCredentials(credentials.NewTLS(a.config())), grpc.WithPerRPCCredentials(other))
	if err != nil {
		return codes.Unknown
	}
	defer connection.Close()
	_, err = leadscorev1.NewLeadScoringServiceClient(connection).ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: liveLeads(1)[0]})
	return status.Code(err)
}

// remove deletes a token's lines from the file, as people do.
func (a *access) remove(t *testing.T, i int) {
	text, err := os.ReadFile(a.tokens)
	if err != nil {
		t.Error(err)
	}
	entry := regexp.MustCompile(`(?m)^ *- name: ` + tokenName(i) + `\n(?: +[^- ].*\n| +- (?:score|read)\n)*`)
	shorter := entry.ReplaceAll(text, nil)
	if len(shorter) == len(text) {
		t.Errorf("no token %s in\n%s", tokenName(i), text)
	}
	authtest.WriteFile(t, a.tokens+".new", shorter)
	if err := os.Rename(a.tokens+".new", a.tokens); err != nil {
		t.Error(err)
	}
}

// refusesTheFirst wants the token of the beginning, long taken away, to be refused.
func (a *access) refusesTheFirst(t *testing.T, server *liveServer) {
	t.Helper()
	if got := a.ask(t.Context(), server, a.first); got != codes.Unauthenticated {
		t.Errorf("the first token, which was taken away, gets %s", got)
	}
}

// The built program by mutual TLS: who has a certificate of the CA and a token is served, over gRPC and HTTP; without either nobody is.
func TestMutualTLS(t *testing.T) {
	as := newAccess(t)
	server := serveLiveTo(t, as, "", trained(t)+"/store", as.flags()...)
	request := &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: liveLeads(1)[0]}
	if _, err := server.scoring.ScoreLead(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if got := as.ask(t.Context(), server, "leadscore_wrong"); got != codes.Unauthenticated {
		t.Errorf("a wrong token gets %s", got)
	}
	post := func() (int, error) {
		answer, err := as.post("https://"+server.web+"/v1/models/deals/leads:score", []byte(`{"id": "L-1", "fields": {"country": "DE"}}`))
		if err != nil {
			return 0, err
		}
		defer answer.Body.Close()
		return answer.StatusCode, nil
	}
	if got, err := post(); err != nil || got != http.StatusOK {
		t.Errorf("over HTTP: %d, %v", got, err)
	}
	mine := as.pair.Load()
	stranger, key := authtest.NewAuthority(t, "another CA").Issue(t, "crm.test", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	strange, err := tls.X509KeyPair(stranger, key)
	if err != nil {
		t.Fatal(err)
	}
	late, key := as.authority.Issue(t, "crm.test", time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	expired, err := tls.X509KeyPair(late, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string]*tls.Certificate{"none": {}, "of another CA": &strange, "expired": &expired} {
		as.pair.Store(pair)
		as.web.CloseIdleConnections()
		if got := as.ask(t.Context(), server, as.first); got != codes.Unavailable {
			t.Errorf("a client's certificate, %s, gets %s", name, got)
		}
		if got, err := post(); err == nil {
			t.Errorf("a client's certificate, %s, gets %d over HTTP", name, got)
		}
	}
	as.pair.Store(mine)
	if got := as.ask(t.Context(), server, as.first); got != codes.OK {
		t.Errorf("after that the right one gets %s", got)
	}
}
