package serve

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// The promise of the product: what is served is what was validated. Every figure of every lead, bit for bit.
func TestServedEqualsOffline(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{})
	scorer, list := f.scorer(t, ""), records()
	var snapshot features.Snapshot
	for i := range list {
		f.history.Snapshot(i, &snapshot)
		offline := scorer.Score(&snapshot)
		answer, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{
			Model: "deals", Lead: list[i].wire(), AsOf: timestamp(f.history.AsOf[i]),
		})
		if err != nil {
			t.Fatalf("lead %s: %v", list[i].id, err)
		}
		sameScore(t, answer.GetScore(), &offline)
		if !proto.Equal(answer.GetScore().GetAsOf(), timestamp(f.history.AsOf[i])) {
			t.Errorf("lead %s: as of %v, want %v", list[i].id, answer.GetScore().GetAsOf(), f.history.AsOf[i])
		}
	}
}

// As `leadscore score --as-of` scores a file: all leads at one instant.
func TestBatchEqualsOffline(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{})
	asOf := features.MicrosOf(time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC))
	history := features.NewHistoryAsOf(f.history.Table, f.history.Events, asOf)
	scorer := f.scorer(t, models.Challenger)
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals@challenger", AsOf: timestamp(asOf)}
	for _, r := range records() {
		request.Leads = append(request.Leads, r.wire())
	}
	answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.GetScoredBy().GetVersion(); got != f.challenger {
		t.Errorf("scored by %s, want the challenger %s", got, f.challenger)
	}
	var snapshot features.Snapshot
	for i, result := range answer.GetResults() {
		history.Snapshot(i, &snapshot)
		offline := scorer.Score(&snapshot)
		if result.GetError() != nil {
			t.Fatalf("lead %s: %v", result.GetLeadId(), result.GetError())
		}
		sameScore(t, result.GetScore(), &offline)
	}
}

// sameScore compares the wire with the offline score without any tolerance.
func sameScore(t *testing.T, got *leadscorev1.LeadScore, want *models.Score) {
	t.Helper()
	p, r, c := got.GetPrediction(), got.GetRuleScore(), got.GetComparison()
	for _, figure := range []struct {
		name      string
		got, want float64
	}{
		{"probability", p.GetProbability(), want.Prediction.Probability},
		{"low", p.GetInterval().GetLow(), want.Prediction.Low},
		{"high", p.GetInterval().GetHigh(), want.Prediction.High},
		{"percentile", p.GetPercentile(), want.Prediction.Percentile},
		{"log-odds", p.GetLogOdds(), want.Prediction.LogOdds},
		{"baseline", p.GetBaselineLogOdds(), want.Prediction.Baseline},
		{"points", r.GetPoints(), want.Rules.Points},
		{"fit", r.GetFit(), want.Rules.Fit},
		{"engagement", r.GetEngagement(), want.Rules.Engagement},
		{"points' percentile", c.GetPointsPercentile(), want.Comparison.PointsPercentile},
		{"gap", c.GetGap(), want.Comparison.Gap},
	} {
		if math.Float64bits(figure.got) != math.Float64bits(figure.want) {
			t.Errorf("lead %s: served %s %v, offline %v", want.LeadID, figure.name, figure.got, figure.want)
		}
	}
	if got.GetLeadId() != want.LeadID || r.GetGrade() != want.Rules.Grade || r.GetQualificationReason() != want.Rules.Reason {
		t.Errorf("lead %s: served %v", want.LeadID, got)
	}
	for i, term := range want.Prediction.Contributions {
		served := p.GetContributions()[i]
		if served.GetTerm() != term.Term || served.GetLabel() != term.Label || served.GetLogOdds() != term.LogOdds ||
			served.GetStandardError() != term.StandardError || served.GetStatus() != inputStatus(term.Status) {
			t.Errorf("lead %s: served contribution %v, offline %+v", want.LeadID, served, term)
		}
	}
}

// The reasons add up to the scores, and nothing on the wire is left unspecified.
func TestReasonsAddUp(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{})
	qualified := map[leadscorev1.Qualification]int{}
	for _, r := range records() {
		answer, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{
			Model: "deals", Lead: r.wire(), AsOf: timestamppb.New(r.created.Add(14 * 24 * time.Hour)),
		})
		if err != nil {
			t.Fatal(err)
		}
		score := answer.GetScore()
		sum := score.GetPrediction().GetBaselineLogOdds()
		for _, c := range score.GetPrediction().GetContributions() {
			sum += c.GetLogOdds()
		}
		if sum != score.GetPrediction().GetLogOdds() {
			t.Errorf("lead %s: contributions sum to %v, log-odds %v", r.id, sum, score.GetPrediction().GetLogOdds())
		}
		counted := map[leadscorev1.Dimension]float64{}
		for _, rule := range score.GetRuleScore().GetFired() {
			counted[rule.GetDimension()] += math.Round(rule.GetPointsCounted() * 1000) // whole thousandths
		}
		if got := counted[leadscorev1.Dimension_DIMENSION_FIT]; got != math.Round(score.GetRuleScore().GetFit()*1000) {
			t.Errorf("lead %s: fit rules count %v thousandths, fit is %v", r.id, got, score.GetRuleScore().GetFit())
		}
		if got := counted[leadscorev1.Dimension_DIMENSION_ENGAGEMENT]; got != math.Round(score.GetRuleScore().GetEngagement()*1000) {
			t.Errorf("lead %s: engagement rules count %v thousandths, engagement is %v", r.id, got, score.GetRuleScore().GetEngagement())
		}
		if score.GetRuleScore().GetQualification() == 0 || score.GetRuleScore().GetReadiness() == 0 || score.GetComparison().GetQuadrant() == 0 {
			t.Errorf("lead %s: something is unspecified: %v", r.id, score)
		}
		qualified[score.GetRuleScore().GetQualification()]++
	}
	if len(qualified) < 2 {
		t.Fatalf("all leads are %v: the fixture shows nothing", qualified)
	}
}

func TestScoredBy(t *testing.T) {
	f := newFixture(t)
	third := f.put(t, "deals", 0.125)
	server := f.start(t, Config{})
	lead := records()[0]
	for name, meant := range map[string][2]string{
		"deals": {f.champion, "champion"}, "deals@champion": {f.champion, "champion"}, "deals@challenger": {f.challenger, "challenger"},
		"deals/" + f.champion: {f.champion, ""}, "deals/" + third: {third, ""},
		"models/deals": {f.champion, "champion"}, "models/deals/versions/challenger": {f.challenger, "challenger"},
		"models/deals/versions/" + third: {third, ""},
	} {
		want, alias := meant[0], meant[1]
		t.Run(name, func(t *testing.T) {
			answer, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: name, Lead: lead.wire()})
			if err != nil {
				t.Fatal(err)
			}
			version, err := f.store.Get("deals", want)
			if err != nil {
				t.Fatal(err)
			}
			expected := &leadscorev1.ScoredBy{
				Model: "deals", Version: want, Checksum: version.Checksum, RulesVersion: f.scorer(t, want).Rules().Version(),
				FormatVersion: models.FormatVersion, CodeVersion: "leadscore test",
				NewestTrainingDataTime: timestamppb.New(time.Date(2026, 7, 30, 0, 0, 0, 0, time.UTC)), Alias: alias,
			}
			if diff := cmp.Diff(expected, answer.GetScoredBy(), protocmp.Transform()); diff != "" {
				t.Errorf("scored_by: -want +got\n%s", diff)
			}
			if got := answer.GetScore().GetPrediction().GetHorizon().AsDuration(); got != 90*24*time.Hour {
				t.Errorf("horizon %v, want 90 days", got)
			}
		})
	}
}

// Without a time in the request the server's clock counts.
func TestAsOfDefaultsToNow(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	before := time.Now().Truncate(time.Microsecond)
	answer, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: records()[0].wire()})
	if err != nil {
		t.Fatal(err)
	}
	if at := answer.GetScore().GetAsOf().AsTime(); at.Before(before) || at.After(time.Now()) {
		t.Errorf("as of %v, want now, %v", at, before)
	}
}

// A version trained on data without times looks at leads without an instant, as its training did, unless asked otherwise.
func TestInstant(t *testing.T) {
	now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	asked := timestamppb.New(now.Add(-time.Hour))
	for name, test := range map[string]struct {
		timeless bool
		asked    *timestamppb.Timestamp
		want     features.Micros
	}{
		"asked":                {false, asked, features.MicrosOf(asked.AsTime())},
		"not asked":            {false, nil, features.MicrosOf(now)},
		"without times":        {true, nil, features.NoTime},
		"without times, asked": {true, asked, features.MicrosOf(asked.AsTime())},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCheck(&ready{timeless: test.timeless}, Limits{})
			if got := c.instant(test.asked, now); got != test.want || c.faults.total() > 0 {
				t.Errorf("instant = %v with %d faults, want %v", got, c.faults.total(), test.want)
			}
		})
	}
	if timestamp(features.NoTime) != nil {
		t.Error("no instant is something on the wire")
	}
}

func TestCoverage(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	asOf := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	lead := &leadscorev1.Lead{Id: "L-1", Fields: map[string]*leadscorev1.FieldValue{
		"country": text("Atlantis"), "employees": number(1e15), "revenue": missing(), "newsletter": boolean(true),
	}}
	for _, at := range []time.Duration{-time.Hour, 0, time.Hour} { // at the instant itself is not before it
		lead.Events = append(lead.Events, &leadscorev1.LeadEvent{Type: "pricing_page", Time: timestamppb.New(asOf.Add(at))})
	}
	for _, explanation := range []leadscorev1.Explanation{0, leadscorev1.Explanation_EXPLANATION_FULL, leadscorev1.Explanation_EXPLANATION_NONE} {
		t.Run(explanation.String(), func(t *testing.T) {
			answer, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{
				Model: "deals", Lead: lead, AsOf: timestamppb.New(asOf), Explanation: explanation,
			})
			if err != nil {
				t.Fatal(err)
			}
			coverage := answer.GetScore().GetCoverage()
			if diff := cmp.Diff([]string{"signed_up", "email"}, coverage.GetAbsentFields()); diff != "" {
				t.Errorf("absent fields: -want +got\n%s", diff)
			}
			if coverage.GetEventsNotSeen() != 2 {
				t.Errorf("%d events not seen, want 2", coverage.GetEventsNotSeen())
			}
			if diff := cmp.Diff([]string{"country"}, coverage.GetUnseenTerms()); diff != "" {
				t.Errorf("unseen terms: -want +got\n%s", diff)
			}
			if diff := cmp.Diff([]string{"employees"}, coverage.GetOutsideTerms()); diff != "" {
				t.Errorf("outside terms: -want +got\n%s", diff)
			}
			if len(coverage.GetMissingTerms()) == 0 || len(coverage.GetWarnings()) != 4 {
				t.Errorf("coverage %v, want missing terms and four warnings", coverage)
			}
			explained := explanation != leadscorev1.Explanation_EXPLANATION_NONE
			if got := len(answer.GetScore().GetPrediction().GetContributions()) > 0; got != explained {
				t.Errorf("contributions there: %v, want %v", got, explained)
			}
			if got := len(answer.GetScore().GetRuleScore().GetNotJudged()) > 0; got != explained {
				t.Errorf("rules not judged there: %v, want %v", got, explained)
			}
		})
	}
}

func TestOverTCP(t *testing.T) {
	f := newFixture(t)
	lis, err := listen(t.Context(), "127.0.0.1:0", nil, false)
	if err != nil {
		t.Fatal(err)
	}
	server := f.startOn(t, Config{}, lis, lis.Addr().String())
	var header metadata.MD
	ctx := metadata.AppendToOutgoingContext(t.Context(), requestIDHeader, "crm-4711")
	answer, err := server.scoring.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: records()[3].wire()}, grpc.Header(&header))
	if err != nil {
		t.Fatal(err)
	}
	if p := answer.GetScore().GetPrediction().GetProbability(); !(p > 0 && p < 1) {
		t.Errorf("probability %v, want one between 0 and 1", p)
	}
	if diff := cmp.Diff([]string{"crm-4711"}, header.Get(requestIDHeader)); diff != "" {
		t.Errorf("request id in the answer: -want +got\n%s", diff)
	}
}

// A bad lead has an error of its own; its neighbours are scored.
func TestBatchPartFails(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	list := records()
	bad := list[1].wire()
	bad.Fields["employees"] = text("many")
	bad.Fields["shoe_size"] = number(43)
	bad.Events = []*leadscorev1.LeadEvent{{Type: "visit", Time: timestamppb.Now()}, {Type: "visit"}}
	answer, err := server.scoring.BatchScoreLeads(t.Context(), &leadscorev1.BatchScoreLeadsRequest{
		Model: "deals", Leads: []*leadscorev1.Lead{list[0].wire(), bad, nil, list[2].wire()},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, result := range answer.GetResults() {
		got = append(got, fmt.Sprintf("%s %v", result.GetLeadId(), codes.Code(result.GetError().GetCode())))
	}
	if diff := cmp.Diff([]string{"L-0 OK", "L-1 InvalidArgument", " InvalidArgument", "L-2 OK"}, got); diff != "" {
		t.Fatalf("results: -want +got\n%s", diff)
	}
	want := []string{"leads[1].events[1].time", `leads[1].fields["employees"]`, `leads[1].fields["shoe_size"]`}
	if diff := cmp.Diff(want, paths(t, status.FromProto(answer.GetResults()[1].GetError()))); diff != "" {
		t.Errorf("violated fields: -want +got\n%s", diff)
	}
}

func TestThousandLeadsAndOneMore(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Explanation: leadscorev1.Explanation_EXPLANATION_NONE}
	for i := range mostLeads {
		request.Leads = append(request.Leads, &leadscorev1.Lead{Id: fmt.Sprint(i)})
	}
	answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
	if err != nil || len(answer.GetResults()) != mostLeads {
		t.Fatalf("a thousand leads: %d results, %v", len(answer.GetResults()), err)
	}
	request.Leads = append(request.Leads, &leadscorev1.Lead{Id: "one more"})
	_, err = server.scoring.BatchScoreLeads(t.Context(), request)
	wantViolations(t, err, "leads")
}

// patience is a context that ends after it was asked a number of times: between two leads of a batch.
type patience struct {
	context.Context
	left int
}

func (p *patience) Err() error {
	if p.left--; p.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

func TestBatchStopsAtTheDeadline(t *testing.T) {
	f := newFixture(t)
	catalog, err := newCatalog(f.config())
	if err != nil {
		t.Fatal(err)
	}
	s := &scoring{catalog: catalog, limits: Limits{}.withDefaults()}
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{{Id: "1"}, {Id: "2"}, {Id: "3"}}}
	if _, err := s.BatchScoreLeads(&patience{t.Context(), 3}, request); err != nil {
		t.Errorf("patience for three leads: %v, want an answer", err)
	}
	_, err = s.BatchScoreLeads(&patience{t.Context(), 2}, request)
	if got := toStatus(t.Context(), err, "r").Code(); got != codes.DeadlineExceeded || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("patience for two leads: %v %v, want DeadlineExceeded", got, err)
	}
	_, err = s.ScoreLead(&patience{t.Context(), 0}, &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: request.GetLeads()[0]})
	if got := toStatus(t.Context(), err, "r").Code(); got != codes.DeadlineExceeded {
		t.Errorf("no patience for one lead: %v, want DeadlineExceeded", got)
	}
}

func TestDeadlineAndCancelOverTheWire(t *testing.T) {
	f := newFixture(t)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := f.startOn(t, Config{}, lis, lis.Addr().String())
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals"}
	for i := range mostLeads {
		request.Leads = append(request.Leads, records()[i%recordCount].wire())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond) // far less than a thousand leads take
	defer cancel()
	if _, err := server.scoring.BatchScoreLeads(ctx, request); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("a deadline of a millisecond: %v, want DeadlineExceeded", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := server.scoring.BatchScoreLeads(ctx, request); status.Code(err) != codes.Canceled {
		t.Errorf("a cancelled call: %v, want Canceled", err)
	}
}
