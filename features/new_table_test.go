package features

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// Leads that are given are the leads that a file holds: the same history, lead by lead.
func TestNewTable(t *testing.T) {
	schema, err := ParseSchema("schema.yaml", []byte(`version: 1
lead: {id: lead_id, created: created, closed: closed, account: account}
outcome: {column: outcome, won: [won], lost: [lost]}
snapshot: created + 7d
fields:
  - {name: country, kind: category}
  - {name: employees, kind: number}
  - {name: newsletter, kind: boolean}
  - {name: signed_up, kind: date}
  - {name: email, kind: email}
  - {name: reason, kind: category, use: "no", because: known only after the outcome}
events: {lead: lead_id, time: time, type: type}
engagement: [{name: visits, count: [visit]}]
`))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"leads.csv": "lead_id,created,closed,account,outcome,country,employees,newsletter,signed_up,email,reason\n" +
			"L1,2026-05-01,2026-06-01,A,won,DE,250,yes,2026-04-01,a@muster-gmbh.de,x\nL2,2026-05-02,,B,,,,,,,\nL3,2026-05-03,2026-07-01,A,lost,FR,0,no,,b@gmail.com,y\n",
		"events.csv": "lead_id,time,type\nL1,2026-05-02,visit\nL3,2026-05-04,call\nL1,2026-04-02,call\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, _, err := ReadLeads(t.Context(), schema, []string{filepath.Join(dir, "leads.csv")}, ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	log, _, err := ReadEvents(t.Context(), schema, []string{filepath.Join(dir, "events.csv")}, read, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var given []GivenLead
	whole := NewHistoryAsOf(read, log, 1<<62)
	for i := range read.Len() {
		var s Snapshot
		whole.Snapshot(i, &s)
		lead := &Lead{ID: s.ID, Created: s.Created, Values: append([]Value{}, s.Values...), Events: append([]Event{}, s.Events...)}
		given = append(given, GivenLead{Lead: lead, Outcome: read.Outcome[i], Closed: read.Closed.At(i), Snapshot: NoTime, Account: read.Accounts[read.Account.At(i)]})
	}
	made, events := NewTable(schema, given)
	read.files, read.lines, read.index = nil, packed{}, nil
	if !reflect.DeepEqual(made, read) { // numbers by their bits
		t.Errorf("the table is\n%+v\nread\n%+v", made, read)
	}
	if !reflect.DeepEqual(events, log) {
		t.Errorf("the events are %+v, read %+v", events, log)
	}
}
