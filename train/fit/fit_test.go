package fit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"leadscore/models/logistic"
)

// history makes n leads of ordered inputs with a missing level, and a category, and outcomes that depend on them.
func history(n, numbers int, seed uint64) *Design {
	random := rand.New(rand.NewPCG(seed, 1))
	d := &Design{Wins: make([]float64, n)}
	eta := make([]float64, n)
	for j := range numbers {
		codes := make([]uint8, n)
		for i := range codes {
			codes[i] = uint8(random.IntN(41))
			if codes[i] < 40 {
				eta[i] += math.Sin(float64(codes[i])/8+float64(j)) * 0.8
			}
		}
		d.Inputs = append(d.Inputs, Input{Name: string(rune('a' + j)), Bins: 41, Ordered: 40})
		d.Codes = append(d.Codes, Codes{Narrow: codes})
	}
	levels := make([]uint16, n)
	for i := range levels {
		levels[i] = uint16(random.IntN(6))
		eta[i] += float64(levels[i])/3 - 1.5
		if random.Float64() < logistic.Probability(eta[i]) {
			d.Wins[i] = 1
		}
	}
	d.Inputs = append(d.Inputs, Input{Name: "level", Bins: 6})
	d.Codes = append(d.Codes, Codes{Wide: levels})
	return d
}

func mustFit(t *testing.T, d *Design, c Config) (*logistic.Model, *Report) {
	t.Helper()
	model, report, err := Fit(context.Background(), d, c)
	if err != nil {
		t.Fatalf("Fit: %v", err)
	}
	if err := model.Validate(); err != nil {
		t.Fatalf("the fitted model is not valid: %v", err)
	}
	return model, report
}

func codesOf(d *Design, i int) []uint16 {
	out := make([]uint16, len(d.Codes))
	for j := range out {
		out[j] = uint16(d.Codes[j].At(i))
	}
	return out
}

// TestFitConstructed chooses coefficients first, and outcomes such that the gradient of J is 0 there. On a full factorial of two
// inputs, with y = p + λ(S₁β₁)_a/n_a + λ(S₂β₂)_b/n_b, the sums over a bin leave −λSβ exactly, because both Sβ sum to 0.
func TestFitConstructed(t *testing.T) {
	const lambda, copies = 3.0, 40
	number := []float64{-0.9, -0.2, 0.1, 0.6, 0.4}
	level := []float64{0.5, -0.8, 0.3}
	const intercept = -0.4
	d := &Design{Inputs: []Input{{Name: "number", Bins: 5, Ordered: 5}, {Name: "level", Bins: 3}}, Codes: make([]Codes, 2)}
	n := float64(len(number) * len(level) * copies)
	for range copies {
		for a := range number {
			for b := range level {
				walk := 0.0
				if a > 0 {
					walk += number[a] - number[a-1]
				}
				if a+1 < len(number) {
					walk -= number[a+1] - number[a]
				}
				y := logistic.Probability(intercept+number[a]+level[b]) +
					lambda*walk/(n/float64(len(number))) + lambda*level[b]/(n/float64(len(level)))
				d.Wins = append(d.Wins, y)
				d.Codes[0].Narrow = append(d.Codes[0].Narrow, uint8(a))
				d.Codes[1].Narrow = append(d.Codes[1].Narrow, uint8(b))
			}
		}
	}
	model, _ := mustFit(t, d, Config{Lambda: lambda})
	// The last step changed no coefficient by more than 1e-8 and steps shrink tenfold at least.
	const tolerance = 2e-8
	for i := range len(number) * len(level) {
		codes := codesOf(d, i)
		want := intercept + number[codes[0]] + level[codes[1]]
		if got := model.LogOdds(codes); math.Abs(got-want) > tolerance {
			t.Errorf("LogOdds(%v) = %.10f, want %.10f", codes, got, want)
		}
	}
}

// TestReference compares with scikit-learn; see testdata/reference.py.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Lambda        float64   `json:"lambda"`
		Bins          []int     `json:"bins"`
		Ordered       []int     `json:"ordered"`
		Codes         [][]int   `json:"codes"`
		Wins          []float64 `json:"wins"`
		Weights       []float64 `json:"weights"`
		LogOdds       []float64 `json:"log_odds"`
		StandardError []float64 `json:"standard_error"`
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	d := &Design{Wins: want.Wins, Weights: want.Weights}
	for j, bins := range want.Bins {
		d.Inputs = append(d.Inputs, Input{Name: "input", Bins: bins, Ordered: want.Ordered[j]})
		var codes Codes
		for _, code := range want.Codes[j] {
			codes.Narrow = append(codes.Narrow, uint8(code))
		}
		d.Codes = append(d.Codes, codes)
	}
	model, _ := mustFit(t, d, Config{Lambda: want.Lambda})
	for i := range want.Wins {
		if got := model.LogOdds(codesOf(d, i)); math.Abs(got-want.LogOdds[i]) > 1e-6 {
			t.Fatalf("lead %d: LogOdds = %.9f, want %.9f", i, got, want.LogOdds[i])
		}
		// The factor has full rank here; what is left is its 32-bit rounding.
		if got := model.StandardError(codesOf(d, i)); math.Abs(got/want.StandardError[i]-1) > 1e-5 {
			t.Fatalf("lead %d: StandardError = %.9f, want %.9f", i, got, want.StandardError[i])
		}
	}
}

func TestFitInvariance(t *testing.T) {
	d := history(1500, 2, 7)
	n := len(d.Wins)
	base, _ := mustFit(t, d, Config{Lambda: 2})
	// compare asks for the same log-odds, up to a factor. Each fit ends within 1e-8 of its minimum per coefficient; four of
	// them and the mean make a log-odds.
	compare := func(t *testing.T, other *logistic.Model, reorder func([]uint16) []uint16, sign float64) {
		t.Helper()
		for i := range n {
			codes := codesOf(d, i)
			if got, want := other.LogOdds(reorder(codes)), sign*base.LogOdds(codes); math.Abs(got-want) > 1e-7 {
				t.Fatalf("lead %d: log-odds %v, want %v", i, got, want)
			}
		}
	}
	same := func(codes []uint16) []uint16 { return codes }
	t.Run("each lead twice equals weight 2", func(t *testing.T) {
		twice, weighted := *d, *d
		weighted.Weights = repeat(2, n)
		twice.Rows = make([]int32, 2*n)
		for i := range twice.Rows {
			twice.Rows[i] = int32(i / 2)
		}
		a, _ := mustFit(t, &twice, Config{Lambda: 4})
		b, _ := mustFit(t, &weighted, Config{Lambda: 4})
		compare(t, a, same, 1)
		compare(t, b, same, 1)
	})
	t.Run("swapped classes change the sign", func(t *testing.T) {
		swapped := *d
		swapped.Wins = make([]float64, n)
		for i, y := range d.Wins {
			swapped.Wins[i] = 1 - y
		}
		other, _ := mustFit(t, &swapped, Config{Lambda: 2})
		compare(t, other, same, -1)
	})
	t.Run("the order of inputs", func(t *testing.T) {
		turned := *d
		turned.Inputs = []Input{d.Inputs[2], d.Inputs[0], d.Inputs[1]}
		turned.Codes = []Codes{d.Codes[2], d.Codes[0], d.Codes[1]}
		other, _ := mustFit(t, &turned, Config{Lambda: 2})
		compare(t, other, func(c []uint16) []uint16 { return []uint16{c[2], c[0], c[1]} }, 1)
	})
	t.Run("rows of weight 0 are not there", func(t *testing.T) {
		part, zero := *d, *d
		zero.Weights = make([]float64, n)
		for i := range n {
			if i%3 > 0 {
				part.Rows = append(part.Rows, int32(i))
				zero.Weights[i] = 1
			}
		}
		a, _ := mustFit(t, &part, Config{Lambda: 2})
		b, _ := mustFit(t, &zero, Config{Lambda: 2})
		for i := range n {
			if x, y := a.LogOdds(codesOf(d, i)), b.LogOdds(codesOf(d, i)); math.Abs(x-y) > 1e-7 {
				t.Fatalf("lead %d: %v with a subset, %v with weights 0", i, x, y)
			}
		}
	})
}

// TestFitSameBits holds the model's bytes equal for any number of cores and for a repeated fit.
func TestFitSameBits(t *testing.T) {
	d := history(9000, 3, 3)
	var first []byte
	for _, cores := range []int{1, 2, 5, 2} {
		before := runtime.GOMAXPROCS(cores)
		model, _ := mustFit(t, d, Config{Pairs: Pairs{Most: 3}})
		runtime.GOMAXPROCS(before)
		got, err := json.Marshal(model)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		if !bytes.Equal(got, first) {
			t.Fatalf("GOMAXPROCS=%d: the model differs from that of one core", cores)
		}
	}
}

func TestFitErrors(t *testing.T) {
	valid := func() *Design { return history(50, 1, 1) }
	cases := []struct {
		name   string
		change func(*Design)
		want   error
	}{
		{"all won", func(d *Design) { d.Wins = repeat(1, 50) }, ErrOneClass},
		{"all lost", func(d *Design) { d.Wins = repeat(0, 50) }, ErrOneClass},
		{"no rows", func(d *Design) { d.Rows = []int32{} }, ErrEmpty},
		{"no weight", func(d *Design) { d.Weights = repeat(0, 50) }, ErrEmpty},
		{"outcome 2", func(d *Design) { d.Wins[3] = 2 }, nil},
		{"outcome NaN", func(d *Design) { d.Wins[3] = math.NaN() }, nil},
		{"weight below 0", func(d *Design) { d.Weights = repeat(-1, 50) }, nil},
		{"weights too short", func(d *Design) { d.Weights = repeat(1, 49) }, nil},
		{"code beyond the bins", func(d *Design) { d.Codes[0].Narrow[7] = 41 }, nil},
		{"column too short", func(d *Design) { d.Codes[0].Narrow = d.Codes[0].Narrow[:49] }, nil},
		{"column missing", func(d *Design) { d.Codes = d.Codes[:1] }, nil},
		{"row out of range", func(d *Design) { d.Rows = []int32{0, 50} }, nil},
		{"no bins", func(d *Design) { d.Inputs[0].Bins = 0 }, nil},
		{"more ordered than bins", func(d *Design) { d.Inputs[0].Ordered = 42 }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := valid()
			c.change(d)
			model, _, err := Fit(context.Background(), d, Config{})
			if err == nil || model != nil {
				t.Fatalf("Fit = %v, %v, want an error", model, err)
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Fatalf("Fit: %v, want %v", err, c.want)
			}
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, _, err := Fit(ctx, valid(), Config{}); !errors.Is(err, context.Canceled) {
			t.Fatalf("Fit: %v, want context.Canceled", err)
		}
	})
	for _, lambda := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, _, err := Fit(context.Background(), valid(), Config{Lambda: lambda}); err == nil {
			t.Errorf("lambda %v: no error", lambda)
		}
	}
}

func TestFitEdges(t *testing.T) {
	t.Run("separable data stay finite", func(t *testing.T) {
		d := &Design{Inputs: []Input{{Name: "number", Bins: 20, Ordered: 20}, {Name: "level", Bins: 2}}, Codes: make([]Codes, 2)}
		for i := range 200 {
			d.Codes[0].Narrow = append(d.Codes[0].Narrow, uint8(i/10))
			d.Codes[1].Narrow = append(d.Codes[1].Narrow, uint8(i/100))
			d.Wins = append(d.Wins, float64(i/100))
		}
		model, _ := mustFit(t, d, Config{})
		low, high := model.LogOdds([]uint16{0, 0}), model.LogOdds([]uint16{19, 1})
		if !(low < -2 && high > 2 && math.Abs(low) < 30 && high < 30) {
			t.Fatalf("log-odds %v and %v, want far apart and finite", low, high)
		}
	})
	t.Run("no inputs give the base rate", func(t *testing.T) {
		model, _ := mustFit(t, &Design{Wins: []float64{1, 0, 0, 0}}, Config{})
		if got := logistic.Probability(model.LogOdds(nil)); math.Abs(got-0.25) > 1e-9 {
			t.Fatalf("probability %v, want 0.25", got)
		}
		// Var of a log-odds is 1/(n p (1−p)).
		if got, want := model.StandardError(nil), 1/math.Sqrt(4*0.25*0.75); math.Abs(got-want) > 1e-6 {
			t.Fatalf("standard error %v, want %v", got, want)
		}
	})
	t.Run("constant inputs say nothing", func(t *testing.T) {
		d := &Design{Inputs: []Input{{Name: "one bin", Bins: 1, Ordered: 1}, {Name: "one level", Bins: 1, Ordered: 0}, {Name: "empty bins", Bins: 300, Ordered: 299}}}
		n := 64
		d.Codes = []Codes{{Narrow: make([]uint8, n)}, {Narrow: make([]uint8, n)}, {Wide: make([]uint16, n)}}
		for i := range n {
			d.Codes[2].Wide[i] = 150
			d.Wins = append(d.Wins, float64(i%2))
		}
		model, _ := mustFit(t, d, Config{Pairs: Pairs{Most: 3}})
		for _, codes := range [][]uint16{{0, 0, 150}, {0, 0, 0}, {0, 0, 299}} {
			if got := model.LogOdds(codes); math.Abs(got) > 1e-6 {
				t.Fatalf("LogOdds(%v) = %v, want 0", codes, got)
			}
		}
	})
	t.Run("one lead of each class", func(t *testing.T) {
		d := &Design{Inputs: []Input{{Name: "number", Bins: 2, Ordered: 2}}, Codes: []Codes{{Narrow: []uint8{0, 1}}}, Wins: []float64{0, 1}}
		mustFit(t, d, Config{Pairs: Pairs{Most: 3}})
	})
}

// TestFitCentred holds each term's weighted mean at 0 and the intercept at the mean log-odds.
func TestFitCentred(t *testing.T) {
	d := history(4000, 2, 5)
	model, report := mustFit(t, d, Config{Pairs: Pairs{Most: 2, LeastScore: 0.01, Side: 6}})
	if len(model.Terms) != len(report.Terms) {
		t.Fatalf("%d terms in the model, %d in the report", len(model.Terms), len(report.Terms))
	}
	means := make([]float64, len(model.Terms))
	out := make([]float64, len(model.Terms))
	mean := 0.0
	for i := range d.Wins {
		codes := codesOf(d, i)
		eta := model.Contributions(codes, out)
		if eta != model.LogOdds(codes) {
			t.Fatalf("lead %d: contributions give %v, LogOdds %v", i, eta, model.LogOdds(codes))
		}
		mean += eta / float64(len(d.Wins))
		for k, c := range out {
			means[k] += c / float64(len(d.Wins))
		}
	}
	// A mean of 4,000 terms of size 1 rounds by some 1e-13.
	for k, m := range means {
		if math.Abs(m) > 1e-12 {
			t.Errorf("term %s has mean %v, want 0", model.Terms[k].Name, m)
		}
	}
	if math.Abs(mean-model.Intercept) > 1e-12 {
		t.Errorf("intercept %v, want the mean log-odds %v", model.Intercept, mean)
	}
}

// TestFitRecovers draws data from known smooth effects: nine intervals in ten of 90 % cover the truth, as Nychka
// (JASA 83, 1988) shows for the average over the leads.
func TestFitCoverage(t *testing.T) {
	d := history(6000, 3, 11)
	model, _ := mustFit(t, d, Config{})
	covered := 0
	for i := range d.Wins {
		codes := codesOf(d, i)
		truth := 0.0
		for j := range 3 {
			if codes[j] < 40 {
				truth += math.Sin(float64(codes[j])/8+float64(j)) * 0.8
			}
		}
		truth += float64(codes[3])/3 - 1.5
		if math.Abs(model.LogOdds(codes)-truth) <= logistic.Normal90*model.StandardError(codes) {
			covered++
		}
	}
	share := float64(covered) / float64(len(d.Wins))
	if share < 0.82 || share > 0.97 { // one data set: the share varies by some 0.03 between seeds
		t.Fatalf("90 %% intervals cover the truth for %.3f of the leads", share)
	}
}

func TestDrift(t *testing.T) {
	d := history(3000, 1, 9)
	d.Inputs[0] = Input{Name: "month", Bins: 41, Ordered: 41}
	model, report := mustFit(t, d, Config{Drift: &Drift{Input: 0, End: 1000, BinDays: 30}})
	want := 1 / (report.Terms[0].Lambda[0] * 30)
	if model.Drift == nil || model.Drift.VariancePerDay != want {
		t.Fatalf("Drift = %+v, want variance %v a day", model.Drift, want)
	}
	codes := codesOf(d, 0)
	now, later := model.StandardError(codes), model.StandardErrorAt(codes, 100)
	if got := later*later - now*now; math.Abs(got-100*want) > 1e-9 {
		t.Fatalf("variance grows by %v in 100 days, want %v", got, 100*want)
	}
	if _, _, err := Fit(context.Background(), d, Config{Drift: &Drift{Input: 1, BinDays: 30}}); err == nil {
		t.Fatal("drift over a category: no error")
	}
}

func BenchmarkFit(b *testing.B) {
	for _, size := range []struct {
		name        string
		n, numbers  int
		everyBinned bool
	}{{"leads=10000/inputs=9", 10_000, 8, false}, {"leads=50000/inputs=31", 50_000, 30, false}} {
		b.Run(size.name, func(b *testing.B) {
			d := history(size.n, size.numbers, 1)
			for b.Loop() {
				if _, _, err := Fit(context.Background(), d, Config{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size.n)*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
		})
	}
}
