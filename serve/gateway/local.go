package gateway

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Local calls services of this process as a gRPC connection does, without a connection: the same interceptors, the same
// metadata and headers, and the caller's own address and TLS state as the peer. Unary calls only.
type Local struct {
	around  grpc.UnaryServerInterceptor
	methods map[string]localMethod // by full name, "/leadscore.v1.LeadScoringService/ScoreLead"
}

type localMethod struct {
	implementation any
	handle         grpc.MethodHandler
}

// NewLocal runs around each call what a server runs.
func NewLocal(around grpc.UnaryServerInterceptor) *Local {
	return &Local{around: around, methods: map[string]localMethod{}}
}

// RegisterService implements [grpc.ServiceRegistrar].
func (l *Local) RegisterService(service *grpc.ServiceDesc, implementation any) {
	for _, method := range service.Methods {
		l.methods["/"+service.ServiceName+"/"+method.MethodName] = localMethod{implementation, method.Handler}
	}
}

// faultKey finds, in a call's context, the fault of a request that could not be read: an error. The call is made all the same,
// so that authentication, limits and the log come first, and then answers with the fault.
type faultKey struct{}

// bodyKey says, in a call's context, that errors travel in a body, which has room for all their details.
type bodyKey struct{}

// ErrorsInBody tells whether the call came over HTTP, where the details of an error need not fit into headers.
func ErrorsInBody(ctx context.Context) bool { return ctx.Value(bodyKey{}) != nil }

// Invoke implements [grpc.ClientConnInterface]. The answer shares its parts with what the service returned.
func (l *Local) Invoke(ctx context.Context, name string, request, answer any, options ...grpc.CallOption) error {
	method, ok := l.methods[name]
	if !ok {
		return status.Errorf(codes.Unimplemented, "no such call: %s", name)
	}
	sent, _ := metadata.FromOutgoingContext(ctx)
	stream := &localStream{method: name}
	ctx = grpc.NewContextWithServerTransportStream(metadata.NewIncomingContext(ctx, sent), stream)
	fault, _ := ctx.Value(faultKey{}).(func() error)
	made, err := method.handle(method.implementation, ctx, func(into any) error { return share(into, request) },
		func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			return l.around(ctx, request, info, func(ctx context.Context, request any) (any, error) {
				if fault != nil && fault() != nil {
					return nil, fault()
				}
				return handle(ctx, request)
			})
		})
	for _, option := range options {
		switch to := option.(type) {
		case grpc.HeaderCallOption:
			*to.HeaderAddr = stream.header
		case grpc.TrailerCallOption:
			*to.TrailerAddr = stream.trailer
		}
	}
	if err != nil {
		return err
	}
	return share(answer, made)
}

// NewStream implements [grpc.ClientConnInterface].
func (l *Local) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "streams are not offered over HTTP")
}

// share sets the members of one message to those of another of the same kind, without copying them.
func share(into, from any) error {
	to, ok := into.(proto.Message)
	source, isMessage := from.(proto.Message)
	if !ok || !isMessage || to.ProtoReflect().Descriptor() != source.ProtoReflect().Descriptor() {
		return fmt.Errorf("share %T with %T: not two messages of one kind", from, into)
	}
	source.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		to.ProtoReflect().Set(field, value)
		return true
	})
	return nil
}

// localStream gathers the headers that a call sets.
type localStream struct {
	method          string
	header, trailer metadata.MD
}

func (s *localStream) Method() string { return s.method }

func (s *localStream) SetHeader(md metadata.MD) error {
	s.header = metadata.Join(s.header, md)
	return nil
}

func (s *localStream) SendHeader(md metadata.MD) error { return s.SetHeader(md) }

func (s *localStream) SetTrailer(md metadata.MD) error {
	s.trailer = metadata.Join(s.trailer, md)
	return nil
}

var _ grpc.ClientConnInterface = (*Local)(nil)
var _ grpc.ServerTransportStream = (*localStream)(nil)
