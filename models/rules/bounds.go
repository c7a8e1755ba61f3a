package rules

import "fmt"

// thresholds reads when a lead is marketing-qualified and reports thresholds above what a cap allows.
func (p *parser) thresholds(doc *document) {
	t := doc.Thresholds.MQL
	if t == nil {
		return
	}
	b := p.book
	line := func(k string) int { return p.positions.Line("thresholds", "mql", k) }
	read := func(key string, points *float64) *Milli {
		if points == nil {
			return nil
		}
		m := p.amount(line(key), "thresholds.mql."+key, *points)
		return &m
	}
	b.mql = mql{set: true, fit: read("fit", t.Fit), engagement: read("engagement", t.Engagement), total: read("total", t.Total)}
	if t.Fit == nil && t.Engagement == nil && t.Total == nil {
		p.fault(line("mql"), "thresholds.mql names no threshold", "write fit, engagement and total, such as {fit: 25, engagement: 30, total: 60}")
	}
	for i, threshold := range []*Milli{b.mql.fit, b.mql.engagement} {
		d := &b.dimensions[i]
		if threshold != nil && *threshold > d.limits.most {
			p.fault(line(string(d.name)), fmt.Sprintf("mql.%s %s can never be reached: %[1]s is capped at %[3]s", d.name, *threshold, d.limits.most),
				fmt.Sprintf("write %s or less, or raise %s.cap.max", d.limits.most, d.name))
		}
	}
}

// gradeBounds reads the grades, highest first.
func (p *parser) gradeBounds(doc *document) {
	if g := doc.Grades.Fit; g != nil {
		p.book.grades[0] = p.bounds(0, []string{"A", "B", "C"}, g.A, g.B, g.C)
	} else {
		p.book.grades[0] = p.usual(0)
	}
	if g := doc.Grades.Engagement; g != nil {
		p.book.grades[1] = p.bounds(1, []string{"1", "2", "3"}, g.First, g.Second, g.Third)
	} else {
		p.book.grades[1] = p.usual(1)
	}
}

func (p *parser) bounds(dimension int, names []string, least ...*float64) grades {
	d := &p.book.dimensions[dimension]
	var g grades
	for i, value := range least {
		line := p.positions.Line("grades", string(d.name), names[i])
		if value == nil {
			p.fault(line, fmt.Sprintf("grades.%s: the points of %s are missing", d.name, names[i]), "write the least points of each of "+fmt.Sprint(names))
			continue
		}
		g[i] = p.amount(line, "grades."+string(d.name)+"."+names[i], *value)
		if i > 0 && least[i-1] != nil && g[i] >= g[i-1] {
			p.fault(line, fmt.Sprintf("grades.%s: %s from %s is not below %s from %s", d.name, names[i], g[i], names[i-1], g[i-1]), "write falling points")
		}
		if g[i] > d.limits.most {
			p.fault(line, fmt.Sprintf("grade %s from %s can never be reached: %s is capped at %s", names[i], g[i], d.name, d.limits.most),
				fmt.Sprintf("write %s or less, or raise %s.cap.max", d.limits.most, d.name))
		}
	}
	return g
}

// usual are the grades of a book that names none: three quarters, half and a quarter of the most that the dimension can
// reach.
func (p *parser) usual(dimension int) grades {
	most := p.book.dimensions[dimension].reach()
	if most <= 0 {
		most = 4 * onePoint
	}
	return grades{most * 3 / 4, most / 2, most / 4}
}

// reach is the most that a dimension can reach: the sum of what its rules can give under their caps. A rule without bound
// counts as ten events.
func (d *dimension) reach() Milli {
	const unboundedEvents = 10
	inGroup := make([]Milli, len(d.groups))
	var sum Milli
	for i := range d.rules {
		r := &d.rules[i]
		most := max(r.points, 0)
		if !r.once {
			times := r.atMost
			if times == 0 {
				times = unboundedEvents
			}
			most *= Milli(times)
		}
		if r.group >= 0 {
			inGroup[r.group] += most
		} else {
			sum += most
		}
	}
	for i := range d.groups {
		sum += min(inGroup[i], d.groups[i].limits.most)
	}
	return min(sum, d.limits.most)
}

// unbounded says whether events without end can raise the dimension without end.
func (d *dimension) unbounded() bool {
	if d.limits.most != noMost {
		return false
	}
	for i := range d.rules {
		r := &d.rules[i]
		if r.points > 0 && !r.once && r.atMost == 0 && (r.group < 0 || d.groups[r.group].limits.most == noMost) {
			return true
		}
	}
	return false
}
