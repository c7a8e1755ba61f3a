package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// warn looks for what is allowed but has no effect, or not the one that was meant.
func (p *parser) warn() {
	b := p.book
	for d := range b.dimensions {
		p.warnRules(&b.dimensions[d])
	}
	for list := range b.gates {
		for i := range b.gates[list] {
			g := &b.gates[list][i]
			p.warnCondition(gateKeys[list]+" "+g.id, g)
			if list == fastLane {
				p.warnExcluded("fast_lane "+g.id, g)
			}
		}
	}
	p.warnTwice()
	p.warnThresholds()
	slices.SortStableFunc(p.warnings, func(a, b string) int { return warningLine(a) - warningLine(b) })
}

func warningLine(w string) (line int) {
	if _, after, ok := strings.Cut(w, ": line "); ok {
		_, _ = fmt.Sscan(strings.TrimRight(strings.SplitN(after, ":", 2)[0], ":"), &line)
	}
	return line
}

func (p *parser) warnRules(d *dimension) {
	for i := range d.rules {
		r := &d.rules[i]
		what := "rule " + r.id
		if r.points == 0 {
			p.warning(r.line, "%s gives 0 points and so has no effect; remove it or give it points", what)
		}
		limits, whose := d.limits, string(d.name)
		if r.group >= 0 {
			if g := &d.groups[r.group]; g.limits.blocks(r.points) {
				limits, whose = g.limits, "group "+g.name
			}
		}
		if limits.blocks(r.points) {
			p.warning(r.line, "%s: its points never count: %s is capped at 0 on that side", what, whose)
		}
		p.warnCondition(what, &r.gate)
		p.warnExcluded(what, &r.gate)
	}
	for i := range d.groups {
		if len(d.groups[i].members) == 0 {
			p.warning(d.groups[i].line, "group %s has no rules", d.groups[i].name)
		}
	}
	if d.unbounded() {
		p.warning(d.line, "%s can grow without end: some rules count every event and nothing caps them; add at_most or a cap", d.name)
	}
}

// blocks says that points of this sign can never count.
func (l limits) blocks(points Milli) bool {
	return points > 0 && l.most == 0 || points < 0 && l.least == 0
}

// warnCondition reports a condition that is the same for all leads.
func (p *parser) warnCondition(what string, g *gate) {
	if g.when == nil {
		return
	}
	var seen [unasked]bool
	if !tryCases(p.book.schema, []*condition{g.when}, func(t []truth) { seen[t[0]] = true }) {
		return
	}
	switch {
	case !seen[yes]:
		p.warning(g.line, "%s can never be true, whatever the lead: %s", what, oneLine(g.when.text))
	case !seen[no] && !seen[unjudged]:
		p.warning(g.line, "%s is true for every lead: %s", what, oneLine(g.when.text))
	case !seen[no]:
		p.warning(g.line, "%s is true for every lead that has the value: %s", what, oneLine(g.when.text))
	}
}

// warnExcluded reports what holds only for leads that an exclude rule takes out.
func (p *parser) warnExcluded(what string, g *gate) {
	if g.when == nil {
		return
	}
	for i := range p.book.gates[exclude] {
		out := &p.book.gates[exclude][i]
		if out.when == nil || out.events != nil || !g.when.sharesValue(out.when) {
			continue
		}
		fires, escapes := false, false
		tried := tryCases(p.book.schema, []*condition{g.when, out.when}, func(t []truth) {
			fires = fires || t[0] == yes
			escapes = escapes || t[0] == yes && t[1] != yes
		})
		if tried && fires && !escapes {
			p.warning(g.line, "%s fires only for leads that %s (line %d) excludes", what, out.id, out.line)
		}
	}
}

// warnTwice reports rules that ask the same.
func (p *parser) warnTwice() {
	first := map[string]*rule{}
	for d := range p.book.dimensions {
		for i := range p.book.dimensions[d].rules {
			r := &p.book.dimensions[d].rules[i]
			key := r.asks()
			if before, ok := first[key]; ok {
				p.warning(r.line, "rule %s asks the same as rule %s (line %d): both give points", r.id, before.id, before.line)
				continue
			}
			first[key] = r
		}
	}
}

// asks is the rule's condition in one normal form.
func (r *rule) asks() string {
	var b strings.Builder
	if r.when != nil {
		text, err := cel.ExprToString(r.when.expr, r.when.info)
		if err != nil {
			text = r.when.text
		}
		b.WriteString(text)
	}
	if s := r.events; s != nil {
		fmt.Fprintf(&b, "|%q %d %t %q %d %d %t", s.names, s.within, s.first, s.after, s.afterEvents, r.atLeast, r.once)
	}
	return b.String()
}

// warnThresholds reports thresholds and grades that the rules can never reach.
func (p *parser) warnThresholds() {
	b := p.book
	if !b.mql.set {
		p.warning(1, "there is no thresholds.mql: no lead is marketing-qualified by its points")
	}
	line := func(k string) int { return p.positions.Line("thresholds", "mql", k) }
	var total Milli
	unbounded := false
	for i, threshold := range []*Milli{b.mql.fit, b.mql.engagement} {
		d := &b.dimensions[i]
		most := d.reach()
		total += weigh(b.weights[i], most)
		unbounded = unbounded || d.unbounded()
		if b.mql.set && threshold == nil && len(d.rules) > 0 {
			p.warning(line("mql"), "thresholds.mql does not ask for %s: points of the other dimension alone can qualify a lead", d.name)
		}
		if d.unbounded() {
			continue
		}
		if threshold != nil && *threshold > most {
			p.warning(line(string(d.name)), "mql.%s %s is never reached: all rules of %[1]s together give at most %[3]s", d.name, *threshold, most)
		}
		p.warnGrades(i, most)
	}
	if b.mql.set && b.mql.reached(tally{}) {
		p.warning(line("mql"), "thresholds.mql is reached with 0 points, so by a lead of which nothing is known")
	}
	if b.mql.total != nil && *b.mql.total > total && !unbounded {
		p.warning(line("total"), "mql.total %s is never reached: all rules together give at most %s", *b.mql.total, total)
	}
}

func (p *parser) warnGrades(dimension int, most Milli) {
	d := &p.book.dimensions[dimension]
	names := [2][3]string{{"A", "B", "C"}, {"1", "2", "3"}}[dimension]
	if len(d.rules) == 0 {
		return
	}
	for i, least := range p.book.grades[dimension] {
		if least > most {
			p.warning(p.positions.Line("grades", string(d.name), names[i]), "grade %s from %s is never reached: all rules of %s together give at most %s",
				names[i], least, d.name, most)
		}
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
