package profile

import (
	"fmt"
	"math"

	"leadscore/features"
	"leadscore/train/naming"
)

// Points of proposed event rules.
const (
	talkPoints       = 20 // least for a wish to talk to sales
	intentPoints     = 10 // least for another sign of a wish to buy, unless the data say the contrary
	interestPoints   = 10 // most for other behaviour
	againstPoints    = -5
	warningPoints    = -10
	silentPoints     = -10
	silentDays       = 30
	mostEventRules   = 12
	mostOfOne        = 5   // events of one type that count
	leastEventErrors = 2.0 // standard errors that the win rates with and without an event must lie apart
	eventHalfLife    = 30  // days
	eventWindow      = 180 // days
	fastLaneDays     = 14
	mostIntent       = 60 // points of the group
	mostInterest     = 30
	// mostOverlap is the share of leads that two types of event may have in common to give points both.
	mostOverlap = 0.9
	// excludedRate is how much of the mean win rate those may have whom a wish for no more messages excludes.
	excludedRate = 0.5
)

// eventRule is a proposed rule about what the lead did.
type eventRule struct {
	*EventType
	group  string // "intent", "interest" or none
	points int    // for each event
	atMost int
	lasts  bool // keeps its points
	why    string
}

// talks says whether a type is a wish to talk to sales, by its name.
func (t *EventType) talks() bool {
	return naming.Has(t.Type, talkWords...) && (naming.Has(t.Type, askWords...) || len(naming.Words(t.Type)) == 1) && !naming.Has(t.Type, warningWords...)
}

func (t *EventType) warns() bool { return naming.Has(t.Type, warningWords...) }

// logOdds is how much the odds of winning differ with such an event, and by how many standard errors.
func (t *EventType) logOdds() (difference, errors float64) {
	a, b := float64(t.withWon)+0.5, float64(t.Leads-t.withWon)+0.5
	c, d := float64(t.seenWon-t.withWon)+0.5, float64(t.seen-t.Leads-t.seenWon+t.withWon)+0.5
	difference = math.Log(a * d / (b * c))
	return difference, math.Abs(difference) / math.Sqrt(1/a+1/b+1/c+1/d)
}

// eventRules proposes points by name and by data: what most speaks of a wish to buy weighs most, and other behaviour counts
// only where those who did it won more often.
func (h *history) eventRules() []eventRule {
	var rules []eventRule
	for i := range h.pastTypes {
		t := &h.pastTypes[i]
		if !t.frequent() || len(rules) == mostEventRules || len(t.Type) > longestInRule || t.optsOut() || sameLeads(rules, t) {
			continue
		}
		if r := t.rule(); r.points != 0 {
			rules = append(rules, r)
		}
	}
	return rules
}

// sameLeads says whether an earlier rule already counts what practically the same leads did.
func sameLeads(rules []eventRule, t *EventType) bool {
	for i := range rules {
		both, a, b := 0, rules[i].rows, t.rows
		for len(a) > 0 && len(b) > 0 {
			switch {
			case a[0] == b[0]:
				both++
				a, b = a[1:], b[1:]
			case a[0] < b[0]:
				a = a[1:]
			default:
				b = b[1:]
			}
		}
		if float64(both) >= mostOverlap*float64(len(rules[i].rows)+len(t.rows)-both) {
			return true
		}
	}
	return false
}

// optsOut says whether the event excludes a lead: it says so by its name, and those who did it hardly win.
func (t *EventType) optsOut() bool {
	return t.Use && t.Leads > 0 && naming.Has(t.Type, optOutWords...) &&
		float64(t.withWon)*float64(t.seen) <= excludedRate*float64(t.seenWon)*float64(t.Leads)
}

func (t *EventType) rule() eventRule {
	d, errors := t.logOdds()
	worth := int(math.Round(pointsPerDoubling * d / math.Ln2))
	r := eventRule{EventType: t, atMost: 1, why: "by the win rates"}
	if len(t.perLead) > 0 {
		r.atMost = max(1, min(mostOfOne, t.perLead[len(t.perLead)*3/4]))
	}
	sure := errors >= leastEventErrors && t.Leads < t.seen
	switch {
	case t.warns():
		r.points, r.atMost, r.why = warningPoints, 1, "a warning by its name"
		return r
	case t.talks():
		r.group, r.lasts, r.atMost = "intent", true, 1
		r.points = min(mostRulePoints, max(talkPoints, worth))
		r.why = "asks for a talk"
		return r
	case t.Intent && !(sure && worth < 0):
		r.group, r.why = "intent", "a wish to buy by its name"
		worth = max(intentPoints, min(mostRulePoints, worth))
	case sure && worth > 0:
		r.group, worth = "interest", min(interestPoints, worth)
	case sure && worth <= -pointStep:
		r.points, r.atMost = againstPoints, 1
		return r
	default:
		return r
	}
	r.points = max(1, int(math.Round(float64(worth)/float64(r.atMost))))
	return r
}

// gateLine is a proposed exclusion, fast lane or guard.
type gateLine struct{ id, reason, key, value, extra, comment string }

// optOutWords name fields and events by which a lead says that it wants no more.
var optOutWords = []string{"unsubscribed", "unsubscribe", "optout", "opted"}

func (h *history) exclusions() []gateLine {
	var list []gateLine
	for i := range h.columns {
		c := &h.columns[i]
		switch {
		case c.Role != RoleField || !c.Use:
		case c.Kind == features.Email:
			list = append(list, gateLine{id: "disposable-" + slug(c.Field), reason: "throw-away e-mail address", key: "when",
				value: fmt.Sprintf("lead.%s == \"disposable\"", c.Field)})
		case c.Kind == features.Boolean && (naming.Has(c.Name, optOutWords...) || naming.Has(c.Name, "opt") && naming.Has(c.Name, "out")):
			if b := c.binOf("true"); b == nil || b.decided() == 0 || b.rate() > excludedRate*h.labels.rate() {
				continue
			}
			list = append(list, gateLine{id: "opted-out-" + slug(c.Field), reason: "wants no more messages", key: "when", value: "lead." + c.Field})
		}
	}
	for i := range h.pastTypes {
		if t := &h.pastTypes[i]; t.optsOut() && len(t.Type) <= longestInRule {
			list = append(list, gateLine{id: fmt.Sprintf("event-%d-%s", i+1, slug(t.Type)), reason: "wants no more messages", key: "event", value: scalar(t.Type)})
		}
	}
	return list
}

// binOf is the bin of a text, nil if there is none.
func (c *Column) binOf(text string) *bin {
	for i := range c.strength.bins {
		if b := &c.strength.bins[i]; b.text == text && !b.missing && !b.other {
			return b
		}
	}
	return nil
}

func (h *history) fastLanes() []gateLine {
	var list []gateLine
	for i := range h.pastTypes {
		t := &h.pastTypes[i]
		if t.Use && t.talks() && len(t.Type) <= longestInRule {
			list = append(list, gateLine{id: fmt.Sprintf("event-%d-%s", i+1, slug(t.Type)),
				reason: fmt.Sprintf("%s within the last %d days", readable(t.Type), fastLaneDays), key: "event", value: scalar(t.Type),
				extra: fmt.Sprintf("within: %dd", fastLaneDays), comment: t.describe()})
		}
	}
	return list
}

// orderGuards hold a lead whose first touch already looks like a wish to buy, and that did little else.
func (h *history) orderGuards() []gateLine {
	for i := range h.pastTypes {
		t := &h.pastTypes[i]
		if t.frequent() && t.Intent && !t.talks() && len(t.Type) <= longestInRule {
			return []gateLine{{id: "one-look", reason: fmt.Sprintf("%s was the first touch, and little has followed", readable(t.Type)), key: "when",
				value: fmt.Sprintf("events.first() == %q && events.count(\"any\") < 3", t.Type)}}
		}
	}
	return nil
}
