package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

const scoringService = "leadscore.v1.LeadScoringService"

func TestHealth(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	health := healthpb.NewHealthClient(server.connection)
	for _, service := range []string{"", scoringService} {
		answer, err := health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
		if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			t.Errorf("health of %q: %v, %v; want SERVING", service, answer, err)
		}
	}
	if _, err := health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "nothing"}); status.Code(err) != codes.NotFound {
		t.Errorf("health of an unknown service: %v, want NotFound", err)
	}
}

// What grpcurl does: list the services, then fetch the file of one with all that it imports.
func TestReflection(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	stream, err := reflectionpb.NewServerReflectionClient(server.connection).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(request *reflectionpb.ServerReflectionRequest) *reflectionpb.ServerReflectionResponse {
		t.Helper()
		if err := stream.Send(request); err != nil {
			t.Fatal(err)
		}
		answer, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	var names []string
	list := ask(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}})
	for _, service := range list.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	for _, want := range []string{scoringService, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"} {
		if !slices.Contains(names, want) {
			t.Errorf("services %v, want %s among them", names, want)
		}
	}
	file := ask(&reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: scoringService},
	})
	if got := len(file.GetFileDescriptorResponse().GetFileDescriptorProto()); got < 5 {
		t.Errorf("%d files for %s, want it and what it imports", got, scoringService)
	}
}

// A watcher learns of the shutdown, and does not hold it up.
func TestShutdownTellsWatchers(t *testing.T) {
	server := newFixture(t).start(t, Config{NotServingFor: 50 * time.Millisecond, ShutdownTimeout: time.Minute})
	watch, err := healthpb.NewHealthClient(server.connection).Watch(t.Context(), &healthpb.HealthCheckRequest{Service: scoringService})
	if err != nil {
		t.Fatal(err)
	}
	if first, err := watch.Recv(); err != nil || first.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Fatalf("first news %v, %v; want SERVING", first, err)
	}
	started := time.Now()
	server.stop()
	if second, err := watch.Recv(); err != nil || second.GetStatus() != healthpb.HealthCheckResponse_NOT_SERVING {
		t.Errorf("second news %v, %v; want NOT_SERVING", second, err)
	}
	<-server.ended
	if took := time.Since(started); took > 30*time.Second {
		t.Errorf("the shutdown took %v: the watcher held it up", took)
	}
}

// Many callers while the server stops: every call that it took up is answered, every other one says Unavailable, which a
// client may repeat elsewhere.
func TestShutdownUnderLoadLosesNothing(t *testing.T) {
	f := newFixture(t)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var log countingLog
	server := f.startOn(t, Config{Log: slog.New(&log)}, lis, lis.Addr().String())
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals"}
	for _, r := range records()[:50] {
		request.Leads = append(request.Leads, r.wire())
	}
	var answered, others atomic.Int64
	var callers sync.WaitGroup
	warm := make(chan struct{}, 8)
	for range 8 {
		callers.Go(func() {
			for i := 0; ; i++ {
				_, err := server.scoring.BatchScoreLeads(t.Context(), request)
				if err != nil {
					if status.Code(err) != codes.Unavailable {
						others.Add(1)
						t.Errorf("a call ended with %v, want an answer or Unavailable", err)
					}
					return
				}
				if answered.Add(1); i == 5 {
					warm <- struct{}{}
				}
			}
		})
	}
	for range 8 {
		<-warm
	}
	server.stop()
	<-server.ended
	callers.Wait()
	if taken := log.ok.Load(); taken != answered.Load() || taken < 48 {
		t.Errorf("the server answered %d calls, the clients got %d answers", taken, answered.Load())
	}
}

// countingLog counts the calls that ended well.
type countingLog struct{ ok atomic.Int64 }

func (*countingLog) Enabled(context.Context, slog.Level) bool { return true }
func (c *countingLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "code" && a.Value.String() == "OK" {
			c.ok.Add(1)
		}
		return true
	})
	return nil
}
func (c *countingLog) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c *countingLog) WithGroup(string) slog.Handler      { return c }

// A call that never ends is cut off after the deadline of the shutdown.
func TestShutdownCutsOff(t *testing.T) {
	f := newFixture(t)
	server, err := New(Config{Store: f.store, Models: []string{"deals"}, ShutdownTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	entered := make(chan struct{})
	server.grpc.RegisterService(oneMethod("test.Stuck", func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}), nil)
	connection, stop, ended := serveAlone(t, server)
	called := make(chan error, 1)
	go func() { called <- callOne(t.Context(), connection, "test.Stuck") }()
	<-entered
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
	if err := <-called; status.Code(err) != codes.Unavailable && status.Code(err) != codes.Canceled {
		t.Errorf("the stuck call ended with %v, want Unavailable or Canceled", err)
	}
}

// A panic ends its call alone, with a fixed text; the log has the stack and not what the panic quotes.
func TestPanicEndsItsCallAlone(t *testing.T) {
	f := newFixture(t)
	var log bytes.Buffer
	server, err := New(Config{Store: f.store, Models: []string{"deals"}, Log: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	server.grpc.RegisterService(oneMethod("test.Panics", func(context.Context) error { panic("secret-company is too large") }), nil)
	server.grpc.RegisterService(oneMethod("test.Index", func(context.Context) error { return errors.New([]string{}[len(log.String())]) }), nil)
	connection, stop, ended := serveAlone(t, server)
	for _, service := range []string{"test.Panics", "test.Index"} {
		err := callOne(t.Context(), connection, service)
		if made := status.Convert(err); made.Code() != codes.Internal || made.Message() != "the server failed; its log has the reason under the request id" {
			t.Errorf("%s: %v, want Internal with the fixed text", service, err)
		}
	}
	if _, err := leadscorev1.NewLeadScoringServiceClient(connection).ScoreLead(t.Context(),
		&leadscorev1.ScoreLeadRequest{Model: "deals", Lead: records()[0].wire()}); err != nil {
		t.Errorf("the next call: %v, want a score", err)
	}
	stop()
	<-ended
	text := log.String()
	for _, want := range []string{"panic: a string", "index out of range", "server_test.go"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "secret-company") {
		t.Errorf("the log quotes the panic:\n%s", text)
	}
}

// Whatever a lead holds, the log holds none of it, in good calls and in refused ones.
func TestLogHoldsNoLead(t *testing.T) {
	f := newFixture(t)
	var log bytes.Buffer
	server := f.start(t, Config{Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	const secret = "sesame"
	good := &leadscorev1.Lead{Id: "L-1", Fields: map[string]*leadscorev1.FieldValue{"country": text(secret), "email": text(secret + "@gmail.com")},
		Events: []*leadscorev1.LeadEvent{{Type: secret, Time: timestamppb.Now()}}}
	bad := &leadscorev1.Lead{Id: "L-2", Fields: map[string]*leadscorev1.FieldValue{secret: text(secret), "employees": text(secret)},
		Events: []*leadscorev1.LeadEvent{{Type: secret}}}
	for _, lead := range []*leadscorev1.Lead{good, bad} {
		_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead})
		if want := lead == good; (err == nil) != want {
			t.Fatalf("lead %s: %v", lead.GetId(), err)
		}
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), requestIDHeader, "crm-1")
	if _, err := server.scoring.BatchScoreLeads(ctx, &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{good, bad}}); err != nil {
		t.Fatal(err)
	}
	_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: secret, Lead: good})
	if status.Code(err) != codes.NotFound {
		t.Fatal(err)
	}
	server.stop()
	<-server.ended
	text := log.String()
	if strings.Contains(text, secret) {
		t.Errorf("the log holds a lead's content:\n%s", text)
	}
	var batch map[string]any
	for line := range strings.Lines(text) {
		if strings.Contains(line, "crm-1") {
			if err := json.Unmarshal([]byte(line), &batch); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, want := range map[string]any{"model": "deals", "version": f.champion, "code": "OK", "leads": 2.0, "refused": 1.0,
		"method": "/leadscore.v1.LeadScoringService/BatchScoreLeads"} {
		if batch[name] != want {
			t.Errorf("log of the batch: %s = %v, want %v", name, batch[name], want)
		}
	}
	if took, ok := batch["took"].(float64); !ok || took <= 0 {
		t.Errorf("log of the batch: took = %v, want nanoseconds", batch["took"])
	}
}

func TestRequestIDs(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	for name, test := range map[string]struct {
		given []string
		taken bool
	}{
		"none":          {nil, false},
		"plain":         {[]string{"4bf92f3577b34da6a3ce929d0e0e4736"}, true},
		"two":           {[]string{"a", "b"}, false},
		"empty":         {[]string{""}, false},
		"a second word": {[]string{"a level=ERROR"}, false},
		"too long":      {[]string{strings.Repeat("x", 129)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			for _, id := range test.given {
				ctx = metadata.AppendToOutgoingContext(ctx, requestIDHeader, id)
			}
			var header metadata.MD
			_, err := server.scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals"}, grpc.Header(&header))
			var id string
			for _, detail := range status.Convert(err).Details() {
				if info, ok := detail.(*errdetails.RequestInfo); ok {
					id = info.GetRequestId()
				}
			}
			if id == "" || slices.Contains(test.given, id) != test.taken {
				t.Errorf("given %q, the error has %q", test.given, id)
			}
			if got := header.Get(requestIDHeader); !slices.Equal(got, []string{id}) {
				t.Errorf("the header has %q, the error %q", got, id)
			}
		})
	}
}

func TestListenRefusesPublicAddresses(t *testing.T) {
	for address, want := range map[string]error{
		"127.0.0.1:0": nil, "localhost:0": nil, "127.8.9.1:0": nil,
		":0": ErrPublicAddress, "0.0.0.0:0": ErrPublicAddress, "[::]:0": ErrPublicAddress, "192.0.2.1:0": ErrPublicAddress,
	} {
		t.Run(address, func(t *testing.T) {
			lis, err := listen(t.Context(), address, nil, false)
			if !errors.Is(err, want) {
				t.Errorf("listen = %v, want %v", err, want)
			}
			if lis != nil {
				lis.Close()
			}
		})
	}
	lis, err := listen(t.Context(), ":0", nil, true)
	if err != nil {
		t.Fatalf("listen on all addresses when asked to: %v", err)
	}
	lis.Close()
	if _, err := listen(t.Context(), "50051", nil, false); err == nil || !strings.Contains(err.Error(), "host:port") {
		t.Errorf("listen without a host: %v, want advice", err)
	}
}

func TestNewRefuses(t *testing.T) {
	f := newFixture(t)
	bare := f.put(t, "bare", 1) // without a champion
	for name, test := range map[string]struct {
		config Config
		want   error // nil: any
	}{
		"nothing":          {Config{}, nil},
		"no model":         {Config{Store: f.store}, nil},
		"unknown model":    {Config{Store: f.store, Models: []string{"nothing"}}, models.ErrNoModel},
		"no champion":      {Config{Store: f.store, Models: []string{"bare"}}, models.ErrNoVersion},
		"unknown version":  {Config{Store: f.store, Models: []string{"deals/" + bare}}, nil},
		"no name":          {Config{Store: f.store, Models: []string{"Deals!"}}, models.ErrName},
		"negative limit":   {Config{Store: f.store, Models: []string{"deals"}, Limits: Limits{Events: -1}}, nil},
		"negative timeout": {Config{Store: f.store, Models: []string{"deals"}, ShutdownTimeout: -1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(test.config); err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("New = %v, want %v", err, test.want)
			}
		})
	}
	server := f.start(t, Config{Models: []string{"bare/" + bare, "deals"}})
	if _, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "bare/" + bare, Lead: records()[0].wire()}); err != nil {
		t.Errorf("a version named at the start: %v", err)
	}
	_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "bare", Lead: records()[0].wire()})
	if status.Code(err) != codes.NotFound {
		t.Errorf("a champion that is not: %v, want NotFound", err)
	}
}

// Versions asked for by id are kept up to a number; those of the start stay.
func TestVersionsMakeRoom(t *testing.T) {
	f := newFixture(t)
	var ids []string
	for i := range 4 {
		ids = append(ids, f.put(t, "deals", 0.05*float64(i+1)))
	}
	config := f.config()
	config.Limits.Versions = 2
	c, err := newCatalog(config)
	if err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	for _, id := range append(ids, ids...) {
		callers.Go(func() {
			if got, err := c.get("deals/" + id); err != nil || got.scoredBy.GetVersion() != id {
				t.Errorf("get %s = %v, %v", id, got, err)
			}
		})
	}
	callers.Wait()
	if len(c.asked.routes) != 2 || len(c.asked.order) != 2 || c.table.Load().routes["deals/"+f.champion] == nil {
		t.Errorf("in memory %v and %v, want champion, challenger and two more", c.table.Load().describe(), c.asked.order)
	}
}

// oneMethod is a service with one call, to let handlers fail in ways that ours do not.
func oneMethod(service string, handle func(context.Context) error) *grpc.ServiceDesc {
	return &grpc.ServiceDesc{ServiceName: service, HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{{
		MethodName: "Call",
		Handler: func(_ any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
			request := new(leadscorev1.MissingValue)
			if err := decode(request); err != nil {
				return nil, err
			}
			return around(ctx, request, &grpc.UnaryServerInfo{FullMethod: "/" + service + "/Call"}, func(ctx context.Context, _ any) (any, error) {
				return request, handle(ctx)
			})
		},
	}}}
}

func callOne(ctx context.Context, connection *grpc.ClientConn, service string) error {
	return connection.Invoke(ctx, "/"+service+"/Call", new(leadscorev1.MissingValue), new(leadscorev1.MissingValue))
}

// serveAlone serves a server made by the test itself.
func serveAlone(t *testing.T, server *Server) (connection *grpc.ClientConn, stop func(), ended <-chan error) {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, lis) }()
	if connection, err = grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close(); cancel() })
	return connection, cancel, done
}
