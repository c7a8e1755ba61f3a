package rules

import (
	"fmt"
	"slices"
	"strings"
)

// explain lists what fired, what was cut and what could not be judged.
func (b *Book) explain(m *moment, s *Score) {
	s.Fired = slices.Grow(s.Fired, b.count(m, yes))
	if n := b.count(m, unjudged); n > 0 {
		s.NotJudged = slices.Grow(s.NotJudged, n)
	}
	for d := range b.dimensions {
		b.dimensions[d].explain(m, d, s)
	}
	b.explainGates(m, s)
}

// count is how many rules came out as given.
func (b *Book) count(m *moment, is truth) (n int) {
	for d := range b.dimensions {
		for i := range m.scratch.outcomes[d] {
			if m.scratch.outcomes[d][i].truth == is {
				n++
			}
		}
	}
	return n
}

func (d *dimension) explain(m *moment, place int, s *Score) {
	for i := range d.rules {
		r, o := &d.rules[i], &m.scratch.outcomes[place][i]
		switch o.truth {
		case yes:
			before := r.points
			if !r.once {
				before *= Milli(o.times)
			}
			s.Fired = append(s.Fired, Fired{r.giver, o.times, before.Points(), o.decayed.Points(), m.scratch.counted[place][i].Points()})
		case unjudged:
			s.NotJudged = append(s.NotJudged, r.notJudged(m, string(d.name)))
		}
	}
	for g := range d.groups {
		if cut := m.scratch.groups[place][g]; cut.before != cut.after {
			s.Capped = append(s.Capped, Cap{d.name, d.groups[g].name, cut.before.Points(), cut.after.Points()})
		}
	}
	var after Milli
	for _, c := range m.scratch.counted[place] {
		after += c
	}
	if before := m.scratch.before[place]; before != after {
		s.Capped = append(s.Capped, Cap{d.name, "", before.Points(), after.Points()})
	}
}

func (g *gate) notJudged(m *moment, kind string) NotJudged {
	n := NotJudged{ID: g.id, Kind: kind}
	if g.when != nil {
		n.Missing = g.when.missing(m)
		if len(n.Missing) == 0 {
			if _, err := g.when.interpret(m); err != nil {
				n.Problem = err.Error()
			}
		}
	}
	if len(n.Missing) == 0 && n.Problem == "" && g.events != nil {
		n.Missing = onlyAsOf
	}
	return n
}

var onlyAsOf = []string{asOfVariable}

// Words says what a rule gave and how: "+20 looked at the prices (3 events, 30 points; 23.355 after decay; 20 after caps)".
func (f Fired) Words() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", milli(f.Counted).signed(), f.Reason)
	var notes []string
	if f.Times == 1 {
		notes = append(notes, "1 event")
	} else if f.Times > 1 {
		notes = append(notes, fmt.Sprintf("%d events", f.Times))
	}
	if f.Before != f.Counted {
		points := milli(f.Before).String() + " points"
		if len(notes) > 0 {
			notes[0] += ", " + points
		} else {
			notes = append(notes, points)
		}
	}
	if f.Decayed != f.Before {
		notes = append(notes, milli(f.Decayed).String()+" after decay")
	}
	if f.Counted != f.Decayed {
		notes = append(notes, milli(f.Counted).String()+" after caps")
	}
	if len(notes) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(notes, "; "))
	}
	return b.String()
}

// Words says what was cut: "group company: 55 points, at most 40".
func (c Cap) Words() string {
	what, limit := string(c.Dimension), "at most"
	if c.Group != "" {
		what = "group " + c.Group
	}
	if c.After > c.Before {
		limit = "at least"
	}
	return fmt.Sprintf("%s: %s points, %s %s", what, milli(c.Before), limit, milli(c.After))
}

// Words says what is missing: "employees, country missing".
func (n NotJudged) Words() string {
	if len(n.Missing) > 0 {
		return strings.Join(n.Missing, ", ") + " missing"
	}
	return n.Problem
}
