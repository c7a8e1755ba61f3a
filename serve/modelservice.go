package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// modelService is ModelService.
type modelService struct {
	leadscorev1.UnimplementedModelServiceServer
	server *Server
}

// ListModels lists the models that this server serves.
func (m *modelService) ListModels(_ context.Context, request *leadscorev1.ListModelsRequest) (*leadscorev1.ListModelsResponse, error) {
	var faults invalid
	mask := readMask(&faults, request.GetReadMask(), &leadscorev1.Model{})
	standings := m.server.catalog.table.Load().models
	from, to, next := page(&faults, "models", request.GetPageSize(), request.GetPageToken(), len(standings), func(i int) string { return standings[i].model })
	if err := faults.err(); err != nil {
		return nil, err
	}
	answer := &leadscorev1.ListModelsResponse{NextPageToken: next}
	for _, each := range standings[from:to] {
		answer.Models = append(answer.Models, masked(m.model(each), mask))
	}
	return answer, nil
}

// GetModel gives one model.
func (m *modelService) GetModel(_ context.Context, request *leadscorev1.GetModelRequest) (*leadscorev1.Model, error) {
	var faults invalid
	mask := readMask(&faults, request.GetReadMask(), &leadscorev1.Model{})
	each, err := m.served(&faults, "name", request.GetName())
	if err != nil {
		return nil, err
	}
	return masked(m.model(each), mask), nil
}

// served gives the model that a resource name means, after all other faults of the request were found.
func (m *modelService) served(faults *invalid, path, name string) (*standing, error) {
	model, ok := modelOf(name)
	if !ok {
		faults.addf(path, "%q: not a model's name; write models/deals", shortened(name))
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	for _, each := range m.server.catalog.table.Load().models {
		if each.model == model {
			return each, nil
		}
	}
	return nil, &notServed{model: model, serves: m.server.catalog.names()}
}

// listedAlone are the members of a version that need no look into its file.
var listedAlone = &fieldmaskpb.FieldMask{Paths: []string{"name", "aliases", "in_service", "stored_time"}}

// ListModelVersions lists the versions of a model that the store has.
func (m *modelService) ListModelVersions(ctx context.Context, request *leadscorev1.ListModelVersionsRequest) (*leadscorev1.ListModelVersionsResponse, error) {
	var faults invalid
	mask := listedAlone
	if given := request.GetReadMask(); len(given.GetPaths()) > 0 {
		mask = readMask(&faults, given, &leadscorev1.ModelVersion{})
	}
	each, err := m.served(&faults, "parent", request.GetParent())
	if err != nil {
		return nil, err
	}
	entries, err := m.server.config.Store.List(each.model)
	if err != nil {
		return nil, err
	}
	from, to, next := page(&faults, request.GetParent(), request.GetPageSize(), request.GetPageToken(), len(entries), func(i int) string { return entries[i].ID })
	if err := faults.err(); err != nil {
		return nil, err
	}
	answer := &leadscorev1.ListModelVersionsResponse{NextPageToken: next}
	for i := range entries[from:to] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		version := m.listed(each.model, &entries[from+i])
		if !isWithin(mask, listedAlone) {
			m.describe(version, each.model, entries[from+i].ID)
		}
		answer.ModelVersions = append(answer.ModelVersions, masked(version, mask))
	}
	return answer, nil
}

// GetModelVersion describes one version.
func (m *modelService) GetModelVersion(_ context.Context, request *leadscorev1.GetModelVersionRequest) (*leadscorev1.ModelVersion, error) {
	var faults invalid
	mask := readMask(&faults, request.GetReadMask(), &leadscorev1.ModelVersion{})
	each, ref, err := m.version(&faults, "name", request.GetName())
	if err != nil {
		return nil, err
	}
	id, err := m.server.config.Store.Resolve(each.model, ref)
	if err != nil {
		return nil, err
	}
	entries, err := m.server.config.Store.List(each.model)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(entries, func(e models.Entry) bool { return e.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("%w: %s", models.ErrNoVersion, id)
	}
	version := m.listed(each.model, &entries[at])
	m.describe(version, each.model, id)
	return masked(version, mask), nil
}

// version gives the model and the version, an id or an alias, that a resource name means.
func (m *modelService) version(faults *invalid, path, name string) (*standing, string, error) {
	model, ref, ok := versionOf(name)
	if !ok {
		faults.addf(path, "%q: not a version's name; write models/deals/versions/VERSION", shortened(name))
	}
	if err := faults.err(); err != nil {
		return nil, "", err
	}
	each, err := m.served(faults, path, "models/"+model)
	return each, ref, err
}

// PromoteModel makes a version the champion.
func (m *modelService) PromoteModel(ctx context.Context, request *leadscorev1.PromoteModelRequest) (*leadscorev1.PromoteModelResponse, error) {
	var faults invalid
	checkReason(&faults, request.GetReason())
	model, ref, ok := versionOf(request.GetVersion())
	if !ok || "models/"+model != request.GetName() {
		faults.addf("version", "%q: not a version of this model; write %s/versions/VERSION, or challenger in the version's place",
			shortened(request.GetVersion()), shortened(request.GetName()))
	}
	each, err := m.served(&faults, "name", request.GetName())
	if err != nil {
		return nil, err
	}
	to, err := m.server.config.Store.Resolve(each.model, ref)
	if err != nil {
		return nil, err
	}
	move, after, err := m.move(ctx, each, request.GetEtag(), request.GetValidateOnly(), models.AliasMove{To: to, By: models.ByPromote, Reason: request.GetReason()})
	if err != nil {
		return nil, err
	}
	return &leadscorev1.PromoteModelResponse{Model: after, Move: move}, nil
}

// RollbackModel makes an earlier version champion again.
func (m *modelService) RollbackModel(ctx context.Context, request *leadscorev1.RollbackModelRequest) (*leadscorev1.RollbackModelResponse, error) {
	var faults invalid
	checkReason(&faults, request.GetReason())
	to := ""
	if given := request.GetVersion(); given != "" {
		model, ref, ok := versionOf(given)
		if !ok || ref == models.Champion || ref == models.Challenger || "models/"+model != request.GetName() {
			faults.addf("version", "%q: not a version of this model; write %s/versions/VERSION", shortened(given), shortened(request.GetName()))
		}
		to = ref
	}
	each, err := m.served(&faults, "name", request.GetName())
	if err != nil {
		return nil, err
	}
	etag := request.GetEtag()
	if to == "" {
		aliases, err := m.server.config.Store.Aliases(each.model)
		if err != nil {
			return nil, err
		}
		if to = aliases.PreviousChampion(); to == "" {
			return nil, models.ErrNoPrevious
		}
		if etag == "" { // the champion before the one that was seen, not before another that came meanwhile
			etag = aliases.Etag()
		}
	}
	move, after, err := m.move(ctx, each, etag, request.GetValidateOnly(), models.AliasMove{To: to, By: models.ByRollback, Reason: request.GetReason()})
	if err != nil {
		return nil, err
	}
	return &leadscorev1.RollbackModelResponse{Model: after, Move: move}, nil
}

// move verifies the version, moves the champion in the store, and takes it up.
func (m *modelService) move(ctx context.Context, each *standing, etag string, validateOnly bool, move models.AliasMove) (*leadscorev1.AliasMove, *leadscorev1.Model, error) {
	this := callOf(ctx)
	this.model, this.version = each.model, move.To
	c, store := m.server.catalog, m.server.config.Store
	if _, err := c.ready(c.table.Load(), each.model, move.To); err != nil { // what cannot serve must not answer
		return nil, nil, err
	}
	move.Alias, move.Caller = models.Champion, this.caller
	if validateOnly {
		aliases, err := store.Aliases(each.model)
		if err != nil {
			return nil, nil, err
		}
		if etag != "" && etag != aliases.Etag() {
			return nil, nil, models.ErrMoved
		}
		move.From = aliases.Current[models.Champion]
	} else {
		moved, err := store.MoveIf(each.model, etag, move)
		if err != nil {
			return nil, nil, err
		}
		move = moved
		m.server.reload(move.By)
	}
	after, err := m.server.catalog.standing(each.model)
	if err != nil {
		return nil, nil, err
	}
	return wireMove(each.model, &move), m.model(after), nil
}

func (c *catalog) standing(model string) (*standing, error) {
	for _, each := range c.table.Load().models {
		if each.model == model {
			return each, nil
		}
	}
	return nil, errors.New("a model went out of service") // they never do
}

// ReloadModels reads the store's aliases now.
func (m *modelService) ReloadModels(context.Context, *leadscorev1.ReloadModelsRequest) (*leadscorev1.ReloadModelsResponse, error) {
	m.server.reload("call")
	answer := new(leadscorev1.ReloadModelsResponse)
	for _, each := range m.server.catalog.table.Load().models {
		answer.Models = append(answer.Models, m.model(each))
	}
	return answer, nil
}
