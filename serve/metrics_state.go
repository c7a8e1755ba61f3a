package serve

import (
	"github.com/prometheus/client_golang/prometheus"
)

var (
	descReady         = description("ready", "1 while health says SERVING, 0 while the server drains.")
	descConnections   = description("connections", "Connections that are open.")
	descConnectionMax = description("connections_limit", "Connections that may be open at once.")
	descTurnedAway    = description("connections_refused_total", "Connections closed at once because as many as may be were open.")
	descCallMax       = description("calls_limit", "Calls that may be under way at once.")
	descCertificate   = description("tls_certificate_expiry_timestamp_seconds", "When the server's certificate stops to count.")
	descCredentials   = description("credentials_reloads_total", "Replaced files of certificates, tokens and JWT keys: taken, or refused because they are broken.", "what", "result")
)

// stateCollector implements [prometheus.Collector] for the server itself.
type stateCollector struct{ server *Server }

// Describe sends nothing, as for [modelCollector].
func (stateCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (c stateCollector) Collect(into chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64) {
		into <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
	ready := 0.0
	if c.server.isReady() {
		ready = 1
	}
	gauge(descReady, ready)
	gauge(descConnections, float64(c.server.connections.open.Load()))
	gauge(descConnectionMax, float64(c.server.config.Limits.Connections))
	counter(into, descTurnedAway, c.server.connections.refused.Load())
	gauge(descCallMax, float64(c.server.config.Limits.Calls))
	if certificates := c.server.config.Auth.Certificates; certificates != nil {
		gauge(descCertificate, float64(certificates.Ends().Unix()))
	}
	for _, file := range c.server.config.Auth.Reloads() {
		counter(into, descCredentials, file.Taken, file.What, "taken")
		counter(into, descCredentials, file.Refused, file.What, "refused")
	}
}
