package fit

import (
	"slices"
	"testing"
)

// TestPairsMadeEachTime: cells of pairs that are made from the inputs' codes each time give the same bits as those that are held.
func TestPairsMadeEachTime(t *testing.T) {
	d := wide(3*chunk+5, 9)
	all := d.gather()
	terms := mainTerms(d.Inputs, all, Config{})
	grids := (&fitter{terms: terms}).grids(d.Inputs, 12)
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 3}} { // narrow and wide codes
		p := pairTerm(d.Inputs, grids, pair[0], pair[1])
		p.mass = make([]float64, p.cells)
		p.weigh(all)
		mass := make([]float64, p.cells)
		massByCell(p.pairCodes(all), nil, mass)
		if !slices.Equal(p.mass, mass) {
			t.Fatalf("%s: other masses", p.name)
		}
		terms = append(terms, p)
	}
	held := newFitter(all, terms)
	for j := range held.parameters {
		held.parameters[j] = float64(j%7)/10 - 0.3
	}
	made := newFitter(all, terms)
	copy(made.parameters, held.parameters)
	for k, term := range terms {
		if len(term.inputs) == 2 {
			made.leads.codes[k] = term.pairColumn(all)
		}
	}
	for _, f := range []*fitter{held, made} {
		f.evaluate()
	}
	if held.loss != made.loss || !slices.Equal(held.gradient(), made.gradient()) || !slices.Equal(held.hessian().data, made.hessian().data) {
		t.Error("other sums")
	}
	rows := []int32{0, 5, chunk, 3*chunk + 4}
	for k := range terms {
		a, b := held.leads.codes[k].take(rows), made.leads.codes[k].take(rows)
		for i := range rows {
			if a.At(i) != b.At(i) || a.At(i) != made.leads.codes[k].At(int(rows[i])) {
				t.Errorf("%s: lead %d", terms[k].name, rows[i])
			}
		}
	}
	for _, f := range []*fitter{held, made} {
		f.sketchBy(2000)
	}
	if !slices.Equal(held.sketch.rows, made.sketch.rows) || !slices.Equal(held.hessian().data, made.hessian().data) {
		t.Error("other sketches")
	}
}
