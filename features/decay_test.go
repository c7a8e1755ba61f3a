package features

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// Decay is Exp2, bit for bit where Exp2 is compiled Go without fused products, else to the last place.
func TestDecay(t *testing.T) {
	check := func(age, halfLife Micros) {
		t.Helper()
		want := math.Exp2(-float64(age) / float64(halfLife))
		got := Decay(age, halfLife)
		if got != want && (runtime.GOARCH == "amd64" || math.Abs(got-want) > 4e-16*want) {
			t.Fatalf("Decay(%d, %d) = %v, want %v", age, halfLife, got, want)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, age := range []Micros{0, 1, -1, Day / 2, Day, -Day / 2, 3 * Day / 2, 999 * Day, 1000 * Day, 1500 * Day, -1500 * Day, math.MaxInt64, math.MinInt64} {
		check(age, Day)
	}
	for range 200_000 {
		check(Micros(random.Int64N(int64(400*Day))), 1+Micros(random.Int64N(int64(90*Day))))
		check(-Micros(random.Int64N(int64(400*Day))), Day)
	}
}

func BenchmarkDecay(b *testing.B) {
	age, sum := 13*Day, 0.0
	b.Run("Decay", func(b *testing.B) {
		for b.Loop() {
			sum += Decay(age, 7*Day)
			age += 12345
		}
	})
	b.Run("math.Exp2", func(b *testing.B) {
		for b.Loop() {
			sum += math.Exp2(-float64(age) / float64(7*Day))
			age += 12345
		}
	})
	_ = sum
}
