package bulk

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
)

const (
	leadsFile     = "../../testdata/history/leads.csv"
	eventsFile    = "../../testdata/history/events.csv"
	newLeadsFile  = "../../testdata/history/newleads.csv"
	newEventsFile = "../../testdata/history/newevents.csv"
)

func artifactScorer(t testing.TB) *models.Scorer {
	t.Helper()
	text, err := os.ReadFile("../testdata/artifacts/v1.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := models.DecodeVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	v.ID = "2026-06-09-0123456789ab"
	s, err := models.NewScorer(v)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func snapshotConfig(out string) Config {
	return Config{Leads: []string{newLeadsFile}, Events: []string{newEventsFile}, Out: out, AsOf: AsOf{Rule: AsOfSnapshot}}
}

func mustRun(t *testing.T, cfg Config) *Report {
	t.Helper()
	report, err := Run(context.Background(), artifactScorer(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// table is a result read back: texts by column, in order.
type table struct {
	names []string
	cells map[string][]string
}

// readTable reads a result of any format by a way of its own where there is one.
func readTable(t *testing.T, path string) table {
	t.Helper()
	got := table{cells: map[string][]string{}}
	if strings.Contains(path, ".jsonl") {
		return readJSONLines(t, path)
	}
	reader, err := source.Open([]string{path}, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, column := range reader.Columns() {
		got.names = append(got.names, column.Name)
	}
	for {
		batch, err := reader.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		for c := range batch.Columns {
			column := &batch.Columns[c]
			for i := range batch.Rows {
				got.cells[column.Name] = append(got.cells[column.Name], column.TextAt(i))
			}
		}
	}
}

func readJSONLines(t *testing.T, path string) table {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		unzipped, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if text, err = io.ReadAll(unzipped); err != nil {
			t.Fatal(err)
		}
	}
	got := table{cells: map[string][]string{}}
	for line := range strings.Lines(string(text)) {
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.UseNumber()
		var row map[string]any
		if err := decoder.Decode(&row); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for name, value := range row {
			got.cells[name] = append(got.cells[name], fmt.Sprint(value))
		}
	}
	return got
}

func (r *table) number(t *testing.T, column string, i int) float64 {
	t.Helper()
	value, err := strconv.ParseFloat(r.cells[column][i], 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// A file gives each lead the bits that the scorer gives its snapshot, in the file's order.
func TestParity(t *testing.T) {
	out := filepath.Join(t.TempDir(), "scores.parquet")
	cfg := snapshotConfig(out)
	cfg.Leads, cfg.Events, cfg.Explain = []string{leadsFile}, []string{eventsFile}, true
	report := mustRun(t, cfg)
	got := readTable(t, out)
	scorer := artifactScorer(t)
	h := readHistory(t, scorer.Version().Schema)
	var expected float64
	for i := range h.Table.Len() {
		var snapshot features.Snapshot
		h.Snapshot(i, &snapshot)
		want := scorer.Score(&snapshot)
		expected += want.Prediction.Probability
		for column, value := range map[string]float64{
			"probability": want.Prediction.Probability, "probability_low": want.Prediction.Low, "probability_high": want.Prediction.High,
			"points": want.Rules.Points, "fit": want.Rules.Fit, "engagement": want.Rules.Engagement,
			"probability_percentile": want.Comparison.ProbabilityPercentile, "points_percentile": want.Comparison.PointsPercentile,
		} {
			if have := got.number(t, column, i); math.Float64bits(have) != math.Float64bits(value) {
				t.Errorf("lead %s: %s %v in the file, %v from the scorer", want.LeadID, column, have, value)
			}
		}
		for column, text := range map[string]string{
			"lead_id": h.Table.IDs.At(i), "grade": want.Rules.Grade, "qualification": string(want.Rules.Qualification),
			"quadrant": string(want.Comparison.Quadrant), "model": "deals/2026-06-09-0123456789ab", "rules": scorer.Rules().Version(),
		} {
			if got.cells[column][i] != text {
				t.Errorf("row %d: %s %q in the file, want %q", i, column, got.cells[column][i], text)
			}
		}
		explained(t, &got, i, &want)
	}
	cfg.Out, cfg.Explain = filepath.Join(t.TempDir(), "brief.parquet"), false
	mustRun(t, cfg)
	brief := readTable(t, cfg.Out)
	for _, column := range brief.names {
		if !slices.Equal(brief.cells[column], got.cells[column]) {
			t.Errorf("%s differs without explanation", column)
		}
	}
	if report.Leads != h.Table.Len() || math.Abs(report.ExpectedWins-expected) > 1e-9 || report.Out != out {
		t.Errorf("report %+v: want %d leads, %v wins", report, h.Table.Len(), expected)
	}
	if total(report.Qualified) != report.Leads || total(report.Quadrants) != report.Leads {
		t.Errorf("report %+v: the parts do not sum to the whole", report)
	}
}

// explained reads the JSON columns of a row and adds them up.
func explained(t *testing.T, got *table, i int, want *models.Score) {
	t.Helper()
	var contributions []models.Contribution
	var fired []struct{ Counted float64 }
	var causes []models.Cause
	for column, into := range map[string]any{"contributions": &contributions, "rules_fired": &fired, "causes": &causes} {
		if err := json.Unmarshal([]byte(got.cells[column][i]), into); err != nil {
			t.Errorf("row %d, %s: %v: %s", i, column, err, got.cells[column][i])
		}
	}
	sum := want.Prediction.Baseline
	for _, c := range contributions {
		sum += c.LogOdds
	}
	if math.Float64bits(sum) != math.Float64bits(want.Prediction.LogOdds) {
		t.Errorf("row %d: contributions sum to %v, log-odds %v", i, sum, want.Prediction.LogOdds)
	}
	var points float64
	for _, rule := range fired {
		points += rule.Counted
	}
	if math.Abs(points-want.Rules.Fit-want.Rules.Engagement) > 1e-9 {
		t.Errorf("row %d: rules fired count %v, the score %v + %v", i, points, want.Rules.Fit, want.Rules.Engagement)
	}
	if len(causes) != len(want.Comparison.Causes) {
		t.Errorf("row %d: %d causes, want %d", i, len(causes), len(want.Comparison.Causes))
	}
}

func readHistory(t *testing.T, s *features.Schema) *features.History {
	t.Helper()
	leads, _, err := features.ReadLeads(context.Background(), s, []string{leadsFile}, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	events, _, err := features.ReadEvents(context.Background(), s, []string{eventsFile}, leads, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := features.NewHistory(leads, events)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func total(counts map[string]int) (sum int) {
	for _, count := range counts {
		sum += count
	}
	return sum
}

// Every format holds the same rows.
func TestFormats(t *testing.T) {
	dir := t.TempDir()
	var want table
	for _, name := range []string{"s.csv", "s.tsv", "s.csv.gz", "s.csv.zst", "s.parquet", "s.jsonl", "s.jsonl.gz"} {
		path := filepath.Join(dir, name)
		mustRun(t, snapshotConfig(path))
		got := readTable(t, path)
		if want.cells == nil {
			want = got
			if len(got.cells["lead_id"]) != 200 {
				t.Fatalf("%d rows, want 200", len(got.cells["lead_id"]))
			}
			continue
		}
		for _, column := range []string{"lead_id", "grade", "qualification", "quadrant", "model", "as_of"} {
			for i, text := range want.cells[column] {
				if got.cells[column][i] != text {
					t.Fatalf("%s: row %d: %s %q, want %q", name, i, column, got.cells[column][i], text)
				}
			}
		}
		for i := range want.cells["lead_id"] {
			if a, b := want.number(t, "probability", i), got.number(t, "probability", i); a != b {
				t.Fatalf("%s: row %d: probability %v, want %v", name, i, b, a)
			}
		}
	}
	_, err := Run(context.Background(), artifactScorer(t), snapshotConfig(filepath.Join(dir, "s.xlsx")))
	if err == nil {
		t.Error("a spreadsheet's ending was accepted")
	}
}

// write puts rows of a CSV file into a folder of the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// rows reads the new leads' header and rows.
func rows(t *testing.T) (header string, list []string) {
	t.Helper()
	text, err := os.ReadFile(newLeadsFile)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[0] + "\n", lines[1:]
}

// Several files are one table: their rows keep the order of the files as named.
func TestOrderOverFiles(t *testing.T) {
	header, list := rows(t)
	second := write(t, "a.csv", header+strings.Join(list[100:], "\n")+"\n")
	first := write(t, "b.csv", header+strings.Join(list[:100], "\n")+"\n")
	out := filepath.Join(t.TempDir(), "s.csv")
	for _, files := range [][]string{{first, second}, {second, first}} {
		cfg := snapshotConfig(out)
		cfg.Leads = files
		mustRun(t, cfg)
		got := readTable(t, out)
		for i, id := range got.cells["lead_id"] {
			at := i
			if files[0] == second {
				at = (i + 100) % 200
			}
			if want, _, _ := strings.Cut(list[at], ","); id != want {
				t.Fatalf("row %d is lead %s, want %s", i, id, want)
			}
		}
	}
}

func TestAsOf(t *testing.T) {
	leads := write(t, "leads.csv", "lead_id,created_at,closed_at,industry,employees,seniority,source,company_founded,email,newsletter_opt_out\n"+
		"open,2026-01-01,,software,10,,,,,\n"+
		"closed,2026-01-01,2026-03-01,software,10,,,,,\n"+
		"closes later,2026-01-01,2027-01-01,software,10,,,,,\n")
	events := write(t, "events.csv", "lead_id,event_type,event_time\nopen,pricing_page,2026-01-02\n")
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	snapshot := "2026-01-08T00:00:00Z"
	for _, c := range []struct {
		flag string
		want [3]string
	}{
		{"", [3]string{"2026-11-22T00:00:00Z", snapshot, "2026-11-22T00:00:00Z"}},
		{"open", [3]string{"2026-11-22T00:00:00Z", snapshot, "2026-11-22T00:00:00Z"}},
		{"now", [3]string{"2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"}},
		{"snapshot", [3]string{snapshot, snapshot, snapshot}},
		{"2026-05-06T07:08:09Z", [3]string{"2026-05-06T07:08:09Z", "2026-05-06T07:08:09Z", "2026-05-06T07:08:09Z"}},
		{"2026-05-06", [3]string{"2026-05-06T00:00:00Z", "2026-05-06T00:00:00Z", "2026-05-06T00:00:00Z"}},
	} {
		t.Run("as of "+c.flag, func(t *testing.T) {
			asOf, err := ParseAsOf(c.flag, now)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "s.csv")
			mustRun(t, Config{Leads: []string{leads}, Events: []string{events}, Out: out, AsOf: asOf})
			got := readTable(t, out)
			for i, want := range c.want {
				if have := got.cells["as_of"][i]; have != want {
					t.Errorf("lead %q as of %s, want %s", got.cells["lead_id"][i], have, want)
				}
			}
		})
	}
	for _, flag := range []string{"yesterday", "2026-13-01", "NOW", "22.11.2026", "2026-11-22T25:00:00Z", " "} {
		if _, err := ParseAsOf(flag, now); !errors.Is(err, ErrAsOf) {
			t.Errorf("ParseAsOf(%q): %v, want %v", flag, err, ErrAsOf)
		}
	}
	if _, err := Run(context.Background(), artifactScorer(t), Config{Leads: []string{leads}, Events: []string{events}, Out: filepath.Join(t.TempDir(), "s.csv")}); err == nil {
		t.Error("no instant was given, and accepted")
	}
}

// A model that reads engagement can score leads without events; the report says what that means.
func TestNoEvents(t *testing.T) {
	cfg := snapshotConfig(filepath.Join(t.TempDir(), "s.csv"))
	cfg.Events = nil
	report := mustRun(t, cfg)
	for _, warning := range report.Warnings {
		if strings.Contains(warning.Problem, "no events were given") && warning.Count == 200 {
			return
		}
	}
	t.Errorf("warnings %v: none of the missing events", report.Warnings)
}

// Leads with nothing but an id and times, with unseen values, or without columns that only training needs, are scored.
func TestBareLeads(t *testing.T) {
	header := "lead_id,created_at,industry,employees,seniority,source,company_founded,email,newsletter_opt_out\n"
	leads := write(t, "leads.csv", header+
		"nothing,2026-01-01,,,,,,,\n"+
		"unseen,2026-01-01,alchemy,1e9,wizard,owl,1402-01-01,nobody,yes\n"+
		"\"odd, \"\"id\"\"\",2026-01-01,=1+1,-5,,,,,\n")
	out := filepath.Join(t.TempDir(), "s.csv")
	cfg := snapshotConfig(out)
	cfg.Leads, cfg.Explain = []string{leads}, true
	report := mustRun(t, cfg)
	got := readTable(t, out)
	if report.Leads != 3 || got.cells["lead_id"][2] != `odd, "id"` {
		t.Fatalf("%d leads: %q", report.Leads, got.cells["lead_id"])
	}
	if missing := got.cells["missing_fields"][0]; !strings.Contains(missing, "industry, employees, seniority") {
		t.Errorf("missing fields %q", missing)
	}
	if unseen := got.cells["unseen_fields"][1]; !strings.Contains(unseen, "industry") || !strings.Contains(unseen, "source") {
		t.Errorf("unseen fields %q", unseen)
	}
	for i := range 3 {
		if p := got.number(t, "probability", i); !(p > 0 && p < 1) {
			t.Errorf("row %d: probability %v", i, p)
		}
	}
}

func TestHostileLeads(t *testing.T) {
	header, list := rows(t)
	first := strings.Split(list[0], ",")
	row := func(column int, value string) string {
		cells := append([]string(nil), first...)
		cells[column] = value
		var b strings.Builder
		writer := csv.NewWriter(&b)
		if err := writer.Write(cells); err != nil {
			t.Fatal(err)
		}
		writer.Flush()
		return b.String()
	}
	const id, employees = 0, 4
	for _, c := range []struct {
		name, text string
		want       error    // by errors.Is; nil: any
		words      []string // the message holds each
	}{
		{"empty file", "", source.ErrEmptyFile, nil},
		{"header alone", header, source.ErrNoRows, nil},
		{"no id", header + row(id, ""), nil, []string{"line 2", "no id"}},
		{"doubled id", header + row(id, "L1") + row(id, "L1"), nil, []string{"line 3", "L1"}},
		{"text in a number", header + row(employees, "many"), nil, []string{"line 2", "employees", `"many"`}},
		{"NaN", header + row(employees, "NaN"), nil, []string{"employees", "NaN"}},
		{"infinite", header + row(employees, "Inf"), nil, []string{"employees", "Inf"}},
		{"2 MB text", header + row(3, strings.Repeat("x", 2<<20)), nil, []string{"line 2"}},
		{"all faults at once", header + row(employees, "many") + row(employees, "few"), nil, []string{`"many"`, `"few"`}},
		{"wrong delimiter", strings.ReplaceAll(header+list[0], ",", "~"), nil, nil},
		{"a column is missing", strings.Replace(header, "seniority", "rank", 1) + list[0], nil, []string{"seniority"}},
		{"cut Parquet", "PAR1\x00\x00", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			out := filepath.Join(dir, "s.csv")
			if err := os.WriteFile(out, []byte("before"), 0o644); err != nil {
				t.Fatal(err)
			}
			name := "leads.csv"
			if strings.HasPrefix(c.text, "PAR1") {
				name = "leads.parquet"
			}
			cfg := snapshotConfig(out)
			cfg.Leads = []string{write(t, name, c.text)}
			_, err := Run(context.Background(), artifactScorer(t), cfg)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			for _, word := range append(c.words, name) {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("error %.300q does not say %q", err, word)
				}
			}
			untouched(t, out)
		})
	}
}

// untouched holds the result file to what was there before, with nothing beside it.
func untouched(t *testing.T, out string) {
	t.Helper()
	if text, err := os.ReadFile(out); err != nil || string(text) != "before" {
		t.Errorf("the result's file now holds %.100q, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(out)); err != nil || len(entries) != 1 {
		t.Errorf("left beside the result: %v, %v", entries, err)
	}
}

// Bad rows can be left out; each is counted, and all others are scored.
func TestLeaveOutBadRows(t *testing.T) {
	header, list := rows(t)
	bad := strings.Split(list[1], ",")
	bad[4] = "many"
	cfg := snapshotConfig(filepath.Join(t.TempDir(), "s.csv"))
	cfg.Leads = []string{write(t, "leads.csv", header+list[0]+"\n"+strings.Join(bad, ",")+"\n"+list[2]+"\n")}
	cfg.LeaveOutBadRows = true
	report := mustRun(t, cfg)
	var leftOut int64
	for _, count := range report.LeftOut {
		leftOut += count
	}
	if report.Leads != 2 || leftOut != 1 {
		t.Errorf("report %+v: want 2 leads and 1 left out", report)
	}
	got := readTable(t, cfg.Out)
	if ids := got.cells["lead_id"]; len(ids) != 2 || ids[0] != "N00000001" || ids[1] != "N00000003" {
		t.Errorf("leads %q", ids)
	}
}

// Whenever the run is cancelled, the result's file is the old one, and nothing lies beside it.
func TestCancelled(t *testing.T) {
	for _, at := range []string{"reading leads", "reading events", "scoring"} {
		t.Run(at, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			out := filepath.Join(t.TempDir(), "s.csv")
			if err := os.WriteFile(out, []byte("before"), 0o644); err != nil {
				t.Fatal(err)
			}
			cfg := snapshotConfig(out)
			cfg.Leads = []string{manyLeads(t, 3*chunk)}
			cfg.Progress = func(stage string, done, _ int64) {
				if stage == at {
					cancel()
				}
			}
			_, err := Run(ctx, artifactScorer(t), cfg)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want %v", err, context.Canceled)
			}
			untouched(t, out)
		})
	}
}

// manyLeads repeats the new leads under other ids, more than one chunk of them.
func manyLeads(t *testing.T, n int) string {
	t.Helper()
	header, list := rows(t)
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		_, rest, _ := strings.Cut(list[i%len(list)], ",")
		fmt.Fprintf(&b, "M%d,%s\n", i, rest)
	}
	return write(t, "many.csv", b.String())
}

// Chunks join without a seam: the same row in another chunk has the same score.
func TestChunks(t *testing.T) {
	out := filepath.Join(t.TempDir(), "s.csv")
	cfg := snapshotConfig(out)
	cfg.Leads = []string{manyLeads(t, 2*chunk+1)}
	cfg.Events = nil
	var last int64
	cfg.Progress = func(stage string, done, total int64) {
		if stage == "reading and scoring" {
			if done < last || total < done || total > 3*chunk {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done
		}
	}
	mustRun(t, cfg)
	got := readTable(t, out)
	if n := len(got.cells["lead_id"]); n != 2*chunk+1 || last != int64(n) {
		t.Fatalf("%d rows, progress to %d, want %d", n, last, 2*chunk+1)
	}
	for i, id := range got.cells["lead_id"] {
		if id != fmt.Sprintf("M%d", i) || got.cells["probability"][i] != got.cells["probability"][i%200] {
			t.Fatalf("row %d: lead %s, probability %s; its twin has %s", i, id, got.cells["probability"][i], got.cells["probability"][i%200])
		}
	}
}
