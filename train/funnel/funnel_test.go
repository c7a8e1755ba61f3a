package funnel_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadscore/features"
	"leadscore/train/funnel"
)

const schemaText = `
version: 1
lead: {id: id, created: created, closed: closed, value: value}
outcome: {column: outcome, won: [won], lost: [lost]}
fields: [{name: process_column_1, column: source, kind: category}, {name: process_column_2, column: budget, kind: category}, {name: process_column_3, column: authority, kind: category}]
`

const processText = `
version: 1
stages: [{name: mql}, {name: sql}, {name: opportunity}]
accepted: [accepted]
rejected: [rejected]
fast_lane: [fast lane]
ignored: [nurture]
source: source
needs: {sql: [budget, authority]}
response: {within: 4h, hours: "Mon-Fri 09:00-17:00", time_zone: Europe/Berlin}
targets: {mql_to_sql: {low: 0.2, high: 0.4}}
within: 30d
close_within: 60d
`

// leadsText are eight leads; the as-of is 2026-06-30.
const leadsText = `id,created,closed,outcome,value,source,budget,authority
won,2026-01-05,2026-03-01,won,1000,web,100,yes
lost,2026-01-05,2026-02-14,lost,,web,,yes
open,2026-06-20,,open,,web,,
skip,2026-02-02,2026-04-01,won,500,fair,7,
back,2026-02-02,,open,,fair,,
again,2026-03-02,2026-05-01,lost,,web,1,no
self,2026-03-02,2026-03-31,won,250,fair,,
none,2026-03-02,2026-03-09,won,99,web,,
`

// All hand-overs are on a Monday at 9 in Berlin unless said otherwise.
const stagesText = `id,time,stage,reason,owner
won,2026-01-12T08:00:00Z,MQL,,anna
won,2026-01-12T10:00:00Z,accepted,,anna
won,2026-01-19T08:00:00Z,sql,,anna
won,2026-02-02T08:00:00Z,Opportunity,,anna
lost,2026-01-12T08:00:00Z,mql,,bert
lost,2026-01-13T09:00:00Z,rejected,no budget,bert
open,2026-06-29T07:00:00Z,mql,,anna
skip,2026-02-09T08:00:00Z,fast lane,,anna
skip,2026-02-19T08:00:00Z,opportunity,,anna
back,2026-02-09T08:00:00Z,mql,,bert
back,2026-02-16T08:00:00Z,sql,,bert
back,2026-02-23T08:00:00Z,mql,,bert
again,2026-03-09T08:00:00Z,mql,,bert
again,2026-03-09T09:00:00Z,rejected,too small,bert
again,2026-03-16T08:00:00Z,mql,,bert
again,2026-03-23T08:00:00Z,sql,,bert
self,2026-03-12T08:00:00Z,sql,,anna
`

func compute(t *testing.T, leads, stages, process, asOf string) *funnel.Funnel {
	t.Helper()
	f, err := tryCompute(t, leads, stages, process, asOf)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func tryCompute(t *testing.T, leads, stages, process, asOf string) (*funnel.Funnel, error) {
	t.Helper()
	in, err := inputOf(t, leads, stages, process, asOf)
	if err != nil {
		return nil, err
	}
	return funnel.Compute(context.Background(), in)
}

func inputOf(t *testing.T, leads, stages, process, asOf string) (*funnel.Input, error) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	file := func(name, text string) []string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return []string{path}
	}
	schema, err := features.ParseSchema("schema.yaml", []byte(schemaText))
	if err != nil {
		t.Fatal(err)
	}
	p, err := funnel.ParseProcess("process.yaml", []byte(process))
	if err != nil {
		return nil, err
	}
	table, _, err := features.ReadLeads(ctx, schema, file("leads.csv", leads), features.ReadOptions{Outcome: true})
	if err != nil {
		return nil, err
	}
	log, _, err := features.ReadStages(ctx, schema, file("stages.csv", stages), table, features.StageColumns{}, p.Known(), features.ReadOptions{})
	if err != nil {
		return nil, err
	}
	costs, _, err := features.ReadCosts(ctx, schema, file("costs.csv", "source,month,amount\nweb,2026-01,300\nweb,2026-01,100\nfair,2026-02,90\nweb,2026-07,1000\nmail,2026-03,5\n"), features.ReadOptions{})
	if err != nil {
		return nil, err
	}
	at, _ := features.ParseTime(asOf, "", schema.Format.Zone())
	return &funnel.Input{Table: table, Log: log, Process: p, AsOf: at, Since: features.NoTime, Costs: funnel.NewCosts(costs)}, nil
}

const asOf = "2026-06-30"

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// Six leads are handed over: won, lost, open, skip, back, again. Of the six, four get to SQL (skip by its opportunity) but again only in a second round, after a
// rejection, which ends the first. lost ends at its rejection. open waits, censored after a day.
func TestStepsByHand(t *testing.T) {
	f := compute(t, leadsText, stagesText, processText, asOf)
	step := f.Steps[0]
	if step.Name != "mql_to_sql" || step.Entered != 6 || step.Reached != 3 || step.Ended != 2 || step.Waiting != 1 {
		t.Errorf("mql to sql: %+v", step)
	}
	// Ends at days 1/24 (again) and 25/24 (lost) and steps at 7 (won, back) and 10 (skip); open leaves sight at 17/24, between the two. At risk are 6, then 4 at
	// 25/24, then 3 at 7: S = 5/6, F(7) = 5/6·3/4·2/3 = 5/12, F(10) = F(7) + 5/6·3/4·1/3 = 5/8.
	near(t, "rate", step.Rate.Value, 5.0/8)
	if step.Followed != 5 || !step.Mature {
		t.Errorf("followed %d, mature %v; want 5 and true", step.Followed, step.Mature)
	}
	near(t, "half of them", step.Days.Value, 7) // F reaches 5/16 at day 7
	months := map[string]funnel.Month{}
	for _, m := range step.Months {
		months[m.Month] = m
	}
	if m := months["2026-01"]; m.Entered != 2 || m.Reached != 1 || !m.Mature || m.Rate.Value != 0.5 {
		t.Errorf("January: %+v", m)
	}
	if m := months["2026-06"]; m.Entered != 1 || m.Mature || m.Rate.Value != 0 {
		t.Errorf("June is too young: %+v", m)
	}
	if f.Skips != 2 || f.Returns != 1 || f.Recycled != 1 {
		t.Errorf("skips %d, returns %d, recycled %d; want 2 (skip's sql, self's opportunity), 1 (back) and 1 (again)", f.Skips, f.Returns, f.Recycled)
	}
	// sql: won, skip, back, again, self. To opportunity: won after 14 days, skip at once, self by its win after 18.67 days; again is lost after 38.67, back waits.
	if s := f.Steps[1]; s.Entered != 5 || s.Reached != 3 || s.Ended != 1 || s.Waiting != 1 {
		t.Errorf("sql to opportunity: %+v", s)
	}
	near(t, "sql to opportunity", f.Steps[1].Rate.Value, 3.0/5)
	// won of the six handed over: won and skip within 60 days; lost and again are lost; open and back wait.
	if w := f.Won[0]; w.Name != "mql_to_won" || w.Entered != 6 || w.Reached != 2 || w.Ended != 2 || w.Waiting != 2 {
		t.Errorf("won of mql: %+v", w)
	}
}

func TestAcceptanceAndResponseByHand(t *testing.T) {
	f := compute(t, leadsText, stagesText, processText, asOf)
	// won is accepted, skip by its opportunity, back by its sql; lost and again are rejected first; open waits.
	if a := f.Accepted; a.Entered != 6 || a.Reached != 3 || a.Ended != 2 || a.Waiting != 1 {
		t.Errorf("acceptance: %+v", a)
	}
	// Working hours to the answer: won 2, again 1, lost 8 + 1 = 9, back five days of 8 = 40, skip eight days = 64, open 8 so far, unanswered, overdue.
	r := f.Response
	if r.Leads != 6 || r.Answered != 5 || r.Waiting != 1 || r.Overdue != 1 || r.LostFirst != 0 {
		t.Errorf("response: %+v", r)
	}
	near(t, "answered in time", r.Rate.Value, 2.0/6)
	// Kaplan and Meier: 1/6 at 1 h, 2/6 at 2 h; open leaves sight at 8 h, so 1 of 3 at 9 h makes 1 − 4/6·2/3 = 5/9.
	near(t, "median", r.MedianHours.Value, 9)
	owners := map[string]float64{}
	for _, o := range r.Owners {
		owners[o.Name] = o.Rate.Value
	}
	near(t, "anna", owners["anna"], 1.0/3)
	near(t, "bert", owners["bert"], 1.0/3)
	want := []funnel.Count{{Name: "no budget", Leads: 1}, {Name: "too small", Leads: 1}}
	if diff := cmp.Diff(want, f.Reasons); diff != "" {
		t.Error(diff)
	}
}

func TestWaysSourcesNeedsByHand(t *testing.T) {
	f := compute(t, leadsText, stagesText, processText, asOf)
	got := map[funnel.Way][4]float64{}
	for _, w := range f.Ways {
		got[w.Way] = [4]float64{float64(w.Leads), float64(w.Closed), float64(w.Won), *w.Value}
	}
	want := map[funnel.Way][4]float64{funnel.ByFastLane: {1, 1, 1, 500}, funnel.ByHandOver: {5, 3, 1, 1000}, funnel.ByItself: {1, 1, 1, 250}, funnel.Never: {1, 1, 1, 99}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	sources := map[string]funnel.SourceRow{}
	for _, s := range f.Sources {
		sources[s.Source] = s
	}
	// 400 for web in January, when won and lost came: two leads, two handed over, one SQL, one won. July is not yet.
	web := sources["web"]
	if web.Leads != 5 || web.Qualified != 4 || web.Next != 2 || web.Won != 1 || *web.Cost != 400 || *web.PerLead != 200 || *web.PerQualified != 200 || *web.PerNext != 400 || *web.PerWon != 400 {
		t.Errorf("web: %+v", web)
	}
	// 90 for fair in February: skip and back, both handed over and SQL, one won.
	fair := sources["fair"]
	if *fair.PerQualified != 45 || *fair.PerNext != 45 || *fair.PerWon != 90 || *fair.Value != 750 {
		t.Errorf("fair: %+v", fair)
	}
	if mail := sources["mail"]; mail.Leads != 0 || *mail.Cost != 5 || mail.PerLead != nil {
		t.Errorf("mail has cost without leads: %+v", mail)
	}
	// SQL: won, skip, back, again, self. Budget: won, skip, again. Authority: won, again. Both: won, again.
	for k, filled := range []int{3, 2, 2} {
		if n := f.Needs[k]; n.Leads != 5 || n.Filled != filled {
			t.Errorf("need %d: %+v, want %d of 5", k, n, filled)
		}
	}
	now := map[string]int{}
	for _, c := range f.Now {
		now[c.Name] = c.Leads
	}
	if diff := cmp.Diff(map[string]int{"not_in_a_stage": 0, "mql": 2, "sql": 0, "opportunity": 0, "rejected": 0, "won": 4, "lost": 2}, now); diff != "" {
		t.Error(diff)
	}
	// In mql: won 7 days, lost 25/24, skip 10, back 7, again 1/24, open waits since 17/24.
	near(t, "stay in mql", f.Stay[0].Days.Value, 7)
	// From sql to the closing: skip 40.67, won 40.67, self 18.67, again 38.67, back waits.
	near(t, "sales cycle", f.Cycle.Close.Value, 40+16.0/24)
}

// A process whose hand-over is not its first stage: what stops below it never came to sales, not even by a win; what passes it by is direct.
func TestHandOverInTheMiddle(t *testing.T) {
	const process = "version: 1\nstages: [{name: lead}, {name: mql}, {name: sql}]\nhand_over: mql\nrejected: [rejected]\nfast_lane: [fast lane]\n"
	const leads = `id,created,closed,outcome,value,source,budget,authority
a,2026-01-05,2026-03-01,won,1,,,
b,2026-01-05,2026-03-01,won,2,,,
c,2026-01-05,2026-03-01,won,4,,,
d,2026-01-05,,open,,,,
e,2026-01-05,,open,,,,
`
	const stages = `id,time,stage
a,2026-01-06,lead
a,2026-01-08,mql
a,2026-01-12,sql
b,2026-01-06,lead
b,2026-01-12,sql
c,2026-01-06,lead
d,2026-01-06,lead
d,2026-01-07,fast lane
d,2026-01-09,rejected
e,2026-01-06,rejected
e,2026-01-07,lead
`
	f := compute(t, leads, stages, process, asOf)
	ways := map[funnel.Way]float64{}
	for _, w := range f.Ways {
		if ways[w.Way] = float64(w.Leads); w.Won > 0 {
			ways[w.Way] += *w.Value / 10
		}
	}
	if diff := cmp.Diff(map[funnel.Way]float64{funnel.ByHandOver: 1.1, funnel.ByItself: 1.2, funnel.Never: 2.4, funnel.ByFastLane: 1}, ways); diff != "" {
		t.Error(diff)
	}
	// lead to mql: a after 2 days, b by its sql after 6, d after 1; c's win is no hand-over and ends its wait, and e waits.
	if s := f.Steps[0]; s.Name != "lead_to_mql" || s.Entered != 5 || s.Reached != 3 || s.Ended != 1 || s.Waiting != 1 {
		t.Errorf("lead to mql: %+v", s)
	}
	if a := f.Accepted; a.Entered != 2 || a.Reached != 1 || a.Ended != 1 {
		t.Errorf("acceptance: %+v", a)
	}
	if f.LeftOut["answers of sales to leads that were not with sales"] != 1 {
		t.Errorf("e was answered before anything was handed over: %v", f.LeftOut)
	}
}

// Whatever happens after the as-of changes no figure.
func TestTheFutureChangesNothing(t *testing.T) {
	const early = "2026-03-10"
	before := func(text, day string) string { // the rows that had happened
		lines := strings.SplitAfter(text, "\n")
		kept := lines[0]
		for _, line := range lines[1:] {
			if parts := strings.Split(line, ","); len(parts) > 1 && parts[1] < day {
				kept += line
			}
		}
		return kept
	}
	whole := compute(t, leadsText, stagesText, processText, early)
	leads := before(leadsText, early)
	for id, line := range map[string]string{"skip": "skip,2026-02-02,,open,,fair,7,\n", "again": "again,2026-03-02,,open,,web,1,no\n", "self": "self,2026-03-02,,open,,fair,,\n"} {
		for _, old := range strings.SplitAfter(leads, "\n") {
			if strings.HasPrefix(old, id+",") {
				leads = strings.Replace(leads, old, line, 1)
			}
		}
	}
	then := compute(t, leads, before(stagesText, early), processText, early)
	whole.LeftOut, then.LeftOut = nil, nil // it counts what was not looked at
	a, err1 := json.Marshal(then)
	b, err2 := json.Marshal(whole)
	if err1 != nil || err2 != nil || string(a) != string(b) {
		t.Errorf("%v %v %s", err1, err2, cmp.Diff(string(a), string(b)))
	}
}

// Changes of one instant, and files in any order, mean the same.
func TestOrderDoesNotMatter(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSuffix(stagesText, "\n"), "\n")
	turned := lines[0]
	for i := len(lines) - 1; i > 0; i-- {
		turned += strings.TrimSuffix(lines[i], "\n") + "\n"
	}
	a, b := compute(t, leadsText, stagesText, processText, asOf), compute(t, leadsText, turned, processText, asOf)
	if diff := cmp.Diff(a.Steps, b.Steps); diff != "" {
		t.Error(diff)
	}
	same := "id,time,stage\nlost,2026-01-12T08:00:00Z,rejected\nlost,2026-01-12T08:00:00Z,sql\nlost,2026-01-12T08:00:00Z,mql\n"
	f := compute(t, leadsText, same, processText, asOf)
	if f.Returns != 0 || f.Steps[0].Reached != 1 || f.Steps[0].Rate.Value != 1 {
		t.Errorf("three changes of one instant: %d returns, %+v", f.Returns, f.Steps[0])
	}
}

func TestFaultsAreNamed(t *testing.T) {
	for _, test := range []struct{ name, stages, want string }{
		{"unknown stage", "won,2026-01-12,SQQL,,", `stages.csv: line 2: lead won: field stages.stage: "SQQL": no known stage; did you mean "sql"?`},
		{"no stage", "won,2026-01-12,,,", "line 2: lead won: field stages.stage: no stage"},
		{"no time", "won,,sql,,", "line 2: lead won: field stages.time: no time"},
		{"bad time", "won,tomorrow,sql,,", `line 2: lead won: field stages.time: "tomorrow"`},
		{"before creation", "won,2025-12-31,sql,,", `field stages.time: "2025-12-31T00:00:00Z": before its lead was created; it came at 2026-01-05T00:00:00Z`},
		{"all of a row", "won,,SQQL,,", "2 faults"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := tryCompute(t, leadsText, "id,time,stage,reason,owner\n"+test.stages+"\n", processText, asOf)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}
