package features

// RowEncoder turns neighbouring leads of a history into codes, a column at a time: bit for bit those of [Encoder.Encode] on their snapshots, a
// level of a category looked up once. It is for one goroutine.
type RowEncoder struct {
	encoder *Encoder
	history *History
	levels  [][]levelCode // by input and level; nil for other inputs
	numbers []float64
	places  []uint32
	times   []Micros
}

// levelCode is a category's code of one of the table's levels.
type levelCode struct {
	code   uint16
	status Status
}

// Rows makes an encoder of the history's leads.
func (e *Encoder) Rows(h *History) *RowEncoder {
	if e.steps == nil {
		panic("features: Rows without Validate")
	}
	r := &RowEncoder{encoder: e, history: h, levels: make([][]levelCode, len(e.Inputs))}
	for i := range e.Inputs {
		r.levels[i] = e.levelCodes(h.Table, i)
	}
	return r
}

// Encode gives leads first … first+n−1 their codes and what is known of each, one an input, lead behind lead. Those of engagement figures are
// left to [Encoder.EncodeFigures].
func (r *RowEncoder) Encode(first, n int, codes []uint16, status []Status) {
	r.numbers, r.places, r.times = grown(r.numbers, n), grown(r.places, n), grown(r.times, n)
	e, t, step := r.encoder, r.history.Table, len(r.encoder.Inputs)
	for i := range e.Inputs {
		in := &e.Inputs[i]
		codes, status := codes[i:], status[i:]
		switch {
		case in.Source == FromEngagement:
		case in.Source != FromField || in.Kind == Date:
			r.dates(in, first)
			for k, at := 0, 0; k < n; k, at = k+1, at+step {
				codes[at], status[at] = e.date(i, r.times[k], r.history.AsOf[first+k])
			}
		case in.Kind == Number && t.Columns[in.Index].Numbers != nil:
			t.Columns[in.Index].Numbers.Span(first, r.numbers)
			for k, at := 0, 0; k < n; k, at = k+1, at+step {
				codes[at], status[at] = e.number(i, r.numbers[k])
			}
		case r.levels[i] != nil:
			t.Columns[in.Index].Codes.Span(first, r.places)
			for k, at := 0, 0; k < n; k, at = k+1, at+step {
				of := r.levels[i][r.places[k]]
				codes[at], status[at] = of.code, of.status
			}
		default: // a field that the table does not hold
			for k, at := 0, 0; k < n; k, at = k+1, at+step {
				codes[at], status[at] = e.MissingCode(i), Missing
			}
		}
	}
}

// dates fills times with the instants that an input is a part of.
func (r *RowEncoder) dates(in *Input, first int) {
	switch in.Source {
	case FromField:
		r.history.Table.Columns[in.Index].Times.Span(first, r.times)
	case FromCreated:
		r.history.Table.Created.Span(first, r.times)
	default:
		copy(r.times, r.history.AsOf[first:])
	}
}

// grown is s with room for n elements, whose values are any.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// EncodeFigures gives a lead the codes of its engagement figures: the part of [Encoder.Encode] that looks at events.
func (e *Encoder) EncodeFigures(s *Snapshot, codes []uint16, status []Status) {
	for i := range e.steps {
		if e.steps[i].kind == figureStep {
			codes[i], status[i] = e.one(i, s)
		}
	}
}
