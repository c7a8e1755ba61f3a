// Package ridge fits logistic regressions with few, sparse columns, all of them shrunk alike:
//
//	J(b0, b) = Σ_i [log(1+e^{η_i}) − y_i η_i] + λ/2 ‖b‖²,   η_i = b0 + Σ_c b_c x_ic
//
// The rules of a book are such columns. Start at [Shrunk], which estimates λ as well.
package ridge

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// errNotSolved is for a system that has no answer: columns so alike or so large that their sums overflow.
var errNotSolved = errors.New("the rules' joint fit has no answer")

// Column is a sparse column: the rows that it is not 0 in, rising, and the value at each.
type Column struct {
	At    []int32
	Share []float64
}

// Fit is a fitted regression.
type Fit struct {
	Intercept  float64
	Beta       []float64
	Covariance *mat.SymDense // (H + λ)⁻¹, the intercept first
	Lambda     float64
	Eta        []float64 // log-odds of each row
	Loss       float64   // Σ −log-likelihood, without the penalty
}

// Rows holds sparse columns by row: those of row i stand at Start[i] … Start[i+1]-1, by column.
type Rows struct {
	Start []int32
	Col   []int32
	Share []float64
}

// ByRow turns the columns of n rows.
func ByRow(columns []Column, n int) *Rows {
	w := &Rows{Start: make([]int32, n+1)}
	for c := range columns {
		for _, at := range columns[c].At {
			w.Start[at+1]++
		}
	}
	for i := range n {
		w.Start[i+1] += w.Start[i]
	}
	w.Col, w.Share = make([]int32, w.Start[n]), make([]float64, w.Start[n])
	next := append([]int32(nil), w.Start[:n]...)
	for c := range columns {
		for k, at := range columns[c].At {
			w.Col[next[at]], w.Share[next[at]] = int32(c), columns[c].Share[k]
			next[at]++
		}
	}
	return w
}

const (
	mostSteps  = 100
	leastRidge = 1e-3 // keeps separated leads finite: a coefficient's prior standard deviation is then 32 log-odds
	mostRidge  = 1e4
)

// Shrunk estimates the ridge λ by the generalised Fellner–Schall update (Wood & Fasiolo, Biometrics 73, 2017), as the
// model's own smoothing is, and fits with it. All columns are in one unit, a rule's full points once, so one λ serves all.
func Shrunk(ctx context.Context, columns []Column, wins []float64) (*Fit, error) {
	lambda := 1.0
	var r *Fit
	for range 50 {
		var err error
		if r, err = Fixed(ctx, columns, wins, lambda, r); err != nil {
			return nil, err
		}
		trace, square := 0.0, 0.0
		for c, b := range r.Beta {
			trace += r.Covariance.At(c+1, c+1)
			square += b * b
		}
		next := mostRidge
		if square > 0 {
			next = min(max((float64(len(columns))-lambda*trace)/square, leastRidge), mostRidge)
		}
		if math.Abs(next-lambda) < 0.01*lambda {
			break
		}
		lambda = next
	}
	return r, nil
}

// Fixed minimises Σ log(1+e^η) − y·η + λ/2·‖b‖² by Newton with step halving; the intercept is free. from may be nil.
func Fixed(ctx context.Context, columns []Column, wins []float64, lambda float64, from *Fit) (*Fit, error) {
	w := ByRow(columns, len(wins))
	r := &Fit{Beta: make([]float64, len(columns)), Lambda: lambda, Eta: make([]float64, len(wins))}
	if from != nil && len(from.Beta) == len(columns) {
		r.Intercept = from.Intercept
		copy(r.Beta, from.Beta)
	} else {
		won := 0.5
		for _, y := range wins {
			won += y
		}
		r.Intercept = math.Log(won / (float64(len(wins)) + 1 - won))
	}
	objective := r.evaluate(w, wins)
	for range mostSteps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		gradient, hessian := r.derivatives(w, wins)
		var chol mat.Cholesky
		if !chol.Factorize(hessian) {
			return nil, errNotSolved
		}
		step := mat.NewVecDense(len(gradient), nil)
		if err := chol.SolveVecTo(step, mat.NewVecDense(len(gradient), gradient)); err != nil {
			return nil, errNotSolved
		}
		if r.Covariance == nil {
			r.Covariance = mat.NewSymDense(len(gradient), nil)
		}
		if err := chol.InverseTo(r.Covariance); err != nil {
			return nil, errNotSolved
		}
		before := objective
		if objective = r.walk(step.RawVector().Data, w, wins, objective); before-objective <= 1e-9*(1+math.Abs(before)) {
			return r, nil
		}
	}
	return nil, errNotSolved
}

// walk takes the step, or the first half of it that does not make the objective worse.
func (r *Fit) walk(step []float64, w *Rows, wins []float64, objective float64) float64 {
	intercept, beta := r.Intercept, append([]float64(nil), r.Beta...)
	for size := 1.0; size > 1e-6; size /= 2 {
		r.Intercept = intercept + size*step[0]
		for c := range beta {
			r.Beta[c] = beta[c] + size*step[c+1]
		}
		if now := r.evaluate(w, wins); now <= objective {
			return now
		}
	}
	r.Intercept = intercept
	copy(r.Beta, beta)
	return r.evaluate(w, wins)
}

// evaluate sets eta and loss and returns the objective.
func (r *Fit) evaluate(w *Rows, wins []float64) float64 {
	r.Loss = 0
	for i, y := range wins {
		eta := r.Intercept
		for k := w.Start[i]; k < w.Start[i+1]; k++ {
			eta += r.Beta[w.Col[k]] * w.Share[k]
		}
		r.Eta[i] = eta
		r.Loss += LogLoss(eta, y)
	}
	penalty := 0.0
	for _, b := range r.Beta {
		penalty += b * b
	}
	return r.Loss + r.Lambda/2*penalty
}

// LogLoss is log(1+e^η) − y·η without overflow.
func LogLoss(eta, y float64) float64 {
	return max(eta, 0) + math.Log1p(math.Exp(-math.Abs(eta))) - y*eta
}

// derivatives are the negative gradient of the objective and its Hessian.
func (r *Fit) derivatives(w *Rows, wins []float64) ([]float64, *mat.SymDense) {
	p := len(r.Beta) + 1
	gradient, h := make([]float64, p), make([]float64, p*p)
	for i, y := range wins {
		mean := Mean(r.Eta[i])
		residual, weight := y-mean, mean*(1-mean)
		gradient[0] += residual
		h[0] += weight
		for k := w.Start[i]; k < w.Start[i+1]; k++ {
			a, x := int(w.Col[k])+1, w.Share[k]
			gradient[a] += residual * x
			h[a] += weight * x
			for l := k; l < w.Start[i+1]; l++ {
				h[a*p+int(w.Col[l])+1] += weight * x * w.Share[l]
			}
		}
	}
	for c, b := range r.Beta {
		gradient[c+1] -= r.Lambda * b
		h[(c+1)*p+c+1] += r.Lambda
	}
	return gradient, mat.NewSymDense(p, h) // columns rise within a row, so all sums are in the upper triangle
}

// StandardError of a coefficient: of the posterior, so right under the penalty.
func (r *Fit) StandardError(c int) float64 { return math.Sqrt(r.Covariance.At(c+1, c+1)) }

// Mean is the probability that a log-odds stands for.
func Mean(eta float64) float64 { return 1 / (1 + math.Exp(-eta)) }
