package fit

// column is the codes of a term, lead by lead: those of its input, or the cells of a pair. Of many leads these are made from both
// inputs' codes each time, a chunk at once: beside the codes of all inputs those of as many pairs would take as much memory again.
type column struct {
	Codes
	pair          *term // nil: Codes holds them
	first, second Codes
}

// mostHeld is the number of leads up to which the cells of pairs are held.
const mostHeld = 2_000_000

// column is the term's codes of a sample.
func (t *term) column(s *sample) column {
	switch {
	case len(t.inputs) == 1:
		return column{Codes: s.columns[t.inputs[0]]}
	case len(s.wins) <= mostHeld:
		return column{Codes: t.pairCodes(s)}
	}
	return t.pairColumn(s)
}

func (t *term) pairColumn(s *sample) column {
	return column{pair: t, first: s.columns[t.inputs[0]], second: s.columns[t.inputs[1]]}
}

// pairCodes are the cells of a pair, lead by lead.
func (t *term) pairCodes(s *sample) Codes {
	c, n := t.pairColumn(s), len(s.wins)
	if t.cells <= 256 {
		out := make([]uint8, n)
		for i := range out {
			out[i] = uint8(c.At(i))
		}
		return Codes{Narrow: out}
	}
	out := make([]uint16, n)
	for i := range out {
		out[i] = uint16(c.At(i))
	}
	return Codes{Wide: out}
}

// At is the code of lead i.
func (c *column) At(i int) int {
	if c.pair == nil {
		return c.Codes.At(i)
	}
	return c.pair.cellOf(c.first.At(i), c.second.At(i))
}

// cellOf is a pair's cell of the codes of its inputs.
func (t *term) cellOf(first, second int) int {
	return int(t.coarse[0][first])*t.shape[1] + int(t.coarse[1][second])
}

// part is the codes of the leads from … to−1, at most chunk of them; those of a pair are made in room.
func (c *column) part(from, to int, room *[chunk]uint16) Codes {
	if c.pair == nil {
		return c.slice(from, to)
	}
	out := room[:to-from]
	if c.first.Narrow == nil || c.second.Narrow == nil {
		for i := range out {
			out[i] = uint16(c.At(from + i))
		}
		return Codes{Wide: out}
	}
	rows, columns, width := c.pair.coarse[0], c.pair.coarse[1], uint16(c.pair.shape[1])
	first, second := c.first.Narrow[from:to], c.second.Narrow[from:to]
	for i := range out {
		out[i] = rows[first[i]]*width + columns[second[i]]
	}
	return Codes{Wide: out}
}

// take are the codes of some leads.
func (c *column) take(rows []int32) Codes {
	if c.pair == nil {
		return c.Codes.take(rows)
	}
	out := make([]uint16, len(rows))
	for k, row := range rows {
		out[k] = uint16(c.At(int(row)))
	}
	return Codes{Wide: out}
}

// sumByCell adds values by code into out.
func (c *column) sumByCell(values, out []float64) {
	if c.pair == nil {
		sumByCell(c.Codes, values, out)
		return
	}
	var room [chunk]uint16
	for from := 0; from < len(values); from += chunk {
		to := min(from+chunk, len(values))
		sumByCell(c.part(from, to, &room), values[from:to], out)
	}
}

// weigh adds the leads of a sample to the mass of a pair's cells.
func (t *term) weigh(s *sample) {
	var room [chunk]uint16
	c := t.pairColumn(s)
	for from := 0; from < len(s.wins); from += chunk {
		to, part := min(from+chunk, len(s.wins)), s.weights
		if part != nil {
			part = part[from:to]
		}
		massByCell(c.part(from, to, &room), part, t.mass)
	}
}
