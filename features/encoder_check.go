package features

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"
)

// mostCodes bounds the codes of an input so that 16 bits hold them.
const mostCodes = 1 << 16

// Validate checks an encoder that comes from outside and prepares its look-ups. Faults are [Faults].
func (e *Encoder) Validate() error {
	var faults Faults
	fault := func(name, problem string) {
		faults.Add(&FieldError{Field: name, Problem: problem, Want: "the encoder is damaged or was changed by hand"})
	}
	if len(e.Inputs) != len(e.Coders) {
		fault("coders", fmt.Sprintf("%d coders for %d inputs", len(e.Coders), len(e.Inputs)))
		return faults.Err()
	}
	zone, err := time.LoadLocation(e.TimeZone)
	if err != nil {
		fault("time_zone", "an unknown time zone")
	}
	seen := map[string]bool{}
	for i := range e.Inputs {
		name := e.Inputs[i].Name
		if name == "" || seen[name] {
			fault("inputs", fmt.Sprintf("input %d has no name of its own: %q", i, name))
		}
		seen[name] = true
		if problem := e.checkInput(&e.Inputs[i]); problem != "" {
			fault(name, problem)
		} else if problem := e.Coders[i].check(e.Inputs[i].Ordered); problem != "" {
			fault(name, problem)
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	e.zone, e.steps = zone, make([]encodeStep, len(e.Inputs))
	for i := range e.steps {
		e.steps[i] = e.newStep(i)
	}
	return nil
}

// Matches says whether the encoder's inputs are those of a schema; [Encoder.Encode] needs that.
func (e *Encoder) Matches(s *Schema) error {
	if !slices.Equal(e.Inputs, s.Inputs()) || e.TimeZone != s.Format.TimeZone || !reflect.DeepEqual(e.Engagement, s.Engagement) {
		return ErrOtherSchema
	}
	return nil
}

// ErrOtherSchema says that an encoder was fitted under another schema.
var ErrOtherSchema = errors.New("the encoder does not belong to this schema")

func (e *Encoder) checkInput(in *Input) string {
	if in.Source == FromEngagement && in.Index >= 0 && in.Index < len(e.Engagement) && e.Engagement[in.Index].HalfLife.Auto {
		return "a half-life that was not learned"
	}
	ordered := in.Part == Age || in.Part == DayOf
	if in.Monotone != "" && (!in.Ordered || in.Monotone != Up && in.Monotone != Down) {
		return "an unknown direction, or one of a category"
	}
	switch in.Source {
	case FromField:
		if in.Index < 0 {
			return "a field's place below zero"
		}
		if !slices.Contains(kinds, string(in.Kind)) {
			return "an unknown kind"
		}
		if in.Kind != Date {
			if in.Part != "" || in.Ordered != (in.Kind == Number) {
				return "a part or an order that its kind does not have"
			}
			return ""
		}
	case FromEngagement:
		if in.Index < 0 || in.Index >= len(e.Engagement) {
			return "no such engagement figure"
		}
		if in.Ordered == e.Engagement[in.Index].IsCategory() {
			return "an order that its figure does not have"
		}
		return ""
	case FromCreated, FromSnapshot:
	default:
		return "an unknown source"
	}
	if !ordered && in.Part != Month && in.Part != Weekday || ordered != in.Ordered {
		return "an unknown part of a date"
	}
	return ""
}

func (c *Coder) check(ordered bool) string {
	if !ordered {
		if len(c.Cuts)+len(c.Special)+len(c.Values) > 0 || len(c.Levels)+2 > mostCodes {
			return "cuts of a category, or too many levels"
		}
		sorted := slices.Clone(c.Levels)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != len(c.Levels) || slices.Contains(c.Levels, "") {
			return "a doubled or an empty level"
		}
		return ""
	}
	if len(c.Levels) > 0 || len(c.Cuts)+len(c.Special)+len(c.Values)+2 > mostCodes {
		return "levels of a number, or too many cuts"
	}
	for i, cut := range c.Cuts {
		if math.IsNaN(cut) || math.IsInf(cut, 0) || i > 0 && cut <= c.Cuts[i-1] {
			return "cuts that do not ascend"
		}
	}
	for _, v := range slices.Concat([]float64{c.Min, c.Max}, c.Special, c.Values) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "a bound or a value of its own that is not finite"
		}
	}
	for i, v := range c.Values {
		if len(c.Cuts) > 0 || i > 0 && v <= c.Values[i-1] || slices.Contains(c.Special, v) {
			return "values of their own beside cuts, doubled, or that do not ascend"
		}
	}
	return ""
}

// UnmarshalJSON reads and validates an encoder; an unknown key is an error.
func (e *Encoder) UnmarshalJSON(text []byte) error {
	type plain Encoder // without this method
	var read plain
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return fmt.Errorf("encoder: %w", err)
	}
	*e = Encoder(read)
	return e.Validate()
}
