package fit

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// ErrNotConverged is returned when the steps did not reach the minimum within Config.MaxSteps.
var ErrNotConverged = errors.New("the fit did not converge")

// fitter is one minimisation of J: its terms, the parameters (intercept, then the
// terms' coordinates) and the sums over leads at those parameters.
type fitter struct {
	terms      []*term
	leads      *leads
	size       int
	parameters []float64
	tables     [][]float64
	loss       float64
	// factor is the Cholesky factor of the last Hessian.
	factor *square
	// curved is the last Hessian of the log loss alone, and moved the most that a coefficient may have changed since.
	curved *square
	moved  float64
	steps  int
	// bounds are the coordinates that keep a sign, and held the places in bounds of those at 0 as of the last step.
	bounds []bound
	held   []int
	reach  *reach
	// sketch, if not nil, is where Hessians come from.
	sketch *sketch
}

// newFitter lays the terms' coordinates out behind each other and starts at the base rate, or at the sample's own log-odds.
func newFitter(s *sample, terms []*term) *fitter {
	f := &fitter{terms: terms, leads: newLeads(s, terms), size: 1, tables: make([][]float64, len(terms))}
	for k, t := range terms {
		t.offset = f.size
		f.size += t.size
		f.tables[k] = make([]float64, t.cells)
	}
	f.parameters = make([]float64, f.size)
	f.bounds = boundsOf(terms)
	if s.offset == nil {
		rate, _ := s.base()
		f.parameters[0] = logit(rate)
	}
	return f
}

// evaluate sets tables and sums for the parameters.
func (f *fitter) evaluate() {
	for k, t := range f.terms {
		t.table(f.parameters[t.offset:t.offset+t.size], f.tables[k])
	}
	f.loss = f.leads.evaluate(f.parameters[0], f.tables)
}

// objective is J at the last evaluated parameters, in nats.
func (f *fitter) objective() float64 {
	sum := f.loss
	for _, t := range f.terms {
		for _, p := range t.penalties {
			sum += p.lambda / 2 * p.quadratic(f.parameters[t.offset:])
		}
	}
	return sum
}

// factorise makes and factorises the Hessian at the last evaluated parameters.
func (f *fitter) factorise() error { return f.factoriseNear(0) }

// factoriseNear is factorise with a Hessian of the log loss made where no coefficient was further away than stale, in log-odds.
func (f *fitter) factoriseNear(stale float64) error {
	if f.curved == nil || f.moved > stale {
		f.curved.giveBack()
		f.curved, f.moved = f.unpenalised(), 0
	}
	h := f.factor
	if h == nil || len(f.bounds) > 0 { // what promises ask of a factor is kept with it
		h = f.curved.clone()
	} else {
		copy(h.data, f.curved.data)
	}
	f.addPenalties(h)
	if !h.factorise() {
		return fmt.Errorf("%w: the Hessian is not positive definite", ErrNotConverged)
	}
	f.factor = h
	return nil
}

// step goes one Newton step with the present factor and halves it until J does not rise (Nocedal & Wright, Numerical
// Optimization, 2nd ed., 2006, section 3.1). It returns the largest change of a table entry
// or the intercept, in log-odds.
func (f *fitter) step() (float64, error) {
	direction, err := f.direction()
	if err != nil {
		return 0, err
	}
	return f.descend(direction)
}

// descend takes a direction off the parameters, halved until J does not rise, and returns the largest change, as step does.
func (f *fitter) descend(direction []float64) (float64, error) {
	f.steps++
	start := append([]float64(nil), f.parameters...)
	before := make([][]float64, len(f.tables))
	for k := range f.tables {
		before[k] = append([]float64(nil), f.tables[k]...)
	}
	objective := f.objective()
	const halvings = 30
	for scale, try := 1.0, 0; try < halvings; scale, try = scale/2, try+1 {
		for j := range f.parameters {
			f.parameters[j] = start[j] - scale*direction[j]
		}
		f.evaluate()
		// Rounding of a sum of n losses may raise J by some units in its last place.
		if f.objective() <= objective+1e-11*math.Abs(objective)+1e-12 {
			change := math.Abs(f.parameters[0] - start[0])
			for k := range f.tables {
				for c, v := range f.tables[k] {
					change = max(change, math.Abs(v-before[k][c]))
				}
			}
			f.moved += change
			return change, nil
		}
	}
	copy(f.parameters, start)
	f.evaluate()
	return 0, fmt.Errorf("%w: no step lowers the objective", ErrNotConverged)
}

// polish minimises J at fixed λ: steps until none changes a table by more than tolerance.
func (f *fitter) polish(ctx context.Context, tolerance float64, maxSteps int) error {
	if len(f.bounds) > 0 {
		return f.polishWithin(ctx, tolerance, maxSteps)
	}
	return f.polishFree(ctx, tolerance, maxSteps)
}

// polishWithin is polish for coefficients that keep a sign: Newton steps. While they shrink fast the factor is kept: a step without a new
// Hessian costs one pass over the leads.
func (f *fitter) polishWithin(ctx context.Context, tolerance float64, maxSteps int) error {
	last := math.Inf(1)
	for range maxSteps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.factor == nil {
			if err := f.factorise(); err != nil {
				return err
			}
		}
		change, err := f.step()
		if err != nil {
			return err
		}
		if change <= tolerance {
			return nil
		}
		const slow = 0.1 // worth a new Hessian
		if change > slow*last || change > 0.05 {
			f.factor = nil
		}
		last = change
	}
	return fmt.Errorf("%w in %d steps", ErrNotConverged, maxSteps)
}

// smooth alternates Newton steps and Fellner–Schall updates of every λ until a step changes
// no table by more than tolerance. It leaves the factor of the last step's Hessian behind. The Hessian of the log loss is made anew
// once the tables have moved by staleHessian.
func (f *fitter) smooth(ctx context.Context, tolerance float64, maxSteps int) error {
	for range maxSteps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.factoriseNear(staleHessian); err != nil {
			return err
		}
		change, err := f.step()
		if err != nil {
			return err
		}
		f.updateLambda()
		if change <= tolerance {
			return nil
		}
	}
	return nil // λ need not be exact: the data hardly tell; the coefficients are polished at it
}

// staleHessian is a change of a coefficient, in log-odds, that moves the curvature of no lead by more than about as much in relation.
const staleHessian = 0.1

// updateLambda makes one Fellner–Schall update of each λ.
func (f *fitter) updateLambda() {
	rows, face := f.factor.inverseRows(), f.heldFace()
	parallel(len(f.terms), func(k int) {
		t := f.terms[k]
		if t.size == 0 {
			return
		}
		for _, p := range t.penalties {
			p.held = face.count(p, t.offset)
			p.update(p.trace(rows, t.offset)-face.trace(p, t.offset), p.quadratic(f.parameters[t.offset:]))
		}
	})
	rows.giveBack()
}

// settleEDF sets the effective degrees of freedom at the present factor, λ unchanged.
func (f *fitter) settleEDF(rows *square) {
	face := f.heldFace()
	parallel(len(f.terms), func(k int) {
		t := f.terms[k]
		for _, p := range t.penalties {
			p.held = face.count(p, t.offset)
			p.settle(p.trace(rows, t.offset) - face.trace(p, t.offset))
		}
	})
}
