package metrics

import (
	"errors"
	"math"
	"testing"
)

// Newcombe's own worked examples: Statistics in Medicine 17 (1998), table II, method 10.
func TestRateDifferenceAgainstNewcombe(t *testing.T) {
	for _, c := range []struct {
		name               string
		won1, n1, won2, n2 float64
		low, high          float64
	}{
		{"56/70 - 48/80", 56, 70, 48, 80, 0.0524, 0.3339},
		{"9/10 - 3/10", 9, 10, 3, 10, 0.1705, 0.8090},
		{"6/7 - 2/7", 6, 7, 2, 7, 0.0582, 0.8062},
		{"5/56 - 0/29", 5, 56, 0, 29, -0.0381, 0.1926},
		{"10/10 - 0/10", 10, 10, 0, 10, 0.6075, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := RateDifference(c.won1, c.n1, c.won2, c.n2)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.Low-c.low) > 5e-5 || math.Abs(got.High-c.high) > 5e-5 {
				t.Errorf("RateDifference = [%.4f, %.4f], want [%.4f, %.4f]", got.Low, got.High, c.low, c.high)
			}
		})
	}
	if _, err := RateDifference(0, 0, 1, 2); !errors.Is(err, ErrEmpty) {
		t.Errorf("without leads: %v, want ErrEmpty", err)
	}
}

func TestHolm(t *testing.T) {
	got := Holm([]float64{0.04, 0.01, 0.03, 0.9})
	for i, want := range []float64{0.09, 0.04, 0.09, 0.9} { // 4·0.01, 3·0.03, then max(0.09, 2·0.04), max(…, 0.9)
		if math.Abs(got[i]-want) > 1e-15 {
			t.Errorf("Holm = %v, want %v at %d", got, want, i)
		}
	}
}

// Disjoint picks are two samples: the difference's standard error must be near that of independent rates; the same picks differ by nothing.
func TestCompareSelections(t *testing.T) {
	n := 4000
	a, b, wins := make([]bool, n), make([]bool, n), make([]float64, n)
	for i := range n {
		a[i], b[i] = i%2 == 0, i%2 == 1
		if i%10 == 0 || i%7 == 0 {
			wins[i] = 1
		}
	}
	same, err := CompareSelections(a, a, wins)
	if err != nil || same.Rate.Value != 0 || same.Rate.StandardError > 1e-12 || same.Won.Value != 0 || same.Picked.Value != 0 {
		t.Errorf("the same picks: %+v, %v, want no difference", same, err)
	}
	got, err := CompareSelections(a, b, wins)
	if err != nil {
		t.Fatal(err)
	}
	wonA, wonB := 0.0, 0.0
	for i := range n {
		wonA, wonB = wonA+wins[i]*zeroOne(a[i]), wonB+wins[i]*zeroOne(b[i])
	}
	want, err := RateDifference(wonA, float64(n/2), wonB, float64(n/2))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Rate.Value-want.Value) > 1e-12 || math.Abs(got.Rate.StandardError/want.StandardError-1) > 1e-3 || got.Won.Value != wonA-wonB {
		t.Errorf("disjoint picks: %+v, want a rate of %+v and %v wins", got, want, wonA-wonB)
	}
	none, err := CompareSelections(make([]bool, n), b, wins)
	if err != nil || none.Rate.Low != -1 || none.Rate.High != 1 {
		t.Errorf("no picks: %+v, %v, want an open rate", none, err)
	}
	if _, err := CompareSelections(a[:1], b, wins); !errors.Is(err, ErrInput) {
		t.Errorf("unequal lengths: %v, want ErrInput", err)
	}
}
