package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// history is made-up leads in the order of time: what was predicted of each, and how it ended.
type history struct{ logOdds, wins []float64 }

// drift says what the slope of the truth by the predictions is in each of the four parts of the leads that choose, and in the leads to come.
type drift func(r *rand.Rand) (parts [partsOfSlope]float64, ahead float64)

func steady(slope float64) drift {
	return func(*rand.Rand) (parts [partsOfSlope]float64, ahead float64) {
		for k := range parts {
			parts[k] = slope
		}
		return parts, slope
	}
}

// luck draws each time's slope by itself: the mean of their logarithms is 0, so what one time asks for says nothing of the next.
func luck(deviation float64) drift {
	return func(r *rand.Rand) (parts [partsOfSlope]float64, ahead float64) {
		for k := range parts {
			parts[k] = math.Exp(deviation * r.NormFloat64())
		}
		return parts, math.Exp(deviation * r.NormFloat64())
	}
}

// wandering lets the logarithm of the slope walk: each part, and the time ahead, lies a step from the one before.
func wandering(step float64) drift {
	return func(r *rand.Rand) (parts [partsOfSlope]float64, ahead float64) {
		at := 0.0
		for k := range parts {
			at += step * r.NormFloat64()
			parts[k] = math.Exp(at)
		}
		return parts, math.Exp(at + step*r.NormFloat64())
	}
}

// passing is a slope that all leads that choose show, and that is 1 again ahead.
func passing(slope float64) drift {
	return func(r *rand.Rand) ([partsOfSlope]float64, float64) {
		parts, _ := steady(slope)(r)
		return parts, 1
	}
}

const centre = -1.2 // log-odds about which the made-up leads lie

// draw makes leads whose predictions have the spread of a good model, and outcomes whose log-odds lie slope times as far from the centre.
func draw(r *rand.Rand, n int, slopes ...float64) (h history) {
	for i := range n {
		eta := centre + 1.1*r.NormFloat64()
		truth := centre + slopes[i*len(slopes)/n]*(eta-centre)
		win := 0.0
		if r.Float64() < 1/(1+math.Exp(-truth)) {
			win = 1
		}
		h.logOdds, h.wins = append(h.logOdds, eta), append(h.wins, win)
	}
	return h
}

// rule is a way to choose a slope.
type rule func(h history) (Shift, error)

// now is the rule in use.
func now(h history) (Shift, error) {
	m, err := ChooseRemedy(h.logOdds, h.wins)
	return m.Shift, err
}

// whole decides by the slope of all leads, bounded as in [ChooseRemedy], and asks then whether the parts agree.
func whole(agreed func(h history) bool, least float64) rule {
	return func(h history) (Shift, error) {
		line, err := fitLine(h.logOdds, nil, h.wins, nil)
		if err != nil {
			return Shift{}, err
		}
		s := normalEstimate(line.slope, line.slopeError)
		if s.Low <= 0 || s.High < least || s.Low <= 1 && s.High >= 1 || s.Value >= LeastNear && s.Value <= MostNear || !agreed(h) {
			return Shift{Slope: 1}, nil
		}
		return Recalibrate(h.logOdds, h.wins, nil)
	}
}

// The rules that the one in use was weighed against: nobody asks the parts; a slope below a half is followed, too; the parts are asked with the
// normal interval of a random-effects mean (DerSimonian & Laird, Controlled Clinical Trials 7, 1986), which knows each part's own error.
var (
	partsUnasked  = whole(func(history) bool { return true }, LittleSlope)
	halfFollowed  = whole(func(h history) bool { return agree(slopesOfParts(h.logOdds, h.wins)) }, 0)
	randomEffects = whole(agreeByRandomEffects, LittleSlope)
)

func agreeByRandomEffects(h history) bool {
	var slopes, variances []float64
	for k := range partsOfSlope {
		from, to := k*len(h.wins)/partsOfSlope, (k+1)*len(h.wins)/partsOfSlope
		won := countWins(h.wins[from:to])
		if min(won, to-from-won) < leastOfPart {
			return true
		}
		line, err := fitLine(h.logOdds[from:to], nil, h.wins[from:to], nil)
		if err != nil {
			return true
		}
		slopes, variances = append(slopes, line.slope), append(variances, line.slopeError*line.slopeError)
	}
	mean, total, squares, q := 0.0, 0.0, 0.0, 0.0
	for k, v := range variances {
		mean, total, squares = mean+slopes[k]/v, total+1/v, squares+1/(v*v)
	}
	mean /= total
	for k, v := range variances {
		q += (slopes[k] - mean) * (slopes[k] - mean) / v
	}
	between := max(0, (q-float64(len(slopes)-1))/(total-squares/total))
	mean, total = 0, 0
	for k, v := range variances {
		mean, total = mean+slopes[k]/(v+between), total+1/(v+between)
	}
	return math.Abs(mean/total-1) > z95/math.Sqrt(total)
}

// simulatedRule is what a rule did over many made-up histories.
type simulatedRule struct {
	moved       float64 // share of them
	gain, worst float64 // nats a lead ahead: the mean, and the worst history's
}

const aheadLeads = 4000

// simulateRules gives what each rule takes off the log loss of leads ahead. The level is that of the leads that choose, before and after, as in
// training: there it is set anew by the leads fitted to, whatever the slope.
func simulateRules(t *testing.T, seed uint64, samples, leads int, d drift, rules ...rule) []simulatedRule {
	t.Helper()
	out := make([]simulatedRule, len(rules))
	for k := range out {
		out[k].worst = math.Inf(1)
	}
	for sample := range samples {
		r := rand.New(rand.NewPCG(seed, uint64(sample)))
		slopes, slope := d(r)
		chosenOn, ahead := draw(r, leads, slopes[:]...), draw(r, aheadLeads, slope)
		before := levelledLoss(t, chosenOn, ahead, Shift{Slope: 1})
		for k, rule := range rules {
			s, err := rule(chosenOn)
			if err != nil {
				t.Fatal(err)
			}
			gain := 0.0
			if s.Slope != 1 {
				out[k].moved++
				gain = before - levelledLoss(t, chosenOn, ahead, s)
			}
			out[k].gain += gain / float64(samples)
			out[k].worst = min(out[k].worst, gain)
		}
	}
	for k := range out {
		out[k].moved /= float64(samples)
	}
	return out
}

func levelledLoss(t *testing.T, level, judged history, s Shift) float64 {
	t.Helper()
	moved := make([]float64, len(level.logOdds))
	for i, eta := range level.logOdds {
		moved[i] = s.LogOdds(eta)
	}
	added, err := Level(moved, level.wins, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, eta := range judged.logOdds {
		eta = s.LogOdds(eta) + added
		sum += softplus(eta) - judged.wins[i]*eta
	}
	return sum / float64(len(judged.wins))
}

// TestRemedyRules holds the rule to what it promises where nothing drifts, where each time has its own luck, and where the spread is truly wrong. With
// REMEDY_SAMPLES=400 it prints the table of docs/decisions/0015-calibration.md from so many histories a line, with the rules that it was weighed against.
func TestRemedyRules(t *testing.T) {
	samples, rules := 40, []rule{now}
	if given := os.Getenv("REMEDY_SAMPLES"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil {
			t.Fatal(err)
		}
		samples, rules = n, append(rules, partsUnasked, halfFollowed, randomEffects)
		fmt.Println("| slope of the truth | leads | in use: moved, gain, worst | parts unasked | half followed | random effects |\n|---|---|---|---|---|---|")
	}
	for i, c := range []struct {
		name        string
		leads       int
		drift       drift
		most, least float64 // share moved, at the most and at the least
		gain        float64 // mean, at least
	}{
		{"1", 150, steady(1), 0.15, 0, -0.002},
		{"1", 500, steady(1), 0.15, 0, -0.001},
		{"1", 2000, steady(1), 0.05, 0, -0.0005},
		{"1", 10000, steady(1), 0.05, 0, -0.0005},
		{"luck, 0.2", 2000, luck(0.2), 0.15, 0, -0.002},
		{"luck, 0.4", 2000, luck(0.4), 0.2, 0, -0.005},
		{"luck, 0.4", 10000, luck(0.4), 0.2, 0, -0.005},
		{"1, after 0.65", 2000, passing(0.65), 1, 0, -0.015},
		{"1, after 0.3", 2000, passing(0.3), 0.15, 0, -0.005},
		{"0.7", 500, steady(0.7), 1, 0.15, 0.0005},
		{"0.7", 2000, steady(0.7), 1, 0.7, 0.004},
		{"0.5", 150, steady(0.5), 1, 0.25, 0.003},
		{"0.5", 2000, steady(0.5), 1, 0.9, 0.015},
		{"0.3", 2000, steady(0.3), 0.15, 0, 0},
		{"1.6", 500, steady(1.6), 1, 0.5, 0.006},
		{"1.6", 2000, steady(1.6), 1, 0.9, 0.012},
		{"walk, 0.1", 2000, wandering(0.1), 0.4, 0, -0.001},
		{"walk, 0.3", 2000, wandering(0.3), 1, 0.1, 0},
		{"walk, 0.3", 10000, wandering(0.3), 1, 0.1, 0},
	} {
		got := simulateRules(t, uint64(1000+i), samples, c.leads, c.drift, rules...)
		if len(rules) > 1 {
			fmt.Printf("| %s | %d |", c.name, c.leads)
			for _, g := range got {
				fmt.Printf(" %.0f %%, %.4f, %.4f |", 100*g.moved, g.gain, g.worst)
			}
			fmt.Println()
		}
		if g := got[0]; g.moved > c.most || g.moved < c.least || g.gain < c.gain {
			t.Errorf("%s, %d leads: %+v; want %v to %v moved and a gain of %v at least", c.name, c.leads, g, c.least, c.most, c.gain)
		}
	}
}
