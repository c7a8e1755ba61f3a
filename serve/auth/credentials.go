package auth

import (
	"crypto/tls"
	"net"

	"google.golang.org/grpc/credentials"
)

// Credentials are gRPC's transport credentials of a server by TLS. There is no way from TLS back to plain text. A handshake
// that fails is told to failed.
func Credentials(certs *Certificates, failed func(error)) credentials.TransportCredentials {
	return &serverCredentials{credentials.NewTLS(certs.Config()), failed}
}

type serverCredentials struct {
	credentials.TransportCredentials
	failed func(error)
}

// ServerHandshake implements [credentials.TransportCredentials].
func (c *serverCredentials) ServerHandshake(raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := c.TransportCredentials.ServerHandshake(raw)
	if err != nil {
		c.failed(err)
	}
	return conn, info, err
}

// Clone implements [credentials.TransportCredentials].
func (c *serverCredentials) Clone() credentials.TransportCredentials {
	return &serverCredentials{c.TransportCredentials.Clone(), c.failed}
}

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
