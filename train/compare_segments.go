package train

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"leadscore/features"
	"leadscore/models/comparison"
)

// divisions are the fields that the caller divides by; nil where none is named.
func (c *CompareConfig) divisions(t *features.Table) ([]int, error) {
	var fields []int
	for _, name := range c.By {
		at := slices.IndexFunc(t.Schema.Fields, func(f features.Field) bool { return f.Name == name })
		switch {
		case at < 0:
			return nil, &settingsError{fmt.Errorf("no field %q in the schema: it has %s", name, strings.Join(dividing(t), ", "))}
		case t.Columns[at].Codes == nil && t.Columns[at].Numbers == nil:
			return nil, &settingsError{fmt.Errorf("field %q cannot divide the leads: name a category, a yes or no, or a number that the schema uses: %s", name, strings.Join(dividing(t), ", "))}
		}
		fields = append(fields, at)
	}
	return fields, nil
}

func dividing(t *features.Table) (names []string) {
	for i := range t.Columns {
		if t.Columns[i].Codes != nil || t.Columns[i].Numbers != nil {
			names = append(names, t.Schema.Fields[i].Name)
		}
	}
	return names
}

// mostDivisions is the number of fields that the leads are divided by where the caller names none.
const mostDivisions = 3

// mostTelling are the categories of few values that the model's scores of these leads vary by most.
func mostTelling(l *comparison.Leads, t *features.Table) []int {
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
	for _, one := range list[:min(mostDivisions, len(list))] {
		fields = append(fields, one.field)
	}
	return fields
}

// fewValues says that a category has 2 to 12 values among the leads.
func fewValues(c *features.Column, rows []int32) bool {
	seen := map[uint32]bool{}
	for _, row := range rows {
		if seen[c.Codes[row]] = true; len(seen) > mostSegmentLevels {
			return false
		}
	}
	return len(seen) > 1
}

// divideBy labels the leads by a field: a category's values, or the fourths of a number.
func divideBy(t *features.Table, field int, rows []int32) comparison.Segment {
	c, name := &t.Columns[field], t.Schema.Fields[field].Name
	labels := make([]string, len(rows))
	if c.Codes != nil {
		for k, row := range rows {
			labels[k] = c.Levels[c.Codes[row]]
		}
		return comparison.NewSegment(name, labels)
	}
	cuts := fourths(c.Numbers, rows)
	s := comparison.Segment{Field: name, Of: make([]int, len(rows))}
	for k := range cuts {
		s.Levels = append(s.Levels, rangeWords(cuts, k))
	}
	s.Levels = append(s.Levels, "missing")
	for k, row := range rows {
		v := c.Numbers[row]
		if s.Of[k] = len(cuts); !math.IsNaN(v) {
			s.Of[k] = sort.Search(len(cuts), func(i int) bool { return cuts[i] > v }) - 1
		}
	}
	return s
}

// fourths are the least values of up to four runs of about as many leads each.
func fourths(numbers []float64, rows []int32) []float64 {
	var values []float64
	for _, row := range rows {
		if !math.IsNaN(numbers[row]) {
			values = append(values, numbers[row])
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
