package serve

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// ready is a version that can score, with what its answers say about it.
type ready struct {
	version  *models.Version
	scorer   *models.Scorer
	schema   *features.Schema
	fields   string               // the schema's fields and formats as text: equal for versions that read a lead alike
	horizon  *durationpb.Duration // nil: whenever
	timeless bool                 // trained on data without times: there is no instant to look at a lead
	clock    string               // the term that is the instant itself; empty: none
	newest   time.Time            // instant at which training looked at a lead; zero without times
	loaded   time.Time
	tally    *tally
	kept     []atomic.Pointer[leadscorev1.Contribution] // by cell: contributions as they go over the wire, shared by all answers
	benches  sync.Pool                                  // of *workbench
}

// workbench is the memory in which one lead is read and scored. Nothing of it goes into an answer.
type workbench struct {
	reading *features.Reading
	score   models.Score
}

// mostKept bounds the contributions that are kept: all of the fields, and of the pairs' what there is room for.
const mostKept = 1 << 16

// load reads a version and verifies it: checksums, format, every part, its rules, its golden rows.
func load(store *models.Store, model, id string) (*ready, error) {
	version, err := store.Get(model, id)
	if err != nil {
		return nil, err
	}
	scorer, err := models.NewScorer(version)
	if err != nil {
		return nil, err
	}
	fields, err := json.Marshal([]any{version.Schema.Fields, version.Schema.Format})
	if err != nil {
		return nil, err
	}
	r := &ready{version: version, scorer: scorer, schema: version.Schema, fields: string(fields), timeless: version.Timeless(), loaded: time.Now(),
		tally: newTally(version), kept: make([]atomic.Pointer[leadscorev1.Contribution], min(scorer.Cells(), mostKept))}
	r.benches.New = func() any { return &workbench{reading: version.Schema.NewReading()} }
	if newest, err := time.Parse(time.RFC3339, version.Training.Newest); err == nil {
		r.newest = newest
	}
	for _, input := range version.Encoder.Inputs {
		if input.Source == features.FromSnapshot {
			r.clock = input.Name
		}
	}
	if version.Schema.Horizon > 0 {
		r.horizon = durationpb.New(time.Duration(version.Schema.Horizon))
	}
	return r, nil
}

// describe names the version on the wire.
func (r *ready) describe() *leadscorev1.ScoredBy {
	by := &leadscorev1.ScoredBy{
		Model:         r.version.Model,
		Version:       r.version.ID,
		Checksum:      r.version.Checksum,
		RulesVersion:  r.scorer.Rules().Version(),
		FormatVersion: int32(r.version.FormatVersion),
		CodeVersion:   r.version.Code,
	}
	if !r.newest.IsZero() {
		by.NewestTrainingDataTime = timestamppb.New(r.newest)
	}
	return by
}
