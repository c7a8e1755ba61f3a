package ridge

import (
	"math"
	"math/rand/v2"
	"testing"
)

// made draws sparse columns and outcomes with known log-odds.
func made(n int, beta []float64, seed uint64) ([]Column, []float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	columns, wins := make([]Column, len(beta)), make([]float64, n)
	for i := range n {
		eta := -1.0
		for c, b := range beta {
			if random.Float64() < 0.3 {
				share := 0.5 + random.Float64()
				columns[c].At, columns[c].Share = append(columns[c].At, int32(i)), append(columns[c].Share, share)
				eta += b * share
			}
		}
		if random.Float64() < Mean(eta) {
			wins[i] = 1
		}
	}
	return columns, wins
}

// The gradient and the Hessian are those of the objective: a wrong Hessian still converges, so no other test would see it.
func TestDerivatives(t *testing.T) {
	columns, wins := made(200, []float64{1, -0.5, 0.3}, 3)
	w := ByRow(columns, len(wins))
	r := &Fit{Beta: []float64{0.4, -0.2, 0.1}, Intercept: -0.7, Lambda: 2.5, Eta: make([]float64, len(wins))}
	r.evaluate(w, wins)
	gradient, hessian := r.derivatives(w, wins)
	at := func(k int) *float64 {
		if k == 0 {
			return &r.Intercept
		}
		return &r.Beta[k-1]
	}
	const h = 1e-5
	for k := range gradient {
		*at(k) += h
		up := r.evaluate(w, wins)
		above, _ := r.derivatives(w, wins)
		*at(k) -= 2 * h
		down := r.evaluate(w, wins)
		below, _ := r.derivatives(w, wins)
		*at(k) += h
		if want := -(up - down) / (2 * h); math.Abs(gradient[k]-want) > 1e-6*(1+math.Abs(want)) {
			t.Errorf("gradient[%d] = %v, by differences %v", k, gradient[k], want)
		}
		for l := range gradient {
			if want := -(above[l] - below[l]) / (2 * h); math.Abs(hessian.At(k, l)-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("hessian[%d,%d] = %v, by differences %v", k, l, hessian.At(k, l), want)
			}
		}
	}
}

// Intervals hold the truth about as often as they promise: 95 % of 200 fits × 3 coefficients, within 3 standard errors.
func TestIntervalsHoldTheTruth(t *testing.T) {
	beta := []float64{0.8, -0.5, 0}
	held, all := 0, 0
	for seed := range uint64(200) {
		columns, wins := made(800, beta, seed+10)
		r, err := Shrunk(t.Context(), columns, wins)
		if err != nil {
			t.Fatal(err)
		}
		for c, b := range beta {
			all++
			if math.Abs(r.Beta[c]-b) <= 1.96*r.StandardError(c) {
				held++
			}
		}
	}
	if share := float64(held) / float64(all); share < 0.95-3*math.Sqrt(0.95*0.05/600) || share > 0.95+3*math.Sqrt(0.95*0.05/600) {
		t.Errorf("%.3f of the 95 %% intervals hold the truth", share)
	}
}

// Separated leads, no columns, two equal columns: each has a finite answer.
func TestFitShrunkWorstCases(t *testing.T) {
	wins := []float64{1, 1, 1, 0, 0, 0}
	all := Column{At: []int32{0, 1, 2}, Share: []float64{1, 1, 1}}
	for name, columns := range map[string][]Column{"none": nil, "separated": {all}, "twice": {all, all}} {
		r, err := Shrunk(t.Context(), columns, wins)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for c := range columns {
			if se := r.StandardError(c); math.IsNaN(r.Beta[c]) || math.IsInf(r.Beta[c], 0) || !(se > 0) {
				t.Errorf("%s: coefficient %d is %v ± %v", name, c, r.Beta[c], se)
			}
		}
	}
}
