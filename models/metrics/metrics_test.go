package metrics

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// reference is what other programs say of testdata/reference.csv; see testdata/reference.py and reference.R.
type reference struct {
	wins, first, second, weights []float64

	Slope           float64     `json:"slope"`
	SlopeError      float64     `json:"slope_error"`
	InTheLarge      float64     `json:"in_the_large"`
	InTheLargeError float64     `json:"in_the_large_error"`
	AUCFirst        float64     `json:"auc_first"`
	AUCSecond       float64     `json:"auc_second"`
	AUCWeighted     float64     `json:"auc_weighted"`
	LogLoss         float64     `json:"log_loss"`
	LogLossWeighted float64     `json:"log_loss_weighted"`
	Brier           float64     `json:"brier"`
	Isotonic        []float64   `json:"isotonic"`
	Wilson          [][]float64 `json:"wilson"`
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func readReference(t *testing.T) *reference {
	t.Helper()
	r := &reference{}
	for _, row := range readCSV(t, "testdata/reference.csv") {
		for j, column := range []*[]float64{&r.wins, &r.first, &r.second, &r.weights} {
			*column = append(*column, number(t, row[j]))
		}
	}
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// near asks for equality up to rounding in sums of some hundred terms.
func near(t *testing.T, name string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-10*(1+math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", name, got, want)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestAgainstPython(t *testing.T) {
	r := readReference(t)
	figure := must[float64](t)
	near(t, "AUC", must[Estimate](t)(AUC(r.first, r.wins)).Value, r.AUCFirst)
	near(t, "AUC of the second", must[Estimate](t)(AUC(r.second, r.wins)).Value, r.AUCSecond)
	near(t, "WeightedAUC", figure(WeightedAUC(r.first, r.wins, r.weights)), r.AUCWeighted)
	near(t, "WeightedAUC without weights", figure(WeightedAUC(r.first, r.wins, nil)), r.AUCFirst)
	near(t, "LogLoss", figure(LogLoss(r.first, r.wins)), r.LogLoss)
	near(t, "WeightedLogLoss", figure(WeightedLogLoss(r.first, r.wins, r.weights)), r.LogLossWeighted)
	near(t, "Brier", figure(Brier(r.first, r.wins)), r.Brier)
	c := must[Calibration](t)(Calibrate(r.first, r.wins))
	near(t, "slope", c.Slope.Value, r.Slope)
	near(t, "slope's standard error", c.Slope.StandardError, r.SlopeError)
	near(t, "in the large", c.Intercept.Value, r.InTheLarge)
	near(t, "in the large, standard error", c.Intercept.StandardError, r.InTheLargeError)
	iso := must[Isotonic](t)(FitIsotonic(r.first, r.wins, r.weights))
	if err := iso.Validate(); err != nil {
		t.Error(err)
	}
	for i, want := range r.Isotonic {
		near(t, "isotonic", iso.At(r.first[i]), want)
	}
	for _, w := range r.Wilson {
		e := must[Estimate](t)(Wilson(w[0], w[1]))
		near(t, "Wilson low", e.Low, w[2])
		near(t, "Wilson high", e.High, w[3])
	}
}

func TestWeightedCalibration(t *testing.T) {
	r := readReference(t)
	c := must[Calibration](t)(WeightedCalibrate(r.first, r.wins, r.weights))
	got := map[string]float64{"slope": c.Slope.Value, "slope_error": c.Slope.StandardError, "intercept": c.Intercept.Value,
		"intercept_error": c.Intercept.StandardError, "expected": c.Expected, "observed": c.Observed}
	rows := readCSV(t, "testdata/ref/weighted.csv")
	if len(rows) != len(got) {
		t.Fatalf("%d figures of R, want %d", len(rows), len(got))
	}
	for _, row := range rows {
		near(t, "by weight: "+row[0], got[row[0]], number(t, row[1]))
	}
	tenfold := make([]float64, len(r.weights))
	for i, w := range r.weights {
		tenfold[i] = 10 * w
	}
	if scaled := must[Calibration](t)(WeightedCalibrate(r.first, r.wins, tenfold)); math.Abs(scaled.Slope.StandardError-c.Slope.StandardError) > 1e-9 {
		t.Errorf("with ten times the weights the slope's error is %v, want %v: they tell no more", scaled.Slope.StandardError, c.Slope.StandardError)
	}
}

func TestAgainstPROC(t *testing.T) {
	r := readReference(t)
	want := map[string]float64{}
	for _, row := range readCSV(t, "testdata/delong.csv") {
		want[row[0]] = number(t, row[1])
	}
	a, b := must[Estimate](t)(AUC(r.first, r.wins)), must[Estimate](t)(AUC(r.second, r.wins))
	d := must[Estimate](t)(AUCDifference(r.first, r.second, r.wins))
	near(t, "AUC of the first", a.Value, want["auc_first"])
	near(t, "AUC of the second", b.Value, want["auc_second"])
	near(t, "standard error of the first", a.StandardError, want["error_first"])
	near(t, "standard error of the second", b.StandardError, want["error_second"])
	near(t, "low", a.Low, want["low_first"])
	near(t, "high", a.High, want["high_first"])
	near(t, "difference", d.Value, want["difference"])
	near(t, "z of the difference", d.Value/d.StandardError, want["z"])
}

// made returns scores with ties, outcomes and weights.
func made(n int, seed uint64) (scores, wins, weights []float64) {
	random := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		scores = append(scores, math.Round(random.NormFloat64()*10)/10)
		wins = append(wins, float64(i%2))
		weights = append(weights, float64(random.IntN(4)))
	}
	return scores, wins, weights
}

func TestAUCProperties(t *testing.T) {
	for seed := range uint64(20) {
		scores, wins, weights := made(101, seed)
		n := len(scores)
		base := must[Estimate](t)(AUC(scores, wins))
		pairs, half := 0.0, 0.0
		for i := range n {
			for j := range n {
				if wins[i] == 1 && wins[j] == 0 {
					pairs++
					switch {
					case scores[i] > scores[j]:
						half += 2
					case scores[i] == scores[j]:
						half++
					}
				}
			}
		}
		near(t, "AUC by its definition", base.Value, half/2/pairs)
		mapped, negative, swapped := make([]float64, n), make([]float64, n), make([]float64, n)
		var repeatedScores, repeatedWins []float64
		for i, s := range scores {
			mapped[i], negative[i], swapped[i] = math.Exp(3*s)+1, -s, 1-wins[i]
			for range int(weights[i]) {
				repeatedScores, repeatedWins = append(repeatedScores, s), append(repeatedWins, wins[i])
			}
		}
		if got := must[Estimate](t)(AUC(mapped, wins)); got != base {
			t.Errorf("a rising map changes %+v to %+v", base, got)
		}
		near(t, "AUC of −score", must[Estimate](t)(AUC(negative, wins)).Value, 1-base.Value)
		near(t, "AUC of swapped outcomes", must[Estimate](t)(AUC(scores, swapped)).Value, 1-base.Value)
		near(t, "weighted AUC", must[float64](t)(WeightedAUC(scores, wins, weights)),
			must[Estimate](t)(AUC(repeatedScores, repeatedWins)).Value)
		if d := must[Estimate](t)(AUCDifference(scores, mapped, wins)); d.Value != 0 || d.StandardError != 0 {
			t.Errorf("difference of two scores that rank alike: %+v", d)
		}
		there, back := must[Estimate](t)(AUCDifference(scores, weights, wins)), must[Estimate](t)(AUCDifference(weights, scores, wins))
		near(t, "difference turned round", back.Value, -there.Value)
		near(t, "its standard error", back.StandardError, there.StandardError)
	}
}

func TestTiesEverywhere(t *testing.T) {
	scores, wins := []float64{1, 1, 1, 1}, []float64{1, 0, 0, 1}
	if got := must[Estimate](t)(AUC(scores, wins)); got.Value != 0.5 || got.StandardError != 0 {
		t.Errorf("AUC = %+v, want 0.5 ± 0", got)
	}
	near(t, "weighted AUC", must[float64](t)(WeightedAUC(scores, wins, nil)), 0.5)
	iso := must[Isotonic](t)(FitIsotonic(scores, wins, nil))
	if got := iso.At(7); got != 0.5 || len(iso.Scores) != 1 {
		t.Errorf("isotonic = %+v, want one point at 0.5", iso)
	}
	deciles := must[[]Decile](t)(Deciles(scores, []float64{.5, .5, .5, .5}, wins))
	for _, d := range deciles {
		near(t, "win rate of a decile of ties", d.WinRate, 0.5)
	}
}

func TestErrors(t *testing.T) {
	ones, some := []float64{1, 1}, []float64{0.2, 0.7}
	zero := []float64{0, 0}
	nan := []float64{math.NaN(), 1}
	inf := []float64{math.Inf(1), 1}
	mixed := []float64{1, 0}
	calls := map[string]func(scores, wins, weights []float64) error{
		"AUC":             func(s, w, _ []float64) error { _, err := AUC(s, w); return err },
		"AUCDifference":   func(s, w, _ []float64) error { _, err := AUCDifference(s, s, w); return err },
		"WeightedAUC":     func(s, w, g []float64) error { _, err := WeightedAUC(s, w, g); return err },
		"LogLoss":         func(s, w, _ []float64) error { _, err := LogLoss(s, w); return err },
		"WeightedLogLoss": func(s, w, g []float64) error { _, err := WeightedLogLoss(s, w, g); return err },
		"Brier":           func(s, w, _ []float64) error { _, err := Brier(s, w); return err },
		"Calibrate":       func(s, w, _ []float64) error { _, err := Calibrate(s, w); return err },
		"Deciles":         func(s, w, _ []float64) error { _, err := Deciles(s, s, w); return err },
		"FitIsotonic":     func(s, w, g []float64) error { _, err := FitIsotonic(s, w, g); return err },
		"FitLine":         func(s, w, _ []float64) error { _, err := FitLine(s, w); return err },
		"NewDistribution": func(s, _, _ []float64) error { _, err := NewDistribution(s); return err },
	}
	cases := []struct {
		name                  string
		scores, wins, weights []float64
		want                  error
		only                  map[string]bool // nil: all
	}{
		{"no leads", nil, nil, nil, ErrEmpty, nil},
		{"NaN", nan, mixed, nil, ErrInput, nil},
		{"infinite", inf, mixed, nil, ErrInput, nil},
		{"all won", some, ones, nil, ErrOneClass, set("AUC", "AUCDifference", "WeightedAUC", "Calibrate", "FitLine")},
		{"all lost", some, zero, nil, ErrOneClass, set("AUC", "AUCDifference", "WeightedAUC", "Calibrate", "FitLine")},
		{"outcome of NaN", some, nan, nil, ErrInput, without(calls, "NewDistribution")},
		{"outcomes too few", some, mixed[:1], nil, ErrInput, without(calls, "NewDistribution")},
		{"probability of 2", []float64{2, 0}, mixed, nil, ErrInput, set("LogLoss", "WeightedLogLoss", "Brier", "Calibrate", "Deciles")},
		{"weight below 0", some, mixed, []float64{-1, 1}, ErrInput, set("WeightedAUC", "WeightedLogLoss", "FitIsotonic")},
		{"weight of NaN", some, mixed, nan, ErrInput, set("WeightedAUC", "WeightedLogLoss", "FitIsotonic")},
		{"weights too few", some, mixed, ones[:1], ErrInput, set("WeightedAUC", "WeightedLogLoss", "FitIsotonic")},
		{"no weight", some, mixed, zero, ErrEmpty, set("WeightedAUC", "WeightedLogLoss", "FitIsotonic")},
		{"separated", []float64{0.9, 0.1}, mixed, nil, ErrNotConverged, set("Calibrate")},
	}
	for _, c := range cases {
		for name, call := range calls {
			if c.only != nil && !c.only[name] {
				continue
			}
			t.Run(c.name+"/"+name, func(t *testing.T) {
				if err := call(c.scores, c.wins, c.weights); !errors.Is(err, c.want) {
					t.Fatalf("%v, want %v", err, c.want)
				}
			})
		}
	}
	for _, w := range [][2]float64{{-1, 3}, {4, 3}, {math.NaN(), 3}, {1, math.Inf(1)}} {
		if _, err := Wilson(w[0], w[1]); !errors.Is(err, ErrInput) {
			t.Errorf("Wilson(%v, %v): %v, want ErrInput", w[0], w[1], err)
		}
	}
}

func set(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, name := range names {
		out[name] = true
	}
	return out
}

func without[T any](all map[string]T, name string) map[string]bool {
	out := map[string]bool{}
	for other := range all {
		out[other] = other != name
	}
	return out
}

func TestOneLead(t *testing.T) {
	one := []float64{1}
	if got := must[float64](t)(LogLoss([]float64{0.25}, one)); got != -math.Log(0.25) {
		t.Errorf("LogLoss = %v", got)
	}
	near(t, "Brier", must[float64](t)(Brier([]float64{0.25}, one)), 0.5625)
	if d := must[[]Decile](t)(Deciles(one, one, one)); len(d) != 1 || d[0].Caught != 1 || d[0].Lift != 1 {
		t.Errorf("Deciles = %+v", d)
	}
	d := must[Distribution](t)(NewDistribution([]float64{3}))
	if d.Percentile(2) != 0 || d.Percentile(3) != 50 || d.Percentile(4) != 100 {
		t.Errorf("Distribution = %+v", d)
	}
	if e := must[Estimate](t)(Wilson(0, 0)); e.Low != 0 || e.High != 1 {
		t.Errorf("Wilson without leads = %+v", e)
	}
}

func TestDeciles(t *testing.T) {
	scores, wins, _ := made(1003, 4)
	predictions := make([]float64, len(scores))
	total := 0.0
	for i, s := range scores {
		predictions[i] = 1 / (1 + math.Exp(-s))
		total += wins[i]
	}
	deciles := must[[]Decile](t)(Deciles(scores, predictions, wins))
	leads, won := 0, 0.0
	for k, d := range deciles {
		leads += d.Leads
		won += d.Won
		near(t, "caught", d.Caught, won/total)
		if k > 0 && (d.LeastScore > deciles[k-1].LeastScore || d.Predicted > deciles[k-1].Predicted) {
			t.Errorf("decile %d is above the one before", k+1)
		}
	}
	if leads != len(scores) {
		t.Errorf("%d leads in deciles of %d", leads, len(scores))
	}
	near(t, "wins", won, total)
	random := rand.New(rand.NewPCG(1, 1))
	random.Shuffle(len(scores), func(i, j int) {
		scores[i], scores[j] = scores[j], scores[i]
		wins[i], wins[j] = wins[j], wins[i]
		predictions[i], predictions[j] = predictions[j], predictions[i]
	})
	for k, d := range must[[]Decile](t)(Deciles(scores, predictions, wins)) {
		near(t, "wins of a decile in another order of rows", d.Won, deciles[k].Won)
	}
}

func TestDistribution(t *testing.T) {
	scores, _, _ := made(50_000, 3)
	d := must[Distribution](t)(NewDistribution(scores))
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, s := range scores[:50] {
		below, equal := 0, 0
		for _, other := range scores {
			if other < s {
				below++
			} else if other == s {
				equal++
			}
		}
		want := 100 * (float64(below) + float64(equal)/2) / float64(len(scores))
		if got := d.Percentile(s); math.Abs(got-want) > 0.1 {
			t.Errorf("Percentile(%v) = %v, want %v", s, got, want)
		}
	}
}

// A ranking gives a distribution's percentiles bit for bit: at its values, beside and between them and beyond, many ties or none.
func TestRanking(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for name, draw := range map[string]func() float64{
		"probabilities": random.Float64,
		"points":        func() float64 { return float64(random.IntN(60)) - 10 },
		"skewed":        func() float64 { return math.Exp(-10 * random.Float64()) },
		"one value":     func() float64 { return 0.25 },
		"no two alike":  random.NormFloat64,
	} {
		for _, n := range []int{1, 2, 40, 5000} {
			values := make([]float64, n)
			for i := range values {
				values[i] = draw()
			}
			d := must[Distribution](t)(NewDistribution(values))
			ranking := d.Ranking()
			for _, v := range d.Values {
				values = append(values, math.Nextafter(v, math.Inf(1)), math.Nextafter(v, math.Inf(-1)), v+0.01)
			}
			for _, v := range append(values, 0, math.Copysign(0, -1), 1, -1e300, 1e300) {
				if got, want := ranking.Percentile(v), d.Percentile(v); math.Float64bits(got) != math.Float64bits(want) {
					t.Fatalf("%s, %d values: percentile of %v = %v, want %v", name, n, v, got, want)
				}
			}
		}
	}
}

// FuzzIsotonic: the fit never falls, stays in [0, 1], and keeps the weighted mean of the outcomes.
func FuzzIsotonic(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte{255, 0, 0, 0, 255, 255, 7, 7, 7})
	f.Fuzz(func(t *testing.T, data []byte) {
		var scores, wins, weights []float64
		total, mean := 0.0, 0.0
		for ; len(data) >= 3; data = data[3:] {
			win, weight := float64(data[1]%2), float64(data[2]%5)
			scores, wins, weights = append(scores, float64(data[0]%16)), append(wins, win), append(weights, weight)
			total += weight
			mean += weight * win
		}
		iso, err := FitIsotonic(scores, wins, weights)
		if total == 0 {
			if !errors.Is(err, ErrEmpty) {
				t.Fatalf("%v, want ErrEmpty", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := iso.Validate(); err != nil {
			t.Fatal(err)
		}
		fitted := 0.0
		for i, s := range scores {
			fitted += weights[i] * iso.At(s)
		}
		if math.Abs(fitted-mean) > 1e-9*(1+mean) {
			t.Fatalf("the fit has %v wins, the leads %v", fitted, mean)
		}
	})
}

func BenchmarkAUCDifference(b *testing.B) {
	a, wins, _ := made(100_000, 1)
	c, _, _ := made(100_000, 2)
	for b.Loop() {
		if _, err := AUCDifference(a, c, wins); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(a)*b.N)/b.Elapsed().Seconds(), "leads/s")
}
