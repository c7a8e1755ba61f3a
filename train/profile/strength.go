package profile

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"time"

	"leadscore/features"
	"leadscore/train/leakage"
)

// Bins of a column when its strength is measured.
const (
	mostBins    = 20 // quantile bins of a number or a date
	leastShared = 10 // leads that a category needs to stand alone, as the encoder asks; in small data a twentieth of the leads
	leastLevel  = 2
)

// labels are the outcomes of the sampled rows.
type labels struct {
	of              []features.Outcome // by sampled row
	span            []uint8            // by sampled row: the span of time, below leakage.Blocks; nil: one span
	won, lost, open int
}

// decided is how many leads are won or lost.
func (o *labels) decided() int { return o.won + o.lost }

// rate is the share of the decided leads that are won.
func (o *labels) rate() float64 { return float64(o.won) / float64(max(1, o.decided())) }

// bin is a value, or a range of values, and what became of its leads.
type bin struct {
	label     string
	text      string  // of a category
	low, high float64 // of a number or date (seconds), high exclusive; ±Inf at the ends
	missing   bool
	other     bool // rare values together
	won, lost int
	open      int
	counts    [leakage.Blocks]leakage.Count // the same by half and span of time
}

func (b *bin) decided() int { return b.won + b.lost }

// meaning orders the values of an outcome: won, lost, open.
func (b *bin) meaning() int {
	switch {
	case b.won > 0:
		return 0
	case b.lost > 0:
		return 1
	}
	return 2
}

// rate is the bin's win rate, NaN without a decided lead.
func (b *bin) rate() float64 { return float64(b.won) / float64(b.decided()) }

// strength says how well one column alone tells won from lost.
type strength struct {
	bins []bin // the values in falling frequency, or the ranges in rising order; then other, then missing
	leakage.Strength
}

// measure bins a column and measures its strength on the decided leads; least is how many leads a value needs to stand alone.
func measure(l *look, o *labels, least int) *strength {
	s := &strength{}
	codeBin := l.makeBins(least, s)
	for row, code := range l.column.codes {
		s.bins[codeBin[code]].add(o, row)
	}
	s.finish()
	return s
}

func (s *strength) finish() {
	s.bins = dropEmpty(s.bins)
	s.Strength = leakage.Measure(cellsOf(s.bins))
}

// cellsOf are the bins as the evidence is read from them.
func cellsOf(bins []bin) []leakage.Cell {
	cells := make([]leakage.Cell, len(bins))
	for i := range bins {
		b := &bins[i]
		cells[i] = leakage.Cell{Label: b.label, Missing: b.missing, Other: b.other, Counts: b.counts}
	}
	return cells
}

// add counts a sampled row.
func (b *bin) add(o *labels, row int) {
	switch o.of[row] {
	case features.Won:
		b.won++
	case features.Lost:
		b.lost++
	default:
		b.open++
	}
	b.counts[o.spanOf(row)].Add(o.of[row], leakage.Half(row))
}

func (o *labels) spanOf(row int) int {
	if o.span == nil {
		return 0
	}
	return int(o.span[row])
}

func dropEmpty(bins []bin) []bin {
	return slices.DeleteFunc(bins, func(b bin) bool { return b.won+b.lost+b.open == 0 })
}

// makeBins sets the bins and returns, for each code of the column, its bin.
func (l *look) makeBins(least int, s *strength) []int {
	codeBin := make([]int, len(l.values))
	switch {
	case l.kind == features.Number:
		l.numberBins(l.number, s, codeBin, numberLabel)
	case l.kind == features.Date:
		seconds := make([]float64, len(l.time))
		for i, t := range l.time {
			seconds[i] = math.NaN()
			if t != features.NoTime {
				seconds[i] = float64(t) / 1e6
			}
		}
		l.numberBins(seconds, s, codeBin, dayLabel)
	default:
		l.categoryBins(least, s, codeBin)
	}
	return codeBin
}

// categoryBins makes a bin of every value that enough leads share; of an e-mail, of every kind of address.
func (l *look) categoryBins(least int, s *strength, codeBin []int) {
	byText := make(map[string]int)
	text := func(code int) string { return l.values[code] }
	switch l.kind {
	case features.Email:
		text = func(code int) string { return features.EmailKind(l.values[code]) }
	case features.Boolean:
		text = func(code int) string { return strconv.FormatBool(l.number[code] == 1) }
	}
	for code, rows := range l.rows {
		if !l.missing[code] {
			byText[text(code)] += rows
		}
	}
	if l.kind == features.Boolean || l.kind == features.Email {
		least = 1
	}
	var levels []string
	for t, rows := range byText {
		if rows >= least {
			levels = append(levels, t)
		}
	}
	sort.Slice(levels, func(i, j int) bool {
		a, b := levels[i], levels[j]
		return byText[a] > byText[b] || byText[a] == byText[b] && a < b
	})
	place := make(map[string]int)
	for i, t := range levels {
		place[t] = i
		s.bins = append(s.bins, bin{label: t, text: t})
	}
	s.bins = append(s.bins, bin{label: "other", other: true}, bin{label: "missing", missing: true})
	for code := range l.values {
		i, ok := place[text(code)]
		switch {
		case l.missing[code]:
			i = len(s.bins) - 1
		case !ok:
			i = len(s.bins) - 2
		}
		codeBin[code] = i
	}
}

// sharedBy is how many leads a category's value needs to stand alone.
func sharedBy(rows int) int { return max(leastLevel, min(leastShared, rows/20)) }

// numberBins makes up to 20 bins of about as many leads each; equal values stay together.
func (l *look) numberBins(values []float64, s *strength, codeBin []int, label func(low, high float64) string) {
	special := l.field.Special
	var order []int
	total := 0
	for code, v := range values {
		if !math.IsNaN(v) && l.rows[code] > 0 && !slices.Contains(special, v) {
			order = append(order, code)
			total += l.rows[code]
		}
	}
	sort.Slice(order, func(i, j int) bool { return values[order[i]] < values[order[j]] })
	left, inBin := min(mostBins, max(2, len(order))), 0
	start := math.Inf(-1)
	for i, code := range order {
		codeBin[code] = len(s.bins)
		inBin += l.rows[code]
		last := i == len(order)-1
		if full := inBin*left >= total && left > 1; last || full && values[order[i+1]] > values[code] {
			end := math.Inf(1)
			if !last {
				end = between(values[code], values[order[i+1]])
			}
			s.bins = append(s.bins, bin{label: label(start, end), low: start, high: end})
			start, total, inBin, left = end, total-inBin, 0, left-1
		}
	}
	for _, v := range special {
		for code := range values {
			if values[code] == v {
				codeBin[code] = len(s.bins)
			}
		}
		s.bins = append(s.bins, bin{label: strconv.FormatFloat(v, 'f', -1, 64) + " (special)", low: v, high: v})
	}
	s.bins = append(s.bins, bin{label: "missing", missing: true})
	for code := range values {
		if l.missing[code] || math.IsNaN(values[code]) {
			codeBin[code] = len(s.bins) - 1
		}
	}
}

// between is a short number above a and at most b: where b is whole it is b, else a roundest number of the gap.
func between(a, b float64) float64 {
	if b == math.Trunc(b) && math.Abs(b) < 1e15 {
		step := math.Pow(10, math.Floor(math.Log10(b-a)))
		if c := math.Floor(b/step) * step; c > a && c <= b {
			return c
		}
		return b
	}
	step := math.Pow(10, math.Floor(math.Log10(b-a)))
	if c := math.Floor(b/step) * step; c > a && c <= b {
		c, _ = strconv.ParseFloat(strconv.FormatFloat(c, 'g', 12, 64), 64)
		if c > a && c <= b {
			return c
		}
	}
	return b
}

func numberLabel(low, high float64) string {
	short := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	switch {
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		return "any"
	case math.IsInf(low, -1):
		return "below " + short(high)
	case math.IsInf(high, 1):
		return "from " + short(low)
	}
	return fmt.Sprintf("%s to below %s", short(low), short(high))
}

func dayLabel(low, high float64) string {
	day := func(v float64) string { return time.Unix(int64(v), 0).UTC().Format(time.DateOnly) }
	switch {
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		return "any"
	case math.IsInf(low, -1):
		return "before " + day(high)
	case math.IsInf(high, 1):
		return "from " + day(low)
	}
	return day(low) + " to " + day(high)
}
