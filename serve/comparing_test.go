package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
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
	v, err := f.store.Get("deals", f.champion)
	if err != nil {
		t.Fatal(err)
	}
	v.Training.Newest = "2025-12-31T00:00:00Z"
	if f.champion, err = f.store.Put(v); err != nil {
		t.Fatal(err)
	}
	if err := f.store.SetAlias("deals", "champion", f.champion); err != nil {
		t.Fatal(err)
	}
	config.DataDir = t.TempDir()
	writeRecords(t, config.DataDir)
	r := f.start(t, config)
	return f, leadscorev1.NewComparisonServiceClient(r.connection), config.DataDir
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
	want, err := leads.Compare(numbers.Config{Capacity: capacity, Basis: basis})
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

// Whatever is wrong with a request is named, all of it, under its path; nothing outside the data directory is there.
func TestComparingIsRefused(t *testing.T) {
	_, client, dir := comparingFixture(t, Config{})
	outside := t.TempDir()
	writeRecords(t, outside)
	if err := os.Symlink(filepath.Join(outside, "leads.csv"), filepath.Join(dir, "link.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.csv"), []byte("lead_id,created,closed,outcome,country,employees,revenue,newsletter,signed_up,email\nL-1,2026-01-01,2026-02-01,won,DE,many,x,,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	compare := func(leads *leadscorev1.ClosedLeads, edit func(*leadscorev1.CompareScoresRequest)) func() error {
		request := &leadscorev1.CompareScoresRequest{Model: "deals", Leads: leads}
		if edit != nil {
			edit(request)
		}
		return func() error { _, err := client.CompareScores(t.Context(), request); return err }
	}
	explain := func(request *leadscorev1.ExplainChangeRequest) func() error {
		return func() error { _, err := client.ExplainChange(t.Context(), request); return err }
	}
	twice := closedList(2)
	twice.GetList().Leads[1] = twice.GetList().GetLeads()[0]
	faulty := closedList(2)
	faulty.GetList().GetLeads()[0].Outcome = 0
	faulty.GetList().GetLeads()[0].SnapshotTime = timestamppb.Now()
	faulty.GetList().GetLeads()[1].Lead.Fields["employes"] = number(3)
	allWon := closedList(recordCount)
	for _, each := range allWon.GetList().GetLeads() {
		each.Outcome = leadscorev1.LeadOutcome_LEAD_OUTCOME_WON
	}
	lead, at := records()[0].wire(), timestamppb.New(records()[0].created.Add(time.Hour))
	for name, c := range map[string]struct {
		call func() error
		want []string
	}{
		"no leads": {compare(nil, nil), []string{"leads: no leads; send list or files"}},
		"all that stands beside the leads": {compare(closedList(3), func(r *leadscorev1.CompareScoresRequest) {
			r.Capacity, r.SegmentFields = "many", []string{"cuntry", "signed_up", "country", "country"}
		}), []string{"capacity: ", "segment_fields[0]: \"cuntry\"", "segment_fields[1]: signed_up cannot divide", "segment_fields[3]: country: named twice"}},
		"a doubled id":      {compare(twice, nil), []string{"leads.list.leads[1].lead.id: a doubled id"}},
		"two faulty leads":  {compare(faulty, nil), []string{"leads.list.leads[0].outcome", "leads.list.leads[0].snapshot_time", `leads.list.leads[1].lead.fields["employes"]`}},
		"one outcome":       {compare(allWon, nil), []string{"leads: it takes at least one won lead and one that was not"}},
		"the way out":       {compare(closedFiles("../"+filepath.Base(outside)+"/leads.csv", "events.csv"), nil), []string{"leads.files.leads[0]: "}},
		"an absolute name":  {compare(closedFiles(filepath.Join(outside, "leads.csv"), "events.csv"), nil), []string{"leads.files.leads[0]: "}},
		"a link out":        {compare(closedFiles("link.csv", "events.csv"), nil), []string{"no such file below the data directory"}},
		"a folder":          {compare(closedFiles("folder", "events.csv"), nil), []string{"no such file below the data directory"}},
		"a pattern":         {compare(closedFiles("*.csv", "none.csv"), nil), []string{"leads.files.leads[0]: ", "leads.files.events[0]: \"none.csv\": no such file"}},
		"a faulty file":     {compare(closedFiles("bad.csv", "events.csv"), nil), []string{`leads.files.leads.employees: bad.csv: line 2: "many": not a number`, "leads.files.leads.revenue"}},
		"a change of none":  {explain(&leadscorev1.ExplainChangeRequest{From: &leadscorev1.ChangeEnd{Model: "deals"}}), []string{"from.lead: no lead"}},
		"a change of two":   {explain(&leadscorev1.ExplainChangeRequest{From: &leadscorev1.ChangeEnd{Model: "deals", Lead: lead}, To: &leadscorev1.ChangeEnd{Lead: records()[1].wire()}}), []string{"to.lead.id: "}},
		"a change backward": {explain(&leadscorev1.ExplainChangeRequest{From: &leadscorev1.ChangeEnd{Model: "deals", Lead: lead}, To: &leadscorev1.ChangeEnd{AsOf: timestamppb.New(records()[0].created.Add(-time.Hour))}}), []string{"from.as_of: the lead did not exist then"}},
		"a strange model":   {explain(&leadscorev1.ExplainChangeRequest{From: &leadscorev1.ChangeEnd{Model: "deals", Lead: lead, AsOf: at}, To: &leadscorev1.ChangeEnd{Model: "deals@@"}}), []string{"to.model: not a model's name"}},
	} {
		t.Run(name, func(t *testing.T) {
			stop := status.Convert(c.call())
			if stop.Code() != codes.InvalidArgument {
				t.Fatalf("%v, want INVALID_ARGUMENT", stop)
			}
			var all []string
			for _, detail := range stop.Details() {
				if bad, ok := detail.(*errdetails.BadRequest); ok {
					for _, v := range bad.GetFieldViolations() {
						all = append(all, v.GetField()+": "+v.GetDescription())
					}
				}
			}
			for _, want := range c.want {
				if !strings.Contains(strings.Join(all, "\n"), want) {
					t.Errorf("violations\n%s\nwant %q", strings.Join(all, "\n"), want)
				}
			}
			if strings.Contains(fmt.Sprint(stop), dir) {
				t.Errorf("%v tells the directory's name", stop)
			}
		})
	}
}

// A server without a data directory reads no file.
func TestComparingWithoutData(t *testing.T) {
	r := newFixture(t).start(t, Config{})
	_, err := leadscorev1.NewComparisonServiceClient(r.connection).GetRuleEvidence(t.Context(), &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: closedFiles("leads.csv", "events.csv")})
	if status.Code(err) != codes.FailedPrecondition {
		t.Errorf("%v, want FAILED_PRECONDITION", err)
	}
}

// Whoever no longer waits is answered at once, in the middle of a computation, and its slot comes free.
func TestComparingStopsAtTheDeadline(t *testing.T) {
	c := &comparing{slots: make(chan struct{}, 1)}
	began, stopped := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	_, err := long(ctx, c, func(ctx context.Context) (int, error) {
		close(began)
		<-stopped // as a computation that does not look at ctx
		return 1, ctx.Err()
	})
	if toStatus(t.Context(), err, "r").Code() != codes.Canceled {
		t.Errorf("long = %v, want a cancelled call", err)
	}
	waiting, patience := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer patience()
	if _, err := long(waiting, c, func(context.Context) (int, error) { return 2, nil }); toStatus(t.Context(), err, "r").Code() != codes.DeadlineExceeded {
		t.Errorf("long without a free slot = %v, want the deadline", err)
	}
	close(stopped)
	if got, err := long(t.Context(), c, func(context.Context) (int, error) { return 3, nil }); got != 3 || err != nil {
		t.Errorf("long with a free slot = %v, %v", got, err)
	}
	if _, err := long(t.Context(), c, func(context.Context) (int, error) { panic("a fault of ours") }); toStatus(t.Context(), err, "r").Code() != codes.Internal {
		t.Errorf("long with a panic = %v, want INTERNAL", err)
	}
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

// Whatever a file is called, what is found lies in the data directory and is a file.
func FuzzDataFiles(f *testing.F) {
	for _, name := range []string{"leads.csv", "../outside.csv", "/etc/passwd", "a/../../outside.csv", "link.csv", "in/link/outside.csv", "in", "..", ".", "", "\x00", "a\\b", "*.csv"} {
		f.Add(name)
	}
	outer := f.TempDir()
	dir := filepath.Join(outer, "data")
	if err := os.MkdirAll(filepath.Join(dir, "in"), 0o700); err != nil {
		f.Fatal(err)
	}
	for _, path := range []string{filepath.Join(outer, "outside.csv"), filepath.Join(dir, "leads.csv"), filepath.Join(dir, "in", "more.csv")} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	for from, to := range map[string]string{"link.csv": "../outside.csv", "in/link": "../..", "good.csv": "in/more.csv"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			f.Fatal(err)
		}
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string) {
		var faults invalid
		var bytes int64
		found := (&comparing{data: dir}).files(&faults, "files", []string{name}, &bytes)
		if len(found)+faults.total() != 1 {
			t.Fatalf("%q: found %v, faults %v", name, found, faults.violations)
		}
		for _, path := range found {
			at, err := filepath.EvalSymlinks(path)
			if err != nil || !strings.HasPrefix(at, real+string(filepath.Separator)) {
				t.Fatalf("%q is found at %s: %v", name, at, err)
			}
		}
	})
}
