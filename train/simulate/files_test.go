package simulate

import (
	"encoding/csv"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// table is a CSV file: its rows by column name.
type table []map[string]string

func readTable(t *testing.T, path string) table {
	t.Helper()
	content := readAll(t, filepath.Dir(path))[filepath.Base(path)]
	records, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := make(table, len(records)-1)
	for i, record := range records[1:] {
		rows[i] = map[string]string{}
		for j, name := range records[0] {
			rows[i][name] = record[j]
		}
	}
	return rows
}

func seconds(t *testing.T, s string) int64 {
	t.Helper()
	if s == "" {
		return 0
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}

func byLead(rows table) map[string]table {
	all := map[string]table{}
	for _, row := range rows {
		all[row["lead_id"]] = append(all[row["lead_id"]], row)
	}
	return all
}

func TestFilesAreConsistent(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	r := run(t, Config{Leads: 4000, Seed: 11, Out: out})
	leads := readTable(t, filepath.Join(out, "leads.csv"))
	events := byLead(readTable(t, filepath.Join(out, "events.csv")))
	truth := byLead(readTable(t, filepath.Join(out, "truth.csv")))
	known := map[string]bool{}
	for _, l := range leads {
		id := l["lead_id"]
		if known[id] {
			t.Errorf("%s occurs twice", id)
		}
		known[id] = true
		checkTimes(t, l, r)
		checkOutcomeColumns(t, l)
		checkEvents(t, l, events[id], r)
		checkTruth(t, l, truth[id], r)
	}
	for _, rows := range []map[string]table{events, truth} {
		for id := range rows {
			if !known[id] {
				t.Errorf("%s is in no row of leads.csv", id)
			}
		}
	}
}

func checkTimes(t *testing.T, l map[string]string, r *Report) {
	created, closed := seconds(t, l["created_at"]), seconds(t, l["closed_at"])
	if created < r.Start.Unix() || created >= r.End.Unix() {
		t.Errorf("%s: created_at %s outside of the span", l["lead_id"], l["created_at"])
	}
	if decided := l["outcome"] == "won" || l["outcome"] == "lost"; decided != (closed != 0) {
		t.Errorf("%s: outcome %s with closed_at %q", l["lead_id"], l["outcome"], l["closed_at"])
	}
	if closed != 0 && (closed <= created || closed >= r.End.Unix()) {
		t.Errorf("%s: created %s, closed %s", l["lead_id"], l["created_at"], l["closed_at"])
	}
	if l["company_founded"] != "" && l["company_founded"] >= l["created_at"] {
		t.Errorf("%s: created %s, its company founded %s", l["lead_id"], l["created_at"], l["company_founded"])
	}
}

// checkOutcomeColumns: the leaking columns are filled after their outcome only.
func checkOutcomeColumns(t *testing.T, l map[string]string) {
	if (l["deal_value"] != "") != (l["outcome"] == "won") {
		t.Errorf("%s: outcome %s with deal_value %q", l["lead_id"], l["outcome"], l["deal_value"])
	}
	if l["lost_reason"] != "" && l["outcome"] != "lost" {
		t.Errorf("%s: outcome %s with lost_reason %q", l["lead_id"], l["outcome"], l["lost_reason"])
	}
	if l["final_discount_percent"] != "" && l["outcome"] != "won" {
		t.Errorf("%s: outcome %s with final_discount_percent %q", l["lead_id"], l["outcome"], l["final_discount_percent"])
	}
}

func checkEvents(t *testing.T, l map[string]string, events table, r *Report) {
	after := afterWin()
	created, closed := seconds(t, l["created_at"]), seconds(t, l["closed_at"])
	previous := int64(0)
	for _, e := range events {
		at := seconds(t, e["event_time"])
		if at < created-historyDays*day || at >= r.End.Unix() || at < previous {
			t.Errorf("%s: %s at %s is out of range or order", l["lead_id"], e["event_type"], e["event_time"])
		}
		previous = at
		if slices.Contains(after[:], e["event_type"]) && (l["outcome"] != "won" || at < closed) {
			t.Errorf("%s: %s at %s, but outcome %s at %q", l["lead_id"], e["event_type"], e["event_time"], l["outcome"], l["closed_at"])
		}
	}
}

func checkTruth(t *testing.T, l map[string]string, truth table, r *Report) {
	snapshot, closed := seconds(t, l["created_at"])+7*day, seconds(t, l["closed_at"])
	judged := snapshot < r.End.Unix() && (closed == 0 || closed > snapshot)
	if len(truth) > 1 || judged != (len(truth) == 1) {
		t.Errorf("%s: created %s, closed %q has %d rows in truth.csv", l["lead_id"], l["created_at"], l["closed_at"], len(truth))
	}
	for _, row := range truth {
		if seconds(t, row["snapshot_at"]) != snapshot {
			t.Errorf("%s: snapshot_at %s, created %s", l["lead_id"], row["snapshot_at"], l["created_at"])
		}
		if p, err := strconv.ParseFloat(row["true_probability"], 64); err != nil || p <= 0 || p >= 1 {
			t.Errorf("%s: true_probability %q", l["lead_id"], row["true_probability"])
		}
	}
}

func TestNewLeadsAreOpenRecentAndOthers(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	r := run(t, Config{Leads: 1800, Seed: 11, Out: out})
	leads := readTable(t, filepath.Join(out, "newleads.csv"))
	truth := byLead(readTable(t, filepath.Join(out, "newtruth.csv")))
	events := byLead(readTable(t, filepath.Join(out, "newevents.csv")))
	if len(leads) != 300 {
		t.Errorf("got %d new leads, want 300", len(leads))
	}
	old := byLead(readTable(t, filepath.Join(out, "leads.csv")))
	for _, l := range leads {
		for _, column := range []string{"closed_at", "outcome", "deal_value", "lost_reason", "final_discount_percent"} {
			if _, has := l[column]; has {
				t.Fatalf("newleads.csv has a column %s", column)
			}
		}
		age := r.End.Unix() - seconds(t, l["created_at"])
		if age < (snapshotDays+1)*day || age > newLeadOldest*day {
			t.Errorf("%s: created %s, %d days before the end", l["lead_id"], l["created_at"], age/day)
		}
		if len(old[l["lead_id"]]) > 0 {
			t.Errorf("%s is also in leads.csv", l["lead_id"])
		}
		l["outcome"] = "open"
		checkEvents(t, l, events[l["lead_id"]], r)
		checkTruth(t, l, truth[l["lead_id"]], r)
	}
}

// TestTruthFollowsFromTheFiles computes every probability again from what the files record: nothing hidden is in it.
func TestTruthFollowsFromTheFiles(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	r := run(t, Config{Leads: 3000, Seed: 13, Out: out})
	w := newWriting()
	for _, prefix := range []string{"", "new"} {
		events := byLead(readTable(t, filepath.Join(out, prefix+"events.csv")))
		truth := byLead(readTable(t, filepath.Join(out, prefix+"truth.csv")))
		for _, row := range readTable(t, filepath.Join(out, prefix+"leads.csv")) {
			id := row["lead_id"]
			if len(truth[id]) == 0 {
				continue
			}
			l := w.parse(t, row)
			e := w.engagement(w.parseEvents(t, events[id]), l.snapshot)
			got := logistic(w.logOdds(&l, &e, float64(l.created-r.Start.Unix())/day))
			want, err := strconv.ParseFloat(truth[id][0]["true_probability"], 64)
			// Six decimals are written, so half of the last one is the error allowed.
			if err != nil || math.Abs(got-want) > 5.001e-7 {
				t.Fatalf("%s: the files give %.7f, true_probability is %.7f", id, got, want)
			}
		}
	}
}

func (w *writing) parse(t *testing.T, row map[string]string) lead {
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil && s != "" {
			t.Fatal(err)
		}
		return n
	}
	l := lead{
		created: seconds(t, row["created_at"]), employees: int(number(row["employees"])), budget: number(row["budget_stated"]),
		optOut: row["newsletter_opt_out"] == "true", founded: noDate,
		industry: w.industry.find(row["industry"]), country: w.country.find(row["country"]), role: w.role.find(row["role"]),
		seniority: w.seniority.find(row["seniority"]), source: w.source.find(row["source"]), techStack: w.techStack.find(row["tech_stack"]),
	}
	l.snapshot = l.created + snapshotDays*day
	if row["company_founded"] != "" {
		l.founded = int32(seconds(t, row["company_founded"]+"T00:00:00Z") / day)
	}
	free, disposable := freeMailDomains(), disposableDomains()
	_, host, _ := strings.Cut(row["email"], "@")
	switch {
	case slices.Contains(free[:], host):
		l.emailKind = freeMail
	case slices.Contains(disposable[:], host):
		l.emailKind = disposableMail
	}
	return l
}

func (c *category) find(name string) uint8 {
	if name == "" {
		return missing
	}
	return uint8(positions(*c, name)[0])
}

func (w *writing) parseEvents(t *testing.T, rows table) []event {
	events := make([]event, len(rows))
	for i, row := range rows {
		events[i] = event{at: seconds(t, row["event_time"]), kind: uint8(slices.Index(w.eventNames, row["event_type"]))}
	}
	return events
}

// TestParquetHoldsWhatCSVHolds compares both formats, row by row and column by column.
func TestParquetHoldsWhatCSVHolds(t *testing.T) {
	asCSV, asParquet := filepath.Join(t.TempDir(), "c"), filepath.Join(t.TempDir(), "p")
	run(t, Config{Leads: 800, Seed: 17, Out: asCSV})
	run(t, Config{Leads: 800, Seed: 17, Out: asParquet, Format: FormatParquet})
	for _, name := range []string{"leads", "events"} {
		want := readTable(t, filepath.Join(asCSV, name+".csv"))
		got := readParquet(t, filepath.Join(asParquet, name+".parquet"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differ (-csv +parquet):\n%.1500s", name, diff)
		}
	}
	for _, name := range []string{"truth.csv", "newleads.csv", "newevents.csv", "newtruth.csv"} {
		if readAll(t, asCSV)[name] != readAll(t, asParquet)[name] {
			t.Errorf("%s depends on the format", name)
		}
	}
}

// readParquet returns the rows as CSV would write them.
func readParquet(t *testing.T, path string) table {
	t.Helper()
	rows, err := parquet.ReadFile[any](path)
	if err != nil {
		t.Fatal(err)
	}
	var all table
	for _, row := range rows {
		texts := map[string]string{}
		for name, value := range row.(map[string]any) {
			texts[name] = text(t, name, value)
		}
		all = append(all, texts)
	}
	return all
}

func text(t *testing.T, name string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case int32:
		return string(appendDate(nil, v))
	case int64:
		if strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "_time") {
			return string(appendTime(nil, v/1_000_000))
		}
		return strconv.FormatInt(v, 10)
	}
	t.Fatalf("%s: %T", name, value)
	return ""
}
