package rules

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"

	"leadscore/features"
)

// parser turns the document into a book and collects all that is wrong with it.
type parser struct {
	file      string
	positions *features.YAMLPositions
	env       *cel.Env
	book      *Book
	ids       map[string]int // id → line where it was first used
	faults    features.Faults
	warnings  []string
}

// Limits of a book.
const (
	mostRules    = 5000
	longestText  = 400 // characters of a reason or a name
	mostAtLeast  = 1_000_000
	idPattern    = `^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$`
	nameFallback = "write letters, digits, - and _, such as starter"
)

var validID = regexp.MustCompile(idPattern)

func (p *parser) fault(line int, problem, want string) {
	p.faults.Add(&features.FieldError{File: p.file, Line: line, Problem: problem, Want: want})
}

func (p *parser) warning(line int, format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf("%s: line %d: ", p.file, line)+fmt.Sprintf(format, args...))
}

func (p *parser) document(doc *document) {
	if doc.Version != 1 {
		p.fault(p.positions.Line("version"), fmt.Sprintf("version %d is not known", doc.Version), "write version: 1")
	}
	if !validID.MatchString(doc.Name) {
		p.fault(p.positions.Line("name"), fmt.Sprintf("%q is no name for a book", doc.Name), nameFallback)
	}
	n := len(doc.Fit.Rules) + len(doc.Engagement.Rules) + len(doc.Exclude) + len(doc.FastLane) + len(doc.Require) + len(doc.OrderGuard)
	if n > mostRules {
		p.fault(0, fmt.Sprintf("%d rules", n), fmt.Sprintf("keep at most %d", mostRules))
		return
	}
	b := p.book
	b.dimensions[0] = p.dimension(Fit, &doc.Fit)
	b.dimensions[1] = p.dimension(Engagement, &doc.Engagement)
	for k, list := range [gateLists][]gateText{doc.Exclude, doc.FastLane, doc.Require, doc.OrderGuard} {
		b.gates[k] = p.gates(gateKeys[k], list)
	}
	p.thresholds(doc)
	p.gradeBounds(doc)
	b.weights = [2]Milli{p.weight("fit_weight", doc.Total.FitWeight), p.weight("engagement_weight", doc.Total.EngagementWeight)}
	if b.weights[0] == 0 && b.weights[1] == 0 {
		p.fault(p.positions.Line("total"), "both weights are 0", "give at least one dimension a weight")
	}
}

func (p *parser) dimension(name Dimension, text *dimensionText) dimension {
	key := string(name)
	d := dimension{name: name, line: p.positions.Line(key), limits: p.limits(name.what(), text.Cap, key, "cap")}
	for _, g := range slices.Sorted(maps.Keys(text.Groups)) {
		d.groups = append(d.groups, group{name: g, line: p.positions.Line(key, "groups", g),
			limits: p.limits("group "+g, text.Groups[g], key, "groups", g)})
	}
	for i := range text.Rules {
		r := p.rule(&d, text, &text.Rules[i], func(k string) int { return p.positions.Line(key, "rules", i, k) })
		if r.group >= 0 {
			d.groups[r.group].members = append(d.groups[r.group].members, len(d.rules))
		}
		d.rules = append(d.rules, r)
	}
	return d
}

func (d Dimension) what() string { return string(d) }

func (p *parser) limits(what string, c capText, path ...any) limits {
	l := limits{noLeast, noMost}
	line := func(k string) int { return p.positions.Line(append(slices.Clone(path), k)...) }
	if c.Min != nil {
		l.least = p.amount(line("min"), what+": min", *c.Min)
		if l.least > 0 {
			p.fault(line("min"), fmt.Sprintf("%s: min %s is above 0, the points of a lead for which nothing fires", what, l.least), "write 0 or less")
		}
	}
	if c.Max != nil {
		l.most = p.amount(line("max"), what+": max", *c.Max)
		if l.most < 0 {
			p.fault(line("max"), fmt.Sprintf("%s: max %s is below 0, the points of a lead for which nothing fires", what, l.most), "write 0 or more")
		}
	}
	return l
}

// amount checks a number of points: at most three decimals, so that a sum by hand comes out the same.
func (p *parser) amount(line int, what string, points float64) Milli {
	if math.Abs(points) > mostPoints {
		p.fault(line, fmt.Sprintf("%s: %g is out of range", what, points), fmt.Sprintf("write a number between -%[1]g and %[1]g", float64(mostPoints)))
		return 0
	}
	m := milli(points)
	if m.Points() != points {
		p.fault(line, fmt.Sprintf("%s: %g has more than three decimals", what, points), fmt.Sprintf("write %s", m))
	}
	return m
}

func (p *parser) rule(d *dimension, text *dimensionText, t *ruleText, line func(string) int) rule {
	g := p.gate("rule", &gateText{ID: t.ID, Reason: t.Reason, When: t.When, Event: t.Event, AtLeast: t.AtLeast,
		Within: inherit(t.Within, text.Within), First: t.First, After: t.After, AfterEvents: t.AfterEvents}, t.Within != nil, line)
	r := rule{gate: g, giver: &Giver{ID: t.ID, Dimension: d.name, Group: t.Group, Reason: t.Reason}, group: -1, once: t.Event == nil || t.AtLeast != nil}
	what := "rule " + t.ID
	switch {
	case t.Points == nil:
		p.fault(line("id"), what+": points are missing", "write points: 10, or -10 to deduct")
	default:
		r.points = p.amount(line("points"), what+": points", *t.Points)
	}
	if t.Group != "" {
		r.group = slices.IndexFunc(d.groups, func(g group) bool { return g.name == t.Group })
		if r.group < 0 {
			var known []string
			for i := range d.groups {
				known = append(known, d.groups[i].name)
			}
			p.fault(line("group"), fmt.Sprintf("%s: group %s is not under %s.groups", what, t.Group, d.name), didYouMean(t.Group, known))
		}
	}
	p.repetition(&r, t, what, line)
	if !r.once && r.events != nil {
		if h := inherit(t.HalfLife, text.HalfLife); h != nil {
			r.decay = halfLife(h.Micros)
		}
	}
	return r
}

// inherit is the rule's own span, or else the dimension's.
func inherit(own, dimension *spanText) *spanText {
	if own != nil {
		return own
	}
	return dimension
}

// repetition checks the keys that say how often a rule counts.
func (p *parser) repetition(r *rule, t *ruleText, what string, line func(string) int) {
	if t.Event == nil {
		if t.AtMost != nil {
			p.fault(line("at_most"), what+": at_most without event", "name an event, or remove at_most")
		}
		if t.HalfLife != nil {
			p.fault(line("half_life"), what+": half_life without event", "name an event, or remove half_life")
		}
		return
	}
	if t.AtMost != nil {
		r.atMost = *t.AtMost
		if r.atMost <= 0 {
			p.fault(line("at_most"), fmt.Sprintf("%s: at_most %d counts no event", what, r.atMost), "write 1 or more, or leave at_most out to count all")
		}
	}
	if t.AtLeast == nil {
		return
	}
	if t.AtMost != nil {
		p.fault(line("at_most"), what+": at_most with at_least", "at_least gives the points once; remove one of them")
	}
	if t.HalfLife != nil && t.HalfLife.Micros != 0 {
		p.fault(line("half_life"), what+": half_life with at_least", "at_least gives the points once; bound it by within instead")
	}
}

// gate reads what rules and the other lists share. OwnWithin says that within stands in the rule itself.
func (p *parser) gate(kind string, t *gateText, ownWithin bool, line func(string) int) gate {
	g := gate{id: t.ID, reason: t.Reason, line: line("id"), atLeast: 1,
		reasons: [unasked]string{no: "not met: " + t.Reason, unjudged: "cannot be judged: " + t.Reason}}
	what := kind + " " + t.ID
	p.identify(&g, kind, line)
	if strings.TrimSpace(t.Reason) == "" {
		p.fault(line("reason"), what+": the reason is missing", "say in words why, as people will read it: reason: 50 employees or more")
	} else if len([]rune(t.Reason)) > longestText || strings.ContainsFunc(t.Reason, unicode.IsControl) {
		p.fault(line("reason"), what+": the reason is too long or has control characters", fmt.Sprintf("write one line of at most %d characters", longestText))
	}
	if t.When == "" && t.Event == nil {
		p.fault(line("id"), what+": neither when nor event", "write when: lead.employees >= 50, or event: pricing_page")
	}
	if t.When != "" {
		g.when = p.condition(what, t.When, line("when"))
	}
	if t.Event == nil {
		p.eventKeys(t, what, ownWithin, line)
		return g
	}
	g.events = &selector{names: t.Event, first: t.First, after: t.After}
	if t.Within != nil {
		g.events.within = t.Within.Micros
	}
	if t.AtLeast != nil {
		g.atLeast = *t.AtLeast
		if g.atLeast < 1 || g.atLeast > mostAtLeast {
			p.fault(line("at_least"), fmt.Sprintf("%s: at_least %d", what, g.atLeast), "write 1 or more")
		}
	}
	if t.AfterEvents != nil {
		g.events.afterEvents = *t.AfterEvents
		if g.events.afterEvents < 1 || g.events.afterEvents > mostAtLeast {
			p.fault(line("after_events"), fmt.Sprintf("%s: after_events %d", what, g.events.afterEvents), "write 1 or more")
		}
	}
	if t.First && (t.After != nil || t.AfterEvents != nil) {
		p.fault(line("first"), what+": first with after: the very first event comes after none", "remove one of them")
	}
	if t.First && g.atLeast > 1 {
		p.fault(line("at_least"), what+": only one event is the very first", "remove at_least or first")
	}
	return g
}

func (p *parser) identify(g *gate, kind string, line func(string) int) {
	if !validID.MatchString(g.id) {
		p.fault(line("id"), fmt.Sprintf("%s: %q is no id", kind, g.id), "write id: with letters, digits, - and _, such as company-size")
		return
	}
	if first, ok := p.ids[g.id]; ok {
		p.fault(line("id"), fmt.Sprintf("%s %s: the id is already on line %d", kind, g.id, first), "give each an id of its own")
		return
	}
	p.ids[g.id] = line("id")
}

// eventKeys reports keys that need an event.
func (p *parser) eventKeys(t *gateText, what string, ownWithin bool, line func(string) int) {
	for key, set := range map[string]bool{"at_least": t.AtLeast != nil, "within": ownWithin && t.Within != nil,
		"first": t.First, "after": t.After != nil, "after_events": t.AfterEvents != nil} {
		if set {
			p.fault(line(key), what+": "+key+" without event", "name an event, or remove "+key)
		}
	}
}

func (p *parser) condition(what, text string, line int) *condition {
	c, faults := compileCondition(p.env, p.book.schema, text)
	several := strings.Contains(text, "\n") // a block: its first line is below the key
	for _, f := range faults {
		at := line
		if several {
			at += f.line
		}
		p.faults.Add(&features.FieldError{File: p.file, Line: at, Want: f.want,
			Problem: fmt.Sprintf("%s: when: column %d: %s", what, f.column, f.problem)})
	}
	return c
}

func (p *parser) gates(key string, texts []gateText) []gate {
	var all []gate
	for i := range texts {
		line := func(k string) int { return p.positions.Line(key, i, k) }
		all = append(all, p.gate(key, &texts[i], texts[i].Within != nil, line))
	}
	return all
}

func (p *parser) weight(key string, w *float64) Milli {
	if w == nil {
		return onePoint
	}
	line := p.positions.Line("total", key)
	if *w < 0 || *w > 100 {
		p.fault(line, fmt.Sprintf("%s %g is out of range", key, *w), "write a number from 0 to 100")
		return 0
	}
	return p.amount(line, key, *w)
}
