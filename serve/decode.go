package serve

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
)

// undecodable says that the bytes of a request are not the message that the call takes.
type undecodable struct{ err error }

func (u *undecodable) Error() string {
	return fmt.Sprintf("the request is not a message of this call: %v", u.err)
}

// decodeFaultsAreTheCallers is the service with one difference: grpc-go answers bytes that do not decode with INTERNAL,
// before any interceptor runs; here they are INVALID_ARGUMENT, and in the log.
func (c *calls) decodeFaultsAreTheCallers(service *grpc.ServiceDesc) *grpc.ServiceDesc {
	changed := *service
	changed.Methods = make([]grpc.MethodDesc, len(service.Methods))
	for i, method := range service.Methods {
		handle := method.Handler
		method.Handler = func(server any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
			started := time.Now()
			var fault error
			answer, err := handle(server, ctx, func(message any) error {
				fault = decode(message)
				return fault
			}, around)
			if fault == nil {
				return answer, err
			}
			this := &call{requestID: requestID(ctx)}
			stop := toStatus(&undecodable{fault}, this.requestID)
			c.write(ctx, "/"+service.ServiceName+"/"+method.MethodName, this, stop.Code(), nil, time.Since(started))
			return nil, stop.Err()
		}
		changed.Methods[i] = method
	}
	return &changed
}
