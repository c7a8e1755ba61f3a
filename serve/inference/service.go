// Package inference answers the Open Inference Protocol v2 (https://github.com/kserve/open-inference-protocol), so that clients
// of KServe, Triton and MLServer can ask for scores.
//
// A request is a batch of leads, one a row of the tensors. It becomes a BatchScoreLeads request (input.go), so that versions,
// checks and limits are those of every other call, and the scores become tensors again (output.go). docs/inference.md has the
// tensors and what a missing value is in each. Start at [New].
package inference

import (
	"context"
	"fmt"

	"leadscore/features"
	wire "leadscore/proto/inference"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// Scores is the server behind the protocol.
type Scores interface {
	BatchScoreLeads(ctx context.Context, request *leadscorev1.BatchScoreLeadsRequest) (*leadscorev1.BatchScoreLeadsResponse, error)
	// Describe says what a model's name stands for now: "deals", "deals@challenger", "deals/VERSION".
	Describe(name string) (Model, error)
	// Ready tells whether the server takes calls and all of its models can answer.
	Ready() bool
	// Version is the server's own.
	Version() string
}

// Model is what the protocol tells of a model.
type Model struct {
	Schema   *features.Schema
	Versions []string // ids that a request may name without loading them first
}

// New is the service. A request may hold so many leads at most.
func New(scores Scores, mostLeads int) wire.GRPCInferenceServiceServer {
	return &service{scores: scores, mostLeads: mostLeads}
}

type service struct {
	wire.UnimplementedGRPCInferenceServiceServer
	scores    Scores
	mostLeads int
}

// ServerLive implements the protocol: who is asked, lives.
func (s *service) ServerLive(context.Context, *wire.ServerLiveRequest) (*wire.ServerLiveResponse, error) {
	return &wire.ServerLiveResponse{Live: true}, nil
}

// ServerReady implements the protocol.
func (s *service) ServerReady(context.Context, *wire.ServerReadyRequest) (*wire.ServerReadyResponse, error) {
	return &wire.ServerReadyResponse{Ready: s.scores.Ready()}, nil
}

// ModelReady implements the protocol. A model that the server does not have is an error.
func (s *service) ModelReady(_ context.Context, request *wire.ModelReadyRequest) (*wire.ModelReadyResponse, error) {
	if _, err := s.scores.Describe(modelName(request.GetName(), request.GetVersion())); err != nil {
		return nil, err
	}
	return &wire.ModelReadyResponse{Ready: s.scores.Ready()}, nil
}

// ServerMetadata implements the protocol.
func (s *service) ServerMetadata(context.Context, *wire.ServerMetadataRequest) (*wire.ServerMetadataResponse, error) {
	return &wire.ServerMetadataResponse{Name: "leadscore", Version: s.scores.Version()}, nil
}

// platform is of the form project_format that the protocol wants.
const platform = "leadscore_additive"

// ModelMetadata implements the protocol.
func (s *service) ModelMetadata(_ context.Context, request *wire.ModelMetadataRequest) (*wire.ModelMetadataResponse, error) {
	model, err := s.scores.Describe(modelName(request.GetName(), request.GetVersion()))
	if err != nil {
		return nil, err
	}
	answer := &wire.ModelMetadataResponse{Name: request.GetName(), Versions: model.Versions, Platform: platform}
	for _, name := range []string{leadID, leadCreated, leadEvents} {
		answer.Inputs = append(answer.Inputs, tensorOf(name, "BYTES"))
	}
	for i := range model.Schema.Fields {
		if field := &model.Schema.Fields[i]; field.Used() {
			answer.Inputs = append(answer.Inputs, tensorOf(field.Name, datatypeOf(field.Kind)))
		}
	}
	for _, output := range outputs {
		answer.Outputs = append(answer.Outputs, tensorOf(output.name, output.datatype))
	}
	return answer, nil
}

func tensorOf(name, datatype string) *wire.ModelMetadataResponse_TensorMetadata {
	return &wire.ModelMetadataResponse_TensorMetadata{Name: name, Datatype: datatype, Shape: []int64{-1}}
}

func datatypeOf(kind features.Kind) string {
	switch kind {
	case features.Number:
		return "FP64"
	case features.Boolean:
		return "BOOL"
	}
	return "BYTES"
}

// modelName is the protocol's model and version as the other calls name them. A version may be an alias.
func modelName(model, version string) string {
	switch {
	case version == "":
		return model
	case version == "champion" || version == "challenger":
		return model + "@" + version
	}
	return model + "/" + version
}

// ModelInfer implements the protocol. A lead that cannot be scored fails the whole batch: a tensor has no room for an error.
func (s *service) ModelInfer(ctx context.Context, request *wire.ModelInferRequest) (*wire.ModelInferResponse, error) {
	name := modelName(request.GetModelName(), request.GetModelVersion())
	model, err := s.scores.Describe(name)
	if err != nil {
		return nil, err
	}
	in := &input{request: request, schema: model.Schema, mostLeads: s.mostLeads}
	batch := in.batch(name)
	wanted := in.wantedOutputs()
	if len(in.faults.List) > 0 {
		return nil, &in.faults
	}
	answer, err := s.scores.BatchScoreLeads(ctx, batch)
	if err != nil {
		return nil, err
	}
	scores := make([]*leadscorev1.LeadScore, len(answer.GetResults()))
	for i, result := range answer.GetResults() {
		if scores[i] = result.GetScore(); scores[i] == nil {
			in.refused(i, result.GetError())
		}
	}
	if len(in.faults.List) > 0 {
		return nil, &in.faults
	}
	return response(request, answer.GetScoredBy(), scores, wanted), nil
}

// tensorPath is where a fault lies: inputs["employees"][3].
func tensorPath(name string, row int) string {
	if row < 0 {
		return fmt.Sprintf("inputs[%q]", name)
	}
	return fmt.Sprintf("inputs[%q][%d]", name, row)
}

// fault notes what is wrong with a tensor, or with one row of it.
func (in *input) fault(name string, row int, format string, args ...any) {
	in.faults.Addf(tensorPath(name, row), format, args...)
}
