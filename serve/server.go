package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	inferencepb "leadscore/proto/inference"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth"
	"leadscore/serve/gateway"
	"leadscore/serve/inference"
)

// Server answers LeadScoringService, ModelService, ComparisonService, grpc.health.v1.Health and reflection. It is used once.
type Server struct {
	config   Config
	catalog  *catalog
	grpc     *grpc.Server
	health   *health.Server
	http     *http.Server       // the same calls as JSON; listens where Config.HTTPListen says
	web      net.Listener       // of http; nil: none
	draining context.CancelFunc // ends the streams that would otherwise never end

	connections connectionCounts
	metrics     *meters
}

// New loads and checks the models. A model that is torn, tampered with, or does not reproduce its golden rows is an
// error here: the server starts with all of its models or not at all.
func New(config Config) (*Server, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	catalog, err := newCatalog(config)
	if err != nil {
		return nil, err
	}
	drained, draining := context.WithCancel(context.Background())
	s := &Server{config: config, catalog: catalog, health: health.NewServer(), draining: draining}
	s.metrics = newMeters(s)
	gate := newGate(config)
	calls := &calls{log: config.Log, draining: drained, gate: gate, metrics: s.metrics}
	gate.refused = calls.refuse
	gate.isStream, gate.hangUp = s.isStream(), s.connections.hangUp
	options := []grpc.ServerOption{
		grpc.InTapHandle(gate.tap),
		grpc.UnaryInterceptor(calls.unary),
		grpc.StreamInterceptor(calls.stream),
		grpc.ForceServerCodecV2(newCodec()),
	}
	options = append(options, connectionOptions(config.Limits)...)
	if certificates := config.Auth.Certificates; certificates != nil {
		options = append(options, grpc.Creds(auth.Credentials(certificates, s.handshakeFailed)))
	}
	if config.Traces != nil {
		options = append(options, grpc.StatsHandler(traceHandler(config.Traces)))
	}
	s.grpc = grpc.NewServer(options...)
	scoring := &scoring{catalog: catalog, limits: config.Limits, draining: drained.Done()}
	s.grpc.RegisterService(calls.decodeFaultsAreTheCallers(&leadscorev1.LeadScoringService_ServiceDesc), scoring)
	s.grpc.RegisterService(calls.decodeFaultsAreTheCallers(&leadscorev1.ModelService_ServiceDesc), &modelService{server: s})
	infer := inference.New(&inferenceScores{scoring, s}, config.Limits.Leads)
	s.grpc.RegisterService(calls.decodeFaultsAreTheCallers(&inferencepb.GRPCInferenceService_ServiceDesc), infer)
	comparing := newComparing(&config, catalog)
	s.grpc.RegisterService(calls.decodeFaultsAreTheCallers(&leadscorev1.ComparisonService_ServiceDesc), comparing)
	inProcess := gateway.NewLocal(calls.unary)
	inProcess.RegisterService(&leadscorev1.LeadScoringService_ServiceDesc, scoring)
	inProcess.RegisterService(&leadscorev1.ModelService_ServiceDesc, &modelService{server: s})
	inProcess.RegisterService(&leadscorev1.ComparisonService_ServiceDesc, comparing)
	inProcess.RegisterService(&inferencepb.GRPCInferenceService_ServiceDesc, infer)
	if s.http, err = newHTTP(config, inProcess); err != nil {
		return nil, err
	}
	healthpb.RegisterHealthServer(s.grpc, s.health)
	if config.Reflection != ReflectionOff {
		reflection.Register(s.grpc)
	}
	s.health.SetServingStatus(leadscorev1.LeadScoringService_ServiceDesc.ServiceName, healthpb.HealthCheckResponse_SERVING)
	s.health.SetServingStatus(inferencepb.GRPCInferenceService_ServiceDesc.ServiceName, healthpb.HealthCheckResponse_SERVING)
	s.health.SetServingStatus(leadscorev1.ModelService_ServiceDesc.ServiceName, healthpb.HealthCheckResponse_SERVING)
	s.health.SetServingStatus(leadscorev1.ComparisonService_ServiceDesc.ServiceName, healthpb.HealthCheckResponse_SERVING)
	for _, model := range catalog.table.Load().models {
		s.tellHealth(model)
	}
	return s, nil
}

// connectionOptions are what the server allows a connection.
func connectionOptions(limits Limits) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(limits.MessageBytes),
		grpc.ConnectionTimeout(connectionTimeout),
		grpc.MaxConcurrentStreams(maxCallsOfAConnection),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: shortestPing, PermitWithoutStream: true}),
		// No grace after the age: a stream may last as long as it will, only new calls go elsewhere.
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: limits.IdleConnection, MaxConnectionAge: limits.ConnectionAge,
			Time: pingEvery, Timeout: pingTimeout}),
	}
}

const (
	connectionTimeout     = 20 * time.Second // for a handshake; grpc-go's own 120 s lets idle sockets pile up
	maxCallsOfAConnection = 1000             // at once
	pingEvery             = time.Minute      // of a quiet connection, to find out that its client is gone
	pingTimeout           = 20 * time.Second // for the answer
	shortestPing          = 10 * time.Second // grpc-go's own 5 min cuts off clients behind common load balancers
)

// Run listens on Config.Listen and serves until ctx ends; see [Server.Serve].
func (s *Server) Run(ctx context.Context) error {
	lis, err := listen(ctx, s.config.Listen, s.config.Auth, s.config.InsecureListen)
	if err != nil {
		return err
	}
	if s.web, err = listenHTTP(ctx, s.config, &s.connections); err != nil {
		return errors.Join(fmt.Errorf("HTTP: %w", err), lis.Close())
	}
	admin, err := s.listenAdmin(ctx)
	if err != nil {
		return errors.Join(err, lis.Close())
	}
	if admin == nil {
		return s.Serve(ctx, lis)
	}
	// Probes and Prometheus are answered until the last call has ended.
	administer, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- s.ServeAdmin(administer, admin) }()
	err = s.Serve(ctx, lis)
	end()
	return errors.Join(err, <-ended)
}

// Serve answers calls on lis until ctx ends. Then health says NOT_SERVING for Config.NotServingFor, new calls are
// refused, calls under way may finish within Config.ShutdownTimeout, and what is left is cut off. It returns nil after such
// an end, and it always closes lis.
func (s *Server) Serve(ctx context.Context, lis net.Listener) error {
	ended := make(chan error, 2)
	watching, unwatch := context.WithCancel(ctx)
	defer unwatch()
	go s.config.Auth.Watch(watching, s.config.CredentialsEvery)
	go func() {
		ended <- s.grpc.Serve(&boundedListener{Listener: lis, counts: &s.connections, most: int64(s.config.Limits.Connections), log: s.config.Log})
	}()
	s.config.Log.Info("serving", "address", lis.Addr().String(), "http", s.serveHTTP(ended), "models", s.catalog.table.Load().describe(), "security", s.config.Auth.String())
	go s.poll(watching)
	select {
	case err := <-ended:
		s.shutdown()
		return fmt.Errorf("accept connections: %w", err)
	case <-ctx.Done():
	}
	s.shutdown()
	if err := <-ended; !errors.Is(err, grpc.ErrServerStopped) { // stopped before it had begun
		return err
	}
	return nil
}

func (s *Server) shutdown() {
	started := time.Now()
	s.health.Shutdown()
	if s.config.NotServingFor > 0 {
		<-time.After(s.config.NotServingFor)
	}
	s.draining()
	cut := time.AfterFunc(s.config.ShutdownTimeout, s.stop)
	drained := s.drainHTTP()
	s.grpc.GracefulStop()
	<-drained
	level := slog.LevelInfo
	if !cut.Stop() {
		level = slog.LevelWarn
	}
	s.config.Log.Log(context.Background(), level, "stopped", "all_calls_finished", level == slog.LevelInfo, "took", time.Since(started))
}

// isStream tells the server's streams from its unary calls. The list is made at the first question, when all services are
// registered.
func (s *Server) isStream() func(method string) bool {
	streams := sync.OnceValue(func() map[string]bool {
		list := map[string]bool{}
		for service, info := range s.grpc.GetServiceInfo() {
			for _, method := range info.Methods {
				list["/"+service+"/"+method.Name] = method.IsClientStream || method.IsServerStream
			}
		}
		return list
	})
	return func(method string) bool { return streams()[method] }
}

// handshakeFailed writes why a TLS connection did not come about; a port that is only looked at is no news.
func (s *Server) handshakeFailed(err error) {
	if !errors.Is(err, io.EOF) {
		s.metrics.tls.Inc()
		s.config.Log.Warn("TLS handshake failed", "error", err.Error())
	}
}
