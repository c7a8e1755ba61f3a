package profile

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/leakage"
	"leadscore/train/naming"
)

// Events is what was found of the leads' behaviour.
type Events struct {
	Files   []string              `json:"files"`
	Rows    int64                 `json:"rows"`
	Columns features.EventColumns `json:"columns"`
	Types   []EventType           `json:"types"` // by falling number of events
}

// EventType is one type of event.
type EventType struct {
	Type   string `json:"type"`
	Events int64  `json:"events"`
	// Of the decided leads that are still undecided at the snapshot:
	Leads    int          `json:"leads"`    // with such an event before the snapshot
	WinRate  *float64     `json:"win_rate"` // of these
	Without  *float64     `json:"win_rate_without"`
	Late     float64      `json:"late"` // share of its events within a minute of the closing or after it
	Intent   bool         `json:"high_intent"`
	Use      bool         `json:"use"`
	Why      string       `json:"why,omitempty"`
	Grade    models.Grade `json:"grade,omitempty"`
	withWon  int          // won leads with one
	seen     int          // decided leads looked at
	seenWon  int          // of which won
	perLead  []int        // events per lead, of leads with one, rising
	rows     []int32      // sampled leads with one, rising
	strength *strength    // of the number before the snapshot
}

// What is left out of the engagement figures, and how many there are.
const (
	// leastReach is the share of leads that a type needs for a figure of its own.
	leastReach = 0.01
	// constantShare is the share of leads with the same number of events that tells nothing.
	constantShare = 0.99
	// mostFigures is how many types have a figure of their own: enough for the rare ones that speak loudest, such as a
	// request for a quote. The fit takes the effect from those that tell nothing.
	mostFigures = 30
	// figureWindow and figureHalfLife are the usual time of memory.
	figureWindow   = 30 // days
	figureHalfLife = 14 // days
	// mostNamed is how many types a figure names before "any" stands for them.
	mostNamed = 50
)

// intentWords in the name of an event type speak of a wish to buy or to talk.
var intentWords = []string{"demo", "quote", "offer", "pricing", "price", "prices", "trial", "call", "callback", "meeting", "booking",
	"contact", "consultation", "consulting", "proposal", "checkout", "cart", "purchase", "order", "rfp", "rfq", "angebot"}

// talkWords speak of a wish to talk to sales at once.
var talkWords = []string{"demo", "quote", "call", "callback", "meeting", "consultation", "consulting", "rfp", "rfq", "proposal"}

// askWords make a talk word a wish of the lead's own, not something that sales did.
var askWords = []string{"request", "requested", "requests", "book", "booked", "booking", "form", "ask", "asked", "schedule", "scheduled", "signup", "inquiry"}

// warningWords speak of a lead that does not want to hear more.
var warningWords = []string{"unsubscribe", "unsubscribed", "optout", "bounce", "bounced", "complaint", "spam"}

// figure is one engagement figure of the schema, and why it is proposed.
type figure struct {
	features.Engagement
	comment string
}

// asOf is when a sampled lead is looked at; ok is false for a lead without that time, or decided before it.
func (h *history) asOf(row int) (at features.Micros, ok bool) {
	closed := features.NoTime
	if h.roles.closed >= 0 && h.labels.of[row] != features.Open {
		closed = h.timeOf(h.roles.closed, row)
	}
	switch {
	case h.snapshot.AfterCreated != nil && h.roles.created >= 0:
		created := h.timeOf(h.roles.created, row)
		at = created + h.snapshot.AfterCreated.Micros()
		return at, created != features.NoTime && (closed == features.NoTime || closed > at)
	case closed != features.NoTime:
		return closed, true
	}
	return math.MaxInt64, true
}

// eventTypes measures every type on some of the leads undecided at their snapshot.
func (h *history) eventTypes(rows []int) []EventType {
	e := h.events
	types := make([]EventType, len(e.types))
	late, all := make([]int, len(types)), make([]int, len(types))
	bins := make([][]bin, len(types))
	for i := range types {
		types[i] = EventType{Type: e.types[i], Events: e.counts[i]}
		bins[i] = countBins()
	}
	seen, won := 0, 0
	overall := countBins()[0]
	counts := make(map[uint32]int)
	for _, row := range rows {
		at, _ := h.asOf(row)
		outcome, events := h.labels.of[row], e.of[row]
		if leakage.Scatter(uint64(row))&e.mask != 0 {
			continue
		}
		seen++
		if outcome == features.Won {
			won++
		}
		overall.add(h.labels, row)
		clear(counts)
		h.countLate(row, events, late, all)
		for _, v := range events {
			if v.time < at {
				counts[v.typ]++
			}
		}
		for typ, n := range counts {
			t := &types[typ]
			t.Leads++
			if outcome == features.Won {
				t.withWon++
			}
			t.perLead = append(t.perLead, n)
			t.rows = append(t.rows, int32(row))
			bins[typ][countBin(n)].add(h.labels, row)
		}
	}
	for i := range types {
		types[i].sumUp(seen, won, bins[i], &overall)
		if all[i] > 0 {
			types[i].Late = float64(late[i]) / float64(all[i])
		}
		types[i].judge()
	}
	order := e.byFrequency()
	sorted := make([]EventType, len(types))
	for i, typ := range order {
		sorted[i] = types[typ]
	}
	return sorted
}

// countLate counts the events of a decided lead that come with its closing or after it.
func (h *history) countLate(row int, events []event, late, all []int) {
	if h.roles.closed < 0 {
		return
	}
	closed := h.timeOf(h.roles.closed, row)
	if closed == features.NoTime {
		return
	}
	for _, v := range events {
		all[v.typ]++
		if v.time >= closed-leakage.EventCloseBy {
			late[v.typ]++
		}
	}
}

// countBins are no event, 1, 2, 3 to 5, and 6 or more.
func countBins() []bin { return make([]bin, 5) }

func countBin(n int) int {
	switch {
	case n <= 2:
		return n
	case n <= 5:
		return 3
	}
	return 4
}

// sumUp fills in the leads without an event and the rates.
func (t *EventType) sumUp(seen, won int, bins []bin, overall *bin) {
	t.seen, t.seenWon = seen, won
	none := &bins[0]
	*none = *overall
	for _, b := range bins[1:] {
		none.won, none.lost = none.won-b.won, none.lost-b.lost
		for span := range none.counts {
			none.counts[span].Subtract(&b.counts[span])
		}
	}
	t.strength = &strength{bins: bins}
	t.strength.finish()
	sort.Ints(t.perLead)
	slices.Sort(t.rows)
	if t.Leads > 0 {
		rate := float64(t.withWon) / float64(t.Leads)
		t.WinRate = &rate
	}
	if rest := seen - t.Leads; rest > 0 {
		rate := float64(won-t.withWon) / float64(rest)
		t.Without = &rate
	}
	t.Intent = naming.Has(t.Type, intentWords...) && !naming.Has(t.Type, warningWords...)
}

// judge decides whether figures may count a type.
func (t *EventType) judge() {
	t.Use = true
	switch {
	case t.Type == features.AnyEvent || t.Type != strings.TrimSpace(t.Type):
		t.Use, t.Why = false, "its name cannot be told from the word any"
	case t.Late >= leakage.LateMost:
		t.Use, t.Grade = false, models.Leak
		t.Why = fmt.Sprintf("%s of its events come with the closing or after it", leakage.Percent(t.Late))
	case t.seenWon >= leakage.LeastEach && t.seen-t.seenWon >= leakage.LeastEach && t.strength.Strong():
		t.Use, t.Grade = false, models.Leak
		t.Why = fmt.Sprintf("alone it has AUC %.3f and information value %.2f: it looks like part of the outcome", t.strength.AUC.Value, t.strength.Information.Value)
	case float64(t.Leads) < leastReach*float64(t.seen):
		t.Why = fmt.Sprintf("before the snapshot only %s of the leads have one: no figure of its own", leakage.Percent(float64(t.Leads)/float64(max(1, t.seen))))
	}
}

// frequent says whether a type is used and common enough for a figure of its own.
func (t *EventType) frequent() bool {
	return t.Use && t.Leads >= 1 && float64(t.Leads) >= leastReach*float64(t.seen)
}

// proposeEngagement chooses the figures: how much, how lately, on how many days, and how it began.
func (h *history) proposeEngagement() {
	if h.events == nil {
		return
	}
	rows, _ := h.decidedRows()
	h.types = h.eventTypes(rows)
	names := nameMaker{}
	for _, c := range h.columns {
		if c.Field != "" {
			names[c.Field] = true
		}
	}
	any := h.usableTypes()
	if len(any) == 0 {
		h.notes.warn("no event type is left that an engagement figure could count")
		return
	}
	add := func(name string, e features.Engagement, comment string) {
		e.Name = names.make(name, "figure")
		h.figures = append(h.figures, figure{e, comment})
	}
	add("activity", features.Engagement{Count: any, HalfLife: features.HalfLife{Duration: days(figureHalfLife)}},
		fmt.Sprintf("all events; one counts half after %d days", figureHalfLife))
	add("days_since_last_event", features.Engagement{DaysSinceLast: any}, "how long the lead has been silent")
	add("active_days", features.Engagement{DistinctDays: any}, "days on which the lead did something")
	add("first_event", features.Engagement{FirstEvent: true}, "how it began")
	n := 0
	for i := range h.types {
		t := &h.types[i]
		if n == mostFigures || !t.frequent() || t.constant() {
			continue
		}
		n++
		add(fmt.Sprintf("%s_%dd", t.Type, figureWindow), features.Engagement{Count: []string{t.Type}, Within: days(figureWindow)}, t.describe())
	}
	for i := range h.types {
		if t := &h.types[i]; t.Intent && t.frequent() {
			add("events_before_first_"+t.Type, features.Engagement{EventsBeforeFirst: []string{t.Type}},
				"a first touch of this type is not the same as one after others")
			break
		}
	}
}

// constant says whether practically every lead has as many of these events as every other.
func (t *EventType) constant() bool {
	return float64(t.Leads) >= constantShare*float64(t.seen) && t.perLead[0] == t.perLead[len(t.perLead)-1]
}

// usableTypes is any, or the list of types without those left out.
func (h *history) usableTypes() []string {
	var used []string
	for i := range h.types {
		if h.types[i].Use {
			used = append(used, h.types[i].Type)
		}
	}
	if len(used) == len(h.types) || len(used) > mostNamed {
		return []string{features.AnyEvent}
	}
	slices.Sort(used)
	return used
}

// describe says how far a type reaches and what its leads became.
func (t *EventType) describe() string {
	text := fmt.Sprintf("%s of the leads have one before the snapshot", leakage.Percent(float64(t.Leads)/float64(max(1, t.seen))))
	if t.WinRate != nil && t.Without != nil {
		text += fmt.Sprintf("; they win %s, the others %s", leakage.Percent(*t.WinRate), leakage.Percent(*t.Without))
	}
	return text
}

func (h *history) eventProfile() *Events {
	if h.events == nil {
		return nil
	}
	return &Events{Files: h.events.files, Rows: h.events.rows, Columns: h.events.columns, Types: h.types}
}
