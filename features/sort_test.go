package features

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSortNumbers holds many values, negative ones, zeros and infinities included, against the standard library's order.
func TestSortNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 9))
	for _, draw := range []func() float64{
		random.NormFloat64,
		func() float64 { return float64(random.IntN(7) - 3) },
		func() float64 { return 5 },
		func() float64 { return math.Ldexp(random.NormFloat64(), random.IntN(2000)-1000) },
	} {
		values := []float64{math.Inf(1), math.Inf(-1), 0, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64}
		for range 40_000 {
			values = append(values, draw())
		}
		want := slices.Clone(values)
		slices.Sort(want)
		if sortNumbers(values); !slices.Equal(values, want) {
			t.Fatal("not in order")
		}
	}
}

func BenchmarkSortNumbers(b *testing.B) {
	random := rand.New(rand.NewPCG(3, 9))
	values := make([]float64, 1<<20)
	for i := range values {
		values[i] = random.NormFloat64()
	}
	work := make([]float64, len(values))
	for name, sort := range map[string]func([]float64){"bits": sortNumbers, "slices": slices.Sort[[]float64]} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				copy(work, values)
				sort(work)
			}
		})
	}
}
