package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/grpc/metadata"

	"leadscore/serve/auth/authtest"
)

// heard is a Report that remembers.
type heard []error

func (h *heard) report(_ string, err error) { *h = append(*h, err) }

func TestCertificatesKeepTheOldOnFaults(t *testing.T) {
	authority := authtest.NewAuthority(t, "test CA")
	files := authority.Write(t, t.TempDir())
	var reports heard
	c, err := OpenCertificates(CertificateFiles{Certificate: files.Certificate, Key: files.Key, ClientCA: files.CA}, reports.report)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	first := c.Ends()
	goodCert, goodKey := readAll(t, files.Certificate), readAll(t, files.Key)
	otherCert, _ := authority.Issue(t, "server.test", now.Add(-time.Hour), now.Add(time.Hour))
	oldCert, oldKey := authority.Issue(t, "server.test", now.Add(-2*time.Hour), now.Add(-time.Hour))
	soonCert, soonKey := authority.Issue(t, "server.test", now.Add(time.Hour), now.Add(2*time.Hour))
	for _, test := range []struct {
		name          string
		cert, key, ca []byte
		want          string
	}{
		{"key of another certificate", otherCert, goodKey, authority.PEM, "private key does not match"},
		{"expired", oldCert, oldKey, authority.PEM, "ended at"},
		{"not yet", soonCert, soonKey, authority.PEM, "does not count before"},
		{"half a file", goodCert[:len(goodCert)/2], goodKey, authority.PEM, "server.pem"},
		{"no CA", goodCert, goodKey, []byte("nothing"), "no certificate in it"},
		{"empty", nil, goodKey, authority.PEM, "server.pem"},
	} {
		t.Run(test.name, func(t *testing.T) {
			authtest.WriteFile(t, files.Certificate, test.cert)
			authtest.WriteFile(t, files.Key, test.key)
			authtest.WriteFile(t, files.CA, test.ca)
			reports = nil
			c.source.reload()
			c.source.reload() // said once
			if len(reports) != 1 || reports[0] == nil || !strings.Contains(reports[0].Error(), test.want) {
				t.Errorf("reports %v, want one with %q", reports, test.want)
			}
			if !c.Ends().Equal(first) {
				t.Error("the certificate in force changed")
			}
		})
	}
	authtest.WriteFile(t, files.CA, authority.PEM)
	until := now.Add(100 * time.Hour).Truncate(time.Second)
	authority.Renew(t, files, "server.test", now.Add(-time.Hour), until)
	reports = nil
	c.source.reload()
	if len(reports) != 1 || reports[0] != nil || !c.Ends().Equal(until) {
		t.Errorf("a good one: reports %v, ends %v; want nil and %v", reports, c.Ends(), until)
	}
	authtest.WriteFile(t, files.Certificate, oldCert)
	authtest.WriteFile(t, files.Key, oldKey)
	if _, err := OpenCertificates(CertificateFiles{Certificate: files.Certificate, Key: files.Key}, nil); err == nil || !strings.Contains(err.Error(), "ended at") {
		t.Errorf("starting with an expired certificate: %v, want an error", err)
	}
}

func TestTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.yaml")
	crm, err := NewToken(path, "crm", []Scope{Score}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	ops, err := NewToken(path, "ops", []Scope{Read, Admin}, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	text := string(readAll(t, path))
	sum := sha256.Sum256([]byte(crm))
	if strings.Contains(text, crm) || strings.Contains(text, ops) || !strings.Contains(text, hex.EncodeToString(sum[:])) {
		t.Errorf("the file holds a token, or not its hash:\n%s", text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if _, err := NewToken(path, "crm", []Scope{Score}, time.Time{}); err == nil || !strings.Contains(err.Error(), "second token of this name") {
		t.Errorf("the same name again: %v, want an error", err)
	}
	var reports heard
	tokens, err := OpenTokens(path, reports.report)
	if err != nil {
		t.Fatal(err)
	}
	g := &Guard{Tokens: tokens}
	wantCaller(t, g, crm, Caller{"crm", ByToken, []Scope{Score}}, "")
	wantCaller(t, g, ops, Caller{"ops", ByToken, []Scope{Read, Admin}}, "")
	wantCaller(t, g, crm[:len(crm)-1], Caller{}, "not one of this server's")
	wantCaller(t, g, "a.b.c", Caller{}, "not one of this server's")

	// A broken file keeps the old ones in force, a good one replaces them.
	authtest.WriteFile(t, path, []byte(strings.Replace(text, "scopes:", "scope:", 1)))
	tokens.source.reload()
	if len(reports) != 1 || reports[0] == nil || !strings.Contains(reports[0].Error(), "line ") {
		t.Errorf("reports %v, want an error with a line", reports)
	}
	wantCaller(t, g, crm, Caller{"crm", ByToken, []Scope{Score}}, "")
	past := strings.Replace(text, time.Now().UTC().Format("2006"), "2001", 1)
	authtest.WriteFile(t, path, []byte(past))
	tokens.source.reload()
	wantCaller(t, g, ops, Caller{}, "expired")
	authtest.WriteFile(t, path, []byte("version: 1\ntokens: []\n"))
	tokens.source.reload()
	wantCaller(t, g, crm, Caller{}, "not one of this server's")
	if _, err := NewToken(path, "again", []Scope{Score}, time.Time{}); err != nil {
		t.Errorf("a token for an empty list: %v", err)
	}
}

func TestTokensFileFaults(t *testing.T) {
	hash := `"sha256:` + strings.Repeat("ab", 32) + `"`
	for name, test := range map[string]struct{ text, want string }{
		"version":      {"version: 2\ntokens: []\n", "line 1: field version"},
		"unknown key":  {"version: 1\ntokens:\n  - {name: a, hash: " + hash + ", scope: [score]}\n", "did you mean"},
		"plain token":  {"version: 1\ntokens:\n  - {name: a, hash: leadscore_abc, scopes: [score]}\n", "line 3: field tokens[0].hash: not a hash"},
		"scope":        {"version: 1\ntokens:\n  - {name: a, hash: " + hash + ", scopes: [write]}\n", `scope "write": unknown`},
		"no scope":     {"version: 1\ntokens:\n  - {name: a, hash: " + hash + ", scopes: []}\n", "no scope"},
		"name":         {"version: 1\ntokens:\n  - {name: a b, hash: " + hash + ", scopes: [read]}\n", `name "a b"`},
		"expires":      {"version: 1\ntokens:\n  - {name: a, hash: " + hash + ", scopes: [read], expires: soon}\n", "not a time"},
		"same hash":    {"version: 1\ntokens:\n  - {name: a, hash: " + hash + ", scopes: [read]}\n  - {name: b, hash: " + hash + ", scopes: [read]}\n", "line 4: field tokens[1].hash: the same hash"},
		"no YAML":      {"\t{", "tokens.yaml"},
		"empty":        {"", "tokens.yaml"},
		"only a token": {"leadscore_abc", "tokens.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseTokens("tokens.yaml", []byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q in it", err, test.want)
			}
		})
	}
}

func TestJWT(t *testing.T) {
	old, next, stranger := authtest.NewProvider(t, "k1"), authtest.NewProvider(t, "k2"), authtest.NewProvider(t, "k1")
	keys := authtest.Keys(t, old)
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(keys) }))
	defer provider.Close()
	j, err := OpenJWT(t.Context(), JWTConfig{Keys: provider.URL, Issuer: "https://idp.test", Audience: "leadscore", ScopePrefix: "ls:"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tokens.yaml")
	own, err := NewToken(path, "ops", []Scope{Admin}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := OpenTokens(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := &Guard{JWT: j, Tokens: tokens}
	with := func(change jwt.MapClaims) jwt.MapClaims {
		all := jwt.MapClaims{"iss": "https://idp.test", "aud": "leadscore", "sub": "crm@clients", "exp": time.Now().Add(time.Hour).Unix(), "scope": "openid ls:score read"}
		for name, value := range change {
			if all[name] = value; value == nil {
				delete(all, name)
			}
		}
		return all
	}
	good := Caller{"crm@clients", ByJWT, []Scope{Score}}
	wantCaller(t, g, old.Sign(t, with(nil)), good, "")
	wantCaller(t, g, own, Caller{"ops", ByToken, []Scope{Admin}}, "")
	wantCaller(t, g, old.Sign(t, with(jwt.MapClaims{"scope": nil, "scp": []string{"ls:read", "ls:admin"}})), Caller{"crm@clients", ByJWT, []Scope{Read, Admin}}, "")
	wantCaller(t, g, old.Sign(t, with(jwt.MapClaims{"aud": []string{"x", "leadscore"}, "scope": nil, "scp": "ls:read"})), Caller{"crm@clients", ByJWT, []Scope{Read}}, "")
	wantCaller(t, g, old.Sign(t, with(jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()})), Caller{}, "expired")
	wantCaller(t, g, old.Sign(t, with(jwt.MapClaims{"exp": nil})), Caller{}, "lacks a required claim")
	wantCaller(t, g, old.Sign(t, with(jwt.MapClaims{"nbf": time.Now().Add(time.Hour).Unix()})), Caller{}, "does not count yet")
	wantCaller(t, g, old.Sign(t, with(jwt.MapClaims{"aud": "another"})), Caller{}, "another audience")
	wantCaller(t, g, old.Sign(t, with(jwt.MapClaims{"iss": "https://idp.test/"})), Caller{}, "another issuer")
	wantCaller(t, g, stranger.Sign(t, with(nil)), Caller{}, "signature")
	wantCaller(t, g, "eyJhbGciOiJub25lIn0.e30.", Caller{}, "signature")
	// Signed with the public key set as a shared secret: the classic confusion of algorithms.
	confused, err := jwt.NewWithClaims(jwt.SigningMethodHS256, with(nil)).SignedString(keys)
	if err != nil {
		t.Fatal(err)
	}
	wantCaller(t, g, confused, Caller{}, "signature")
	wantCaller(t, g, "a.b.c", Caller{}, "cannot be read")
	wantCaller(t, g, next.Sign(t, with(nil)), Caller{}, "not in the key set")

	// The provider changes its keys: after the next fetch the new one counts and the old one, verified before, no more.
	ctx := t.Context()
	var reports heard
	j.source.report = reports.report
	keys = authtest.Keys(t, next)
	if err := j.fetch(ctx); err != nil {
		t.Fatal(err)
	}
	wantCaller(t, g, next.Sign(t, with(nil)), good, "")
	wantCaller(t, g, old.Sign(t, with(nil)), Caller{}, "not in the key set")
	for _, broken := range []string{"", "{}", `{"keys":[{"kty":"oct","k":"AAAA"}]}`, `{"keys":[{"kty":"EC"}]}`} {
		keys = []byte(broken)
		if err := j.fetch(ctx); err == nil {
			t.Errorf("key set %q taken", broken)
		}
		wantCaller(t, g, next.Sign(t, with(nil)), good, "")
	}
	if _, err := OpenJWT(ctx, JWTConfig{Keys: "http://idp.test/keys", Issuer: "x", Audience: "y"}, nil); err == nil || !strings.Contains(err.Error(), "https") {
		t.Errorf("keys over plain text: %v, want a refusal", err)
	}
}

// A key that is not known has the key set fetched ahead of time.
func TestJWTFetchesForUnknownKeys(t *testing.T) {
	old, next := authtest.NewProvider(t, "k1"), authtest.NewProvider(t, "k2")
	fetched := make(chan struct{}, 10)
	keys := [][]byte{authtest.Keys(t, old), authtest.Keys(t, old, next)}
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(keys[min(len(fetched), 1)])
		fetched <- struct{}{}
	}))
	defer provider.Close()
	taken := make(chan error, 1)
	j, err := OpenJWT(t.Context(), JWTConfig{Keys: provider.URL, Issuer: "i", Audience: "a"}, func(_ string, err error) { taken <- err })
	if err != nil {
		t.Fatal(err)
	}
	g := &Guard{JWT: j}
	go g.Watch(t.Context(), time.Nanosecond)
	shown := next.Sign(t, jwt.MapClaims{"iss": "i", "aud": "a", "exp": time.Now().Add(time.Hour).Unix(), "scope": "score"})
	wantCaller(t, g, shown, Caller{}, "not in the key set")
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	wantCaller(t, g, shown, Caller{"jwt", ByJWT, []Scope{Score}}, "")
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{"Bearer abc": "abc", "bearer  abc ": "abc", "": "", "Bearer": "", "Bearer ": "", "Basic abc": "", "abc": "",
		"Bearer " + strings.Repeat("x", longestToken+1): ""} {
		got, err := bearer([]string{header})
		if got != want || (err == nil) != (want != "") {
			t.Errorf("bearer(%.20q) = %q, %v; want %q", header, got, err, want)
		}
	}
	if _, err := bearer([]string{"Bearer a", "Bearer b"}); err == nil {
		t.Error("two headers: want an error")
	}
}

// Whatever a header says, it identifies nobody, breaks nothing, and the refusal repeats none of it.
func FuzzAuthorization(f *testing.F) {
	provider := authtest.NewProvider(f, "k1")
	dir := f.TempDir()
	authtest.WriteFile(f, filepath.Join(dir, "keys.json"), authtest.Keys(f, provider))
	j, err := OpenJWT(f.Context(), JWTConfig{Keys: filepath.Join(dir, "keys.json"), Issuer: "i", Audience: "a"}, nil)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := NewToken(filepath.Join(dir, "tokens.yaml"), "crm", []Scope{Score}, time.Time{}); err != nil {
		f.Fatal(err)
	}
	tokens, err := OpenTokens(filepath.Join(dir, "tokens.yaml"), nil)
	if err != nil {
		f.Fatal(err)
	}
	g := &Guard{JWT: j, Tokens: tokens}
	f.Add("Bearer x")
	f.Add("Bearer eyJhbGciOiJub25lIn0.e30.")
	f.Add("Bearer " + authtest.NewProvider(f, "k1").Sign(f, jwt.MapClaims{"iss": "i", "aud": "a", "exp": 1e12, "scope": "admin"}))
	f.Add("Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.e30.AAAA")
	f.Fuzz(func(t *testing.T, header string) {
		caller, err := g.Identify(metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", header)))
		refusal, ok := AsRefusal(err)
		if !ok || refusal.Known {
			t.Fatalf("Identify(%q) = %v, %v; want a refusal of somebody unknown", header, caller, err)
		}
		if _, shown, _ := strings.Cut(header, " "); len(shown) > 8 && strings.Contains(refusal.Error(), shown) {
			t.Errorf("the refusal repeats the token: %s", refusal)
		}
	})
}

func FuzzTokensFile(f *testing.F) {
	f.Add([]byte("version: 1\ntokens:\n  - {name: a, hash: \"sha256:" + strings.Repeat("ab", 32) + "\", scopes: [score], expires: 2027-01-01}\n"))
	f.Add([]byte("version: 1\ntokens: []"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := parseTokens("tokens.yaml", text)
		if err != nil {
			return
		}
		longer, err := appended(text, tokenLine{Name: "fuzz.fuzz", Hash: hashPrefix + strings.Repeat("00", 32), Scopes: []string{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := parseTokens("tokens.yaml", longer); err == nil && len(again) != len(list)+1 && !bytes.Contains(text, []byte("#")) {
			t.Errorf("%d tokens after one was added to %d:\n%s", len(again), len(list), longer)
		}
	})
}

// wantCaller identifies the bearer of a token; with a reason it wants a refusal instead.
func wantCaller(t *testing.T, g *Guard, shown string, want Caller, reason string) {
	t.Helper()
	got, err := g.Identify(metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", "Bearer "+shown)))
	var refusal *Refusal
	switch {
	case reason != "" && (!errors.As(err, &refusal) || refusal.Known || !strings.Contains(refusal.Reason, reason)):
		t.Errorf("Identify = %v, %v; want a refusal with %q", got, err, reason)
	case reason == "" && (err != nil || got.Name != want.Name || got.How != want.How || !slices.Equal(got.Scopes, want.Scopes)):
		t.Errorf("Identify = %v, %v; want %v", got, err, want)
	}
}

func readAll(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
