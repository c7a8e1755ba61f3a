package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// leadsOf draws true log-odds and their outcomes.
func leadsOf(r *rand.Rand, n int) (truth, wins []float64) {
	truth, wins = make([]float64, n), make([]float64, n)
	for i := range truth {
		truth[i] = -1.2 + 1.1*r.NormFloat64()
		if r.Float64() < 1/(1+math.Exp(-truth[i])) {
			wins[i] = 1
		}
	}
	return truth, wins
}

// mappedLoss is the log loss of log-odds under a remedy.
func mappedLoss(m Remedy, logOdds, wins []float64) float64 {
	sum := 0.0
	for i, eta := range logOdds {
		if m.Curve != nil {
			eta = m.Curve.At(eta)
		} else {
			eta = m.Shift.LogOdds(eta)
		}
		sum += softplus(eta) - wins[i]*eta
	}
	return sum / float64(len(wins))
}

// Over many samples: predictions that are right are left alone in about 95 %, and the few that are moved lose little; predictions that are too extreme,
// too timid or bent are mended, so that fresh leads are predicted better.
func TestChooseRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		leads               int
		bend                func(eta float64) float64 // what the predictions make of the truth
		leastMoved, most    float64                   // share of samples with a remedy
		method              RemedyMethod              // the usual one
		leastGain, mostLoss float64                   // nats a fresh lead, on average over the samples; of the worst sample
	}{
		"right":                {2000, func(x float64) float64 { return x }, 0, 0.16, RemedyNone, -0.0005, 0.01},
		"right, few":           {150, func(x float64) float64 { return x }, 0, 0.1, RemedyNone, -0.002, 0.05},
		"off in level alone":   {2000, func(x float64) float64 { return x + 0.5 }, 0, 0.16, RemedyNone, -0.0005, 0.02},
		"too extreme":          {2000, func(x float64) float64 { return -1.2 + 1.6*(x+1.2) }, 0.95, 1, RemedySlope, 0.02, 0},
		"too extreme, few":     {150, func(x float64) float64 { return -1.2 + 2*(x+1.2) }, 0.6, 1, RemedySlope, 0.03, 0.02},
		"too timid":            {2000, func(x float64) float64 { return -1.2 + 0.5*(x+1.2) }, 0.95, 1, RemedySlope, 0.02, 0},
		"bent, few":            {2000, func(x float64) float64 { return x + math.Max(0, 4*x) }, 0.95, 1, RemedySlope, 0.03, 0},
		"bent, enough to bend": {20000, func(x float64) float64 { return x + math.Max(0, 4*x) }, 0.95, 1, RemedyIsotonic, 0.03, 0},
	} {
		t.Run(name, func(t *testing.T) {
			samples := max(4, min(100, 40_000/c.leads))
			var moved, usual, gain float64
			worst := math.Inf(-1)
			for seed := range samples {
				r := rand.New(rand.NewPCG(uint64(seed), 7))
				truth, wins := leadsOf(r, c.leads)
				fresh, freshWins := leadsOf(r, 2000)
				bend := func(list []float64) []float64 {
					out := make([]float64, len(list))
					for i, x := range list {
						out[i] = c.bend(x)
					}
					return out
				}
				m, err := ChooseRemedy(bend(truth), wins)
				if err != nil {
					t.Fatal(err)
				}
				if m.Method != RemedyNone {
					moved++
				}
				if m.Method == c.method {
					usual++
				}
				before, after := mappedLoss(Remedy{Shift: Shift{Slope: 1}}, bend(fresh), freshWins), mappedLoss(m, bend(fresh), freshWins)
				gain += before - after
				worst = max(worst, after-before)
			}
			n := float64(samples)
			t.Logf("moved %.3f, %s %.3f, gain %.5f nats, worst sample loses %.5f", moved/n, c.method, usual/n, gain/n, worst)
			if moved/n < c.leastMoved || moved/n > c.most {
				t.Errorf("a remedy in %.3f of the samples, want %v to %v", moved/n, c.leastMoved, c.most)
			}
			if usual/n < 0.55 {
				t.Errorf("%s in %.3f of the samples only", c.method, usual/n)
			}
			if gain/n < c.leastGain || worst > c.mostLoss {
				t.Errorf("fresh leads gain %.5f nats, want %v at least; the worst sample loses %.5f, want %v at most", gain/n, c.leastGain, worst, c.mostLoss)
			}
		})
	}
}

// A slope that is off by little is left alone, however surely it is.
func TestChooseRemedyLeavesLittleFaults(t *testing.T) {
	truth, wins := leadsOf(rand.New(rand.NewPCG(4, 4)), 100_000)
	for i := range truth {
		truth[i] *= 1.06
	}
	if m, err := ChooseRemedy(truth, wins); err != nil || m.Method != RemedyNone || m.Slope.High >= 1 {
		t.Errorf("%+v, %v; want none, with a slope that is surely below 1", m, err)
	}
}

// A ranking that these leads do not show is left alone.
func TestChooseRemedyWithoutRanking(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	_, wins := leadsOf(r, 400)
	noise, _ := leadsOf(r, 400)
	if m, err := ChooseRemedy(noise, wins); err != nil || m.Method != RemedyNone || m.Slope.High >= 1 {
		t.Errorf("%+v, %v; want none, with a slope that is surely below 1", m, err)
	}
	if m, err := ChooseRemedy(make([]float64, 400), wins); err != nil || m.Method != RemedyNone {
		t.Errorf("equal predictions: %+v, %v; want none", m, err)
	}
}

// The curve rises strictly, its inverse undoes it, and beyond its ends it moves by the same amount.
func TestCurve(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	truth, wins := leadsOf(r, 3000)
	c, err := FitCurve(truth, wins)
	if err != nil || c == nil {
		t.Fatal(c, err)
	}
	last := math.Inf(-1)
	for x := -8.0; x < 8; x += 0.01 {
		y := c.At(x)
		if y <= last {
			t.Fatalf("at %v the curve is %v, before it %v", x, y, last)
		}
		if back := c.Inverse(y); math.Abs(back-x) > 1e-12 {
			t.Fatalf("inverse of %v is %v, want %v", y, back, x)
		}
		last = y
	}
	moved := c.Shifted(Shift{Intercept: 0.3, Slope: 2}, Shift{Intercept: -1, Slope: 0.5})
	for _, x := range []float64{-5, -1, 0.2, 4} {
		if got, want := moved.At(0.3+2*x), -1+0.5*c.At(x); x > c.From[0] && x < c.From[len(c.From)-1] && math.Abs(got-want) > 1e-12 {
			t.Errorf("moved curve at %v: %v, want %v", x, got, want)
		}
	}
	if c, err := FitCurve(truth[:25], wins[:25]); err != nil || c != nil {
		t.Errorf("25 leads: %v, %v; want no curve", c, err)
	}
	for name, bad := range map[string]Curve{"one knot": {From: []float64{0}, To: []float64{0}}, "level": {From: []float64{0, 1}, To: []float64{0, 0}},
		"no number": {From: []float64{0, math.NaN()}, To: []float64{0, 1}}, "uneven": {From: []float64{0, 1}, To: []float64{0}}} {
		if bad.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLevel(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	truth, wins := leadsOf(r, 500)
	weights := make([]float64, len(wins))
	for i := range weights {
		weights[i] = r.Float64()
	}
	for _, w := range [][]float64{nil, weights} {
		added, err := Level(truth, wins, w)
		surplus := 0.0
		for i, eta := range truth {
			surplus += weightAt(w, i) * (1/(1+math.Exp(-eta-added)) - wins[i])
		}
		if err != nil || math.Abs(surplus) > 1e-7 {
			t.Errorf("added %v, %v: expects %v wins too many", added, err, surplus)
		}
	}
}
