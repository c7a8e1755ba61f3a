package features

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const editedSchema = `version: 1
lead: {id: lead_id, created: created}
fields:
  - {name: country, kind: category}
  - {name: employees, kind: number, column: "Number Of Employees"}
  - {name: newsletter, kind: boolean}
  - {name: signed_up, kind: date}
  - {name: email, kind: email}
  - {name: reason, kind: category, use: "no", because: known only after the outcome}
`

func editsFile(t testing.TB, text string) (*Schema, string) {
	t.Helper()
	s, err := ParseSchema("schema.yaml", []byte(editedSchema))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "edits.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, path
}

func on(day int) Micros { return MicrosOf(time.Date(2026, 5, day, 0, 0, 0, 0, time.UTC)) }

// The exports of Salesforce and HubSpot are read as they come, in any order, and take the lead back to what it was.
func TestReadFieldHistory(t *testing.T) {
	const salesforce = "LeadId,CreatedDate,Field,OldValue,NewValue\n" +
		"L-1,2026-05-20T00:00:00.000+0000,country,AT,DE\n" +
		"L-1,2026-05-10T00:00:00.000+0000,country,,AT\n" +
		"L-2,2026-05-10T00:00:00.000+0000,country,DE,FR\n" +
		"L-1,2026-05-15T00:00:00.000+0000,Number Of Employees,,250\n" +
		"L-1,2026-05-15T00:00:00.000+0000,email,anna@gmail.com,anna@muster-gmbh.de\n" +
		"L-1,2026-05-15T00:00:00.000+0000,Status,Open,Working\n" +
		"L-1,2026-05-15T00:00:00.000+0000,reason,,price\n"
	const hubspot = "contactId,timestamp,property,value,sourceType\n" +
		"L-1,2026-05-20T00:00:00Z,country,DE,CRM_UI\n" +
		"L-1,2026-05-10T00:00:00Z,country,AT,FORM\n" +
		"L-1,2026-05-15T00:00:00Z,employees,250,API\n" +
		"L-1,2026-05-15T00:00:00Z,email,anna@muster-gmbh.de,API\n"
	for name, text := range map[string]string{"salesforce": salesforce, "hubspot": hubspot} {
		t.Run(name, func(t *testing.T) {
			s, path := editsFile(t, text)
			h, report, err := ReadFieldHistory(t.Context(), s, []string{path}, "L-1", HistoryColumns{}, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(h.Changes) != 4 || name == "salesforce" && len(report.Warnings) != 2 {
				t.Fatalf("%d changes, warnings %v", len(h.Changes), report.Warnings)
			}
			lead, err := s.NewLead("L-1", on(1), map[string]any{"country": "DE", "employees": 250, "newsletter": true, "email": "anna@muster-gmbh.de"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			beforeMail := Value{Text: "free"}
			if name == "hubspot" {
				beforeMail = Value{Missing: true}
			}
			for _, c := range []struct {
				at                Micros
				country, employed Value
				mail              Value
			}{
				{on(5), Value{Missing: true}, Value{Missing: true}, beforeMail},
				{on(10), Value{Missing: true}, Value{Missing: true}, beforeMail}, // an edit at the instant is not seen, as an event is not
				{on(10) + 1, Value{Text: "AT"}, Value{Missing: true}, beforeMail},
				{on(16), Value{Text: "AT"}, Value{Number: 250}, Value{Text: "company"}},
				{on(21), Value{Text: "DE"}, Value{Number: 250}, Value{Text: "company"}},
			} {
				got := h.At(lead, c.at).Values
				if got[0] != c.country || got[1] != c.employed || got[4] != c.mail || got[2] != (Value{Number: 1}) {
					t.Errorf("as of %v: %+v, want %+v", c.at.Time(), got, c)
				}
			}
			if lead.Values[0].Text != "DE" || h.At(lead, NoTime) != lead {
				t.Error("the lead itself changed, or is another at no instant")
			}
		})
	}
}

func TestReadFieldHistoryFaults(t *testing.T) {
	for _, c := range []struct {
		name, text string
		columns    HistoryColumns
		want       []string
	}{
		{"a file of something else", "a,b\n1,2\n", HistoryColumns{}, []string{"field lead: no such column", "field time", "field field", "field new"}},
		{"a wrong column", "lead,time,field,new\n", HistoryColumns{Old: "before"}, []string{`field old: "before": no such column`}},
		{"one column twice", "lead,time,field,new\n", HistoryColumns{Old: "new"}, []string{"another meaning"}},
		{"bad cells", "lead,time,field,new\nL-1,,country,DE\nL-1,soon,country,DE\nL-1,2026-05-01,,DE\nL-1,2026-05-01,employees,many\nL-2,soon,,\n", HistoryColumns{},
			[]string{"edits.csv: line 2: lead L-1: field time: no time", `line 3: lead L-1: field time: "soon"`, "line 4: lead L-1: field field: no field", `line 5: lead L-1: field employees: "many": not a number`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, path := editsFile(t, c.text)
			_, _, err := ReadFieldHistory(t.Context(), s, []string{path}, "L-1", c.columns, ReadOptions{})
			var faults Faults
			if !errors.As(err, &faults) || faults.Total() != len(c.want) {
				t.Fatalf("ReadFieldHistory = %v, want %d faults", err, len(c.want))
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
		})
	}
	s, path := editsFile(t, "lead,time,field,new\nL-1,soon,country,DE\nL-1,2026-05-01,country,DE\n")
	h, report, err := ReadFieldHistory(t.Context(), s, []string{path}, "L-1", HistoryColumns{}, ReadOptions{LeaveOutBadRows: true})
	if err != nil || len(h.Changes) != 1 || len(report.LeftOut) != 1 {
		t.Errorf("with bad rows left out: %v, %+v, %+v", err, h, report)
	}
}

// Whatever the file, there is a history whose every instant can be looked at, or an error.
func FuzzFieldHistory(f *testing.F) {
	for _, text := range []string{
		"lead,time,field,old,new\nL-1,2026-05-01,country,AT,DE\n",
		"LeadId,CreatedDate,Field,OldValue,NewValue\nL-1,2026-05-20T00:00:00.000+0000,employees,1,2\n",
		"contactId;timestamp;property;value\nL-1;2026-05-20;newsletter;yes\nL-1;;;\n",
		"lead,time,field,new\nL-1,\xff,email,\x00\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, path := editsFile(t, text)
		h, _, err := ReadFieldHistory(context.Background(), s, []string{path}, "L-1", HistoryColumns{}, ReadOptions{LeaveOutBadRows: true})
		if err != nil {
			return
		}
		lead := &Lead{ID: "L-1", Values: make([]Value, len(s.Fields))}
		last := NoTime
		for _, c := range h.Changes {
			if c.Time == NoTime || c.Time < last || c.Field < 0 || c.Field >= len(s.Fields) || !s.Fields[c.Field].Used() {
				t.Fatalf("a change %+v after %d", c, last)
			}
			last = c.Time
			if got := h.At(lead, c.Time); len(got.Values) != len(lead.Values) {
				t.Fatal("values were lost")
			}
		}
	})
}
