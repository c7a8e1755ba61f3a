package serve

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// canned answers every request with the same answer: the cost of a call without any scoring, with messages of the same
// size, on the same server, through the same interceptors.
type canned struct {
	leadscorev1.UnimplementedLeadScoringServiceServer
	one  *leadscorev1.ScoreLeadResponse
	many *leadscorev1.BatchScoreLeadsResponse
}

func (c *canned) ScoreLead(context.Context, *leadscorev1.ScoreLeadRequest) (*leadscorev1.ScoreLeadResponse, error) {
	return c.one, nil
}

func (c *canned) BatchScoreLeads(context.Context, *leadscorev1.BatchScoreLeadsRequest) (*leadscorev1.BatchScoreLeadsResponse, error) {
	return c.many, nil
}

const cannedService = "test.Canned"

// bench is a server over TCP with the real service and the canned one, and requests to send.
type bench struct {
	connection *grpc.ClientConn
	one        *leadscorev1.ScoreLeadRequest
	many       *leadscorev1.BatchScoreLeadsRequest
}

func newBench(b *testing.B, explanation leadscorev1.Explanation) *bench {
	b.Helper()
	f := newFixture(b)
	server, err := New(Config{Store: f.store, Models: []string{"deals"}})
	if err != nil {
		b.Fatal(err)
	}
	asOf := timestamppb.New(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC))
	list := records()
	requests := &bench{
		one:  &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: list[0].wire(), AsOf: asOf, Explanation: explanation},
		many: &leadscorev1.BatchScoreLeadsRequest{Model: "deals", AsOf: asOf, Explanation: explanation},
	}
	for i := range mostLeads {
		requests.many.Leads = append(requests.many.Leads, list[i%len(list)].wire())
	}
	answers := new(canned)
	real := &scoring{catalog: server.catalog, limits: server.config.Limits}
	if answers.one, err = real.ScoreLead(b.Context(), requests.one); err != nil {
		b.Fatal(err)
	}
	if answers.many, err = real.BatchScoreLeads(b.Context(), requests.many); err != nil {
		b.Fatal(err)
	}
	service := leadscorev1.LeadScoringService_ServiceDesc
	service.ServiceName = cannedService
	server.grpc.RegisterService(&service, answers)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, lis) }()
	requests.connection, err = grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { requests.connection.Close(); stop(); <-ended })
	return requests
}

func (r *bench) callOne(b *testing.B, service string) {
	if err := r.connection.Invoke(b.Context(), "/"+service+"/ScoreLead", r.one, new(leadscorev1.ScoreLeadResponse)); err != nil {
		b.Error(err)
	}
}

func (r *bench) callMany(b *testing.B, service string) {
	if err := r.connection.Invoke(b.Context(), "/"+service+"/BatchScoreLeads", r.many, new(leadscorev1.BatchScoreLeadsResponse)); err != nil {
		b.Error(err)
	}
}

// BenchmarkScoreLead gives the throughput of ScoreLead as a share of that of the same call without scoring, both sides in
// turns in one run: 1 is as fast.
func BenchmarkScoreLead(b *testing.B) {
	for _, explanation := range []leadscorev1.Explanation{leadscorev1.Explanation_EXPLANATION_FULL, leadscorev1.Explanation_EXPLANATION_NONE} {
		b.Run(explanation.String(), func(b *testing.B) {
			requests := newBench(b, explanation)
			var real, empty time.Duration
			for b.Loop() {
				real += timed(func() { requests.callOne(b, scoringService) })
				empty += timed(func() { requests.callOne(b, cannedService) })
			}
			b.ReportMetric(float64(b.N)/real.Seconds(), "calls/s")
			b.ReportMetric(empty.Seconds()/real.Seconds(), "of-empty")
		})
	}
}

// BenchmarkScoreLeadParallel is the same with as many callers as processors allow, in rounds.
func BenchmarkScoreLeadParallel(b *testing.B) {
	requests := newBench(b, leadscorev1.Explanation_EXPLANATION_FULL)
	const callers, calls = 16, 25
	round := func(service string) {
		done := make(chan struct{})
		for range callers {
			go func() {
				for range calls {
					requests.callOne(b, service)
				}
				done <- struct{}{}
			}()
		}
		for range callers {
			<-done
		}
	}
	var real, empty time.Duration
	for b.Loop() {
		real += timed(func() { round(scoringService) })
		empty += timed(func() { round(cannedService) })
	}
	b.ReportMetric(float64(b.N*callers*calls)/real.Seconds(), "calls/s")
	b.ReportMetric(empty.Seconds()/real.Seconds(), "of-empty")
}

// BenchmarkBatchScoreLeads scores 1,000 leads a call, beside a call that only decodes the same and answers as many bytes.
func BenchmarkBatchScoreLeads(b *testing.B) {
	for _, explanation := range []leadscorev1.Explanation{leadscorev1.Explanation_EXPLANATION_FULL, leadscorev1.Explanation_EXPLANATION_NONE} {
		b.Run(explanation.String(), func(b *testing.B) {
			requests := newBench(b, explanation)
			var real, empty time.Duration
			for b.Loop() {
				real += timed(func() { requests.callMany(b, scoringService) })
				empty += timed(func() { requests.callMany(b, cannedService) })
			}
			b.ReportMetric(float64(b.N*mostLeads)/real.Seconds(), "leads/s")
			b.ReportMetric(empty.Seconds()/real.Seconds(), "of-empty")
			b.ReportMetric(float64(proto.Size(requests.many))/mostLeads, "bytes-in/lead")
			b.ReportMetric(float64(answerSize(b, requests))/mostLeads, "bytes-out/lead")
		})
	}
}

func answerSize(b *testing.B, requests *bench) int {
	answer := new(leadscorev1.BatchScoreLeadsResponse)
	if err := requests.connection.Invoke(b.Context(), "/"+scoringService+"/BatchScoreLeads", requests.many, answer); err != nil {
		b.Fatal(err)
	}
	return proto.Size(answer)
}

func timed(work func()) time.Duration {
	started := time.Now()
	work()
	return time.Since(started)
}

// BenchmarkHandler is a call without gRPC: check, score, answer.
func BenchmarkHandler(b *testing.B) {
	f := newFixture(b)
	catalog, err := newCatalog(f.config())
	if err != nil {
		b.Fatal(err)
	}
	s := &scoring{catalog: catalog, limits: Limits{}.withDefaults()}
	lead := records()[0]
	request := &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead.wire()}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.ScoreLead(b.Context(), request); err != nil {
			b.Fatal(err)
		}
	}
}
