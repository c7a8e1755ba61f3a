package profile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models/rules"
)

var update = flag.Bool("update", false, "write the golden files")

// profileOf runs on texts of CSV and checks what holds for every profile: both files load.
func profileOf(t *testing.T, leads, events string, c Config) (*Profile, error) {
	t.Helper()
	dir := t.TempDir()
	c.Leads = []string{writeFile(t, dir, "leads.csv", leads)}
	if events != "" {
		c.Events = []string{writeFile(t, dir, "events.csv", events)}
	}
	p, err := Run(context.Background(), c)
	if err == nil {
		mustLoad(t, p)
	}
	return p, err
}

func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustLoad reads the proposed texts as a user's next command does. A starter book has no rule without effect.
func mustLoad(t *testing.T, p *Profile) *features.Schema {
	t.Helper()
	s, err := features.ParseSchema("schema.yaml", p.SchemaText)
	if err != nil {
		t.Fatalf("schema: %v\n%s", err, p.SchemaText)
	}
	b, err := rules.Parse("rules.yaml", p.RulesText, s)
	if err != nil {
		t.Fatalf("rules: %v\n%s", err, p.RulesText)
	}
	w := slices.DeleteFunc(slices.Clone(b.Warnings()), func(w string) bool {
		return bytes.Contains(p.RulesText, []byte("# No thresholds")) && strings.Contains(w, "there is no thresholds.mql")
	})
	if len(w) > 0 {
		t.Errorf("the starter book has warnings: %s\n%s", strings.Join(w, "\n"), p.RulesText)
	}
	var text bytes.Buffer
	if err := p.WriteText(&text); err != nil || text.Len() == 0 {
		t.Errorf("WriteText: %v, %d bytes", err, text.Len())
	}
	if _, err := json.Marshal(p); err != nil {
		t.Errorf("JSON: %v", err)
	}
	return s
}

func columnOf(t *testing.T, p *Profile, name string) *Column {
	t.Helper()
	for i := range p.Columns {
		if p.Columns[i].Name == name {
			return &p.Columns[i]
		}
	}
	t.Fatalf("no column %q in the profile", name)
	return nil
}

// history of the project: golden files, and what must be in them whatever their wording.
func TestSimulatedHistory(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "history")
	p, err := Run(context.Background(), Config{Leads: []string{filepath.Join(dir, "leads.csv")}, Events: []string{filepath.Join(dir, "events.csv")}})
	if err != nil {
		t.Fatal(err)
	}
	s := mustLoad(t, p)
	want := features.LeadColumns{ID: "lead_id", Account: "account_id", Created: "created_at", Closed: "closed_at", Value: "deal_value"}
	if s.Lead != want {
		t.Errorf("lead columns = %+v, want %+v", s.Lead, want)
	}
	if got := s.Snapshot.String(); got != "created + 7d" {
		t.Errorf("snapshot = %q", got)
	}
	for _, leak := range []string{"lost_reason", "final_discount_percent"} {
		if c := columnOf(t, p, leak); c.Use {
			t.Errorf("%s is used; suspicions %v", leak, c.Suspicions)
		}
	}
	for _, honest := range []string{"industry", "employees", "country", "role", "seniority", "source", "email", "tech_stack", "budget_stated",
		"newsletter_opt_out", "company_founded", "annual_revenue"} {
		if c := columnOf(t, p, honest); !c.Use || len(c.Suspicions) > 0 {
			t.Errorf("%s: use %v, suspicions %v; want it used without any", honest, c.Use, c.Suspicions)
		}
	}
	for _, e := range p.Events.Types {
		after := e.Type == "onboarding_session" || e.Type == "contract_signed" || e.Type == "support_ticket"
		if e.Use == after {
			t.Errorf("event %s: use %v, late %.2f", e.Type, e.Use, e.Late)
		}
	}
	golden(t, "history-schema.yaml", p.SchemaText)
	golden(t, "history-rules.yaml", p.RulesText)
	var text bytes.Buffer
	if err := p.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	golden(t, "history-profile.txt", text.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it and write it anew with -update:\n%s", name, firstDifference(got, want))
	}
}

func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		if lineOf(g, i) != lineOf(w, i) {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, lineOf(g, i), lineOf(w, i))
		}
	}
	return ""
}

// A rare win is shown by its name, and before the stages that mean neither.
func TestRareWinIsNamed(t *testing.T) {
	var b strings.Builder
	b.WriteString("lead_id,outcome,size\n")
	for i := range 400 {
		outcome := []string{"lost", "open", "contacted"}[i%3]
		if i%100 == 0 {
			outcome = "won"
		}
		fmt.Fprintf(&b, "L-%d,%s,%d\n", i, outcome, i%7)
	}
	p, err := Run(context.Background(), Config{Leads: []string{writeFile(t, t.TempDir(), "leads.csv", b.String())}})
	if err != nil {
		t.Fatal(err)
	}
	values := columnOf(t, p, "outcome").Values
	if len(values) != 4 || values[0].Value != "won" || values[0].Won != 4 || values[1].Value != "lost" {
		t.Errorf("values %+v", values)
	}
}

// The contract: lead_id, an outcome of won and lost and any other columns need no answer and no edit.
func TestPlainFileAsksNothing(t *testing.T) {
	var b strings.Builder
	b.WriteString("lead_id,outcome,employees,industry,note\n")
	for i := range 400 {
		outcome, employees := "lost", 10+i%90
		if i%3 == 0 {
			outcome = "won"
			employees += 40
		}
		fmt.Fprintf(&b, "L-%d,%s,%d,%s,\"text %d, of its own\"\n", i, outcome, employees, []string{"retail", "software"}[i%7%2], i)
	}
	out := t.TempDir()
	p, err := profileOf(t, b.String(), "", Config{Out: out})
	if err != nil {
		t.Fatal(err)
	}
	if p.Schema.Lead.ID != "lead_id" || p.Schema.Outcome.Column != "outcome" || p.Won != 134 || p.Lost != 266 {
		t.Errorf("id %s, outcome %s, %d won, %d lost", p.Schema.Lead.ID, p.Schema.Outcome.Column, p.Won, p.Lost)
	}
	for name, use := range map[string]bool{"employees": true, "industry": true, "note": false} {
		if c := columnOf(t, p, name); c.Use != use {
			t.Errorf("%s: use %v (%s), want %v", name, c.Use, c.Why, use)
		}
	}
	s, err := features.LoadSchema(filepath.Join(out, "schema.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rules.Load(filepath.Join(out, "rules.yaml"), s); err != nil {
		t.Fatal(err)
	}
	table, _, err := features.ReadLeads(context.Background(), s, p.Leads, features.ReadOptions{Outcome: true})
	if err != nil || table.Len() != 400 {
		t.Fatalf("reading with the schema: %v", err)
	}
}

func TestFilesAreNotReplaced(t *testing.T) {
	dir := t.TempDir()
	leads := writeFile(t, dir, "leads.csv", "lead_id,outcome,size\n1,won,2\n2,lost,3\n3,won,4\n4,lost,1\n")
	rulesFile := writeFile(t, dir, "rules.yaml", "mine")
	c := Config{Leads: []string{leads}, Out: dir}
	if _, err := Run(context.Background(), c); !errors.Is(err, ErrExists) {
		t.Fatalf("Run over a file = %v, want ErrExists", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "schema.yaml")); err == nil {
		t.Error("the schema was written although the rules were refused")
	}
	if text, _ := os.ReadFile(rulesFile); string(text) != "mine" {
		t.Errorf("the file became %q", text)
	}
	c.Overwrite = true
	p, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(rulesFile); !bytes.Equal(text, p.RulesText) {
		t.Error("the rules were not replaced")
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 3 {
		t.Errorf("files left behind: %v", entries)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	leads := writeFile(t, t.TempDir(), "leads.csv", "lead_id,outcome,size\n1,won,2\n2,lost,3\n")
	if _, err := Run(ctx, Config{Leads: []string{leads}}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want it cancelled", err)
	}
}

func TestHostileFiles(t *testing.T) {
	wide := make([]string, 2000)
	for i := range wide {
		wide[i] = fmt.Sprintf("c%d", i)
	}
	wideText := "lead_id,outcome," + strings.Join(wide, ",") + "\n"
	for i := range 30 {
		wideText += fmt.Sprintf("%d,%s%s\n", i, []string{"won", "lost"}[i%2], strings.Repeat(fmt.Sprintf(",%d", i%4), len(wide)))
	}
	question := new(Question)
	cases := map[string]struct {
		text string
		is   error  // nil: no error, unless asked
		says string // part of the message
	}{
		"empty":                  {"", source.ErrEmptyFile, ""},
		"header only":            {"lead_id,outcome,size\n", source.ErrNoRows, ""},
		"no header":              {"39,State-gov,won\n50,Private,lost\n38,Private,won\n", source.ErrNoHeader, ""},
		"doubled names":          {"lead_id,outcome,size,size\n1,won,1,2\n2,lost,2,1\n", source.ErrNotATable, "size"},
		"only won":               {"lead_id,outcome,size\n1,won,1\n2,won,2\n", question, "no lead is lost"},
		"only lost":              {"lead_id,outcome,size\n1,lost,1\n2,lost,2\n", question, "no lead is won"},
		"outcome without values": {"lead_id,outcome,size\n1,,1\n2,,2\n", question, "--won"},
		"unknown values":         {"lead_id,outcome,size\n1,red,1\n2,blue,2\n", question, "--won"},
		"two columns":            {"lead_id,outcome\n1,won\n2,lost\n", ErrNothingToUse, ""},
		"all missing":            {"lead_id,outcome,a,b\n1,won,,NA\n2,lost,,\n3,won,,NA\n", ErrNothingToUse, ""},
		"2 000 columns":          {wideText, nil, ""},
		"long text":              {"lead_id,outcome,size,note\n1,won,1," + strings.Repeat("x", 1<<19) + "\n2,lost,2,y\n3,won,4,y\n4,lost,1,y\n", nil, ""},
		"reserved names":         {"lead_id,outcome,in,Größe,größe,1st,日本,true\n1,won,1,2,3,4,5,6\n2,lost,2,3,4,5,6,7\n3,won,4,1,1,1,1,1\n4,lost,1,2,3,4,5,6\n", nil, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := profileOf(t, c.text, "", Config{})
			if c.is == nil && err == nil {
				return
			}
			var asked *Question
			if c.is == error(question) {
				if !errors.As(err, &asked) {
					t.Fatalf("error = %v, want a question", err)
				}
			} else if !errors.Is(err, c.is) {
				t.Fatalf("error = %v, want %v", err, c.is)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v, want it to say %q", err, c.says)
			}
		})
	}
}

// All that is unclear is asked at once, with the candidates and the flags.
func TestOneQuestion(t *testing.T) {
	var b strings.Builder
	b.WriteString("group,sex,income\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,%s,%s\n", i%50, []string{"f", "m"}[i%2], []string{"<=50K", ">50K"}[i%3%2])
	}
	_, err := profileOf(t, b.String(), "", Config{CreatedColumn: "born"})
	var q *Question
	if !errors.As(err, &q) || len(q.Asks) != 2 {
		t.Fatalf("error = %v, want a question with two asks", err)
	}
	for _, want := range []string{"--id", "--outcome", "--won", "income (", ">50K", "lead_id"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the question does not name %s:\n%v", want, err)
		}
	}
	p, err := profileOf(t, "lead_id,"+strings.ReplaceAll(numbered(b.String()), "0,group", "group"), "", Config{OutcomeColumn: "income", Won: []string{">50K"}})
	if err != nil {
		t.Fatal(err)
	}
	if o := p.Schema.Outcome; !slices.Equal(o.Won, []string{">50K"}) || !slices.Equal(o.Lost, []string{"<=50K"}) {
		t.Errorf("outcome = %+v", o)
	}
}

// numbered puts a number before each line.
func numbered(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintf(&b, "%d,%s\n", i, line)
	}
	return b.String()
}
