package serve

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

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
	faultyToo := closedList(1)
	faultyToo.GetList().GetLeads()[0].Outcome = 77
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
		"all of all parts":  {compare(faultyToo, func(r *leadscorev1.CompareScoresRequest) { r.Capacity = "many" }), []string{"capacity: ", "leads.list.leads[0].outcome"}},
		"files and more":    {compare(closedFiles("../x", "y"), func(r *leadscorev1.CompareScoresRequest) { r.Capacity = "many" }), []string{"capacity: ", "leads.files.leads[0]", "leads.files.events[0]"}},
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
