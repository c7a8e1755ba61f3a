package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/prototext"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// collector takes spans by OTLP over gRPC, as Jaeger and Tempo do.
type collector struct {
	collectorpb.UnimplementedTraceServiceServer
	mu       sync.Mutex
	received []*tracepb.ResourceSpans
}

// Export implements the service.
func (c *collector) Export(_ context.Context, request *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received = append(c.received, request.GetResourceSpans()...)
	return new(collectorpb.ExportTraceServiceResponse), nil
}

// spans are all that came, by name, and all of their text.
func (c *collector) spans() (byName map[string][]*tracepb.Span, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	byName = map[string][]*tracepb.Span{}
	for _, resource := range c.received {
		text += prototext.Format(resource)
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				byName[span.GetName()] = append(byName[span.GetName()], span)
			}
		}
	}
	return byName, text
}

// The built program sends its spans to a collector: of good calls and bad ones, over gRPC and HTTP, within the caller's trace, and none of them holds
// anything of a lead. The last ones go out when it stops.
func TestTracesReachACollector(t *testing.T) {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken, server := new(collector), grpc.NewServer()
	collectorpb.RegisterTraceServiceServer(server, taken)
	go func() { _ = server.Serve(lis) }()
	t.Cleanup(server.Stop)
	s := serveLive(t, "", trained(t)+"/store", "--otlp-endpoint", "http://"+lis.Addr().String())

	const secret, parent = "sibylla-vane", "4bf92f3577b34da6a3ce929d0e0e4736"
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+parent+"-00f067aa0ba902b7-01")
	lead := liveLeads(1)[0]
	lead.Id = secret
	lead.Fields["country"] = &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Text{Text: secret}}
	if _, err := s.scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead}); err != nil {
		t.Fatal(err)
	}
	lead.Fields["employees"] = &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Text{Text: secret}} // no number: refused
	if _, err := s.scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead}); err == nil {
		t.Fatal("a text for a number is taken")
	}
	request, err := http.NewRequest(http.MethodPost, "http://"+s.web+"/v1/models/deals/leads:score?as_of=2026-08-01T00:00:00Z", bytes.NewReader([]byte(`{"id":"`+secret+`"}`)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Traceparent": {"00-" + parent + "-00f067aa0ba902b7-01"}}
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not end")
	}
	byName, text := taken.spans()
	calls, posts := byName["leadscore.v1.LeadScoringService/ScoreLead"], byName["HTTP POST"]
	if len(calls) != 2 || len(posts) != 1 {
		t.Fatalf("%d spans of calls and %d of posts, want 2 and 1:\n%s", len(calls), len(posts), text)
	}
	for _, span := range append(calls, posts...) {
		if id := span.GetTraceId(); len(id) != 16 || hex.EncodeToString(id) != parent || span.GetEndTimeUnixNano() <= span.GetStartTimeUnixNano() {
			t.Errorf("span %s of trace %x, want it within the caller's %s", span.GetName(), id, parent)
		}
	}
	if !strings.Contains(strings.Join(strings.Fields(text), " "), `key: "service.name" value: { string_value: "leadscore" }`) { // prototext varies its white space
		t.Errorf("the spans do not say whose they are:\n%s", text)
	}
	for _, of := range []string{secret, "country", "employees", lead.Fields["industry"].GetText()} {
		if strings.Contains(text, of) {
			t.Errorf("a span holds %q, of a lead:\n%s", of, text)
		}
	}
}
