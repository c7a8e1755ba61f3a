package train

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"leadscore/models/metrics"
	"leadscore/train/simulate"
)

// smallHistory is how a fit to the oldest leads with so many wins does on later ones, whose true probabilities are known.
type smallHistory struct {
	coverage float64 // share of the 90 % intervals that hold the truth
	slope    float64 // of calibration
	thin     float64 // share flagged
	off      float64 // share whose odds are off by more than a factor of two
}

const laterLeads, thinFactor = 1000, 2.0

func fitSmall(t *testing.T, seed uint64, wins int) smallHistory {
	t.Helper()
	dir := t.TempDir()
	if _, err := simulate.Run(context.Background(), simulate.Config{Leads: 2500, Seed: seed, Out: dir}); err != nil {
		t.Fatal(err)
	}
	cfg := historyConfig(t)
	cfg.MaxBins, cfg.Pairs = Defaults().MaxBins, true
	cfg.Leads, cfg.Events = []string{filepath.Join(dir, "leads.csv")}, []string{filepath.Join(dir, "events.csv")}
	d, err := readData(context.Background(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := populate(d.history)
	if err != nil {
		t.Fatal(err)
	}
	n, won := 0, 0
	for ; won < wins; n++ {
		won += int(p.Wins[p.Rows[n]])
	}
	rows, later := p.Rows[:n], p.Rows[n:n+laterLeads]
	m, err := fitTo(context.Background(), d.history, p, rows, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	truth := readTruth(t, filepath.Join(dir, "truth.csv"))
	s := smallHistory{coverage: compareWithTruth(t, d.history, p, m, later, truth).coverage}
	c, err := metrics.Calibrate(predict(m, d.history, later), outcomesOf(later, p))
	if err != nil {
		t.Fatal(err)
	}
	s.slope = c.Slope.Value
	v := validation{}
	v.weighEvidence(m, d.history, &split{past: rows, newest: later}, p)
	s.thin = float64(v.ThinEvidence) / laterLeads
	for i, eta := range m.logOddsOf(d.history, later) {
		probability := truth[d.history.Table.IDs.At(int(later[i]))]
		if math.Abs(eta-math.Log(probability/(1-probability))) > math.Log(thinFactor) {
			s.off += 1.0 / laterLeads
		}
	}
	return s
}

// With 40 wins the intervals are wide enough to hold the truth, the predictions are no extremes, and the scores are flagged: their odds are
// indeed off by more than a factor of two as a rule.
func TestSmallHistories(t *testing.T) {
	const seeds, wins = 8, 40
	var mean smallHistory
	for seed := range uint64(seeds) {
		s := fitSmall(t, 900+seed, wins)
		t.Logf("seed %d: %+v", seed, s)
		mean.coverage += s.coverage / seeds
		mean.slope += s.slope / seeds
		mean.thin += s.thin / seeds
		mean.off += s.off / seeds
	}
	t.Logf("mean: %+v", mean)
	if mean.coverage < 0.82 || mean.coverage > 0.96 {
		t.Errorf("%.1f %% of the 90 %% intervals hold the true probability", 100*mean.coverage)
	}
	if mean.slope < 0.65 {
		t.Errorf("calibration slope %.2f: too extreme", mean.slope)
	}
	if mean.thin < 0.9 || mean.off < 0.5 {
		t.Errorf("%.2f of the scores are flagged; of %.2f the odds are off by more than a factor of two", mean.thin, mean.off)
	}
}
