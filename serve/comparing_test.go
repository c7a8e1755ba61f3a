package serve

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models/change"
	numbers "leadscore/models/comparison"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// closedLead is a record with what became of it, as its file has it.
func (r *record) closedLead(i int) *leadscorev1.ClosedLead {
	outcome := leadscorev1.LeadOutcome_LEAD_OUTCOME_WON
	if i%2 == 1 {
		outcome = leadscorev1.LeadOutcome_LEAD_OUTCOME_LOST
	}
	return &leadscorev1.ClosedLead{Lead: r.wire(), Outcome: outcome, ClosedTime: timestamppb.New(r.created.AddDate(0, 0, 60))}
}

func closedList(n int) *leadscorev1.ClosedLeads {
	list := &leadscorev1.ClosedLeadList{}
	for i, r := range records()[:n] {
		list.Leads = append(list.Leads, r.closedLead(i))
	}
	return &leadscorev1.ClosedLeads{Source: &leadscorev1.ClosedLeads_List{List: list}}
}

func closedFiles(leads, events string) *leadscorev1.ClosedLeads {
	return &leadscorev1.ClosedLeads{Source: &leadscorev1.ClosedLeads_Files{Files: &leadscorev1.ClosedLeadFiles{Leads: []string{leads}, Events: []string{events}}}}
}

// comparingFixture is a server whose data directory holds the records, and whose version has learned from none of them.
func comparingFixture(t testing.TB, config Config) (*fixture, leadscorev1.ComparisonServiceClient, string) {
	t.Helper()
	f := newFixture(t)
	f.learnedUntil(t, "2025-12-31T00:00:00Z")
	config.DataDir = t.TempDir()
	writeRecords(t, config.DataDir)
	r := f.start(t, config)
	return f, leadscorev1.NewComparisonServiceClient(r.connection), config.DataDir
}

// learnedUntil makes a champion that has learned from nothing newer.
func (f *fixture) learnedUntil(t testing.TB, newest string) {
	t.Helper()
	v, err := f.store.Get("deals", f.champion)
	if err != nil {
		t.Fatal(err)
	}
	v.Training.Newest = newest
	if f.champion, err = f.store.Put(v); err != nil {
		t.Fatal(err)
	}
	if err := f.store.SetAlias("deals", "champion", f.champion); err != nil {
		t.Fatal(err)
	}
}

// The comparison of leads sent is that of the same leads in a file, and both are what package comparison says: no figure is lost on the way to the wire.
func TestCompareScores(t *testing.T) {
	f, client, dir := comparingFixture(t, Config{})
	request := &leadscorev1.CompareScoresRequest{Model: "deals", Leads: closedList(recordCount), Capacity: "10/week", SegmentFields: []string{"country", "employees"}}
	sent, err := client.CompareScores(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	request.Leads = closedFiles("leads.csv", "events.csv")
	read, err := client.CompareScores(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(sent.GetComparison(), read.GetComparison()) {
		t.Error("leads sent and leads read are compared differently")
	}
	scorer := f.scorer(t, f.champion)
	h := readRecords(t, scorer.Version().Schema, dir)
	chosen, basis := numbers.Newest(h, scorer.Version(), recordCount, nil)
	leads, err := numbers.Score(t.Context(), scorer, h, chosen, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range request.GetSegmentFields() {
		field, _ := scorer.Version().Schema.FieldIndex(name)
		leads.Segments = append(leads.Segments, numbers.Divide(h.Table, field, chosen.Rows))
	}
	capacity, _ := numbers.ParseCapacity("10/week")
	want, err := leads.Compare(t.Context(), numbers.Config{Capacity: capacity, Basis: basis})
	if err != nil {
		t.Fatal(err)
	}
	got := sent.GetComparison()
	if got.GetLeads() < 100 || int(got.GetLeads()) != want.Leads || got.GetRanking().GetAuc().GetModel().GetValue() != want.Ranking.AUC[0].Value ||
		got.GetRanking().GetDifference().GetLow() != want.Ranking.Difference.Low || got.GetWork().GetWon().GetRules() != want.Work.Won[1] ||
		len(got.GetSegments()) != 2 || got.GetDisagreement().GetQuadrants()[0].GetQuadrant() != leadscorev1.Quadrant_QUADRANT_BOTH_HIGH {
		t.Errorf("the answer is %v", got)
	}
	sameFigures(t, want, got)
	if sent.GetScoredBy().GetVersion() != f.champion {
		t.Errorf("scored by %v", sent.GetScoredBy())
	}
}

// sameFigures holds that each number and text of a result stands in the message too, as often.
func sameFigures(t *testing.T, result any, message proto.Message) {
	t.Helper()
	again := message.ProtoReflect().New().Interface()
	left, err := ontoWire(result, again)
	if err != nil || len(left) > 0 {
		t.Errorf("without a place on the wire: %v, %v", left, err)
	}
	text, _ := json.Marshal(result)
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	want, got := map[string]int{}, map[string]int{}
	countValues(value, want)
	countFields(message.ProtoReflect(), got)
	delete(want, "0") // a zero is not on the wire
	for figure, times := range want {
		if got[figure] < times {
			t.Errorf("%s stands %d times in the result, %d times on the wire", figure, times, got[figure])
		}
	}
}

func countValues(value any, into map[string]int) {
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			countValues(member, into)
		}
	case []any:
		for _, element := range v {
			countValues(element, into)
		}
	case float64:
		into[fmt.Sprint(v)]++
	}
}

func countFields(m protoreflect.Message, into map[string]int) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		one := func(v protoreflect.Value) {
			switch x := v.Interface().(type) {
			case protoreflect.Message:
				countFields(x, into)
			case float64:
				into[fmt.Sprint(x)]++
			case int32:
				into[fmt.Sprint(float64(x))]++
			case int64:
				into[fmt.Sprint(float64(x))]++
			}
		}
		switch {
		case field.IsMap():
			value.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool { one(v); return true })
		case field.IsList():
			for i := range value.List().Len() {
				one(value.List().Get(i))
			}
		default:
			one(value)
		}
		return true
	})
}

// Evidence of leads sent, of a file, and of the package is the same.
func TestGetRuleEvidence(t *testing.T) {
	f, client, dir := comparingFixture(t, Config{})
	sent, err := client.GetRuleEvidence(t.Context(), &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: closedList(recordCount)})
	if err != nil {
		t.Fatal(err)
	}
	read, err := client.GetRuleEvidence(t.Context(), &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: closedFiles("leads.csv", "events.csv")})
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(sent.GetEvidence(), read.GetEvidence()) {
		t.Error("leads sent and leads read are judged differently")
	}
	route, err := newCatalog(Config{Store: f.store, Models: []string{"deals"}})
	if err != nil {
		t.Fatal(err)
	}
	version, err := route.get("deals")
	if err != nil {
		t.Fatal(err)
	}
	want, err := judgeRules(t.Context(), version.ready, readRecords(t, version.schema, dir))
	if err != nil {
		t.Fatal(err)
	}
	sameFigures(t, want, sent.GetEvidence())
	first := sent.GetEvidence().GetRules()[0]
	if len(sent.GetEvidence().GetRules()) != 5 || first.GetId() != "size" || first.GetPointsGiven() != 25 || first.GetVerdict() == leadscorev1.RuleVerdict_RULE_VERDICT_UNSPECIFIED ||
		first.GetPointsEarned().GetValue() != want.Rules[0].Earned.Value {
		t.Errorf("the first rule is %v", first)
	}
}

// A change between times and versions is that of package change, and its steps chain on the wire as well.
func TestExplainChange(t *testing.T) {
	f, client, _ := comparingFixture(t, Config{})
	list := records()
	for i := range 40 {
		then := list[i].created.AddDate(0, 0, 3)
		now := then.AddDate(0, 0, 20)
		after := list[i+1]
		after.id, after.created, after.events = list[i].id, list[i].created, append(list[i].events, list[i+1].events...)
		request := &leadscorev1.ExplainChangeRequest{
			From: &leadscorev1.ChangeEnd{Model: "deals", Lead: list[i].wire(), AsOf: timestamppb.New(then)},
			To:   &leadscorev1.ChangeEnd{Model: "deals@challenger", Lead: after.wire(), AsOf: timestamppb.New(now)},
		}
		answer, err := client.ExplainChange(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		old, current := f.scorer(t, f.champion), f.scorer(t, f.challenger)
		want, err := change.Explain(t.Context(), change.Question{
			From: change.End{Scorer: old, Lead: asLead(t, f, list[i].wire()), AsOf: features.MicrosOf(then)},
			To:   change.End{Scorer: current, Lead: asLead(t, f, after.wire()), AsOf: features.MicrosOf(now)},
		})
		if err != nil {
			t.Fatal(err)
		}
		sameFigures(t, want, answer.GetChange())
		got := answer.GetChange()
		at := got.GetFrom().GetLogOdds()
		for k, step := range got.GetSteps() {
			if step.GetLogOdds().GetBefore() != at || int(step.GetStep()) != k+1 {
				t.Fatalf("step %d %s begins with %v, want %v", k, step.GetStep(), step.GetLogOdds(), at)
			}
			at = step.GetLogOdds().GetAfter()
		}
		if len(got.GetSteps()) != 5 || at != got.GetTo().GetLogOdds() || at != want.To.LogOdds || got.GetTo().GetPoints() != want.To.Points {
			t.Fatalf("the steps end with %v, want %v", at, want.To.LogOdds)
		}
		if answer.GetFromScoredBy().GetVersion() != f.champion || answer.GetToScoredBy().GetVersion() != f.challenger {
			t.Fatalf("scored by %v and %v", answer.GetFromScoredBy(), answer.GetToScoredBy())
		}
	}
}

func asLead(t *testing.T, f *fixture, wire *leadscorev1.Lead) *features.Lead {
	t.Helper()
	var faults invalid
	lead := (&comparing{limits: Limits{}.withDefaults()}).lead(&faults, "lead", &ready{schema: f.history.Table.Schema}, wire)
	if err := faults.err(); err != nil {
		t.Fatal(err)
	}
	return lead
}

// The comparison stands in every answer of ScoreLead, as the package makes it.
func TestEveryScoreHasItsComparison(t *testing.T) {
	f := newFixture(t)
	r, scorer := f.start(t, Config{}), f.scorer(t, f.champion)
	at := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	for _, record := range records()[:50] {
		answer, err := r.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: record.wire(), AsOf: timestamppb.New(at)})
		if err != nil {
			t.Fatal(err)
		}
		snapshot := asLead(t, f, record.wire()).At(features.MicrosOf(at))
		want := scorer.Score(&snapshot)
		got := answer.GetScore().GetComparison()
		if got.GetGap() != want.Comparison.Gap || got.GetPointsPercentile() != want.Comparison.PointsPercentile || got.GetQuadrant() != quadrant(want.Comparison.Quadrant) || len(got.GetCauses()) != len(want.Comparison.Causes) {
			t.Fatalf("lead %s: %v, want %+v", record.id, got, want.Comparison)
		}
	}
}

// Misfits are named, never guessed.
func TestOntoWire(t *testing.T) {
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"a text for a number":  {map[string]any{"leads": "many"}, "ScoreComparison.leads: many"},
		"a fraction for count": {map[string]any{"leads": 1.5}, "ScoreComparison.leads: 1.5"},
		"an unknown enum":      {map[string]any{"basis": map[string]any{"kind": "guessed"}}, "ScoreComparison.basis.kind: guessed"},
		"a list too long":      {map[string]any{"ranking": map[string]any{"auc": []any{1, 2, 3}}}, "ScoreComparison.ranking.auc"},
		"no day":               {map[string]any{"from": "soon"}, "ScoreComparison.from: soon"},
	} {
		if _, err := ontoWire(c.value, &leadscorev1.ScoreComparison{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	left, err := ontoWire(map[string]any{"leads": 3, "new": 1, "win_rate": map[string]any{"value": math.Pi}}, &leadscorev1.ScoreComparison{})
	if err != nil || !reflect.DeepEqual(left, []string{"ScoreComparison.new"}) {
		t.Errorf("left %v, %v", left, err)
	}
}
