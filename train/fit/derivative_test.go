package fit

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
)

// mixed is a fitter with every kind of term: hats between knots, levels, a chain with special values, pairs of both kinds.
func mixed(t *testing.T) *fitter {
	t.Helper()
	d := history(700, 2, 13)
	s := d.gather()
	s.weights = make([]float64, len(s.wins))
	for i := range s.weights {
		s.weights[i] = 0.5 + float64(i%3)
	}
	var terms []*term
	for j, input := range d.Inputs {
		mass := make([]float64, input.Bins)
		sumByCell(s.columns[j], s.weights, mass)
		terms = append(terms, mainTerm(input, j, mass, 9))
	}
	f := newFitter(s, terms)
	grids := f.grids(d.Inputs, 5)
	for _, pair := range [][2]int{{0, 1}, {1, 2}} {
		p := pairTerm(d.Inputs, grids, pair[0], pair[1])
		p.mass = make([]float64, p.cells)
		sumByCell(p.pairCodes(s), s.weights, p.mass)
		terms = append(terms, p)
	}
	by := f.segmentGrid(&Segments{Input: 2, Levels: 4})
	deviation := segmentTerm(d.Inputs, by, grids[0], 2, 0)
	deviation.mass = make([]float64, deviation.cells)
	sumByCell(deviation.pairCodes(s), s.weights, deviation.mass)
	deviation.weighRows()
	terms = append(terms, deviation)
	f = newFitter(s, terms)
	random := rand.New(rand.NewPCG(4, 4))
	for k, term := range terms {
		for i, p := range term.penalties {
			p.lambda = 0.5 + float64(k+2*i)
		}
	}
	for j := range f.parameters {
		f.parameters[j] = random.NormFloat64() * 0.3
	}
	f.evaluate()
	return f
}

func (f *fitter) objectiveAt(x []float64) float64 {
	copy(f.parameters, x)
	f.evaluate()
	return f.objective()
}

// hessian is the Hessian of J at the last evaluated parameters.
func (f *fitter) hessian() *square {
	h := f.unpenalised()
	f.addPenalties(h)
	return h
}

// TestGradient: central differences of step 6e-6 are good to about ε^(2/3)·|J| ≈ 1e-8 here, J being about 1,000.
func TestGradient(t *testing.T) {
	f := mixed(t)
	x := append([]float64(nil), f.parameters...)
	got := f.gradient()
	want := fd.Gradient(nil, f.objectiveAt, x, &fd.Settings{Formula: fd.Central})
	for j := range want {
		if math.Abs(got[j]-want[j]) > 1e-6*(1+math.Abs(want[j])) {
			t.Errorf("gradient[%d] = %v, want %v", j, got[j], want[j])
		}
	}
}

// TestHessian differentiates the gradient, which TestGradient has checked.
func TestHessian(t *testing.T) {
	f := mixed(t)
	x := append([]float64(nil), f.parameters...)
	got := f.hessian()
	const h = 1e-5
	for j := range x {
		at := func(step float64) []float64 {
			copy(f.parameters, x)
			f.parameters[j] += step
			f.evaluate()
			return f.gradient()
		}
		up, down := at(h), at(-h)
		for i := j; i < f.size; i++ {
			want := (up[i] - down[i]) / (2 * h)
			if math.Abs(got.row(i)[j]-want) > 1e-5*(1+math.Abs(want)) {
				t.Fatalf("hessian[%d,%d] = %v, want %v", i, j, got.row(i)[j], want)
			}
		}
	}
}

// TestTraces compares tr(V S) by rows of the inverse with V itself.
func TestTraces(t *testing.T) {
	f := mixed(t)
	if err := f.factorise(); err != nil {
		t.Fatal(err)
	}
	rows := f.factor.inverseRows()
	v := rows.covariance()
	for _, term := range f.terms {
		for _, p := range term.penalties {
			want := 0.0
			base := term.offset + p.from
			for j, s := range p.diagonal {
				want += s * v.row(base + j)[base+j]
			}
			for _, e := range p.edges {
				i, j := base+int(e[0]), base+int(e[1])
				want += v.row(i)[i] + v.row(j)[j] - 2*v.row(i)[j]
			}
			if got := p.trace(rows, term.offset); math.Abs(got-want) > 1e-10*(1+math.Abs(want)) {
				t.Errorf("%s: trace %v, want %v", term.name, got, want)
			}
		}
	}
	// V is the inverse: V·H = 1.
	h := f.hessian()
	for i := range f.size {
		for j := range f.size {
			sum := 0.0
			for k := range f.size {
				sum += v.row(i)[k] * h.row(max(k, j))[min(k, j)]
			}
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(sum-want) > 1e-9 {
				t.Fatalf("(V·H)[%d,%d] = %v, want %v", i, j, sum, want)
			}
		}
	}
}

// TestFactorise spans several tiles, which the small fits do not.
func TestFactorise(t *testing.T) {
	const n = 2*tile + 17
	random := rand.New(rand.NewPCG(8, 8))
	x := make([]float64, n)
	m := newSquare(n)
	for i := range n {
		for j := range i {
			m.row(i)[j] = random.NormFloat64()
		}
		m.row(i)[i] = 4 * n
		x[i] = random.NormFloat64()
	}
	b := make([]float64, n)
	for i := range n {
		for j := range n {
			b[i] += m.row(max(i, j))[min(i, j)] * x[j]
		}
	}
	if !m.factorise() {
		t.Fatal("not positive definite")
	}
	for i, got := range m.solve(b) {
		if math.Abs(got-x[i]) > 1e-12 {
			t.Fatalf("x[%d] = %v, want %v", i, got, x[i])
		}
	}
	m.row(n - 1)[n-1] = 0
	bad := newSquare(2)
	copy(bad.data, []float64{1, 0, 2, 1})
	if bad.factorise() {
		t.Fatal("an indefinite matrix was factorised")
	}
}

// TestTridiagonal compares the fast inverse's trace and solution with the general one.
func TestTridiagonal(t *testing.T) {
	w := []float64{3, 0.5, 2, 7, 1}
	b := []float64{1, -2, 0.5, 3, 1}
	const lambda = 1.7
	n := len(w)
	m := newSquare(n)
	for i := range n {
		m.row(i)[i] = w[i]
	}
	p := &penalty{diagonal: make([]float64, n), lambda: lambda}
	for i := range n - 1 {
		p.edges = append(p.edges, [2]int32{int32(i), int32(i + 1)})
	}
	p.addTo(m, 0)
	if !m.factorise() {
		t.Fatal("not positive definite")
	}
	x, want := m.solve(b), p.trace(m.inverseRows(), 0)
	if got := tridiagonal(w, b, lambda); math.Abs(got-want) > 1e-12 {
		t.Errorf("trace %v, want %v", got, want)
	}
	for i := range x {
		if math.Abs(b[i]-x[i]) > 1e-12 {
			t.Errorf("x[%d] = %v, want %v", i, b[i], x[i])
		}
	}
}
