package serve

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// A connection that is old is left for a new one: no call fails, and a stream that began on it goes on.
func TestConnectionAge(t *testing.T) {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := &countingListener{Listener: lis}
	server := newFixture(t).startOn(t, Config{Limits: Limits{ConnectionAge: 50 * time.Millisecond}}, accepted, lis.Addr().String())
	stream, err := server.scoring.StreamScoreLeads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leads := []*leadscorev1.Lead{records()[0].wire()}
	answered := func() {
		t.Helper()
		if err := stream.Send(&leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: leads}); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); err != nil {
			t.Fatalf("the stream after %d connections: %v", accepted.count.Load(), err)
		}
	}
	for calls := 0; accepted.count.Load() < 5; calls++ {
		if _, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: leads[0]}); err != nil {
			t.Fatalf("call %d, on connection %d: %v", calls, accepted.count.Load(), err)
		}
		answered()
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Errorf("the stream's end: %v, want EOF", err)
	}
}

type countingListener struct {
	net.Listener
	count atomic.Int64
}

func (c *countingListener) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.count.Add(1)
	}
	return conn, err
}
