package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// withIDs writes a file anew with a number in front of each line, below a header that may be given.
func withIDs(t *testing.T, file, header, delimiter string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(header+string(text)), "\n") {
		id := "lead_id"
		if i > 0 {
			id = strconv.Itoa(i)
		}
		b.WriteString(id + delimiter + line + "\n")
	}
	return written(t, b.String())
}

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// init and train, told nothing, find what the real data are known to hide (../shared/data/README.md), and accuse at most one honest column of each set.
func TestGuardOnRealData(t *testing.T) {
	process := []string{"Elapsed Days In Sales Stage", "Sales Stage Change Count", "Total Days Identified Through Closing", "Total Days Identified Through Qualified",
		"Ratio Days Identified To Total Days", "Ratio Days Validated To Total Days", "Ratio Days Qualified To Total Days"}
	for name, c := range map[string]struct {
		init            func(t *testing.T) []string // the flags beside --out
		leaks, suspects []string                    // columns
	}{
		"x_education": {func(t *testing.T) []string { return []string{"--leads", realData(t, "x_education", "Leads.csv")} },
			[]string{"Tags", "Lead Quality"}, []string{"Lead Profile", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score",
				"Asymmetrique Profile Score", "Last Activity", "Last Notable Activity"}},
		"ibm": {func(t *testing.T) []string {
			return []string{"--leads", realData(t, "ibm_win_loss", "WA_Fn-UseC_-Sales-Win-Loss.csv"), "--id", "Opportunity Number"}
		}, nil, process},
		"bank": {func(t *testing.T) []string {
			return []string{"--leads", withIDs(t, realData(t, "bank_marketing", "bank-additional-full.csv"), "", ";")}
		}, []string{"duration"}, nil},
		"maven": {func(t *testing.T) []string {
			return []string{"--leads", realData(t, "maven_crm", "sales_pipeline.csv")}
		},
			[]string{"close_value"}, []string{"account"}},
		"telco": {func(t *testing.T) []string {
			return []string{"--leads", realData(t, "telco_churn", "Telco-Customer-Churn.csv")}
		}, nil, nil},
		"adult": {func(t *testing.T) []string {
			header := "age, workclass, fnlwgt, education, education_num, marital_status, occupation, relationship, race, sex, capital_gain, capital_loss, hours_per_week, native_country, income\n"
			return []string{"--leads", withIDs(t, realData(t, "adult", "adult.data"), header, ", "), "--outcome", "income", "--won", ">50K"}
		}, nil, nil},
		"bpi2012": {func(t *testing.T) []string {
			leads, events := applications(t)
			return []string{"--leads", leads, "--events", events}
		}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			flags := c.init(t)
			holdGrades(t, mustRun(t, append([]string{"init", "--json", "--out", dir}, flags...)...), c.leaks, c.suspects)
			if len(c.leaks) > 0 {
				refusesAll(t, dir, flags[1], c.leaks)
			}
		})
	}
}

// holdGrades checks what init found, column by column.
func holdGrades(t *testing.T, printed string, leaks, suspects []string) {
	t.Helper()
	var found struct {
		Suspicions []struct{ Field, Grade, Evidence, Words string }
	}
	if err := json.Unmarshal([]byte(printed), &found); err != nil {
		t.Fatal(err)
	}
	grades := map[string]string{}
	for _, s := range found.Suspicions {
		if s.Evidence == "" || s.Words == "" {
			t.Errorf("%s is accused without evidence", s.Field)
		}
		if grades[s.Field] != "leak" {
			grades[s.Field] = s.Grade
		}
	}
	var honest []string
	for column, grade := range grades {
		if !slices.Contains(leaks, column) && !slices.Contains(suspects, column) {
			if honest = append(honest, column); grade == "leak" {
				t.Errorf("the honest %s is called a leak", column)
			}
		}
	}
	if len(honest) > 1 {
		t.Errorf("honest columns under suspicion: %v", honest)
	}
	for _, column := range leaks {
		if grades[column] != "leak" {
			t.Errorf("%s is %q, want a leak", column, grades[column])
		}
	}
	for _, column := range suspects {
		if grades[column] == "" {
			t.Errorf("%s is not suspected", column)
		}
	}
}

var (
	notUsed = regexp.MustCompile(`    use: "no"\n    because: .*\n`)
	valueAs = regexp.MustCompile(`\n  value: (\S+).*`)
)

// refusesAll lets the schema use every column, the deal's value too: train refuses, names each leak, and stores nothing.
func refusesAll(t *testing.T, dir, leads string, leaks []string) {
	t.Helper()
	schema := filepath.Join(dir, "schema.yaml")
	text, err := os.ReadFile(schema)
	if err != nil {
		t.Fatal(err)
	}
	all := notUsed.ReplaceAllString(string(text), "")
	if value := valueAs.FindStringSubmatch(all); value != nil {
		all = strings.Replace(valueAs.ReplaceAllString(all, ""), "\nfields:\n", "\nfields:\n  - {name: "+value[1]+", kind: number}\n", 1)
	}
	if err := os.WriteFile(schema, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	store := filepath.Join(dir, "store")
	code := run(context.Background(), []string{"train", "--schema", schema, "--rules", filepath.Join(dir, "rules.yaml"), "--leads", leads, "--store", store, "--model", "deals"}, &stdout, &stderr)
	if code != exitFailed {
		t.Fatalf("exit code %d, want %d\n%s", code, exitFailed, stderr.String())
	}
	for _, column := range leaks {
		if name := strings.ReplaceAll(strings.ToLower(column), " ", "_"); !strings.Contains(stderr.String(), name) {
			t.Errorf("%s is not named:\n%s", name, stderr.String())
		}
	}
	if _, err := os.Stat(filepath.Join(store, "deals")); err == nil {
		t.Error("something is stored")
	}
}

// The log of loan applications, counted until the decision: the steps that come with it are refused. By a snapshot none of them is seen too late.
func TestGuardOnLaterEvents(t *testing.T) {
	leads, events := applications(t)
	dir := t.TempDir()
	schema := filepath.Join(dir, "schema.yaml")
	rules := filepath.Join(dir, "rules.yaml")
	const head = `version: 1
lead: {id: case_id, created: reg_date, closed: closed_at}
outcome: {column: outcome, won: [won], lost: [lost]}
fields:
  - {name: amount_req, kind: number}
events: {lead: case_id, time: timestamp, type: activity}
engagement:
`
	figures := ""
	for _, kind := range []string{"A_APPROVED", "A_DECLINED", "A_CANCELLED", "A_REGISTERED", "O_ACCEPTED", "W_Afhandelen leads"} {
		figures += "  - {name: n_" + strings.ToLower(strings.Map(func(r rune) rune {
			if r == ' ' {
				return '_'
			}
			return r
		}, kind)) + ", count: [" + kind + "]}\n"
	}
	if err := os.WriteFile(rules, []byte("version: 1\nname: amount\nfit:\n  rules:\n    - {id: large, points: 1, reason: a large one, when: lead.amount_req > 20000}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	train := func(text string) (int, string) {
		if err := os.WriteFile(schema, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), []string{"train", "--schema", schema, "--rules", rules, "--leads", leads, "--events", events, "--store", filepath.Join(dir, "store"),
			"--model", "loans", "--no-pairs", "--rolling", "0"}, &stdout, &stderr)
		return code, stdout.String() + stderr.String()
	}
	code, said := train(head + figures)
	if code != exitFailed {
		t.Fatalf("counted until the decision: exit code %d, want %d\n%s", code, exitFailed, said)
	}
	for _, figure := range []string{"n_a_approved", "n_a_declined", "n_a_cancelled", "n_a_registered", "n_o_accepted"} {
		if !strings.Contains(said, figure) {
			t.Errorf("%s is not named:\n%s", figure, said)
		}
	}
	if strings.Contains(said, "n_w_afhandelen_leads") {
		t.Errorf("an early step is accused:\n%s", said)
	}
	if code, said = train(strings.Replace(head, "fields:", "snapshot: created + 7d\nfields:", 1) + figures); code != exitOK || strings.Contains(said, "suspect") {
		t.Errorf("seven days after it came: exit code %d\n%s", code, said)
	}
}

// applications parts the log into its cases, won by A_APPROVED and lost by A_DECLINED or A_CANCELLED, and its events.
func applications(t *testing.T) (leads, events string) {
	t.Helper()
	file, err := os.Open(realData(t, "bpi2012_loans", "bpi2012_events.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	id, activity, when := at("case_id"), at("activity"), at("timestamp")
	outcomes := map[string]string{"A_APPROVED": "won", "A_DECLINED": "lost", "A_CANCELLED": "lost"}
	place := map[string]int{}
	cases, log := [][]string{{"case_id", "amount_req", "reg_date", "closed_at", "outcome"}}, [][]string{{"case_id", "timestamp", "activity"}}
	for _, row := range rows[1:] {
		if _, known := place[row[id]]; !known {
			place[row[id]] = len(cases)
			cases = append(cases, []string{row[id], row[at("amount_req")], row[at("reg_date")], "", "open"})
		}
		if one := cases[place[row[id]]]; outcomes[row[activity]] != "" && one[3] == "" {
			one[3], one[4] = row[when], outcomes[row[activity]]
		}
		log = append(log, []string{row[id], row[when], row[activity]})
	}
	text := func(rows [][]string) string {
		var b strings.Builder
		if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	return written(t, text(cases)), written(t, text(log))
}
