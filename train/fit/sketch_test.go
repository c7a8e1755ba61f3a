package fit

import (
	"math"
	"slices"
	"testing"
)

// wide is a history of many levels, most of them rare.
func wide(n int, seed uint64) *Design {
	d := history(n, 2, seed)
	rare := make([]uint16, n)
	for i := range rare {
		if i%10 == 0 {
			rare[i] = uint16(1 + i/10%100)
		}
	}
	d.Inputs = append(d.Inputs, Input{Name: "rare", Bins: 101})
	d.Codes = append(d.Codes, Codes{Wide: rare})
	return d
}

// TestSketchedStandardErrors: standard errors by a sketched Hessian are those of the whole one, but for chance.
func TestSketchedStandardErrors(t *testing.T) {
	const n, rows = 40_000, 20_000
	d := wide(n, 5)
	exact, whole := mustFit(t, d, Config{SampleRows: n})
	all := d.gather()
	terms := mainTerms(d.Inputs, all, Config{})
	for k, term := range terms {
		for i, p := range term.penalties {
			p.lambda = whole.Terms[k].Lambda[i]
		}
	}
	f := newFitter(all, terms)
	f.evaluate()
	f.sketchBy(rows)
	if f.sketch == nil || len(f.sketch.rows) < rows*9/10 || len(f.sketch.rows) > rows*11/10 {
		t.Fatalf("sketch of %d rows, want about %d", len(f.sketch.rows), rows)
	}
	if err := f.polish(t.Context(), polishTolerance, 60); err != nil {
		t.Fatal(err)
	}
	sketched, err := f.finish(d.Inputs, Config{}, &Report{})
	if err != nil {
		t.Fatal(err)
	}
	var ratios []float64
	for i := 0; i < n; i += 37 {
		codes := codesOf(d, i)
		if a, b := exact.LogOdds(codes), sketched.LogOdds(codes); math.Abs(a-b) > 1e-6 {
			t.Fatalf("row %d: log-odds %v, by the sketch %v", i, a, b)
		}
		ratios = append(ratios, sketched.StandardError(codes)/exact.StandardError(codes)-1)
	}
	slices.Sort(ratios)
	// A variance is off by √(p/rows) where a direction is at its worst, hence a standard error by half of that.
	bound := math.Sqrt(float64(f.size)/rows) / 2
	if least, most := ratios[0], ratios[len(ratios)-1]; least < -bound || most > bound {
		t.Errorf("standard errors by the sketch are off by %.3f … %.3f", least, most)
	}
	if median := ratios[len(ratios)/2]; math.Abs(median) > 0.01 {
		t.Errorf("the median standard error is off by %.3f", median)
	}
}

// TestSketchKeepsRareLevels: what only few leads tell of is seen as a whole.
func TestSketchKeepsRareLevels(t *testing.T) {
	d := wide(20_000, 6)
	all := d.gather()
	f := newFitter(all, mainTerms(d.Inputs, all, Config{}))
	f.evaluate()
	f.sketchBy(6000)
	seen := make([]float64, 101)
	for k, row := range f.sketch.rows {
		seen[d.Codes[3].Wide[row]] += f.sketch.times[k]
	}
	for level, sum := range seen[1:] {
		if sum != 20 { // all leads of each are drawn, and count once
			t.Errorf("level %d: %.1f of 20 leads", level+1, sum)
		}
	}
}

// TestSketchSteps: a fit by a sketch ends where Newton's steps with the whole Hessian do, also from far away, and in few steps.
func TestSketchSteps(t *testing.T) {
	d := wide(20_000, 7)
	all := d.gather()
	f := newFitter(all, mainTerms(d.Inputs, all, Config{}))
	f.parameters[0] = -6
	f.evaluate()
	f.sketchBy(5000)
	if err := f.polish(t.Context(), polishTolerance, 60); err != nil {
		t.Fatal(err)
	}
	if f.steps > 30 {
		t.Errorf("%d steps", f.steps)
	}
	f.sketch, f.curved = nil, nil
	if err := f.factorise(); err != nil {
		t.Fatal(err)
	}
	if change, err := f.step(); err != nil || change > 10*polishTolerance {
		t.Errorf("a step of Newton's method still changes %v, %v", change, err)
	}
}

// TestPolishAfterSmoothingJumped: a factor of quite another λ, as a vanished term leaves it, does not lead astray.
func TestPolishAfterSmoothingJumped(t *testing.T) {
	d := wide(5000, 8)
	all := d.gather()
	f := newFitter(all, mainTerms(d.Inputs, all, Config{}))
	f.evaluate()
	if err := f.factorise(); err != nil {
		t.Fatal(err)
	}
	f.terms[0].penalties[0].lambda, f.terms[3].penalties[0].lambda = lambdaHigh, 1e-3
	if err := f.polish(t.Context(), polishTolerance, 60); err != nil {
		t.Fatal(err)
	}
	if f.steps > 30 {
		t.Errorf("%d steps", f.steps)
	}
	f.curved = nil
	if err := f.factorise(); err != nil {
		t.Fatal(err)
	}
	if change, err := f.step(); err != nil || change > 10*polishTolerance {
		t.Errorf("a step of Newton's method still changes %v, %v", change, err)
	}
}
