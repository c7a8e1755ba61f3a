package radix

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// sets are many and few values, negative ones, zeros of both signs, ties and infinities included.
func sets() (all [][]float64) {
	random := rand.New(rand.NewPCG(3, 9))
	for _, draw := range []func() float64{
		random.NormFloat64,
		func() float64 { return float64(random.IntN(7) - 3) },
		func() float64 { return 5 },
		func() float64 { return math.Ldexp(random.NormFloat64(), random.IntN(2000)-1000) },
	} {
		for _, n := range []int{0, 1, 300, few, 40_000} {
			values := []float64{math.Inf(1), math.Inf(-1), 0, math.MaxFloat64, math.Copysign(0, -1), -math.MaxFloat64, math.SmallestNonzeroFloat64, 0}
			for range n {
				values = append(values, draw())
			}
			all = append(all, values)
		}
	}
	return append(all, nil, []float64{1})
}

// TestSort holds it against the standard library's order.
func TestSort(t *testing.T) {
	for _, values := range sets() {
		want := slices.Clone(values)
		slices.Sort(want)
		if Sort(values); !slices.Equal(values, want) {
			t.Fatalf("%d values are not in order", len(values))
		}
	}
}

// TestOrder holds both orders against the standard library's stable sort.
func TestOrder(t *testing.T) {
	for _, values := range sets() {
		want := make([]int, len(values))
		for i := range want {
			want[i] = i
		}
		slices.SortStableFunc(want, func(a, b int) int { return compare(values[a], values[b]) })
		if got := Rising(values); !slices.Equal(got, want) {
			t.Fatalf("%d values do not rise", len(values))
		}
		slices.Sort(want)
		slices.SortStableFunc(want, func(a, b int) int { return compare(values[b], values[a]) })
		if got := Falling(values); !slices.Equal(got, want) {
			t.Fatalf("%d values do not fall", len(values))
		}
	}
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func BenchmarkSort(b *testing.B) {
	random := rand.New(rand.NewPCG(3, 9))
	values := make([]float64, 1<<20)
	for i := range values {
		values[i] = random.NormFloat64()
	}
	work := make([]float64, len(values))
	for name, sort := range map[string]func([]float64){"Sort": Sort, "slices": slices.Sort[[]float64]} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				copy(work, values)
				sort(work)
			}
		})
	}
	rows := make([]int, len(values))
	b.Run("Rising", func(b *testing.B) {
		for b.Loop() {
			Rising(values)
		}
	})
	b.Run("slices, rows", func(b *testing.B) {
		for b.Loop() {
			for i := range rows {
				rows[i] = i
			}
			slices.SortFunc(rows, func(a, b int) int { return compare(values[a], values[b]) })
		}
	})
}
