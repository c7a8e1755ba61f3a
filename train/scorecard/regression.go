package scorecard

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// errNotSolved is for a system that has no answer: columns so alike or so large that their sums overflow.
var errNotSolved = errors.New("the rules' joint fit has no answer")

// regression is a fitted penalised logistic regression on sparse columns.
type regression struct {
	intercept  float64
	beta       []float64
	covariance *mat.SymDense // (H + λ)⁻¹, the intercept first
	lambda     float64
	eta        []float64 // log-odds of each lead
	loss       float64   // Σ −log-likelihood, without the penalty
}

// rowwise holds sparse columns by row.
type rowwise struct {
	start []int32
	col   []int32
	share []float64
	cols  int
}

func byRow(columns []Column, n int) *rowwise {
	w := &rowwise{start: make([]int32, n+1), cols: len(columns)}
	for c := range columns {
		for _, at := range columns[c].At {
			w.start[at+1]++
		}
	}
	for i := range n {
		w.start[i+1] += w.start[i]
	}
	w.col, w.share = make([]int32, w.start[n]), make([]float64, w.start[n])
	next := append([]int32(nil), w.start[:n]...)
	for c := range columns {
		for k, at := range columns[c].At {
			w.col[next[at]], w.share[next[at]] = int32(c), columns[c].Share[k]
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

// fitShrunk estimates the ridge λ by the generalised Fellner–Schall update (Wood & Fasiolo, Biometrics 73, 2017), as the
// model's own smoothing is, and fits with it. All columns are in one unit, a rule's full points once, so one λ serves all.
func fitShrunk(columns []Column, wins []float64) (*regression, error) {
	lambda := 1.0
	var r *regression
	for range 50 {
		var err error
		if r, err = fitRidge(columns, wins, lambda, r); err != nil {
			return nil, err
		}
		trace, square := 0.0, 0.0
		for c, b := range r.beta {
			trace += r.covariance.At(c+1, c+1)
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

// fitRidge minimises Σ log(1+e^η) − y·η + λ/2·‖b‖² by Newton with step halving; the intercept is free. from may be nil.
func fitRidge(columns []Column, wins []float64, lambda float64, from *regression) (*regression, error) {
	w := byRow(columns, len(wins))
	r := &regression{beta: make([]float64, len(columns)), lambda: lambda, eta: make([]float64, len(wins))}
	if from != nil && len(from.beta) == len(columns) {
		r.intercept = from.intercept
		copy(r.beta, from.beta)
	} else {
		won := 0.5
		for _, y := range wins {
			won += y
		}
		r.intercept = math.Log(won / (float64(len(wins)) + 1 - won))
	}
	objective := r.evaluate(w, wins)
	for range mostSteps {
		gradient, hessian := r.derivatives(w, wins)
		var chol mat.Cholesky
		if !chol.Factorize(hessian) {
			return nil, errNotSolved
		}
		step := mat.NewVecDense(len(gradient), nil)
		if err := chol.SolveVecTo(step, mat.NewVecDense(len(gradient), gradient)); err != nil {
			return nil, errNotSolved
		}
		if r.covariance == nil {
			r.covariance = mat.NewSymDense(len(gradient), nil)
		}
		if err := chol.InverseTo(r.covariance); err != nil {
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
func (r *regression) walk(step []float64, w *rowwise, wins []float64, objective float64) float64 {
	intercept, beta := r.intercept, append([]float64(nil), r.beta...)
	for size := 1.0; size > 1e-6; size /= 2 {
		r.intercept = intercept + size*step[0]
		for c := range beta {
			r.beta[c] = beta[c] + size*step[c+1]
		}
		if now := r.evaluate(w, wins); now <= objective {
			return now
		}
	}
	r.intercept = intercept
	copy(r.beta, beta)
	return r.evaluate(w, wins)
}

// evaluate sets eta and loss and returns the objective.
func (r *regression) evaluate(w *rowwise, wins []float64) float64 {
	r.loss = 0
	for i, y := range wins {
		eta := r.intercept
		for k := w.start[i]; k < w.start[i+1]; k++ {
			eta += r.beta[w.col[k]] * w.share[k]
		}
		r.eta[i] = eta
		r.loss += logLoss(eta, y)
	}
	penalty := 0.0
	for _, b := range r.beta {
		penalty += b * b
	}
	return r.loss + r.lambda/2*penalty
}

// logLoss is log(1+e^η) − y·η without overflow.
func logLoss(eta, y float64) float64 {
	return max(eta, 0) + math.Log1p(math.Exp(-math.Abs(eta))) - y*eta
}

// derivatives are the negative gradient of the objective and its Hessian.
func (r *regression) derivatives(w *rowwise, wins []float64) ([]float64, *mat.SymDense) {
	p := len(r.beta) + 1
	gradient, h := make([]float64, p), make([]float64, p*p)
	for i, y := range wins {
		mean := logistic(r.eta[i])
		residual, weight := y-mean, mean*(1-mean)
		gradient[0] += residual
		h[0] += weight
		for k := w.start[i]; k < w.start[i+1]; k++ {
			a, x := int(w.col[k])+1, w.share[k]
			gradient[a] += residual * x
			h[a] += weight * x
			for l := k; l < w.start[i+1]; l++ {
				h[a*p+int(w.col[l])+1] += weight * x * w.share[l]
			}
		}
	}
	for c, b := range r.beta {
		gradient[c+1] -= r.lambda * b
		h[(c+1)*p+c+1] += r.lambda
	}
	return gradient, mat.NewSymDense(p, h) // columns rise within a row, so all sums are in the upper triangle
}

// standardError of a coefficient: of the posterior, so right under the penalty.
func (r *regression) standardError(c int) float64 { return math.Sqrt(r.covariance.At(c+1, c+1)) }
