package features

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"leadscore/features/radix"
)

// Limits bound what an encoder learns.
type Limits struct {
	MaxBins      int // codes of a number, its special values and missing included; 0: 256, so that a byte holds a code
	MinLevelRows int // leads that a category's value needs for a level of its own; 0: 10
	MaxLevels    int // levels of a category, the most frequent first; 0: 1000
}

// driftBins is how many bins the inputs of slow drift have, the snapshot's instant and the day of creation: enough for two
// years by month, few enough that the newest one, which serves all later leads, has many leads. They are equally wide.
const driftBins = 24

// ErrNoRows says that an encoder was to be fitted on no lead.
var ErrNoRows = errors.New("no leads to fit the encoder on")

// FitEncoder learns bins and levels of the schema's inputs from the given rows only, the past part of a history. A number
// with at most [Limits.MaxBins] codes has a bin a distinct value; otherwise bins of about equal mass, in which equal values stay
// together and a frequent value takes a bin of its own. Cuts lie midway between neighbouring values. The rows stand in the order of
// time; the order counts only for a number that says the date in other words (encoder_calendar.go). Of more than a quarter of a million rows, the quantiles are
// those of so many, evenly spread; least, greatest and whole are those of all. Cost: O(n) a number, on all cores; memory 16 bytes a
// row, up to so many, and core.
func FitEncoder(h *History, rows []int32, l Limits) (*Encoder, error) {
	if len(rows) == 0 {
		return nil, ErrNoRows
	}
	l = l.orDefault()
	s := h.Table.Schema
	e := &Encoder{
		Inputs:     s.Inputs(),
		Engagement: settled(s.Engagement),
		TimeZone:   s.Format.TimeZone,
		zone:       s.Format.Zone(),
	}
	e.Coders = make([]Coder, len(e.Inputs))
	inParallel(len(e.Inputs), func(i int) {
		column := inputColumn{encoder: e, history: h, input: i}
		if e.Inputs[i].Ordered {
			e.Coders[i] = fitNumber(&column, rows, e.specials(s, i), l)
		} else {
			e.Coders[i] = Coder{Levels: fitLevels(&column, rows, calendar(e.Inputs[i].Part), l)}
		}
	})
	if err := e.Validate(); err != nil {
		return nil, err
	}
	return e, nil
}

// WithFigure is the encoder with another engagement figure in the place of input i's, its bins learned from the given rows; the
// others are shared. It serves to compare figures.
func (e *Encoder) WithFigure(h *History, rows []int32, l Limits, i int, figure Engagement) *Encoder {
	other := *e
	other.Engagement, other.Coders = slices.Clone(e.Engagement), slices.Clone(e.Coders)
	other.Engagement[e.Inputs[i].Index] = figure
	column := inputColumn{encoder: &other, history: h, input: i}
	other.Coders[i] = fitNumber(&column, rows, other.specials(h.Table.Schema, i), l.orDefault())
	return &other
}

// settled are figures with every half-life a span.
func settled(figures []Engagement) []Engagement {
	figures = slices.Clone(figures)
	for i := range figures {
		figures[i].HalfLife = figures[i].HalfLife.settled()
	}
	return figures
}

func (l Limits) orDefault() Limits {
	if l.MaxBins <= 0 {
		l.MaxBins = 256
	}
	if l.MinLevelRows <= 0 {
		l.MinLevelRows = 10
	}
	if l.MaxLevels <= 0 {
		l.MaxLevels = 1000
	}
	l.MaxBins, l.MaxLevels = min(l.MaxBins, mostCodes), min(l.MaxLevels, mostCodes-2)
	return l
}

// inParallel does pieces 0 … n-1 on all cores.
func inParallel(n int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}

// specials are the values with a level of their own: those that the schema names, and for a count of events none at all:
// the step from never to once is not like the one from once to twice, and most leads stand before it.
func (e *Encoder) specials(s *Schema, i int) []float64 {
	switch in := &e.Inputs[i]; {
	case in.Source == FromField && in.Kind == Number:
		return slices.Clone(s.Fields[in.Index].Special)
	case in.Source == FromEngagement && in.Ordered && e.Engagement[in.Index].DaysSinceLast == nil:
		return []float64{0}
	}
	return nil
}

// Drifts says that the input is calendar time, whose win rate drifts slowly.
func (e *Encoder) Drifts(i int) bool {
	in := &e.Inputs[i]
	return in.Part == DayOf && (in.Source == FromSnapshot || in.Source == FromCreated)
}

// mostSorted is how many values give the quantiles of a number: with a quarter of a million a bin of 1/256 holds 0.39 % ± 0.02 %.
const mostSorted = 1 << 18

func fitNumber(column *inputColumn, rows []int32, special []float64, l Limits) Coder {
	step := (len(rows) + mostSorted - 1) / mostSorted
	values := make([]float64, 0, len(rows)/step+1)
	c := Coder{Special: special, Min: math.Inf(1), Max: math.Inf(-1), Whole: true}
	var numbers [chunkRows]float64
	for from := 0; from < len(rows); from += chunkRows {
		part := rows[from:min(from+chunkRows, len(rows))]
		column.numbers(part, numbers[:len(part)])
		for k, v := range numbers[:len(part)] {
			if math.IsNaN(v) || len(special) > 0 && slices.Contains(special, v) {
				continue
			}
			c.Min, c.Max = min(c.Min, v), max(c.Max, v)
			c.Whole = c.Whole && v == math.Trunc(v)
			if step == 1 || (from+k)%step == 0 {
				values = append(values, v)
			}
		}
	}
	if c.Min > c.Max {
		return Coder{Special: special, Min: 0, Max: -1}
	}
	if in := &column.encoder.Inputs[column.input]; in.Source == FromField && in.Kind == Number && in.Monotone == "" {
		c.Values = calendarValues(values, l.MinLevelRows, l.MaxBins-len(special)-2)
	}
	c.Min, c.Max = finite(c.Min), finite(c.Max)
	switch {
	case len(c.Values) > 0:
	case column.encoder.Drifts(column.input):
		c.Cuts = evenCuts(c.Min, c.Max, min(driftBins, l.MaxBins-1))
	default:
		radix.Sort(values)
		c.Cuts = quantileCuts(values, max(1, l.MaxBins-len(special)-1))
	}
	return c
}

// evenCuts cuts a span into bins of equal width, which is what a random walk in time asks for.
func evenCuts(least, most float64, bins int) (cuts []float64) {
	if least == most {
		return nil
	}
	for k := 1; k < bins; k++ {
		cuts = append(cuts, least+(most-least)*float64(k)/float64(bins))
	}
	return cuts
}

// finite guards against infinities that a caller's own table may hold.
func finite(v float64) float64 { return max(-math.MaxFloat64, min(v, math.MaxFloat64)) }

// quantileCuts cuts sorted values into at most maxBins bins of about equal mass. A bin ends where the next distinct value
// would take it further above the mean mass of the bins still to come than it now lies below.
func quantileCuts(sorted []float64, maxBins int) (cuts []float64) {
	separate := distinct(sorted, maxBins) <= maxBins
	binsLeft, inBin, start := maxBins, 0, 0
	for at := 0; at < len(sorted); {
		end := at + 1
		for end < len(sorted) && sorted[end] == sorted[at] {
			end++
		}
		mean := float64(len(sorted)-start) / float64(binsLeft)
		over, under := float64(inBin+end-at)-mean, mean-float64(inBin)
		if inBin > 0 && binsLeft > 1 && (separate || over > under) {
			cuts = append(cuts, midway(sorted[at-1], sorted[at]))
			binsLeft, inBin, start = binsLeft-1, 0, at
		}
		inBin += end - at
		at = end
	}
	return cuts
}

// distinct counts the distinct values, and stops above a limit.
func distinct(sorted []float64, limit int) (n int) {
	for i := range sorted {
		if i == 0 || sorted[i] != sorted[i-1] {
			if n++; n > limit {
				return n
			}
		}
	}
	return n
}

// midway is a cut with a < cut ≤ b.
func midway(a, b float64) float64 {
	if cut := a/2 + b/2; a < cut && cut <= b && !math.IsInf(cut, 0) {
		return cut
	}
	return finite(b)
}

// fitLevels gives the values with enough rows a level, at most MaxLevels, the most frequent ones; sorted, or in the
// calendar's order.
func fitLevels(column *inputColumn, rows []int32, order []string, l Limits) []string {
	counts := column.counts(rows)
	var levels []string
	for level, n := range counts {
		if n >= l.MinLevelRows && level != "" {
			levels = append(levels, level)
		}
	}
	if len(levels) > l.MaxLevels {
		slices.SortFunc(levels, func(a, b string) int {
			if counts[a] != counts[b] {
				return counts[b] - counts[a]
			}
			if a < b {
				return -1
			}
			return 1
		})
		levels = levels[:l.MaxLevels]
	}
	if order == nil {
		slices.Sort(levels)
		return levels
	}
	slices.SortFunc(levels, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return levels
}
