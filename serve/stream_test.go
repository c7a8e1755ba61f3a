package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	"leadscore/features"
	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

type clientStream = leadscorev1.LeadScoringService_StreamScoreLeadsClient

func (r *running) stream(t testing.TB) clientStream {
	t.Helper()
	stream, err := r.scoring.StreamScoreLeads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// ask sends one message and waits for its answer.
func ask(t testing.TB, stream clientStream, request *leadscorev1.StreamScoreLeadsRequest) *leadscorev1.StreamScoreLeadsResponse {
	t.Helper()
	if err := stream.Send(request); err != nil {
		t.Fatal(err)
	}
	answer, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// Message by message the stream answers what BatchScoreLeads answers, the errors of single leads included, and goes on.
func TestStreamAnswersAsABatch(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	stream := server.stream(t)
	asOf := timestamp(features.MicrosOf(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)))
	list := records()
	for i, model := range []string{"deals", "deals@challenger", "deals"} {
		leads := []*leadscorev1.Lead{list[3*i].wire(), {Id: "", Fields: map[string]*leadscorev1.FieldValue{"employees": text("many")}}, list[3*i+1].wire()}
		got := ask(t, stream, &leadscorev1.StreamScoreLeadsRequest{Model: model, Leads: leads, AsOf: asOf})
		want, err := server.scoring.BatchScoreLeads(t.Context(), &leadscorev1.BatchScoreLeadsRequest{Model: model, Leads: leads, AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.GetResults(), got.GetResults(), protocmp.Transform()); diff != "" {
			t.Errorf("message %d: -batch +stream\n%s", i, diff)
		}
		if diff := cmp.Diff(want.GetScoredBy(), got.GetScoredBy(), protocmp.Transform()); diff != "" {
			t.Errorf("message %d: -batch +stream\n%s", i, diff)
		}
		if got.GetResults()[1].GetError().GetCode() != int32(codes.InvalidArgument) {
			t.Errorf("message %d: the bad lead has %v", i, got.GetResults()[1])
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("the end: %v, want EOF", err)
	}
}

// An alias that moves takes effect between two messages of a stream; a version named by its id stays.
func TestStreamFollowsTheAlias(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{})
	stream := server.stream(t)
	leads := []*leadscorev1.Lead{records()[0].wire()}
	if by := ask(t, stream, &leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: leads}).GetScoredBy(); by.GetVersion() != f.champion {
		t.Errorf("scored by %v, want %s", by, f.champion)
	}
	f.alias(t, models.Champion, f.challenger)
	server.Reload()
	for name, want := range map[string]string{"deals": f.challenger, "deals/" + f.champion: f.champion} {
		if by := ask(t, stream, &leadscorev1.StreamScoreLeadsRequest{Model: name, Leads: leads}).GetScoredBy(); by.GetVersion() != want {
			t.Errorf("%s: scored by %v, want %s", name, by, want)
		}
	}
}

// Faults of a whole message end the stream; the messages before have their answers.
func TestStreamRefusesMessages(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	lead := records()[0].wire()
	for name, test := range map[string]struct {
		request *leadscorev1.StreamScoreLeadsRequest
		want    codes.Code
	}{
		"no leads":         {&leadscorev1.StreamScoreLeadsRequest{Model: "deals"}, codes.InvalidArgument},
		"too many leads":   {&leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: make([]*leadscorev1.Lead, mostLeads+1)}, codes.InvalidArgument},
		"an unknown model": {&leadscorev1.StreamScoreLeadsRequest{Model: "quotes", Leads: []*leadscorev1.Lead{lead}}, codes.NotFound},
		"no model":         {&leadscorev1.StreamScoreLeadsRequest{Leads: []*leadscorev1.Lead{lead}}, codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range test.request.Leads {
				if test.request.Leads[i] == nil {
					test.request.Leads[i] = &leadscorev1.Lead{}
				}
			}
			stream := server.stream(t)
			ask(t, stream, &leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{lead}})
			if err := stream.Send(test.request); err != nil {
				t.Fatal(err)
			}
			if _, err := stream.Recv(); status.Code(err) != test.want {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

// A client that does not read is held up, and holds nobody else up: the server takes a bounded number of its messages.
func TestStreamHoldsUpASlowReader(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := server.scoring.StreamScoreLeads(ctx)
	if err != nil {
		t.Fatal(err)
	}
	request := &leadscorev1.StreamScoreLeadsRequest{Model: "deals"}
	for _, r := range records()[:100] {
		request.Leads = append(request.Leads, r.wire())
	}
	sent := make(chan int, 100_000)
	go func() {
		for i := 1; stream.Send(request) == nil; i++ {
			sent <- i
		}
		close(sent)
	}()
	last := 0
	for stalled := false; !stalled; {
		select {
		case last = <-sent:
		case <-time.After(time.Second):
			stalled = true
		}
	}
	// Windows of 64 KB each way and a message in each stage: some dozens of messages of some 20 KB.
	if last > 100 {
		t.Errorf("%d messages were taken while no answer was read", last)
	}
	if got := server.versionOfAnswer(t, "deals"); got == "" {
		t.Error("another caller is held up")
	}
	for range last { // and once it reads, it goes on
		if _, err := stream.Recv(); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	for range sent {
	}
}

// A panic while a message is scored ends the stream with INTERNAL, also in one of the goroutines of a large message, and nothing else.
func TestStreamPanicEndsItAlone(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{})
	table := *server.catalog.table.Load()
	broken := &route{ready: &ready{schema: table.routes["deals"].schema}, scoredBy: new(leadscorev1.ScoredBy)} // it can neither read nor score
	table.routes = map[string]*route{"deals": broken, "deals/" + f.champion: table.routes["deals/"+f.champion]}
	server.catalog.table.Store(&table)
	for _, leads := range []int{1, 500} {
		stream := server.stream(t)
		request := &leadscorev1.StreamScoreLeadsRequest{Model: "deals"}
		for i := range leads {
			request.Leads = append(request.Leads, &leadscorev1.Lead{Id: fmt.Sprint(i)})
		}
		if err := stream.Send(request); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); status.Code(err) != codes.Internal {
			t.Errorf("%d leads: %v, want Internal", leads, err)
		}
	}
	if got := server.versionOfAnswer(t, "deals/"+f.champion); got != f.champion {
		t.Errorf("%s answers, want %s", got, f.champion)
	}
}

// At shutdown an open stream answers the message under way, then ends with UNAVAILABLE, and does not hold the server up.
func TestStreamEndsAtShutdown(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{ShutdownTimeout: time.Minute})
	stream := server.stream(t)
	ask(t, stream, &leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{records()[0].wire()}})
	started := time.Now()
	server.stop()
	if _, err := stream.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("%v, want Unavailable", err)
	}
	<-server.ended
	if took := time.Since(started); took > 30*time.Second {
		t.Errorf("the stream held the shutdown up for %v", took)
	}
}

// Streams that end, in whatever way, leave no goroutine behind.
func TestStreamsLeaveNothingBehind(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	lead := records()[0].wire()
	ask(t, server.stream(t), &leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{lead}})
	before := runtime.NumGoroutine()
	for i := range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		stream, err := server.scoring.StreamScoreLeads(ctx)
		if err != nil {
			t.Fatal(err)
		}
		request := &leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{lead}}
		switch i % 4 {
		case 0: // hangs up in the middle
			ask(t, stream, request)
		case 1: // hangs up without having read
			_ = stream.Send(request)
		case 2: // is refused
			_ = stream.Send(&leadscorev1.StreamScoreLeadsRequest{})
			_, _ = stream.Recv()
		case 3: // ends well
			_ = stream.CloseSend()
			_, _ = stream.Recv()
		}
		cancel()
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before+5 {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}
