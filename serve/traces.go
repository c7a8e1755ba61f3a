package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

// traceParent is the header of W3C Trace Context.
const traceParent = "traceparent"

// traceHandler makes a span of each call, below the caller's where it sends a traceparent. Spans hold method, code, addresses
// and sizes; no message and no header.
func traceHandler(provider trace.TracerProvider) stats.Handler {
	return otelgrpc.NewServerHandler(otelgrpc.WithTracerProvider(provider), otelgrpc.WithPropagators(propagation.TraceContext{}),
		otelgrpc.WithMeterProvider(noop.NewMeterProvider()))
}

// traceHTTP makes a span of each request over HTTP, as [traceHandler] does for gRPC: its name is the verb, for a path may be anything.
func traceHTTP(provider trace.TracerProvider, next http.Handler) http.Handler {
	tracer := provider.Tracer("leadscore/serve")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, "HTTP "+r.Method, trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// traceID is that of the call's span, else the one that the caller sends, so that logs join his traces; empty without either.
func traceID(ctx context.Context) string {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		given := metadata.ValueFromIncomingContext(ctx, traceParent)
		if len(given) != 1 {
			return ""
		}
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{traceParent: given[0]})
		span = trace.SpanContextFromContext(ctx)
	}
	if !span.HasTraceID() {
		return ""
	}
	return span.TraceID().String()
}

// TraceConfig says where spans go, by OTLP over gRPC.
type TraceConfig struct {
	Endpoint string  // https://collector:4317; http:// for plain text
	Share    float64 // of traces that begin here, 0 to 1; a caller's own decision goes before it
	Log      *slog.Logger
}

// NewTraces makes spans and sends them in the background. Without a collector they are lost after a while, and the log says so;
// no call waits for one. The variables OTEL_EXPORTER_OTLP_HEADERS, …_CERTIFICATE and so on hold as OpenTelemetry specifies.
// close sends what is left, within ctx.
func NewTraces(ctx context.Context, config TraceConfig) (provider trace.TracerProvider, close func(context.Context) error, err error) {
	at, err := url.Parse(config.Endpoint)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return nil, nil, fmt.Errorf("OTLP endpoint %q: want a URL such as https://collector:4317", config.Endpoint)
	}
	if !(config.Share >= 0 && config.Share <= 1) {
		return nil, nil, fmt.Errorf("share of traces %v: want 0 to 1", config.Share)
	}
	exporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(config.Endpoint))
	if err != nil {
		return nil, nil, fmt.Errorf("OTLP endpoint %s: %w", config.Endpoint, err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { config.Log.Warn("traces", "error", err.Error()) }))
	made := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(config.Share))),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "leadscore"))))
	return made, made.Shutdown, nil
}
