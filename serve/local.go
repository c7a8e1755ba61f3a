package serve

import (
	"context"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"leadscore/serve/auth"
)

// localBuffer is how many bytes of a call inside this process may be under way before its writer waits.
const localBuffer = 1 << 20

// Local is a connection to this server inside this process, for another protocol's side of it. Its calls go through
// everything that calls from the network go through: token or JWT in the header "authorization", scopes, limits, log. Who the
// caller on the network is, [auth.WithHTTP] has to put into their context. It works while the server serves.
func (s *Server) Local() (*grpc.ClientConn, error) {
	connection, err := grpc.NewClient("passthrough:///this-process",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return s.local.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<31-1)), // our own answers
		grpc.WithUnaryInterceptor(func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
			return invoke(auth.Forward(ctx), method, request, reply, conn, options...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
			return open(auth.Forward(ctx), desc, conn, method, options...)
		}))
	if err != nil {
		return nil, fmt.Errorf("connect inside this process: %w", err)
	}
	return connection, nil
}

func newLocalListener() *bufconn.Listener { return bufconn.Listen(localBuffer) }
