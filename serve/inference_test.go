package serve

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	inferencepb "leadscore/proto/inference"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/inference"
)

type (
	inferInput    = inferencepb.ModelInferRequest_InferInputTensor
	inferContents = inferencepb.InferTensorContents
)

func stringParam(text string) *inferencepb.InferParameter {
	return &inferencepb.InferParameter{ParameterChoice: &inferencepb.InferParameter_StringParam{StringParam: text}}
}

// inferRequest is the records as tensors, with every way to say that a value is missing.
func inferRequest(list []record, asOf time.Time) *inferencepb.ModelInferRequest {
	n := int64(len(list))
	number := func(name string) *inferInput {
		return &inferInput{Name: name, Datatype: "FP64", Shape: []int64{n}, Contents: new(inferContents)}
	}
	text := func(name string) *inferInput {
		return &inferInput{Name: name, Datatype: "BYTES", Shape: []int64{n, 1}, Contents: new(inferContents)}
	}
	employees, revenue := number("employees"), number("revenue")
	newsletter := &inferInput{Name: "newsletter", Datatype: "BOOL", Shape: []int64{n}, Contents: new(inferContents)}
	id, created, events, country, signedUp, email, reason := text("lead.id"), text("lead.created_time"), text("lead.events"), text("country"), text("signed_up"), text("email"), text("close_reason")
	var withoutNewsletter []string
	for i, r := range list {
		employees.Contents.Fp64Contents = append(employees.Contents.Fp64Contents, r.employees)
		revenue.Contents.Fp64Contents = append(revenue.Contents.Fp64Contents, r.revenue)
		newsletter.Contents.BoolContents = append(newsletter.Contents.BoolContents, r.newsletter == "yes")
		if r.newsletter == "" {
			withoutNewsletter = append(withoutNewsletter, fmt.Sprint(i))
		}
		signed := ""
		if !r.signedUp.IsZero() {
			signed = r.signedUp.Format(time.RFC3339)
		}
		var what []string
		for _, e := range r.events {
			what = append(what, fmt.Sprintf(`{"type":%q,"time":%q}`, e.kind, e.at.Format(time.RFC3339)))
		}
		for tensor, value := range map[*inferInput]string{id: r.id, created: r.created.Format(time.RFC3339), events: "[" + strings.Join(what, ",") + "]",
			country: r.country, signedUp: signed, email: r.email, reason: r.closeReason} {
			tensor.Contents.BytesContents = append(tensor.Contents.BytesContents, []byte(value))
		}
	}
	newsletter.Parameters = map[string]*inferencepb.InferParameter{"missing": stringParam(strings.Join(withoutNewsletter, ","))}
	return &inferencepb.ModelInferRequest{
		ModelName: "deals", Id: "batch-1", Parameters: map[string]*inferencepb.InferParameter{"as_of": stringParam(asOf.Format(time.RFC3339))},
		Inputs: []*inferInput{id, created, events, country, employees, revenue, newsletter, signedUp, email, reason},
	}
}

// raw is the same request with its elements in raw_input_contents.
func raw(typed *inferencepb.ModelInferRequest) *inferencepb.ModelInferRequest {
	request := proto.CloneOf(typed)
	for _, tensor := range request.GetInputs() {
		var out []byte
		for _, x := range tensor.GetContents().GetFp64Contents() {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
		}
		for _, b := range tensor.GetContents().GetBoolContents() {
			out = append(out, map[bool]byte{true: 1, false: 0}[b])
		}
		for _, text := range tensor.GetContents().GetBytesContents() {
			out = append(binary.LittleEndian.AppendUint32(out, uint32(len(text))), text...)
		}
		tensor.Contents = nil
		request.RawInputContents = append(request.RawInputContents, out)
	}
	return request
}

// The Open Inference Protocol gives the figures of every other call, bit for bit, in both representations.
func TestInferenceScores(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	client := inferencepb.NewGRPCInferenceServiceClient(server.connection)
	asOf := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	list := records()
	batch := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", AsOf: timestamppb.New(asOf)}
	for i := range list {
		batch.Leads = append(batch.Leads, list[i].wire())
	}
	want, err := server.scoring.BatchScoreLeads(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	typed, err := client.ModelInfer(t.Context(), inferRequest(list, asOf))
	if err != nil {
		t.Fatal(err)
	}
	flat, err := client.ModelInfer(t.Context(), raw(inferRequest(list, asOf)))
	if err != nil {
		t.Fatal(err)
	}
	if typed.GetId() != "batch-1" || typed.GetModelName() != "deals" || typed.GetModelVersion() != want.GetScoredBy().GetVersion() ||
		typed.GetParameters()["checksum"].GetStringParam() != want.GetScoredBy().GetChecksum() {
		t.Errorf("answer of %s %s %s %v", typed.GetId(), typed.GetModelName(), typed.GetModelVersion(), typed.GetParameters())
	}
	for k, tensor := range typed.GetOutputs() {
		if diff := cmp.Diff([]int64{recordCount}, tensor.GetShape()); diff != "" {
			t.Errorf("shape of %s: %s", tensor.GetName(), diff)
		}
		left := flat.GetRawOutputContents()[k]
		for i, result := range want.GetResults() {
			score := result.GetScore()
			switch tensor.GetName() {
			case "probability", "probability_low", "probability_high", "log_odds", "points", "fit", "engagement":
				p := score.GetPrediction()
				expected := map[string]float64{"probability": p.GetProbability(), "probability_low": p.GetInterval().GetLow(), "probability_high": p.GetInterval().GetHigh(),
					"log_odds": p.GetLogOdds(), "points": score.GetRuleScore().GetPoints(), "fit": score.GetRuleScore().GetFit(), "engagement": score.GetRuleScore().GetEngagement()}[tensor.GetName()]
				got, gotRaw := tensor.GetContents().GetFp64Contents()[i], math.Float64frombits(binary.LittleEndian.Uint64(left[8*i:]))
				if got != expected || gotRaw != expected {
					t.Fatalf("%s of %s = %v and raw %v, want %v", tensor.GetName(), score.GetLeadId(), got, gotRaw, expected)
				}
			default:
				expected := map[string]string{"grade": score.GetRuleScore().GetGrade(), "warnings": strings.Join(score.GetCoverage().GetWarnings(), "; "),
					"qualification": strings.ToLower(strings.TrimPrefix(score.GetRuleScore().GetQualification().String(), "QUALIFICATION_")),
					"quadrant":      strings.ToLower(strings.TrimPrefix(score.GetComparison().GetQuadrant().String(), "QUADRANT_"))}[tensor.GetName()]
				size := binary.LittleEndian.Uint32(left)
				got, gotRaw := string(tensor.GetContents().GetBytesContents()[i]), string(left[4:4+size])
				left = left[4+size:]
				if got != expected || gotRaw != expected {
					t.Fatalf("%s of %s = %q and raw %q, want %q", tensor.GetName(), score.GetLeadId(), got, gotRaw, expected)
				}
			}
		}
	}
	if len(typed.GetOutputs()) != 11 {
		t.Errorf("%d outputs, want 11", len(typed.GetOutputs()))
	}
}

// Numbers may come as any of the protocol's kinds.
func TestInferenceDatatypes(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	client := inferencepb.NewGRPCInferenceServiceClient(server.connection)
	probability := func(tensor *inferInput, raw ...[]byte) float64 {
		t.Helper()
		tensor.Name, tensor.Shape = "employees", []int64{1}
		answer, err := client.ModelInfer(t.Context(), &inferencepb.ModelInferRequest{ModelName: "deals", ModelVersion: "champion", Inputs: []*inferInput{tensor}, RawInputContents: raw,
			Parameters: map[string]*inferencepb.InferParameter{"as_of": stringParam("2026-08-01T00:00:00Z")}, Outputs: []*inferencepb.ModelInferRequest_InferRequestedOutputTensor{{Name: "probability"}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > 0 {
			return math.Float64frombits(binary.LittleEndian.Uint64(answer.GetRawOutputContents()[0]))
		}
		return answer.GetOutputs()[0].GetContents().GetFp64Contents()[0]
	}
	want := probability(&inferInput{Datatype: "FP64", Contents: &inferContents{Fp64Contents: []float64{120}}})
	if missing := probability(&inferInput{Datatype: "FP64", Contents: &inferContents{Fp64Contents: []float64{math.NaN()}}}); missing == want {
		t.Fatalf("NaN scores as 120: %v", missing)
	}
	for name, got := range map[string]float64{
		"FP32":      probability(&inferInput{Datatype: "FP32", Contents: &inferContents{Fp32Contents: []float32{120}}}),
		"INT8":      probability(&inferInput{Datatype: "INT8", Contents: &inferContents{IntContents: []int32{120}}}),
		"INT64":     probability(&inferInput{Datatype: "INT64", Contents: &inferContents{Int64Contents: []int64{120}}}),
		"UINT16":    probability(&inferInput{Datatype: "UINT16", Contents: &inferContents{UintContents: []uint32{120}}}),
		"UINT64":    probability(&inferInput{Datatype: "UINT64", Contents: &inferContents{Uint64Contents: []uint64{120}}}),
		"raw INT8":  probability(&inferInput{Datatype: "INT8"}, []byte{120}),
		"raw INT16": probability(&inferInput{Datatype: "INT16"}, []byte{120, 0}),
		"raw INT32": probability(&inferInput{Datatype: "INT32"}, []byte{120, 0, 0, 0}),
		"raw INT64": probability(&inferInput{Datatype: "INT64"}, []byte{120, 0, 0, 0, 0, 0, 0, 0}),
		"raw FP32":  probability(&inferInput{Datatype: "FP32"}, binary.LittleEndian.AppendUint32(nil, math.Float32bits(120))),
	} {
		if got != want {
			t.Errorf("%s: probability %v, want %v", name, got, want)
		}
	}
}

func TestInferenceRefuses(t *testing.T) {
	server := newFixture(t).start(t, Config{Limits: Limits{Leads: 100}})
	client := inferencepb.NewGRPCInferenceServiceClient(server.connection)
	asOf := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		change func(r *inferencepb.ModelInferRequest)
		want   []string
	}{
		"no tensors":     {func(r *inferencepb.ModelInferRequest) { r.Inputs = nil }, []string{"inputs"}},
		"unknown field":  {func(r *inferencepb.ModelInferRequest) { r.Inputs[3].Name = "colour" }, []string{`inputs["colour"]`}},
		"twice":          {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Name = "revenue" }, []string{`inputs["revenue"]`}},
		"shape":          {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Shape = []int64{1, 3} }, []string{`inputs["employees"]`}},
		"negative shape": {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Shape = []int64{-1} }, []string{`inputs["employees"]`}},
		"huge shape":     {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Shape = []int64{math.MaxInt64} }, []string{`inputs["employees"]`}},
		"limit plus one": {func(r *inferencepb.ModelInferRequest) {
			proto.Reset(r)
			proto.Merge(r, inferRequest(records()[:101], asOf))
		}, nil},
		"other sizes": {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Shape = []int64{2} }, []string{`inputs["employees"]`}},
		"elements":    {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Contents.Fp64Contents = []float64{1} }, []string{`inputs["employees"]`}},
		"datatype":    {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Datatype = "BYTES" }, []string{`inputs["employees"]`}},
		"FP16":        {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Datatype = "FP16" }, []string{`inputs["employees"]`}},
		"missing row": {func(r *inferencepb.ModelInferRequest) { r.Inputs[6].Parameters["missing"] = stringParam("0,3,x") }, []string{`inputs["newsletter"]`, `inputs["newsletter"]`}},
		"parameter":   {func(r *inferencepb.ModelInferRequest) { r.Parameters["asof"] = stringParam("now") }, []string{`parameters["asof"]`}},
		"as of":       {func(r *inferencepb.ModelInferRequest) { r.Parameters["as_of"] = stringParam("now") }, []string{`parameters["as_of"]`}},
		"output": {func(r *inferencepb.ModelInferRequest) {
			r.Outputs = []*inferencepb.ModelInferRequest_InferRequestedOutputTensor{{Name: "score"}}
		}, []string{`outputs["score"]`}},
		"infinity": {func(r *inferencepb.ModelInferRequest) { r.Inputs[4].Contents.Fp64Contents[1] = math.Inf(1) }, []string{`inputs["employees"][1]`}},
		"created":  {func(r *inferencepb.ModelInferRequest) { r.Inputs[1].Contents.BytesContents[2] = []byte("soon") }, []string{`inputs["lead.created_time"][2]`}},
		"created later": {func(r *inferencepb.ModelInferRequest) {
			r.Inputs[1].Contents.BytesContents[2] = []byte("2027-01-01T00:00:00Z")
		}, []string{`inputs["lead.created_time"][2]`}},
		"events": {func(r *inferencepb.ModelInferRequest) {
			r.Inputs[2].Contents.BytesContents[0] = []byte(`[{"type":"a"}]`)
		}, []string{`inputs["lead.events"][0]`}},
		"events no JSON": {func(r *inferencepb.ModelInferRequest) { r.Inputs[2].Contents.BytesContents[0] = []byte(`[],"id":"x"`) }, []string{`inputs["lead.events"][0]`}},
		"no UTF-8":       {func(r *inferencepb.ModelInferRequest) { r.Inputs[3].Contents.BytesContents[0] = []byte{0xff} }, []string{`inputs["country"]`}},
		"two leads": {func(r *inferencepb.ModelInferRequest) {
			r.Inputs[7].Contents.BytesContents = [][]byte{[]byte("x"), nil, []byte("y")}
		}, []string{`inputs["signed_up"][0]`, `inputs["signed_up"][2]`}},
		"long id": {func(r *inferencepb.ModelInferRequest) {
			r.Inputs[0].Contents.BytesContents[1] = []byte(strings.Repeat("x", 257))
		}, []string{`inputs["lead.id"][1]`}},
		"raw and typed":   {func(r *inferencepb.ModelInferRequest) { r.RawInputContents = make([][]byte, len(r.Inputs)) }, []string{`inputs["lead.id"]`}},
		"too few raw":     {func(r *inferencepb.ModelInferRequest) { r.RawInputContents = make([][]byte, 2) }, []string{"raw_input_contents"}},
		"torn raw":        {func(r *inferencepb.ModelInferRequest) { *rawOf(r, "lead.id") = []byte{9, 0, 0, 0, 'x'} }, []string{`inputs["lead.id"]`}},
		"raw too long":    {func(r *inferencepb.ModelInferRequest) { *rawOf(r, "employees") = make([]byte, 25) }, []string{`inputs["employees"]`}},
		"raw length 2^32": {func(r *inferencepb.ModelInferRequest) { *rawOf(r, "country") = []byte{0xff, 0xff, 0xff, 0xff, 'x'} }, []string{`inputs["country"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			request := inferRequest(records()[:3], asOf)
			test.change(request)
			_, err := client.ModelInfer(t.Context(), request)
			made := status.Convert(err)
			got := paths(t, made)
			if test.want == nil { // every tensor, by name
				if len(got) != len(request.GetInputs()) {
					t.Errorf("violations = %q", got)
				}
				return
			}
			if len(test.want) == 1 && len(got) > 1 && strings.HasPrefix(name, "raw and") {
				got = got[:1]
			}
			if diff := cmp.Diff(test.want, got); diff != "" || made.Code() != codes.InvalidArgument {
				t.Errorf("%v: violations -want +got\n%s", err, diff)
			}
		})
	}
	for name, request := range map[string]*inferencepb.ModelInferRequest{
		"model": {ModelName: "quotes"}, "version": {ModelName: "deals", ModelVersion: "2026-01-01-000000000000"},
	} {
		if _, err := client.ModelInfer(t.Context(), request); status.Code(err) != codes.NotFound {
			t.Errorf("%s: %v, want NotFound", name, err)
		}
	}
}

// rawOf turns a request into its raw form and gives the contents of one input.
func rawOf(r *inferencepb.ModelInferRequest, name string) *[]byte {
	flat := raw(r)
	proto.Reset(r)
	proto.Merge(r, flat)
	for i, tensor := range r.GetInputs() {
		if tensor.GetName() == name {
			return &r.RawInputContents[i]
		}
	}
	return nil
}

func TestInferenceMetadata(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{Version: "v1.2.3"})
	client := inferencepb.NewGRPCInferenceServiceClient(server.connection)
	if live, err := client.ServerLive(t.Context(), &inferencepb.ServerLiveRequest{}); err != nil || !live.GetLive() {
		t.Errorf("ServerLive = %v, %v", live, err)
	}
	if ready, err := client.ServerReady(t.Context(), &inferencepb.ServerReadyRequest{}); err != nil || !ready.GetReady() {
		t.Errorf("ServerReady = %v, %v", ready, err)
	}
	for _, version := range []string{"", "champion", "challenger", f.challenger} {
		if ready, err := client.ModelReady(t.Context(), &inferencepb.ModelReadyRequest{Name: "deals", Version: version}); err != nil || !ready.GetReady() {
			t.Errorf("ModelReady(deals, %q) = %v, %v", version, ready, err)
		}
	}
	if _, err := client.ModelReady(t.Context(), &inferencepb.ModelReadyRequest{Name: "quotes"}); status.Code(err) != codes.NotFound {
		t.Errorf("ModelReady(quotes) = %v, want NotFound", err)
	}
	about, err := client.ServerMetadata(t.Context(), &inferencepb.ServerMetadataRequest{})
	if err != nil || about.GetName() != "leadscore" || about.GetVersion() != "v1.2.3" {
		t.Errorf("ServerMetadata = %v, %v", about, err)
	}
	model, err := client.ModelMetadata(t.Context(), &inferencepb.ModelMetadataRequest{Name: "deals"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tensor := range append(model.GetInputs(), model.GetOutputs()...) {
		got = append(got, fmt.Sprint(tensor.GetName(), " ", tensor.GetDatatype(), tensor.GetShape()))
	}
	want := []string{"lead.id BYTES[-1]", "lead.created_time BYTES[-1]", "lead.events BYTES[-1]", "country BYTES[-1]", "employees FP64[-1]", "revenue FP64[-1]",
		"newsletter BOOL[-1]", "signed_up BYTES[-1]", "email BYTES[-1]", "probability FP64[-1]", "probability_low FP64[-1]", "probability_high FP64[-1]",
		"log_odds FP64[-1]", "points FP64[-1]", "fit FP64[-1]", "engagement FP64[-1]", "grade BYTES[-1]", "qualification BYTES[-1]", "quadrant BYTES[-1]", "warnings BYTES[-1]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tensors: -want +got\n%s", diff)
	}
	if len(model.GetVersions()) != 2 {
		t.Errorf("versions = %v, want the champion's and the challenger's", model.GetVersions())
	}
}

// Whatever the tensors hold, the answer is a score or a refusal.
func FuzzInference(f *testing.F) {
	server, err := New(newFixture(f).config())
	if err != nil {
		f.Fatal(err)
	}
	service := inference.New(&inferenceScores{&scoring{catalog: server.catalog, limits: Limits{}.withDefaults()}, server}, 1000)
	for _, request := range []*inferencepb.ModelInferRequest{inferRequest(records()[:2], time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)), raw(inferRequest(records()[:2], time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)))} {
		bytes, err := proto.Marshal(request)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes)
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		request := new(inferencepb.ModelInferRequest)
		if proto.Unmarshal(bytes, request) != nil {
			return
		}
		request.ModelName, request.ModelVersion = "deals", ""
		answer, err := service.ModelInfer(t.Context(), request)
		if code := toStatus(t.Context(), err, "r").Code(); code != codes.OK && code != codes.InvalidArgument {
			t.Fatalf("ModelInfer: %v", err)
		}
		if err == nil {
			for _, tensor := range answer.GetOutputs() {
				if tensor.GetName() == "probability" {
					for _, p := range tensor.GetContents().GetFp64Contents() {
						if !(p > 0 && p < 1) {
							t.Fatalf("probability %v", p)
						}
					}
				}
			}
		}
	})
}
