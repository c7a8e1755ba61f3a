package logistic

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"leadscore/models/metrics"
)

// The assembly adds what Go adds, bit for bit, whatever the rank.
func TestAddRows(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for rank := 1; rank <= MaxRank; rank++ {
		values := make([]float32, 40*rank)
		for i := range values {
			values[i] = float32(random.NormFloat64())
		}
		rows := make([]int, random.IntN(40))
		for i := range rows {
			rows[i] = random.IntN(40) * rank
		}
		got := make([]float32, rank)
		for i := range got {
			got[i] = float32(random.NormFloat64())
		}
		want := slices.Clone(got)
		for k := range want { // one place after the other
			for _, at := range rows {
				want[k] += values[at+k]
			}
		}
		plain := slices.Clone(got)
		addRows(got, values, rows)
		addRowsPlain(plain, values, rows)
		if !slices.Equal(got, want) || !slices.Equal(plain, want) {
			t.Fatalf("rank %d, %d rows: %v and %v, want %v", rank, len(rows), got, plain, want)
		}
	}
}

func TestAddRowsOutOfRange(t *testing.T) {
	for _, at := range []int{-1, 33, 64} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a row at %d of 64 numbers, 32 each, did not panic", at)
				}
			}()
			addRows(make([]float32, 32), make([]float32, 64), []int{at})
		}()
	}
}

// Prepared gives the bits of the model's own methods.
func TestPrepared(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for name, m := range preparedModels() {
		p := m.Prepare()
		out, rows := make([]float64, m.Parts()), make([]int, len(m.Terms))
		for range 500 {
			codes := make([]uint16, len(m.Bins))
			for i, bins := range m.Bins {
				codes[i] = uint16(random.IntN(bins))
			}
			days := 100 * max(0, random.NormFloat64())
			logOdds, curve, se := p.Score(codes, days, rows)
			if want := m.Contributions(codes, out); logOdds != want || logOdds != m.LogOdds(codes) {
				t.Fatalf("%s: log-odds of %v = %v, want %v", name, codes, logOdds, want)
			}
			if m.Curve != nil && curve != out[len(out)-1] || m.Curve == nil && curve != 0 {
				t.Fatalf("%s: the curve adds %v, want %v", name, curve, out)
			}
			if want := m.StandardErrorAt(codes, days); se != want {
				t.Fatalf("%s: standard error of %v = %v, want %v", name, codes, se, want)
			}
		}
		codes := make([]uint16, len(m.Bins))
		if got := testing.AllocsPerRun(100, func() { p.Score(codes, 0, rows) }); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

func preparedModels() map[string]*Model {
	odd, _ := wide(7, 5, 13)
	large, _ := wide(30, 40, 32)
	curved, _ := wide(3, 4, 40)
	curved.Curve = &metrics.Curve{From: []float64{-1, 0.5, 2}, To: []float64{-0.7, 0.1, 3}}
	return map[string]*Model{"pair, block and drift": small(), "odd rank": odd, "large": large, "curve": curved}
}

func BenchmarkAddRows(b *testing.B) {
	values, rows, out := make([]float32, 1400*32), make([]int, 35), make([]float32, 32)
	for i := range rows {
		rows[i] = 40 * i * 32
	}
	for name, add := range map[string]func(out, values []float32, rows []int){"plain": addRowsPlain, "wide": addRows} {
		b.Run(fmt.Sprintf("rows=35/rank=32/%s", name), func(b *testing.B) {
			for b.Loop() {
				add(out, values, rows)
			}
		})
	}
}
