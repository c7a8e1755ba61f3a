package comparison

import (
	"math"
	"slices"
	"sort"
	"strconv"

	"leadscore/features"
)

// Divides says whether leads can be divided by a field: a category, a yes or no, an address, or a number that the schema uses.
func Divides(t *features.Table, field int) bool {
	return t.Columns[field].Codes != nil || t.Columns[field].Numbers != nil
}

// mostDivisions is the number of fields that the leads are divided by where the caller names none.
const mostDivisions = 3

// MostTelling are the schema's segments, then the categories of few values that the model's scores of these leads vary by most; three at most.
func (l *Leads) MostTelling(t *features.Table) []int {
	type telling struct {
		field  int
		spread float64
	}
	var list []telling
	for i := range t.Schema.Fields {
		if spread := l.Spread(t.Schema.Fields[i].Name); spread > 0 && t.Columns[i].Codes != nil && fewValues(&t.Columns[i], l.Rows) {
			list = append(list, telling{i, spread})
		}
	}
	sort.SliceStable(list, func(a, b int) bool { return list[a].spread > list[b].spread })
	var fields []int
	if segments := t.Schema.Segments; segments != nil { // what the data team parts the market by comes first
		at := slices.IndexFunc(t.Schema.Fields, func(f features.Field) bool { return f.Name == segments.By })
		if at >= 0 && Divides(t, at) {
			fields = append(fields, at)
		}
	}
	for _, one := range list {
		if len(fields) < mostDivisions && !slices.Contains(fields, one.field) {
			fields = append(fields, one.field)
		}
	}
	return fields
}

// fewValues says that a category has 2 to 12 values among the leads.
func fewValues(c *features.Column, rows []int32) bool {
	seen := map[uint32]bool{}
	for _, row := range rows {
		if seen[c.Codes.At(int(row))] = true; len(seen) > mostLevels {
			return false
		}
	}
	return len(seen) > 1
}

// Divide labels leads by a field that [Divides]: by a category's values, or by the fourths of a number.
func Divide(t *features.Table, field int, rows []int32) Segment {
	c, name := &t.Columns[field], t.Schema.Fields[field].Name
	labels := make([]string, len(rows))
	if c.Codes != nil {
		for k, row := range rows {
			labels[k] = c.Levels[c.Codes.At(int(row))]
		}
		return NewSegment(name, labels)
	}
	cuts := fourths(c.Numbers, rows)
	s := Segment{Field: name, Of: make([]int, len(rows))}
	for k := range cuts {
		s.Levels = append(s.Levels, rangeWords(cuts, k))
	}
	s.Levels = append(s.Levels, missing)
	for k, row := range rows {
		v := c.Numbers.At(int(row))
		if s.Of[k] = len(cuts); !math.IsNaN(v) {
			s.Of[k] = sort.Search(len(cuts), func(i int) bool { return cuts[i] > v }) - 1
		}
	}
	return s
}

// fourths are the least values of up to four runs of about as many leads each.
func fourths(numbers *features.Numbers, rows []int32) []float64 {
	var values []float64
	for _, row := range rows {
		if v := numbers.At(int(row)); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	sort.Float64s(values)
	var cuts []float64
	for part := range 4 {
		if at := part * len(values) / 4; at < len(values) {
			cuts = append(cuts, values[at])
		}
	}
	return slices.Compact(cuts)
}

func rangeWords(cuts []float64, k int) string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	switch {
	case len(cuts) == 1:
		return "has a value"
	case k == 0:
		return "below " + number(cuts[1])
	case k == len(cuts)-1:
		return "from " + number(cuts[k])
	}
	return number(cuts[k]) + " to below " + number(cuts[k+1])
}
