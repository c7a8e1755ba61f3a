package fit

import (
	"math"
	"testing"
)

// TestSettled: a fit that takes smoothing and pairs from one to a part of the leads minimises J for all of them, as a fit from nothing at
// those λ does; and a small design settles for itself.
func TestSettled(t *testing.T) {
	d := history(6000, 3, 41)
	part := *d
	part.Rows = nil
	for i := range 4000 {
		part.Rows = append(part.Rows, int32(i))
	}
	config := Config{Pairs: Pairs{Most: 3}, SampleRows: 2000}
	_, first := mustFit(t, &part, config)
	places := make([][]int32, len(d.Inputs))
	for j, input := range d.Inputs {
		for code := range input.Bins {
			places[j] = append(places[j], int32(code))
		}
	}
	config.Settled, config.Places = first.Settled, places
	near, report := mustFit(t, d, config)
	config.Places = nil
	far, _ := mustFit(t, d, config)
	if len(near.Terms) != len(far.Terms) || report.Pairs != first.Pairs {
		t.Fatalf("%d terms and %d", len(near.Terms), len(far.Terms))
	}
	for i := range d.Wins {
		a, b := near.LogOdds(codesOf(d, i)), far.LogOdds(codesOf(d, i))
		if math.Abs(a-b) > 1e-6 { // both are polished to 1e-8 a coefficient, of which a lead sums a few
			t.Fatalf("row %d: log-odds %v from the settled tables, %v from nothing", i, a, b)
		}
	}
	for k, term := range near.Terms[:len(d.Inputs)] {
		for i, lambda := range first.Settled.lambda[k] {
			if term.Lambda[i] != lambda {
				t.Errorf("%s: λ %v, settled %v", term.Name, term.Lambda[i], lambda)
			}
		}
	}
	config.SampleRows = 10_000
	_, own := mustFit(t, d, config)
	if own.Pairs == first.Pairs && own.Pairs != nil {
		t.Error("a design within the sample took what was settled elsewhere")
	}
}

// TestSampledSmoothing: λ from a sample and the last steps on all rows give the minimum of J at those λ, which a fit of all rows at the same
// λ confirms to 1e-6.
func TestSampledSmoothing(t *testing.T) {
	d := history(5000, 2, 17)
	sampled, report := mustFit(t, d, Config{SampleRows: 1000})
	all := d.gather()
	terms := mainTerms(d.Inputs, all, Config{})
	for k, term := range terms {
		if len(report.Terms[k].Lambda) == len(term.penalties) {
			for i, p := range term.penalties {
				p.lambda = report.Terms[k].Lambda[i]
			}
		}
		if term.gone() {
			terms[k] = term.idle()
		}
	}
	f := newFitter(all, terms)
	f.evaluate()
	if err := f.polish(t.Context(), polishTolerance, 60); err != nil {
		t.Fatal(err)
	}
	full, err := f.finish(d.Inputs, Config{}, &Report{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Wins {
		if a, b := sampled.LogOdds(codesOf(d, i)), full.LogOdds(codesOf(d, i)); math.Abs(a-b) > 1e-6 {
			t.Fatalf("row %d: log-odds %v, from all rows at once %v", i, a, b)
		}
	}
}
