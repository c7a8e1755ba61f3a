package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Newcombe's limits by R's uniroot; see testdata/ref/few.R.
func TestAUCOfFew(t *testing.T) {
	for _, row := range readCSV(t, "testdata/ref/few.csv") {
		wins, scores := make([]float64, 0), make([]float64, 0)
		m, n, beaten := int(number(t, row[0])), int(number(t, row[1])), int(number(t, row[2]))
		for k := range n { // lost leads at 0.5, 1.5, …
			scores, wins = append(scores, float64(k)+0.5), append(wins, 0)
		}
		for i := range m { // the first won leads beat as many pairs as there are to be
			above := min(n, beaten-i*n)
			scores, wins = append(scores, float64(max(0, above))), append(wins, 1)
		}
		got, err := AUC(scores, wins)
		if err != nil {
			t.Fatal(err)
		}
		agrees(t, "AUC", got.Value, float64(beaten)/float64(m*n), rounding)
		agrees(t, "low", got.Low, number(t, row[3]), 1e-9)
		agrees(t, "high", got.High, number(t, row[4]), 1e-9)
	}
}

// The intervals of few leads hold the true figure as often as they say, where DeLong's do not.
func TestIntervalsOfFewCover(t *testing.T) {
	for _, c := range []struct {
		won, lost int
		shift     float64
	}{{2, 30, 0.95}, {5, 30, 0.95}, {9, 60, 1.6}, {4, 6, 0.5}, {2, 300, 0}} {
		random := rand.New(rand.NewPCG(8, uint64(c.won*1000+c.lost)))
		truth := normalDistribution(c.shift / math.Sqrt2) // of both scores
		const draws = 1500
		area, difference, delong := 0, 0, 0
		wins := make([]float64, c.won+c.lost)
		for i := range c.won {
			wins[i] = 1
		}
		a, b := make([]float64, len(wins)), make([]float64, len(wins))
		for range draws {
			for i, w := range wins {
				common := random.NormFloat64()
				a[i] = c.shift*w + math.Sqrt(0.5)*(common+random.NormFloat64())
				b[i] = c.shift*w + math.Sqrt(0.5)*(common+random.NormFloat64())
			}
			e, err := AUC(a, wins)
			if err != nil {
				t.Fatal(err)
			}
			d, err := AUCDifference(a, b, wins)
			if err != nil {
				t.Fatal(err)
			}
			area += held(e, truth)
			difference += held(d, 0)
			delong += held(normalEstimate(e.Value, e.StandardError), truth)
		}
		t.Logf("%d won, %d lost: area %.3f, difference %.3f; DeLong's %.3f", c.won, c.lost, float64(area)/draws, float64(difference)/draws, float64(delong)/draws)
		for name, n := range map[string]int{"area": area, "difference": difference} {
			if share := float64(n) / draws; share < 0.93 { // 95 % less three standard errors and a little
				t.Errorf("%d won, %d lost: the interval of the %s holds the truth in %.3f of the draws, want 0.95", c.won, c.lost, name, share)
			}
		}
	}
}

func held(e Estimate, truth float64) int {
	if e.Low <= truth && truth <= e.High {
		return 1
	}
	return 0
}

func normalDistribution(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// What is known for sure has no interval: one score held against itself, and the area of a score that is the same for all.
func TestCertainOfFew(t *testing.T) {
	scores, wins := []float64{1, 2, 3, 4}, []float64{0, 1, 0, 1}
	if d, err := AUCDifference(scores, scores, wins); err != nil || d != (Estimate{}) {
		t.Errorf("a score against itself: %+v, %v", d, err)
	}
	if e, err := AUC(make([]float64, 4), wins); err != nil || e != (Estimate{Value: 0.5, Low: 0.5, High: 0.5}) {
		t.Errorf("equal scores: %+v, %v", e, err)
	}
	perfect := make([]float64, 60)
	for i := range 30 {
		perfect[30+i] = 1
	}
	if e, err := AUC(perfect, perfect); err != nil || e.High != 1 || !(e.Low > 0.85 && e.Low < 0.97) {
		t.Errorf("a perfect order of 30 and 30: %+v, %v; its interval is no point", e, err)
	}
}
