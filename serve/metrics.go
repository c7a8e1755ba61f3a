package serve

import (
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"google.golang.org/grpc/codes"
)

// meters are what Prometheus reads of the server. Labels are names of methods, codes, models, versions and terms, all of them
// bounded by what the server serves; never anything of a lead or of a token.
type meters struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight *prometheus.GaugeVec
	refused  prometheus.Counter // leads of batches and streams
	tls      prometheus.Counter
}

// callSeconds bound the classes of a call's time: from a lead without explanations to a batch on a busy machine.
var callSeconds = []float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func newMeters(s *Server) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "leadscore_calls_total",
			Help: "Calls that ended, by service, method and gRPC code."}, []string{"service", "method", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "leadscore_call_seconds", Buckets: callSeconds,
			Help: "Time from a call's message to its end, by service and method."}, []string{"service", "method"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "leadscore_calls_in_flight",
			Help: "Calls under way, by service and method."}, []string{"service", "method"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{Name: "leadscore_leads_refused_total",
			Help: "Leads of batches and streams that have an error of their own."}),
		tls: prometheus.NewCounter(prometheus.CounterOpts{Name: "leadscore_tls_handshake_failures_total",
			Help: "TLS connections that did not come about."}),
	}
	m.registry.MustRegister(m.calls, m.seconds, m.inFlight, m.refused, m.tls,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(), modelCollector{s}, stateCollector{s})
	return m
}

// buildInfo says what runs.
func buildInfo() prometheus.Collector {
	revision, goVersion := "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "leadscore_build_info", Help: "1; what the server was built from.",
		ConstLabels: prometheus.Labels{"revision": revision, "go_version": goVersion}})
	g.Set(1)
	return g
}

// started counts a call in, ended counts it out. Both take a nil receiver for a call without a server, as in tests.
func (m *meters) started(method string) {
	if m != nil {
		service, name := methodLabels(method)
		m.inFlight.WithLabelValues(service, name).Inc()
	}
}

func (m *meters) ended(method string, code codes.Code, took time.Duration, refused int) {
	if m != nil {
		service, name := methodLabels(method)
		m.inFlight.WithLabelValues(service, name).Dec()
		m.calls.WithLabelValues(service, name, code.String()).Inc()
		m.seconds.WithLabelValues(service, name).Observe(took.Seconds())
		m.refused.Add(float64(refused))
	}
}

// turnedAway counts a call that was not let in. Its method is whatever a stranger wrote, so it is not a label.
func (m *meters) turnedAway(code codes.Code) {
	if m != nil {
		m.calls.WithLabelValues("", "", code.String()).Inc()
	}
}

func methodLabels(method string) (service, name string) {
	service, name, _ = strings.Cut(strings.TrimPrefix(method, "/"), "/")
	return service, name
}
