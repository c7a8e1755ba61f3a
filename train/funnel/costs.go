package funnel

import (
	"maps"
	"slices"
	"time"

	"leadscore/features"
)

// Costs is what sources cost by month.
type Costs struct {
	bySource map[string]map[string]float64
}

// NewCosts adds up the costs of each source and month.
func NewCosts(list []features.Cost) *Costs {
	c := &Costs{map[string]map[string]float64{}}
	for _, cost := range list {
		c.add(cost.Source, cost.Month, cost.Amount)
	}
	return c
}

func (c *Costs) add(source, month string, amount float64) {
	if c.bySource[source] == nil {
		c.bySource[source] = map[string]float64{}
	}
	c.bySource[source][month] += amount
}

// between are the costs of the months that begin from one instant to another. A month that had begun before since was spent on leads that are not looked at, too.
func (c *Costs) between(since, asOf features.Micros) *Costs {
	kept := NewCosts(nil)
	if c == nil {
		return kept
	}
	for source, months := range c.bySource {
		for month, amount := range months {
			begins, _ := time.Parse("2006-01", month)
			if at := features.MicrosOf(begins); since <= at && at <= asOf {
				kept.add(source, month, amount)
			}
		}
	}
	return kept
}

// has says that the costs of a source in the month of an instant are given.
func (c *Costs) has(source string, at features.Micros) bool {
	_, ok := c.bySource[source][at.Time().Format("2006-01")]
	return ok
}

// sums is what each source cost.
func (c *Costs) sums() map[string]float64 {
	sums := map[string]float64{}
	for source, months := range c.bySource {
		for _, month := range slices.Sorted(maps.Keys(months)) { // in one order: sums of the same bits
			sums[source] += months[month]
		}
	}
	return sums
}
