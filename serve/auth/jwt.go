package auth

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// JWTConfig says whose JSON Web Tokens count. All of the first three are required.
type JWTConfig struct {
	Keys     string // the key set (RFC 7517): a file, or an https URL; http only to this machine
	Issuer   string // claim iss, exactly
	Audience string // one of claim aud, exactly
	// ScopePrefix stands before our scopes in the claim scope (a text, RFC 9068) or scp (a list): "leadscore:" reads
	// "leadscore:score". Others are not looked at.
	ScopePrefix string
	// Client fetches the key set; nil: one with a timeout.
	Client *http.Client
}

// algorithms are the signatures that count: public keys only, so that nobody who can read the key set can sign.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

const (
	leeway          = 30 * time.Second // between the clocks of provider and server
	fetchKeysEvery  = 15 * time.Minute // from a URL
	fetchKeysSooner = 30 * time.Second // at the most, for a token of a key that is not known
	fetchTimeout    = 10 * time.Second
	keptTokens      = 10_000 // verified ones in memory
)

// JWT checks JSON Web Tokens against a key set, which is read again while serving.
type JWT struct {
	config JWTConfig
	parser *jwt.Parser
	source source // of a file; of a URL what was seen of it last
	remote bool
	keys   atomic.Pointer[[]jwkset.JWK]
	wanted chan struct{} // asks for a fetch ahead of time

	mu       sync.Mutex
	verified map[[sha256.Size]byte]verified // so that a signature is checked once, not each call
}

type verified struct {
	caller Caller
	ends   time.Time
}

// OpenJWT reads the key set, from a URL within ctx.
func OpenJWT(ctx context.Context, config JWTConfig, report Report) (*JWT, error) {
	if config.Keys == "" || config.Issuer == "" || config.Audience == "" {
		return nil, errors.New("JWT needs a key set, an issuer and an audience")
	}
	j := &JWT{config: config, wanted: make(chan struct{}, 1), verified: map[[sha256.Size]byte]verified{}}
	j.parser = jwt.NewParser(jwt.WithValidMethods(algorithms), jwt.WithIssuer(config.Issuer), jwt.WithAudience(config.Audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(leeway))
	j.source.what, j.source.report = "jwt keys", report
	if j.remote = strings.Contains(config.Keys, "://"); !j.remote {
		j.source.files = []string{config.Keys}
		j.source.take = func(contents [][]byte) error { return j.take(contents[0]) }
		return j, j.source.load()
	}
	if err := checkKeysURL(config.Keys); err != nil {
		return nil, err
	}
	if j.config.Client == nil {
		j.config.Client = &http.Client{Timeout: fetchTimeout}
	}
	return j, j.fetch(ctx)
}

// checkKeysURL refuses keys over plain text: whoever could change them on the way could call as anybody.
func checkKeysURL(text string) error {
	at, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("key set %q: not a URL", text)
	}
	host := at.Hostname()
	if at.Scheme == "https" && host != "" || at.Scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "::1") {
		return nil
	}
	return fmt.Errorf("key set %s: want a file or an https URL", text)
}

func (j *JWT) fetch(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, j.config.Keys, nil)
	if err != nil {
		return err
	}
	answer, err := j.config.Client.Do(request)
	if err != nil {
		return fmt.Errorf("key set: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("key set %s: HTTP status %s", j.config.Keys, answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, largestFile))
	if err != nil {
		return fmt.Errorf("key set %s: %w", j.config.Keys, err)
	}
	sum := sha256.Sum256(text)
	if sum == j.source.seen {
		return nil
	}
	if err := j.take(text); err != nil {
		return err
	}
	j.source.seen = sum
	return nil
}

// take reads a key set: its public keys for signatures. Keys of other kinds are passed over, as RFC 7517 says.
func (j *JWT) take(text []byte) error {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return fmt.Errorf("key set %s: not JSON with a list of keys", j.config.Keys)
	}
	var keys []jwkset.JWK
	for _, raw := range set.Keys {
		key, err := jwkset.NewJWKFromRawJSON(raw, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{SkipKeyOps: true, GetX5U: noX5U})
		if err != nil || key.Marshal().KTY == jwkset.KtyOct || key.Marshal().USE == jwkset.UseEnc {
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return fmt.Errorf("key set %s: no public key for signatures among its %d keys", j.config.Keys, len(set.Keys))
	}
	j.mu.Lock()
	clear(j.verified)
	j.mu.Unlock()
	j.keys.Store(&keys)
	return nil
}

// noX5U follows no address that a key set names.
func noX5U(*url.URL) ([]*x509.Certificate, error) { return nil, errors.New("not followed") }

// watch keeps the key set fresh until ctx ends.
func (j *JWT) watch(ctx context.Context, pause time.Duration) {
	if !j.remote {
		every(ctx, pause, j.source.reload)
		return
	}
	ticks := time.NewTicker(fetchKeysEvery)
	defer ticks.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		case <-j.wanted:
			if time.Since(last) < min(fetchKeysSooner, 4*pause) {
				continue
			}
		}
		last = time.Now()
		before := j.source.seen
		err := j.fetch(ctx)
		if ctx.Err() == nil && (err != nil || before != j.source.seen) {
			j.source.tell(err)
		}
	}
}

type claims struct {
	jwt.RegisteredClaims
	Scope     string `json:"scope"`
	Scp       texts  `json:"scp"`
	ClientID  string `json:"client_id"`
	AuthParty string `json:"azp"`
}

// texts is a claim that providers write as a list or as one text with spaces.
type texts []string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *texts) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*t = strings.Fields(one)
		return nil
	}
	return json.Unmarshal(text, (*[]string)(t))
}

// looksLikeJWT tells a JWT from a token of a file: three parts with dots between, which ours never have.
func looksLikeJWT(shown string) bool { return strings.Count(shown, ".") == 2 }

// identify checks a token. Errors are refusals whose reasons hold nothing of the token.
func (j *JWT) identify(shown string, now time.Time) (Caller, error) {
	sum := sha256.Sum256([]byte(shown))
	j.mu.Lock()
	known, ok := j.verified[sum]
	j.mu.Unlock()
	if ok && now.Before(known.ends) {
		return known.caller, nil
	}
	var said claims
	_, err := j.parser.ParseWithClaims(shown, &said, j.key)
	if err != nil {
		return Caller{}, unauthenticated(whyNotJWT(err))
	}
	caller := Caller{Name: nameOf(&said), How: ByJWT}
	for _, granted := range append(strings.Fields(said.Scope), said.Scp...) {
		if scope, ok := strings.CutPrefix(granted, j.config.ScopePrefix); ok && slices.Contains(AllScopes, Scope(scope)) {
			caller.Scopes = append(caller.Scopes, Scope(scope))
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.verified) >= keptTokens {
		clear(j.verified)
	}
	j.verified[sum] = verified{caller, said.ExpiresAt.Add(leeway)}
	return caller, nil
}

var errNoKey = errors.New("no key of that id")

// key finds the keys that may have signed a token: those of its key id, or all where it names none.
func (j *JWT) key(t *jwt.Token) (any, error) {
	id, _ := t.Header["kid"].(string)
	var fit jwt.VerificationKeySet
	for _, key := range *j.keys.Load() {
		marshal := key.Marshal()
		if id != "" && marshal.KID != id || marshal.ALG != "" && marshal.ALG.String() != t.Method.Alg() {
			continue
		}
		fit.Keys = append(fit.Keys, key.Key())
	}
	if len(fit.Keys) == 0 {
		select {
		case j.wanted <- struct{}{}: // the provider may have a newer key
		default:
		}
		return nil, errNoKey
	}
	return fit, nil
}

// whyNotJWT is a fixed text of the reason: the library's own texts quote what they read.
func whyNotJWT(err error) string {
	for _, known := range []struct {
		err  error
		text string
	}{
		{jwt.ErrTokenExpired, "the JWT has expired"},
		{jwt.ErrTokenNotValidYet, "the JWT does not count yet"},
		{jwt.ErrTokenUsedBeforeIssued, "the JWT does not count yet"},
		{jwt.ErrTokenInvalidAudience, "the JWT is for another audience"},
		{jwt.ErrTokenInvalidIssuer, "the JWT is of another issuer"},
		{jwt.ErrTokenRequiredClaimMissing, "the JWT lacks a required claim: exp, iss or aud"},
		{errNoKey, "the JWT is signed with a key that is not in the key set"},
		{jwt.ErrTokenSignatureInvalid, "the JWT's signature or its algorithm does not count"},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	return "the JWT cannot be read"
}

// nameOf is who a JWT speaks for, fit for logs: its subject, else its client.
func nameOf(said *claims) string {
	for _, name := range []string{said.Subject, said.ClientID, said.AuthParty} {
		if CheckName(name) == nil {
			return name
		}
	}
	if said.Subject == "" {
		return "jwt"
	}
	sum := sha256.Sum256([]byte(said.Subject))
	return fmt.Sprintf("jwt-%x", sum[:6])
}
