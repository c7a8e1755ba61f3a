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

// DecayNear is within its bound of Decay, whatever the number of half-lives, and exact where a whole number of them has passed.
func TestDecayNear(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	worst := 0.0
	check := func(age, halfLife Micros) {
		t.Helper()
		got, want := DecayNear(age, 1/float64(halfLife)), Decay(age, halfLife)
		if off := math.Abs(got - want); got != want && !(off <= DecayNearError*want) {
			t.Fatalf("DecayNear(%d, %d) = %v, want %v", age, halfLife, got, want)
		} else if want > 0 {
			worst = max(worst, off/want)
		}
	}
	for range 500_000 {
		half := 1 + Micros(random.Int64N(int64(90*Day)))
		check(Micros(random.Int64N(int64(400*Day))), half)
		check(Micros(2000*(random.Float64()-0.5)*float64(half)), half) // all that is no overflow
	}
	for k := range Micros(1100) {
		if got := DecayNear(k*Day, 1/float64(Day)); math.Abs(got-Decay(k*Day, Day)) > 1e-13*got {
			t.Errorf("after %d half-lives: %v", k, got)
		}
	}
	if worst < 1e-15 {
		t.Errorf("worst error %v: the test does not reach it", worst)
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
	b.Run("DecayNear", func(b *testing.B) {
		for b.Loop() {
			sum += DecayNear(age, 1./float64(7*Day))
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
