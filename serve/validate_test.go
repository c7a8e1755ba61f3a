package serve

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// The annotations of the wire, read by protovalidate, say the same as the server's own checks. The server reads messages by
// hand (docs/decisions/0032-protovalidate.md), so nothing but these tests holds the two together.

// contract is a server and what reads the annotations.
type contract struct {
	connection grpc.ClientConnInterface
	validator  protovalidate.Validator
	champion   string
}

func newContract(t testing.TB) *contract {
	t.Helper()
	f, _, dir := comparingFixture(t, Config{})
	r := f.start(t, Config{DataDir: dir})
	validator, err := protovalidate.New()
	if err != nil {
		t.Fatal(err)
	}
	return &contract{connection: r.connection, validator: validator, champion: f.champion}
}

// said is what the annotations say of a message: the violated fields, or none. What they cannot judge at all, such as a
// time of no calendar, is a violation of the whole.
func (c *contract) said(message proto.Message) (fields []string) {
	err := c.validator.Validate(message)
	var violations *protovalidate.ValidationError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &violations):
		return []string{err.Error()}
	}
	for _, v := range violations.Violations {
		fields = append(fields, protovalidate.FieldPathString(v.Proto.GetField()))
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// answered is what the server answers to a request, and which fields it names.
func (c *contract) answered(t *testing.T, request proto.Message) (*status.Status, []string) {
	t.Helper()
	err := c.call(t.Context(), request)
	made := status.Convert(err)
	if err == nil {
		return made, nil
	}
	var fields []string
	for _, detail := range made.Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				fields = append(fields, v.GetField())
			}
		}
	}
	return made, fields
}

func (c *contract) call(ctx context.Context, request proto.Message) (err error) {
	scoring, models := leadscorev1.NewLeadScoringServiceClient(c.connection), leadscorev1.NewModelServiceClient(c.connection)
	comparing := leadscorev1.NewComparisonServiceClient(c.connection)
	switch r := request.(type) {
	case *leadscorev1.ScoreLeadRequest:
		_, err = scoring.ScoreLead(ctx, r)
	case *leadscorev1.BatchScoreLeadsRequest:
		_, err = scoring.BatchScoreLeads(ctx, r)
	case *leadscorev1.StreamScoreLeadsRequest:
		var stream grpc.BidiStreamingClient[leadscorev1.StreamScoreLeadsRequest, leadscorev1.StreamScoreLeadsResponse]
		if stream, err = scoring.StreamScoreLeads(ctx); err != nil {
			return err
		}
		if err = stream.Send(r); err != nil {
			return err
		}
		if err = stream.CloseSend(); err == nil {
			_, err = stream.Recv()
		}
	case *leadscorev1.ListModelsRequest:
		_, err = models.ListModels(ctx, r)
	case *leadscorev1.GetModelRequest:
		_, err = models.GetModel(ctx, r)
	case *leadscorev1.ListModelVersionsRequest:
		_, err = models.ListModelVersions(ctx, r)
	case *leadscorev1.GetModelVersionRequest:
		_, err = models.GetModelVersion(ctx, r)
	case *leadscorev1.PromoteModelRequest:
		_, err = models.PromoteModel(ctx, r)
	case *leadscorev1.RollbackModelRequest:
		_, err = models.RollbackModel(ctx, r)
	case *leadscorev1.CompareScoresRequest:
		_, err = comparing.CompareScores(ctx, r)
	case *leadscorev1.ExplainChangeRequest:
		_, err = comparing.ExplainChange(ctx, r)
	case *leadscorev1.FindCounterfactualRequest:
		_, err = comparing.FindCounterfactual(ctx, r)
	case *leadscorev1.GetRuleEvidenceRequest:
		_, err = comparing.GetRuleEvidence(ctx, r)
	default:
		return fmt.Errorf("no call takes a %T", request)
	}
	return err
}

// At each limit both accept, and one step beyond both refuse, naming the same field.
func TestAnnotationsHoldTheServersLimits(t *testing.T) {
	c := newContract(t)
	for name, limit := range limits(c.champion) {
		t.Run(name, func(t *testing.T) {
			if limit.within != nil {
				if fields := c.said(limit.within); fields != nil {
					t.Errorf("within the limit the annotations refuse %q", fields)
				}
				if made, fields := c.answered(t, limit.within); made.Code() != codes.OK {
					t.Errorf("within the limit the server says %v, of %q", made, fields)
				}
			}
			if got := c.said(limit.beyond); !slices.Equal(got, []string{limit.said}) {
				t.Errorf("beyond the limit the annotations name %q, want %q", got, limit.said)
			}
			made, fields := c.answered(t, limit.beyond)
			want := limit.said
			if limit.answered != "" {
				want = limit.answered
			}
			if made.Code() != codes.InvalidArgument || !slices.Contains(fields, want) {
				t.Errorf("beyond the limit the server says %v, of %q; want INVALID_ARGUMENT of %q", made, fields, want)
			}
		})
	}
}

// Whatever the annotations refuse the server refuses as the caller's fault, however many faults there are and wherever; so what
// the server accepts they accept.
func TestAnnotationsAgreeWithTheServer(t *testing.T) {
	c := newContract(t)
	r := rand.New(rand.NewPCG(3, 5))
	var refused, accepted int
	for range 1500 {
		request := randomRequest(r, c.champion)
		said := c.said(request)
		made, fields := c.answered(t, request)
		switch {
		case said != nil && made.Code() != codes.InvalidArgument:
			t.Errorf("the annotations refuse %q, the server says %v\n%v", said, made, request)
		case said == nil && made.Code() == codes.OK:
			accepted++
		case said != nil:
			refused++
		case made.Code() != codes.InvalidArgument && made.Code() != codes.FailedPrecondition:
			t.Errorf("the server says %v, of %q\n%v", made, fields, request)
		}
	}
	if refused < 300 || accepted < 300 {
		t.Errorf("%d refused, %d accepted by both: too few to tell", refused, accepted)
	}
}

// Leads of a batch are judged alone: where the schema knows all that is sent, exactly those have an error that the annotations refuse.
func TestAnnotationsOfALeadAgreeWithItsErrorInABatch(t *testing.T) {
	c := newContract(t)
	r := rand.New(rand.NewPCG(7, 9))
	batch := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", AsOf: timestamppb.New(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC))}
	for range mostLeads {
		batch.Leads = append(batch.Leads, randomLead(r))
	}
	if said := c.said(batch); said != nil {
		t.Fatalf("the annotations refuse %q of a batch because of its leads", said)
	}
	answer, err := leadscorev1.NewLeadScoringServiceClient(c.connection).BatchScoreLeads(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i, result := range answer.GetResults() {
		said := c.said(batch.GetLeads()[i])
		if (said != nil) != (result.GetError() != nil) {
			t.Errorf("the annotations refuse %q, the server says %v\n%v", said, result.GetError(), batch.GetLeads()[i])
		}
		if said != nil {
			refused++
		}
	}
	if refused < mostLeads/10 || refused > mostLeads*9/10 {
		t.Errorf("%d of %d leads refused: too one-sided to tell", refused, mostLeads)
	}
}

// What protovalidate would cost each call of ScoreLead, against what the server spends on checking and scoring it.
func BenchmarkProtovalidate(b *testing.B) {
	f, leads := wideFixture(b)
	catalog, err := newCatalog(Config{Store: f.store, Models: []string{"deals"}, Limits: DefaultLimits()})
	if err != nil {
		b.Fatal(err)
	}
	request := &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: leads[7], AsOf: timestamppb.New(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)),
		Explanation: leadscorev1.Explanation_EXPLANATION_NONE}
	validator, err := protovalidate.New(protovalidate.WithMessages(request))
	if err != nil {
		b.Fatal(err)
	}
	service := &scoring{catalog: catalog, limits: DefaultLimits()}
	var validating, scoring time.Duration
	for b.Loop() {
		validating += timed(func() { err = errors.Join(err, validator.Validate(request)) })
		scoring += timed(func() {
			_, failed := service.ScoreLead(b.Context(), request)
			err = errors.Join(err, failed)
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(validating.Nanoseconds())/float64(b.N), "validate-ns/op")
	b.ReportMetric(float64(scoring.Nanoseconds())/float64(b.N), "check+score-ns/op")
	b.ReportMetric(float64(len(request.GetLead().GetFields())), "fields")
	b.ReportMetric(float64(len(request.GetLead().GetEvents())), "events")
}
