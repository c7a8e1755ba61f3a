package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// How a caller was recognised.
type How string

const (
	Unknown       How = ""            // authentication is off
	ByToken       How = "token"       // of the tokens file
	ByJWT         How = "jwt"         // of the identity provider
	ByCertificate How = "certificate" // of the transport
)

// Caller is who calls.
type Caller struct {
	Name   string // of its token, JWT or certificate; its address where authentication is off
	How    How
	Scopes []Scope
}

// May tells whether the caller has a scope.
func (c Caller) May(scope Scope) bool { return c.How == Unknown || slices.Contains(c.Scopes, scope) }

// Refusal says that a call is not let in. Its text is for the caller, and holds nothing secret.
type Refusal struct {
	Known  bool // who calls is known, but may not do this; otherwise nobody knows who calls
	Reason string
}

func (r *Refusal) Error() string { return r.Reason }

func unauthenticated(reason string) error { return &Refusal{Reason: reason} }

// Guard decides who calls. The zero value lets everybody in: it is for a server that only this machine reaches.
//
// With Certificates that want a client certificate, every connection needs one. If there are Tokens or JWT as well, each call
// needs one of these besides, and it decides on the scopes; otherwise the certificate grants CertificateScopes.
type Guard struct {
	Certificates      *Certificates // nil: plain text
	Tokens            *Tokens       // nil: none
	JWT               *JWT          // nil: none
	CertificateScopes []Scope
}

// Required tells whether calls have to say who they are from.
func (g *Guard) Required() bool { return g.wantsBearer() || g.mutual() }

func (g *Guard) wantsBearer() bool { return g.Tokens != nil || g.JWT != nil }

func (g *Guard) mutual() bool { return g.Certificates != nil && g.Certificates.Mutual() }

// String says how connections and callers are protected, for the log: "mutual TLS, tokens (3), JWT".
func (g *Guard) String() string {
	words := []string{"plain text"}
	if g.Certificates != nil {
		words[0] = "TLS"
	}
	if g.mutual() {
		words[0] = "mutual TLS"
	}
	if g.Tokens != nil {
		words = append(words, fmt.Sprintf("tokens (%d)", g.Tokens.Count()))
	}
	if g.JWT != nil {
		words = append(words, "JWT")
	}
	if !g.Required() {
		words = append(words, "no authentication")
	}
	return strings.Join(words, ", ")
}

// Watch reads replaced files again, looking every pause, until ctx ends.
func (g *Guard) Watch(ctx context.Context, pause time.Duration) {
	var watchers sync.WaitGroup
	defer watchers.Wait()
	if g.Certificates != nil {
		watchers.Go(func() { every(ctx, pause, g.Certificates.source.reload) })
	}
	if g.Tokens != nil {
		watchers.Go(func() { every(ctx, pause, g.Tokens.source.reload) })
	}
	if g.JWT != nil {
		watchers.Go(func() { g.JWT.watch(ctx, pause) })
	}
}

// Reloads says what became of one kind of replaced file since the start.
type Reloads struct {
	What           string
	Taken, Refused int64
}

// Reloads says it of all kinds.
func (g *Guard) Reloads() (list []Reloads) {
	add := func(s *source) { list = append(list, Reloads{s.what, s.taken.Load(), s.refused.Load()}) }
	if g.Certificates != nil {
		add(&g.Certificates.source)
	}
	if g.Tokens != nil {
		add(&g.Tokens.source)
	}
	if g.JWT != nil {
		add(&g.JWT.source)
	}
	return list
}

// Identify says who makes the call of ctx, a server's context of gRPC. Errors are [*Refusal]. It is quick, and waits for
// nothing.
func (g *Guard) Identify(ctx context.Context) (Caller, error) {
	headers, _ := metadata.FromIncomingContext(ctx)
	from := origin(ctx)
	if !g.Required() {
		return Caller{Name: from.address}, nil
	}
	if !g.wantsBearer() {
		if from.certificate == "" {
			return Caller{}, unauthenticated("this server wants a client certificate")
		}
		return Caller{Name: from.certificate, How: ByCertificate, Scopes: g.CertificateScopes}, nil
	}
	shown, err := bearer(headers.Get("authorization"))
	if err != nil {
		return Caller{}, err
	}
	if g.JWT != nil && (g.Tokens == nil || looksLikeJWT(shown)) {
		return g.JWT.identify(shown, time.Now())
	}
	found, ok := g.Tokens.find(shown)
	switch {
	case !ok:
		return Caller{}, unauthenticated("the token is not one of this server's")
	case !found.expires.IsZero() && !time.Now().Before(found.expires):
		return Caller{}, unauthenticated("the token has expired")
	}
	return Caller{Name: found.name, How: ByToken, Scopes: found.scopes}, nil
}

// Permit says whether a caller may do what needs a scope. Errors are [*Refusal].
func Permit(c Caller, scope Scope) error {
	if c.May(scope) {
		return nil
	}
	return &Refusal{Known: true, Reason: fmt.Sprintf("caller %s lacks the scope %s", c.Name, scope)}
}

// longestToken is more than any JWT of sense; gRPC's own limit of headers is 16 KB.
const longestToken = 8 << 10

// bearer reads the one header "Bearer TOKEN" (RFC 6750).
func bearer(values []string) (string, error) {
	if len(values) == 0 {
		return "", unauthenticated(`this server wants a token: send "authorization: Bearer TOKEN"`)
	}
	if len(values) > 1 {
		return "", unauthenticated("several authorization headers; send one")
	}
	kind, shown, ok := strings.Cut(values[0], " ")
	shown = strings.Trim(shown, " ")
	if !ok || !strings.EqualFold(kind, "Bearer") || shown == "" || len(shown) > longestToken {
		return "", unauthenticated(`the authorization header is not "Bearer TOKEN"`)
	}
	return shown, nil
}

// from is where a call comes from.
type from struct {
	address     string // of the network, without a port
	certificate string // name of the client's certificate, checked; empty: none
}

// origin says where the call of ctx comes from.
func origin(ctx context.Context) from {
	who, ok := peer.FromContext(ctx)
	if !ok {
		return from{address: "unknown"}
	}
	f := from{address: Address(who.Addr)}
	if info, ok := who.AuthInfo.(credentials.TLSInfo); ok {
		f.certificate = certificateName(info.State)
	}
	return f
}

// Address is what one caller is told apart by where nothing better is known: an IPv4 address, or the /64 that an IPv6
// address lies in.
func Address(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return network.String()
}

// AsRefusal gives the refusal in err.
func AsRefusal(err error) (*Refusal, bool) {
	var refusal *Refusal
	return refusal, errors.As(err, &refusal)
}
