package fit

import (
	"math"
	"math/rand/v2"
	"testing"

	"leadscore/models/logistic"
)

// noisy has one category that matters and many that do not, the small data that a prior is for.
func noisy(n int, seed uint64) (d *Design, truth []float64) {
	random := rand.New(rand.NewPCG(seed, 3))
	d = &Design{Wins: make([]float64, n)}
	truth = make([]float64, n)
	for j := range 20 {
		codes := make([]uint8, n)
		for i := range codes {
			codes[i] = uint8(random.IntN(8))
			if j == 0 {
				truth[i] = -1.5 + 0.25*float64(codes[i])
			}
		}
		d.Inputs = append(d.Inputs, Input{Name: string(rune('a' + j)), Bins: 8})
		d.Codes = append(d.Codes, Codes{Narrow: codes})
	}
	for i := range d.Wins {
		if random.Float64() < logistic.Probability(truth[i]) {
			d.Wins[i] = 1
		}
	}
	return d, truth
}

// TestCaution holds the fit against the truth on leads that it has not seen: with few wins the prior must bring the log-odds
// nearer to the truth, with many it must not be seen.
func TestCaution(t *testing.T) {
	const caution = 2.3
	distance := func(d *Design, c Config, judged *Design, truth []float64) (sum float64) {
		model, _ := mustFit(t, d, c)
		for i := range truth {
			diff := model.LogOdds(codesOf(judged, i)) - truth[i]
			sum += diff * diff
		}
		return sum / float64(len(truth))
	}
	plain, careful := 0.0, 0.0
	for seed := range uint64(8) {
		d, _ := noisy(300, seed)
		judged, truth := noisy(2000, 100+seed)
		plain += distance(d, Config{}, judged, truth) / 8
		careful += distance(d, Config{Caution: caution}, judged, truth) / 8
	}
	if careful > 0.8*plain {
		t.Errorf("few leads: mean squared distance from the truth %.4f with the prior, %.4f without", careful, plain)
	}
	d, _ := noisy(20_000, 1)
	judged, truth := noisy(2000, 101)
	plain, careful = distance(d, Config{}, judged, truth), distance(d, Config{Caution: caution}, judged, truth)
	if math.Abs(math.Sqrt(careful)-math.Sqrt(plain)) > 0.02 {
		t.Errorf("many leads: root mean squared distance %.4f with the prior, %.4f without", math.Sqrt(careful), math.Sqrt(plain))
	}
}

// The calendar's λ gives the drift, and must outlive the emptying of a term that tells nothing: without it the drift was infinite and
// the model could not be written.
func TestWalkLambdaOfEmptiedTerm(t *testing.T) {
	calendar := mainTerm(Input{Name: "month", Bins: 25, Ordered: 24}, 0, repeat(10, 25), 24)
	calendar.setLambda(lambdaHigh)
	if !calendar.gone() {
		t.Fatal("a term of the greatest λ is not gone")
	}
	if lambda, ok := calendar.idle().walkLambda(); !ok || lambda != lambdaHigh {
		t.Errorf("walkLambda = %v, %v; want %v", lambda, ok, lambdaHigh)
	}
	category := mainTerm(Input{Name: "month", Bins: 12}, 0, repeat(10, 12), 12)
	if _, ok := category.walkLambda(); ok {
		t.Error("a category has a walk")
	}
}
