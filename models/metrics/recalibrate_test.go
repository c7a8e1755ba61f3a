package metrics

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// twoGroups is leads with two different log-odds; won of n leads of each.
func twoGroups(low, high float64, wonLow, wonHigh, n int) (logOdds, wins []float64) {
	for i := range 2 * n {
		logOdds = append(logOdds, low)
		wins = append(wins, 0)
		if i >= n {
			logOdds[i] = high
		}
		if i < wonLow || i >= n && i < n+wonHigh {
			wins[i] = 1
		}
	}
	return logOdds, wins
}

func logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }

// With two different log-odds the line goes through both groups' own log-odds: intercept and slope have a closed form, and so have χ²
// and the errors.
func TestRecalibrateClosedForm(t *testing.T) {
	const n, low, high = 1000, -3.0, 1.0
	logOdds, wins := twoGroups(low, high, 200, 500, n)
	slope := (logit(.5) - logit(.2)) / (high - low)
	intercept := logit(.5) - slope*high
	loss := func(p float64, won float64) float64 { return -won*math.Log(p) - (n-won)*math.Log1p(-p) }
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	chi := 2 * (loss(sigmoid(low), 200) + loss(sigmoid(high), 500) - loss(.2, 200) - loss(.5, 500))
	share := (chi - 2) / chi
	weightLow, weightHigh := n*.2*.8, n*.5*.5
	center := (weightLow*low + weightHigh*high) / (weightLow + weightHigh)
	spread := weightLow*(low-center)*(low-center) + weightHigh*(high-center)*(high-center)

	got, err := Recalibrate(logOdds, wins, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Shift{
		Intercept: share * intercept, Slope: 1 + share*(slope-1), Shrinkage: share,
		Center: center, InterceptError: 1 / math.Sqrt(weightLow+weightHigh), SlopeError: 1 / math.Sqrt(spread),
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"intercept", got.Intercept, want.Intercept}, {"slope", got.Slope, want.Slope}, {"shrinkage", got.Shrinkage, want.Shrinkage},
		{"center", got.Center, want.Center}, {"intercept's error", got.InterceptError, want.InterceptError}, {"slope's error", got.SlopeError, want.SlopeError},
	} {
		// 1e-8: Newton stops at steps of 1e-10 of these figures, which are of the size of 1.
		if math.Abs(c.got-c.want) > 1e-8 {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
}

// Where the slope is right, only the level moves: to the observed number of wins, less the shrinkage.
func TestRecalibrateIntercept(t *testing.T) {
	logOdds, wins := twoGroups(logit(.1), logit(.3), 182, 462, 1000) // odds 2.0 and 2.0 times those predicted
	got, err := Recalibrate(logOdds, wins, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Slope != 1 || got.SlopeError != 0 {
		t.Fatalf("slope moved: %+v", got)
	}
	if got.Shrinkage < .99 || got.Shrinkage >= 1 || math.Abs(got.Intercept/got.Shrinkage-math.Log(2)) > .005 {
		t.Errorf("moved by %v with shrinkage %v, want about log 2", got.Intercept, got.Shrinkage)
	}
}

// Predictions that are right are left alone: what chance asks for is at most a small move, and mostly none.
func TestRecalibrateLeavesRightPredictions(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	still, slopes := 0, 0
	const runs = 400
	for range runs {
		logOdds, wins := make([]float64, 500), make([]float64, 500)
		for i := range logOdds {
			logOdds[i] = random.NormFloat64() - 1
			if random.Float64() < 1/(1+math.Exp(-logOdds[i])) {
				wins[i] = 1
			}
		}
		got, err := Recalibrate(logOdds, wins, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got.Intercept == 0 && got.Slope == 1 {
			still++
		}
		if got.SlopeError > 0 {
			slopes++
		}
	}
	// P(χ² with 1 degree of freedom < 1) = 0.683, less the 5 % in which the slope's interval misses 1; ±4 standard errors of 400 runs.
	if share := float64(still) / runs; share < .55 || share > .77 {
		t.Errorf("left alone in %.2f of the runs, want about 0.65", share)
	}
	if share := float64(slopes) / runs; share > .1 {
		t.Errorf("the slope moved in %.2f of the runs, want about 0.05", share)
	}
}

func TestRecalibrateWithoutAnswer(t *testing.T) {
	for _, c := range []struct {
		name          string
		logOdds, wins []float64
		want          error
	}{
		{"nothing", nil, nil, ErrEmpty},
		{"one class", []float64{1, 2}, []float64{1, 1}, ErrOneClass},
		{"separated", []float64{-2, -1, 1, 2}, []float64{0, 0, 1, 1}, ErrNotConverged},
		{"no number", []float64{math.NaN(), 1}, []float64{0, 1}, ErrInput},
		{"lengths", []float64{1}, []float64{0, 1}, ErrInput},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := Recalibrate(c.logOdds, c.wins, nil); !errors.Is(err, c.want) {
				t.Errorf("Recalibrate = %+v, %v; want %v", got, err, c.want)
			}
		})
	}
	t.Run("equal predictions have a level only", func(t *testing.T) {
		got, err := Recalibrate([]float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, nil)
		if err != nil || got.Slope != 1 || !(got.Intercept > 0 && got.Intercept < logit(.9)) {
			t.Errorf("Recalibrate = %+v, %v; want an intercept between 0 and %v", got, err, logit(.9))
		}
	})
}

// A slope that is shown to be below 0 is an error; one that may be 0 stays, and the level alone moves.
func TestRecalibrateWithoutRank(t *testing.T) {
	logOdds, wins := twoGroups(-2, -1, 300, 200, 1000)
	if _, err := Recalibrate(logOdds, wins, nil); !errors.Is(err, ErrBackwards) {
		t.Errorf("backwards: %v", err)
	}
	logOdds, wins = twoGroups(-2, -1, 252, 250, 1000)
	got, err := Recalibrate(logOdds, wins, nil)
	if err != nil || got.Slope != 1 || got.SlopeError != 0 || !(got.Intercept > 0) {
		t.Errorf("without rank: %+v, %v; want the level alone", got, err)
	}
}

func TestShiftValidate(t *testing.T) {
	for name, s := range map[string]Shift{
		"backwards": {Slope: -1}, "flat": {}, "no number": {Slope: math.NaN()}, "infinite": {Slope: 1, Intercept: math.Inf(1)},
		"negative error": {Slope: 1, InterceptError: -1}, "shrinkage": {Slope: 1, Shrinkage: 1.5},
	} {
		if s.Validate() == nil {
			t.Errorf("%s: %+v passes", name, s)
		}
	}
}

// A lead of weight 3 moves the scores as three leads do.
func TestRecalibrateByWeight(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 14))
	var logOdds, wins, weights, manyLogOdds, manyWins []float64
	for range 300 {
		eta, win, weight := random.NormFloat64()*2, 0.0, 1+random.IntN(3)
		if random.Float64() < 1/(1+math.Exp(0.7-0.6*eta)) {
			win = 1
		}
		logOdds, wins, weights = append(logOdds, eta), append(wins, win), append(weights, float64(weight))
		for range weight {
			manyLogOdds, manyWins = append(manyLogOdds, eta), append(manyWins, win)
		}
	}
	got, err := Recalibrate(logOdds, wins, weights)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Recalibrate(manyLogOdds, manyWins, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]float64{{got.Intercept, want.Intercept}, {got.Slope, want.Slope}, {got.Center, want.Center},
		{got.InterceptError, want.InterceptError}, {got.SlopeError, want.SlopeError}, {got.Shrinkage, want.Shrinkage}} {
		if math.Abs(pair[0]-pair[1]) > 1e-9 {
			t.Errorf("by weight %+v, by copies %+v", got, want)
		}
	}
	if _, err := Recalibrate(logOdds, wins, weights[1:]); !errors.Is(err, ErrInput) {
		t.Errorf("too few weights: %v", err)
	}
}
