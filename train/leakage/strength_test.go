package leakage

import (
	"math"
	"math/rand/v2"
	"testing"
)

// cell has leads of both halves alike, all in one span of time.
func cell(won, lost int32) Cell {
	var c Cell
	c.Counts[0] = Count{Won: [2]int32{won / 2, won - won/2}, Lost: [2]int32{lost / 2, lost - lost/2}}
	return c
}

// A value worked out by hand: shares 0.75 and 0.25 against 0.25 and 0.75 give 2 · 0.5 · ln 3 nats. With many leads the half
// lead added to each count is lost in the tolerance of 1e-3.
func TestInformationValue(t *testing.T) {
	got := informationValue([]Cell{cell(75_000, 25_000), cell(25_000, 75_000)})
	if want := math.Log(3); math.Abs(got.Value-want) > 1e-3 {
		t.Errorf("information value = %.5f, want %.5f", got.Value, want)
	}
	if got.StandardError <= 0 || got.StandardError > 0.02 {
		t.Errorf("standard error = %g", got.StandardError)
	}
	if same := informationValue([]Cell{cell(10, 20), cell(10, 20)}); same.Value != 0 {
		t.Errorf("information value of equal shares = %g, want 0", same.Value)
	}
}

// The standard error is that of repeated draws. 2,000 draws have a standard deviation known to 1.6 %; the delta method leaves
// out terms of order 1/n, here below 2 %.
func TestInformationError(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	draw := func() []Cell {
		var won, lost [3]int32
		for range 3000 {
			won[pick(random, 0.5, 0.3)]++
			lost[pick(random, 0.2, 0.3)]++
		}
		return []Cell{cell(won[0], lost[0]), cell(won[1], lost[1]), cell(won[2], lost[2])}
	}
	var sum, squares, errors float64
	const draws = 2000
	for range draws {
		v := informationValue(draw())
		sum, squares, errors = sum+v.Value, squares+v.Value*v.Value, errors+v.StandardError
	}
	spread := math.Sqrt(squares/draws - sum/draws*sum/draws)
	if ratio := errors / draws / spread; ratio < 0.95 || ratio > 1.05 {
		t.Errorf("standard error %.5f against a spread of %.5f", errors/draws, spread)
	}
}

func pick(random *rand.Rand, first, second float64) int {
	switch u := random.Float64(); {
	case u < first:
		return 0
	case u < first+second:
		return 1
	}
	return 2
}

// drawColumn fills cells with leads whose win rate depends on the cell and the span of time.
func drawColumn(random *rand.Rand, leads, cells int, of func(span int) int, rate func(cell, span int) float64) []Cell {
	list := make([]Cell, cells)
	for row := range leads {
		span := row * Blocks / leads
		k := of(span)
		n := &list[k].Counts[span]
		if random.Float64() < rate(k, span) {
			n.Won[Half(row)]++
		} else {
			n.Lost[Half(row)]++
		}
	}
	return list
}

// A column of noise with many values must not look strong: each half is ranked by the other.
func TestNoiseHasNoStrength(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	s := Measure(drawColumn(random, 4000, 300, func(int) int { return random.IntN(300) }, func(int, int) float64 { return 0.3 }))
	if math.Abs(s.AUC.Value-0.5) > 3*s.AUC.StandardError || s.Information.Value > 0.1 {
		t.Errorf("AUC %.3f ± %.3f, information value %.3f of noise", s.AUC.Value, s.AUC.StandardError, s.Information.Value)
	}
}

// Values that come up in one span of time only, each with a win rate of its own, rank other leads of that time and no later
// ones. A column that follows the market does neither within a span, and one that means something does both.
func TestRandomAgainstAhead(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	const values = 10
	batches := func(span int) int { return span*values + random.IntN(values) }
	high := func(k, _ int) float64 { return []float64{0.1, 0.7}[k%2] }
	cases := map[string]struct {
		cells         []Cell
		random, ahead float64 // AUC about
	}{
		// half of the values at win rate 0.1, half at 0.7: a won lead has the high one in 7 of 8, a lost one in 1 of 4.
		"batches": {drawColumn(random, 20_000, Blocks*values, batches, high), 0.5 + (7.0/8-1.0/4)/2, 0.5},
		"market": {drawColumn(random, 20_000, Blocks, func(span int) int { return span },
			func(_, span int) float64 { return 0.01 * float64(span+1) }), 0.5, 0.5},
		"meaning": {drawColumn(random, 20_000, values, func(int) int { return random.IntN(values) }, high), 0.5 + (7.0/8-1.0/4)/2, 0.5 + (7.0/8-1.0/4)/2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := Measure(c.cells)
			// 0.02 is four standard errors of an AUC of 10,000 leads.
			if !s.Timed || math.Abs(s.Random.Value-c.random) > 0.02 || math.Abs(s.Ahead.Value-c.ahead) > 0.02 {
				t.Errorf("random %.3f, ahead %.3f (timed %v), want %.3f and %.3f", s.Random.Value, s.Ahead.Value, s.Timed, c.random, c.ahead)
			}
		})
	}
}
