package train

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/bulk"
)

// Leads scored after the fact get the very probability that they had at their snapshot, whatever happened since.
func TestReplay(t *testing.T) {
	cfg := historyConfig(t)
	cfg.Schema, cfg.Rolling = observedUntil2026(t, cfg.Schema), 0
	version := mustTrain(t, cfg).Version
	then := fittedHistory(t, cfg)
	cfg.Leads, cfg.Events = changedSince(t, &cfg, then.d.history)
	scorer, err := models.NewScorer(version)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "scores.csv")
	if _, err := bulk.Run(context.Background(), scorer, bulk.Config{Leads: cfg.Leads, Events: cfg.Events, Out: out,
		AsOf: bulk.AsOf{Rule: bulk.AsOfOpen, Time: instant(1000).Time()}}); err != nil {
		t.Fatal(err)
	}
	now := map[string]float64{}
	for _, row := range readCSV(t, out) {
		now[row[0]] = number(t, row[1])
	}
	for i, p := range predict(then.m, then.d.history, then.p.Rows) {
		if id := then.d.history.Table.IDs.At(int(then.p.Rows[i])); now[id] != p {
			t.Fatalf("lead %s: %v at its snapshot, %v now", id, p, now[id])
		}
	}
}

// Events and fields that came after the snapshot do not move a byte of the version, besides the fingerprint of the data.
func TestLaterHistoryTrainsTheSame(t *testing.T) {
	cfg := historyConfig(t)
	cfg.Schema = observedUntil2026(t, cfg.Schema)
	before := mustTrain(t, cfg).Version
	d, err := readData(context.Background(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Leads, cfg.Events = changedSince(t, &cfg, d.history)
	after := mustTrain(t, cfg).Version
	if before.Training.Fingerprint == after.Training.Fingerprint {
		t.Fatal("the history did not change")
	}
	after.Training.Fingerprint = before.Training.Fingerprint
	a, err := before.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := after.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("what came after the snapshots changed the version")
	}
}

// changedSince copies a history's files, adds events at and after each lead's snapshot and rewrites the fields that are filled after
// the outcome.
func changedSince(t *testing.T, cfg *Config, h *features.History) (leads, events []string) {
	t.Helper()
	text, err := os.ReadFile(cfg.Events[0])
	if err != nil {
		t.Fatal(err)
	}
	var more strings.Builder
	more.Write(text)
	for i, id := range h.Table.IDs.All() {
		for k, kind := range []string{"demo_request", "unsubscribe", "pricing_page"} {
			at := h.AsOf[i] + 50*60_000_000*features.Micros(k)
			fmt.Fprintf(&more, "%s,%s,%s\n", id, kind, at.Time().Format("2006-01-02T15:04:05.000000Z07:00"))
		}
	}
	file, err := os.Open(cfg.Leads[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for c, name := range rows[0] {
		for i, row := range rows[1:] {
			switch name {
			case "lost_reason":
				row[c] = []string{"no_budget", "competitor", ""}[i%3]
			case "final_discount_percent":
				row[c] = fmt.Sprint(i % 30)
			}
		}
	}
	var changed bytes.Buffer
	if err := csv.NewWriter(&changed).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	leads, events = []string{filepath.Join(dir, "leads.csv")}, []string{filepath.Join(dir, "events.csv")}
	for path, content := range map[string]string{leads[0]: changed.String(), events[0]: more.String()} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return leads, events
}

// Four origins are judged and kept; 0 leaves them and the random split out. A horizon that the data chose is the version's.
func TestHonestFigures(t *testing.T) {
	cfg := historyConfig(t)
	text, err := os.ReadFile(cfg.Schema)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Schema = filepath.Join(t.TempDir(), "schema.yaml")
	if err := os.WriteFile(cfg.Schema, bytes.Replace(text, []byte("\nhorizon: 180d\n"), []byte("\n"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	result := mustTrain(t, cfg)
	v := result.Version
	c := v.Training.HorizonChoice
	if c == nil || c.Days == 0 || c.WithinHorizon < 0.9 || v.Training.Horizon != fmt.Sprintf("%dd", c.Days) || v.Schema.Horizon.String() != v.Training.Horizon {
		t.Errorf("horizon %q, of the schema %q, chosen %+v", v.Training.Horizon, v.Schema.Horizon, c)
	}
	r := v.Validation.Rolling
	if r == nil || len(r.Origins) != 4 {
		t.Fatalf("rolling %+v", r)
	}
	for i, o := range r.Origins {
		if o.Model == nil || o.Rules == nil || i > 0 && (o.From <= r.Origins[i-1].From || o.Past+o.Gap <= r.Origins[i-1].Past) {
			t.Errorf("origin %d: %+v", i, o)
		}
	}
	random := v.Validation.Contrast
	if random == nil || random.TimeAUC != v.Validation.Model.AUC.Value || !(random.RandomAUC > 0.5 && random.RandomAUC < 1) {
		t.Errorf("contrast %+v, AUC by time %v", random, v.Validation.Model.AUC.Value)
	}
	var months int64
	for _, m := range v.Training.Months {
		months += m.Used + m.Open + m.Immature + m.LeftOut
	}
	if months != v.Training.Rows {
		t.Errorf("%d leads by month, %d in all", months, v.Training.Rows)
	}
	var printed strings.Builder
	if err := result.WriteText(&printed); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"No horizon is given: a win counts within", "at earlier times", "worst", "What a random split would have claimed"} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
	cfg.Rolling = 0
	if v := mustTrain(t, cfg).Version.Validation; v.Rolling != nil || v.Contrast != nil {
		t.Errorf("rolling %+v and contrast %+v, though switched off", v.Rolling, v.Contrast)
	}
}

// A number of origins that cannot be is refused.
func TestRollingSetting(t *testing.T) {
	for n, good := range map[int]bool{-1: false, 0: true, 1: false, 3: false, 4: true, 50: true, 51: false} {
		cfg := historyConfig(t)
		if cfg.Rolling = n; (cfg.validate() == nil) != good {
			t.Errorf("%d origins: %v", n, cfg.validate())
		}
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
