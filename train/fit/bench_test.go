package fit

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// wideDesign has the shape of a large history: 18 categories of 5 to 200 values and 12 numbers of 256 bins.
func wideDesign(n int) *Design {
	random := rand.New(rand.NewPCG(1, 2))
	d := &Design{Wins: make([]float64, n)}
	for j := range 30 {
		input := Input{Name: fmt.Sprint("input ", j), Bins: 5 + 11*j}
		if j >= 18 {
			input.Bins, input.Ordered = 256, 255
		}
		codes := make([]uint8, n)
		for i := range codes {
			codes[i] = uint8(random.IntN(input.Bins))
		}
		d.Inputs, d.Codes = append(d.Inputs, input), append(d.Codes, Codes{Narrow: codes})
	}
	for i := range d.Wins {
		d.Wins[i] = float64(random.IntN(2))
	}
	return d
}

// BenchmarkHessian is one pass over 100,000 leads of 30 inputs.
func BenchmarkHessian(b *testing.B) {
	d := wideDesign(100_000)
	s := d.gather()
	f := newFitter(s, mainTermsOf(d, 40))
	f.evaluate()
	for b.Loop() {
		f.unpenalised()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(d.Wins))/435, "ns/lead/block")
}

// mainTermsOf gives each ordered input so many knots.
func mainTermsOf(d *Design, knots int) []*term {
	var terms []*term
	for j, input := range d.Inputs {
		mass := make([]float64, input.Bins)
		for i := range d.Wins {
			mass[d.Codes[j].At(i)]++
		}
		terms = append(terms, mainTerm(input, j, mass, knots))
	}
	return terms
}

// BenchmarkEvaluate is the pass for log-odds, losses, residuals and curvatures.
func BenchmarkEvaluate(b *testing.B) {
	d := wideDesign(100_000)
	f := newFitter(d.gather(), mainTermsOf(d, 40))
	for b.Loop() {
		f.evaluate()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(d.Wins))/30, "ns/lead/input")
}

// BenchmarkVariance makes the covariance's factor, with blocks of pairs of terms, of about 2,000 coordinates.
func BenchmarkVariance(b *testing.B) {
	d := wideDesign(20_000)
	f := newFitter(d.gather(), mainTermsOf(d, 12))
	for _, t := range f.terms {
		t.setLambda(5)
	}
	f.evaluate()
	if err := f.factorise(); err != nil {
		b.Fatal(err)
	}
	rows := f.factor.inverseRows()
	for b.Loop() {
		f.variance(rows, StandardError{Tolerance: 1e-9})
	}
	b.ReportMetric(float64(f.size), "coordinates")
}
