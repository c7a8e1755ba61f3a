package funnel_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadscore/features"
	"leadscore/train/funnel"
	"leadscore/train/simulate"
)

// rows is a CSV file.
type rows struct {
	names []string
	rows  [][]string
}

func readRows(t *testing.T, path string) *rows {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return &rows{all[0], all[1:]}
}

func (r *rows) at(row []string, name string) *string { return &row[slices.Index(r.names, name)] }

func (r *rows) write(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := csv.NewWriter(f).WriteAll(append([][]string{r.names}, r.rows...)); err != nil {
		t.Fatal(err)
	}
	return path
}

// followed computes the funnel of files as simulate writes them.
func followed(t *testing.T, leads, stages, asOf string) *funnel.Funnel {
	t.Helper()
	ctx := context.Background()
	schema, err := features.ParseSchema("schema.yaml", []byte(`
version: 1
lead: {id: lead_id, created: created_at, closed: closed_at, value: deal_value}
outcome: {column: outcome, won: [won], lost: [lost]}
fields: [{name: source, kind: category}, {name: budget, column: budget_stated, kind: category}]
`))
	if err != nil {
		t.Fatal(err)
	}
	p := funnel.DefaultProcess()
	p.Source, p.Needs = "source", map[string][]string{"sql": {"budget"}}
	table, _, err := features.ReadLeads(ctx, schema, []string{leads}, features.ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	log, _, err := features.ReadStages(ctx, schema, []string{stages}, table, features.StageColumns{}, p.Known(), features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	in := &funnel.Input{Table: table, Log: log, Process: p, AsOf: features.NoTime, Since: features.NoTime}
	if asOf != "" {
		in.AsOf, _ = features.ParseTime(asOf, "", schema.Format.Zone())
	}
	f, err := funnel.Compute(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// At any as-of a whole history gives the figures of one that was taken then.
func TestTheFutureOfASimulatedHistoryChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	if _, err := simulate.Run(context.Background(), simulate.Config{Leads: 1500, Seed: 21, Out: dir}); err != nil {
		t.Fatal(err)
	}
	for _, asOf := range []string{"2024-05-01T00:00:00Z", "2025-03-17T13:00:00Z", "2026-05-01T09:30:00Z"} {
		leads, stages := readRows(t, filepath.Join(dir, "leads.csv")), readRows(t, filepath.Join(dir, "stages.csv"))
		leads.rows = slices.DeleteFunc(leads.rows, func(row []string) bool { return *leads.at(row, "created_at") > asOf })
		known := map[string]bool{}
		for _, row := range leads.rows {
			known[*leads.at(row, "lead_id")] = true
			if closed := leads.at(row, "closed_at"); *closed > asOf {
				*closed, *leads.at(row, "outcome"), *leads.at(row, "deal_value") = "", "open", ""
			}
		}
		stages.rows = slices.DeleteFunc(stages.rows, func(row []string) bool { return *stages.at(row, "time") > asOf || !known[*stages.at(row, "lead_id")] })
		then := t.TempDir()
		a := followed(t, leads.write(t, filepath.Join(then, "leads.csv")), stages.write(t, filepath.Join(then, "stages.csv")), asOf)
		b := followed(t, filepath.Join(dir, "leads.csv"), filepath.Join(dir, "stages.csv"), asOf)
		a.LeftOut, b.LeftOut = nil, nil // what was not looked at
		one, err1 := json.Marshal(a)
		other, err2 := json.Marshal(b)
		if err1 != nil || err2 != nil || string(one) != string(other) {
			t.Errorf("%s: %v %v %.2000s", asOf, err1, err2, cmp.Diff(a.Steps, b.Steps))
		}
	}
}

// Months that are over have the plain share of their leads, counted here from the rows alone.
func TestSimulatedMonthsByCounting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	if _, err := simulate.Run(context.Background(), simulate.Config{Leads: 4000, Seed: 22, Out: dir}); err != nil {
		t.Fatal(err)
	}
	f := followed(t, filepath.Join(dir, "leads.csv"), filepath.Join(dir, "stages.csv"), "")
	months := countMonths(t, dir)
	mature := 0
	for _, m := range f.Steps[0].Months {
		want := months[m.Month]
		if want == nil || m.Entered != want.entered {
			t.Fatalf("%s: %d entered, counted %+v", m.Month, m.Entered, want)
		}
		if m.Mature {
			mature++
			if share := float64(want.reached) / float64(want.entered); math.Abs(m.Rate.Value-share) > 1e-12 {
				t.Errorf("%s: %v, counted %v", m.Month, m.Rate.Value, share)
			}
		}
	}
	if mature < 20 {
		t.Errorf("only %d months are over", mature)
	}
}

type count struct{ entered, reached int }

// countMonths counts, by month of the hand-over, the leads and those that came to SQL or further within 90 days, before any rejection.
func countMonths(t *testing.T, dir string) map[string]*count {
	t.Helper()
	closed, won := map[string]string{}, map[string]bool{}
	leads := readRows(t, filepath.Join(dir, "leads.csv"))
	for _, row := range leads.rows {
		id := *leads.at(row, "lead_id")
		closed[id], won[id] = *leads.at(row, "closed_at"), *leads.at(row, "outcome") == "won"
	}
	months := map[string]*count{}
	stages := readRows(t, filepath.Join(dir, "stages.csv"))
	for i := 0; i < len(stages.rows); {
		id := *stages.at(stages.rows[i], "lead_id")
		from := i
		for i < len(stages.rows) && *stages.at(stages.rows[i], "lead_id") == id {
			i++
		}
		own := stages.rows[from:i]
		first := *stages.at(own[0], "time")
		if kind := *stages.at(own[0], "stage"); kind != "MQL" && kind != "Fast Lane" {
			continue
		}
		month := first[:7]
		if months[month] == nil {
			months[month] = &count{}
		}
		months[month].entered++
		begin, _ := features.ParseTime(first, "", nil)
		reached := closed[id]
		if !won[id] {
			reached = ""
		}
		for _, row := range own {
			if kind := *stages.at(row, "stage"); kind == "SQL" || kind == "Opportunity" {
				reached = *stages.at(row, "time")
				break
			} else if kind == "Rejected" {
				reached = ""
				break
			}
		}
		if at, ok := features.ParseTime(reached, "", nil); ok && at-begin <= 90*features.Day {
			months[month].reached++
		}
	}
	return months
}
