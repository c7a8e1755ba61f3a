package train

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"leadscore/features"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
	"leadscore/train/simulate"
)

// Bounds of the test on 50,000 made-up leads.
const (
	worstAUCGap   = 0.01
	leastCoverage = 0.85
	mostCoverage  = 0.95
)

// againstTruth is how a model stands beside the true probabilities of leads that it was not fitted to.
type againstTruth struct {
	leads             int
	trueAUC, modelAUC float64
	coverage          float64 // share of the 90 % intervals that hold the true probability
	meanTrue, mean    float64 // probability
}

// TestSimulatedTruth holds a model of the past part against the truth of the newest part: it ranks nearly as well as the
// truth itself, and its intervals are neither too narrow nor too wide.
func TestSimulatedTruth(t *testing.T) {
	seed := uint64(101)
	got := simulatedAgainstTruth(t, seed, 50_000, false, "testdata/history.schema.yaml")
	if gap := got.trueAUC - got.modelAUC; gap > worstAUCGap {
		t.Errorf("seed %d: AUC of the model %.4f, of the truth %.4f: gap %.4f, want at most %v", seed, got.modelAUC, got.trueAUC, gap, worstAUCGap)
	}
	if got.coverage < leastCoverage || got.coverage > mostCoverage {
		t.Errorf("seed %d: %.1f %% of the 90 %% intervals hold the true probability, want %v to %v", seed, 100*got.coverage, leastCoverage, mostCoverage)
	}
	t.Logf("seed %d: %+v", seed, got)
}

// simulatedAgainstTruth makes a history, fits to its past part and judges on the newest, as [Run] does before the final fit.
func simulatedAgainstTruth(t *testing.T, seed uint64, leads int, pairs bool, schema string) againstTruth {
	t.Helper()
	dir := t.TempDir()
	if _, err := simulate.Run(context.Background(), simulate.Config{Leads: leads, Seed: seed, Out: dir}); err != nil {
		t.Fatal(err)
	}
	cfg := Defaults()
	cfg.Schema, cfg.Rules = schema, "testdata/history.rules.yaml"
	cfg.Leads, cfg.Events = []string{filepath.Join(dir, "leads.csv")}, []string{filepath.Join(dir, "events.csv")}
	cfg.Pairs = pairs
	d, err := readData(context.Background(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := populate(d.history)
	if err != nil {
		t.Fatal(err)
	}
	s := splitByTime(d.history, p, cfg.HoldOut)
	past, err := fitTo(context.Background(), d.history, p, s.past, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	return compareWithTruth(t, d.history, p, past, s.newest, readTruth(t, filepath.Join(dir, "truth.csv")))
}

// compareWithTruth judges on leads that are not among those fitted to.
func compareWithTruth(t *testing.T, h *features.History, p *Population, m *fitted, rows []int32, truth map[string]float64) againstTruth {
	t.Helper()
	var got againstTruth
	var wins, predicted, true_ []float64
	columns, err := m.encoder.EncodeRows(t.Context(), h, rows)
	if err != nil {
		t.Fatal(err)
	}
	codes := make([]uint16, len(columns))
	for i, row := range rows {
		probability, ok := truth[h.Table.IDs.At(int(row))]
		if !ok {
			t.Fatalf("lead %s is used, but has no true probability", h.Table.IDs.At(int(row)))
		}
		for c := range codes {
			codes[c] = columns[c].At(i)
		}
		logOdds := m.model.LogOdds(codes)
		beyond := m.model.DaysBeyond(int64(h.AsOf[row]) / 1e6)
		low, high := logistic.Interval(logOdds, m.model.StandardErrorAt(codes, beyond))
		if low <= probability && probability <= high {
			got.coverage++
		}
		got.leads++
		wins, true_ = append(wins, float64(p.Wins[row])), append(true_, probability)
		predicted = append(predicted, logistic.Probability(logOdds))
		got.meanTrue += probability
		got.mean += predicted[len(predicted)-1]
	}
	got.coverage /= float64(got.leads)
	got.meanTrue /= float64(got.leads)
	got.mean /= float64(got.leads)
	got.trueAUC, got.modelAUC = aucOf(t, true_, wins), aucOf(t, predicted, wins)
	return got
}

func aucOf(t *testing.T, scores, wins []float64) float64 {
	t.Helper()
	auc, err := metrics.AUC(scores, wins)
	if err != nil {
		t.Fatal(err)
	}
	return auc.Value
}

func readTruth(t *testing.T, path string) map[string]float64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	truth := make(map[string]float64, len(rows))
	for _, row := range rows[1:] {
		if truth[row[0]], err = strconv.ParseFloat(row[2], 64); err != nil {
			t.Fatal(err)
		}
	}
	return truth
}
