package fit

import (
	"context"
	"fmt"
)

// polishFree is polish by the limited-memory BFGS method (Nocedal & Wright, Numerical Optimization, 2nd ed., 2006, algorithms 7.4 and
// 7.5) from the last factor of the Hessian, or of a sketch of it: a step costs one pass over the leads, and no solve.
func (f *fitter) polishFree(ctx context.Context, tolerance float64, maxSteps int) error {
	if f.factor == nil || f.smoothedOtherwise() {
		if err := f.factoriseNear(staleHessian); err != nil {
			return err
		}
	}
	var memory []update
	gradient, anew := f.gradient(), false // anew: the factor is that of this very place
	for range maxSteps * stepsFree {
		if err := ctx.Err(); err != nil {
			return err
		}
		start := append([]float64(nil), f.parameters...)
		change, err := f.descend(f.quasiNewton(memory, gradient))
		switch {
		case err != nil && anew:
			return err
		case err == nil && change <= tolerance:
			return nil
		case err != nil || change > farStep:
			if err := f.factorise(); err != nil {
				return err
			}
			memory, gradient, anew = nil, f.gradient(), true
		default:
			before := gradient
			gradient, anew = f.gradient(), false
			memory = appendUpdate(memory, start, f.parameters, before, gradient)
		}
	}
	return fmt.Errorf("%w in %d steps", ErrNotConverged, maxSteps*stepsFree)
}

// smoothedOtherwise says that some λ is far from that of the factor.
func (f *fitter) smoothedOtherwise() bool {
	const far = 1.5
	for _, t := range f.terms {
		for _, p := range t.penalties {
			if t.size > 0 && max(p.lambda/p.factored, p.factored/p.lambda) > far {
				return true
			}
		}
	}
	return false
}

const (
	// stepsFree is how many of these steps are allowed for one of Newton's: they cost less and gain less.
	stepsFree = 5
	// farStep is the change of a coefficient, in log-odds, from which the Hessian is made anew.
	farStep = 0.5
	// mostUpdates bounds the memory of steps.
	mostUpdates = 30
)

// update is a step and what it did to the gradient.
type update struct {
	step, change []float64
	inverse      float64 // 1/(step·change)
}

func appendUpdate(memory []update, from, to, before, after []float64) []update {
	u := update{step: make([]float64, len(from)), change: make([]float64, len(from))}
	for j := range from {
		u.step[j], u.change[j] = to[j]-from[j], after[j]-before[j]
	}
	along := dot(u.step, u.change)
	if !(along > 0) { // J is convex: rounding
		return memory
	}
	u.inverse = 1 / along
	if len(memory) == mostUpdates {
		memory = memory[1:]
	}
	return append(memory, u)
}

// quasiNewton is the direction of descent, to be subtracted.
func (f *fitter) quasiNewton(memory []update, gradient []float64) []float64 {
	q := append([]float64(nil), gradient...)
	weights := make([]float64, len(memory))
	for k := len(memory) - 1; k >= 0; k-- {
		weights[k] = memory[k].inverse * dot(memory[k].step, q)
		addScaled(q, memory[k].change, -weights[k])
	}
	q = f.factor.solve(q)
	for k, u := range memory {
		addScaled(q, u.step, weights[k]-u.inverse*dot(u.change, q))
	}
	return q
}
