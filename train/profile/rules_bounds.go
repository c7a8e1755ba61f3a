package profile

import (
	"math"
	"sort"
	"strconv"

	"leadscore/features"
	"leadscore/models/rules"
)

const (
	// qualifiedShare is the share of leads that the proposed thresholds qualify: the top fifth.
	qualifiedShare = 0.2
	// scoredLeads is how many sampled leads thresholds are read from.
	scoredLeads = 5000
)

// bounds are the thresholds and grades of a starter book, in points.
type bounds struct {
	hasFit, hasEngagement bool // dimensions with rules
	qualifies             bool // thresholds were found
	fit, engagement       int
	fitGrades             [3]int
	engagementGrades      [3]int
	share, rate           float64 // of the leads that reach the thresholds, and their win rate
}

// boundsOf scores sampled leads with the book and reads thresholds and grades off; nil for a book without rules.
func (h *history) boundsOf(b *book, p *Profile) *bounds {
	parsed, err := rules.Parse("rules.yaml", h.bookText(b), &p.Schema)
	if err != nil {
		return nil // the final text is checked by the caller
	}
	rows, _ := h.pastRows()
	step := max(1, len(rows)/scoredLeads)
	var fit, engagement []float64
	var won []bool
	for i := 0; i < len(rows); i += step {
		s := h.snapshotOf(rows[i])
		_, f, e, _ := parsed.Points(&s)
		fit, engagement, won = append(fit, f), append(engagement, e), append(won, h.labels.of[rows[i]] == features.Won)
	}
	if len(fit) == 0 || len(b.fit)+len(b.events) == 0 {
		return nil
	}
	return chooseBounds(&bounds{hasFit: len(b.fit) > 0, hasEngagement: len(b.events) > 0}, fit, engagement, won)
}

// chooseBounds asks of both dimensions the same quantile, such that together about a fifth qualifies. There are no thresholds
// when nobody would be qualified by points above 0.
func chooseBounds(b *bounds, fit, engagement []float64, won []bool) *bounds {
	f, e := sorted(fit), sorted(engagement)
	nearest := math.Inf(1)
	for percentile := 99; percentile >= 1; percentile-- {
		q := float64(percentile) / 100
		c := *b
		c.qualifies = true
		c.fit, c.engagement = above(f, q), above(e, q)
		if (!b.hasFit || c.fit <= 0) && (!b.hasEngagement || c.engagement <= 0) {
			continue // a lead of which nothing is known has 0 points
		}
		n, wins := 0, 0
		for i := range fit {
			if (!b.hasFit || fit[i] >= float64(c.fit)) && (!b.hasEngagement || engagement[i] >= float64(c.engagement)) {
				n++
				if won[i] {
					wins++
				}
			}
		}
		c.share, c.rate = float64(n)/float64(len(fit)), float64(wins)/float64(max(1, n))
		if away := math.Abs(c.share - qualifiedShare); n > 0 && away < nearest {
			nearest = away
			*b = c
		}
	}
	b.fitGrades, b.engagementGrades = gradesOf(f), gradesOf(e)
	return b
}

func sorted(points []float64) []float64 {
	list := append([]float64(nil), points...)
	sort.Float64s(list)
	return list
}

// above is the quantile q of rising points, as whole points.
func above(rising []float64, q float64) int {
	return int(math.Floor(rising[min(len(rising)-1, int(q*float64(len(rising))))]))
}

// gradesOf gives a fifth the best grade, half the second or better, four fifths the third or better, falling.
func gradesOf(rising []float64) [3]int {
	g := [3]int{above(rising, 0.8), above(rising, 0.5), above(rising, 0.2)}
	g[1] = min(g[1], g[0]-1)
	g[2] = min(g[2], g[1]-1)
	return g
}

// snapshotOf is a sampled lead as a score sees it.
func (h *history) snapshotOf(row int) features.Snapshot {
	snapshot := features.Snapshot{ID: strconv.Itoa(row), AsOf: features.NoTime, Created: features.NoTime}
	if h.roles.created >= 0 {
		snapshot.Created = h.timeOf(h.roles.created, row)
	}
	at, _ := h.asOf(row)
	if at != math.MaxInt64 {
		snapshot.AsOf = at
	}
	for i := range h.columns {
		if c := &h.columns[i]; c.Role == RoleField {
			snapshot.Values = append(snapshot.Values, c.value(row))
		}
	}
	if h.events == nil {
		return snapshot
	}
	for _, e := range h.events.of[row] {
		if e.time < at {
			snapshot.Events = append(snapshot.Events, features.Event{Time: e.time, Type: h.events.types[e.typ]})
		}
	}
	if snapshot.AsOf == features.NoTime && len(snapshot.Events) > 0 {
		snapshot.AsOf = snapshot.Events[len(snapshot.Events)-1].Time + 1
	}
	return snapshot
}

// value is what a score sees of the field of one sampled lead.
func (c *Column) value(row int) features.Value {
	l := c.look
	code := l.column.codes[row]
	if !c.Use || l.missing[code] {
		return features.Value{Missing: true}
	}
	switch l.kind {
	case features.Number, features.Boolean:
		return features.Value{Number: l.number[code]}
	case features.Date:
		return features.Value{Time: l.time[code]}
	case features.Email:
		return features.Value{Text: features.EmailKind(l.values[code])}
	}
	return features.Value{Text: l.values[code]}
}
