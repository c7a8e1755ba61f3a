package fit

import (
	"math"
	"math/rand/v2"
	"testing"

	"leadscore/models/logistic"
)

// regional makes leads of some segments, by falling size; the effects of a number and of a category differ between segments by about differ. The
// segments' input comes first, with codes for other and missing.
func regional(n int, sizes []float64, differ float64, seed uint64) *Design {
	truth, random := rand.New(rand.NewPCG(99, 7)), rand.New(rand.NewPCG(seed, 7))
	slopes, tilts, levels := make([]float64, len(sizes)), make([]float64, len(sizes)), make([]float64, len(sizes))
	for s := range sizes {
		slopes[s], tilts[s], levels[s] = differ*truth.NormFloat64(), differ*truth.NormFloat64(), 0.3*truth.NormFloat64()
	}
	d := &Design{Codes: make([]Codes, 4), Inputs: []Input{{Name: "region", Bins: len(sizes) + 2}, {Name: "size", Bins: 31, Ordered: 30},
		{Name: "source", Bins: 5}, {Name: "noise", Bins: 21, Ordered: 20}}}
	for range n {
		s, u := 0, random.Float64()
		for s+1 < len(sizes) && u > sizes[s] {
			u -= sizes[s]
			s++
		}
		size, source, noise := random.IntN(30), random.IntN(3), random.IntN(20)
		eta := -0.8 + levels[s] + (0.8+slopes[s])*(float64(size)/14.5-1) + (0.5+tilts[s])*float64(source-1)
		win := 0.0
		if random.Float64() < logistic.Probability(eta) {
			win = 1
		}
		for j, code := range []int{s, size, source, noise} {
			d.Codes[j].Narrow = append(d.Codes[j].Narrow, uint8(code))
		}
		d.Wins = append(d.Wins, win)
	}
	return d
}

func lossOf(model *logistic.Model, d *Design) float64 {
	sum := 0.0
	for i, y := range d.Wins {
		eta := model.LogOdds(codesOf(d, i))
		sum += math.Log1p(math.Exp(eta)) - y*eta
	}
	return sum / float64(len(d.Wins))
}

func withSegments(d *Design) Config {
	return Config{Caution: 2.3, Segments: &Segments{Input: 0, Levels: d.Inputs[0].Bins - 2}}
}

// TestSegmentsHelp: where segments differ, deviations lower the log loss of new leads; where they do not, nothing is lost.
func TestSegmentsHelp(t *testing.T) {
	sizes := []float64{0.4, 0.3, 0.15, 0.1, 0.05}
	for _, differ := range []float64{0.7, 0} {
		gain, kept := 0.0, 0
		for seed := range uint64(4) {
			d, later := regional(4000, sizes, differ, seed), regional(20_000, sizes, differ, seed+50)
			whole, _ := mustFit(t, d, Config{Caution: 2.3})
			pooled, report := mustFit(t, d, withSegments(d))
			if report.Segments.Kept {
				kept++
			}
			gain += (lossOf(whole, later) - lossOf(pooled, later)) / 4
		}
		t.Logf("effects differ by %v: %d of 4 fits deviate, and gain %.5f nats a lead on new leads", differ, kept, gain)
		if differ > 0 && (kept < 4 || gain < 0.01) {
			t.Errorf("%d of 4 fits deviate and gain %v nats, want all and 0.01", kept, gain)
		}
		if differ == 0 && gain < -0.0005 {
			t.Errorf("without true differences deviations cost %v nats a lead", -gain)
		}
	}
}

// TestSegmentsFalseAlarm: where effects do not differ, deviations are kept in one history of ten at the most, and what they cost then is next to nothing.
func TestSegmentsFalseAlarm(t *testing.T) {
	const seeds = 40
	for _, n := range []int{1000, 3000} {
		gain, kept := 0.0, 0
		for seed := range uint64(seeds) {
			d := regional(n, []float64{0.4, 0.3, 0.15, 0.1, 0.05}, 0, 9000+seed)
			pooled, report := mustFit(t, d, withSegments(d))
			if !report.Segments.Kept {
				continue
			}
			kept++
			later := regional(20_000, []float64{0.4, 0.3, 0.15, 0.1, 0.05}, 0, 9500+seed)
			whole, _ := mustFit(t, d, Config{Caution: 2.3})
			gain += (lossOf(whole, later) - lossOf(pooled, later)) / seeds
		}
		t.Logf("%d leads: %d of %d fits deviate, and gain %.5f nats a lead on new leads", n, kept, seeds, gain)
		if kept > seeds/10 || gain < -0.0005 {
			t.Errorf("%d leads: %d of %d fits deviate though nothing differs, and cost %.5f nats a lead", n, kept, seeds, -gain)
		}
	}
}

// TestSegmentsLean: a small segment leans on the whole more than a large one, and one without leads of its own does so exactly.
func TestSegmentsLean(t *testing.T) {
	d := regional(5000, []float64{0.6, 0.3, 0.09, 0.01}, 0.7, 3)
	model, report := mustFit(t, d, withSegments(d))
	s := report.Segments
	if !s.Kept || len(s.Levels) != 4 || s.Considered != 3 || !(s.LossWith < s.LossWithout) {
		t.Fatalf("%+v, want deviations of four segments", s)
	}
	for k := 1; k < 4; k++ {
		before, after := s.Levels[k-1], s.Levels[k]
		if !(after.Level < before.Level) || !(after.Effects < before.Effects) {
			t.Errorf("segment %d has %.3f and %.2f degrees of freedom of its own, the larger one before it %.3f and %.2f",
				k, after.Level, after.Effects, before.Level, before.Effects)
		}
	}
	edf := 0.0 // the segments' parts are the terms' whole
	for _, l := range s.Levels {
		edf += l.Effects
	}
	for _, term := range model.Terms {
		if len(term.Inputs) == 2 {
			edf -= term.EDF
		}
	}
	if math.Abs(edf) > 1e-6 {
		t.Errorf("the segments' degrees of freedom and their terms' differ by %v", edf)
	}
	contributions := make([]float64, len(model.Terms))
	for _, code := range []uint16{4, 5} { // other, missing
		model.Contributions([]uint16{code, 12, 1, 3}, contributions)
		for k, term := range model.Terms {
			if len(term.Inputs) == 2 && contributions[k] != 0 {
				t.Errorf("%s adds %v to a lead of no known segment", term.Name, contributions[k])
			}
		}
	}
}

// TestSegmentsSum: the model's tables add up to the fit's own log-odds, and each segment's deviations have mean 0; pairs may follow.
func TestSegmentsSum(t *testing.T) {
	d := regional(3000, []float64{0.5, 0.3, 0.2}, 0.8, 5)
	config := withSegments(d)
	config.Pairs = Pairs{Most: 2, Side: 4, LeastScore: 0.1}
	model, report := mustFit(t, d, config)
	if !report.Segments.Kept {
		t.Fatal("no deviations")
	}
	f, _, err := addSegments(t.Context(), d.Inputs, d.gather(), mustMains(t, d, config), config)
	if err != nil {
		t.Fatal(err)
	}
	alone, _ := mustFit(t, d, withSegments(d))
	for i := range 200 {
		codes, want := codesOf(d, i), f.parameters[0]
		for k := range f.terms {
			want += f.tables[k][f.leads.codes[k].At(i)]
		}
		if got := alone.LogOdds(codes); math.Abs(got-want) > 1e-9 {
			t.Fatalf("lead %d: log-odds %v, want %v", i, got, want)
		}
	}
	for _, term := range model.Terms {
		if len(term.Inputs) < 2 || term.Inputs[0] != 0 {
			continue
		}
		sums := make([]float64, term.Shape[0])
		for i := range d.Wins {
			cell := term.Cell(codesOf(d, i))
			sums[cell/term.Shape[1]] += term.Coefficients[cell]
		}
		for row, sum := range sums {
			if math.Abs(sum) > 1e-7 {
				t.Errorf("%s: the deviations of segment %d sum to %v over its leads", term.Name, row, sum)
			}
		}
	}
}

func mustMains(t *testing.T, d *Design, config Config) *fitter {
	t.Helper()
	f, err := fitTerms(t.Context(), d.Inputs, d.gather(), config, &Report{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
