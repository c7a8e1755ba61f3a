package models

import (
	"sync/atomic"

	"leadscore/features"
	"leadscore/models/logistic"
)

// explainer knows what one term's contributions say, worked out once: a lead's is then a look-up.
//
// A cell is a number for all that a contribution depends on, the codes of the term's inputs and what is known of them, so that a
// server may keep what it makes of a contribution: first + (code of the inputs)·4 + rank of the status.
type explainer struct {
	term    *logistic.Term
	input   int // of the encoder
	second  int // of a pair; −1 for a field
	encoder *features.Encoder
	errors  []float64 // standard error of each coefficient
	bins    int       // of the second input of a pair; 1 for a field
	codes   int       // combinations of the inputs' codes
	first   int       // cell

	single []Contribution           // by code; nil for a pair
	labels []atomic.Pointer[string] // by code, of a pair of not too many; made when first met
}

// statuses is how many there are.
const statuses = len(features.Statuses)

// mostLabels bounds the memory for a pair's labels: two fields of 128 bins.
const mostLabels = 1 << 14

func newExplainer(v *Version, t, first int) explainer {
	term := &v.Logistic.Terms[t]
	x := explainer{term: term, input: term.Inputs[0], second: -1, encoder: v.Encoder, errors: v.Logistic.TermStandardErrors(t), bins: 1, codes: v.Encoder.Bins(term.Inputs[0]), first: first}
	if len(term.Inputs) > 1 {
		x.second = term.Inputs[1]
		x.bins = v.Encoder.Bins(term.Inputs[1])
		if x.codes *= x.bins; x.codes <= mostLabels {
			x.labels = make([]atomic.Pointer[string], x.codes)
		}
		return x
	}
	x.single = make([]Contribution, x.codes)
	for code := range x.single {
		x.single[code] = Contribution{Term: term.Name, Label: v.Encoder.Label(term.Inputs[0], uint16(code)),
			LogOdds: term.Coefficients[code], StandardError: x.errors[code]}
	}
	return x
}

func (x *explainer) endCell() int { return x.first + x.codes*statuses }

func (x *explainer) cell(lead *scratch) int {
	code, rank := int(lead.codes[x.input]), lead.status[x.input]
	if x.second >= 0 {
		code, rank = code*x.bins+int(lead.codes[x.second]), max(rank, lead.status[x.second])
	}
	return x.first + code*statuses + int(rank)
}

// contribution is what the term adds in a cell; codes are the lead's.
func (x *explainer) contribution(cell int, codes []uint16) Contribution {
	code := (cell - x.first) / statuses
	var c Contribution
	if x.single != nil {
		c = x.single[code]
	} else {
		at := x.term.Cell(codes)
		c = Contribution{Term: x.term.Name, Pair: true, Label: x.pairLabel(code), LogOdds: x.term.Coefficients[at], StandardError: x.errors[at]}
	}
	c.Status = CellStatus(cell)
	return c
}

// pairLabel says in words which levels of its two inputs a lead is in.
func (x *explainer) pairLabel(code int) string {
	if x.labels != nil {
		if known := x.labels[code].Load(); known != nil {
			return *known
		}
	}
	inputs := x.term.Inputs
	text := x.encoder.Label(inputs[0], uint16(code/x.bins)) + " × " + x.encoder.Label(inputs[1], uint16(code%x.bins))
	if x.labels != nil {
		x.labels[code].Store(&text)
	}
	return text
}

// Cells is the number of different cells of [Prediction.Cells], all terms together.
func (s *Scorer) Cells() int { return s.cells }

// Term is the name of the model's t-th term.
func (s *Scorer) Term(t int) string { return s.terms[t].term.Name }

// IsPair says that the model's t-th term is of two inputs together.
func (s *Scorer) IsPair(t int) bool { return s.terms[t].second >= 0 }

// CellStatus is what a cell of [Prediction.Cells] says of its term's inputs; of a pair the worse.
func CellStatus(cell int) features.Status { return features.Status(uint(cell) % uint(statuses)) }
