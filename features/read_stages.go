package features

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"leadscore/features/source"
)

// StageColumns names the columns of a file of stage changes. An empty name is looked for among the usual ones, see [ReadStages].
type StageColumns struct {
	Lead, Time, Stage string
	Reason, Owner     string // the file may have none
	// Field reads a history of all fields' edits, as a CRM's field history is: only the edits of the field that it names count, and the stage is the edit's new value.
	Field string
}

// StageChange is a lead's move into a stage.
type StageChange struct {
	Time   Micros
	Stage  int32 // the place of the value in [StageLog.Values]
	Reason int32 // in [StageLog.Reasons]; 0, the empty text, is none
	Owner  int32 // in [StageLog.Owners]; 0 is none
	line   int64
}

// StageLog holds the stage changes of all leads of a table, each lead's by time; changes of one time stand in the file's order.
type StageLog struct {
	Values, Reasons, Owners []string
	Latest                  Micros // [NoTime] without changes
	changes                 []StageChange
	offsets                 []int32 // of each lead's first change; one more than leads
}

// Of are a lead's changes.
func (l *StageLog) Of(lead int) []StageChange { return l.changes[l.offsets[lead]:l.offsets[lead+1]] }

// Len is the number of changes.
func (l *StageLog) Len() int { return len(l.changes) }

// usualStageColumns are what common CRMs call them, without blanks, lines and case: Salesforce's OpportunityHistory (OpportunityId, CreatedDate, StageName), its
// field history (LeadId, CreatedDate, Field, OldValue, NewValue) and HubSpot's property history (contactId, timestamp, property, value).
var usualStageColumns = [stageColumns][]string{
	{"lead", "leadid", "contactid", "opportunityid", "dealid", "recordid", "objectid", "id"},
	{"time", "changedat", "stagetime", "stageat", "enteredat", "createddate", "changeddate", "editdate", "timestamp", "date"},
	{"stage", "stagename", "newstage", "tostage", "lifecyclestage", "leadstatus", "status"},
	{"reason", "rejectionreason", "lossreason", "disqualificationreason", "comment"},
	{"owner", "ownerid", "ownername", "assignedto", "salesrep", "user"},
	{"field", "fieldevent", "fieldname", "property", "propertyname"},
}

// The columns, in this order.
const (
	stageLead = iota
	stageTime
	stageStage
	stageReason
	stageOwner
	stageField
	stageColumns
)

var stageNames = [stageColumns]string{"stages.lead", "stages.time", "stages.stage", "stages.reason", "stages.owner", "stages.field"}

// ReadStages reads the stage changes of a table's leads in one pass: a row a change, with lead, time, stage and, where the file has them, reason and owner. known
// says whether a value is a stage that the caller knows, and if not, which is near.
//
// Faults, all of them as [Faults] of [*FieldError]: a change without a time or a stage, an unreadable time, a value that is no known stage, a change before its
// lead was created. Counted warnings, the change then being left out: a lead that the table does not hold, no lead at all, a row that says what another says; of two such rows, the first
// reason and the first owner that either gives stay.
func ReadStages(ctx context.Context, s *Schema, paths []string, t *Table, columns StageColumns, known func(value string) error, o ReadOptions) (*StageLog, *ReadReport, error) {
	files, err := source.Expand(paths)
	if err != nil {
		return nil, nil, err
	}
	r := newStageReader(s, t, known, columns.Field)
	r.rows.leaveOut = o.LeaveOutBadRows
	wanted, err := r.find(files, s, columns)
	if err != nil {
		return nil, nil, err
	}
	reader, have, err := openColumns(files, &s.Format, o, wanted, &notes{}, nil) // columns besides are usual in such exports
	if err != nil {
		return nil, nil, err
	}
	defer reader.Close()
	if err := eachBatch(ctx, reader, func(b *source.Batch) { r.batch(b, have) }); err != nil && !errors.Is(err, source.ErrNoRows) {
		return nil, nil, err
	}
	if err := r.rows.faults.Err(); err != nil {
		return nil, nil, err
	}
	return r.finish(), r.rows.report(files), nil
}

type stageReader struct {
	table *Table
	rows  rowFaults
	known func(string) error
	field string // only its edits count; empty: each row is a change of stage

	leads  *leadColumn
	times  *timeColumn
	stages *codeColumn
	reason *codeColumn // nil: the file has none
	owner  *codeColumn
	fields *codeColumn
	faults []error // by code of stages
	found  []leadChange
}

type leadChange struct {
	lead int32
	StageChange
}

func newStageReader(s *Schema, t *Table, known func(string) error, field string) *stageReader {
	r := &stageReader{table: t, known: known, field: field}
	index := t.index
	if index == nil {
		index = newIDIndex(t.IDs)
		for id := range t.IDs.Values() {
			index.add(index.hash(id))
		}
	}
	r.leads = &leadColumn{index: index}
	r.times = &timeColumn{field: &Field{Name: stageNames[stageTime]}, layout: s.Format.DateLayout, zone: s.Format.Zone()}
	r.stages = newCodeColumn(&Field{Name: stageNames[stageStage]}, nil)
	return r
}

// find says which column of the file is which.
func (r *stageReader) find(files []string, s *Schema, given StageColumns) ([]wanted, error) {
	names, err := columnNames(files, s.Format.options())
	if err != nil {
		return nil, err
	}
	usual := usualStageColumns
	if given.Field != "" {
		usual[stageStage] = usualHistoryColumns[historyNew]
	}
	var list []wanted
	var faults Faults
	fault := func(k int, value, problem, want string) {
		faults.Add(&FieldError{File: filepath.Base(files[0]), Field: stageNames[k], Value: value, Problem: problem, Want: want})
	}
	for k, name := range []string{given.Lead, given.Time, given.Stage, given.Reason, given.Owner, ""} {
		if k == stageField && given.Field == "" {
			break
		}
		own := []string{s.Lead.ID, s.Events.Lead}
		if k != stageLead {
			own = nil
		}
		column := findColumn(names, name, own, usual[k])
		has := func(w wanted) bool { return w.column == column }
		switch {
		case column != "" && slices.ContainsFunc(list, has):
			if name != "" {
				fault(k, name, "the column has another meaning already", "name another")
			}
		case column != "":
			list = append(list, wanted{column, true, stageNames[k], r.reader(k)})
		case name != "":
			fault(k, name, "no such column", fmt.Sprintf("the file has %q", names))
		case k != stageReason && k != stageOwner:
			fault(k, "", "no such column", fmt.Sprintf("say which of %q it is", names))
		}
	}
	return list, faults.Err()
}

func (r *stageReader) reader(k int) columnReader {
	optional := newCodeColumn(&Field{Name: stageNames[k]}, nil)
	switch k {
	case stageLead:
		return r.leads
	case stageTime:
		return r.times
	case stageStage:
		return r.stages
	case stageReason:
		r.reason = optional
	case stageOwner:
		r.owner = optional
	case stageField:
		r.fields = optional
	}
	return optional
}

// findColumn is the given name, or the first of one's own names that there is, or of the usual ones as [letters] gives them; empty: none.
func findColumn(names []string, given string, own, usual []string) string {
	if given != "" {
		if !slices.Contains(names, given) {
			return ""
		}
		return given
	}
	for _, name := range own {
		if name != "" && slices.Contains(names, name) {
			return name
		}
	}
	for _, word := range usual {
		if at := slices.IndexFunc(names, func(name string) bool { return letters(name) == word }); at >= 0 {
			return names[at]
		}
	}
	return ""
}

func (r *stageReader) batch(b *source.Batch, have []wanted) {
	r.rows.begin(b)
	readColumns(b, have, &r.rows)
	r.check(b)
	r.rows.settle(b, func(row int) string { return r.leads.name(row) })
	for row := range b.Rows {
		if r.rows.bad[row] || !r.counts(row) {
			continue
		}
		lead := r.leads.rows[row]
		switch lead {
		case unknownLead:
			r.rows.notes.add("stage changes of leads that are not in the leads' file, left out", func() string {
				return fmt.Sprintf("%s: lead %s", placeOf(b, row), shorten(r.leads.name(row)))
			})
		case noLead:
			r.rows.notes.add("stage changes without a lead, left out", func() string { return placeOf(b, row) })
		default:
			r.found = append(r.found, leadChange{lead, StageChange{Time: r.times.values[row], Stage: int32(r.stages.codes[row]),
				Reason: codeOf(r.reason, row), Owner: codeOf(r.owner, row), line: int64(len(r.found))}})
		}
	}
}

func codeOf(c *codeColumn, row int) int32 {
	if c == nil {
		return 0
	}
	return int32(c.codes[row])
}

// counts says that a row is an edit of the stage.
func (r *stageReader) counts(row int) bool {
	return r.fields == nil || strings.EqualFold(r.fields.levels[r.fields.codes[row]], r.field)
}

// check adds the faults that no column's reader sees.
func (r *stageReader) check(b *source.Batch) {
	for k := len(r.faults); k < len(r.stages.levels); k++ {
		fault := error(nil)
		if k > 0 {
			fault = r.known(r.stages.levels[k])
		}
		r.faults = append(r.faults, fault)
	}
	if r.fields != nil { // what is wrong with other fields' edits is no matter
		r.rows.batch = slices.DeleteFunc(r.rows.batch, func(f rowFault) bool { return f.column >= 0 && !r.counts(f.row) })
	}
	timed := make(map[int]bool, len(r.rows.batch)) // rows whose time has a fault already
	for _, f := range r.rows.batch {
		if f.fault.Field == stageNames[stageTime] {
			timed[f.row] = true
		}
	}
	bad := func(row, column int, fault *FieldError) {
		fault.Field = stageNames[column]
		r.rows.batch = append(r.rows.batch, rowFault{row, column, fault})
	}
	zone := r.table.Schema.Format.Zone()
	for row := range b.Rows {
		if !r.counts(row) {
			continue
		}
		code, at, lead := r.stages.codes[row], r.times.values[row], r.leads.rows[row]
		if at == NoTime && !timed[row] {
			bad(row, stageTime, &FieldError{Problem: "no time", Want: "every change of stage needs one"})
		}
		if code == 0 {
			bad(row, stageStage, &FieldError{Problem: "no stage", Want: "every change needs the stage that it leads to"})
		} else if err := r.faults[code]; err != nil {
			bad(row, stageStage, &FieldError{Value: r.stages.levels[code], Problem: "no known stage", Want: err.Error()})
		}
		if lead >= 0 && at != NoTime {
			created := r.table.Created.At(int(lead))
			switch {
			case created == NoTime || at >= created:
			case at == dayOf(created, zone): // a date without a time of day
				r.times.values[row] = created
			default:
				bad(row, stageTime, &FieldError{Value: at.Time().Format(time.RFC3339), Problem: "before its lead was created", Want: "it came at " + created.Time().Format(time.RFC3339), kind: "before its lead was created"})
			}
		}
	}
}

// dayOf is the beginning of an instant's day.
func dayOf(at Micros, zone *time.Location) Micros {
	day := at.Time().In(zone)
	return MicrosOf(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone))
}

func (r *stageReader) finish() *StageLog {
	l := &StageLog{Values: r.stages.levels, Reasons: levelsOf(r.reason), Owners: levelsOf(r.owner), Latest: NoTime, offsets: make([]int32, r.table.Len()+1)}
	slices.SortFunc(r.found, func(a, b leadChange) int {
		return cmp.Or(cmp.Compare(a.lead, b.lead), cmp.Compare(a.Time, b.Time), cmp.Compare(a.line, b.line))
	})
	doubled := 0
	for i, c := range r.found {
		if i > 0 && c.lead == r.found[i-1].lead && c.Time == r.found[i-1].Time && c.Stage == r.found[i-1].Stage {
			kept := &l.changes[len(l.changes)-1]
			kept.Reason, kept.Owner = cmp.Or(kept.Reason, c.Reason), cmp.Or(kept.Owner, c.Owner)
			doubled++
			continue
		}
		l.changes = append(l.changes, c.StageChange)
		l.offsets[c.lead+1]++
		l.Latest = max(l.Latest, c.Time)
	}
	for i := range r.table.Len() {
		l.offsets[i+1] += l.offsets[i]
	}
	if doubled > 0 {
		r.rows.notes.list = append(r.rows.notes.list, Warning{Problem: "stage changes that say what another row says, left out", Count: int64(doubled)})
	}
	return l
}

func levelsOf(c *codeColumn) []string {
	if c == nil {
		return []string{""}
	}
	return c.levels
}
