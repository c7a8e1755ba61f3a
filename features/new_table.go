package features

import "math"

// GivenLead is a lead that a program gives, with what became of it.
type GivenLead struct {
	Lead     *Lead // by [Schema.NewLead]; its id is no other lead's
	Outcome  Outcome
	Closed   Micros // [NoTime]: not known
	Snapshot Micros // for a snapshot rule that names a column; [NoTime] otherwise
	Account  string // empty: none
}

// NewTable holds leads that no file does, and their events, as the readers would: [NewHistory] and all that follows make no difference.
func NewTable(s *Schema, leads []GivenLead) (*Table, *EventLog) {
	t := &Table{Schema: s, IDs: &IDs{}, Columns: make([]Column, len(s.Fields))}
	events, accounts := NewEventBuilder(len(leads)), newCodeColumn(&Field{Name: "lead.account"}, nil)
	created, closed, snapshots := &Times{}, &Times{}, &Times{}
	for i := range leads {
		given := &leads[i]
		t.IDs.add(given.Lead.ID)
		t.Outcome = append(t.Outcome, given.Outcome)
		created.add(given.Lead.Created)
		closed.add(given.Closed)
		snapshots.add(given.Snapshot)
		code, _ := accounts.code(given.Account)
		accounts.column.add(code)
		for _, e := range given.Lead.Events {
			events.Add(i, e.Time, e.Type)
		}
	}
	if s.Lead.Created != "" {
		t.Created = created
	}
	if s.Lead.Closed != "" {
		t.Closed = closed
	}
	if s.Snapshot.Column != "" {
		t.SnapshotAt = snapshots
	}
	if len(accounts.levels) > 1 {
		t.Account, t.Accounts = &accounts.column, accounts.levels
	}
	for field := range s.Fields {
		if s.Fields[field].Used() {
			t.Columns[field] = givenColumn(&s.Fields[field], leads, field)
		}
	}
	return t, events.Build()
}

// givenColumn gathers one field of all leads.
func givenColumn(f *Field, leads []GivenLead, field int) Column {
	var levels []string
	if f.Kind == Boolean {
		levels = []string{falseLevel, trueLevel}
	}
	numbers, times, codes := &Numbers{}, &Times{}, newCodeColumn(f, nil, levels...)
	for i := range leads {
		v := &leads[i].Lead.Values[field]
		switch f.Kind {
		case Number:
			number := math.NaN()
			if !v.Missing {
				number = v.Number
			}
			numbers.add(number)
		case Date:
			at := NoTime
			if !v.Missing {
				at = v.Time
			}
			times.add(at)
		default:
			codes.column.add(codes.place(v, f.Kind))
		}
	}
	switch f.Kind {
	case Number:
		return Column{Numbers: numbers}
	case Date:
		return Column{Times: times}
	}
	return Column{Codes: &codes.column, Levels: codes.levels}
}

// place is the code of a value that has been read already.
func (r *codeColumn) place(v *Value, kind Kind) uint32 {
	text := v.Text
	switch {
	case v.Missing:
		return 0
	case kind == Boolean:
		text = booleanLevel(v.Number)
	}
	code, known := r.places[text]
	if !known {
		code = uint32(len(r.levels))
		r.places[text] = code
		r.levels = append(r.levels, text)
	}
	return code
}
