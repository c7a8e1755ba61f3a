package leakage_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/leakage"
	"leadscore/train/profile"
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

// numbered writes the rows of a CSV file anew, with a number of its own in front of each; names is the header of a file without
// one.
func numbered(t *testing.T, file string, comma rune, names []string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.TrimLeadingSpace = comma, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if names != nil {
		rows = append([][]string{names}, rows...)
	}
	for i := range rows {
		id := fmt.Sprint(i)
		if i == 0 {
			id = "lead_id"
		}
		rows[i] = append([]string{id}, rows[i]...)
	}
	return writeRows(t, rows)
}

func writeRows(t *testing.T, rows [][]string) string {
	t.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// everything is the schema that init proposes, changed so that scores use every column that is neither id, outcome nor time: no
// one has told it what leaks.
func everything(t *testing.T, c profile.Config) *features.Schema {
	t.Helper()
	p, err := profile.Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Schema
	for i := range s.Fields {
		s.Fields[i].Use, s.Fields[i].Because = "", ""
	}
	for _, moved := range []struct {
		column *string
		kind   features.Kind
	}{{&s.Lead.Account, features.Category}, {&s.Lead.Value, features.Number}} {
		if *moved.column != "" {
			s.Fields = append(s.Fields, features.Field{Name: *moved.column, Kind: moved.kind})
			*moved.column = ""
		}
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return &s
}

// examine reads the files by a schema and runs the guard, as training does.
func examine(t *testing.T, s *features.Schema, leads, events []string) []models.Suspicion {
	t.Helper()
	ctx := context.Background()
	table, _, err := features.ReadLeads(ctx, s, leads, features.ReadOptions{Outcome: true, LeaveOutBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	var log *features.EventLog
	if events != nil {
		if log, _, err = features.ReadEvents(ctx, s, events, table, features.ReadOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	h, err := features.NewHistory(table, log)
	if err != nil {
		t.Fatal(err)
	}
	found, err := leakage.Examine(ctx, leadsOf(h))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// leadsOf are the leads that were still undecided at their snapshot, and those that are open.
func leadsOf(h *features.History) leakage.Leads {
	l := leakage.Leads{History: h}
	for row, outcome := range h.Table.Outcome {
		switch {
		case outcome == features.Open:
			l.Open = append(l.Open, int32(row))
		case h.Table.Closed == nil || h.AsOf[row] == features.NoTime || h.Table.Closed.At(row) >= h.AsOf[row]:
			l.Decided = append(l.Decided, int32(row))
		}
	}
	return l
}

// hold checks what is found field by field: leaks and suspects as listed, and at most one honest column under suspicion, none as
// a leak.
func hold(t *testing.T, found []models.Suspicion, leaks, suspects []string) {
	t.Helper()
	grades := map[string]models.Grade{}
	for _, s := range found {
		if grades[s.Field] != models.Leak {
			grades[s.Field] = s.Grade
		}
		t.Logf("%s: %s: %s: %.3f: %s", s.Field, s.Grade, s.Evidence, s.Figure, s.Words)
	}
	for _, name := range leaks {
		if grades[name] != models.Leak {
			t.Errorf("%s is %q, want a leak", name, grades[name])
		}
	}
	for _, name := range suspects {
		if grades[name] == "" {
			t.Errorf("%s is not suspected", name)
		}
	}
	var wolf []string
	for name, grade := range grades {
		if slices.Contains(leaks, name) || slices.Contains(suspects, name) {
			continue
		}
		wolf = append(wolf, name)
		if grade == models.Leak {
			t.Errorf("the honest %s is called a leak", name)
		}
	}
	if slices.Sort(wolf); len(wolf) > 1 {
		t.Errorf("honest columns under suspicion: %v", wolf)
	}
}

// The guard finds, without being told, what ../shared/data/README.md says of each set, and leaves honest columns alone.
func TestRealData(t *testing.T) {
	cases := map[string]struct {
		config          func(t *testing.T) profile.Config
		leaks, suspects []string
	}{
		"x_education": {
			config: func(t *testing.T) profile.Config {
				return profile.Config{Leads: []string{realFile(t, "x_education", "Leads.csv")}}
			},
			leaks: []string{"tags", "lead_quality"},
			suspects: []string{"lead_profile", "asymmetrique_activity_index", "asymmetrique_profile_index", "asymmetrique_activity_score",
				"asymmetrique_profile_score", "last_activity", "last_notable_activity",
				"lead_number"}, // a number given to the lead
		},
		"ibm": {
			config: func(t *testing.T) profile.Config {
				return profile.Config{Leads: []string{realFile(t, "ibm_win_loss", "WA_Fn-UseC_-Sales-Win-Loss.csv")}, IDColumn: "Opportunity Number"}
			},
			suspects: []string{"elapsed_days_in_sales_stage", "sales_stage_change_count", "total_days_identified_through_closing",
				"total_days_identified_through_qualified", "ratio_days_identified_to_total_days", "ratio_days_validated_to_total_days",
				"ratio_days_qualified_to_total_days"},
		},
		"bank": {
			config: func(t *testing.T) profile.Config {
				return profile.Config{Leads: []string{numbered(t, realFile(t, "bank_marketing", "bank-additional-full.csv"), ';', nil)}}
			},
			leaks: []string{"duration"},
		},
		"maven": {
			config: func(t *testing.T) profile.Config {
				return profile.Config{Leads: []string{realFile(t, "maven_crm", "sales_pipeline.csv")}}
			},
			leaks: []string{"close_value"}, suspects: []string{"account"},
		},
		"telco": {
			config: func(t *testing.T) profile.Config {
				return profile.Config{Leads: []string{realFile(t, "telco_churn", "Telco-Customer-Churn.csv")}}
			},
		},
		"adult": {
			config: func(t *testing.T) profile.Config {
				return profile.Config{Leads: []string{numbered(t, realFile(t, "adult", "adult.data"), ',', adultNames)},
					OutcomeColumn: "income", Won: []string{">50K"}}
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			config := c.config(t)
			hold(t, examine(t, everything(t, config), config.Leads, nil), c.leaks, c.suspects)
		})
	}
}

// Names are one sign among others: with columns called f0, f1, … the evidence in the values remains.
func TestNamesHidden(t *testing.T) {
	for name, c := range map[string]struct {
		leads string
		want  map[string]models.Grade // by the file's column; no other may be a leak
	}{
		"x_education": {realFile(t, "x_education", "Leads.csv"),
			map[string]models.Grade{"Tags": models.Leak, "Lead Quality": models.Leak, "Lead Profile": models.Suspect}},
		"bank": {numbered(t, realFile(t, "bank_marketing", "bank-additional-full.csv"), ';', nil),
			map[string]models.Grade{"duration": models.Suspect}},
	} {
		t.Run(name, func(t *testing.T) {
			s := everything(t, profile.Config{Leads: []string{c.leads}})
			columns := map[string]string{}
			for i := range s.Fields {
				f := &s.Fields[i]
				f.Column = f.ColumnName()
				f.Name = fmt.Sprintf("f%d", i)
				columns[f.Name] = f.Column
			}
			grades := map[string]models.Grade{}
			for _, f := range examine(t, s, []string{c.leads}, nil) {
				if column := columns[f.Field]; grades[column] != models.Leak {
					grades[column] = f.Grade
				}
			}
			for column, want := range c.want {
				if grades[column] != want {
					t.Errorf("%s is %q, want %q", column, grades[column], want)
				}
			}
			for column, grade := range grades {
				if grade == models.Leak && c.want[column] != models.Leak {
					t.Errorf("%s is called a leak", column)
				}
			}
		})
	}
}

var adultNames = strings.Fields("age workclass fnlwgt education education_num marital_status occupation relationship race sex capital_gain " +
	"capital_loss hours_per_week native_country income")

// The log of loan applications. Under a snapshot rule no figure sees a later event, and none is accused. Counted over the whole
// history, the steps that come with the decision are caught.
func TestRealEvents(t *testing.T) {
	leads, events := loans(t, realFile(t, "bpi2012_loans", "bpi2012_events.csv.gz"))
	lead := features.LeadColumns{ID: "lead_id", Created: "reg_date", Closed: "decided"}
	with := func(types []string) *features.Schema {
		s := &features.Schema{Version: 1, Lead: lead, Outcome: features.OutcomeColumns{Column: "outcome", Won: []string{"won"}, Lost: []string{"lost"}},
			Fields: []features.Field{{Name: "amount_req", Kind: features.Number}},
			Events: features.EventColumns{Lead: "case_id", Time: "timestamp", Type: "activity"}}
		for i, kind := range types {
			s.Engagement = append(s.Engagement, features.Engagement{Name: fmt.Sprintf("n%d_%s", i, strings.Map(letters, strings.ToLower(kind))), Count: []string{kind}})
		}
		return s
	}
	types := []string{"A_SUBMITTED", "A_PARTLYSUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "A_FINALIZED", "O_SELECTED", "O_CREATED", "O_SENT",
		"O_SENT_BACK", "O_CANCELLED", "W_Completeren aanvraag", "W_Nabellen offertes", "W_Afhandelen leads", "W_Valideren aanvraag",
		"O_ACCEPTED", "A_REGISTERED", "A_ACTIVATED", "A_APPROVED", "A_DECLINED", "A_CANCELLED", "O_DECLINED"}
	// Steps of the decision, and those on the way to it that a declined application never reaches: by the time of the decision
	// they tell it.
	after := []string{"n2_apreaccepted", "n3_aaccepted", "n4_afinalized", "n5_oselected", "n6_ocreated", "n7_osent", "n8_osentback",
		"n10_wcompleterenaanvraag", "n11_wnabellenoffertes", "n13_wvaliderenaanvraag", "n14_oaccepted", "n15_aregistered",
		"n16_aactivated", "n17_aapproved", "n18_adeclined", "n19_acancelled", "n20_odeclined"}

	t.Run("seven days after it came", func(t *testing.T) {
		s := with(types)
		week := features.Duration(7 * 24 * 3600 * 1e9)
		s.Snapshot.AfterCreated = &week
		hold(t, examine(t, s, []string{leads}, []string{events}), nil, nil)
	})
	t.Run("until the closing", func(t *testing.T) {
		hold(t, examine(t, with(types), []string{leads}, []string{events}), after, nil)
	})
	t.Run("the whole history", func(t *testing.T) {
		s := with(types)
		s.Lead.Closed = ""
		hold(t, examine(t, s, []string{leads}, []string{events}), after[:len(after)-1], nil)
	})
}

func letters(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r
	}
	return -1
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
	return writeRows(t, leadRows), writeRows(t, eventRows)
}
