package serve

import (
	"context"
	"slices"
	"strings"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"leadscore/serve/inference"
)

// inferenceScores is what the Open Inference Protocol asks of this server.
type inferenceScores struct {
	*scoring
	server *Server
}

// Describe implements [inference.Scores].
func (i *inferenceScores) Describe(name string) (inference.Model, error) {
	found, err := i.catalog.get(name)
	if err != nil {
		return inference.Model{}, err
	}
	model := inference.Model{Schema: found.schema}
	for key := range i.catalog.table.Load().routes {
		if id, ok := strings.CutPrefix(key, idKey(found.scoredBy.GetModel(), "")); ok {
			model.Versions = append(model.Versions, id)
		}
	}
	slices.Sort(model.Versions)
	return model, nil
}

// Ready implements [inference.Scores].
func (i *inferenceScores) Ready() bool {
	answer, err := i.server.health.Check(context.Background(), &healthpb.HealthCheckRequest{})
	return err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING
}

// Version implements [inference.Scores].
func (i *inferenceScores) Version() string { return i.server.config.Version }
