package rules

import "leadscore/features"

// Amount is what one rule gave a lead, without words: for many leads and statistics over them. Amounts are in points.
type Amount struct {
	Fired   bool
	Judged  bool    // false: the lead lacks a value that the rule needs
	Times   int     // events that counted; 0 for a rule that is not about events
	Decayed float64 // before caps
	Counted float64 // after caps
}

// Sums are a lead's points and what follows from them.
type Sums struct {
	Points, Fit, Engagement float64
	Qualification           Qualification
}

// Amounts scores a lead and appends to into what each rule gave, in the order of [Book.Rules]. The numbers are those of
// [Book.Score].
func (b *Book) Amounts(s *features.Snapshot, into []Amount) ([]Amount, Sums) {
	m := b.moment(s)
	defer b.release(m)
	t := b.evaluate(m)
	for d := range b.dimensions {
		for i := range b.dimensions[d].rules {
			o := &m.scratch.outcomes[d][i]
			into = append(into, Amount{Fired: o.truth == yes, Judged: o.truth != unjudged, Times: o.times,
				Decayed: o.decayed.Points(), Counted: m.scratch.counted[d][i].Points()})
		}
	}
	return into, Sums{t.total.Points(), t.sums[0].Points(), t.sums[1].Points(), b.qualify(m, t).qualification}
}

// Thresholds are the least points of a marketing-qualified lead; nil is not asked for.
type Thresholds struct {
	Fit        *float64 `json:"fit,omitempty"`
	Engagement *float64 `json:"engagement,omitempty"`
	Total      *float64 `json:"total,omitempty"`
}

// Thresholds are the book's; none are set where all are nil.
func (b *Book) Thresholds() Thresholds {
	points := func(m *Milli) *float64 {
		if m == nil {
			return nil
		}
		p := m.Points()
		return &p
	}
	return Thresholds{points(b.mql.fit), points(b.mql.engagement), points(b.mql.total)}
}

// Weights are the dimensions' weights in the total.
func (b *Book) Weights() (fit, engagement float64) {
	return b.weights[0].Points(), b.weights[1].Points()
}

// Limit is the most and the least that a dimension may reach, or a group of it; nil is no bound.
type Limit struct {
	Dimension Dimension `json:"dimension"`
	Group     string    `json:"group,omitempty"` // empty: the dimension's own
	Least     *float64  `json:"least,omitempty"`
	Most      *float64  `json:"most,omitempty"`
}

// Limits lists the book's caps, a dimension's groups before its own.
func (b *Book) Limits() []Limit {
	var list []Limit
	add := func(d Dimension, group string, l limits) {
		limit := Limit{Dimension: d, Group: group}
		if l.least != noLeast {
			p := l.least.Points()
			limit.Least = &p
		}
		if l.most != noMost {
			p := l.most.Points()
			limit.Most = &p
		}
		if limit.Least != nil || limit.Most != nil {
			list = append(list, limit)
		}
	}
	for i := range b.dimensions {
		d := &b.dimensions[i]
		for _, g := range d.groups {
			add(d.name, g.name, g.limits)
		}
		add(d.name, "", d.limits)
	}
	return list
}
