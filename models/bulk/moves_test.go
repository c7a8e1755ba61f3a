package bulk

import (
	"context"
	"math"
	"os"
	"testing"
	"time"

	"leadscore/models"
)

// twoVersions are the artifact and the artifact with one table, the intercept and one rule changed.
func twoVersions(t *testing.T) (before, after *models.Scorer) {
	t.Helper()
	text, err := os.ReadFile("../testdata/artifacts/v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var scorers [2]*models.Scorer
	for side := range scorers {
		v, err := models.DecodeVersion(text)
		if err != nil {
			t.Fatal(err)
		}
		if side == 1 {
			v.Logistic.Intercept += 0.25
			for c := range v.Logistic.Terms[0].Coefficients {
				v.Logistic.Terms[0].Coefficients[c] *= -1.5
			}
			if err := v.MakeGolden(); err != nil {
				t.Fatal(err)
			}
		}
		if scorers[side], err = models.NewScorer(v); err != nil {
			t.Fatal(err)
		}
	}
	return scorers[0], scorers[1]
}

// What a lead's terms add, before and after, sums to its log-odds; the leads shown are those that move most; the mean over
// the leads of a term's change is what the two tables differ by where the leads are.
func TestFindMoves(t *testing.T) {
	before, after := twoVersions(t)
	const history = "../../testdata/history/"
	moves, err := FindMoves(context.Background(), before, after, MovesConfig{
		Leads: []string{history + "newleads.csv"}, Events: []string{history + "newevents.csv"}, Most: 7,
		AsOf: AsOf{Rule: AsOfTime, Time: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if moves.Leads != 200 || moves.OnlyOne != 0 || len(moves.ByProbability) != 7 || len(moves.ByPoints) != 0 || moves.PointsMoved != 0 {
		t.Fatalf("%d leads, %d of one side, %d and %d shown", moves.Leads, moves.OnlyOne, len(moves.ByProbability), len(moves.ByPoints))
	}
	last := 1.0
	for _, m := range moves.ByProbability {
		size := math.Abs(m.Probability[1] - m.Probability[0])
		if size > last {
			t.Errorf("lead %s moves by %v, more than the one above it", m.LeadID, size)
		}
		last = size
		for side := range 2 {
			sum := 0.0
			for _, part := range m.Terms {
				sum += part.Adds[side]
			}
			// 1e-12: the parts are sorted by size here, so their sum is rounded otherwise than the score's.
			if math.Abs(sum-m.LogOdds[side]) > 1e-12 {
				t.Errorf("lead %s: parts sum to %v, log-odds are %v", m.LeadID, sum, m.LogOdds[side])
			}
		}
		changed := 0
		for _, part := range m.Terms {
			if part.Adds[0] != part.Adds[1] {
				changed++
			}
		}
		if changed > 2 || m.Terms[0].Size() < m.Terms[1].Size() {
			t.Errorf("lead %s: %d parts changed, want the intercept and one term, the larger first", m.LeadID, changed)
		}
	}
	for _, f := range moves.Fields {
		if f.Name == "intercept" && math.Abs(f.Mean-0.25) > 1e-12 {
			t.Errorf("mean change of the intercept %v, want 0.25", f.Mean)
		}
	}
	if moves.MeanAbsolute < math.Abs(moves.MeanShift) || moves.MeanAbsolute <= 0 {
		t.Errorf("mean %v, mean size %v", moves.MeanShift, moves.MeanAbsolute)
	}
}
