package features

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// realData is a public file that the project does not hold.
func realData(t *testing.T, name string) string {
	path := filepath.Join("..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v", err)
		}
		t.Skipf("no real data: %v", err)
	}
	return path
}

// The counts are those that ../shared/data/README.md gives for the independent copies.
func TestRealData(t *testing.T) {
	t.Run("telco", func(t *testing.T) {
		s := schemaOf(t, `
version: 1
lead: {id: customerID}
outcome: {column: Churn, won: ["Yes"], lost: ["No"]}
fields:
- {name: tenure, kind: number}
- {name: total, column: TotalCharges, kind: number}
- {name: contract, column: Contract, kind: category}
- {name: partner, column: Partner, kind: boolean}
`)
		table, _, err := ReadLeads(context.Background(), s, []string{realData(t, "telco_churn/Telco-Customer-Churn.csv")}, ReadOptions{Outcome: true})
		if err != nil {
			t.Fatal(err)
		}
		missing := 0
		for i := range table.Len() {
			if table.Value(i, 1).Missing {
				missing++
			}
		}
		if table.Len() != 7043 || outcomes(table)[Won] != 1869 || missing != 11 || len(table.Columns[2].Levels) != 4 {
			t.Errorf("%d leads, %v, %d without TotalCharges, contracts %q", table.Len(), outcomes(table), missing, table.Columns[2].Levels)
		}
	})
	t.Run("maven", func(t *testing.T) {
		s := schemaOf(t, `
version: 1
lead: {id: opportunity_id, account: account, created: engage_date, closed: close_date, value: close_value}
outcome: {column: deal_stage, won: [Won], lost: [Lost]}
fields:
- {name: product, kind: category}
- {name: sales_agent, kind: category}
`)
		table, report, err := ReadLeads(context.Background(), s, []string{realData(t, "maven_crm/sales_pipeline.csv")}, ReadOptions{Outcome: true})
		if err != nil {
			t.Fatal(err)
		}
		count := outcomes(table)
		if table.Len() != 8800 || count[Won]+count[Lost] != 6711 || count[Won] != 4238 {
			t.Errorf("%d leads, %v", table.Len(), count)
		}
		open := int64(0)
		for _, w := range report.Warnings {
			open += w.Count
		}
		if open != 8800-6711 {
			t.Errorf("warnings count %d open leads: %v", open, report.Warnings)
		}
	})
	t.Run("ibm has doubled ids", func(t *testing.T) {
		s := schemaOf(t, `
version: 1
lead: {id: Opportunity Number}
outcome: {column: Opportunity Result, won: [Won], lost: [Loss]}
fields:
- {name: amount, column: Opportunity Amount USD, kind: number}
- {name: region, column: Region, kind: category}
`)
		path := realData(t, "ibm_win_loss/WA_Fn-UseC_-Sales-Win-Loss.csv")
		_, _, err := ReadLeads(context.Background(), s, []string{path}, ReadOptions{Outcome: true})
		var faults Faults
		if !errors.As(err, &faults) {
			t.Fatalf("got %v", err)
		}
		table, report, err := ReadLeads(context.Background(), s, []string{path}, ReadOptions{Outcome: true, LeaveOutBadRows: true})
		if err != nil {
			t.Fatal(err)
		}
		left := report.LeftOut["field lead.id: a doubled id"]
		if report.Rows != 78025 || int(report.Rows-left) != table.Len() || int(left) != faults.Total() {
			t.Errorf("%d rows, %d left out, %d leads, %d faults", report.Rows, left, table.Len(), faults.Total())
		}
	})
	t.Run("x_education", func(t *testing.T) {
		s := schemaOf(t, `
version: 1
lead: {id: Prospect ID}
outcome: {column: Converted, won: ["1"], lost: ["0"]}
fields:
- {name: visits, column: TotalVisits, kind: number}
- {name: specialization, column: Specialization, kind: category, missing: [Select]}
- {name: do_not_call, column: Do Not Call, kind: boolean}
`)
		table, _, err := ReadLeads(context.Background(), s, []string{realData(t, "x_education/Leads.csv")}, ReadOptions{Outcome: true})
		if err != nil {
			t.Fatal(err)
		}
		if table.Len() != 9240 || outcomes(table)[Won] != 3561 {
			t.Errorf("%d leads, %v", table.Len(), outcomes(table))
		}
	})
}

func outcomes(t *Table) (count [3]int) {
	for _, o := range t.Outcome {
		count[o]++
	}
	return count
}
