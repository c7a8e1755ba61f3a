package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// soakTime is $SOAK, ten minutes with `make soak`.
func soakTime(t *testing.T) time.Duration {
	given := os.Getenv("SOAK")
	if given == "" {
		return 5 * time.Second // enough to see that the test itself works
	}
	d, err := time.ParseDuration(given)
	if err != nil {
		t.Fatalf("SOAK=%s: %v", given, err)
	}
	return d
}

// Load of every kind, good and bad, by mutual TLS and with tokens, with versions, certificates and tokens that change all the time: no good call fails,
// and goroutines and memory are as flat at the end as they were.
func TestSoak(t *testing.T) {
	store, first, second := twoVersions(t)
	as := newAccess(t)
	server := serveLiveTo(t, as, "", store.Dir(), append(as.flags(), "--reload-every", "50ms", "--shadow", "--canary", "deals=0.1")...)
	lasting := soakTime(t)
	// No deadline: calls would carry it, and the server may see it end before this side does.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	defer time.AfterFunc(lasting, cancel).Stop()
	s := &soak{server: server, request: loadRequest(50), counts: map[string]*atomic.Int64{}}
	s.request.Model = "deals@champion" // not of the canary's, so that an answer has one version
	s.expected = map[string][]float64{first: server.expected(t, first, s.request), second: server.expected(t, second, s.request)}
	var load sync.WaitGroup
	for name, work := range map[string]func(context.Context) error{
		"calls": s.call, "batches": s.batch, "messages of a stream": s.message, "posts": s.post, "hang-ups": s.hangUp, "broken requests": s.broken, "new connections": s.connect,
	} {
		count := new(atomic.Int64)
		s.counts[name] = count
		load.Go(func() {
			for ctx.Err() == nil {
				if err := work(ctx); err != nil && ctx.Err() == nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				count.Add(1)
			}
		})
	}
	load.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := store.SetAlias("deals", models.Champion, []string{second, first}[i%2]); err != nil {
				t.Error(err)
			}
			_ = server.command.Process.Signal(syscall.SIGHUP)
			pause(ctx, 200*time.Millisecond)
		}
	})
	var rotations int
	load.Go(func() { rotations = as.rotate(ctx, t, server, min(2*time.Second, lasting/20)) })
	samples := s.watch(ctx, t, lasting/40)
	load.Wait()
	for name, count := range s.counts {
		t.Logf("%d %s", count.Load(), name)
		if count.Load() < 3 {
			t.Errorf("%d %s: they test nothing", count.Load(), name)
		}
	}
	certificates := as.seen()
	t.Logf("%d rotations of certificates and tokens; new connections met %d certificates of the server", rotations, certificates)
	if rotations < 5 || certificates < 5 {
		t.Error("too few rotations: they test nothing")
	}
	as.refusesTheFirst(t, server)
	for name, most := range map[string]func(before float64) float64{
		"go_goroutines":                 func(before float64) float64 { return before + 20 },
		"process_resident_memory_bytes": func(before float64) float64 { return before*1.15 + 16<<20 },
	} {
		n := len(samples[name])
		before, after := middle(samples[name][n/4:n/2]), middle(samples[name][3*n/4:])
		t.Logf("%s: %.0f in the second quarter of the time, %.0f in the last", name, before, after)
		if after > most(before) {
			t.Errorf("%s rose from %.0f to %.0f: %.0f", name, before, after, samples[name])
		}
	}
}

// soak is the load.
type soak struct {
	server   *liveServer
	request  *leadscorev1.BatchScoreLeadsRequest
	expected map[string][]float64
	counts   map[string]*atomic.Int64
	stream   grpc.BidiStreamingClient[leadscorev1.StreamScoreLeadsRequest, leadscorev1.StreamScoreLeadsResponse]
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (s *soak) lead() *leadscorev1.Lead { return s.request.Leads[rand.IntN(len(s.request.Leads))] }

func (s *soak) call(ctx context.Context) error {
	_, err := s.server.scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: s.lead()})
	return err
}

func (s *soak) batch(ctx context.Context) error {
	answer, err := s.server.scoring.BatchScoreLeads(ctx, s.request)
	if err != nil {
		return err
	}
	return checkAnswer(answer.GetResults(), answer.GetScoredBy(), s.expected)
}

// message asks over one stream, which is replaced now and then.
func (s *soak) message(ctx context.Context) error {
	if s.stream == nil {
		stream, err := s.server.scoring.StreamScoreLeads(ctx)
		if err != nil {
			return err
		}
		s.stream = stream
	}
	if rand.IntN(1000) == 0 {
		_ = s.stream.CloseSend()
		_, err := s.stream.Recv()
		if s.stream = nil; err != io.EOF {
			return err
		}
		return nil
	}
	message := &leadscorev1.StreamScoreLeadsRequest{Model: s.request.Model, Leads: s.request.Leads, AsOf: s.request.AsOf}
	if err := s.stream.Send(message); err != nil {
		return err
	}
	answer, err := s.stream.Recv()
	if err != nil {
		return err
	}
	return checkAnswer(answer.GetResults(), answer.GetScoredBy(), s.expected)
}

func (s *soak) post(context.Context) error {
	body, err := protojson.Marshal(&leadscorev1.ScoreLeadRequest{Model: "deals", Lead: s.lead()})
	if err != nil {
		return err
	}
	answer, err := s.server.as.post("https://"+s.server.web+"/v1/leads:score", body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s, %v", answer.Status, err)
	}
	return nil
}

// hangUp leaves calls and streams in the middle.
func (s *soak) hangUp(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(5000))*time.Microsecond)
	defer cancel()
	if rand.IntN(2) == 0 {
		_, _ = s.server.scoring.BatchScoreLeads(short, s.request)
		return nil
	}
	stream, err := s.server.scoring.StreamScoreLeads(short)
	if err != nil {
		return nil
	}
	for range 3 {
		_ = stream.Send(&leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: s.request.Leads})
	}
	return nil
}

// rawBytes sends what it is given.
type rawBytes struct{}

func (rawBytes) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}
func (rawBytes) Unmarshal(mem.BufferSlice, any) error { return nil }
func (rawBytes) Name() string                         { return "proto" }

// broken sends a request with some bytes changed: it may be answered or refused, as the caller's fault.
func (s *soak) broken(ctx context.Context) error {
	text, err := proto.Marshal(&leadscorev1.ScoreLeadRequest{Model: "deals", Lead: s.lead()})
	if err != nil {
		return err
	}
	for range 1 + rand.IntN(8) {
		text[rand.IntN(len(text))] = byte(rand.IntN(256))
	}
	err = s.server.connection.Invoke(ctx, leadscorev1.LeadScoringService_ScoreLead_FullMethodName, text, nil, grpc.ForceCodecV2(rawBytes{}))
	switch status.Code(err) {
	case codes.OK, codes.InvalidArgument, codes.NotFound, codes.Canceled, codes.DeadlineExceeded:
		return nil
	}
	return fmt.Errorf("%x: %w", text, err)
}

// connect makes a connection for one call.
func (s *soak) connect(ctx context.Context) error {
	connection, err := s.server.dial()
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = leadscorev1.NewLeadScoringServiceClient(connection).ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: s.lead()})
	return err
}

// watch samples the server's metrics until ctx ends.
func (s *soak) watch(ctx context.Context, t *testing.T, every time.Duration) map[string][]float64 {
	samples := map[string][]float64{}
	for pause(ctx, every); ctx.Err() == nil; pause(ctx, every) {
		for _, name := range []string{"go_goroutines", "process_resident_memory_bytes"} {
			value, err := s.server.metric(name)
			if err != nil {
				t.Error(err)
			}
			samples[name] = append(samples[name], value)
		}
	}
	if len(samples["go_goroutines"]) < 12 {
		t.Fatalf("%d samples: too few to judge by", len(samples["go_goroutines"]))
	}
	return samples
}

func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// However many leads go through one stream, memory is what it was after the first: $STREAM_LEADS of them, ten million with `make soak`.
func TestStreamIsFlat(t *testing.T) {
	leads := 200_000
	if given := os.Getenv("STREAM_LEADS"); given != "" {
		var err error
		if leads, err = strconv.Atoi(given); err != nil {
			t.Fatalf("STREAM_LEADS=%s: %v", given, err)
		}
	}
	made := trained(t)
	server := serveLive(t, "", made+"/store")
	stream, err := server.scoring.StreamScoreLeads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const perMessage = 1000
	request := loadRequest(perMessage)
	message := &leadscorev1.StreamScoreLeadsRequest{Model: "deals", Leads: request.Leads, AsOf: request.AsOf, Explanation: request.Explanation}
	messages := leads / perMessage
	go func() {
		for range messages {
			if stream.Send(message) != nil {
				return
			}
		}
		_ = stream.CloseSend()
	}()
	var memory []float64
	started := time.Now()
	for i := range messages {
		answer, err := stream.Recv()
		if err != nil || len(answer.GetResults()) != perMessage {
			t.Fatalf("message %d: %d results, %v", i, len(answer.GetResults()), err)
		}
		if every := max(messages/20, 1); i%every == every-1 {
			value, err := server.metric("process_resident_memory_bytes")
			if err != nil {
				t.Fatal(err)
			}
			memory = append(memory, value)
		}
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Errorf("the stream ended with %v, want EOF", err)
	}
	took := time.Since(started)
	early, late := slices.Max(memory[:len(memory)/2]), slices.Max(memory[len(memory)/2:])
	t.Logf("%d leads in %v, %.0f a second; at most %.0f MB in the first half, %.0f MB in the second",
		messages*perMessage, took.Round(time.Millisecond), float64(messages*perMessage)/took.Seconds(), early/1e6, late/1e6)
	if late > early*1.15+16<<20 {
		t.Errorf("resident memory rose: %.0f", memory)
	}
}
