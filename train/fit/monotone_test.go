package fit

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"leadscore/models/logistic"
	"leadscore/models/metrics"
)

// promised is random data whose inputs promise a direction that the truth keeps in parts, not at all, or only by chance.
func promised(n int, seed uint64) *Design {
	random := rand.New(rand.NewPCG(seed, 3))
	d := history(n, 3, seed)
	for j := range d.Inputs[:3] {
		d.Inputs[j].Monotone = random.IntN(3) - 1
	}
	return d
}

// keeps fails where an ordered table breaks its promise, by any bit.
func keeps(t *testing.T, inputs []Input, model *logistic.Model) {
	t.Helper()
	for _, term := range model.Terms {
		for side, j := range term.Inputs {
			if inputs[j].Monotone == 0 {
				continue
			}
			if len(term.Inputs) > 1 {
				t.Errorf("side %d of the pair %s promises a direction", side, term.Name)
				continue
			}
			for c := 1; c < inputs[j].Ordered; c++ {
				if (term.Coefficients[c]-term.Coefficients[c-1])*float64(inputs[j].Monotone) < 0 {
					t.Fatalf("term %s, promise %d: entry %d is %v after %v", term.Name, inputs[j].Monotone, c, term.Coefficients[c], term.Coefficients[c-1])
				}
			}
		}
	}
}

// TestMonotoneKept: whatever the data, every table and every lead's score keep the promise, with λ fixed, with λ estimated, with knots
// and without, with pairs, and after a recalibration.
func TestMonotoneKept(t *testing.T) {
	for seed := range uint64(8) {
		d := promised(600+int(seed)*300, seed)
		for _, c := range []Config{{Lambda: 0.01}, {Lambda: 3}, {}, {EveryBin: true, Caution: 2.3}, {Pairs: Pairs{Most: 4, Side: 6, LeastScore: 0.5}}} {
			model, _ := mustFit(t, d, c)
			keeps(t, d.Inputs, model)
			keeps(t, d.Inputs, model.Shifted(metrics.Shift{Intercept: 0.3, Slope: 0.7123}, 0))
			wholeScore(t, d, model, seed)
		}
	}
}

// wholeScore moves one promised input of a lead up, all others as they are.
func wholeScore(t *testing.T, d *Design, model *logistic.Model, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 9))
	for range 50 {
		codes := codesOf(d, random.IntN(len(d.Wins)))
		for j, input := range d.Inputs {
			if input.Monotone == 0 {
				continue
			}
			before := math.Inf(-input.Monotone)
			for c := range input.Ordered {
				codes[j] = uint16(c)
				eta := model.LogOdds(codes)
				if (eta-before)*float64(input.Monotone) < 0 {
					t.Fatalf("%s, promise %d: log-odds %v at %d after %v", input.Name, input.Monotone, eta, c, before)
				}
				before = eta
			}
		}
	}
}

// TestMonotoneKKT: at the answer the gradient is 0 along what is free, points into the bound along what is held, and what is held is exactly 0.
func TestMonotoneKKT(t *testing.T) {
	some := 0
	for seed := range uint64(6) {
		d := promised(900, seed+20)
		for _, lambda := range []float64{0, 0.5} {
			config := Config{Lambda: lambda}
			f, err := fitTerms(context.Background(), d.Inputs, d.gather(), config, &Report{})
			if err != nil {
				t.Fatal(err)
			}
			gradient, bounded := f.gradient(), map[int]float64{}
			for _, b := range f.bounds {
				bounded[b.at] = b.sign
			}
			for j, g := range gradient {
				sign, is := bounded[j]
				if is && f.parameters[j] == 0 {
					some++
					if sign*g < -1e-5 {
						t.Errorf("seed %d, λ %v: coordinate %d is held at 0 though it wants to move inside: %v", seed, lambda, j, g)
					}
					continue
				}
				if is && sign*f.parameters[j] < 0 {
					t.Errorf("seed %d: coordinate %d is %v, want the sign of %v", seed, j, f.parameters[j], sign)
				}
				// Curvatures are up to some hundred nats, steps end at 1e-8.
				if math.Abs(g) > 1e-5 {
					t.Errorf("seed %d, λ %v: gradient %v along the free coordinate %d", seed, lambda, g, j)
				}
			}
		}
	}
	if some < 20 {
		t.Errorf("only %d coordinates were held: the data do not test the bounds", some)
	}
}

// TestMonotoneReference compares with an interior-point solver; see testdata/monotone.py.
func TestMonotoneReference(t *testing.T) {
	text, err := os.ReadFile("testdata/monotone.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Lambda, Objective       float64
		Bins, Ordered, Monotone []int
		Codes                   [][]uint16
		Wins, Weights           []float64
		LogOdds                 []float64 `json:"log_odds"`
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	d := &Design{Wins: want.Wins, Weights: want.Weights}
	for j, bins := range want.Bins {
		d.Inputs = append(d.Inputs, Input{Name: "input", Bins: bins, Ordered: want.Ordered[j], Monotone: want.Monotone[j]})
		d.Codes = append(d.Codes, Codes{Wide: want.Codes[j]})
	}
	model, report := mustFit(t, d, Config{Lambda: want.Lambda})
	keeps(t, d.Inputs, model)
	if held := report.Terms[0].Promise.Held; held < 3 {
		t.Errorf("%d steps are held, want several: the first input falls in the middle", held)
	}
	// J is flat at its minimum: 1e-9 of it is what the solver promises, and log-odds to its root.
	if math.Abs(report.Objective-want.Objective) > 1e-6 {
		t.Errorf("objective %.9f, want %.9f", report.Objective, want.Objective)
	}
	for i := range want.Wins {
		if got := model.LogOdds(codesOf(d, i)); math.Abs(got-want.LogOdds[i]) > 1e-5 {
			t.Fatalf("lead %d: log-odds %.9f, want %.9f", i, got, want.LogOdds[i])
		}
	}
}

// TestMonotoneIsotonic: with next to no smoothing a single promised input is isotonic regression, whose answer pooling of adjacent violators gives.
func TestMonotoneIsotonic(t *testing.T) {
	random := rand.New(rand.NewPCG(31, 31))
	d := &Design{Inputs: []Input{{Name: "x", Bins: 15, Ordered: 15, Monotone: 1}}, Codes: make([]Codes, 1)}
	var scores []float64
	for range 3000 {
		code := random.IntN(15)
		win := 0.0
		if random.Float64() < 0.2+0.03*float64(code)+0.1*math.Sin(float64(code)*2) {
			win = 1
		}
		d.Codes[0].Narrow, d.Wins, scores = append(d.Codes[0].Narrow, uint8(code)), append(d.Wins, win), append(scores, float64(code))
	}
	want, err := metrics.FitIsotonic(scores, d.Wins, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, report := mustFit(t, d, Config{Lambda: 1e-7})
	if report.Terms[0].Promise.Held == 0 {
		t.Fatal("nothing is held")
	}
	for k, score := range want.Scores {
		// The penalty moves a log-odds by about λ·Δβ/curvature, 1e-7/20.
		if got := logistic.Probability(model.LogOdds([]uint16{uint16(score)})); math.Abs(got-want.Values[k]) > 1e-7 {
			t.Errorf("at %v: %v, want %v", score, got, want.Values[k])
		}
	}
}

// TestMonotoneAlready: a promise that the free answer keeps changes nothing.
func TestMonotoneAlready(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 41))
	d := &Design{Inputs: []Input{{Name: "x", Bins: 12, Ordered: 11}}, Codes: make([]Codes, 1)}
	for range 4000 {
		code := random.IntN(12)
		win := 0.0
		if random.Float64() < logistic.Probability(float64(code)/2-3) {
			win = 1
		}
		d.Codes[0].Narrow, d.Wins = append(d.Codes[0].Narrow, uint8(code)), append(d.Wins, win)
	}
	free, before := mustFit(t, d, Config{})
	d.Inputs[0].Monotone = 1
	kept, after := mustFit(t, d, Config{})
	if p := after.Terms[0].Promise; p.Held != 0 || p.Chi != 0 || p.Steps != 10 {
		t.Fatalf("%+v, want nothing held of 10 steps: the truth rises steadily", p)
	}
	if math.Abs(before.EDF-after.EDF) > 1e-6 {
		t.Errorf("%v effective parameters, want %v", after.EDF, before.EDF)
	}
	for c, v := range free.Terms[0].Coefficients {
		if math.Abs(v-kept.Terms[0].Coefficients[c]) > 1e-8 {
			t.Errorf("entry %d is %v with the promise, %v without", c, kept.Terms[0].Coefficients[c], v)
		}
	}
}

// TestMonotoneContradicted: a promise against the data leaves a flat table, a report that says so, and intervals no narrower than the free ones at the same λ.
func TestMonotoneContradicted(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 42))
	d := &Design{Inputs: []Input{{Name: "x", Bins: 12, Ordered: 12, Monotone: -1}, {Name: "level", Bins: 2}}, Codes: make([]Codes, 2)}
	for range 2000 {
		code, win := random.IntN(12), 0.0
		if random.Float64() < logistic.Probability(float64(code)/4-1.5) {
			win = 1
		}
		d.Codes[0].Narrow, d.Codes[1].Narrow = append(d.Codes[0].Narrow, uint8(code)), append(d.Codes[1].Narrow, uint8(random.IntN(2)))
		d.Wins = append(d.Wins, win)
	}
	model, report := mustFit(t, d, Config{})
	for c, v := range model.Terms[0].Coefficients {
		if v != 0 {
			t.Errorf("entry %d is %v, want 0: nothing may fall and everything rises", c, v)
		}
	}
	if p := report.Terms[0].Promise; p.Held != p.Steps || !(p.Chi > 100) || !(p.Freed > 0.5 && p.Freed < 11) {
		t.Errorf("%+v, want all held at a cost of hundreds", p)
	}
	model, _ = mustFit(t, d, Config{Lambda: 2})
	d.Inputs[0].Monotone = 0
	free, _ := mustFit(t, d, Config{Lambda: 2})
	errors, others := model.TermStandardErrors(0), free.TermStandardErrors(0)
	for c := range errors {
		if errors[c] < 0.8*others[c] || errors[c] > 1.25*others[c] {
			t.Errorf("entry %d: standard error %v with the promise, %v without", c, errors[c], others[c])
		}
	}
	d.Inputs[0].Monotone = -1
	d.Inputs[1].Monotone = 1
	if _, _, err := Fit(context.Background(), d, Config{}); err == nil {
		t.Error("a category with a promised direction is no error")
	}
}

// TestComplement tries every face of small problems.
func TestComplement(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 43))
	for range 300 {
		m := 1 + random.IntN(7)
		root, w, q := newSquare(m), newSquare(m), make([]float64, m)
		for i := range root.data {
			root.data[i] = random.NormFloat64()
		}
		for i := range m {
			q[i] = random.NormFloat64()
			for j := range m {
				w.data[i*m+j] = dot(root.row(i), root.row(j))
			}
			w.data[i*m+i] += 0.1
		}
		mu, _, ok := complement(w, q, nil)
		if !ok {
			t.Fatal("not settled")
		}
		for i := range m {
			left := q[i] + dot(w.row(i), mu)
			if mu[i] < 0 || left < -1e-9 || mu[i]*left > 1e-9 {
				t.Fatalf("place %d of %d: pull %v, distance %v", i, m, mu[i], left)
			}
		}
	}
}

// TestHeldTrace: holding coordinates at 0 is the same as not having them.
func TestHeldTrace(t *testing.T) {
	d := promised(700, 50)
	d.Inputs[0].Monotone, d.Inputs[1].Monotone = 1, -1
	f, err := fitTerms(context.Background(), d.Inputs, d.gather(), Config{Lambda: 0.8}, &Report{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.factorise(); err != nil {
		t.Fatal(err)
	}
	if len(f.held) < 2 {
		t.Fatal("nothing is held")
	}
	h := f.hessian()
	held := map[int]bool{}
	for _, k := range f.held {
		held[f.bounds[k].at] = true
	}
	var at []int
	for j := range f.size {
		if !held[j] {
			at = append(at, j)
		}
	}
	part := h.on(at)
	if !part.factorise() {
		t.Fatal("no factor")
	}
	small, place := part.inverseRows(), map[int]int{}
	for i, j := range at {
		place[j] = i
	}
	rows, face := f.factor.inverseRows(), f.heldFace()
	for _, term := range f.terms {
		for _, p := range term.penalties {
			want, gone := 0.0, 0
			for j, s := range p.diagonal {
				if i, free := place[term.offset+p.from+j]; free {
					want += s * dot(small.row(i), small.row(i))
				} else {
					gone++
				}
			}
			if got := p.trace(rows, term.offset) - face.trace(p, term.offset); math.Abs(got-want) > 1e-9*(1+want) || face.count(p, term.offset) != gone {
				t.Errorf("term %s: trace %v with %d held, want %v with %d", term.name, got, face.count(p, term.offset), want, gone)
			}
		}
	}
}
