// Package logistic holds the fitted model and scores one lead with it.
//
// A lead arrives as codes: one small whole number per input, its bin or level. The log-odds are an
// exact sum of table look-ups
//
//	η(codes) = intercept + Σ_terms coefficient[cell of the codes]
//	p        = 1 / (1 + exp(-η))
//
// A term reads one input (a main effect: one coefficient a bin) or two (a pair: one coefficient a
// cell of two coarsened inputs). Coefficients are in log-odds (natural logarithm) and centred: over the
// training leads, by weight, each term has mean 0, so the intercept is the mean log-odds of the
// training leads and a contribution reads as "against the average lead".
//
// The standard error of η comes from V, the inverse of the penalised Hessian (see package
// train/fit), kept as a factor of low rank and one number a coefficient; see [Variance].
//
// Start at [Model.LogOdds]; [Model.Contributions] explains it, [Model.StandardErrorAt] and
// [Interval] say how sure it is. A model read from a file must pass [Model.Validate] before it scores.
package logistic

import "leadscore/models/metrics"

// Model is a fitted model. It is never changed after Validate, so goroutines may share it.
type Model struct {
	// Intercept is the weighted mean log-odds of the training leads.
	Intercept float64 `json:"intercept"`
	// Bins is the number of codes of each input, in the encoder's order. An input that no term reads
	// still has its place here.
	Bins  []int  `json:"bins"`
	Terms []Term `json:"terms"`
	// Variance is the uncertainty of the coefficients.
	Variance Variance `json:"variance"`
	// Drift is set where one input is calendar time.
	Drift *Drift `json:"drift,omitempty"`
	// Curve, where set, maps the sum of the tables to the log-odds: what it adds is one more contribution, so the log-odds stay an exact sum.
	Curve *metrics.Curve `json:"curve,omitempty"`
}

// Term is one table of the sum.
type Term struct {
	// Name is the input's name, or both names of a pair joined by " × ".
	Name string `json:"name"`
	// Inputs are positions in the encoder's inputs: one, or two different ones for a pair.
	Inputs []int `json:"inputs"`
	// Coarse maps, for a pair only, each input's code to its coarse cell: 0, 1, …
	Coarse [][]uint16 `json:"coarse,omitempty"`
	// Shape is, for a pair only, the number of coarse cells of its first and second input.
	Shape []int `json:"shape,omitempty"`
	// Coefficients in log-odds, centred: one a code, or for a pair one a cell, row-major (the first
	// input's coarse cell is the row).
	Coefficients []float64 `json:"coefficients"`
	// Lambda holds the smoothing parameters in the order of the term's penalties, in
	// nats per squared log-odds; > 0.
	Lambda []float64 `json:"lambda"`
	// EDF is the number of effective parameters that the term uses, ≥ 0.
	EDF float64 `json:"edf"`
}

// Drift says that one input is calendar time in bins of equal width: the level of the market, which
// moves as a random walk. A lead newer than the last bin keeps the last level, and its
// variance grows by VariancePerDay for each day beyond End.
type Drift struct {
	// Input is the position of the calendar input.
	Input int `json:"input"`
	// End is the middle of the last bin, in seconds since 1970 UTC.
	End int64 `json:"end"`
	// VariancePerDay is the walk's variance, in squared log-odds per day: 1/(λ·bin width in days), ≥ 0.
	VariancePerDay float64 `json:"variance_per_day"`
}

// LogOdds returns η for one lead. codes has one code an input, below that input's Bins; another length
// or a larger code is the caller's bug and panics. 0 allocations.
func (m *Model) LogOdds(codes []uint16) float64 {
	eta := m.Intercept
	for t := range m.Terms {
		term := &m.Terms[t]
		eta += term.Coefficients[term.Cell(codes)]
	}
	if m.Curve != nil {
		eta += m.Curve.At(eta) - eta
	}
	return eta
}

// Parts is the number of contributions: one a term and, with a Curve, that of the curve, which is the last.
func (m *Model) Parts() int {
	if m.Curve != nil {
		return len(m.Terms) + 1
	}
	return len(m.Terms)
}

// Contributions writes into out (length [Model.Parts]) what each part adds to the log-odds, and returns the
// log-odds. The intercept and then the contributions, added in order, give exactly
// the bits of [Model.LogOdds]. 0 allocations.
func (m *Model) Contributions(codes []uint16, out []float64) float64 {
	eta := m.Intercept
	out = out[:m.Parts()]
	for t := range m.Terms {
		term := &m.Terms[t]
		out[t] = term.Coefficients[term.Cell(codes)]
		eta += out[t]
	}
	if m.Curve != nil {
		out[len(m.Terms)] = m.Curve.At(eta) - eta
		eta += out[len(m.Terms)]
	}
	return eta
}
