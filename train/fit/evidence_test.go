package fit

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"leadscore/models/logistic"
)

// TestEvidence compares with the integral itself, on a fit of two coordinates: with 600 leads Laplace's approximation is good to about 1/600.
func TestEvidence(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 44))
	d := &Design{Inputs: []Input{{Name: "x", Bins: 2, Ordered: 2}}, Codes: make([]Codes, 1)}
	for range 600 {
		code, win := random.IntN(2), 0.0
		if random.Float64() < logistic.Probability(float64(code)-0.7) {
			win = 1
		}
		d.Codes[0].Narrow, d.Wins = append(d.Codes[0].Narrow, uint8(code)), append(d.Wins, win)
	}
	var got, want []float64
	for _, lambda := range []float64{0.3, 8, 200} {
		f, err := fitTerms(context.Background(), d.Inputs, d.gather(), Config{Lambda: lambda}, &Report{})
		if err != nil {
			t.Fatal(err)
		}
		evidence, err := f.evidence()
		if err != nil {
			t.Fatal(err)
		}
		least, mode := f.objective(), append([]float64(nil), f.parameters...)
		const step, reach = 0.02, 1.2
		sum := 0.0
		for a := -reach; a <= reach; a += step {
			for b := -reach; b <= reach; b += step {
				sum += math.Exp(least - f.objectiveAt([]float64{mode[0] + a, mode[1] + b}))
			}
		}
		// The prior's own factor is √(λs/2π); 2π is Laplace's, for both coordinates.
		got = append(got, evidence)
		want = append(want, -least+math.Log(sum*step*step)+math.Log(lambda*f.terms[0].penalties[0].diagonal[0])/2-math.Log(2*math.Pi))
	}
	for k := range got {
		if math.Abs(got[k]-want[k]) > 0.01 {
			t.Errorf("evidence %v, want %v", got[k], want[k])
		}
	}
}

// TestComparisonForgets: the evidence hardly depends on what was compared before.
func TestComparisonForgets(t *testing.T) {
	d, other := history(1500, 3, 4), history(1500, 3, 4)
	for i := range other.Codes[1].Narrow {
		other.Codes[1].Narrow[i] = other.Codes[1].Narrow[(i*7)%1500] // noise in its place
	}
	var fresh, used Comparison
	config := Config{Caution: 2.3}
	want, err := fresh.Evidence(context.Background(), d, config, 0)
	if err != nil {
		t.Fatal(err)
	}
	worse, err := used.Evidence(context.Background(), other, config, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := used.Evidence(context.Background(), d, config, 1)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got-want) > 0.3 || !(worse < want-10) {
		t.Errorf("evidence %v after a detour, want %v; of noise %v", got, want, worse)
	}
}
