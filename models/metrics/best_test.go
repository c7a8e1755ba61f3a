package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestBest(t *testing.T) {
	for _, c := range []struct {
		name    string
		scores  []float64
		periods []int
		k       int
		want    []float64
	}{
		{"no tie", []float64{1, 3, 2}, nil, 2, []float64{0, 1, 1}},
		{"a tie over the cut", []float64{5, 3, 3, 3, 1}, nil, 2, []float64{1, 1. / 3, 1. / 3, 1. / 3, 0}},
		{"nobody", []float64{1, 2}, nil, 0, []float64{0, 0}},
		{"more than there are", []float64{1, 2}, nil, 5, []float64{1, 1}},
		{"by period", []float64{9, 8, 1, 2}, []int{0, 0, 7, 7}, 1, []float64{1, 0, 0, 1}},
		{"none", nil, nil, 3, []float64{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := BestOf(c.scores, c.periods, c.k)
			for i := range c.want {
				if len(got) != len(c.want) || math.Abs(got[i]-c.want[i]) > 1e-15 {
					t.Fatalf("BestOf = %v, want %v", got, c.want)
				}
			}
		})
	}
}

// The curve of all capacities agrees with picking by each one.
func TestWonByCapacity(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	scores, wins, periods := make([]float64, 200), make([]float64, 200), make([]int, 200)
	for i := range scores {
		scores[i], wins[i], periods[i] = float64(random.IntN(15)), float64(random.IntN(2)), random.IntN(5)
	}
	curve, err := WonByCapacity(scores, wins, periods)
	if err != nil {
		t.Fatal(err)
	}
	for k, got := range curve {
		want := 0.0
		for i, share := range BestOf(scores, periods, k) {
			want += share * wins[i]
		}
		if math.Abs(got-want) > 1e-9 {
			t.Fatalf("capacity %d: %v wins, want %v", k, got, want)
		}
	}
	if _, err := WonByCapacity(scores, wins, periods[1:]); err == nil {
		t.Error("one period too few: no error")
	}
}

// The interval of the difference holds the truth about as often as it says: scores with a known edge, many samples, accounts of one to
// four leads that share their luck.
func TestWonDifferenceCovers(t *testing.T) {
	const samples, n, k = 400, 600, 150
	draw := func(random *rand.Rand, n int) (a, b, wins []float64, clusters []uint32) {
		for cluster := uint32(1); len(wins) < n; cluster++ {
			luck := random.NormFloat64()
			for range 1 + random.IntN(4) {
				x := random.NormFloat64()
				p := 1 / (1 + math.Exp(1.5-x-luck))
				win := 0.0
				if random.Float64() < p {
					win = 1
				}
				a, b, wins = append(a, x+0.5*random.NormFloat64()), append(b, math.Round(x+random.NormFloat64())), append(wins, win)
				clusters = append(clusters, cluster)
			}
		}
		return a[:n], b[:n], wins[:n], clusters[:n]
	}
	difference := func(random *rand.Rand, n, k int) Estimate {
		a, b, wins, clusters := draw(random, n)
		e, err := WonDifference(Best(a, k), Best(b, k), wins, clusters)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	truth := difference(rand.New(rand.NewPCG(1, 1)), 400*n, 400*k).Value / 400
	held := 0
	for s := range samples {
		if e := difference(rand.New(rand.NewPCG(uint64(s), 2)), n, k); e.Low <= truth && truth <= e.High {
			held++
		}
	}
	// 95 % of 400 is 380, with a standard error of 4.4; the interval may err on the wide side
	if held < 380-4*5 {
		t.Errorf("the interval held the truth %.1f in %d of %d samples", truth, held, samples)
	}
	t.Logf("truth %.2f, held in %d of %d", truth, held, samples)
}

func TestWonDifferenceNames(t *testing.T) {
	e, err := WonDifference([]float64{1, 1, 0, 0}, []float64{0, 1, 1, 0}, []float64{1, 1, 0, 1}, nil)
	if err != nil || e.Value != 1 {
		t.Errorf("WonDifference = %+v, %v, want 1", e, err)
	}
	// per lead 1, 0, 0, 0: their population deviation is √(1/4 − 1/16), times √4
	if want := math.Sqrt(3.0/16) * 2; math.Abs(e.StandardError-want) > 1e-12 {
		t.Errorf("standard error %v, want %v", e.StandardError, want)
	}
	if _, err := WonDifference([]float64{1}, []float64{1, 0}, []float64{1}, nil); err == nil {
		t.Error("two lengths: no error")
	}
	if _, err := WonDifference(nil, nil, nil, nil); err == nil {
		t.Error("no leads: no error")
	}
}

// At a fixed score the band holds the true win rate at least as often as it says, for a rate that rises, in steps and smoothly.
func TestIsotonicBandCovers(t *testing.T) {
	for name, truth := range map[string]func(float64) float64{
		"smooth": func(x float64) float64 { return 0.05 + 0.5*x/100 },
		"steps":  func(x float64) float64 { return 0.1 + 0.2*math.Floor(x/50) },
		"flat":   func(float64) float64 { return 0.2 },
	} {
		t.Run(name, func(t *testing.T) {
			const samples = 300
			held, width := map[float64]int{}, 0.0
			for s := range samples {
				random := rand.New(rand.NewPCG(uint64(s), 9))
				var scores, wins []float64
				for range 800 {
					x := 5 * float64(random.IntN(21))
					win := 0.0
					if random.Float64() < truth(x) {
						win = 1
					}
					scores, wins = append(scores, x), append(wins, win)
				}
				band, err := IsotonicBand(scores, wins)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range band {
					if p.Low-1e-12 <= truth(p.Score) && truth(p.Score) <= p.High+1e-12 {
						held[p.Score]++
					}
					width += (p.High - p.Low) / samples / 21
				}
			}
			for score, times := range held {
				if float64(times) < 0.93*samples {
					t.Errorf("at %v the band held the truth in %d of %d samples", score, times, samples)
				}
			}
			t.Logf("mean width %.3f", width)
			if width > 0.25 { // a score's own 38 leads alone, without the order, give 0.26 at a rate of 0.3
				t.Errorf("mean width %.3f: the order is not used", width)
			}
		})
	}
}

func TestIsotonicBandEdges(t *testing.T) {
	band, err := IsotonicBand([]float64{7, 7, 7}, []float64{1, 0, 0})
	if err != nil || len(band) != 1 || band[0].Leads != 3 || band[0].NotAbove != 3 || math.Abs(band[0].WinRate-1.0/3) > 1e-15 {
		t.Errorf("one score: %+v, %v", band, err)
	}
	band, err = IsotonicBand([]float64{1, 2}, []float64{1, 0}) // falls
	if err != nil || band[0].WinRate != 0.5 || band[1].WinRate != 0.5 || band[0].Low > band[0].High {
		t.Errorf("falling: %+v, %v", band, err)
	}
	if _, err := IsotonicBand(nil, nil); err == nil {
		t.Error("no leads: no error")
	}
}
