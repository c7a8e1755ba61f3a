package profile

import (
	"math"
	"testing"

	"leadscore/features"
)

// ranged is a number's column with so many decided leads a range, won at the rates given.
func ranged(leads int, rates ...float64) *Column {
	c := &Column{Kind: features.Number, look: &look{kind: features.Number}, strength: &strength{}}
	for i, rate := range rates {
		won := int(math.Round(rate * float64(leads)))
		c.strength.bins = append(c.strength.bins, bin{low: float64(i), high: float64(i + 1), won: won, lost: leads - won})
	}
	c.strength.bins = append(c.strength.bins, bin{missing: true, won: leads, lost: 0})
	return c
}

// A direction is mentioned only where each step goes the same way and the whole way is no chance.
func TestDirection(t *testing.T) {
	category := ranged(500, 0.1, 0.2, 0.3)
	category.Kind = features.Category
	for name, c := range map[string]struct {
		column *Column
		want   features.Direction
	}{
		"rises":          {ranged(500, 0.1, 0.15, 0.2, 0.3), features.Up},
		"falls":          {ranged(500, 0.4, 0.3, 0.3, 0.1), features.Down},
		"turns":          {ranged(500, 0.1, 0.3, 0.2, 0.4), ""},
		"by chance":      {ranged(50, 0.1, 0.14, 0.16, 0.2), ""},
		"too few leads":  {ranged(20, 0.1, 0.5, 0.9), ""},
		"two ranges":     {ranged(500, 0.1, 0.4), ""},
		"many, merged":   {ranged(500, 0.1, 0.12, 0.11, 0.2, 0.19, 0.25, 0.3, 0.28, 0.33, 0.4), features.Up},
		"not a number":   {category, ""},
		"level all over": {ranged(500, 0.2, 0.2, 0.2), ""},
	} {
		if way, words := c.column.direction(); way != c.want || (words == "") != (way == "") {
			t.Errorf("%s: %q, %q; want %q", name, way, words, c.want)
		}
	}
}
