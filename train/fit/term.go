package fit

// term is one table of the model while it is fitted. Its cells (bins, or cells of a pair) are spanned by
// fewer functions where a number has many bins: hats, piecewise linear between knots. The free
// coordinates of the functions are the differences between neighbouring ordered ones, which
// makes the random walk's penalty diagonal, and the plain values of the levels.
type term struct {
	name   string
	inputs []int
	// coarse and shape as in logistic.Term; nil for a main effect.
	coarse [][]uint16
	shape  []int

	cells int
	// mass is the training weight of each cell.
	mass []float64

	// first and share place each cell between function first (weight 1−share) and first+1 (share).
	// nil where each cell is its own function.
	first []uint16
	share []float64
	// functions counts them: chain ordered ones, then the levels.
	functions, chain int
	// mean holds the weights, summing to 1, of the chain's weighted mean, or of each segment's, which is kept at 0.
	mean []float64

	// segment marks deviations by segment: the first input's last row of cells is no coordinate and stays 0.
	segment bool
	// stays keeps the term's functions even where smoothing has taken their effect.
	stays bool
	// direction is the sign that the chain's differences keep, +1 or −1; 0: free.
	direction float64
	// alone is λ of the ordered bins in a fit of this input alone.
	alone float64

	// offset and size of the term's coordinates in the parameter vector.
	offset, size int
	penalties    []*penalty
}

// mainTerm spans one input with at most about knots functions for its ordered bins.
func mainTerm(input Input, position int, mass []float64, knots int) *term {
	t := &term{name: input.Name, inputs: []int{position}, cells: input.Bins, mass: mass}
	at := placeKnots(mass[:input.Ordered], knots)
	t.chain = len(at)
	t.functions = len(at) + input.Bins - input.Ordered
	if len(at) < input.Ordered {
		t.spread(at, input)
	}
	switch {
	case input.Monotone > 0:
		t.direction, t.stays = 1, true // the report needs what the promise holds back
	case input.Monotone < 0:
		t.direction, t.stays = -1, true
	}
	t.size = t.functions
	if t.chain > 0 {
		t.size--
		t.centre(mass[:input.Ordered])
		spacing := make([]float64, t.chain-1)
		for j := range spacing {
			spacing[j] = 1 / float64(at[j+1]-at[j])
		}
		if len(spacing) > 0 {
			t.penalties = append(t.penalties, &penalty{diagonal: spacing, rank: float64(len(spacing)), walk: true, spread: walkSpread(spacing)})
		}
	}
	if levels := t.functions - t.chain; levels > 0 {
		t.penalties = append(t.penalties, &penalty{from: t.size - levels, diagonal: repeat(1, levels), rank: float64(levels), spread: 1})
	}
	return t
}

// spread sets each cell's place between the knots.
func (t *term) spread(at []int, input Input) {
	t.first = make([]uint16, t.cells)
	t.share = make([]float64, t.cells)
	k := 0
	for c := range input.Ordered {
		for k+2 < len(at) && c >= at[k+1] {
			k++
		}
		t.first[c] = uint16(k)
		t.share[c] = float64(c-at[k]) / float64(at[k+1]-at[k])
	}
	for c := input.Ordered; c < t.cells; c++ {
		t.first[c] = uint16(t.chain + c - input.Ordered)
	}
}

// centre takes the chain's mean weights from the mass of the ordered cells; equal ones without mass.
func (t *term) centre(mass []float64) {
	t.mean = make([]float64, t.chain)
	total := 0.0
	for c, m := range mass {
		total += m
		if t.first == nil {
			t.mean[c] += m
			continue
		}
		t.mean[t.first[c]] += m * (1 - t.share[c])
		if t.share[c] > 0 {
			t.mean[t.first[c]+1] += m * t.share[c]
		}
	}
	for k := range t.mean {
		if total > 0 {
			t.mean[k] /= total
		} else {
			t.mean[k] = 1 / float64(t.chain)
		}
	}
}

// placeKnots chooses about limit of the ordered bins as knots, of about equal training weight between
// them. A bin that outweighs its share (a spike, such as 0) stands alone: it and both neighbours become
// knots, so that no line leans on it. All bins where they are few.
func placeKnots(mass []float64, limit int) []int {
	bins := len(mass)
	if bins <= limit {
		out := make([]int, bins)
		for i := range out {
			out[i] = i
		}
		return out
	}
	remaining := 0.0
	for _, m := range mass {
		remaining += m
	}
	chosen := make([]bool, bins)
	chosen[0], chosen[bins-1] = true, true
	start, sum, left := 0, 0.0, limit-1
	for c, m := range mass {
		sum += m
		if left > 1 && sum*float64(left) >= remaining && c+1 < bins {
			chosen[start], chosen[c+1] = true, true
			if start == c && c > 0 {
				chosen[c-1] = true
			}
			start, sum, remaining, left = c+1, 0, remaining-sum, left-1
		}
	}
	var out []int
	for c, is := range chosen {
		if is {
			out = append(out, c)
		}
	}
	return out
}

// toFunctions turns coordinates into the values of the functions: differences are summed up and the
// chain is shifted to mean 0.
func (t *term) toFunctions(coordinates, values []float64) {
	if t.chain == 0 {
		clear(values[copy(values, coordinates):t.functions])
		if t.segment {
			t.centreRows(values)
		}
		return
	}
	value, mean := 0.0, 0.0
	for j := range t.chain {
		if j > 0 {
			value += coordinates[j-1]
		}
		values[j] = value
		mean += t.mean[j] * value
	}
	for j := range t.chain {
		values[j] -= mean
	}
	copy(values[t.chain:t.functions], coordinates[t.chain-1:])
}

// fromFunctions is the transpose of toFunctions: it turns a gradient by function into one by
// coordinate. values and coordinates may be the same memory.
func (t *term) fromFunctions(values, coordinates []float64) {
	if t.chain == 0 {
		copy(coordinates[:t.size], values)
		if t.segment {
			t.uncentreRows(coordinates)
		}
		return
	}
	total := 0.0
	for _, v := range values[:t.chain] {
		total += v
	}
	// Entry j−1 is the sum over the functions from j on, less the mean's share of the total.
	below, share := 0.0, 0.0
	for j := range t.chain - 1 {
		below += values[j]
		share += t.mean[j]
		coordinates[j] = (total - below) - (1-share)*total
	}
	copy(coordinates[t.chain-1:t.size], values[t.chain:t.functions])
}

// table fills the value of each cell from the coordinates.
func (t *term) table(coordinates, cells []float64) {
	if t.first == nil {
		t.toFunctions(coordinates, cells)
		return
	}
	values := make([]float64, t.functions)
	t.toFunctions(coordinates, values)
	for c := range cells {
		cells[c] = t.atCell(values, c)
	}
}

// atCell is the value of cell c, given the functions' values.
func (t *term) atCell(values []float64, c int) float64 {
	if t.first == nil {
		return values[c]
	}
	value := values[t.first[c]]
	if share := t.share[c]; share > 0 {
		value += share * (values[t.first[c]+1] - value)
	}
	return value
}

// collect is the transpose of table: sums by cell become a gradient by coordinate.
func (t *term) collect(cells, coordinates []float64) {
	if t.first == nil {
		t.fromFunctions(cells, coordinates)
		return
	}
	values := make([]float64, t.functions)
	for c, sum := range cells {
		values[t.first[c]] += sum * (1 - t.share[c])
		if t.share[c] > 0 {
			values[t.first[c]+1] += sum * t.share[c]
		}
	}
	t.fromFunctions(values, coordinates)
}

// project finds coordinates whose table is near the given cells: the values at the knots.
func (t *term) project(cells, coordinates []float64) {
	values := make([]float64, t.functions)
	for c, value := range cells {
		if t.first == nil {
			values[c] = value
		} else if t.share[c] == 0 {
			values[t.first[c]] = value
		} else if t.share[c] == 1 {
			values[t.first[c]+1] = value
		}
	}
	if t.chain == 0 {
		copy(coordinates, values)
		return
	}
	for j := 1; j < t.chain; j++ {
		coordinates[j-1] = values[j] - values[j-1]
	}
	copy(coordinates[t.chain-1:], values[t.chain:])
}

// gone reports whether smoothing has taken all effect from a term.
func (t *term) gone() bool {
	if t.stays {
		return false
	}
	for _, p := range t.penalties {
		if p.lambda < lambdaHigh {
			return false
		}
	}
	return true
}

// idle is the term with every cell at 0 and nothing to solve for: a chain of one knot. It keeps λ for the model.
func (t *term) idle() *term {
	out := *t
	out.first, out.share = make([]uint16, t.cells), make([]float64, t.cells)
	out.functions, out.chain, out.size, out.mean = 1, 1, 0, []float64{1}
	out.penalties = nil
	for _, p := range t.penalties {
		out.penalties = append(out.penalties, &penalty{lambda: p.lambda, walk: p.walk})
	}
	return &out
}

// chainPenalty is the random walk's penalty of a main effect; an empty one where there are no two ordered bins.
func (t *term) chainPenalty() *penalty {
	if t.chain < 2 {
		return &penalty{}
	}
	return t.penalties[0]
}

// walkLambda is λ of the random walk, also of a term that smoothing has emptied; false where there are no two ordered bins.
func (t *term) walkLambda() (float64, bool) {
	for _, p := range t.penalties {
		if p.walk {
			return p.lambda, true
		}
	}
	return 0, false
}
