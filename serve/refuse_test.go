package serve

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// paths are the violated fields that an error names.
func paths(t *testing.T, made *status.Status) []string {
	t.Helper()
	var list []string
	for _, detail := range made.Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				if v.GetDescription() == "" {
					t.Errorf("violation of %s says nothing", v.GetField())
				}
				list = append(list, v.GetField())
			}
		}
	}
	return list
}

// wantViolations wants INVALID_ARGUMENT for exactly these fields.
func wantViolations(t *testing.T, err error, want ...string) {
	t.Helper()
	made := status.Convert(err)
	if made.Code() != codes.InvalidArgument {
		t.Fatalf("%v, want InvalidArgument", err)
	}
	if diff := cmp.Diff(want, paths(t, made)); diff != "" {
		t.Errorf("violated fields of %q: -want +got\n%s", made.Message(), diff)
	}
}

func TestRefusesRequests(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	asOf := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	event := func(kind string, at *timestamppb.Timestamp) *leadscorev1.LeadEvent {
		return &leadscorev1.LeadEvent{Type: kind, Time: at}
	}
	broken := &timestamppb.Timestamp{Seconds: math.MaxInt64}
	for name, test := range map[string]struct {
		change func(r *leadscorev1.ScoreLeadRequest)
		want   []string
		says   string // in the message
	}{
		"no lead":        {func(r *leadscorev1.ScoreLeadRequest) { r.Lead = nil }, []string{"lead"}, "no lead"},
		"no id":          {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Id = "" }, []string{"lead.id"}, "empty"},
		"blank id":       {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Id = " \t" }, []string{"lead.id"}, "empty"},
		"long id":        {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Id = strings.Repeat("x", 257) }, []string{"lead.id"}, "257 bytes"},
		"no model":       {func(r *leadscorev1.ScoreLeadRequest) { r.Model = "" }, []string{"model"}, "deals@challenger"},
		"model name":     {func(r *leadscorev1.ScoreLeadRequest) { r.Model = "../../etc/passwd" }, []string{"model"}, "not a model's name"},
		"alias":          {func(r *leadscorev1.ScoreLeadRequest) { r.Model = "deals@best" }, []string{"model"}, "not a model's name"},
		"explanation":    {func(r *leadscorev1.ScoreLeadRequest) { r.Explanation = 7 }, []string{"explanation"}, "EXPLANATION_FULL"},
		"as_of":          {func(r *leadscorev1.ScoreLeadRequest) { r.AsOf = broken }, []string{"as_of"}, "years 1 and 9999"},
		"created":        {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.CreatedTime = &timestamppb.Timestamp{Nanos: -1} }, []string{"lead.created_time"}, "nanos -1"},
		"created later":  {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.CreatedTime = timestamppb.New(asOf.Add(time.Hour)) }, []string{"lead.created_time"}, "2026-08-01T01:00:00Z"},
		"unknown field":  {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["emploees"] = number(1) }, []string{`lead.fields["emploees"]`}, "did you mean employees?"},
		"text in number": {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["employees"] = text("many") }, []string{`lead.fields["employees"]`}, "a text, not a number"},
		"number as date": {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["signed_up"] = number(45000) }, []string{`lead.fields["signed_up"]`}, "not a time"},
		"NaN":            {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["employees"] = number(math.NaN()) }, []string{`lead.fields["employees"]`}, "NaN"},
		"+Inf":           {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["revenue"] = number(math.Inf(1)) }, []string{`lead.fields["revenue"]`}, "+Inf"},
		"−Inf":           {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["revenue"] = number(math.Inf(-1)) }, []string{`lead.fields["revenue"]`}, "-Inf"},
		"no kind":        {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["revenue"] = &leadscorev1.FieldValue{} }, []string{`lead.fields["revenue"]`}, "missing where nothing is known"},
		"date": {func(r *leadscorev1.ScoreLeadRequest) {
			r.Lead.Fields["signed_up"] = &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Timestamp{Timestamp: broken}}
		}, []string{`lead.fields["signed_up"]`}, "years 1 and 9999"},
		"2 MB text": {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields["country"] = text(strings.Repeat("x", 2<<20)) }, []string{`lead.fields["country"]`}, "2097152 bytes"},
		"2 MB name": {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields[strings.Repeat("x", 2<<20)] = number(1) }, []string{`lead.fields["` + strings.Repeat("x", 80) + `…"]`}, "not a field"},
		"2001 fields": {func(r *leadscorev1.ScoreLeadRequest) {
			for i := range 2001 {
				r.Lead.Fields[fmt.Sprint("f", i)] = number(1)
			}
		}, []string{"lead.fields"}, "at most 2000"},
		"10,001 events": {func(r *leadscorev1.ScoreLeadRequest) {
			for range 10_001 {
				r.Lead.Events = append(r.Lead.Events, event("visit", timestamppb.New(asOf)))
			}
		}, []string{"lead.events"}, "at most 10000"},
		"event without type": {func(r *leadscorev1.ScoreLeadRequest) {
			r.Lead.Events = append(r.Lead.Events, event("", timestamppb.New(asOf)))
		}, []string{"lead.events[0].type"}, "empty"},
		"event without time": {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Events = append(r.Lead.Events, event("visit", nil)) }, []string{"lead.events[0].time"}, "no time"},
		"event at no time":   {func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Events = append(r.Lead.Events, event("visit", broken)) }, []string{"lead.events[0].time"}, "years 1 and 9999"},
		"everything at once": {func(r *leadscorev1.ScoreLeadRequest) {
			r.AsOf, r.Explanation, r.Lead.Id = broken, -1, ""
			r.Lead.Fields = map[string]*leadscorev1.FieldValue{"zzz": number(1), "employees": boolean(true), "aaa": text("")}
			r.Lead.Events = []*leadscorev1.LeadEvent{event("", nil), event("visit", timestamppb.New(asOf)), nil}
		}, []string{"as_of", "explanation", "lead.id", "lead.events[0].type", "lead.events[0].time", "lead.events[2].type", "lead.events[2].time",
			`lead.fields["aaa"]`, `lead.fields["employees"]`, `lead.fields["zzz"]`}, "and 7 more"},
	} {
		t.Run(name, func(t *testing.T) {
			request := &leadscorev1.ScoreLeadRequest{Model: "deals", AsOf: timestamppb.New(asOf),
				Lead: &leadscorev1.Lead{Id: "L-1", Fields: map[string]*leadscorev1.FieldValue{}}}
			test.change(request)
			_, err := server.scoring.ScoreLead(t.Context(), request)
			wantViolations(t, err, test.want...)
			if message := status.Convert(err).Message(); !strings.Contains(message, test.says) {
				t.Errorf("message %q, want it to say %q", message, test.says)
			}
		})
	}
}

func TestTenThousandEvents(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	lead := &leadscorev1.Lead{Id: "busy"}
	now := time.Now()
	for i := range 10_000 {
		lead.Events = append(lead.Events, &leadscorev1.LeadEvent{Type: "pricing_page", Time: timestamppb.New(now.Add(-time.Duration(i) * time.Minute))})
	}
	if _, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead}); err != nil {
		t.Errorf("10,000 events: %v, want a score", err)
	}
}

func TestUnknownModels(t *testing.T) {
	f := newFixture(t)
	f.put(t, "other", 1)
	server := f.start(t, Config{})
	for name, want := range map[string]string{
		"nothing":                         `this server has no model "nothing"; it has deals`,
		"other":                           `this server has no model "other"; it has deals`,
		"deals/2026-01-01-0123456789ab":   "the model has no such version, or no version under this alias",
		"nothing/2026-01-01-0123456789ab": `this server has no model "nothing"; it has deals`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: name, Lead: records()[0].wire()})
			if made := status.Convert(err); made.Code() != codes.NotFound || made.Message() != want {
				t.Errorf("%v, want NotFound: %s", err, want)
			}
		})
	}
}

// A version that was changed on disk never serves, and the answer does not tell where it lies.
func TestTamperedVersion(t *testing.T) {
	f := newFixture(t)
	third := f.put(t, "deals", 0.125)
	path := filepath.Join(f.store.Dir(), "deals", "versions", third, "model.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), "-1.2", "-0.2", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	server := f.start(t, Config{})
	_, err = server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals/" + third, Lead: records()[0].wire()})
	if made := status.Convert(err); made.Code() != codes.FailedPrecondition || strings.Contains(made.Message(), f.store.Dir()) {
		t.Errorf("%v, want FailedPrecondition without a path", err)
	}
	if err := f.store.SetAlias("deals", "champion", f.champion); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Store: f.store, Models: []string{"deals/" + third}}); err == nil {
		t.Error("a server started with a tampered version")
	}
}

func TestMessageTooLarge(t *testing.T) {
	server := newFixture(t).start(t, Config{Limits: Limits{MessageBytes: 1 << 20}})
	lead := &leadscorev1.Lead{Id: strings.Repeat("x", 2<<20)}
	_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead})
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("2 MB against a limit of 1 MB: %v, want ResourceExhausted", err)
	}
}

// Details travel in headers, and gRPC's C core takes 8 KB of them: an error with a thousand fields must still arrive, with
// its count.
func TestManyViolationsFitIntoHeaders(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	lead := &leadscorev1.Lead{Id: "L-1", Fields: map[string]*leadscorev1.FieldValue{}}
	for i := range 1500 {
		lead.Fields[fmt.Sprintf("übergröße_%d", i)] = number(1)
	}
	_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead})
	made := status.Convert(err)
	if made.Code() != codes.InvalidArgument {
		t.Fatal(err)
	}
	const percentEncoding, base64 = 3, 4.0 / 3
	if size := percentEncoding*float64(len(made.Message())) + base64*float64(proto.Size(made.Proto())); size > 8000 {
		t.Errorf("the error takes %.0f bytes of headers, want at most 8000", size)
	}
	bad := made.Details()[2].(*errdetails.BadRequest).GetFieldViolations()
	last := bad[len(bad)-1].GetDescription()
	if want := fmt.Sprintf("and %d more violated fields", 1500-(len(bad)-1)); last != want || len(bad) < 20 {
		t.Errorf("%d violations, the last %q; want at least 20 and %q", len(bad), last, want)
	}
	results, err := server.scoring.BatchScoreLeads(t.Context(), &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{lead}})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(paths(t, status.FromProto(results.GetResults()[0].GetError()))); got != mostViolations+1 {
		t.Errorf("in a batch %d violations, want %d and a count", got, mostViolations)
	}
}

// An e-mail address is personal: no answer repeats it.
func TestErrorsDoNotRepeatAddresses(t *testing.T) {
	server := newFixture(t).start(t, Config{})
	lead := &leadscorev1.Lead{Id: "L-1", Fields: map[string]*leadscorev1.FieldValue{
		"email": text("anna.muster@" + strings.Repeat("x", 20_000) + ".de"), "employees": text("many"),
	}}
	_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: lead})
	wantViolations(t, err, `lead.fields["email"]`, `lead.fields["employees"]`)
	if text := status.Convert(err).Proto().String(); strings.Contains(text, "anna.muster") {
		t.Errorf("the error repeats the address: %.200s", text)
	}
}
