package funnel

import (
	"os"
	"strings"
	"testing"
	"time"

	"leadscore/features"
)

func TestProcessDefaults(t *testing.T) {
	p, err := ParseProcess("process.yaml", []byte("version: 1\nstages: [{name: mql}, {name: sql, values: [Qualified, SQL]}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p.HandOver != "mql" || time.Duration(p.Response.Within) != 4*time.Hour || p.Within.String() != "90d" || p.CloseWithin.String() != "180d" || p.ReviewEvery.String() != "91d" {
		t.Errorf("defaults: %+v", p)
	}
	known := p.Known()
	for _, value := range []string{"mql", "MQL", "qualified"} {
		if err := known(value); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
	if err := known("sqll"); err == nil || !strings.Contains(err.Error(), `did you mean "sql"`) {
		t.Errorf("sqll: %v", err)
	}
	proposed, unplaced := ProposeText([]SeenStage{{"MQL", 3}, {"Demo \"booked\"", 2}, {"Rejected", 1}}, &features.Schema{})
	if _, err := ParseProcess("x", proposed); err != nil || unplaced != 1 {
		t.Errorf("what is proposed cannot be read: %v", err)
	}
}

// The example of docs/process.md is a process.
func TestProcessOfTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/process.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```yaml\n")
	block, _, found := strings.Cut(block, "```")
	if p, err := ParseProcess("docs/process.md", []byte(block)); err != nil || !found || len(p.Needs["opportunity"]) != 6 {
		t.Errorf("%v", err)
	}
}

func TestProcessFaults(t *testing.T) {
	const stages = "version: 1\nstages: [{name: mql}, {name: sql}]\n"
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "process.yaml: the file is empty"},
		{"no version", "stages: [{name: mql}, {name: sql}]", `field version: "0": not a known version; write version: 1`},
		{"one stage", "version: 1\nstages: [{name: mql}]", "field stages: fewer than two stages"},
		{"unknown key", stages + "acepted: [x]", "line 3: field acepted: unknown key; did you mean accepted?"},
		{"a name", "version: 1\nstages: [{name: MQL}, {name: sql}]", `line 2: field stages[0].name: "MQL": not a stage's name`},
		{"won", "version: 1\nstages: [{name: mql}, {name: won}]", `field stages[1].name: "won": not a stage; won and lost come from the leads' outcome`},
		{"twice a stage", "version: 1\nstages: [{name: mql}, {name: mql}]", "a stage of this name stands above"},
		{"twice a value", stages + "rejected: [no, SQL]", `line 3: field rejected[1]: "SQL": it means sql already`},
		{"hand-over", stages + "hand_over: mqll", `field hand_over: "mqll": no such stage; the stages are mql, sql`},
		{"hand-over at the end", stages + "hand_over: sql", `field hand_over: "sql": no stage comes after it`},
		{"needs", stages + "needs: {opportunity: [budget]}", "field needs.opportunity: \"opportunity\": no such stage"},
		{"target", stages + "targets: {sql_to_mql: {low: 0.1}}", `no such target; known are mql_to_sql, sql_to_won, acceptance, response_within`},
		{"percent", stages + "targets: {mql_to_sql: {low: 20}}", `field targets.mql_to_sql.low: "20": not a share; write a number from 0 to 1: 0.2 for 20 %`},
		{"bounds", stages + "targets: {acceptance: {low: 0.4, high: 0.2}}", "low is above high"},
		{"no bound", stages + "targets: {acceptance: {source: us}}", "no bound"},
		{"hours", stages + "response: {hours: \"9 to 5\"}", "field response.hours"},
		{"zone", stages + "response: {time_zone: Berlin}", `field response.time_zone: "Berlin": no known time zone`},
		{"span", stages + "within: 3 months", "field within: \"3 months\": not a time span"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseProcess("process.yaml", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func FuzzProcess(f *testing.F) {
	f.Add("version: 1\nstages: [{name: mql}, {name: sql}]\ntargets: {mql_to_sql: {low: 0.2}}\nneeds: {sql: [budget]}\n")
	f.Add("version: 1\nstages:\n- {name: a, values: [x, y]}\n- {name: b}\nresponse: {within: 2h, hours: Mon 09:00-10:00}\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProcess("process.yaml", []byte(text))
		if err != nil {
			return
		}
		if h := p.handOver(); h < 0 || h >= len(p.Stages)-1 || len(p.stepNames()) != len(p.Stages) {
			t.Errorf("%q: hand-over %d of %d stages", text, h, len(p.Stages))
		}
		for _, s := range p.Stages {
			for _, v := range s.Values {
				if p.Known()(v) != nil {
					t.Errorf("%q: its own value %q is not known", text, v)
				}
			}
		}
	})
}
