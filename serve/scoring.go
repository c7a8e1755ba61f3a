package serve

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// scoring is LeadScoringService.
type scoring struct {
	leadscorev1.UnimplementedLeadScoringServiceServer
	versions *versions
	limits   Limits
}

// ScoreLead scores one lead.
func (s *scoring) ScoreLead(ctx context.Context, request *leadscorev1.ScoreLeadRequest) (*leadscorev1.ScoreLeadResponse, error) {
	version, err := s.versions.get(request.GetModel())
	if err != nil {
		return nil, err
	}
	this := callOf(ctx)
	this.model, this.version = version.scoredBy.GetModel(), version.scoredBy.GetVersion()
	check := newCheck(version, s.limits)
	asOf := check.instant(request.GetAsOf(), time.Now())
	check.explanation(request.GetExplanation())
	lead, seen := check.lead("lead", request.GetLead(), asOf)
	if err := check.faults.err(); err != nil {
		return nil, err
	}
	this.leadID = lead.ID
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	snapshot := lead.At(asOf)
	score := version.scorer.Score(&snapshot)
	return &leadscorev1.ScoreLeadResponse{
		Score:    leadScore(&score, seen, version, request.GetExplanation()),
		ScoredBy: version.scoredBy,
	}, nil
}

// BatchScoreLeads scores many leads with one version at one instant. Between two leads it looks whether anybody still
// waits for the answer.
func (s *scoring) BatchScoreLeads(ctx context.Context, request *leadscorev1.BatchScoreLeadsRequest) (*leadscorev1.BatchScoreLeadsResponse, error) {
	version, err := s.versions.get(request.GetModel())
	if err != nil {
		return nil, err
	}
	this := callOf(ctx)
	this.model, this.version, this.leads = version.scoredBy.GetModel(), version.scoredBy.GetVersion(), len(request.GetLeads())
	check := newCheck(version, s.limits)
	asOf := check.instant(request.GetAsOf(), time.Now())
	check.explanation(request.GetExplanation())
	check.leadCount(len(request.GetLeads()))
	if err := check.faults.err(); err != nil {
		return nil, err
	}
	answer := &leadscorev1.BatchScoreLeadsResponse{
		Results:  make([]*leadscorev1.LeadResult, len(request.GetLeads())),
		ScoredBy: version.scoredBy,
	}
	for i, lead := range request.GetLeads() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		answer.Results[i] = s.scoreOne(version, i, lead, asOf, request.GetExplanation(), this)
	}
	return answer, nil
}

// scoreOne scores the i-th lead of a batch, or says why it cannot.
func (s *scoring) scoreOne(version *ready, i int, wire *leadscorev1.Lead, asOf features.Micros, explanation leadscorev1.Explanation, this *call) *leadscorev1.LeadResult {
	check := newCheck(version, s.limits)
	lead, seen := check.lead(batchPath(i), wire, asOf)
	result := &leadscorev1.LeadResult{LeadId: wire.GetId()}
	if err := check.faults.err(); err != nil {
		this.refused++
		result.Result = &leadscorev1.LeadResult_Error{Error: leadStatus(&check.faults)}
		return result
	}
	snapshot := lead.At(asOf)
	score := version.scorer.Score(&snapshot)
	result.Result = &leadscorev1.LeadResult_Score{Score: leadScore(&score, seen, version, explanation)}
	return result
}

// timestamp is an instant on the wire; nil for none.
func timestamp(instant features.Micros) *timestamppb.Timestamp {
	if instant == features.NoTime {
		return nil
	}
	return timestamppb.New(time.UnixMicro(int64(instant)))
}
