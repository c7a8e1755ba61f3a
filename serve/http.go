package serve

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"

	"leadscore/serve/gateway"
)

// newHTTP is the server of the same calls as JSON over HTTP; see package gateway.
func newHTTP(config Config, local *gateway.Local) (*http.Server, error) {
	handler, err := gateway.New(gateway.Config{
		Calls:     local,
		BodyBytes: config.Limits.MessageBytes,
		RequestID: plainOrNewID,
		Log:       config.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("HTTP: %w", err)
	}
	if config.Traces != nil {
		handler = traceHTTP(config.Traces, handler)
	}
	return gateway.Server(handler, config.Log), nil
}

// serveHTTP answers on the HTTP side's listener, if there is one, and gives its address. An end that nobody asked for goes
// into ended.
func (s *Server) serveHTTP(ended chan<- error) (address string) {
	if s.web == nil {
		return "off"
	}
	go func() {
		if err := s.http.Serve(s.web); err != http.ErrServerClosed {
			ended <- err
		}
	}()
	return s.web.Addr().String()
}

// drainHTTP refuses new requests; what it gives is closed when those under way have ended.
func (s *Server) drainHTTP() <-chan struct{} {
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_ = s.http.Shutdown(context.Background()) // s.stop ends it
	}()
	return drained
}

// stop cuts off what has not ended by itself.
func (s *Server) stop() {
	s.grpc.Stop()
	_ = s.http.Close() // the connections are ended either way
}

// listenHTTP opens the HTTP side's address, with the same certificates and the same care for public addresses as gRPC's; nil if
// there is none.
func listenHTTP(ctx context.Context, config Config, counts *connectionCounts) (net.Listener, error) {
	if config.HTTPListen == "" {
		return nil, nil
	}
	lis, err := listen(ctx, config.HTTPListen, config.Auth, config.InsecureListen)
	if err != nil {
		return nil, err
	}
	lis = &boundedListener{Listener: lis, counts: counts, most: int64(config.Limits.Connections), log: config.Log}
	if config.Auth.Certificates != nil {
		lis = tls.NewListener(lis, config.Auth.Certificates.Config("h2", "http/1.1"))
	}
	return lis, nil
}
