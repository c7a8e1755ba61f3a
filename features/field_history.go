package features

import (
	"slices"
)

// FieldChange is one edit of one field of a lead.
type FieldChange struct {
	Time   Micros
	Field  int // place in Schema.Fields
	New    Value
	Old    Value
	HasOld bool // the history says what was there before
}

// FieldHistory is what became of one lead's fields. [ReadFieldHistory] reads one.
type FieldHistory struct {
	Lead    string
	Changes []FieldChange // by time, those of one instant in the file's order
}

// At is the lead with its fields as they were known just before an instant; the lead itself does not change. A field has the new value of its
// newest edit before then; if its first edit came later, the old value of that edit, or none where the history keeps no old values, because
// such a history begins with the first value. Fields without edits stay. At [NoTime] nothing has been edited yet, so the lead stays whole.
func (h *FieldHistory) At(l *Lead, asOf Micros) *Lead {
	if asOf == NoTime || len(h.Changes) == 0 {
		return l
	}
	then := *l
	then.Values = slices.Clone(l.Values)
	settled := map[int]bool{} // fields whose value at the instant is known; a later edit does not matter
	for _, c := range h.Changes {
		switch {
		case c.Time < asOf:
			then.Values[c.Field] = c.New
			settled[c.Field] = true
		case !settled[c.Field]:
			then.Values[c.Field] = Value{Missing: true}
			if c.HasOld {
				then.Values[c.Field] = c.Old
			}
			settled[c.Field] = true
		}
	}
	return &then
}
