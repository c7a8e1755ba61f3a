package funnel

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"leadscore/features"
)

// noSource is the name of leads that say none.
const noSource = "(none)"

// ways counts leads and won value by how they came to sales.
func (f *follower) ways() {
	ways := []Way{ByFastLane, ByHandOver, ByItself, Never}
	rows := make([]WayRow, len(ways))
	for k, way := range ways {
		rows[k].Way, rows[k].Value = way, f.noValue()
	}
	for i := range f.leads {
		j := &f.leads[i]
		row := &rows[slices.Index(ways, j.way)]
		row.Leads++
		if j.closed != none {
			row.Closed++
		}
		if j.outcome == features.Won {
			row.Won++
			f.addValue(row.Value, j)
		}
	}
	for k := range rows {
		rows[k].Rate = rateOf(rows[k].Won, rows[k].Closed)
	}
	f.out.Ways = rows
}

// noValue is a sum of values to begin with; nil where the schema names no value.
func (f *follower) noValue() *float64 {
	if f.in.Table.DealValue == nil {
		return nil
	}
	return new(float64)
}

// addValue adds a won lead's value, if it has one.
func (f *follower) addValue(to *float64, j *journey) {
	if values := f.in.Table.DealValue; values != nil && !math.IsNaN(values.At(int(j.row))) {
		*to += values.At(int(j.row))
	}
}

// column is the place of a column among the table's fields; below 0: not read.
func (f *follower) column(name string) int { return slices.Index(f.p.Columns(), name) }

func (f *follower) sourceOf(j *journey, column int) string {
	c := &f.in.Table.Columns[column]
	if name := c.Levels[c.Codes.At(int(j.row))]; name != "" {
		return name
	}
	return noSource
}

// sources counts leads by source and says what each stage of them cost.
func (f *follower) sources() {
	column := f.column(f.p.Source)
	if column < 0 {
		return
	}
	hand, costs := f.p.handOver(), f.in.Costs.between(f.in.Since, f.asOf)
	rows, paid := map[string]*SourceRow{}, map[string]*[4]float64{} // leads, handed over, next, won of the months with costs
	row := func(name string) *SourceRow {
		if rows[name] == nil {
			rows[name], paid[name] = &SourceRow{Source: name, Value: f.noValue()}, &[4]float64{}
		}
		return rows[name]
	}
	for i := range f.leads {
		j := &f.leads[i]
		name := f.sourceOf(j, column)
		r, counts := row(name), [4]bool{true, j.handedOver(), j.reached[hand+1] != none, j.reached[hand+1] != none && j.outcome == features.Won}
		for k, into := range []*int{&r.Leads, &r.Qualified, &r.Next, &r.Won} {
			if counts[k] {
				*into++
			}
			if counts[k] && costs.has(name, j.created) {
				paid[name][k]++
			}
		}
		if j.outcome == features.Won {
			f.addValue(r.Value, j)
		}
	}
	for name, cost := range costs.sums() {
		row(name).Cost = &cost
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		r := rows[name]
		for k, into := range []**float64{&r.PerLead, &r.PerQualified, &r.PerNext, &r.PerWon} {
			if r.Cost != nil && paid[name][k] > 0 {
				price := *r.Cost / paid[name][k]
				*into = &price
			}
		}
		f.out.Sources = append(f.out.Sources, *r)
	}
	slices.SortStableFunc(f.out.Sources, func(a, b SourceRow) int { return cmp.Compare(b.Leads, a.Leads) })
}

// needs says how often the columns that must be filled by a stage are, of the leads that have reached it. The file has their values as they are now.
func (f *follower) needs() {
	for k, stage := range f.p.stageNames() {
		columns := f.p.Needs[stage]
		if len(columns) == 0 {
			continue
		}
		list, places := make([]Need, len(columns)+1), make([]int, len(columns))
		for c, column := range columns {
			places[c] = f.column(column)
		}
		for i := range f.leads {
			j := &f.leads[i]
			if j.reached[k] == none {
				continue
			}
			all := true
			for c := range columns {
				filled := f.in.Table.Columns[places[c]].Codes.At(int(j.row)) != 0
				all = all && filled
				list[c].add(filled)
			}
			list[len(columns)].add(all)
		}
		for c := range list {
			n := &list[c]
			if n.Stage = stage; c < len(columns) {
				n.Column = columns[c]
			}
			n.Rate = rateOf(n.Filled, n.Leads)
		}
		f.out.Needs = append(f.out.Needs, list...)
	}
}

func (n *Need) add(filled bool) {
	n.Leads++
	if filled {
		n.Filled++
	}
}
