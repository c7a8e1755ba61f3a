package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
)

// Credentials are gRPC's transport credentials of a server: TLS by certs, or none where certs is nil; and nothing at all on a
// connection inside this process, see [Local]. There is no way from TLS back to plain text. A handshake that fails is told
// to failed, which may be nil.
func Credentials(certs *Certificates, failed func(error)) credentials.TransportCredentials {
	c := &serverCredentials{failed: failed}
	if certs != nil {
		c.tls = credentials.NewTLS(certs.Config())
	}
	return c
}

type serverCredentials struct {
	tls    credentials.TransportCredentials // nil: plain text
	failed func(error)
}

// Local marks a connection as one inside this process: the listener that makes it wraps it so.
type Local struct{ net.Conn }

// plain is what is known of a connection without TLS.
type plain struct {
	credentials.CommonAuthInfo
	local bool
}

func (plain) AuthType() string { return "plain" }

// IsLocal tells whether the call of ctx came over a [Local] connection.
func IsLocal(ctx context.Context) bool {
	from, ok := peer.FromContext(ctx)
	if !ok {
		return false
	}
	info, ok := from.AuthInfo.(plain)
	return ok && info.local
}

// ServerHandshake implements [credentials.TransportCredentials].
func (c *serverCredentials) ServerHandshake(raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if local, ok := raw.(Local); ok {
		return local, plain{credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}, true}, nil
	}
	if c.tls == nil {
		return raw, plain{credentials.CommonAuthInfo{SecurityLevel: credentials.NoSecurity}, false}, nil
	}
	conn, info, err := c.tls.ServerHandshake(raw)
	if err != nil && c.failed != nil {
		c.failed(err)
	}
	return conn, info, err
}

// ClientHandshake implements [credentials.TransportCredentials]; a server has no use for it.
func (c *serverCredentials) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("auth: credentials of a server used by a client")
}

// Info implements [credentials.TransportCredentials].
func (c *serverCredentials) Info() credentials.ProtocolInfo {
	if c.tls == nil {
		return credentials.ProtocolInfo{SecurityProtocol: "plain"}
	}
	return c.tls.Info()
}

// Clone implements [credentials.TransportCredentials].
func (c *serverCredentials) Clone() credentials.TransportCredentials {
	copied := *c
	return &copied
}

// OverrideServerName implements [credentials.TransportCredentials].
func (c *serverCredentials) OverrideServerName(string) error { return nil }

// certificateName is who a verified client certificate was made for: its first DNS name or URI, else its common name.
func certificateName(state tls.ConnectionState) string {
	if len(state.VerifiedChains) == 0 || len(state.VerifiedChains[0]) == 0 {
		return ""
	}
	leaf := state.VerifiedChains[0][0]
	switch {
	case len(leaf.DNSNames) > 0:
		return leaf.DNSNames[0]
	case len(leaf.URIs) > 0:
		return leaf.URIs[0].String()
	}
	return leaf.Subject.CommonName
}
