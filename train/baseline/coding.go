package baseline

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// coding turns the columns of a lead into small whole numbers, fitted on past leads. golearn's trees try every distinct value
// of a column, at a cost of one pass over the leads each, and its naive Bayes needs yes-no columns: few codes keep
// both fast.
type coding struct {
	columns []columnCoding
}

// columnCoding is the coding of one column. Code 0 stands for missing, 1 to size−1 for bins or levels.
//
//	numbers     quantile bins in ascending order
//	categories  levels by ascending win rate, drawn towards the overall rate by ten leads; a value that is not among
//	            the kept levels counts as the level next to the overall rate. For one split of a tree this order is as good
//	            as trying all subsets: Breiman et al., Classification and Regression Trees (1984), theorem 4.5.
type columnCoding struct {
	cuts   []float64      // of numbers, ascending
	levels map[string]int // of categories
	unseen int            // code of a category's other values
	size   int            // number of codes, code 0 included
}

// priorLeads is the weight of the overall win rate in the win rate of a category's level.
const priorLeads = 10

// fitCoding codes each column in at most bins values and missing; bins ≥ 2.
func fitCoding(past Data, bins int) coding {
	var c coding
	for _, column := range past.Columns {
		if column.Numbers != nil {
			c.columns = append(c.columns, codeNumbers(column.Numbers, bins))
		} else {
			c.columns = append(c.columns, codeTexts(column.Texts, past.Won, bins))
		}
	}
	return c
}

// codeNumbers cuts at quantiles, between distinct values.
func codeNumbers(values []float64, bins int) columnCoding {
	sorted := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(sorted)
	var cuts []float64
	for b := 1; b < bins && len(sorted) > 0; b++ {
		at := b * len(sorted) / bins
		below, _ := slices.BinarySearch(sorted, sorted[at]) // the first lead with this value
		if below == 0 {
			continue
		}
		cut := sorted[below-1] + (sorted[below]-sorted[below-1])/2
		if len(cuts) == 0 || cuts[len(cuts)-1] < cut {
			cuts = append(cuts, cut)
		}
	}
	return columnCoding{cuts: cuts, size: len(cuts) + 2}
}

// codeTexts keeps the most frequent levels.
func codeTexts(values []string, won []bool, bins int) columnCoding {
	type level struct {
		text        string
		leads, wins float64
		rate        float64
	}
	byText, wins := map[string]*level{}, 0.0
	for i, text := range values {
		l := byText[text]
		if l == nil {
			l = &level{text: text}
			byText[text] = l
		}
		l.leads++
		if won[i] {
			l.wins++
			wins++
		}
	}
	delete(byText, "") // missing has its own code
	overall := wins / float64(len(values))
	var levels []*level
	for _, l := range byText {
		l.rate = (l.wins + priorLeads*overall) / (l.leads + priorLeads)
		levels = append(levels, l)
	}
	slices.SortFunc(levels, func(a, b *level) int {
		return cmp.Or(cmp.Compare(b.leads, a.leads), cmp.Compare(a.text, b.text))
	})
	levels = levels[:min(len(levels), bins)]
	slices.SortFunc(levels, func(a, b *level) int {
		return cmp.Or(cmp.Compare(a.rate, b.rate), cmp.Compare(a.text, b.text))
	})
	c := columnCoding{levels: map[string]int{}, size: len(levels) + 1}
	for i, l := range levels {
		c.levels[l.text] = i + 1
		if l.rate <= overall {
			c.unseen = i + 1
		}
	}
	c.unseen = min(max(c.unseen, 1), c.size-1)
	return c
}

// rows codes every lead: one row a lead, one code a column, in [0, size).
func (c coding) rows(d Data) [][]float64 {
	rows := make([][]float64, d.Len())
	for i := range rows {
		rows[i] = make([]float64, len(c.columns))
		for j, column := range c.columns {
			rows[i][j] = float64(column.code(d.Columns[j], i))
		}
	}
	return rows
}

func (c columnCoding) code(column Column, row int) int {
	if column.Numbers != nil {
		v := column.Numbers[row]
		if math.IsNaN(v) {
			return 0
		}
		return 1 + sort.SearchFloat64s(c.cuts, v)
	}
	text := column.Texts[row]
	if text == "" {
		return 0
	}
	if code, ok := c.levels[text]; ok {
		return code
	}
	return c.unseen
}
