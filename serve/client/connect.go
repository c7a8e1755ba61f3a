package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Security is how a client knows its server, and how it says who it is. The zero value is plain text and nobody.
type Security struct {
	TLS              bool   // by the system's CAs, unless CA names others
	CA               string // PEM file of the CAs that sign servers; implies TLS
	Certificate, Key string // PEM files of the client's own; imply TLS
	Token            string // bearer token or JWT; empty: none
}

func (s *Security) encrypted() bool { return s.TLS || s.CA != "" || s.Certificate != "" || s.Key != "" }

// DialOptions are those of a connection to an address. A token goes over plain text to this machine alone.
func (s *Security) DialOptions(address string) ([]grpc.DialOption, error) {
	transport := insecure.NewCredentials()
	if s.encrypted() {
		config, err := s.config()
		if err != nil {
			return nil, err
		}
		transport = credentials.NewTLS(config)
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(transport)}
	if s.Token == "" {
		return options, nil
	}
	if !s.encrypted() && !isLoopback(address) {
		return nil, fmt.Errorf("address %s: a token would cross the network as plain text; connect by TLS", address)
	}
	return append(options, grpc.WithPerRPCCredentials(bearer{s.Token})), nil
}

func (s *Security) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		text, err := os.ReadFile(s.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s: no certificate in it; want one or more in PEM form", s.CA)
		}
	}
	switch {
	case s.Certificate == "" && s.Key == "":
		return config, nil
	case s.Certificate == "" || s.Key == "":
		return nil, errors.New("a client's certificate and its key go together")
	}
	pair, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", s.Certificate, s.Key, err)
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// bearer is a token in each call's headers.
type bearer struct{ token string }

// GetRequestMetadata implements [credentials.PerRPCCredentials].
func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

// RequireTransportSecurity implements [credentials.PerRPCCredentials]; [Security.DialOptions] sees to it.
func (bearer) RequireTransportSecurity() bool { return false }
