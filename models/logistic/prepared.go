package logistic

import "math"

// Prepared is a model laid out for scoring: the numbers of a cell stand side by side, and one walk over the terms gives score and error. Its answers are those of
// [Model.LogOdds] and [Model.StandardErrorAt], bit for bit.
type Prepared struct {
	model  *Model
	terms  []preparedTerm
	cells  []preparedCell // of all terms, one after the other
	blocks []preparedBlock
}

// preparedTerm finds a term's cell: that of its input's code, counted from first on.
type preparedTerm struct {
	input, first int
	pair         *preparedPair // nil: of one input
}

// preparedPair are the coarse cells of a term of two inputs.
type preparedPair struct {
	second  int     // position of the code; the first is the term's input
	rows    []int32 // times the number of columns, by the first input's code
	columns []uint16
}

type preparedCell struct{ coefficient, diagonal float64 }

type preparedBlock struct {
	first, second int // terms
	columns       int
	table         Floats
}

// Prepare lays out a valid model, which must not change afterwards.
func (m *Model) Prepare() *Prepared {
	p := &Prepared{model: m}
	for t := range m.Terms {
		term := &m.Terms[t]
		prepared := preparedTerm{input: term.Inputs[0], first: len(p.cells)}
		if len(term.Inputs) > 1 {
			prepared.pair = &preparedPair{second: term.Inputs[1], columns: term.Coarse[1]}
			for _, row := range term.Coarse[0] {
				prepared.pair.rows = append(prepared.pair.rows, int32(row)*int32(term.Shape[1]))
			}
		}
		p.terms = append(p.terms, prepared)
		for _, c := range term.Coefficients {
			p.cells = append(p.cells, preparedCell{c, float64(m.Variance.Diagonal[len(p.cells)])})
		}
	}
	for i := range m.Variance.Blocks {
		b := &m.Variance.Blocks[i]
		p.blocks = append(p.blocks, preparedBlock{b.First, b.Second, len(m.Terms[b.Second].Coefficients), b.Table})
	}
	return p
}

// Score returns the log-odds of a lead, what the Curve adds to them (0 without one), and their standard error; see
// [Model.StandardErrorAt] for daysBeyond. rows is memory for one number a term. 0 allocations.
func (p *Prepared) Score(codes []uint16, daysBeyond float64, rows []int) (logOdds, curve, standardError float64) {
	m := p.model
	var room [MaxRank]float32
	rows = rows[:len(p.terms)]
	logOdds = m.Intercept
	variance := m.Variance.Constant
	for t := range p.terms {
		at := p.terms[t].cell(codes)
		rows[t] = at * m.Variance.Rank
		cell := &p.cells[at]
		logOdds += cell.coefficient
		variance += cell.diagonal
	}
	for _, value := range m.Variance.sum(rows, room[:m.Variance.Rank]) {
		variance += float64(value) * float64(value)
	}
	for i := range p.blocks {
		b := &p.blocks[i]
		row := p.terms[b.first].cell(codes) - p.terms[b.first].first
		column := p.terms[b.second].cell(codes) - p.terms[b.second].first
		variance += 2 * float64(b.table[row*b.columns+column])
	}
	if m.Drift != nil && daysBeyond > 0 {
		variance += m.Drift.VariancePerDay * daysBeyond
	}
	if m.Curve != nil {
		curve = m.Curve.At(logOdds) - logOdds
		logOdds += curve
	}
	return logOdds, curve, math.Sqrt(max(variance, 0))
}

func (t *preparedTerm) cell(codes []uint16) int {
	code := codes[t.input]
	if p := t.pair; p != nil {
		return t.first + int(p.rows[code]) + int(p.columns[codes[p.second]])
	}
	return t.first + int(code)
}
