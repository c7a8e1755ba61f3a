package features

import (
	"math"
	"time"

	"leadscore/features/cuts"
)

// encodeStep is how one input gets its code, with all that it needs beside each other, made out by Validate rather than for each lead.
type encodeStep struct {
	kind    stepKind
	ordered bool
	index   int    // into Snapshot.Values or Encoder.Engagement
	missing uint16 // code of a missing value
	other   uint16 // of an unseen text
	part    Part   // of a date
	names   []uint16
	levels  TextCodes // of a category

	cuts     cuts.Table // of a number
	min, max float64    // of the training values
	exact    *Coder     // nil: no number has a code of its own
}

type stepKind uint8

const (
	numberStep stepKind = iota
	textStep
	booleanStep
	dateStep
	figureStep
	createdStep
	snapshotStep
)

// newStep is of a valid input.
func (e *Encoder) newStep(i int) encodeStep {
	in, c := &e.Inputs[i], &e.Coders[i]
	step := encodeStep{index: in.Index, ordered: in.Ordered, missing: e.MissingCode(i), other: uint16(len(c.Levels)), part: in.Part,
		cuts: cuts.New(c.Cuts), min: c.Min, max: c.Max}
	if !in.Ordered {
		step.levels = NewTextCodes(c.Levels)
		step.names = step.calendarCodes()
	} else if len(c.Special)+len(c.Values) > 0 {
		step.exact = c
	}
	switch {
	case in.Source == FromEngagement:
		step.kind = figureStep
	case in.Source == FromCreated:
		step.kind = createdStep
	case in.Source != FromField:
		step.kind = snapshotStep
	case in.Part != "":
		step.kind = dateStep
	case in.Kind == Number:
		step.kind = numberStep
	case in.Kind == Boolean:
		step.kind = booleanStep
	default:
		step.kind = textStep
	}
	return step
}

// calendarCodes are the codes of the months or weekdays in the calendar's order; of one that training has not seen, that of other.
func (step *encodeStep) calendarCodes() (codes []uint16) {
	for _, name := range calendar(step.part) {
		code, _ := step.text(name)
		codes = append(codes, code)
	}
	return codes
}

func (e *Encoder) one(i int, s *Snapshot) (uint16, Status) {
	step := &e.steps[i]
	if step.kind >= figureStep {
		return e.unsent(step, s)
	}
	v := &s.Values[step.index]
	switch {
	case v.Missing:
		return step.missing, Missing
	case step.kind == numberStep:
		return step.number(v.Number)
	case step.kind == textStep:
		return step.text(v.Text)
	case step.kind == booleanStep:
		return step.text(booleanLevel(v.Number))
	}
	return e.date(i, v.Time, s.AsOf)
}

// unsent is the code of what no field says.
func (e *Encoder) unsent(step *encodeStep, s *Snapshot) (uint16, Status) {
	switch step.kind {
	case createdStep:
		return step.date(s.Created, s.AsOf, e.zone)
	case snapshotStep:
		return step.date(s.AsOf, s.AsOf, e.zone)
	}
	number, text := e.Engagement[step.index].Value(s.Events, s.AsOf)
	if step.ordered {
		return step.number(number)
	}
	return step.text(text)
}

func booleanLevel(number float64) string {
	if number != 0 {
		return trueLevel
	}
	return falseLevel
}

// number, text and date are the codes of values of an input.
func (e *Encoder) number(i int, v float64) (uint16, Status) { return e.steps[i].number(v) }
func (e *Encoder) text(i int, text string) (uint16, Status) { return e.steps[i].text(text) }
func (e *Encoder) date(i int, date, asOf Micros) (uint16, Status) {
	return e.steps[i].date(date, asOf, e.zone)
}

// number is the code of a number; NaN is missing.
func (step *encodeStep) number(v float64) (uint16, Status) {
	if math.IsNaN(v) {
		return step.missing, Missing
	}
	status := Present
	if v < step.min || v > step.max {
		status = Outside
	}
	if step.exact != nil {
		if code, ok := step.exact.Exact(v); ok {
			return code, Present
		}
		if len(step.exact.Values) > 0 {
			status = Unseen
		}
	}
	return step.cuts.Bin(v), status
}

// text is the code of a category's value; the empty one is missing.
func (step *encodeStep) text(text string) (uint16, Status) {
	if text == "" {
		return step.missing, Missing
	}
	if code, ok := step.levels.Code(text); ok {
		return code, Present
	}
	return step.other, Unseen
}

// date is the code of a part of a date.
func (step *encodeStep) date(date, asOf Micros, zone *time.Location) (uint16, Status) {
	if step.names == nil {
		return step.number(datePart(step.part, date, asOf))
	}
	if date == NoTime {
		return step.missing, Missing
	}
	code := step.names[dateName(step.part, date, zone)]
	if code == step.other {
		return code, Unseen
	}
	return code, Present
}

// dateName is the place of a date's month or weekday in the calendar's order.
func dateName(part Part, date Micros, zone *time.Location) int {
	t := time.UnixMicro(int64(date)).In(zone)
	if part == Month {
		return int(t.Month()) - 1
	}
	return (int(t.Weekday()) + 6) % 7 // Monday is the first
}
