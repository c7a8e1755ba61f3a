package features

import (
	"context"
	"math"
)

// chunkRows is how many leads are turned into codes at once: their numbers stay in the processor's cache.
const chunkRows = 4096

// EncodeHistory gives every lead's codes, one [Codes] an input: bit for bit those of [Encoder.Encode] on its snapshot. It works
// by column, a level of a category once, on all cores; the error is that of ctx, or of the events
// ([EventLog.Err]).
func (e *Encoder) EncodeHistory(ctx context.Context, h *History) ([]Codes, error) {
	return e.encode(ctx, h, nil, h.Table.Len())
}

// EncodeRows is EncodeHistory for some leads, in the order of rows.
func (e *Encoder) EncodeRows(ctx context.Context, h *History, rows []int32) ([]Codes, error) {
	if rows == nil {
		rows = []int32{}
	}
	return e.encode(ctx, h, rows, len(rows))
}

func (e *Encoder) encode(ctx context.Context, h *History, rows []int32, n int) ([]Codes, error) {
	if e.steps == nil {
		panic("features: EncodeHistory without Validate")
	}
	codes := make([]Codes, len(e.Inputs))
	byLevel := make([][]levelCode, len(e.Inputs))
	for i := range codes {
		codes[i] = e.newCodes(i, n)
		byLevel[i] = e.levelCodes(h.Table, i)
	}
	kept := e.keptFigures(h)
	for i := range codes {
		if kept[i] != nil && kept[i].Codes != nil {
			byLevel[i] = e.codesOf(kept[i].Levels, i)
		}
	}
	inParallel((n+chunkRows-1)/chunkRows, func(chunk int) {
		if ctx.Err() != nil {
			return
		}
		from, to := chunk*chunkRows, min((chunk+1)*chunkRows, n)
		part := encodedRows{at: from}
		if rows != nil {
			part.rows = rows[from:to]
		} else {
			part.rows = part.all[:to-from]
			for k := range part.rows {
				part.rows[k] = int32(from + k)
			}
		}
		e.encodeFields(h, codes, byLevel, &part)
		e.encodeKept(kept, codes, byLevel, &part)
		e.encodeEvents(h, kept, codes, &part)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return codes, h.Events.Err()
}

// encodedRows are leads whose codes go to the places from at on.
type encodedRows struct {
	at   int
	rows []int32
	all  [chunkRows]int32
}

// EncodeNumber gives the codes of some leads for one ordered input.
func (e *Encoder) EncodeNumber(h *History, rows []int32, i int) Codes {
	codes, column := e.newCodes(i, len(rows)), inputColumn{encoder: e, history: h, input: i}
	numbers := make([]float64, len(rows))
	column.numbers(rows, numbers)
	for k, v := range numbers {
		code, _ := e.number(i, v)
		codes.set(k, code)
	}
	return codes
}

func (e *Encoder) newCodes(i, n int) Codes {
	if e.Bins(i) <= 256 {
		return Codes{Narrow: make([]uint8, n)}
	}
	return Codes{Wide: make([]uint16, n)}
}

func (c *Codes) set(i int, code uint16) {
	if c.Narrow != nil {
		c.Narrow[i] = uint8(code)
	} else {
		c.Wide[i] = code
	}
}

// levelCodes is the code of each level of a category's column; nil for other inputs.
func (e *Encoder) levelCodes(t *Table, i int) []levelCode {
	in := &e.Inputs[i]
	if in.Source != FromField || t.Columns[in.Index].Codes == nil {
		return nil
	}
	return e.codesOf(t.Columns[in.Index].Levels, i)
}

func (e *Encoder) codesOf(levels []string, i int) []levelCode {
	byLevel := make([]levelCode, len(levels))
	for k, level := range levels {
		byLevel[k].code, byLevel[k].status = e.text(i, level)
	}
	return byLevel
}

func (e *Encoder) encodeFields(h *History, codes []Codes, byLevel [][]levelCode, part *encodedRows) {
	for i := range e.Inputs {
		in, out := &e.Inputs[i], &codes[i]
		switch {
		case in.Source == FromEngagement:
		case in.Source != FromField || in.Kind == Date:
			dates := in.dates(h)
			for k, row := range part.rows {
				code, _ := e.date(i, dates(int(row)), h.AsOf[row])
				out.set(part.at+k, code)
			}
		case in.Kind == Number && h.Table.Columns[in.Index].Numbers != nil:
			numbers := h.Table.Columns[in.Index].Numbers
			for k, row := range part.rows {
				code, _ := e.number(i, numbers.At(int(row)))
				out.set(part.at+k, code)
			}
		case byLevel[i] != nil:
			levels, of := h.Table.Columns[in.Index].Codes, byLevel[i]
			for k, row := range part.rows {
				out.set(part.at+k, of[levels.At(int(row))].code)
			}
		default: // a field that the table does not hold
			for k := range part.rows {
				out.set(part.at+k, e.MissingCode(i))
			}
		}
	}
}

// dates gives each lead's instant that an input is a part of; [NoTime] where the table has none.
func (in *Input) dates(h *History) func(row int) Micros {
	switch in.Source {
	case FromField:
		return h.Table.Columns[in.Index].Times.At
	case FromCreated:
		return h.Table.Created.At
	}
	return func(row int) Micros { return h.AsOf[row] }
}

// keptFigures are the columns of the figures that the history keeps, by input.
func (e *Encoder) keptFigures(h *History) []*Column {
	kept := make([]*Column, len(e.Inputs))
	for i := range e.Inputs {
		if in := &e.Inputs[i]; in.Source == FromEngagement {
			kept[i] = h.figure(&e.Engagement[in.Index])
		}
	}
	return kept
}

func (e *Encoder) encodeKept(kept []*Column, codes []Codes, byLevel [][]levelCode, part *encodedRows) {
	for i, column := range kept {
		switch {
		case column == nil:
		case column.Numbers != nil:
			for k, row := range part.rows {
				code, _ := e.number(i, column.Numbers.At(int(row)))
				codes[i].set(part.at+k, code)
			}
		default:
			for k, row := range part.rows {
				codes[i].set(part.at+k, byLevel[i][column.Codes.At(int(row))].code)
			}
		}
	}
}

// encodeEvents goes by lead, so that a lead's events are gathered once for all figures that are not kept.
func (e *Encoder) encodeEvents(h *History, kept []*Column, codes []Codes, part *encodedRows) {
	var open []int
	for i := range e.Inputs {
		if e.Inputs[i].Source == FromEngagement && kept[i] == nil {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return
	}
	var s Snapshot
	for k, row := range part.rows {
		h.eventsOf(int(row), &s)
		for _, i := range open {
			code, _ := e.one(i, &s)
			codes[i].set(part.at+k, code)
		}
	}
}

func (h *History) eventsOf(row int, s *Snapshot) {
	s.AsOf = h.AsOf[row]
	s.Events = s.Events[:0]
	if h.Events != nil {
		s.Events = h.Events.appendBefore(s.Events, row, s.AsOf, &s.scratch)
	}
}

// inputColumn gives an input's values of many leads, as Encode sees them.
type inputColumn struct {
	encoder *Encoder
	history *History
	input   int
	scratch Snapshot
}

// numbers fills into with the values of an ordered input; NaN is missing.
func (c *inputColumn) numbers(rows []int32, into []float64) {
	in, h := &c.encoder.Inputs[c.input], c.history
	switch {
	case in.Source == FromEngagement:
		figure := &c.encoder.Engagement[in.Index]
		if kept := h.figure(figure); kept != nil {
			for k, row := range rows {
				into[k] = kept.Numbers.At(int(row))
			}
			return
		}
		for k, row := range rows {
			h.eventsOf(int(row), &c.scratch)
			into[k], _ = figure.Value(c.scratch.Events, c.scratch.AsOf)
		}
	case in.Source == FromField && in.Kind == Number:
		numbers := h.Table.Columns[in.Index].Numbers
		for k, row := range rows {
			into[k] = math.NaN()
			if numbers != nil {
				into[k] = numbers.At(int(row))
			}
		}
	default:
		dates := in.dates(h)
		for k, row := range rows {
			into[k] = datePart(in.Part, dates(int(row)), h.AsOf[row])
		}
	}
}

// counts is how many rows have each value of a category; "" is missing.
func (c *inputColumn) counts(rows []int32) map[string]int {
	in, h, counts := &c.encoder.Inputs[c.input], c.history, map[string]int{}
	switch {
	case in.Source == FromEngagement:
		figure := &c.encoder.Engagement[in.Index]
		if kept := h.figure(figure); kept != nil {
			return countLevels(kept, rows)
		}
		for _, row := range rows {
			h.eventsOf(int(row), &c.scratch)
			_, text := figure.Value(c.scratch.Events, c.scratch.AsOf)
			counts[text]++
		}
	case in.Source == FromField && in.Kind != Date:
		column := &h.Table.Columns[in.Index]
		if column.Codes == nil {
			return counts
		}
		return countLevels(column, rows)
	default:
		dates, names := in.dates(h), calendar(in.Part)
		for _, row := range rows {
			name := ""
			if date := dates(int(row)); date != NoTime {
				name = names[dateName(in.Part, date, c.encoder.zone)]
			}
			counts[name]++
		}
	}
	return counts
}

func countLevels(column *Column, rows []int32) map[string]int {
	byCode, counts := make([]int, len(column.Levels)), map[string]int{}
	for _, row := range rows {
		byCode[column.Codes.At(int(row))]++
	}
	for code, n := range byCode {
		counts[column.Levels[code]] += n
	}
	return counts
}
