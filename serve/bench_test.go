package serve

import (
	"context"
	"net"
	"slices"
	"sync"
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
	f, leads := wideFixture(b)
	server, err := New(Config{Store: f.store, Models: []string{"deals"}})
	if err != nil {
		b.Fatal(err)
	}
	asOf := timestamppb.New(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC))
	requests := &bench{
		one:  &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: leads[7], AsOf: asOf, Explanation: explanation},
		many: &leadscorev1.BatchScoreLeadsRequest{Model: "deals", AsOf: asOf, Explanation: explanation, Leads: leads},
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

// BenchmarkScoreLeadParallel is the same at the highest throughput: sixteen callers at once, in rounds.
func BenchmarkScoreLeadParallel(b *testing.B) {
	for _, explanation := range []leadscorev1.Explanation{leadscorev1.Explanation_EXPLANATION_FULL, leadscorev1.Explanation_EXPLANATION_NONE} {
		b.Run(explanation.String(), func(b *testing.B) {
			requests := newBench(b, explanation)
			var real, empty time.Duration
			for b.Loop() {
				real += timed(func() { requests.round(b, scoringService) })
				empty += timed(func() { requests.round(b, cannedService) })
			}
			b.ReportMetric(float64(b.N*callers*callsOfARound)/real.Seconds(), "calls/s")
			b.ReportMetric(empty.Seconds()/real.Seconds(), "of-empty")
		})
	}
}

const callers, callsOfARound = 16, 25

// round calls as fast as the server answers.
func (r *bench) round(b *testing.B, service string) {
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range callsOfARound {
				r.callOne(b, service)
			}
		})
	}
	group.Wait()
}

// BenchmarkLatencyAtHalfLoad gives the 99th percentile of the time of a call when calls come at half the rate that ScoreLead can take, and its
// ratio to that of the call without scoring at the same rate. Calls come at their times whether others are answered or not, and a late start
// counts. Half a second a side, in turns.
func BenchmarkLatencyAtHalfLoad(b *testing.B) {
	requests := newBench(b, leadscorev1.Explanation_EXPLANATION_FULL)
	requests.round(b, scoringService)
	const rounds = 10
	fastest := timed(func() {
		for range rounds {
			requests.round(b, scoringService)
		}
	})
	every := 2 * fastest / (rounds * callers * callsOfARound)
	var real, empty []time.Duration
	for b.Loop() {
		real = append(real, requests.paced(b, scoringService, every)...)
		empty = append(empty, requests.paced(b, cannedService, every)...)
	}
	slices.Sort(real)
	slices.Sort(empty)
	b.ReportMetric(float64(time.Second/every), "calls/s")
	for _, part := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		at := func(list []time.Duration) float64 {
			return float64(list[int(part.share*float64(len(list)))].Microseconds())
		}
		b.ReportMetric(at(real), part.name+"-µs")
		b.ReportMetric(at(real)/at(empty), part.name+"-to-empty")
	}
}

// paced makes a call every so often, for half a second, and gives the times from when each was due to its answer.
func (r *bench) paced(b *testing.B, service string, every time.Duration) []time.Duration {
	calls := int(time.Second / 2 / every)
	took := make([]time.Duration, calls)
	var group sync.WaitGroup
	start := time.Now()
	for i := range took {
		due := start.Add(time.Duration(i) * every)
		time.Sleep(time.Until(due))
		group.Go(func() {
			r.callOne(b, service)
			took[i] = time.Since(due)
		})
	}
	group.Wait()
	return took
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
	f, leads := wideFixture(b)
	catalog, err := newCatalog(f.config())
	if err != nil {
		b.Fatal(err)
	}
	s := &scoring{catalog: catalog, limits: Limits{}.withDefaults()}
	for _, explanation := range []leadscorev1.Explanation{leadscorev1.Explanation_EXPLANATION_FULL, leadscorev1.Explanation_EXPLANATION_NONE} {
		b.Run(explanation.String(), func(b *testing.B) {
			request := &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: leads[7], Explanation: explanation}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.ScoreLead(b.Context(), request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
