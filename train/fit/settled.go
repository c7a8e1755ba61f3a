package fit

import (
	"context"
	"slices"
)

// settled takes down what the fit has settled for a later one of the same inputs.
func (f *fitter) settled(inputs int, report *PairsReport) *Settled {
	s := &Settled{report: report}
	for k, t := range f.terms {
		var lambda []float64
		for _, p := range t.penalties {
			lambda = append(lambda, p.lambda)
		}
		table := slices.Clone(f.tables[k])
		if k < inputs {
			s.lambda, s.tables = append(s.lambda, lambda), append(s.tables, table)
			continue
		}
		s.pairs = append(s.pairs, settledPair{t.inputs[0], t.inputs[1], lambda, table, t.shape})
	}
	s.intercept = f.parameters[0]
	if report != nil {
		s.side = report.Side
	}
	return s
}

// fits says that a design has as many inputs as what was settled.
func (s *Settled) fits(inputs []Input) bool { return len(s.lambda) == len(inputs) }

// fit minimises J for all leads at the settled smoothing, from the settled tables: with those near the answer, one Hessian of all leads and a
// few gradients reach it.
func (s *Settled) fit(ctx context.Context, inputs []Input, all *sample, terms []*term, config Config) (*fitter, error) {
	rows, tolerance := config.sampleRows(), polishTolerance
	if config.Quick {
		terms, rows, tolerance = fewKnots(inputs, terms), wideRows, config.roughly().polish
	}
	tables := make([][]float64, len(inputs))
	for j, t := range terms {
		t.setSettled(s.lambda[j])
		if t.gone() {
			terms[j] = t.idle()
		}
		tables[j] = s.tableOf(j, inputs[j], config.Places)
	}
	grids := (&fitter{terms: terms}).grids(inputs, max(s.side, 1))
	for _, pair := range s.pairs {
		t := pairTerm(inputs, grids, pair.first, pair.second)
		t.mass = make([]float64, t.cells)
		t.weigh(all)
		t.setSettled(pair.lambda)
		table := pair.table
		if !slices.Equal(pair.shape, t.shape) {
			table = make([]float64, t.cells)
		}
		terms, tables = append(terms, t), append(tables, table)
	}
	for _, t := range terms {
		for _, p := range t.penalties {
			p.caution = config.Caution
		}
	}
	f := newFitter(all, terms)
	f.parameters[0] = s.intercept
	for k, t := range terms {
		if t.size > 0 {
			own := f.parameters[t.offset : t.offset+t.size]
			t.project(tables[k], own)
			t.keepDirection(own)
		}
	}
	f.evaluate()
	f.sketchBy(rows)
	return f, f.polish(ctx, tolerance, config.maxSteps())
}

// tableOf is the settled table of an input by its present codes; 0 for a code that is new.
func (s *Settled) tableOf(j int, input Input, places [][]int32) []float64 {
	table := make([]float64, input.Bins)
	for code := range table {
		if places == nil || len(places[j]) != input.Bins {
			continue
		}
		if old := places[j][code]; old >= 0 && int(old) < len(s.tables[j]) {
			table[code] = s.tables[j][old]
		}
	}
	return table
}

// setSettled sets λ by penalty. A term of other penalties, as when a number has no special values this time, keeps its own.
func (t *term) setSettled(lambda []float64) {
	if len(lambda) != len(t.penalties) {
		return
	}
	for i, p := range t.penalties {
		p.lambda = lambda[i]
	}
}
