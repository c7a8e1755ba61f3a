package fit

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Comparison compares ways to turn the same leads into codes, each by [Comparison.Evidence]. A fit begins where the last one ended, so that a small change
// costs few steps. Its zero value is ready.
type Comparison struct{ last *fitter }

// Evidence is the Laplace approximation of the log marginal likelihood, in nats, at its mode over λ: the criterion whose maximum the λ updates look
// for (Wood, Journal of the Royal Statistical Society B 73, 2011, section 2.1),
//
//	−J(b, β) + ½ log|S_λ| − ½ log|H + S_λ| − Σ θσ_k
//
// up to a constant of the leads. It compares ways to turn the same leads into codes: the coefficients, however many, are integrated out. The fit has
// main effects only, and ends at a wider tolerance than [Fit]: the evidence is flat at its mode. changed is the input whose codes are others than
// the last time; the first time it says nothing.
func (c *Comparison) Evidence(ctx context.Context, design *Design, config Config, changed int) (float64, error) {
	if err := design.check(); err != nil {
		return 0, fmt.Errorf("design: %w", err)
	}
	if err := config.check(design); err != nil {
		return 0, fmt.Errorf("config: %w", err)
	}
	all := design.gather()
	if len(all.wins) == 0 {
		return 0, ErrEmpty
	}
	if rate, _ := all.base(); !(rate > 0 && rate < 1) {
		return 0, ErrOneClass
	}
	terms := mainTerms(design.Inputs, all, config)
	start := &fitter{}
	if c.last != nil {
		start = c.last.without(changed, terms)
	}
	f, err := start.again(ctx, all, all, terms, effort{evidenceTolerance, evidenceTolerance, config.maxSteps(), config.Caution})
	if err != nil {
		return 0, err
	}
	c.last = f
	return f.evidence()
}

// without is the fit with nothing known of one input, in the shape of the new terms.
func (f *fitter) without(input int, terms []*term) *fitter {
	start := &fitter{terms: slices.Clone(f.terms), tables: slices.Clone(f.tables), parameters: f.parameters}
	start.terms[input], start.tables[input] = terms[input], make([]float64, terms[input].cells)
	return start
}

// evidenceTolerance is the change of a coefficient, in log-odds, at which the evidence no longer moves by what would count, about 0.1.
const evidenceTolerance = 5e-3

// evidence is that of a fit without pairs, whose penalties are diagonal.
func (f *fitter) evidence() (float64, error) {
	if err := f.factorise(); err != nil {
		return 0, err
	}
	sum := -f.objective()
	for j := range f.size {
		sum -= math.Log(f.factor.row(j)[j]) // ½ log|LL'|
	}
	for _, t := range f.terms {
		if t.size == 0 {
			continue
		}
		for _, p := range t.penalties {
			for _, s := range p.diagonal {
				if s > 0 {
					sum += math.Log(p.lambda*s) / 2
				}
			}
			sum -= p.caution * p.spread / math.Sqrt(p.lambda)
		}
	}
	return sum, nil
}
