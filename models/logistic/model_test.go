package logistic

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// small is a model that can be checked by hand: two inputs and their pair, rank 1.
func small() *Model {
	return &Model{
		Intercept: -1,
		Bins:      []int{3, 2},
		Terms: []Term{
			{Name: "size", Inputs: []int{0}, Coefficients: []float64{-0.5, 0.25, 0.75}, Lambda: []float64{2}, EDF: 1.5},
			{Name: "source", Inputs: []int{1}, Coefficients: []float64{0.1, -0.1}, Lambda: []float64{1}, EDF: 0.5},
			{Name: "size × source", Inputs: []int{0, 1}, Coarse: [][]uint16{{0, 1, 1}, {0, 1}}, Shape: []int{2, 2},
				Coefficients: []float64{0.01, 0.02, 0.03, 0.04}, Lambda: []float64{5}, EDF: 0.2},
		},
		Variance: Variance{
			Rank: 1, Intercept: Floats{0.5}, Constant: 0.01,
			Factor:   Floats{1, 2, 3, -1, 1, 0, 0, 0, 1},
			Diagonal: Floats{0.25, 0.25, 0.25, 0.5, 0.5, 0, 0, 0, 0.0625},
			Blocks:   []Block{{First: 0, Second: 1, Table: Floats{0, 0, 0, 0, 0, 0.125}}},
		},
		Drift: &Drift{Input: 0, End: 86400 * 10, VariancePerDay: 0.5},
	}
}

func TestLogOdds(t *testing.T) {
	m := small()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		codes []uint16
		want  float64
	}{
		{[]uint16{0, 0}, -1 - 0.5 + 0.1 + 0.01},
		{[]uint16{1, 1}, -1 + 0.25 - 0.1 + 0.04},
		{[]uint16{2, 0}, -1 + 0.75 + 0.1 + 0.03},
	} {
		if got := m.LogOdds(c.codes); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("LogOdds(%v) = %v, want %v", c.codes, got, c.want)
		}
		out := make([]float64, 3)
		eta := m.Contributions(c.codes, out)
		sum := m.Intercept
		for _, v := range out {
			sum += v
		}
		if eta != m.LogOdds(c.codes) || sum != eta {
			t.Errorf("codes %v: contributions give %v, their sum is %v, LogOdds %v", c.codes, eta, sum, m.LogOdds(c.codes))
		}
	}
}

func TestStandardError(t *testing.T) {
	m := small()
	// Codes 2, 1: factor 0.5 + 3 + 1 + 1 = 5.5; diagonal 0.01 + 0.25 + 0.5 + 0.0625; block 2·0.125.
	want := math.Sqrt(5.5*5.5 + 1.0725)
	if got := m.StandardError([]uint16{2, 1}); math.Abs(got-want) > 1e-9 {
		t.Errorf("StandardError = %v, want %v", got, want)
	}
	if got, want := m.StandardErrorAt([]uint16{2, 1}, 4), math.Sqrt(5.5*5.5+1.0725+4*0.5); math.Abs(got-want) > 1e-9 {
		t.Errorf("StandardErrorAt 4 days = %v, want %v", got, want)
	}
	if got := m.StandardErrorAt([]uint16{2, 1}, -3); got != m.StandardError([]uint16{2, 1}) {
		t.Errorf("days before the end change the standard error to %v", got)
	}
	if got, want := m.TermStandardErrors(1)[0], math.Sqrt(1+0.5); math.Abs(got-want) > 1e-9 {
		t.Errorf("TermStandardErrors = %v, want %v", got, want)
	}
	m.Variance.Diagonal[2] = -1000
	if got := m.StandardError([]uint16{2, 1}); got != 0 {
		t.Errorf("a variance below 0 gives %v, want 0", got)
	}
}

func TestDaysBeyond(t *testing.T) {
	m := small()
	for _, c := range []struct {
		seconds int64
		want    float64
	}{{86400 * 13, 3}, {86400 * 10, 0}, {0, 0}, {math.MinInt64, 0}} {
		if got := m.DaysBeyond(c.seconds); got != c.want {
			t.Errorf("DaysBeyond(%d) = %v, want %v", c.seconds, got, c.want)
		}
	}
	m.Drift = nil
	if got := m.DaysBeyond(math.MaxInt64); got != 0 {
		t.Errorf("without drift: %v days, want 0", got)
	}
}

func TestInterval(t *testing.T) {
	low, high := Interval(0.3, 0.5)
	if want := 1 / (1 + math.Exp(-(0.3 - 1.6448536269514722*0.5))); math.Abs(low-want) > 1e-15 {
		t.Errorf("low = %v, want %v", low, want)
	}
	if want := 1 / (1 + math.Exp(-(0.3 + 1.6448536269514722*0.5))); math.Abs(high-want) > 1e-15 {
		t.Errorf("high = %v, want %v", high, want)
	}
	for _, eta := range []float64{-1e308, -800, 800, 1e308} {
		p := Probability(eta)
		low, high := Interval(eta, 10)
		if !(low >= 0 && low <= p && p <= high && high <= 1) {
			t.Errorf("at %v: %v in [%v, %v]", eta, p, low, high)
		}
	}
}

func TestJSON(t *testing.T) {
	text, err := json.Marshal(small())
	if err != nil {
		t.Fatal(err)
	}
	var back Model
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.Validate(); err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(&back)
	if string(again) != string(text) {
		t.Errorf("read and written again:\n%s\nwant\n%s", again, text)
	}
	for _, bad := range []string{`"!"`, `"AAA="`, `7`} {
		var f Floats
		if err := json.Unmarshal([]byte(bad), &f); err == nil {
			t.Errorf("floats %s: no error", bad)
		}
	}
}

func TestValidate(t *testing.T) {
	cases := []struct {
		name   string
		change func(*Model)
		text   string
	}{
		{"intercept", func(m *Model) { m.Intercept = math.NaN() }, "intercept"},
		{"no bins", func(m *Model) { m.Bins[0] = 0 }, "0 bins"},
		{"too many bins", func(m *Model) { m.Bins[1] = 1 << 20 }, "bins"},
		{"input out of range", func(m *Model) { m.Terms[0].Inputs[0] = 2 }, "input 2"},
		{"input below 0", func(m *Model) { m.Terms[0].Inputs[0] = -1 }, "input -1"},
		{"no input", func(m *Model) { m.Terms[0].Inputs = nil }, "inputs []"},
		{"three inputs", func(m *Model) { m.Terms[0].Inputs = []int{0, 1, 0} }, "inputs [0 1 0]"},
		{"a pair with itself", func(m *Model) { m.Terms[2].Inputs = []int{1, 1} }, "inputs [1 1]"},
		{"coefficients cut", func(m *Model) { m.Terms[0].Coefficients = m.Terms[0].Coefficients[:2] }, "2 coefficients"},
		{"coefficient infinite", func(m *Model) { m.Terms[1].Coefficients[0] = math.Inf(1) }, "coefficient 0"},
		{"coarse on one input", func(m *Model) { m.Terms[0].Coarse = [][]uint16{{0}} }, "coarse cells"},
		{"one coarse map", func(m *Model) { m.Terms[2].Coarse = m.Terms[2].Coarse[:1] }, "two coarse maps"},
		{"shape cut", func(m *Model) { m.Terms[2].Shape = []int{2} }, "shape"},
		{"shape 0", func(m *Model) { m.Terms[2].Shape = []int{0, 2} }, "coarse cells"},
		{"shape huge", func(m *Model) { m.Terms[2].Shape = []int{math.MaxInt, 2} }, "coarse cells"},
		{"coarse map cut", func(m *Model) { m.Terms[2].Coarse[0] = []uint16{0, 1} }, "coarse map 0"},
		{"coarse cell out of range", func(m *Model) { m.Terms[2].Coarse[1][1] = 2 }, "cell 2 of 2"},
		{"pair cells cut", func(m *Model) { m.Terms[2].Coefficients = m.Terms[2].Coefficients[:3] }, "3 coefficients"},
		{"lambda 0", func(m *Model) { m.Terms[0].Lambda[0] = 0 }, "lambda"},
		{"edf below 0", func(m *Model) { m.Terms[0].EDF = -1 }, "edf"},
		{"rank below 0", func(m *Model) { m.Variance.Rank = -1 }, "rank -1"},
		{"rank too large", func(m *Model) { m.Variance.Rank = MaxRank + 1 }, "rank 129"},
		{"factor cut", func(m *Model) { m.Variance.Factor = m.Variance.Factor[:3] }, "variance"},
		{"diagonal NaN", func(m *Model) { m.Variance.Diagonal[0] = float32(math.NaN()) }, "diagonal"},
		{"constant", func(m *Model) { m.Variance.Constant = math.Inf(-1) }, "constant"},
		{"worst error", func(m *Model) { m.Variance.WorstError = math.NaN() }, "worst error"},
		{"block of no term", func(m *Model) { m.Variance.Blocks[0].Second = 3 }, "block 0"},
		{"block below 0", func(m *Model) { m.Variance.Blocks[0].First = -1 }, "block 0"},
		{"block cut", func(m *Model) { m.Variance.Blocks[0].Table = Floats{1} }, "block 0"},
		{"block infinite", func(m *Model) { m.Variance.Blocks[0].Table[1] = float32(math.Inf(1)) }, "block 0"},
		{"drift input", func(m *Model) { m.Drift.Input = 9 }, "drift"},
		{"drift variance", func(m *Model) { m.Drift.VariancePerDay = -1 }, "drift"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := small()
			c.change(m)
			err := m.Validate()
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.text) {
				t.Fatalf("Validate: %v, want ErrInvalid naming %q", err, c.text)
			}
		})
	}
	t.Run("all faults at once", func(t *testing.T) {
		m := small()
		m.Intercept, m.Drift.Input, m.Terms[0].EDF = math.NaN(), 9, -1
		if got := strings.Count(m.Validate().Error(), "\n"); got != 2 {
			t.Fatalf("%d line breaks, want 2: %v", got, m.Validate())
		}
	})
}

// FuzzModel: whatever a file holds, a model that passes Validate scores every lead without a panic or a NaN.
func FuzzModel(f *testing.F) {
	text, err := json.Marshal(small())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, uint16(1), uint16(1))
	f.Add([]byte(`{"bins":[1],"terms":[{"inputs":[0],"coefficients":[1e308]}]}`), uint16(0), uint16(0))
	f.Add([]byte(`{}`), uint16(0), uint16(9))
	f.Fuzz(func(t *testing.T, text []byte, a, b uint16) {
		var m Model
		if json.Unmarshal(text, &m) != nil || m.Validate() != nil {
			return
		}
		codes := make([]uint16, len(m.Bins))
		for i := range codes {
			codes[i] = uint16(int([]uint16{a, b}[i%2]) % m.Bins[i])
		}
		out := make([]float64, len(m.Terms))
		eta, se := m.Contributions(codes, out), m.StandardErrorAt(codes, float64(a))
		if eta != m.LogOdds(codes) || math.IsNaN(eta) || math.IsNaN(se) {
			t.Fatalf("log-odds %v and %v, standard error %v", eta, m.LogOdds(codes), se)
		}
		for k := range m.Terms {
			m.TermStandardErrors(k)
		}
	})
}

// wide is a made-up model of some size.
func wide(inputs, bins, rank int) (*Model, [][]uint16) {
	random := rand.New(rand.NewPCG(1, 1))
	m := &Model{Variance: Variance{Rank: rank, Intercept: make(Floats, rank)}}
	for j := range inputs {
		m.Bins = append(m.Bins, bins)
		coefficients := make([]float64, bins)
		for c := range coefficients {
			coefficients[c] = random.NormFloat64()
		}
		m.Terms = append(m.Terms, Term{Name: fmt.Sprint("input ", j), Inputs: []int{j}, Coefficients: coefficients})
	}
	for range inputs * bins {
		m.Variance.Diagonal = append(m.Variance.Diagonal, random.Float32())
		for range rank {
			m.Variance.Factor = append(m.Variance.Factor, random.Float32())
		}
	}
	leads := make([][]uint16, 1024)
	for i := range leads {
		leads[i] = make([]uint16, inputs)
		for j := range leads[i] {
			leads[i][j] = uint16(random.IntN(bins))
		}
	}
	return m, leads
}

func TestNoAllocations(t *testing.T) {
	m, leads := wide(30, 64, 64)
	out := make([]float64, len(m.Terms))
	if got := testing.AllocsPerRun(100, func() {
		Interval(m.LogOdds(leads[0])+m.Contributions(leads[1], out), m.StandardError(leads[0]))
	}); got != 0 {
		t.Fatalf("%v allocations a lead, want 0", got)
	}
}

var sink float64

func BenchmarkScore(b *testing.B) {
	for _, rank := range []int{16, 64, 128} {
		b.Run(fmt.Sprintf("inputs=30/bins=128/rank=%d", rank), func(b *testing.B) {
			m, leads := wide(30, 128, rank)
			p, rows := m.Prepare(), make([]int, len(m.Terms))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				codes := leads[i%len(leads)]
				logOdds, _, standardError := p.Score(codes, 0, rows)
				low, high := m.Ends(logOdds, standardError)
				sink += Probability(low) + Probability(high)
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leads/s")
		})
	}
}
