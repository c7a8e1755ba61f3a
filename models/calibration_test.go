package models

import (
	"math"
	"path/filepath"
	"testing"

	"leadscore/features"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
)

// curved calibrates the artifact by a curve.
func curved(t *testing.T) (*Version, *metrics.Curve) {
	t.Helper()
	v := artifact(t)
	curve := &metrics.Curve{From: []float64{-4, -2, -1, 1}, To: []float64{-2.5, -2.1, -1, 0.3}}
	c := &Calibration{Remedy: metrics.Remedy{Method: metrics.RemedyIsotonic, Shift: metrics.Shift{Slope: 1}, Curve: curve}, Leads: 3000, Won: 1200}
	model, err := c.Apply(v.Logistic, 0, func(func(float64) float64) (float64, error) { return 0.2, nil })
	if err != nil {
		t.Fatal(err)
	}
	v.Logistic, v.Calibration = model, c
	if err := v.MakeGolden(); err != nil {
		t.Fatal(err)
	}
	return v, curve
}

// A version calibrated by a curve stores and loads; the curve's part is one more contribution, so the log-odds are an exact sum and the probability
// follows from them as ever; the interval is that of the sum, mapped by the curve; the order of leads stays.
func TestCurvedVersion(t *testing.T) {
	v, curve := curved(t)
	store, err := OpenStore(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := store.Put(v)
	if err != nil {
		t.Fatal(err)
	}
	read, err := store.Get("deals", id)
	if err != nil {
		t.Fatal(err)
	}
	plain := scorerOf(t, artifact(t))
	scoreAll(scorerOf(t, read), history(t, v.Schema, newLeads, newEvents), func(i int, snapshot *features.Snapshot, score *Score) {
		p, was := &score.Prediction, plain.Score(snapshot).Prediction
		if want := curve.At(was.LogOdds) + 0.2; math.Abs(p.LogOdds-want) > 1e-12 {
			t.Fatalf("lead %d: log-odds %v, want %v", i, p.LogOdds, want)
		}
		sum := p.Baseline
		for _, c := range p.Contributions {
			sum += c.LogOdds
		}
		last := p.Contributions[len(p.Contributions)-1]
		if sum != p.LogOdds || last.Term != CalibrationTerm || len(p.Contributions) != len(v.Logistic.Terms)+1 {
			t.Fatalf("lead %d: contributions sum to %v, log-odds are %v; the last is %+v", i, sum, p.LogOdds, last)
		}
		logOdds := func(p float64) float64 { return math.Log(p) - math.Log1p(-p) }
		if p.Probability != logistic.Probability(p.LogOdds) || !(p.Low < p.Probability && p.Probability < p.High) {
			t.Fatalf("lead %d: probability %v in %v … %v of log-odds %v", i, p.Probability, p.Low, p.High, p.LogOdds)
		}
		if low, want := logOdds(p.Low), curve.At(logOdds(was.Low))+0.2; math.Abs(low-want) > 1e-9 {
			t.Fatalf("lead %d: the interval begins at %v, want %v", i, low, want)
		}
	})
}

// A curved version can be recalibrated: its log-odds are moved after the curve.
func TestCurvedRecalibrated(t *testing.T) {
	v, _ := curved(t)
	shift := metrics.Shift{Intercept: 0.4, Slope: 0.7, Shrinkage: 1}
	again, err := v.Recalibrated("test", Recalibration{Base: "2026-06-09-0123456789ab", Shift: shift, Leads: 100, Won: 40})
	if err != nil {
		t.Fatal(err)
	}
	before := scorerOf(t, v)
	scoreAll(scorerOf(t, again), history(t, v.Schema, newLeads, newEvents), func(i int, snapshot *features.Snapshot, score *Score) {
		if got, want := score.Prediction.LogOdds, shift.LogOdds(before.Score(snapshot).Prediction.LogOdds); math.Abs(got-want) > 1e-12 {
			t.Fatalf("lead %d: log-odds %v, want %v", i, got, want)
		}
	})
}

func TestCalibrationRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Version){
		"no curve":         func(v *Version) { v.Calibration.Curve = nil },
		"unknown method":   func(v *Version) { v.Calibration.Method = "magic" },
		"backwards":        func(v *Version) { v.Calibration.Shift.Slope = -1 },
		"a falling curve":  func(v *Version) { v.Logistic.Curve.To[1] = 9 },
		"a curve too many": func(v *Version) { v.Logistic.Curve.From = append(v.Logistic.Curve.From, 7) },
	} {
		v, _ := curved(t)
		spoil(v)
		if v.validate() == nil {
			t.Errorf("%s: a version that says so loads", name)
		}
	}
}
