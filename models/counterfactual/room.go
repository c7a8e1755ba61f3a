package counterfactual

import (
	"math"
	"slices"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/change"
	"leadscore/models/rules"
)

// room is what may change of a lead.
type room struct {
	ask    *Ask
	base   *features.Snapshot
	schema *features.Schema
	words  rules.Vocabulary
	fields []int    // places in Schema.Fields
	events []string // types, sorted
}

func newRoom(ask *Ask, base *features.Snapshot) *room {
	r := &room{ask: ask, base: base, schema: ask.Scorer.Version().Schema, words: ask.Scorer.Rules().Vocabulary(), events: []string{}}
	for i := range r.schema.Fields {
		if r.canChange(i) {
			r.fields = append(r.fields, i)
		}
	}
	if base.AsOf != features.NoTime {
		for _, kind := range knownEvents(ask.Scorer.Version(), r.words, base.Events) {
			if !slices.Contains(ask.Keep, kind) {
				r.events = append(r.events, kind)
			}
		}
	}
	return r
}

// canChange says whether a field can get another value. What the schema leaves open, its kind decides: a yes or no and an address can change;
// who somebody is or where does not, but where nothing is known it may yet be told; dates are past.
func (r *room) canChange(i int) bool {
	f := &r.schema.Fields[i]
	switch {
	case !f.Used() || f.Kind == features.Date || slices.Contains(r.ask.Keep, f.Name):
		return false
	case slices.Contains(r.ask.MayChange, f.Name):
		return true
	case f.Actionable != "":
		return f.Actionable == features.UseYes
	}
	return f.Kind == features.Boolean || f.Kind == features.Email || r.base.Values[i].Missing
}

func (r *room) fieldNames() []string {
	names := []string{}
	for _, i := range r.fields {
		names = append(names, r.schema.Fields[i].Name)
	}
	return names
}

// knownEvents are the types that the rules, the engagement figures or the model name, and those that the lead has done.
func knownEvents(v *models.Version, words rules.Vocabulary, done []features.Event) []string {
	all := slices.Clone(words.Events)
	for i := range v.Schema.Engagement {
		e := &v.Schema.Engagement[i]
		all = slices.Concat(all, e.Count, e.DaysSinceLast, e.DistinctDays, e.EventsBeforeFirst)
	}
	for i, in := range v.Encoder.Inputs {
		if in.Source == features.FromEngagement && !in.Ordered {
			all = append(all, v.Encoder.Coders[i].Levels...)
		}
	}
	for _, e := range done {
		all = append(all, e.Type)
	}
	all = sortedUnique(all)
	return slices.DeleteFunc(all, func(kind string) bool { return kind == features.AnyEvent || kind == "" })
}

// slot is one thing that can change, with what it can become.
type slot struct {
	field  int // −1: an event
	event  string
	values []features.Value
}

func (r *room) eventSlots() (slots []slot) {
	for _, kind := range r.events {
		slots = append(slots, slot{field: -1, event: kind})
	}
	return slots
}

// slotsForRules tries of each field the values that the book tells apart.
func (r *room) slotsForRules() []slot {
	slots := r.eventSlots()
	for _, i := range r.fields {
		if s := r.fieldSlot(i, r.bookValues(i)); len(s.values) > 0 {
			slots = append(slots, s)
		}
	}
	return slots
}

// slotsForModel tries of each field the values of the model's tables that can be best.
func (r *room) slotsForModel() []slot {
	slots := r.eventSlots()
	for _, i := range r.fields {
		if s := r.fieldSlot(i, r.undominated(i)); len(s.values) > 0 {
			slots = append(slots, s)
		}
	}
	return slots
}

// fieldSlot drops the value that the lead has, and doubles.
func (r *room) fieldSlot(i int, values []features.Value) slot {
	s := slot{field: i}
	for _, v := range values {
		if v != r.base.Values[i] && !slices.Contains(s.values, v) {
			s.values = append(s.values, v)
		}
	}
	return s
}

// bookValues are values between which the book's conditions change their answer.
func (r *room) bookValues(i int) (values []features.Value) {
	f := &r.schema.Fields[i]
	switch f.Kind {
	case features.Boolean:
		return booleans()
	case features.Number:
		for _, x := range around(r.words.Numbers[i], r.coder(i)) {
			values = append(values, features.Value{Number: x})
		}
	case features.Email:
		return emails()
	case features.Category:
		for _, text := range r.words.Texts[i] {
			values = append(values, features.Value{Text: text})
		}
		for _, level := range r.coder(i).Levels { // one that the book does not name
			if len(values) > 0 && !slices.Contains(r.words.Texts[i], level) {
				return append(values, features.Value{Text: level})
			}
		}
	}
	return values
}

func booleans() []features.Value { return []features.Value{{Number: 1}, {Number: 0}} }

func emails() []features.Value { return []features.Value{{Text: features.CompanyEmail}} }

// around gives a value at, between and beyond the constants.
func around(constants []float64, c *features.Coder) (values []float64) {
	for k, x := range constants {
		below := x - 1
		if k > 0 {
			below = (constants[k-1] + x) / 2
			if c.Whole {
				below = math.Floor(below)
			}
		}
		if !(below < 0 && c.Min >= 0) {
			values = append(values, below)
		}
		values = append(values, x)
	}
	if n := len(constants); n > 0 {
		values = append(values, constants[n-1]+1)
	}
	return values
}

// input is the place of a field's own input; −1 for none.
func (r *room) input(field int) int {
	for i, in := range r.ask.Scorer.Version().Encoder.Inputs {
		if in.Source == features.FromField && in.Index == field && in.Part == "" {
			return i
		}
	}
	return -1
}

func (r *room) coder(field int) *features.Coder {
	if i := r.input(field); i >= 0 {
		return &r.ask.Scorer.Version().Encoder.Coders[i]
	}
	return &features.Coder{}
}

// modelValues are a value of each bin or level of the field that training has seen.
func (r *room) modelValues(i int) (values []features.Value) {
	switch c := r.coder(i); r.schema.Fields[i].Kind {
	case features.Boolean:
		return booleans()
	case features.Email:
		return emails()
	case features.Number:
		for _, x := range edges(c) {
			values = append(values, features.Value{Number: x})
		}
	default:
		for _, level := range c.Levels {
			values = append(values, features.Value{Text: level})
		}
	}
	return values
}

// edges are the least and the greatest value of each bin, ascending; beyond the outer ones nothing changes.
func edges(c *features.Coder) (values []float64) {
	if c.Min > c.Max {
		return nil
	}
	for _, cut := range c.Cuts {
		below := math.Nextafter(cut, math.Inf(-1))
		if c.Whole {
			below, cut = math.Ceil(cut)-1, math.Ceil(cut)
		}
		values = append(values, below, cut)
	}
	if len(values) == 0 {
		return []float64{c.Min}
	}
	return values
}

// undominated drops the values that can do no better than another: in the same cells of all pairs, with a lower coefficient of their own.
func (r *room) undominated(field int) []features.Value {
	version, input := r.ask.Scorer.Version(), r.input(field)
	if input < 0 {
		return nil
	}
	codes, snapshot := make([]uint16, len(version.Encoder.Inputs)), *r.base
	snapshot.Values = slices.Clone(r.base.Values)
	type best struct {
		value features.Value
		own   float64
	}
	kept := map[string]best{}
	var order []string
	for _, v := range r.modelValues(field) {
		snapshot.Values[field] = v
		version.Encoder.Encode(&snapshot, codes, nil)
		own, cells := 0.0, ""
		for t := range version.Logistic.Terms {
			term := &version.Logistic.Terms[t]
			for side, in := range term.Inputs {
				switch {
				case in != input:
				case len(term.Inputs) == 1:
					own += term.Coefficients[codes[in]]
				default:
					cells += string(rune(t)) + string(rune(term.Coarse[side][codes[in]]))
				}
			}
		}
		was, known := kept[cells]
		if !known {
			order = append(order, cells)
		}
		if !known || own > was.own {
			kept[cells] = best{v, own}
		}
	}
	var values []features.Value
	for _, cells := range order {
		values = append(values, kept[cells].value)
	}
	return values
}

// valueWords writes a field's value.
func (r *room) valueWords(field int, v features.Value) string {
	return change.ValueWords(&r.schema.Fields[field], &v)
}
