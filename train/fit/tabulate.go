package fit

import "math"

// chunk is how many leads a task of a sum takes: their weights (32 kB) stay in the first cache. It is
// fixed, whatever the number of cores, so that sums are always made in the same order.
const chunk = 4096

// leads are the sums' working memory: codes by term, and residual and curvature by lead.
type leads struct {
	codes     []column // by term
	wins      []float64
	weights   []float64 // nil: 1 each
	offset    []float64 // nil: 0 each
	eta       []float64 // nil unless it is to be kept: see keepLogOdds
	residual  []float64 // w (p − y): dJ/dη
	curvature []float64 // w p (1−p): d²J/dη²
}

func newLeads(s *sample, terms []*term) *leads {
	n := len(s.wins)
	l := &leads{codes: make([]column, len(terms)), wins: s.wins, weights: s.weights, offset: s.offset,
		residual: make([]float64, n), curvature: make([]float64, n)}
	parallel(len(terms), func(t int) {
		l.codes[t] = terms[t].column(s)
	})
	return l
}

// evaluate sets η, residual and curvature for the tables and returns the log loss, summed by weight, in nats.
func (l *leads) evaluate(intercept float64, tables [][]float64) float64 {
	parts := make([]float64, (len(l.wins)+chunk-1)/chunk)
	l.byChunk(func(from, to int) {
		var room [chunk]uint16
		eta := l.residual[from:to] // which it then becomes
		if l.eta != nil {
			eta = l.eta[from:to]
		}
		for i := range eta {
			eta[i] = intercept
		}
		if l.offset != nil {
			addScaled(eta, l.offset[from:to], 1)
		}
		for t, table := range tables {
			addCodes(eta, l.codes[t].part(from, to, &room), table)
		}
		parts[from/chunk] = l.losses(eta, from)
	})
	loss := 0.0
	for _, part := range parts {
		loss += part
	}
	return loss
}

// byChunk calls do for chunk after chunk of the leads, on all cores.
func (l *leads) byChunk(do func(from, to int)) {
	n := len(l.curvature)
	parallel((n+chunk-1)/chunk, func(c int) { do(c*chunk, min((c+1)*chunk, n)) })
}

// addCodes adds to each lead the table's value at its code.
func addCodes(sums []float64, codes Codes, table []float64) {
	if codes.Wide != nil {
		addTable(sums, codes.Wide, table)
	} else {
		addTable(sums, codes.Narrow, table)
	}
}

func addTable[C uint8 | uint16](eta []float64, codes []C, table []float64) {
	codes = codes[:len(eta)]
	for i := range eta {
		eta[i] += table[codes[i]]
	}
}

// keepLogOdds makes evaluate leave each lead's log-odds in eta.
func (l *leads) keepLogOdds() { l.eta = make([]float64, len(l.wins)) }

// losses sets residual and curvature of the leads from one on, whose log-odds are given, and sums their log loss.
func (l *leads) losses(logOdds []float64, from int) float64 {
	sum, product := 0.0, 1.0 // product of 1 + e of leads that weigh 1: a logarithm for many
	for k, eta := range logOdds {
		i := from + k
		w, y := weightAt(l.weights, i), l.wins[i]
		e := math.Exp(-math.Abs(eta))
		p := 1 / (1 + e)
		if w == 1 {
			if product *= 1 + e; product > 0x1p1000 {
				sum, product = sum+math.Log(product), 1
			}
		} else {
			sum += w * math.Log1p(e)
		}
		if eta > 0 {
			sum += w * eta
		} else {
			p = e * p
		}
		sum -= w * y * eta
		l.residual[i] = w * (p - y)
		l.curvature[i] = w * e / ((1 + e) * (1 + e))
	}
	return sum + math.Log(product)
}

// weightAt is a lead's weight; nil are 1 each.
func weightAt(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

// massByCell adds the leads' weights by code into out; nil are 1 each.
func massByCell(codes Codes, weights, out []float64) {
	switch {
	case weights != nil:
		sumByCell(codes, weights, out)
	case codes.Wide != nil:
		count(codes.Wide, out)
	default:
		count(codes.Narrow, out)
	}
}

func count[C uint8 | uint16](codes []C, out []float64) {
	for _, code := range codes {
		out[code]++
	}
}

// sumByCell adds values by code into out.
func sumByCell(codes Codes, values, out []float64) {
	if codes.Wide != nil {
		scatter(codes.Wide, values, out)
	} else {
		scatter(codes.Narrow, values, out)
	}
}

func scatter[C uint8 | uint16](codes []C, values, out []float64) {
	codes = codes[:len(values)]
	for i, v := range values {
		out[codes[i]] += v
	}
}

// crossTable sums curvature by the cell of one term (rows of out) and the functions of another
// (columns): the half-finished block of the Hessian. out has cells×functions numbers, and one more that stays 0, and is added to.
func crossTable(rows, columns Codes, by functions, curvature, out []float64) {
	switch {
	case rows.Wide == nil && columns.Wide == nil:
		crossCodes(rows.Narrow, columns.Narrow, by, curvature, out)
	case rows.Wide == nil:
		crossCodes(rows.Narrow, columns.Wide, by, curvature, out)
	case columns.Wide == nil:
		crossCodes(rows.Wide, columns.Narrow, by, curvature, out)
	default:
		crossCodes(rows.Wide, columns.Wide, by, curvature, out)
	}
}

func crossCodes[R, C uint8 | uint16](rows []R, columns []C, by functions, curvature, out []float64) {
	k := by.number
	rows, columns = rows[:len(curvature)], columns[:len(curvature)]
	if by.hats == nil {
		for i, w := range curvature {
			out[int(rows[i])*k+int(columns[i])] += w
		}
		return
	}
	hats := by.hats
	for i, w := range curvature { // without a branch: whether a cell lies on a knot is hard to foresee
		hat := &hats[columns[i]]
		at := int(rows[i])*k + hat.first
		part := w * hat.share
		pair := out[at : at+2 : at+2]
		pair[0] += w - part
		pair[1] += part
	}
}

// functions are the functions of a term, by cell. Without hats a cell is its own function.
type functions struct {
	number int
	hats   []hat
}

// hat is a cell's first function and the share of the next one. What a share of 0 adds to the next function, also to that after the last, is 0.
type hat struct {
	first int
	share float64
}

func (t *term) byCell() functions {
	f := functions{number: t.functions}
	for c := range t.first {
		f.hats = append(f.hats, hat{int(t.first[c]), t.share[c]})
	}
	return f
}
