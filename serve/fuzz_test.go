package serve

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth"
)

// Any bytes as a request give an answer or an error of the caller's: never a panic, never INTERNAL, and an answer that
// goes over the wire.
func FuzzRequests(f *testing.F) {
	fixture := newFixture(f)
	catalog, err := newCatalog(fixture.config())
	if err != nil {
		f.Fatal(err)
	}
	open := Config{Auth: new(auth.Guard), Limits: Limits{}.withDefaults()}
	calls := &calls{log: discard(), draining: context.Background(), gate: newGate(open)}
	service := calls.decodeFaultsAreTheCallers(&leadscorev1.LeadScoringService_ServiceDesc)
	scoring := &scoring{catalog: catalog, limits: Limits{}.withDefaults()}
	for _, seed := range fuzzSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		for _, method := range service.Methods {
			decode := func(into any) error {
				return newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(request)}, into)
			}
			answer, err := method.Handler(scoring, t.Context(), decode, calls.unary)
			switch status.Code(err) {
			case codes.OK:
				if _, err := proto.Marshal(answer.(proto.Message)); err != nil {
					t.Errorf("%s: an answer that does not marshal: %v", method.MethodName, err)
				}
			case codes.InvalidArgument, codes.NotFound:
			default:
				t.Errorf("%s(%x): %v", method.MethodName, request, err)
			}
		}
	})
}

// The same for ModelService, whose calls move aliases.
func FuzzModelRequests(f *testing.F) {
	server, err := New(newFixture(f).config())
	if err != nil {
		f.Fatal(err)
	}
	calls := &calls{log: discard(), draining: context.Background(), gate: newGate(Config{Auth: new(auth.Guard), Limits: Limits{}.withDefaults()})}
	service := calls.decodeFaultsAreTheCallers(&leadscorev1.ModelService_ServiceDesc)
	for _, message := range []proto.Message{
		&leadscorev1.ListModelsRequest{PageSize: 1, PageToken: makeToken("models", "deals"), ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"moves.by", "shadow"}}},
		&leadscorev1.GetModelRequest{Name: "models/deals", ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"*"}}},
		&leadscorev1.ListModelVersionsRequest{Parent: "models/deals", PageSize: -1},
		&leadscorev1.GetModelVersionRequest{Name: "models/deals/versions/champion"},
		&leadscorev1.PromoteModelRequest{Name: "models/deals", Version: "models/deals/versions/challenger", Reason: "because", Etag: "x"},
		&leadscorev1.RollbackModelRequest{Name: "models/deals", ValidateOnly: true},
	} {
		text, err := proto.Marshal(message)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		for _, method := range service.Methods {
			decode := func(into any) error {
				return newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(request)}, into)
			}
			answer, err := method.Handler(&modelService{server: server}, t.Context(), decode, calls.unary)
			switch status.Code(err) {
			case codes.OK:
				if _, err := proto.Marshal(answer.(proto.Message)); err != nil {
					t.Errorf("%s: an answer that does not marshal: %v", method.MethodName, err)
				}
			case codes.InvalidArgument, codes.NotFound, codes.Aborted, codes.FailedPrecondition:
			default:
				t.Errorf("%s(%x): %v", method.MethodName, request, err)
			}
		}
	})
}

func fuzzSeeds() [][]byte {
	lead := records()[0].wire()
	odd := &leadscorev1.Lead{Id: "\x00", Fields: map[string]*leadscorev1.FieldValue{"employees": {}, "": missing(), "signed_up": number(1e300)},
		Events: []*leadscorev1.LeadEvent{{}, {Type: "visit", Time: &timestamppb.Timestamp{Seconds: -1 << 62, Nanos: -1}}}}
	var seeds [][]byte
	for _, message := range []proto.Message{
		&leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead, AsOf: timestamppb.New(time.Unix(1.8e9, 0))},
		&leadscorev1.ScoreLeadRequest{Model: "deals", Lead: odd, Explanation: -1},
		&leadscorev1.ScoreLeadRequest{Model: "deals@challenger", Lead: lead, AsOf: timestamppb.New(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))},
		&leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{lead, odd, nil}},
		&leadscorev1.BatchScoreLeadsRequest{Model: "deals/2026-01-01-0123456789ab"},
	} {
		text, err := proto.Marshal(message)
		if err != nil {
			panic(err)
		}
		seeds = append(seeds, text)
	}
	return append(seeds, nil, []byte{0xff}, []byte{0x0a, 0x02, 0xc3, 0x28}) // nothing, a torn tag, text that is not UTF-8
}

// rawCodec sends bytes as they are, as a broken client would.
type rawCodec struct{}

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}
func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}
func (rawCodec) Name() string { return "proto" }

// Over the wire too, bytes that are no request are the caller's fault.
func TestUndecodableRequests(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	for name, request := range map[string][]byte{"torn": {0x12, 0x7f, 0x0a}, "not UTF-8": {0x0a, 0x02, 0xc3, 0x28}, "zero tag": {0x00}} {
		t.Run(name, func(t *testing.T) {
			var answer []byte
			err := server.connection.Invoke(t.Context(), leadscorev1.LeadScoringService_ScoreLead_FullMethodName, request, &answer, grpc.ForceCodecV2(rawCodec{}))
			if status.Code(err) != codes.InvalidArgument {
				t.Errorf("%v, want InvalidArgument", err)
			}
		})
	}
}
