package fit

import (
	"errors"
	"fmt"
	"math"
)

// ErrOneClass is returned when all the weight lies on wins, or none: nothing tells them apart.
var ErrOneClass = errors.New("all outcomes are the same: a fit needs wins and losses")

// ErrEmpty is returned for a design without rows.
var ErrEmpty = errors.New("no rows to fit")

// Codes are the bins of one input, one a lead: bytes where the input has at most 256 bins, else two
// bytes. Exactly one of both is set.
type Codes struct {
	Narrow []uint8
	Wide   []uint16
}

// Len is the number of leads.
func (c Codes) Len() int { return max(len(c.Narrow), len(c.Wide)) }

// At is the code of lead i.
func (c Codes) At(i int) int {
	if c.Wide != nil {
		return int(c.Wide[i])
	}
	return int(c.Narrow[i])
}

// Input describes the codes of one field.
type Input struct {
	Name string
	// Bins is the number of codes, 1 … 65,536.
	Bins int
	// Ordered is the number of leading codes that are ordered bins of a number, smoothed towards their
	// neighbours; the others are levels: special values, missing, or all levels of a category (0).
	Ordered int
	// Monotone is the promised direction of the ordered bins: above 0 their coefficients never fall from bin to bin, below 0 they never
	// rise; 0: no promise.
	Monotone int
}

// Design is the training data: n leads as codes. Fit reads it and changes nothing.
type Design struct {
	Inputs []Input
	// Codes has one column an input, all of the same length.
	Codes []Codes
	// Wins has one outcome a lead, in [0,1]; 1 = won within the horizon.
	Wins []float64
	// Weights has one finite weight ≥ 0 a lead, or is nil for 1 each. A weight of 2 equals the lead twice.
	Weights []float64
	// Rows are the positions of the leads to use, in order, or nil for all: a fold without a copy.
	Rows []int32
}

// check reports every fault of the design that would break the fit.
func (d *Design) check() error {
	var faults []error
	if len(d.Codes) != len(d.Inputs) {
		return fmt.Errorf("%d columns of codes for %d inputs", len(d.Codes), len(d.Inputs))
	}
	if d.Weights != nil && len(d.Weights) != len(d.Wins) {
		return fmt.Errorf("%d weights for %d leads", len(d.Weights), len(d.Wins))
	}
	for j, input := range d.Inputs {
		if err := checkInput(input, d.Codes[j], len(d.Wins)); err != nil {
			faults = append(faults, fmt.Errorf("input %s: %w", input.Name, err))
		}
	}
	for _, row := range d.Rows {
		if row < 0 || int(row) >= len(d.Wins) {
			return errors.Join(append(faults, fmt.Errorf("row %d of %d leads", row, len(d.Wins)))...)
		}
	}
	for i, y := range d.Wins {
		if !(y >= 0 && y <= 1) {
			faults = append(faults, fmt.Errorf("row %d: outcome %v is not in [0,1]", i, y))
			break
		}
	}
	for i, w := range d.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			faults = append(faults, fmt.Errorf("row %d: weight %v is not a finite number ≥ 0", i, w))
			break
		}
	}
	return errors.Join(faults...)
}

func checkInput(input Input, codes Codes, leads int) error {
	if input.Bins < 1 || input.Bins > 1<<16 {
		return fmt.Errorf("%d bins, want 1 to 65536", input.Bins)
	}
	if input.Ordered < 0 || input.Ordered > input.Bins {
		return fmt.Errorf("%d ordered bins of %d", input.Ordered, input.Bins)
	}
	if input.Monotone != 0 && input.Ordered == 0 {
		return errors.New("a promised direction without ordered bins")
	}
	if (codes.Narrow == nil) == (codes.Wide == nil) && leads > 0 {
		return errors.New("codes must be narrow or wide, one of both")
	}
	if codes.Len() != leads {
		return fmt.Errorf("%d codes for %d leads", codes.Len(), leads)
	}
	for i := range leads {
		if code := codes.At(i); code >= input.Bins {
			return fmt.Errorf("row %d: code %d of %d bins", i, code, input.Bins)
		}
	}
	return nil
}

// sample is the part of a design that one fit reads: the codes of its rows, gathered so that the
// inner loops run over contiguous memory.
type sample struct {
	columns []Codes
	wins    []float64
	weights []float64
	offset  []float64 // where the log-odds begin; nil: at 0
}

// gather takes the rows of a design. All of its rows are the design's own memory, which a fit reads and does not change.
func (d *Design) gather() *sample {
	s := &sample{columns: d.Codes, wins: d.Wins, weights: d.Weights}
	if d.Rows == nil {
		return s
	}
	return s.take(d.Rows)
}

// base is the weighted share of wins and the total weight.
func (s *sample) base() (rate, weight float64) {
	wins := 0.0
	for i, y := range s.wins {
		w := weightAt(s.weights, i)
		wins += w * y
		weight += w
	}
	return wins / weight, weight
}

// every keeps about limit rows, evenly spread; the sample itself when it is not larger.
func (s *sample) every(limit int) *sample {
	n := len(s.wins)
	if n <= limit {
		return s
	}
	rows := make([]int32, limit)
	for i := range rows {
		rows[i] = int32(int64(i) * int64(n) / int64(limit))
	}
	return s.take(rows)
}

// take copies some rows.
func (s *sample) take(rows []int32) *sample {
	part := &sample{columns: make([]Codes, len(s.columns)), wins: pick(s.wins, rows), weights: pick(s.weights, rows), offset: pick(s.offset, rows)}
	parallel(len(s.columns), func(j int) { part.columns[j] = s.columns[j].take(rows) })
	return part
}

func (c Codes) take(rows []int32) Codes {
	if c.Wide != nil {
		return Codes{Wide: pick(c.Wide, rows)}
	}
	return Codes{Narrow: pick(c.Narrow, rows)}
}

func pick[T any](values []T, rows []int32) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}
