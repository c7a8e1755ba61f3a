package features

import "time"

// encodeStep is how one input gets its code, made out by Validate rather than for each lead.
type encodeStep struct {
	kind    stepKind
	index   int    // into Snapshot.Values or Encoder.Engagement
	missing uint16 // code of a missing value
	part    Part   // of a date
	names   []uint16
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

func (e *Encoder) step(i int) encodeStep {
	in := &e.Inputs[i]
	step := encodeStep{index: in.Index, missing: e.MissingCode(i), part: in.Part, names: e.calendarCodes(i)}
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
func (e *Encoder) calendarCodes(i int) (codes []uint16) {
	for _, name := range calendar(e.Inputs[i].Part) {
		code, _ := e.text(i, name)
		codes = append(codes, code)
	}
	return codes
}

func (e *Encoder) one(i int, s *Snapshot) (uint16, Status) {
	step := &e.steps[i]
	switch step.kind {
	case figureStep:
		number, text := e.Engagement[step.index].Value(s.Events, s.AsOf)
		if e.Inputs[i].Ordered {
			return e.number(i, number)
		}
		return e.text(i, text)
	case createdStep:
		return e.date(i, s.Created, s.AsOf)
	case snapshotStep:
		return e.date(i, s.AsOf, s.AsOf)
	}
	v := &s.Values[step.index]
	if v.Missing {
		return step.missing, Missing
	}
	switch step.kind {
	case numberStep:
		return e.number(i, v.Number)
	case booleanStep:
		return e.text(i, booleanLevel(v.Number))
	case dateStep:
		return e.date(i, v.Time, s.AsOf)
	}
	return e.text(i, v.Text)
}

func booleanLevel(number float64) string {
	if number != 0 {
		return trueLevel
	}
	return falseLevel
}

// date is the code of a part of a date.
func (e *Encoder) date(i int, date, asOf Micros) (uint16, Status) {
	step := &e.steps[i]
	if step.names == nil {
		return e.number(i, datePart(step.part, date, asOf))
	}
	if date == NoTime {
		return step.missing, Missing
	}
	code := step.names[dateName(step.part, date, e.zone)]
	if int(code) == len(e.Coders[i].Levels) {
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
