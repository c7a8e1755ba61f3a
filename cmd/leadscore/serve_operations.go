package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"go.opentelemetry.io/otel/trace"

	"leadscore/serve"
)

// operationFlags are what those who run the server see of it.
type operationFlags struct {
	AdminListen         string  `help:"Address of the admin port: /healthz, /readyz, /metrics; none if not given." placeholder:"HOST:PORT"`
	InsecureAdminListen bool    `help:"Allow an admin address that other machines can reach; it has neither TLS nor authentication."`
	Profiles            bool    `help:"Serve pprof below /debug/pprof/ of the admin port, to callers on this machine."`
	OTLPEndpoint        string  `name:"otlp-endpoint" help:"Collector of OpenTelemetry traces (OTLP over gRPC), such as https://collector:4317; no traces if not given." placeholder:"URL"`
	TraceShare          float64 `default:"1" help:"Share of traces that begin here, 0 to 1; what a caller decides goes before it."`
}

func (f *operationFlags) check() error {
	if _, _, err := net.SplitHostPort(f.AdminListen); f.AdminListen != "" && err != nil {
		return usage("--admin-listen", fmt.Errorf("%q; write host:port, such as 127.0.0.1:9464", f.AdminListen))
	}
	if f.AdminListen == "" && (f.Profiles || f.InsecureAdminListen) {
		return usage("--admin-listen", fmt.Errorf("none given; --profiles and --insecure-admin-listen are about it"))
	}
	if !(f.TraceShare >= 0 && f.TraceShare <= 1) {
		return usage("--trace-share", fmt.Errorf("%v; want 0 to 1", f.TraceShare))
	}
	return nil
}

// traces gives what makes spans, nil without an endpoint, and what sends the last of them.
func (f *operationFlags) traces(ctx context.Context, log *slog.Logger) (provider trace.TracerProvider, end func(), err error) {
	if f.OTLPEndpoint == "" {
		return nil, func() {}, nil
	}
	provider, finish, err := serve.NewTraces(ctx, serve.TraceConfig{Endpoint: f.OTLPEndpoint, Share: f.TraceShare, Log: log})
	if err != nil {
		return nil, nil, usage("--otlp-endpoint", err)
	}
	return provider, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSpans)
		defer cancel()
		if err := finish(last); err != nil {
			log.Warn("traces", "error", err.Error())
		}
	}, nil
}

// lastSpans is how long the end of the program waits for the collector.
const lastSpans = 5 * time.Second
