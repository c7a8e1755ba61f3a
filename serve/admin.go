package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// The admin port speaks HTTP to those who run the server: probes, Prometheus, a profiler. It is a listener of its own, for this
// machine unless Config says otherwise, and serves no lead and no score.
//
//	/healthz       200 while the process answers
//	/readyz        200 while the server takes calls; 503 while it drains
//	/metrics       Prometheus
//	/debug/pprof/  profiles, with Config.Profiles and to this machine alone
func (s *Server) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !s.isReady() {
			http.Error(w, "not ready: the server stops", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{Registry: s.metrics.registry, MaxRequestsInFlight: 4}))
	if s.config.Profiles {
		mux.Handle("/debug/pprof/", fromThisMachine(http.HandlerFunc(pprof.Index)))
		mux.Handle("/debug/pprof/profile", fromThisMachine(http.HandlerFunc(pprof.Profile)))
		mux.Handle("/debug/pprof/trace", fromThisMachine(http.HandlerFunc(pprof.Trace)))
		mux.Handle("/debug/pprof/symbol", fromThisMachine(http.HandlerFunc(pprof.Symbol)))
	}
	return mux
}

// fromThisMachine lets loopback addresses in, such as kubectl port-forward's: a profile is costly, and shows how the program works.
func fromThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if at, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !at.Addr().Unmap().IsLoopback() {
			http.Error(w, "profiles are for callers on this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isReady tells what health says of the server as a whole.
func (s *Server) isReady() bool {
	answer, err := s.health.Check(context.Background(), new(healthpb.HealthCheckRequest))
	return err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING
}

// CheckAdminAddress wants the admin port to be this machine's own: it has neither TLS nor authentication.
func CheckAdminAddress(ctx context.Context, address string, insecure bool) error {
	err := CheckAddress(ctx, address, nil)
	if insecure && errors.Is(err, ErrPublicAddress) {
		return nil
	}
	if errors.Is(err, ErrPublicAddress) {
		return fmt.Errorf("admin address %q: %w, and the admin port has neither TLS nor authentication", address, ErrPublicAddress)
	}
	return err
}

// listenAdmin opens the admin address; nil without one.
func (s *Server) listenAdmin(ctx context.Context) (net.Listener, error) {
	if s.config.AdminListen == "" {
		return nil, nil
	}
	if err := CheckAdminAddress(ctx, s.config.AdminListen, s.config.InsecureAdminListen); err != nil {
		return nil, err
	}
	lis, err := new(net.ListenConfig).Listen(ctx, "tcp", s.config.AdminListen)
	if err != nil {
		return nil, fmt.Errorf("admin address %q: %w", s.config.AdminListen, err)
	}
	return lis, nil
}

// ServeAdmin answers on lis until ctx ends, and closes it.
func (s *Server) ServeAdmin(ctx context.Context, lis net.Listener) error {
	server := &http.Server{Handler: s.adminHandler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	s.config.Log.Info("admin port", "address", lis.Addr().String())
	if err := server.Serve(lis); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("admin port: %w", err)
	}
	return nil
}
