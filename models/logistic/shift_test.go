package logistic

import (
	"math"
	"testing"

	"leadscore/models/metrics"
)

// everyLead gives all codes of the small model.
func everyLead(visit func(codes []uint16)) {
	for size := range uint16(3) {
		for source := range uint16(2) {
			visit([]uint16{size, source})
		}
	}
}

func TestShifted(t *testing.T) {
	for _, c := range []struct {
		name  string
		shift metrics.Shift
		rank  int
	}{
		{"intercept", metrics.Shift{Intercept: 0.7, Slope: 1, Center: -0.9, InterceptError: 0.2}, 1},
		{"both", metrics.Shift{Intercept: 0.7, Slope: 0.6, Center: -0.9, InterceptError: 0.2, SlopeError: 0.15}, 2},
		{"steeper", metrics.Shift{Intercept: -1, Slope: 2.5, Center: 0.4, InterceptError: 0.01, SlopeError: 1}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := small()
			after := before.Shifted(c.shift, 86400*30)
			if err := after.Validate(); err != nil {
				t.Fatal(err)
			}
			if after.Variance.Rank != c.rank {
				t.Fatalf("rank %d, want %d", after.Variance.Rank, c.rank)
			}
			everyLead(func(codes []uint16) {
				eta := before.LogOdds(codes)
				if got, want := after.LogOdds(codes), c.shift.LogOdds(eta); math.Abs(got-want) > 1e-14 {
					t.Errorf("codes %v: log-odds %v, want %v", codes, got, want)
				}
				parts := make([]float64, 3)
				sum := after.Intercept
				if eta := after.Contributions(codes, parts); eta != after.LogOdds(codes) {
					t.Errorf("codes %v: contributions give %v, LogOdds %v", codes, eta, after.LogOdds(codes))
				}
				for _, part := range parts {
					sum += part
				}
				if sum != after.LogOdds(codes) {
					t.Errorf("codes %v: the parts sum to %v, not %v", codes, sum, after.LogOdds(codes))
				}
				se, away := before.StandardError(codes), (eta-c.shift.Center)*c.shift.SlopeError
				want := math.Sqrt(c.shift.Slope*c.shift.Slope*se*se + c.shift.InterceptError*c.shift.InterceptError + away*away)
				// 1e-6: the factor is kept in 32-bit floats.
				if got := after.StandardError(codes); math.Abs(got-want) > 1e-6*want {
					t.Errorf("codes %v: standard error %v, want %v", codes, got, want)
				}
			})
			if after.Drift.End != 86400*30 || math.Abs(after.Drift.VariancePerDay-0.5*c.shift.Slope*c.shift.Slope) > 1e-15 {
				t.Errorf("drift %+v", after.Drift)
			}
		})
	}
}

// Nothing moved, nothing changed; and the model it came from never changes.
func TestShiftedByNothing(t *testing.T) {
	before := small()
	after := before.Shifted(metrics.Shift{Slope: 1}, 0)
	everyLead(func(codes []uint16) {
		if before.LogOdds(codes) != after.LogOdds(codes) || before.StandardErrorAt(codes, 3) != after.StandardErrorAt(codes, 3) {
			t.Errorf("codes %v: another score", codes)
		}
	})
	before.Shifted(metrics.Shift{Slope: 2, Intercept: 1, SlopeError: 1}, 1e9)
	everyLead(func(codes []uint16) {
		if before.LogOdds(codes) != small().LogOdds(codes) || before.StandardErrorAt(codes, 3) != small().StandardErrorAt(codes, 3) {
			t.Errorf("codes %v: Shifted changed its receiver", codes)
		}
	})
}

// A model that is recalibrated more often than its factor has room keeps every coefficient's own error.
func TestShiftedBeyondRoom(t *testing.T) {
	m := small()
	shift := metrics.Shift{Slope: 1, InterceptError: 0.01, SlopeError: 0.02}
	for range MaxRank + 5 {
		want := m.TermStandardErrors(2)
		for cell, se := range want {
			want[cell] = math.Hypot(se, shift.SlopeError*m.Terms[2].Coefficients[cell])
		}
		m = m.Shifted(shift, 0)
		for cell, se := range m.TermStandardErrors(2) {
			if math.Abs(se-want[cell]) > 1e-6*want[cell] {
				t.Fatalf("rank %d: standard error %v of cell %d, want %v", m.Variance.Rank, se, cell, want[cell])
			}
		}
	}
	if err := m.Validate(); err != nil || m.Variance.Rank != MaxRank {
		t.Errorf("rank %d, %v; want %d", m.Variance.Rank, err, MaxRank)
	}
}
