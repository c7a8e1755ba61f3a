package fit

// centred is V by function: the intercept, then each term's functions, as deviations from the term's mean
// over the training leads, with every pair purified. An input that pairs read has besides one function for each of its
// coarse cells, which takes what purifying moves to it. Term k's functions begin at start[k].
type centred struct {
	*square
	terms []*term
	start []int
	// coarse is, for an input that pairs read, its map to coarse cells; the functions of those begin at moved[k].
	coarse [][]uint16
	moved  []int
	// weight is the share of the training leads at a function.
	weight []float64
}

// layout gives every function its place.
func (f *fitter) layout() *centred {
	n := len(f.terms)
	c := &centred{terms: f.terms, start: make([]int, n), moved: make([]int, n), coarse: make([][]uint16, n), weight: []float64{1}}
	margins := make([][]float64, n)
	for _, t := range f.terms {
		if len(t.inputs) == 2 && !t.segment {
			rows, columns := t.margins()
			c.coarse[t.inputs[0]], c.coarse[t.inputs[1]] = t.coarse[0], t.coarse[1]
			margins[t.inputs[0]], margins[t.inputs[1]] = rows, columns
		}
	}
	for k, t := range f.terms {
		c.start[k] = len(c.weight)
		c.weight = append(c.weight, t.functionWeights()...)
		c.moved[k] = len(c.weight)
		c.weight = append(c.weight, margins[k]...)
	}
	return c
}

// end is where the functions of term k end.
func (c *centred) end(k int) int {
	if k+1 < len(c.start) {
		return c.start[k+1]
	}
	return len(c.weight)
}

// centred turns V by coordinate into V by centred function.
func (f *fitter) centred(v *square) *centred {
	c := f.layout()
	n := len(c.weight)
	data, used := borrow(v.n * n)
	if used {
		clear(data)
	}
	half := &square{n: n, data: data} // V by coordinate (rows) and function
	parallel(v.n, func(i int) { c.toFunctions(v.row(i), half.row(i)) })
	c.square = borrowSquare(n)
	parallel(n, func(j int) {
		column := make([]float64, v.n)
		for i := range column {
			column[i] = half.data[i*n+j]
		}
		c.toFunctions(column, c.row(j)) // V is symmetric: a column is a row
	})
	half.giveBack()
	return c
}

// toFunctions turns a row by coordinate into one by centred function. out starts at 0.
func (c *centred) toFunctions(coordinates, out []float64) {
	out[0] = coordinates[0]
	for k, t := range c.terms {
		at := out[c.start[k]:c.moved[k]]
		t.toFunctions(coordinates[t.offset:t.offset+t.size], at)
		if len(t.inputs) == 2 && !t.segment {
			a, b := t.inputs[0], t.inputs[1]
			t.purify(at, out[c.moved[a]:c.end(a)], out[c.moved[b]:c.end(b)])
		}
	}
	for k := range c.terms {
		out[0] += c.centre(out, c.start[k], c.moved[k])
		out[0] += c.centre(out, c.moved[k], c.end(k))
	}
}

// centre takes the weighted mean out of some functions and returns it.
func (c *centred) centre(values []float64, from, to int) float64 {
	mean := 0.0
	for j := from; j < to; j++ {
		mean += c.weight[j] * values[j]
	}
	for j := from; j < to; j++ {
		values[j] -= mean
	}
	return mean
}

// functionWeights is the share of the training leads at each function; they sum to 1.
func (t *term) functionWeights() []float64 {
	weights := make([]float64, t.functions)
	total := 0.0
	for c, m := range t.mass {
		total += m
		if t.first == nil {
			weights[c] += m
			continue
		}
		weights[t.first[c]] += m * (1 - t.share[c])
		if t.share[c] > 0 {
			weights[t.first[c]+1] += m * t.share[c]
		}
	}
	for j := range weights {
		weights[j] /= total
	}
	return weights
}
