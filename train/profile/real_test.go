package profile

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
	"leadscore/train/leakage"
)

// realFile is a file of the real data, which a checkout may lack.
func realFile(t *testing.T, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, path...)...)
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("the real data are not here: %v", err)
	}
	return file
}

// withHead writes the rows of a CSV file anew: other names, or an id in front.
func withHead(t *testing.T, file string, comma rune, names []string, number bool) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.TrimLeadingSpace = comma, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if names != nil {
		rows = append([][]string{names}, rows...)
	}
	if number {
		for i := range rows {
			id := fmt.Sprint(i)
			if i == 0 {
				id = "lead_id"
			}
			rows[i] = append([]string{id}, rows[i]...)
		}
	}
	return writeRows(t, "leads.csv", rows)
}

func writeRows(t *testing.T, name string, rows [][]string) string {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, t.TempDir(), name, b.String())
}

var adultNames = strings.Fields("age workclass fnlwgt education education_num marital_status occupation relationship race sex capital_gain " +
	"capital_loss hours_per_week native_country income")

// What is left out for its suspicions, and what is at least suspected, of each real file. Every other column is used without
// a word against it or left out because it says nothing: a constant or an id.
func TestRealData(t *testing.T) {
	cases := map[string]struct {
		file     func(t *testing.T) string
		config   Config
		won      int
		lead     features.LeadColumns
		outcome  string
		leaks    []string
		suspects []string
		useless  []string
		kinds    map[string]features.Kind
		doubled  bool // ids stand twice: reading refuses the file
		falls    bool // its running number falls through the file
	}{
		"x_education": {
			file: func(t *testing.T) string { return realFile(t, "x_education", "Leads.csv") },
			won:  3561, lead: features.LeadColumns{ID: "Prospect ID"}, outcome: "Converted",
			leaks: []string{"Tags", "Lead Quality"}, falls: true,
			suspects: []string{"Lead Profile", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score",
				"Asymmetrique Profile Score", "Last Activity", "Last Notable Activity"},
			useless: []string{"Lead Number", "Magazine", "Receive More Updates About Our Courses", "Update me on Supply Chain Content",
				"Get updates on DM Content", "I agree to pay the amount through cheque"},
			kinds: map[string]features.Kind{"Do Not Email": features.Boolean, "TotalVisits": features.Number, "City": features.Category,
				"Total Time Spent on Website": features.Number},
		},
		"ibm": {
			file:   func(t *testing.T) string { return realFile(t, "ibm_win_loss", "WA_Fn-UseC_-Sales-Win-Loss.csv") },
			config: Config{IDColumn: "Opportunity Number"},
			won:    17627, lead: features.LeadColumns{ID: "Opportunity Number"}, outcome: "Opportunity Result", doubled: true,
			suspects: []string{"Elapsed Days In Sales Stage", "Sales Stage Change Count", "Total Days Identified Through Closing",
				"Total Days Identified Through Qualified", "Ratio Days Identified To Total Days", "Ratio Days Validated To Total Days",
				"Ratio Days Qualified To Total Days"},
			kinds: map[string]features.Kind{"Client Size By Revenue": features.Category, "Client Size By Employee Count": features.Category,
				"Revenue From Client Past Two Years": features.Category, "Deal Size Category": features.Category,
				"Opportunity Amount USD": features.Number},
		},
		"bank": {
			file: func(t *testing.T) string {
				return withHead(t, realFile(t, "bank_marketing", "bank-additional-full.csv"), ';', nil, true)
			},
			won: 4640, lead: features.LeadColumns{ID: "lead_id"}, outcome: "y", leaks: []string{"duration"},
			kinds: map[string]features.Kind{"default": features.Boolean, "pdays": features.Number, "month": features.Category, "previous": features.Number},
		},
		"maven": {
			file: func(t *testing.T) string { return realFile(t, "maven_crm", "sales_pipeline.csv") },
			won:  4238, outcome: "deal_stage", leaks: []string{"close_value"}, suspects: []string{"account"},
			lead: features.LeadColumns{ID: "opportunity_id", Account: "account", Created: "engage_date", Closed: "close_date", Value: "close_value"},
		},
		"telco": {
			file: func(t *testing.T) string { return realFile(t, "telco_churn", "Telco-Customer-Churn.csv") },
			won:  1869, lead: features.LeadColumns{ID: "customerID"}, outcome: "Churn",
			kinds: map[string]features.Kind{"SeniorCitizen": features.Boolean, "TotalCharges": features.Number, "Contract": features.Category},
		},
		"adult": {
			file: func(t *testing.T) string {
				return withHead(t, realFile(t, "adult", "adult.data"), ',', adultNames, true)
			},
			config: Config{OutcomeColumn: "income", Won: []string{">50K"}},
			won:    7841, lead: features.LeadColumns{ID: "lead_id"}, outcome: "income",
			kinds: map[string]features.Kind{"age": features.Number, "fnlwgt": features.Number, "workclass": features.Category},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.config.Leads = []string{c.file(t)}
			p, err := Run(context.Background(), c.config)
			if err != nil {
				t.Fatal(err)
			}
			s := mustLoad(t, p)
			if p.Won != c.won || s.Lead != c.lead || s.Outcome.Column != c.outcome {
				t.Errorf("%d won, lead %+v, outcome %s; want %d, %+v, %s", p.Won, s.Lead, s.Outcome.Column, c.won, c.lead, c.outcome)
			}
			for i := range p.Columns {
				checkColumn(t, &p.Columns[i], c.leaks, c.suspects, c.useless)
			}
			if falls := warned(p, "Lead Number falls from row to row"); falls != c.falls || !falls && warned(p, "falls from row") || warned(p, "of its values are") {
				t.Errorf("notes %q", p.Warned)
			}
			for name, kind := range c.kinds {
				if got := columnOf(t, p, name).Kind; got != kind {
					t.Errorf("%s is a %s, want %s", name, got, kind)
				}
			}
			table, _, err := features.ReadLeads(context.Background(), s, p.Leads, features.ReadOptions{Outcome: true, LeaveOutBadRows: c.doubled})
			if err != nil || int64(table.Len()) < p.Rows*99/100 {
				t.Fatalf("reading with the proposed schema: %v", err)
			}
		})
	}
}

func checkColumn(t *testing.T, c *Column, leaks, suspects, useless []string) {
	t.Helper()
	want := models.Grade("")
	switch {
	case slices.Contains(leaks, c.Name):
		want = models.Leak
	case slices.Contains(suspects, c.Name):
		want = models.Suspect
	}
	if got := leakage.Worst(c.Suspicions); got != want {
		t.Errorf("%s is %q, want %q: %v", c.Name, got, want, c.Suspicions)
	}
	if c.Role == RoleField {
		use := want != models.Leak && !slices.Contains(useless, c.Name)
		if c.Use != use {
			t.Errorf("%s: use %v (%s), want %v", c.Name, c.Use, c.Why, use)
		}
	}
}

// Files that cannot be used as they are say so.
func TestRealDataAsTheyCome(t *testing.T) {
	_, err := Run(context.Background(), Config{Leads: []string{realFile(t, "bank_marketing", "bank-additional-full.csv")}})
	var q *Question
	if !errors.As(err, &q) || len(q.Asks) != 1 || !strings.Contains(err.Error(), "lead_id") {
		t.Errorf("bank without an id: %v, want one question that names lead_id", err)
	}
	_, err = Run(context.Background(), Config{Leads: []string{realFile(t, "ibm_win_loss", "WA_Fn-UseC_-Sales-Win-Loss.csv")}})
	if !errors.As(err, &q) || len(q.Asks) != 1 || !strings.Contains(err.Error(), "Opportunity Number") || !strings.Contains(err.Error(), "--bad-rows leave-out") {
		t.Errorf("ibm, whose ids repeat: %v, want one question that names the column and what to do", err)
	}
	_, err = Run(context.Background(), Config{Leads: []string{realFile(t, "adult", "adult.data")}})
	if !errors.Is(err, source.ErrNoHeader) {
		t.Errorf("adult without a header: %v, want ErrNoHeader", err)
	}
}

// The loans' event log, as leads and events: what comes with the decision is left out, and the snapshot leaves most wins open.
func TestRealEvents(t *testing.T) {
	leads, events := loans(t, realFile(t, "bpi2012_loans", "bpi2012_events.csv.gz"))
	p, err := Run(context.Background(), Config{Leads: []string{leads}, Events: []string{events}})
	if err != nil {
		t.Fatal(err)
	}
	s := mustLoad(t, p)
	if s.Snapshot.String() != "created + 7d" || s.Horizon.String() != "30d" || p.Won != 2246 || p.Open != 399 {
		t.Errorf("snapshot %s, horizon %s, %d won, %d open", s.Snapshot, s.Horizon, p.Won, p.Open)
	}
	after := []string{"A_APPROVED", "A_DECLINED", "A_CANCELLED", "A_REGISTERED", "A_ACTIVATED", "O_ACCEPTED", "O_DECLINED", "W_Wijzigen contractgegevens"}
	for _, e := range p.Events.Types {
		if e.Use == slices.Contains(after, e.Type) {
			t.Errorf("event %s: use %v, share at the closing %.2f", e.Type, e.Use, e.Late)
		}
	}
	ctx := context.Background()
	table, _, err := features.ReadLeads(ctx, s, p.Leads, features.ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	log, _, err := features.ReadEvents(ctx, s, p.Events.Files, table, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := features.NewHistory(table, log); err != nil {
		t.Fatal(err)
	}
}

// loans parts the log into its cases and its events.
func loans(t *testing.T, file string) (leads, events string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(z)
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.Index(head, name) }
	id, amount, reg, activity, when := at("case_id"), at("amount_req"), at("reg_date"), at("activity"), at("timestamp")
	cases := map[string]int{}
	leadRows, eventRows := [][]string{{"lead_id", "amount_req", "reg_date", "decided", "outcome"}}, [][]string{{"case_id", "timestamp", "activity"}}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		place, known := cases[row[id]]
		if !known {
			place = len(leadRows)
			cases[row[id]] = place
			leadRows = append(leadRows, []string{row[id], row[amount], row[reg], "", ""})
		}
		outcome := map[string]string{"A_APPROVED": "won", "A_DECLINED": "lost", "A_CANCELLED": "lost"}[row[activity]]
		if lead := leadRows[place]; outcome != "" && lead[4] == "" {
			lead[3], lead[4] = row[when], outcome
		}
		eventRows = append(eventRows, []string{row[id], row[when], row[activity]})
	}
	return writeRows(t, "leads.csv", leadRows), writeRows(t, "events.csv", eventRows)
}
