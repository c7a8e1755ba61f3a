package metrics

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// Groups of equal scores say the same as their leads one by one. The tolerance is rounding: sums of up to 100 terms below 1.
func TestAUCOfTies(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var groups []Tied
		var scores, wins []float64
		for range 1 + random.IntN(12) {
			g := Tied{Score: float64(random.IntN(6)), Won: random.IntN(4), Lost: random.IntN(4)}
			groups = append(groups, g)
			for range g.Won {
				scores, wins = append(scores, g.Score), append(wins, 1)
			}
			for range g.Lost {
				scores, wins = append(scores, g.Score), append(wins, 0)
			}
		}
		got, err := AUCOfTies(groups)
		want, wantErr := AUC(scores, wins)
		if wantErr != nil {
			if err == nil || !errors.Is(err, ErrOneClass) {
				t.Fatalf("AUCOfTies(%v): %v, want ErrOneClass", groups, err)
			}
			continue
		}
		for _, pair := range [][2]float64{{got.Value, want.Value}, {got.Low, want.Low}, {got.High, want.High}} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 {
				t.Fatalf("AUCOfTies(%v) = %+v, want %+v", groups, got, want)
			}
		}
	}
}
