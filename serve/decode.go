package serve

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
)

// undecodable says that the bytes of a request are not the message that the call takes.
type undecodable struct{ err error }

func (u *undecodable) Error() string {
	return fmt.Sprintf("the request is not a message of this call: %v", u.err)
}

// attempt is a message to decode into, and how that went.
type attempt struct {
	message any
	err     error
}

// codec is grpc-go's own, but a failed attempt is no failure of the call: grpc-go would answer it with INTERNAL at once,
// before any interceptor runs.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(proto.Name)} }

// Unmarshal implements [encoding.CodecV2].
func (c codec) Unmarshal(data mem.BufferSlice, into any) error {
	if this, ok := into.(*attempt); ok {
		this.err = c.CodecV2.Unmarshal(data, this.message)
		return nil
	}
	return c.CodecV2.Unmarshal(data, into)
}

// decodeFaultsAreTheCallers is the service with one difference: a request that does not decode is INVALID_ARGUMENT, and in
// the log. It needs a server with [codec].
func (c *calls) decodeFaultsAreTheCallers(service *grpc.ServiceDesc) *grpc.ServiceDesc {
	changed := *service
	changed.Methods = make([]grpc.MethodDesc, len(service.Methods))
	for i, method := range service.Methods {
		handle := method.Handler
		method.Handler = func(server any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
			started := time.Now()
			var fault error
			answer, err := handle(server, ctx, func(message any) error {
				this := attempt{message: message}
				if err := decode(&this); err != nil {
					return err
				}
				fault = this.err
				return fault
			}, around)
			if fault == nil {
				return answer, err
			}
			this := &call{requestID: requestID(ctx)}
			stop := toStatus(ctx, &undecodable{fault}, this.requestID)
			name := "/" + service.ServiceName + "/" + method.MethodName
			c.metrics.started(name)
			c.end(ctx, name, this, stop.Code(), nil, time.Since(started))
			return nil, stop.Err()
		}
		changed.Methods[i] = method
	}
	return &changed
}
