package train

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/models"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
)

// fading makes a history, in the order of its file, in which the size of a lead says less and less from some lead on: a fit to the past is too extreme.
func fading(t *testing.T, seed uint64, n, from int, effect, later float64) Config {
	random := rand.New(rand.NewPCG(seed, 11))
	return madeUpConfig(t, n, func(i int) (float64, string, bool) {
		size := math.Round(random.NormFloat64()*100) / 100
		slope := effect
		if i >= from {
			slope = later
		}
		return size, []string{"a", "b", "c"}[random.IntN(3)], random.Float64() < logistic.Probability(-1+slope*size)
	})
}

// judgedWith gives the figures on the newest part, and what calibration chose.
func judgedWith(t *testing.T, cfg Config, calibrate bool) *Result {
	t.Helper()
	cfg.Calibrate, cfg.Rolling, cfg.Baselines = calibrate, 0, false
	return mustTrain(t, cfg)
}

// Where a field's effect has faded in the newer part of the past, the predictions ahead are too extreme; calibration, which never looks at the part that
// judges, brings slope and log loss of that part nearer to right. It is held against the leads 3,200 to 4,000, all of them after the fading.
func TestCalibrationHelps(t *testing.T) {
	for seed := range uint64(3) {
		cfg := fading(t, seed, 5000, 3200, 2, 0.9)
		without, with := judgedWith(t, cfg, false).Version, judgedWith(t, cfg, true).Version
		if with.Calibration == nil || with.Calibration.Method != metrics.RemedySlope || with.Calibration.Shift.Slope > 0.8 {
			t.Fatalf("seed %d: calibration %+v; want a slope well below 1", seed, with.Calibration)
		}
		a, b := &without.Validation.Model, &with.Validation.Model
		t.Logf("seed %d: slope %.2f → %.2f, log loss %.4f → %.4f; %s", seed, a.Calibration.Slope.Value, b.Calibration.Slope.Value, a.LogLoss, b.LogLoss, with.Calibration.Words)
		if b.LogLoss >= a.LogLoss-0.003 || math.Abs(b.Calibration.Slope.Value-1) >= math.Abs(a.Calibration.Slope.Value-1) {
			t.Errorf("seed %d: log loss %.4f became %.4f, slope %.2f became %.2f", seed, a.LogLoss, b.LogLoss, a.Calibration.Slope.Value, b.Calibration.Slope.Value)
		}
		if a.AUC != b.AUC {
			t.Errorf("seed %d: the ranking changed: AUC %v, before %v", seed, b.AUC, a.AUC)
		}
	}
}

// A remedy leaves as many wins expected of the leads fitted to as there were, and a slope widens the intervals by its own uncertainty.
func TestMendKeepsTheLevel(t *testing.T) {
	cfg := fading(t, 1, 5000, 3200, 2, 0.9)
	d, p, s := splitOf(t, &cfg)
	choice, _, err := new(validation).calibrate(context.Background(), d, p, s, &cfg)
	if err != nil || choice.Method != metrics.RemedySlope {
		t.Fatal(choice, err)
	}
	curve := *choice
	curve.Method, curve.Curve = metrics.RemedyIsotonic, &metrics.Curve{From: []float64{-3, -1, 2}, To: []float64{-2, -1.5, 1}}
	for _, c := range []*models.Calibration{choice, &curve} {
		m, err := fitFrom(context.Background(), d.history, p, s.past, beginning{remedy: c}, &cfg)
		if err != nil {
			t.Fatal(err)
		}
		expected, won := 0.0, 0.0
		for i, prob := range predict(m, d.history, s.past) {
			expected += prob
			won += float64(p.Wins[s.past[i]])
		}
		if math.Abs(expected-won) > 1e-6*won {
			t.Errorf("%s: %.3f wins are expected of the leads fitted to, %.0f were won", c.Method, expected, won)
		}
	}
}

// Where nothing has changed, nothing is moved: the same tables as without calibration.
func TestCalibrationLeavesRightAlone(t *testing.T) {
	moved := 0
	const seeds = 5
	for seed := range uint64(seeds) {
		cfg := fading(t, 100+seed, 3000, 3000, 1.2, 1.2)
		with := judgedWith(t, cfg, true).Version
		if with.Calibration == nil {
			t.Fatal("no calibration: 3,000 leads are enough to decide")
		}
		if with.Calibration.Method != metrics.RemedyNone {
			moved++
			continue
		}
		without := judgedWith(t, cfg, false).Version
		for term := range without.Logistic.Terms {
			for c, v := range without.Logistic.Terms[term].Coefficients {
				if with.Logistic.Terms[term].Coefficients[c] != v {
					t.Fatalf("seed %d: term %d moved though nothing was chosen", seed, term)
				}
			}
		}
	}
	if moved > 1 {
		t.Errorf("%d of %d histories without change were moved", moved, seeds)
	}
}

// Where nothing is held against later leads, the version says which of the reasons it is.
func TestAsFittedSaysWhy(t *testing.T) {
	cfg := fading(t, 7, 3000, 3000, 1, 1)
	few := fading(t, 7, 150, 150, 1, 1)
	for want, v := range map[string]*models.Version{
		"no calibration was asked for":                judgedWith(t, cfg, false).Version,
		"too few leads could decide about a change, ": judgedWith(t, few, true).Version,
	} {
		if v.Calibration != nil || !strings.HasPrefix(v.Validation.AsFitted, want) {
			t.Errorf("calibration %+v, as fitted %q, want %q…", v.Calibration, v.Validation.AsFitted, want)
		}
	}
	if v := judgedWith(t, cfg, true).Version; v.Calibration == nil || v.Validation.AsFitted != "" {
		t.Errorf("calibration %+v, and as fitted %q", v.Calibration, v.Validation.AsFitted)
	}
}

// What calibration chooses does not depend on the part that judges: other outcomes there, the same choice.
func TestCalibrationIsBlindToTheNewest(t *testing.T) {
	choose := func(later float64) *metrics.Remedy {
		cfg := fading(t, 7, 3000, 2400, 2, later) // the newest fifth begins at 2400
		d, p, s := splitOf(t, &cfg)
		c, _, err := new(validation).calibrate(context.Background(), d, p, s, &cfg)
		if err != nil || c == nil {
			t.Fatal(c, err)
		}
		return &c.Remedy
	}
	if one, two := choose(2), choose(-2); one.Slope != two.Slope || one.Method != two.Method || one.Shift != two.Shift {
		t.Errorf("other newest outcomes, another choice: %+v and %+v", one, two)
	}
}

func splitOf(t *testing.T, cfg *Config) (*data, *Population, *split) {
	t.Helper()
	d, err := readData(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := populate(d.history)
	if err != nil {
		t.Fatal(err)
	}
	return d, p, splitByTime(d.history, p, cfg.HoldOut)
}
