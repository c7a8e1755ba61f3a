package auth

import (
	"context"
	"net"
	"net/http"

	"google.golang.org/grpc/metadata"
)

// What the HTTP side of this process tells the gRPC side of its caller. Headers of these names count on a [Local] connection
// alone, and [Forward] sets them anew: a client cannot send them.
const (
	forwardedAddress     = "leadscore-forwarded-address"
	forwardedCertificate = "leadscore-forwarded-certificate"
)

type forwardKey struct{}

// WithHTTP remembers in ctx who made an HTTP request, for calls that answer it.
func WithHTTP(ctx context.Context, request *http.Request) context.Context {
	f := from{address: request.RemoteAddr}
	if at, err := net.ResolveTCPAddr("tcp", request.RemoteAddr); err == nil {
		f.address = Address(at)
	}
	if request.TLS != nil {
		f.certificate = certificateName(*request.TLS)
	}
	return context.WithValue(ctx, forwardKey{}, f)
}

// Forward puts what [WithHTTP] remembered into the headers of an outgoing call on a [Local] connection.
func Forward(ctx context.Context) context.Context {
	headers, _ := metadata.FromOutgoingContext(ctx)
	headers = headers.Copy()
	if headers == nil {
		headers = metadata.MD{}
	}
	f, ok := ctx.Value(forwardKey{}).(from)
	if !ok {
		f.address = "this process"
	}
	headers.Set(forwardedAddress, f.address)
	delete(headers, forwardedCertificate)
	if f.certificate != "" {
		headers.Set(forwardedCertificate, f.certificate)
	}
	return metadata.NewOutgoingContext(ctx, headers)
}
