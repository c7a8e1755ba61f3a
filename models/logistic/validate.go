package logistic

import (
	"errors"
	"fmt"
	"math"
)

// ErrInvalid is what every fault found by [Model.Validate] wraps.
var ErrInvalid = errors.New("invalid model")

// limits that a file must keep before memory is spent on it.
const (
	maxBins  = 1 << 16 // codes are 16 bits
	maxCells = 1 << 24
)

// Validate checks every shape and number of a model, so that scoring any lead with codes below
// Bins cannot panic or give NaN. It reports all faults, each wrapping [ErrInvalid]. Cost: one pass over the model.
func (m *Model) Validate() error {
	var faults faults
	if !finite(m.Intercept) {
		faults.add("intercept %v: not a finite number", m.Intercept)
	}
	for i, bins := range m.Bins {
		if bins < 1 || bins > maxBins {
			faults.add("input %d: %d bins, want 1 to %d", i, bins, maxBins)
		}
	}
	cells := 0
	for t := range m.Terms {
		m.validateTerm(t, &faults)
		cells += len(m.Terms[t].Coefficients)
	}
	m.Variance.validate(cells, &faults)
	m.validateBlocks(&faults)
	m.validateDrift(&faults)
	if m.Curve != nil {
		if err := m.Curve.Validate(); err != nil {
			faults.add("%w", err)
		}
	}
	return errors.Join(faults...)
}

// faults collects every fault of a model.
type faults []error

func (f *faults) add(format string, arguments ...any) {
	*f = append(*f, fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, arguments...)...))
}

func (m *Model) validateTerm(t int, faults *faults) {
	term := &m.Terms[t]
	for _, input := range term.Inputs {
		if input < 0 || input >= len(m.Bins) {
			faults.add("term %d (%s): input %d, but the model has %d inputs", t, term.Name, input, len(m.Bins))
			return
		}
	}
	switch {
	case len(term.Inputs) == 1:
		if len(term.Coarse) != 0 || len(term.Shape) != 0 {
			faults.add("term %d (%s): coarse cells on a term of one input", t, term.Name)
		}
		if len(term.Coefficients) != m.Bins[term.Inputs[0]] {
			faults.add("term %d (%s): %d coefficients, but its input has %d bins",
				t, term.Name, len(term.Coefficients), m.Bins[term.Inputs[0]])
		}
	case len(term.Inputs) == 2 && term.Inputs[0] != term.Inputs[1]:
		m.validatePair(t, faults)
	default:
		faults.add("term %d (%s): inputs %v, want one or two different ones", t, term.Name, term.Inputs)
	}
	for c, value := range term.Coefficients {
		if !finite(value) {
			faults.add("term %d (%s): coefficient %d is %v", t, term.Name, c, value)
		}
	}
	for _, lambda := range term.Lambda {
		if !finite(lambda) || lambda <= 0 {
			faults.add("term %d (%s): lambda %v, want above 0", t, term.Name, lambda)
		}
	}
	if !finite(term.EDF) || term.EDF < 0 {
		faults.add("term %d (%s): edf %v, want 0 or more", t, term.Name, term.EDF)
	}
}

func (m *Model) validatePair(t int, faults *faults) {
	term := &m.Terms[t]
	if len(term.Coarse) != 2 || len(term.Shape) != 2 {
		faults.add("term %d (%s): a pair needs two coarse maps and a shape of two", t, term.Name)
		return
	}
	for side, coarse := range term.Coarse {
		size := term.Shape[side]
		if size < 1 || size > maxBins {
			faults.add("term %d (%s): side %d has %d coarse cells", t, term.Name, side, size)
			return
		}
		if len(coarse) != m.Bins[term.Inputs[side]] {
			faults.add("term %d (%s): coarse map %d has %d codes, but its input has %d bins",
				t, term.Name, side, len(coarse), m.Bins[term.Inputs[side]])
		}
		for code, cell := range coarse {
			if int(cell) >= size {
				faults.add("term %d (%s): code %d of side %d is in cell %d of %d", t, term.Name, code, side, cell, size)
			}
		}
	}
	if product := term.Shape[0] * term.Shape[1]; product > maxCells || len(term.Coefficients) != product {
		faults.add("term %d (%s): %d coefficients for %d×%d cells",
			t, term.Name, len(term.Coefficients), term.Shape[0], term.Shape[1])
	}
}

func (v *Variance) validate(cells int, faults *faults) {
	if v.Rank < 0 || v.Rank > MaxRank {
		faults.add("variance: rank %d, want 0 to %d", v.Rank, MaxRank)
		return
	}
	if len(v.Intercept) != v.Rank || len(v.Factor) != cells*v.Rank || len(v.Diagonal) != cells {
		faults.add("variance: %d, %d and %d numbers for rank %d and %d coefficients",
			len(v.Intercept), len(v.Factor), len(v.Diagonal), v.Rank, cells)
	}
	for part, values := range []Floats{v.Intercept, v.Factor, v.Diagonal} {
		name := []string{"intercept", "factor", "diagonal"}[part]
		for i, value := range values {
			if !finite(float64(value)) {
				faults.add("variance: %s number %d is %v", name, i, value)
				break
			}
		}
	}
	if !finite(v.Constant) {
		faults.add("variance: constant %v", v.Constant)
	}
	if !finite(v.WorstError) || v.WorstError < 0 {
		faults.add("variance: worst error %v", v.WorstError)
	}
}

func (m *Model) validateBlocks(faults *faults) {
	for i, b := range m.Variance.Blocks {
		if b.First < 0 || b.First >= len(m.Terms) || b.Second < 0 || b.Second >= len(m.Terms) {
			faults.add("variance: block %d of terms %d and %d of %d", i, b.First, b.Second, len(m.Terms))
			continue
		}
		if want := len(m.Terms[b.First].Coefficients) * len(m.Terms[b.Second].Coefficients); len(b.Table) != want {
			faults.add("variance: block %d has %d numbers, want %d", i, len(b.Table), want)
		}
		for _, value := range b.Table {
			if !finite(float64(value)) {
				faults.add("variance: block %d holds %v", i, value)
				break
			}
		}
	}
}

func (m *Model) validateDrift(faults *faults) {
	if m.Drift == nil {
		return
	}
	if m.Drift.Input < 0 || m.Drift.Input >= len(m.Bins) {
		faults.add("drift: input %d, but the model has %d inputs", m.Drift.Input, len(m.Bins))
	}
	if !finite(m.Drift.VariancePerDay) || m.Drift.VariancePerDay < 0 {
		faults.add("drift: variance per day %v, want 0 or more", m.Drift.VariancePerDay)
	}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
