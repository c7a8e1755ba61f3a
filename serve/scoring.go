package serve

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// scoring is LeadScoringService.
type scoring struct {
	leadscorev1.UnimplementedLeadScoringServiceServer
	catalog  *catalog
	limits   Limits
	draining <-chan struct{} // closed when the server stops; nil: never
}

// question is what a request asks of each of its leads.
type question struct {
	route       *route
	asOf        features.Micros
	asOfWire    *timestamppb.Timestamp // the same; shared by all answers
	explanation leadscorev1.Explanation
	limits      Limits
}

// question reads all of a request but its leads. The route is taken here, once: the whole answer is of this version, whatever is
// taken up meanwhile.
func (s *scoring) question(this *call, model string, asOf *timestamppb.Timestamp, explanation leadscorev1.Explanation) (*question, *check, error) {
	route, err := s.catalog.get(model)
	if err != nil {
		return nil, nil, err
	}
	this.model, this.version = route.scoredBy.GetModel(), route.scoredBy.GetVersion()
	check := newCheck(route.ready, s.limits)
	q := &question{route: route, asOf: check.instant(asOf, time.Now()), explanation: explanation, limits: s.limits}
	q.asOfWire = timestamp(q.asOf)
	check.explanation(explanation)
	return q, check, nil
}

// ScoreLead scores one lead.
func (s *scoring) ScoreLead(ctx context.Context, request *leadscorev1.ScoreLeadRequest) (*leadscorev1.ScoreLeadResponse, error) {
	this := callOf(ctx)
	q, check, err := s.question(this, request.GetModel(), request.GetAsOf(), request.GetExplanation())
	if err != nil {
		return nil, err
	}
	answer, by := q.answer(alone, request.GetLead(), check)
	if err := check.faults.err(); err != nil {
		return nil, err
	}
	this.leadID, this.version = answer.score.GetLeadId(), by.GetVersion()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &leadscorev1.ScoreLeadResponse{Score: &answer.score, ScoredBy: by}, nil
}

// answer scores a lead, or leaves its faults in the check. A lead of the canary's share that the challenger cannot read, such as one
// with a field that it does not have, is scored by the champion.
func (q *question) answer(at place, wire *leadscorev1.Lead, check *check) (*answer, *leadscorev1.ScoredBy) {
	if route := q.route.forLead(wire); route != q.route {
		apart := newCheck(route.ready, q.limits)
		if answer := q.by(route, at, wire, apart); answer != nil {
			return answer, route.scoredBy
		}
	}
	return q.by(q.route, at, wire, check), q.route.scoredBy
}

// by scores a lead by one route; nil after a fault.
func (q *question) by(route *route, at place, wire *leadscorev1.Lead, check *check) *answer {
	bench := route.benches.Get().(*workbench)
	defer route.benches.Put(bench)
	lead, seen := check.lead(bench.reading, at, wire, q.asOf)
	if check.faults.total() > 0 {
		return nil
	}
	snapshot := lead.At(q.asOf)
	explained := q.explanation != leadscorev1.Explanation_EXPLANATION_NONE
	route.scorer.ScoreInto(&snapshot, &bench.score, explained)
	route.tally.count(&bench.score)
	route.shadow.compare(q.limits, wire, &snapshot, &bench.score)
	return newAnswer(&bench.score, seen, route.ready, q.asOfWire, explained)
}

// BatchScoreLeads scores many leads with one version at one instant.
func (s *scoring) BatchScoreLeads(ctx context.Context, request *leadscorev1.BatchScoreLeadsRequest) (*leadscorev1.BatchScoreLeadsResponse, error) {
	results, by, err := s.batch(ctx, request)
	if err != nil {
		return nil, err
	}
	return &leadscorev1.BatchScoreLeadsResponse{Results: results, ScoredBy: by}, nil
}

// manyLeads is a batch request or a message of a stream.
type manyLeads interface {
	GetModel() string
	GetLeads() []*leadscorev1.Lead
	GetAsOf() *timestamppb.Timestamp
	GetExplanation() leadscorev1.Explanation
}

func (s *scoring) batch(ctx context.Context, request manyLeads) ([]*leadscorev1.LeadResult, *leadscorev1.ScoredBy, error) {
	this := callOf(ctx)
	q, check, err := s.question(this, request.GetModel(), request.GetAsOf(), request.GetExplanation())
	if err != nil {
		return nil, nil, err
	}
	leads := request.GetLeads()
	check.leadCount(len(leads))
	if err := check.faults.err(); err != nil {
		return nil, nil, err
	}
	this.leads += len(leads)
	results := make([]*leadscorev1.LeadResult, len(leads))
	var refused atomic.Int64
	err = inParallel(ctx, len(leads), func(i int) {
		results[i] = q.result(i, leads[i])
		if results[i].GetError() != nil {
			refused.Add(1)
		}
	})
	this.refused += int(refused.Load())
	return results, q.route.scoredBy, err
}

// result scores the i-th lead of a batch, or says why it cannot.
func (q *question) result(i int, wire *leadscorev1.Lead) *leadscorev1.LeadResult {
	check := check{version: q.route.ready, limits: q.limits}
	answer, by := q.answer(place(i), wire, &check)
	if check.faults.total() > 0 {
		return &leadscorev1.LeadResult{LeadId: wire.GetId(), Result: &leadscorev1.LeadResult_Error{Error: leadStatus(&check.faults)}}
	}
	result := answer.asResult(wire.GetId())
	if by != q.route.scoredBy {
		result.ScoredBy = by
	}
	return result
}

// leadsAtOnce is how many leads a goroutine takes at a time: some hundred microseconds of work.
const leadsAtOnce = 32

// inParallel does the work for 0 to n-1 on all processors. Between two of them it looks whether anybody still waits; a panic becomes the
// error of the call, as it would without goroutines.
func inParallel(ctx context.Context, n int, work func(i int)) error {
	portions := (n + leadsAtOnce - 1) / leadsAtOnce
	workers := min(runtime.GOMAXPROCS(0), portions)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	run := func() {
		_, err := guard(func() (any, error) {
			for failed.Load() == nil {
				from := (int(next.Add(1)) - 1) * leadsAtOnce
				if from >= n {
					return nil, nil
				}
				for i := from; i < min(from+leadsAtOnce, n); i++ {
					if err := ctx.Err(); err != nil {
						return nil, err
					}
					work(i)
				}
			}
			return nil, nil
		})
		if err != nil {
			failed.CompareAndSwap(nil, &err)
		}
	}
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(run)
	}
	run()
	others.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// timestamp is an instant on the wire; nil for none.
func timestamp(instant features.Micros) *timestamppb.Timestamp {
	if instant == features.NoTime {
		return nil
	}
	return timestamppb.New(time.UnixMicro(int64(instant)))
}
