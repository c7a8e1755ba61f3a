package models

import (
	"sync/atomic"

	"leadscore/features"
	"leadscore/models/logistic"
)

// explainer knows what one term's contributions say, each worked out when a lead first has it: a lead's is then a look-up.
//
// A cell is a number for all that a contribution depends on, the codes of the term's inputs and what is known of them, so that a
// server may keep what it makes of a contribution: first + (code of the inputs)·4 + rank of the status.
type explainer struct {
	place
	term    *logistic.Term
	encoder *features.Encoder
	errors  []float64 // standard error of each coefficient
	codes   int       // combinations of the inputs' codes

	made []atomic.Pointer[Contribution] // by cell, from first on; nil for a pair of very many
}

// place finds a term's cell.
type place struct {
	input  int // of the encoder
	second int // of a pair; −1 for a field
	bins   int // of the second input of a pair; 1 for a field
	first  int // cell
}

func (p *place) cell(lead *scratch) int {
	code, rank := int(lead.codes[p.input]), lead.status[p.input]
	if p.second >= 0 {
		code, rank = code*p.bins+int(lead.codes[p.second]), max(rank, lead.status[p.second])
	}
	return p.first + code*statuses + int(rank)
}

// statuses is how many there are.
const statuses = len(features.Statuses)

// mostMade bounds the combinations of a pair's codes whose contributions are kept: two fields of 128 bins.
const mostMade = 1 << 14

func newExplainer(v *Version, t, first int) explainer {
	term := &v.Logistic.Terms[t]
	x := explainer{place: place{input: term.Inputs[0], second: -1, bins: 1, first: first}, term: term, encoder: v.Encoder,
		errors: v.Logistic.TermStandardErrors(t), codes: v.Encoder.Bins(term.Inputs[0])}
	if len(term.Inputs) > 1 {
		x.second = term.Inputs[1]
		x.bins = v.Encoder.Bins(term.Inputs[1])
		x.codes *= x.bins
	}
	if x.second < 0 || x.codes <= mostMade {
		x.made = make([]atomic.Pointer[Contribution], x.codes*statuses)
	}
	return x
}

func (x *explainer) endCell() int { return x.first + x.codes*statuses }

// contribution is what the term adds in a cell; codes are the lead's.
func (x *explainer) contribution(cell int, codes []uint16) *Contribution {
	if at := cell - x.first; x.made != nil {
		if known := x.made[at].Load(); known != nil {
			return known
		}
		x.made[at].CompareAndSwap(nil, x.make(cell, codes))
		return x.made[at].Load()
	}
	return x.make(cell, codes)
}

func (x *explainer) make(cell int, codes []uint16) *Contribution {
	at := x.term.Cell(codes)
	c := &Contribution{Term: x.term.Name, Label: x.encoder.Label(x.input, codes[x.input]), Status: CellStatus(cell),
		LogOdds: x.term.Coefficients[at], StandardError: x.errors[at]}
	if x.second >= 0 {
		c.Pair = true
		c.Label += " × " + x.encoder.Label(x.second, codes[x.second])
	}
	return c
}

// Cells is the number of different cells of [Prediction.Cells], all terms together.
func (s *Scorer) Cells() int { return s.cells }

// Term is the name of the model's t-th term.
func (s *Scorer) Term(t int) string { return s.terms[t].term.Name }

// IsPair says that the model's t-th term is of two inputs together.
func (s *Scorer) IsPair(t int) bool { return s.terms[t].second >= 0 }

// FieldTerms are the places of the model's terms of one input, which are no pairs, and of their inputs.
func (s *Scorer) FieldTerms() (terms, inputs []int) {
	for t := range s.terms {
		if !s.IsPair(t) {
			terms, inputs = append(terms, t), append(inputs, s.terms[t].input)
		}
	}
	return terms, inputs
}

// CellStatus is what a cell of [Prediction.Cells] says of its term's inputs; of a pair the worse.
func CellStatus(cell int) features.Status { return features.Status(uint(cell) % uint(statuses)) }
