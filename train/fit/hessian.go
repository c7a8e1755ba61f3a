package fit

// square is a symmetric or triangular matrix of which only the lower half is used, row-major.
type square struct {
	n    int
	data []float64
	// right is a Cholesky factor as the right factor of products, without the tiles on the diagonal; inverses are those of these tiles.
	right    *panels
	inverses []*panels
}

func newSquare(n int) *square { return &square{n: n, data: make([]float64, n*n)} }

func (m *square) clone() *square {
	data, _ := borrow(len(m.data))
	copy(data, m.data)
	return &square{n: m.n, data: data}
}

func (m *square) row(i int) []float64 { return m.data[i*m.n : (i+1)*m.n] }

// gradient is the gradient of J by coordinate: the residuals summed by cell, and the penalties.
func (f *fitter) gradient() []float64 {
	out := make([]float64, f.size)
	for _, r := range f.leads.residual {
		out[0] += r
	}
	parallel(len(f.terms), func(k int) {
		t := f.terms[k]
		cells := make([]float64, t.cells)
		f.leads.codes[k].sumByCell(f.leads.residual, cells)
		t.collect(cells, out[t.offset:t.offset+t.size])
		for _, p := range t.penalties {
			p.gradient(f.parameters[t.offset:], out[t.offset:t.offset+t.size])
		}
	})
	return out
}

// together is how many blocks of the Hessian are summed in one pass over the leads.
const together = 8

// addPenalties makes the Hessian of J of that of the log loss.
func (f *fitter) addPenalties(h *square) {
	for _, t := range f.terms {
		for _, p := range t.penalties {
			p.addTo(h, t.offset)
			p.factored = p.lambda
		}
	}
}

// unpenalised is the Hessian of the log loss alone at the last evaluated parameters. The block of two terms is the cross
// tabulation of their codes, weighted by the curvature: one or two additions a lead and block ("sandwich product" of
// categoricals, as in the tabmat library). Cost O(n·terms²).
func (f *fitter) unpenalised() *square {
	h, leads := borrowSquare(f.size), f.leads
	if f.sketch != nil {
		leads = f.sketch.follow(f.leads)
	}
	for _, w := range leads.curvature {
		h.data[0] += w
	}
	type task struct{ row, from, to int }
	var tasks []task
	for s := range f.terms {
		if f.terms[s].size == 0 {
			continue
		}
		tasks = append(tasks, task{s, s, s})
		for from := s + 1; from < len(f.terms); from += together {
			tasks = append(tasks, task{s, from, min(from+together, len(f.terms))})
		}
	}
	parallel(len(tasks), func(k int) {
		if tasks[k].from == tasks[k].row {
			f.ownBlock(h, leads, tasks[k].row)
		} else {
			f.crossBlocks(h, leads, tasks[k].row, tasks[k].from, tasks[k].to)
		}
	})
	return h
}

// ownBlock sums the block of a term with itself, and with the intercept. By cell it is diagonal.
func (f *fitter) ownBlock(h *square, leads *leads, s int) {
	t := f.terms[s]
	cells := make([]float64, t.cells)
	leads.codes[s].sumByCell(leads.curvature, cells)
	intercept := make([]float64, t.size)
	t.collect(cells, intercept)
	for j, v := range intercept {
		h.row(t.offset + j)[0] = v
	}
	k := t.functions
	block := make([]float64, k*k)
	for c, w := range cells {
		if t.first == nil {
			block[c*k+c] = w
			continue
		}
		a, share := int(t.first[c]), t.share[c]
		block[a*k+a] += w * (1 - share) * (1 - share)
		if share > 0 {
			block[a*k+a+1] += w * share * (1 - share)
			block[(a+1)*k+a] += w * share * (1 - share)
			block[(a+1)*k+a+1] += w * share * share
		}
	}
	rowsToCoordinates(t, block, k)
	for i := range t.size {
		row := block[i*k : (i+1)*k]
		t.fromFunctions(row, row)
		copy(h.row(t.offset + i)[t.offset:t.offset+i+1], row[:i+1])
	}
}

// crossBlocks sums the blocks of term s with the terms from … to−1.
func (f *fitter) crossBlocks(h *square, leads *leads, s, from, to int) {
	tables := make([][]float64, to-from)
	flipped := make([]bool, to-from)
	by := make([]functions, to-from)
	a := f.terms[s]
	for k := range tables {
		b := f.terms[from+k]
		if b.size == 0 {
			continue
		}
		flipped[k] = b.cells*a.functions < a.cells*b.functions
		if flipped[k] {
			tables[k], by[k] = make([]float64, b.cells*a.functions+1), a.byCell()
		} else {
			tables[k], by[k] = make([]float64, a.cells*b.functions+1), b.byCell()
		}
	}
	n := len(leads.curvature)
	var room, roomOther [chunk]uint16
	for start := 0; start < n; start += chunk {
		end := min(start+chunk, n)
		curvature := leads.curvature[start:end]
		codes := leads.codes[s].part(start, end, &room)
		for k, table := range tables {
			if table == nil {
				continue
			}
			other := leads.codes[from+k].part(start, end, &roomOther)
			if flipped[k] {
				crossTable(other, codes, by[k], curvature, table)
			} else {
				crossTable(codes, other, by[k], curvature, table)
			}
		}
	}
	for k, table := range tables {
		b := f.terms[from+k]
		if table == nil {
			continue
		}
		if flipped[k] {
			place(h, b, a, table)
		} else {
			place(h, a, b, table)
		}
	}
}

func (c Codes) slice(from, to int) Codes {
	if c.Wide != nil {
		return Codes{Wide: c.Wide[from:to]}
	}
	return Codes{Narrow: c.Narrow[from:to]}
}

// place turns a table of a's cells by b's functions into coordinates of both, and writes it into the
// lower half of h.
func place(h *square, a, b *term, table []float64) {
	k := b.functions
	block := table
	if a.first != nil {
		block = make([]float64, a.functions*k)
		for c := range a.cells {
			addScaled(block[int(a.first[c])*k:][:k], table[c*k:(c+1)*k], 1-a.share[c])
			if a.share[c] > 0 {
				addScaled(block[(int(a.first[c])+1)*k:][:k], table[c*k:(c+1)*k], a.share[c])
			}
		}
	}
	rowsToCoordinates(a, block, k)
	for i := range a.size {
		row := block[i*k : (i+1)*k]
		b.fromFunctions(row, row)
		if a.offset > b.offset {
			copy(h.row(a.offset + i)[b.offset:b.offset+b.size], row[:b.size])
			continue
		}
		for j, v := range row[:b.size] {
			h.data[(b.offset+j)*h.n+a.offset+i] = v
		}
	}
}

// rowsToCoordinates applies fromFunctions to the rows of a block of functions×k numbers, in place.
func rowsToCoordinates(t *term, block []float64, k int) {
	if t.chain == 0 {
		if t.segment {
			t.uncentreBlock(block, k)
		}
		return
	}
	total := make([]float64, k)
	for j := range t.chain {
		addScaled(total, block[j*k:(j+1)*k], 1)
	}
	below := make([]float64, k)
	share := 0.0
	for j := range t.chain - 1 {
		row := block[j*k : (j+1)*k]
		addScaled(below, row, 1)
		share += t.mean[j]
		for c := range row {
			row[c] = (total[c] - below[c]) - (1-share)*total[c]
		}
	}
	copy(block[(t.chain-1)*k:t.size*k], block[t.chain*k:t.functions*k])
}

func addScaled(sum, values []float64, scale float64) {
	if scale == 0 {
		return
	}
	sum = sum[:len(values)]
	for i, v := range values {
		sum[i] += scale * v
	}
}
