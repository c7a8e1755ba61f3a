package auth

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// CertificateFiles are PEM files. Certificate and Key are required.
type CertificateFiles struct {
	Certificate string // the server's, then those between it and the root
	Key         string // of the server's certificate, unencrypted
	ClientCA    string // empty: clients need no certificate; otherwise each needs one that a CA of this file has signed
}

// Certificates are what the server shows, and what it wants to see, read again when the files change.
type Certificates struct {
	files   CertificateFiles
	source  source
	current atomic.Pointer[certificates]
}

type certificates struct {
	own     tls.Certificate
	clients *x509.CertPool // nil: not asked for
}

// OpenCertificates reads the files. A certificate that has ended or does not count yet, and a key of another certificate,
// are errors.
func OpenCertificates(files CertificateFiles, report Report) (*Certificates, error) {
	if files.Certificate == "" || files.Key == "" {
		return nil, errors.New("TLS needs both a certificate and its key")
	}
	c := &Certificates{files: files}
	c.source.what, c.source.files = "certificate", []string{files.Certificate, files.Key}
	c.source.take, c.source.report = c.take, report
	if files.ClientCA != "" {
		c.source.files = append(c.source.files, files.ClientCA)
	}
	if err := c.source.load(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Certificates) take(contents [][]byte) error {
	pair, err := tls.X509KeyPair(contents[0], contents[1])
	if err != nil {
		return fmt.Errorf("%s and %s: %w", c.files.Certificate, c.files.Key, err)
	}
	if err := counts(pair.Leaf, time.Now()); err != nil {
		return fmt.Errorf("%s: %w", c.files.Certificate, err)
	}
	next := &certificates{own: pair}
	if c.files.ClientCA != "" {
		next.clients = x509.NewCertPool()
		if !next.clients.AppendCertsFromPEM(contents[2]) {
			return fmt.Errorf("%s: no certificate in it; want one or more in PEM form", c.files.ClientCA)
		}
	}
	c.current.Store(next)
	return nil
}

// counts says why a certificate does not count at an instant.
func counts(leaf *x509.Certificate, now time.Time) error {
	switch {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("the certificate ended at %s", leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the certificate does not count before %s", leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// Ends is when the certificate in force stops to count.
func (c *Certificates) Ends() time.Time { return c.current.Load().own.Leaf.NotAfter }

// Names are the hosts and addresses that the certificate in force is for.
func (c *Certificates) Names() []string {
	leaf := c.current.Load().own.Leaf
	names := append([]string(nil), leaf.DNSNames...)
	for _, address := range leaf.IPAddresses {
		names = append(names, address.String())
	}
	return names
}

// Mutual tells whether clients need a certificate.
func (c *Certificates) Mutual() bool { return c.files.ClientCA != "" }

// Config is a server's side of TLS 1.2 and 1.3 for the protocols of ALPN, such as "h2" and "http/1.1". Each handshake uses
// what is in force at that moment; connections that stand keep theirs.
func (c *Certificates) Config(protocols ...string) *tls.Config {
	base := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: protocols}
	base.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		now := c.current.Load()
		config := base.Clone()
		config.GetConfigForClient = nil
		config.Certificates = []tls.Certificate{now.own}
		// A resumed session would skip the check of a client's certificate against today's CA.
		config.SessionTicketsDisabled = true
		if now.clients != nil {
			config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, now.clients
		}
		return config, nil
	}
	return base
}
