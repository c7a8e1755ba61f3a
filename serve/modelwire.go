package serve

import (
	"slices"
	"time"

	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// movesShown is how many moves of its aliases a model shows.
const movesShown = 20

// model is one model on the wire. A store that cannot be read is the model's fault, told in its member, and no failure of the call.
func (m *modelService) model(each *standing) *leadscorev1.Model {
	wire := &leadscorev1.Model{
		Name:        modelResource(each.model),
		Champion:    versionResource(each.model, each.champion.id()),
		Challenger:  versionResource(each.model, each.challenger.id()),
		CanaryShare: m.server.config.Canary[each.model],
		TakenUpTime: timeOrNone(each.takenUp),
	}
	if each.shadow != nil {
		wire.Shadow = wireShadow(each.model, each.shadow.counts())
	}
	fault := each.fault
	if aliases, err := m.server.config.Store.Aliases(each.model); err == nil {
		wire.Etag = aliases.Etag()
		for _, alias := range []string{models.Champion, models.Challenger} {
			if id := aliases.Current[alias]; id != "" {
				wire.Aliases = append(wire.Aliases, &leadscorev1.ModelAlias{Alias: alias, Version: versionResource(each.model, id)})
			}
		}
		for i := len(aliases.History) - 1; i >= 0 && len(wire.Moves) < movesShown; i-- {
			wire.Moves = append(wire.Moves, wireMove(each.model, &aliases.History[i]))
		}
	} else if fault == nil {
		fault = err
	}
	if fault != nil {
		wire.Fault, wire.FaultTime = faultStatus(fault), timeOrNone(each.faultSince)
	}
	return wire
}

// faultStatus says what is wrong with a version or a store.
func faultStatus(err error) *statuspb.Status {
	code, _, text := classify(err)
	if code == codes.Internal {
		text = "the store cannot be read; the server's log has the reason"
	}
	return &statuspb.Status{Code: int32(code), Message: text}
}

func timeOrNone(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func wireMove(model string, move *models.AliasMove) *leadscorev1.AliasMove {
	return &leadscorev1.AliasMove{
		Time: timeOrNone(move.Time), Alias: move.Alias,
		From: versionResource(model, move.From), To: versionResource(model, move.To),
		By: move.By, Caller: move.Caller, Reason: move.Reason,
	}
}

func wireShadow(model string, c *ShadowCounts) *leadscorev1.Shadow {
	wire := &leadscorev1.Shadow{
		Champion: versionResource(model, c.Champion), Challenger: versionResource(model, c.Challenger), StartTime: timeOrNone(c.Since),
		Leads: c.Leads, Failed: c.Failed, Fell: c.Fell, Rose: c.Rose, Requalified: c.Requalified,
		MeanProbabilityChange: c.MeanChange, MeanAbsoluteProbabilityChange: c.MeanAbsoluteChange,
	}
	for _, each := range c.RankChanges {
		wire.RankChanges = append(wire.RankChanges, &leadscorev1.RankChange{From: each.From, Leads: each.Leads})
	}
	return wire
}

// listed is a version as the store's listing knows it.
func (m *modelService) listed(model string, entry *models.Entry) *leadscorev1.ModelVersion {
	key := idKey(model, entry.ID)
	return &leadscorev1.ModelVersion{
		Name: versionResource(model, entry.ID), Aliases: entry.Aliases, StoredTime: timeOrNone(entry.Stored),
		InService: m.server.catalog.table.Load().routes[key] != nil || m.server.catalog.asked.get(key) != nil,
	}
}

// describe adds what the version's file says, or why it cannot be read.
func (m *modelService) describe(wire *leadscorev1.ModelVersion, model, id string) {
	c := m.server.catalog
	loaded, err := c.ready(c.table.Load(), model, id)
	if err != nil {
		wire.Fault = faultStatus(err)
		return
	}
	v := loaded.version
	wire.Checksum, wire.FormatVersion, wire.CodeVersion = v.Checksum, int32(v.FormatVersion), v.Code
	wire.RulesVersion, wire.Horizon = loaded.scorer.Rules().Version(), loaded.horizon
	wire.Training = &leadscorev1.TrainingData{
		Rows: v.Training.Rows, Leads: v.Training.Used, Won: v.Training.Won, Fingerprint: v.Training.Fingerprint,
		OldestTime: timeOrNone(parsed(v.Training.Oldest)), NewestTime: timeOrNone(loaded.newest),
	}
	if judged := &v.Validation; judged.Leads > 0 {
		wire.Validation = &leadscorev1.HeldOutFigures{
			Leads: judged.Leads, Won: judged.Won, Auc: judged.Model.AUC.Value, AucLow: judged.Model.AUC.Low, AucHigh: judged.Model.AUC.High,
			RulesAuc: judged.Rules.AUC.Value, LogLoss: judged.Model.LogLoss, BrierScore: judged.Model.Brier, Verdict: judged.Verdict,
		}
		if observed := judged.Model.Calibration.Observed; observed > 0 {
			wire.Validation.ExpectedToObserved = judged.Model.Calibration.Expected / observed
		}
	}
	if v.Recalibration != nil {
		wire.RecalibratedFrom = versionResource(model, v.Recalibration.Base)
	}
	wire.Fields = leadFields(v)
	wire.EventTypes = v.Schema.EventTypes()
}

func parsed(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// levelsShown is how many known values of a category a field shows.
const levelsShown = 100

func leadFields(v *models.Version) []*leadscorev1.LeadField {
	fields := make([]*leadscorev1.LeadField, len(v.Schema.Fields))
	for i := range v.Schema.Fields {
		f := &v.Schema.Fields[i]
		fields[i] = &leadscorev1.LeadField{Name: f.Name, Kind: fieldKind(f.Kind), Used: f.Use != features.UseNo}
		at := slices.IndexFunc(v.Encoder.Inputs, func(in features.Input) bool { return in.Source == features.FromField && in.Index == i })
		if f.Kind == features.Category && at >= 0 {
			levels := v.Encoder.Coders[at].Levels
			fields[i].Levels = levels[:min(len(levels), levelsShown)]
		}
	}
	return fields
}

func fieldKind(k features.Kind) leadscorev1.FieldKind {
	switch k {
	case features.Number:
		return leadscorev1.FieldKind_FIELD_KIND_NUMBER
	case features.Category:
		return leadscorev1.FieldKind_FIELD_KIND_CATEGORY
	case features.Boolean:
		return leadscorev1.FieldKind_FIELD_KIND_BOOLEAN
	case features.Date:
		return leadscorev1.FieldKind_FIELD_KIND_DATE
	case features.Email:
		return leadscorev1.FieldKind_FIELD_KIND_EMAIL
	}
	return leadscorev1.FieldKind_FIELD_KIND_UNSPECIFIED
}
