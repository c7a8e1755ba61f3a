package profile

import (
	"fmt"
	"sort"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/leakage"
)

// When a column that is no shadow is left out all the same.
const (
	// leastCovered is the share of rows in values that enough leads share.
	leastCovered = 0.2
	// fewLeads is the number of rows below which nothing is said of near-unique values.
	fewLeads = 10
	// mostShown is how many values a column's profile lists.
	mostShown = 8
)

// describeColumns decides the role, strength, suspicions and use of every column.
func (h *history) describeColumns() {
	r := &h.roles
	var closed *look
	if r.closed >= 0 {
		closed = h.looks[r.closed]
	}
	for i, l := range h.looks {
		least := sharedBy(h.sample.len())
		if i == r.outcome {
			least = 1 // a rare win is no other value
		}
		s := measure(l, h.labels, least)
		if i == r.outcome {
			sort.SliceStable(s.bins, func(a, b int) bool { return s.bins[a].meaning() < s.bins[b].meaning() })
		}
		c := Column{Name: l.name, Role: RoleField, Kind: l.kind, Missing: l.missingShare(), Distinct: l.distinct, Why: l.why,
			Values: shown(l, s), look: l, strength: s}
		if s.Known && l.distinct > 0 {
			c.AUC, c.Information = &s.AUC.Value, &s.Information.Value
		}
		switch i {
		case r.id:
			c.Role, c.Why, c.Values, c.AUC, c.Information = RoleID, describeID(l), nil, nil, nil
		case r.outcome:
			c.Role, c.Why, c.AUC, c.Information = RoleOutcome, "won and lost", nil, nil
		case r.created:
			c.Role, c.Why = RoleCreated, "when the lead came: "+l.why
		case r.closed:
			c.Role, c.Why = RoleClosed, "when the deal was decided: "+l.why
		case r.account:
			c.Role, c.Why = RoleAccount, "the company: leads of one company stay together when the history is split"
			c.Suspicions = h.suspect(l, s, nil)
		default:
			h.describeField(&c, closed)
		}
		h.columns = append(h.columns, c)
	}
	h.chooseValueColumn()
	h.keepSomething()
	h.nameFields()
}

func describeID(l *look) string {
	if n := l.filled - l.distinct; n > 0 {
		return fmt.Sprintf("identifies the lead, but %d rows repeat an id", n)
	}
	return "a value of its own in every row"
}

// describeField decides whether a score may use a column.
func (h *history) describeField(c *Column, closed *look) {
	c.Suspicions = h.suspect(c.look, c.strength, closed)
	why := useless(c.look, h.sample.len())
	switch {
	case leakage.Worst(c.Suspicions) == models.Leak:
		c.Why = "looks like the outcome's shadow: " + leakage.Evidence(c.Suspicions, models.Leak)
	case why != "":
		c.Why, c.Suspicions = why, nil
	default:
		c.Use = true
	}
}

// useless says why a column tells nothing of a lead that other leads share, "" if it may.
func useless(l *look, rows int) string {
	switch {
	case l.filled == 0:
		return "no value in any row"
	case l.distinct == 1 && l.filled == len(l.column.codes):
		return "constant: the same value in every row"
	case rows < fewLeads:
		return ""
	case l.kind == features.Number && l.whole:
		return leakage.NamesLeads(l.name, l.numbers(), l.distinct)
	case l.kind != features.Category || l.codes:
		return ""
	}
	if why := leakage.NamesOne(l.filled, l.distinct); why != "" {
		return why
	}
	shared, least := 0, sharedBy(rows)
	for code, n := range l.rows {
		if !l.missing[code] && n >= least {
			shared += n
		}
	}
	if float64(shared) < leastCovered*float64(l.filled) {
		return fmt.Sprintf("hardly any value is shared: only %s of the rows have one of %d leads or more",
			leakage.Percent(float64(shared)/float64(l.filled)), least)
	}
	return ""
}

// numbers are the values by row, NaN where missing.
func (l *look) numbers() []float64 {
	values := make([]float64, len(l.column.codes))
	for row, code := range l.column.codes {
		values[row] = l.number[code]
	}
	return values
}

// chooseValueColumn takes a deal's value as such only where a score may not use it: one column has one meaning, and a value
// known when the lead comes is better used as a field.
func (h *history) chooseValueColumn() {
	r := &h.roles
	if r.value < 0 {
		i := chooseValue(h.looks, r)
		if i < 0 || h.columns[i].Use || h.columns[i].Role != RoleField {
			return
		}
		r.value = i
	}
	c := &h.columns[r.value]
	c.Role, c.Use = RoleValue, false
	c.Why = "the deal's value, for reports only"
	if leakage.Worst(c.Suspicions) == models.Leak {
		c.Why += "; as a field it would be the outcome's shadow: " + leakage.Evidence(c.Suspicions, models.Leak)
	}
}

// keepSomething uses the columns that are only too good to be true when no other is left: with nothing to use there is no
// score, and a shadow cannot be told from one very strong column by its strength alone.
func (h *history) keepSomething() {
	for _, c := range h.columns {
		if c.Use {
			return
		}
	}
	for i := range h.columns {
		c := &h.columns[i]
		if c.Role != RoleField || leakage.Worst(c.Suspicions) != models.Leak {
			continue
		}
		onlyStrong := true
		for _, s := range c.Suspicions {
			if s.Grade == models.Leak && !leakage.IsStrength(s.Evidence) {
				onlyStrong = false
			}
		}
		if onlyStrong && useless(c.look, h.sample.len()) == "" {
			for k := range c.Suspicions {
				c.Suspicions[k].Grade = models.Suspect
			}
			c.Use, c.Why = true, c.look.why+"; kept although it looks too good, because no other column is left"
		}
	}
}

// nameFields gives every field its name in rules and requests.
func (h *history) nameFields() {
	names := nameMaker{}
	for i := range h.columns {
		if c := &h.columns[i]; c.Role == RoleField {
			c.Field = names.make(c.Name, fmt.Sprintf("column_%d", i+1))
		}
	}
}

// shown lists the commonest values, or every so many-th range, with their win rates.
func shown(l *look, s *strength) []ValueRate {
	bins := s.bins
	if l.kind == features.Number || l.kind == features.Date {
		bins = merged(l, s.bins, mostShown)
	}
	var list []ValueRate
	for _, b := range bins {
		if l.kind != features.Number && l.kind != features.Date && len(list) >= mostShown && !b.missing {
			continue
		}
		v := ValueRate{Value: oneLine(b.label), Leads: b.won + b.lost + b.open, Won: b.won, Lost: b.lost}
		if b.decided() > 0 {
			rate := b.rate()
			v.WinRate = &rate
		}
		list = append(list, v)
	}
	return list
}

// merged joins neighbouring ranges until at most so many are left.
func merged(l *look, bins []bin, most int) []bin {
	ranges := 0
	for _, b := range bins {
		if isRange(&b) {
			ranges++
		}
	}
	if ranges <= most {
		return bins
	}
	label := numberLabel
	if l.kind == features.Date {
		label = dayLabel
	}
	var list []bin
	seen := 0
	for _, b := range bins {
		if !isRange(&b) {
			list = append(list, b)
			continue
		}
		if place := seen * most / ranges; place < len(list) {
			into := &list[place]
			into.high = b.high
			into.won, into.lost, into.open = into.won+b.won, into.lost+b.lost, into.open+b.open
			into.label = label(into.low, into.high)
		} else {
			list = append(list, b)
		}
		seen++
	}
	return list
}

func isRange(b *bin) bool { return !b.missing && !b.other && b.low < b.high }
