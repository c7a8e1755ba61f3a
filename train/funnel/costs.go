package funnel

import (
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
		if c.bySource[cost.Source] == nil {
			c.bySource[cost.Source] = map[string]float64{}
		}
		c.bySource[cost.Source][cost.Month] += cost.Amount
	}
	return c
}

// has says that the costs of a source in the month of an instant are given.
func (c *Costs) has(source string, at features.Micros) bool {
	if c == nil {
		return false
	}
	_, ok := c.bySource[source][at.Time().Format("2006-01")]
	return ok
}

// until is what each source cost in all months that had begun by an instant.
func (c *Costs) until(asOf features.Micros) map[string]float64 {
	sums := map[string]float64{}
	if c == nil {
		return sums
	}
	last := asOf.Time().Format("2006-01")
	for source, months := range c.bySource {
		for _, month := range sortedKeys(months) { // in one order: sums of the same bits
			if month <= last {
				sums[source] += months[month]
			}
		}
	}
	return sums
}
