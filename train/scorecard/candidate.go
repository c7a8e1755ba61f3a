package scorecard

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"leadscore/features"
	"leadscore/models/rules"
)

// candidate is a rule that the suggested book may hold: one of the present book, or a new one in the user's own vocabulary.
type candidate struct {
	dimension rules.Dimension
	present   string // id of the present rule; empty: new
	about     string // field, figure or event type: new rules are named after it
	when      string
	events    []string
	atMost    int
	once      bool // event: points once, if there is one at all
	reason    string
	price     float64 // χ² that it gains by chance, because its values were put together by their win rates
}

const (
	leastRuleShare = 0.01 // of leads that a new rule must fire for
	leastRuleLeads = 20
	mostSetSize    = 8  // values of one new rule
	mostCuts       = 11 // of a number
	mostRangeCuts  = 8  // for rules with both ends
	longestValue   = 80 // bytes of a value in a rule
	mostEventTypes = 40
	mostAlike      = 4 // event types of one new rule
)

// vocabulary lists new rules over what the past leads have: fields, event types and engagement figures in use.
func vocabulary(l *Leads, rows []int32) []candidate {
	v := &words{leads: l, rows: rows, least: max(leastRuleLeads, int(leastRuleShare*float64(len(rows))))}
	for i := range l.History.Table.Schema.Fields {
		if f := &l.History.Table.Schema.Fields[i]; f.Used() {
			v.field(f, &l.History.Table.Columns[i])
		}
	}
	if l.History.Events != nil && l.Dated {
		v.events()
	}
	return v.list
}

// words gathers candidates.
type words struct {
	leads *Leads
	rows  []int32
	least int
	list  []candidate
	rates map[string]float64 // of each frequent event type's leads
}

func (v *words) add(c candidate) { v.list = append(v.list, c) }

func (v *words) field(f *features.Field, c *features.Column) {
	name := "lead." + f.Name
	missing := 0
	switch {
	case f.Kind == features.Boolean:
		v.add(candidate{dimension: rules.Fit, about: f.Name, when: name, reason: f.Name + ": yes"})
		v.add(candidate{dimension: rules.Fit, about: "no-" + f.Name, when: "!" + name, reason: f.Name + ": no"})
		return
	case c.Numbers != nil:
		var values []float64
		for _, row := range v.rows {
			if x := c.Numbers.At(int(row)); math.IsNaN(x) {
				missing++
			} else if !slices.Contains(f.Special, x) {
				values = append(values, x)
			}
		}
		v.number(rules.Fit, name, f.Name, values, f.Special)
		for _, special := range f.Special {
			v.add(candidate{dimension: rules.Fit, about: f.Name, when: name + " == " + number(special), reason: f.Name + ": " + number(special)})
		}
	case c.Times != nil:
		missing = v.date(f, c)
	case c.Codes != nil:
		missing = v.category(f, c)
	}
	if missing >= v.least && len(v.rows)-missing >= v.least {
		v.add(candidate{dimension: rules.Fit, about: f.Name + "-unknown", when: "!has(" + name + ")", reason: f.Name + ": not known"})
	}
}

// number proposes from, below and between cuts that a person would choose: quantiles, rounded to two figures.
func (v *words) number(d rules.Dimension, name, about string, values []float64, special []float64) {
	guard := ""
	for _, s := range special {
		guard += " && " + name + " != " + number(s)
	}
	for _, cut := range roundCuts(values, mostCuts, v.least) {
		v.add(candidate{dimension: d, about: about, when: name + " >= " + number(cut) + guard, reason: about + ": " + number(cut) + " or more"})
		v.add(candidate{dimension: d, about: about, when: name + " < " + number(cut) + guard, reason: about + ": below " + number(cut)})
	}
	few := roundCuts(values, mostRangeCuts, v.least)
	for i, low := range few {
		for _, high := range few[i+1:] {
			v.add(candidate{dimension: d, about: about, when: fmt.Sprintf("%s >= %s && %s < %s%s", name, number(low), name, number(high), guard),
				reason: fmt.Sprintf("%s: %s to below %s", about, number(low), number(high))})
		}
	}
}

// roundCuts are evenly ranked values, rounded to two figures, with enough leads on both sides.
func roundCuts(values []float64, most, least int) []float64 {
	if len(values) < 2*least {
		return nil
	}
	sort.Float64s(values)
	var cuts []float64
	for i := 1; i <= most; i++ {
		cut := twoFigures(values[len(values)*i/(most+1)])
		below := sort.SearchFloat64s(values, cut)
		if below >= least && len(values)-below >= least && !slices.Contains(cuts, cut) && math.Abs(cut) < 1e15 {
			cuts = append(cuts, cut)
		}
	}
	sort.Float64s(cuts)
	return cuts
}

func twoFigures(x float64) float64 {
	if x == 0 {
		return 0
	}
	text := strconv.FormatFloat(x, 'e', 1, 64)
	rounded, _ := strconv.ParseFloat(text, 64)
	return rounded
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func (v *words) date(f *features.Field, c *features.Column) (missing int) {
	var ages []float64
	for _, row := range v.rows {
		at, date := v.leads.History.AsOf[row], c.Times.At(int(row))
		switch {
		case date == features.NoTime:
			missing++
		case at != features.NoTime:
			ages = append(ages, (at - date).Days())
		}
	}
	if v.leads.History.Table.Schema.Snapshot.IsZero() {
		return missing // there an age tells how long the deal took
	}
	for _, cut := range roundCuts(ages, mostRangeCuts, v.least) {
		days := number(math.Round(cut))
		if math.Round(cut) <= 0 {
			continue
		}
		v.add(candidate{dimension: rules.Fit, about: f.Name, when: fmt.Sprintf("as_of - lead.%s < days(%s)", f.Name, days), reason: f.Name + ": less than " + days + " days ago"})
		v.add(candidate{dimension: rules.Fit, about: f.Name, when: fmt.Sprintf("as_of - lead.%s >= days(%s)", f.Name, days), reason: f.Name + ": " + days + " days ago or more"})
	}
	return missing
}

// orderedShare is the part of the variance between values that the best cut takes once they are ordered by win rate: 2/π of
// that of normal noise, cut in the middle (Cox, JASA 52, 1957, 543–547). One cut not chosen so would take one degree of freedom.
const orderedShare = 2 / math.Pi

// category proposes each value, and the best and the worst few together.
func (v *words) category(f *features.Field, c *features.Column) (missing int) {
	type level struct {
		name   string
		n, won float64
	}
	counts := map[uint32]*level{}
	wins := 0.0
	for _, row := range v.rows {
		code := c.Codes.At(int(row))
		if code == 0 {
			missing++
			continue
		}
		if counts[code] == nil {
			counts[code] = &level{name: c.Levels[code]}
		}
		counts[code].n++
		counts[code].won += float64(v.leads.Wins[row])
		wins += float64(v.leads.Wins[row])
	}
	mean := wins / float64(max(1, len(v.rows)-missing))
	var levels []*level
	for _, one := range counts {
		if len(one.name) <= longestValue && one.n >= leastRuleLeads {
			levels = append(levels, one)
		}
	}
	sort.Slice(levels, func(i, k int) bool { // by win rate, shrunk towards the mean
		a, b := (levels[i].won+10*mean)/(levels[i].n+10), (levels[k].won+10*mean)/(levels[k].n+10)
		return a > b || a == b && levels[i].name < levels[k].name
	})
	names := make([]string, len(levels))
	for i, one := range levels {
		names[i] = one.name
		if one.n >= float64(v.least) {
			v.add(setOf(f.Name, names[i:i+1]))
		}
	}
	for size := 2; size <= min(mostSetSize, len(names)-1); size++ {
		for _, set := range [][]string{names[:size], names[len(names)-size:]} {
			c := setOf(f.Name, set)
			c.price = orderedShare*float64(len(names)-1) - 1
			v.add(c)
		}
	}
	return missing
}

func setOf(field string, names []string) candidate {
	sorted := slices.Sorted(slices.Values(names))
	c := candidate{dimension: rules.Fit, about: field + "-" + strings.Join(sorted[:min(2, len(sorted))], "-"), reason: field + ": " + strings.Join(sorted, ", ")}
	if len(names) == 1 {
		c.when = "lead." + field + " == " + strconv.Quote(names[0])
		return c
	}
	quoted := make([]string, len(sorted))
	for i, name := range sorted {
		quoted[i] = strconv.Quote(name)
	}
	c.when = "lead." + field + " in [" + strings.Join(quoted, ", ") + "]"
	return c
}

// events proposes points for each event of a type, for the time since the last, for the first touch, and for the figures.
func (v *words) events() {
	kinds := v.frequentTypes()
	for _, kind := range kinds {
		readable := strings.ReplaceAll(kind, "_", " ")
		for _, most := range []int{1, 2, 3, 5} {
			v.add(candidate{dimension: rules.Engagement, about: kind, events: []string{kind}, atMost: most, reason: readable})
		}
		v.add(candidate{dimension: rules.Engagement, about: kind + "-ever", events: []string{kind}, once: true, reason: readable + ", at least once"})
		v.add(candidate{dimension: rules.Engagement, about: "first-" + kind, when: "events.first() == " + strconv.Quote(kind), reason: "came by " + readable})
	}
	v.alike(kinds)
	for _, most := range []int{3, 5, 10} {
		v.add(candidate{dimension: rules.Engagement, about: "activity", events: []string{features.AnyEvent}, atMost: most, reason: "any activity"})
	}
	v.add(candidate{dimension: rules.Engagement, about: "no-activity", when: `events.count("any") == 0`, reason: "no activity at all"})
	for _, days := range []string{"1", "2", "3", "5", "7", "10", "14", "21", "30"} {
		v.add(candidate{dimension: rules.Engagement, about: "active", when: `events.days_since_last("any") < ` + days, reason: "active within the last " + days + " days"})
		v.add(candidate{dimension: rules.Engagement, about: "silent", when: `events.days_since_last("any") >= ` + days, reason: "no activity for " + days + " days"})
	}
	v.figures()
}

// alike proposes one rule for types whose leads win about as often: a shorter book that says the same.
func (v *words) alike(kinds []string) {
	ordered := slices.SortedStableFunc(slices.Values(kinds), func(a, b string) int { return cmp.Compare(v.rates[b], v.rates[a]) })
	for size := 2; size <= mostAlike; size++ {
		for from := 0; from+size <= len(ordered); from++ {
			names := slices.Sorted(slices.Values(ordered[from : from+size]))
			for _, most := range []int{1, 2, 3} {
				v.add(candidate{dimension: rules.Engagement, about: strings.Join(names[:2], "-"), events: names, atMost: most,
					reason: strings.ReplaceAll(strings.Join(names, ", "), "_", " ")})
			}
		}
	}
}

// frequentTypes are the event types that enough leads have before their snapshot, the most frequent first. It notes the win rate of each
// type's leads, shrunk towards the mean.
func (v *words) frequentTypes() []string {
	log := v.leads.History.Events
	leads, won := make([]int, len(log.Types)), make([]float64, len(log.Types))
	all, events := 0.0, features.LeadEvents{}
	for _, row := range v.rows {
		all += float64(v.leads.Wins[row]) / float64(len(v.rows))
		log.Of(int(row), &events)
		seen := map[uint32]bool{}
		for i, at := range events.Times {
			if at >= v.leads.History.AsOf[row] {
				break
			}
			if kind := events.Types[i]; !seen[kind] {
				seen[kind] = true
				leads[kind]++
				won[kind] += float64(v.leads.Wins[row])
			}
		}
	}
	var kinds []int
	v.rates = map[string]float64{}
	for k, n := range leads {
		if n >= v.least && len(log.Types[k]) <= longestValue {
			kinds = append(kinds, k)
			v.rates[log.Types[k]] = (won[k] + 10*all) / (float64(n) + 10)
		}
	}
	sort.SliceStable(kinds, func(a, b int) bool { return leads[kinds[a]] > leads[kinds[b]] })
	names := []string{}
	for _, k := range kinds[:min(len(kinds), mostEventTypes)] {
		names = append(names, log.Types[k])
	}
	return names
}

// figures proposes cuts of the schema's engagement figures.
func (v *words) figures() {
	h := v.leads.History
	var snapshot features.Snapshot
	for i := range h.Table.Schema.Engagement {
		e := &h.Table.Schema.Engagement[i]
		if !e.Used() || e.IsCategory() || e.HalfLife.Auto { // a rule needs a figure that means the same tomorrow
			continue
		}
		var values []float64
		for _, row := range v.rows {
			h.Snapshot(int(row), &snapshot)
			if x, _ := e.Value(snapshot.Events, snapshot.AsOf); !math.IsNaN(x) {
				values = append(values, x)
			}
		}
		for _, cut := range roundCuts(values, mostCuts, v.least) {
			name := "engagement." + e.Name
			v.add(candidate{dimension: rules.Engagement, about: e.Name, when: name + " >= " + number(cut), reason: strings.ReplaceAll(e.Name, "_", " ") + ": " + number(cut) + " or more"})
			v.add(candidate{dimension: rules.Engagement, about: e.Name, when: name + " < " + number(cut), reason: strings.ReplaceAll(e.Name, "_", " ") + ": below " + number(cut)})
		}
	}
}
