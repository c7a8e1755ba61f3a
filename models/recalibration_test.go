package models

import (
	"math"
	"path/filepath"
	"testing"

	"leadscore/features"
	"leadscore/models/metrics"
)

// moved recalibrates the artifact.
func moved(t *testing.T, shift metrics.Shift) *Version {
	t.Helper()
	base := artifact(t)
	how := Recalibration{Base: "2026-06-09-0123456789ab", Shift: shift, Leads: 100, Won: 40, To: "2026-09-01T10:00:00Z", LeftOut: map[string]int64{}}
	v, err := base.Recalibrated("test", how)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A moved version stores, loads, serves, and gives moved log-odds that are exact sums; ranks stay.
func TestRecalibrated(t *testing.T) {
	shift := metrics.Shift{Intercept: 0.4, Slope: 0.7, Center: -2, InterceptError: 0.1, SlopeError: 0.08, Shrinkage: 0.9}
	v := moved(t, shift)
	s, err := OpenStore(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.Put(v)
	if err != nil || id[:10] != "2026-09-01" {
		t.Fatalf("Put = %q, %v; want the day of the newest lead it learned from", id, err)
	}
	read, err := s.Get("deals", id)
	if err != nil {
		t.Fatal(err)
	}
	before, after := scorerOf(t, artifact(t)), scorerOf(t, read) // NewScorer checks the golden rows
	h := history(t, read.Schema, newLeads, newEvents)
	var snapshot features.Snapshot
	for i := range h.Table.Len() {
		h.Snapshot(i, &snapshot)
		was, is := before.Score(&snapshot).Prediction, after.Score(&snapshot).Prediction
		if want := shift.LogOdds(was.LogOdds); math.Abs(is.LogOdds-want) > 1e-12 {
			t.Fatalf("lead %s: log-odds %v, want %v", snapshot.ID, is.LogOdds, want)
		}
		sum := is.Baseline
		for _, c := range is.Contributions {
			sum += c.LogOdds
		}
		if sum != is.LogOdds {
			t.Fatalf("lead %s: contributions sum to %v, log-odds are %v", snapshot.ID, sum, is.LogOdds)
		}
		// The reference moves along, so the rank stays; between two kept values it is interpolated, on a bent scale.
		if math.Abs(was.Percentile-is.Percentile) > 0.2 {
			t.Fatalf("lead %s: percentile %v, before %v", snapshot.ID, is.Percentile, was.Percentile)
		}
	}
}

func TestRecalibratedRefuses(t *testing.T) {
	good := Recalibration{Base: "2026-06-09-0123456789ab", Shift: metrics.Shift{Slope: 1}, Leads: 100, Won: 40}
	for name, spoil := range map[string]func(*Recalibration){
		"no base":          func(r *Recalibration) { r.Base = "deals" },
		"no losses":        func(r *Recalibration) { r.Won = 100 },
		"no wins":          func(r *Recalibration) { r.Won = 0 },
		"backwards":        func(r *Recalibration) { r.Shift.Slope = -1 },
		"no finite figure": func(r *Recalibration) { r.Shift.Intercept = math.NaN() },
	} {
		how := good
		spoil(&how)
		if _, err := artifact(t).Recalibrated("test", how); err == nil {
			t.Errorf("%s: no error", name)
		}
		v := moved(t, metrics.Shift{Slope: 1, Intercept: 1})
		v.Recalibration = &how
		if v.validate() == nil {
			t.Errorf("%s: a version that says so loads", name)
		}
	}
}

// Probabilities that become equal to the last bit share a rank, and the distribution stays usable.
func TestShiftDistributionMerges(t *testing.T) {
	from, err := metrics.NewDistribution([]float64{0.1, 0.5, 0.9, 0.99, 0.999})
	if err != nil {
		t.Fatal(err)
	}
	to := shiftDistribution(metrics.Shift{Slope: 1, Intercept: 60}, &from)
	if err := to.Validate(); err != nil || len(to.Values) != 1 || to.Below[0] != 0 || to.Through[0] != 1 {
		t.Errorf("%+v, %v", to, err)
	}
}
