package features

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadscore/features/source"
)

const stageSchema = `version: 1
lead: {id: id, created: created}
outcome: {column: outcome, won: [won], lost: [lost]}
fields: [{name: size, kind: category}]
`

// stageLeads are three leads: a, b and c, created on 1 January 2026.
func stageLeads(t testing.TB) (*Schema, *Table) {
	t.Helper()
	s, err := ParseSchema("schema.yaml", []byte(stageSchema))
	if err != nil {
		t.Fatal(err)
	}
	leads := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(leads, []byte("id,created,outcome,size\na,2026-01-01,won,1\nb,2026-01-01,,1\nc,2026-01-01,lost,1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	table, _, err := ReadLeads(context.Background(), s, []string{leads}, ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	return s, table
}

// stagesOf reads stage changes of [stageLeads]; mql and sql are stages.
func stagesOf(t testing.TB, text string, columns StageColumns, o ReadOptions) (*StageLog, *ReadReport, error) {
	t.Helper()
	s, table := stageLeads(t)
	path := filepath.Join(t.TempDir(), "stages.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	known := func(value string) error {
		if strings.EqualFold(value, "mql") || strings.EqualFold(value, "sql") {
			return nil
		}
		return errors.New("write mql or sql")
	}
	return ReadStages(context.Background(), s, []string{path}, table, columns, known, o)
}

// told writes the changes of all three leads.
func told(l *StageLog) (list []string) {
	for lead, id := range []string{"a", "b", "c"} {
		for _, c := range l.Of(lead) {
			list = append(list, strings.Join([]string{id, c.Time.Time().Format("01-02 15:04"), l.Values[c.Stage], l.Reasons[c.Reason], l.Owners[c.Owner]}, "|"))
		}
	}
	return list
}

func TestReadStages(t *testing.T) {
	want := []string{"a|01-02 10:00|MQL|why|x", "a|01-03 00:00|sql||", "c|01-05 00:00|mql||y"}
	for _, test := range []struct {
		name, text string
		columns    StageColumns
		warnings   []string
	}{
		{name: "rows in any order", text: "lead_id,time,stage,reason,owner\nc,2026-01-05,mql,,y\na,2026-01-03,sql,,\na,2026-01-02T10:00:00Z,MQL,why,x\n"},
		{name: "the schema's own id, Salesforce's names, further columns", text: "id,Created Date,Stage Name,Amount,Reason,Owner Id\nc,2026-01-05,mql,9,,y\na,2026-01-03,sql,,,\na,2026-01-02T10:00:00Z,MQL,1,why,x\n"},
		{name: "names given", text: "l;t;s;r;o\nc;2026-01-05;mql;;y\na;2026-01-03;sql;;\na;2026-01-02T10:00:00Z;MQL;why;x\n", columns: StageColumns{Lead: "l", Time: "t", Stage: "s", Reason: "r", Owner: "o"}},
		{name: "a field history", text: "LeadId,CreatedDate,Field,OldValue,NewValue,Reason,Owner\nc,2026-01-05,Status,,mql,,y\na,2026-01-03,status,MQL,sql,,\na,,Phone,,123,,\nb,2026-01-01,Rating,Cold,Hot,,\na,2026-01-02T10:00:00Z,Status,,MQL,why,x\n",
			columns: StageColumns{Field: "Status"}},
		{name: "what is left out is counted", text: "lead,time,stage,reason,owner\nc,2026-01-05,mql,,y\nd,2026-01-05,mql,,\n,2026-01-05,mql,,\na,2026-01-03,sql,,\na,2026-01-02T10:00:00Z,MQL,why,x\na,2026-01-02T10:00:00Z,MQL,why,x\n",
			warnings: []string{"stage changes of leads that are not in the leads' file, left out (1), first: stages.csv: line 3: lead d", "stage changes without a lead, left out (1), first: stages.csv: line 4", "stage changes that say what another row says, left out (1)"}},
		{name: "of a row said twice each half counts", text: "lead,time,stage,reason,owner\nc,2026-01-05,mql,,\nc,2026-01-05,mql,,y\na,2026-01-03,sql,,\na,2026-01-02T10:00:00Z,MQL,,x\na,2026-01-02T10:00:00Z,MQL,why,z\n",
			warnings: []string{"stage changes that say what another row says, left out (2)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			log, report, err := stagesOf(t, test.text, test.columns, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, told(log)); diff != "" {
				t.Error(diff)
			}
			var warnings []string
			for _, w := range report.Warnings {
				warnings = append(warnings, w.String())
			}
			if diff := cmp.Diff(test.warnings, warnings); diff != "" {
				t.Error(diff)
			}
			if log.Latest.Time().Format("2006-01-02") != "2026-01-05" {
				t.Errorf("latest %v", log.Latest.Time())
			}
		})
	}
}

// A Parquet file with timestamps says the same as text.
func TestReadStagesOfParquet(t *testing.T) {
	const text = "lead,time,stage,owner\nc,2026-01-05T00:00:00Z,mql,y\na,2026-01-03T10:30:00Z,sql,\n"
	want, _, err := stagesOf(t, text, StageColumns{}, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, table := stageLeads(t)
	path := filepath.Join(t.TempDir(), "stages.parquet")
	infos := []source.ColumnInfo{{Name: "lead", Kind: source.Text}, {Name: "time", Kind: source.Time}, {Name: "stage", Kind: source.Text}, {Name: "owner", Kind: source.Text}}
	w, err := source.Create(path, infos)
	if err != nil {
		t.Fatal(err)
	}
	times := []int64{int64(MicrosOf(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))), int64(MicrosOf(time.Date(2026, 1, 3, 10, 30, 0, 0, time.UTC)))}
	columns := []source.Column{{ColumnInfo: infos[0], Text: []string{"c", "a"}}, {ColumnInfo: infos[1], Times: times}, {ColumnInfo: infos[2], Text: []string{"mql", "sql"}},
		{ColumnInfo: infos[3], Text: []string{"y", ""}, Null: []bool{false, true}}}
	if err := errors.Join(w.Write(columns, 2), w.Commit()); err != nil {
		t.Fatal(err)
	}
	got, _, err := ReadStages(context.Background(), s, []string{path}, table, StageColumns{}, func(string) error { return nil }, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(told(want), told(got)); diff != "" {
		t.Error(diff)
	}
}

// A date without a time of day, in the schema's zone, is not before a creation later that day.
func TestReadStagesByDate(t *testing.T) {
	s, err := ParseSchema("schema.yaml", []byte(stageSchema+"format: {time_zone: Europe/Berlin}\n"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	leads, stages := filepath.Join(folder, "leads.csv"), filepath.Join(folder, "stages.csv")
	if err := errors.Join(os.WriteFile(leads, []byte("id,created,outcome,size\na,2026-01-01 15:30,won,1\nb,2026-01-01 15:30,won,1\n"), 0o666),
		os.WriteFile(stages, []byte("lead,time,stage\na,2026-01-01,mql\nb,2026-01-01 15:29,mql\n"), 0o666)); err != nil {
		t.Fatal(err)
	}
	table, _, err := ReadLeads(context.Background(), s, []string{leads}, ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	known := func(string) error { return nil }
	log, report, err := ReadStages(context.Background(), s, []string{stages}, table, StageColumns{}, known, ReadOptions{LeaveOutBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := log.Of(0); len(got) != 1 || got[0].Time != table.Created.At(0) {
		t.Errorf("a's changes are %v", got)
	}
	if len(log.Of(1)) != 0 || report.LeftOut["field stages.time: before its lead was created"] != 1 {
		t.Errorf("b's changes are %v, left out %v", log.Of(1), report.LeftOut)
	}
}

func TestReadStagesFaults(t *testing.T) {
	text := "lead,time,stage\na,2026-01-02,mql\na,soon,mql\nb,,SQL\nb,2026-01-02,\nc,2026-01-02,won\nc,2025-12-31,sql\n"
	_, _, err := stagesOf(t, text, StageColumns{}, ReadOptions{})
	var faults Faults
	if !errors.As(err, &faults) || faults.Total() != 5 {
		t.Fatalf("%v, want five faults", err)
	}
	log, report, err := stagesOf(t, text, StageColumns{}, ReadOptions{LeaveOutBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a|01-02 00:00|mql||"}, told(log)); diff != "" {
		t.Error(diff)
	}
	want := map[string]int64{"field stages.stage: no known stage": 1, "field stages.stage: no stage": 1, "field stages.time: before its lead was created": 1, "field stages.time: no time": 1, "field stages.time: not a time": 1}
	got := map[string]int64{}
	for reason, n := range report.LeftOut {
		if strings.HasPrefix(reason, "field stages.time: not a") {
			reason = "field stages.time: not a time"
		}
		got[reason] += n
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, test := range []struct{ text, want string }{
		{"lead,stage\na,mql\n", `field stages.time: no such column; say which of ["lead" "stage"] it is`},
		{"lead,time,stage\na,2026-01-02,mql\n", `field stages.owner: "who": no such column`},
	} {
		if _, _, err := stagesOf(t, test.text, StageColumns{Owner: "who"}, ReadOptions{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
	if _, _, err := stagesOf(t, "lead,time,new\na,2026-01-02,mql\n", StageColumns{Field: "Status"}, ReadOptions{}); err == nil || !strings.Contains(err.Error(), "field stages.field: no such column") {
		t.Errorf("a history without a field column: %v", err)
	}
	if log, _, err := stagesOf(t, "lead,time,stage\n", StageColumns{}, ReadOptions{}); err != nil || log.Len() != 0 || log.Latest != NoTime {
		t.Errorf("no change at all: %v", err)
	}
}

func TestReadCosts(t *testing.T) {
	s, _ := stageLeads(t)
	read := func(text string) ([]Cost, error) {
		path := filepath.Join(t.TempDir(), "costs.csv")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		costs, _, err := ReadCosts(context.Background(), s, []string{path}, ReadOptions{})
		return costs, err
	}
	costs, err := read("Channel,Day,Spend\nweb,2026-03,\"1,200.50\"\nfair,2026-03-17,0\n")
	if diff := cmp.Diff([]Cost{{"web", "2026-03", 1200.5}, {"fair", "2026-03", 0}}, costs); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	_, err = read("source,month,amount\n,2026-03,1\nweb,March,1\nweb,2026-03,-1\nweb,2026-03,\nweb,2026-03,much\n")
	for _, want := range []string{"5 faults", "line 2: field costs.source: no source", `line 3: field costs.month: "March": not a month; write 2026-03`, `line 4: field costs.amount: "-1": below zero`, "line 5: field costs.amount: no amount",
		`line 6: field costs.amount: "much": not a number`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nhas no %q", err, want)
		}
	}
	if _, err := read("source,when,amount\nweb,2026-03,1\n"); err == nil || !strings.Contains(err.Error(), "field costs.month: no such column; call it month or date") {
		t.Errorf("%v", err)
	}
}

func FuzzReadStages(f *testing.F) {
	f.Add("lead,time,stage\na,2026-01-02,mql\n", "")
	f.Add("lead;time;field;new;owner\na;2026-01-02;Status;sql;x\nb;;;;\n", "Status")
	f.Add("id,date,status,reason\nc,\"2026-01-02\nx\",mql,\nz,1,2,3\n", "")
	f.Fuzz(func(t *testing.T, text, field string) {
		for _, leaveOut := range []bool{false, true} {
			log, report, err := stagesOf(t, text, StageColumns{Field: field}, ReadOptions{LeaveOutBadRows: leaveOut})
			if err != nil {
				continue
			}
			left := int64(0)
			for _, n := range report.LeftOut {
				left += n
			}
			if int64(log.Len())+left > report.Rows {
				t.Errorf("%d changes and %d rows left out of %d", log.Len(), left, report.Rows)
			}
		}
	})
}
