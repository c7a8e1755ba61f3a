package serve

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

func (f *fixture) resource(id string) string { return "models/deals/versions/" + id }

func wantReason(t *testing.T, err error, code codes.Code, reason string) {
	t.Helper()
	made := status.Convert(err)
	if made.Code() != code || !strings.Contains(fmt.Sprint(made.Details()), reason) {
		t.Errorf("%v %v, want %v %s", err, made.Details(), code, reason)
	}
}

func TestPromoteAndRollBack(t *testing.T) {
	f := newFixture(t)
	third := f.put(t, "deals", 0.125)
	server := f.start(t, Config{})
	before, err := server.models.GetModel(t.Context(), &leadscorev1.GetModelRequest{Name: "models/deals"})
	if err != nil {
		t.Fatal(err)
	}
	dry := &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: f.resource(third), Etag: before.GetEtag(), ValidateOnly: true}
	if answer, err := server.models.PromoteModel(t.Context(), dry); err != nil || answer.GetMove().GetTo() != f.resource(third) || answer.GetModel().GetChampion() != f.resource(f.champion) {
		t.Errorf("dry run: %v, %v; want the move and the old champion", answer, err)
	}
	if got := server.versionOfAnswer(t, "deals"); got != f.champion {
		t.Fatalf("a dry run made %s champion", got)
	}
	promoted, err := server.models.PromoteModel(t.Context(), &leadscorev1.PromoteModelRequest{
		Name: "models/deals", Version: f.resource(third), Etag: before.GetEtag(), Reason: "agreed with sales"})
	if err != nil {
		t.Fatal(err)
	}
	if got := server.versionOfAnswer(t, "deals"); got != third {
		t.Errorf("after the promotion %s answers, want %s", got, third)
	}
	want := &leadscorev1.AliasMove{Alias: "champion", From: f.resource(f.champion), To: f.resource(third), By: "promote", Reason: "agreed with sales"}
	if diff := cmp.Diff(want, promoted.GetMove(), protocmp.Transform(), protocmp.IgnoreFields(want, "time", "caller")); diff != "" {
		t.Errorf("the move: -want +got\n%s", diff)
	}
	if promoted.GetMove().GetCaller() == "" {
		t.Error("the move does not say who asked for it")
	}
	if took := time.Since(promoted.GetMove().GetTime().AsTime()); took < 0 || took > time.Minute {
		t.Errorf("the move is %v old", took)
	}
	if promoted.GetModel().GetEtag() == before.GetEtag() || promoted.GetModel().GetMoves()[0].GetReason() != "agreed with sales" {
		t.Errorf("the model after it: %v, want another etag and the move first", promoted.GetModel())
	}
	// The store has it, as the command line would have written it.
	aliases, err := f.store.Aliases("deals")
	if err != nil {
		t.Fatal(err)
	}
	if last := aliases.History[len(aliases.History)-1]; aliases.Current[models.Champion] != third || last.By != models.ByPromote || last.Reason != "agreed with sales" {
		t.Errorf("the store has %v and %+v", aliases.Current, last)
	}
	_, err = server.models.PromoteModel(t.Context(), &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: f.resource(f.challenger), Etag: before.GetEtag()})
	wantReason(t, err, codes.Aborted, "ETAG_MISMATCH")
	if _, err := server.models.PromoteModel(t.Context(), &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: "models/deals/versions/challenger"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{third, f.champion} { // one champion further back each time
		answer, err := server.models.RollbackModel(t.Context(), &leadscorev1.RollbackModelRequest{Name: "models/deals", Reason: "scores jumped"})
		if err != nil || answer.GetMove().GetTo() != f.resource(want) || server.versionOfAnswer(t, "deals") != want {
			t.Fatalf("rollback: %v, %v; want %s", answer, err, want)
		}
	}
	_, err = server.models.RollbackModel(t.Context(), &leadscorev1.RollbackModelRequest{Name: "models/deals"})
	wantReason(t, err, codes.FailedPrecondition, "NO_EARLIER_CHAMPION")
	if answer, err := server.models.RollbackModel(t.Context(), &leadscorev1.RollbackModelRequest{Name: "models/deals", Version: f.resource(third)}); err != nil || answer.GetMove().GetBy() != "rollback" {
		t.Errorf("rollback to a version: %v, %v", answer, err)
	}
	if got := server.versionOfAnswer(t, "deals"); got != third {
		t.Errorf("%s answers, want %s", got, third)
	}
}

// A version that cannot serve is not promoted: neither in the store nor here.
func TestPromoteVerifies(t *testing.T) {
	f := newFixture(t)
	third := f.put(t, "deals", 0.125)
	rewrite(t, filepath.Join(f.store.Dir(), "deals", "versions", third, "model.json"), func(text []byte) []byte { return text[:100] })
	server := f.start(t, Config{})
	_, err := server.models.PromoteModel(t.Context(), &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: f.resource(third)})
	wantReason(t, err, codes.FailedPrecondition, "VERSION_UNUSABLE")
	aliases, err := f.store.Aliases("deals")
	if err != nil || aliases.Current[models.Champion] != f.champion || server.versionOfAnswer(t, "deals") != f.champion {
		t.Errorf("the champion is %v, %v; want the old one", aliases, err)
	}
}

func TestModelServiceRefuses(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{})
	ctx, m := t.Context(), server.models
	long := strings.Repeat("x", mostReason+1)
	for name, call := range map[string]struct {
		ask   func() error
		paths []string
	}{
		"a bare name": {func() error { _, err := m.GetModel(ctx, &leadscorev1.GetModelRequest{Name: "deals"}); return err }, []string{"name"}},
		"an alias in a name": {func() error {
			_, err := m.GetModel(ctx, &leadscorev1.GetModelRequest{Name: "models/deals@champion"})
			return err
		}, []string{"name"}},
		"an unknown member": {func() error {
			_, err := m.GetModel(ctx, &leadscorev1.GetModelRequest{Name: "deals", ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"colour"}}})
			return err
		}, []string{"read_mask", "name"}},
		"a negative page": {func() error { _, err := m.ListModels(ctx, &leadscorev1.ListModelsRequest{PageSize: -1}); return err }, []string{"page_size"}},
		"a made-up token": {func() error {
			_, err := m.ListModels(ctx, &leadscorev1.ListModelsRequest{PageToken: "next"})
			return err
		}, []string{"page_token"}},
		"no version": {func() error {
			_, err := m.PromoteModel(ctx, &leadscorev1.PromoteModelRequest{Name: "models/deals", Reason: long})
			return err
		}, []string{"reason", "version"}},
		"another model's version": {func() error {
			_, err := m.PromoteModel(ctx, &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: "models/quotes/versions/" + f.champion})
			return err
		}, []string{"version"}},
		"a rollback to an alias": {func() error {
			_, err := m.RollbackModel(ctx, &leadscorev1.RollbackModelRequest{Name: "models/deals", Version: "models/deals/versions/challenger"})
			return err
		}, []string{"version"}},
		"a version's name": {func() error {
			_, err := m.GetModelVersion(ctx, &leadscorev1.GetModelVersionRequest{Name: "models/deals/versions/../../x"})
			return err
		}, []string{"name"}},
	} {
		t.Run(name, func(t *testing.T) { wantViolations(t, call.ask(), call.paths...) })
	}
	_, err := m.GetModel(ctx, &leadscorev1.GetModelRequest{Name: "models/quotes"})
	wantReason(t, err, codes.NotFound, "MODEL_NOT_FOUND")
	_, err = m.GetModelVersion(ctx, &leadscorev1.GetModelVersionRequest{Name: "models/deals/versions/2026-01-01-0123456789ab"})
	wantReason(t, err, codes.NotFound, "VERSION_NOT_FOUND")
	_, err = m.PromoteModel(ctx, &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: "models/deals/versions/2026-01-01-0123456789ab"})
	wantReason(t, err, codes.NotFound, "VERSION_NOT_FOUND")
}

func TestListsInPages(t *testing.T) {
	f := newFixture(t)
	for i, model := range []string{"renewals", "quotes"} {
		id := f.put(t, model, 0.1*float64(i+1))
		if err := f.store.SetAlias(model, models.Champion, id); err != nil {
			t.Fatal(err)
		}
	}
	all := []string{f.champion, f.challenger}
	for i := range 5 {
		all = append(all, f.put(t, "deals", 0.01*float64(i+1)))
	}
	slices.Sort(all)
	slices.Reverse(all)
	server := f.start(t, Config{Models: []string{"renewals", "deals", "quotes"}})
	var names []string
	request := &leadscorev1.ListModelsRequest{PageSize: 2, ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"name"}}}
	for pages := 1; ; pages++ {
		answer, err := server.models.ListModels(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, model := range answer.GetModels() {
			names = append(names, model.GetName())
			if model.GetChampion() != "" || model.GetEtag() != "" {
				t.Errorf("a mask of the name gives %v", model)
			}
		}
		if request.PageToken = answer.GetNextPageToken(); request.PageToken == "" {
			if pages != 2 {
				t.Errorf("%d pages of two, want 2", pages)
			}
			break
		}
	}
	if want := []string{"models/deals", "models/quotes", "models/renewals"}; !slices.Equal(names, want) {
		t.Errorf("models %v, want %v", names, want)
	}
	var versions []string
	list := &leadscorev1.ListModelVersionsRequest{Parent: "models/deals", PageSize: 3}
	for {
		answer, err := server.models.ListModelVersions(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		for _, version := range answer.GetModelVersions() {
			versions = append(versions, strings.TrimPrefix(version.GetName(), "models/deals/versions/"))
		}
		if list.PageToken = answer.GetNextPageToken(); list.PageToken == "" {
			break
		}
	}
	if !slices.Equal(versions, all) {
		t.Errorf("versions %v, want %v", versions, all)
	}
	if _, err := server.models.ListModels(t.Context(), &leadscorev1.ListModelsRequest{PageToken: makeToken("models/deals", all[0])}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("another list's token: %v, want InvalidArgument", err)
	}
}

func TestDescribesVersions(t *testing.T) {
	f := newFixture(t)
	broken := f.put(t, "deals", 0.125)
	rewrite(t, filepath.Join(f.store.Dir(), "deals", "versions", broken, "model.json"), func(text []byte) []byte { return text[:100] })
	server := f.start(t, Config{})
	version, err := server.models.GetModelVersion(t.Context(), &leadscorev1.GetModelVersionRequest{Name: "models/deals/versions/champion"})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]leadscorev1.FieldKind{}
	for _, field := range version.GetFields() {
		kinds[field.GetName()] = field.GetKind()
		if field.GetUsed() == (field.GetName() == "close_reason") {
			t.Errorf("field %s: used is %v", field.GetName(), field.GetUsed())
		}
		if field.GetName() == "country" && !slices.Equal(field.GetLevels(), []string{"AT", "DE", "FR", "US"}) {
			t.Errorf("countries %v", field.GetLevels())
		}
	}
	want := map[string]leadscorev1.FieldKind{"country": 2, "employees": 1, "revenue": 1, "newsletter": 3, "signed_up": 4, "email": 5, "close_reason": 2}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("fields: -want +got\n%s", diff)
	}
	if version.GetName() != f.resource(f.champion) || !version.GetInService() || version.GetTraining().GetLeads() != recordCount ||
		version.GetHorizon().AsDuration() != 90*24*time.Hour || len(version.GetChecksum()) != 64 || !slices.Equal(version.GetAliases(), []string{"champion"}) {
		t.Errorf("version %v", version)
	}
	if want := []string{"pricing_page", "product_page", "demo_request"}; !slices.Equal(version.GetEventTypes(), want) {
		t.Errorf("event types %v, want %v", version.GetEventTypes(), want)
	}
	list, err := server.models.ListModelVersions(t.Context(), &leadscorev1.ListModelVersionsRequest{Parent: "models/deals",
		ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"name", "fault", "training.won"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range list.GetModelVersions() {
		isBroken := each.GetName() == f.resource(broken)
		if (each.GetFault() != nil) != isBroken || (each.GetTraining().GetWon() == recordCount/2) == isBroken {
			t.Errorf("version %v, want its faults and wins", each)
		}
		if each.GetTraining().GetLeads() != 0 || each.GetChecksum() != "" || each.GetAliases() != nil {
			t.Errorf("version %v, want only what the mask names", each)
		}
	}
	if len(list.GetModelVersions()) != 3 {
		t.Errorf("%d versions, want 3", len(list.GetModelVersions()))
	}
}

func TestReloadCall(t *testing.T) {
	f := newFixture(t)
	third := f.put(t, "deals", 0.125)
	server := f.start(t, Config{})
	f.alias(t, models.Champion, third)
	answer, err := server.models.ReloadModels(t.Context(), &leadscorev1.ReloadModelsRequest{})
	if err != nil || len(answer.GetModels()) != 1 || answer.GetModels()[0].GetChampion() != f.resource(third) {
		t.Errorf("ReloadModels = %v, %v; want the new champion", answer, err)
	}
}
