package profile

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models/rules"
)

// Whatever the files hold, a profile is an error or two texts that load.
func FuzzRun(f *testing.F) {
	f.Add("lead_id,outcome,size\n1,won,2\n2,lost,3\n3,won,4\n4,lost,1\n", "lead_id,time,type\n1,2024-01-01,demo\n2,2024-01-02,\"x\ty\"\n")
	f.Add("lead_id;outcome;betrag;datum\n1;won;1,5;01.02.2024\n2;lost;2,5;03.02.2024\n3;lost;1.000,5;04.02.2024\n", "")
	f.Add("id,y,in,in_value,\"a\"\"b\"\n1,1,NA,?,\"x: #y\n\"\n2,0,1,2,'\n3,1,2,3,\\\n", "id,at,event\n1,1700000000,any\n3,1700000001,won\n")
	f.Add("lead_id,outcome,created,closed,email\n1,won,2024-01-01,2024-01-09,a@b.de\n2,lost,2024-01-01,2023-01-01,@\n3,open,,,\n", "lead,when,what\n1,2024-01-02,a\n1,2024-01-03,b\n2,2024-01-02,a\n")
	f.Add("lead_id,outcome,é,É,日\n1,won,\u202e,\ufeff,yes\n2,lost,b,c,no\n", "")
	f.Fuzz(func(t *testing.T, leads, events string) {
		if len(leads)+len(events) > 20_000 {
			return // longer than what finds faults quickly
		}
		dir := t.TempDir()
		c := Config{Leads: []string{filepath.Join(dir, "leads.csv")}}
		if err := os.WriteFile(c.Leads[0], []byte(leads), 0o600); err != nil {
			t.Fatal(err)
		}
		if events != "" {
			c.Events = []string{filepath.Join(dir, "events.csv")}
			if err := os.WriteFile(c.Events[0], []byte(events), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p, err := Run(context.Background(), c)
		if err != nil {
			if errors.Is(err, errOwnFault) {
				t.Fatal(err)
			}
			return
		}
		s, err := features.ParseSchema("schema.yaml", p.SchemaText)
		if err != nil {
			t.Fatalf("%v\n%s", err, p.SchemaText)
		}
		if _, err := rules.Parse("rules.yaml", p.RulesText, s); err != nil {
			t.Fatalf("%v\n%s", err, p.RulesText)
		}
	})
}

// FuzzScalar: what is written comes back.
func FuzzScalar(f *testing.F) {
	for _, text := range []string{"", "no", "No", "1e3", "a: b", "a #b", "- x", "'", "\"", "\n", "\u2028", "\x7f", "é", "30d", "~", "=", "0x1F", "2024-01-01", "[", "a b", "a  b", "null", "\U0001F600"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var into struct {
			Key string `yaml:"key"`
		}
		for _, r := range text {
			if r == '\uFFFD' {
				return // package source never gives out bytes that are no UTF-8
			}
		}
		if _, err := features.DecodeYAML("x.yaml", []byte("key: "+scalar(text)+" # comment\n"), &into); err != nil || into.Key != text {
			t.Fatalf("scalar(%q) = %s, read back as %q, %v", text, scalar(text), into.Key, err)
		}
	})
}

// made-up parts of files: what real exports hold, and what breaks quoting, naming and reading.
var (
	oddNames = []string{"size", "Größe", "in", "true", "a b", "a.b", "a-b", "A B", "created", "closed_at", "email", "Company", "score", "last_seen",
		"value", "deal value", "x\ty", "日本", "'", "#", ":", "123", "any", "type", "opt out", "Phone Number", "date", "status", "days open", "é"}
	oddValues = []string{"", "1", "0", "2", "-1", "999", "1.5", "1,5", "1e300", "NaN", "NA", "n/a", "?", "None", "Select", "yes", "no", "Yes", "true",
		"won", "lost", "2024-01-01", "2024-02-30", "01.02.2024", "1/2/2024", "20240101", "1700000000", "0001-01-01", "9999-12-31", "a@b.com", "@", "€5",
		"$5", "5 %", "a: b", " # c", "'", "\\", "\"\"", "-", "[x]", "{y}", "\u2028", "\x01", "x\ty", "é", "日本", "a very long text " + longish}
	longish = "that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on"
)

// madeUp makes a leads' and an events' file from a seed: each column draws from a few values, or has one of its own in each row.
func madeUp(seed uint64) (leads, events string) {
	random := rand.New(rand.NewPCG(seed, 1))
	any := func(from []string) string { return from[random.IntN(len(from))] }
	rows := []int{3, 12, 40, 150, 400}[random.IntN(5)]
	names := []string{"lead_id", "outcome"}
	for range random.IntN(9) {
		if name := any(oddNames); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	pools := make([][]string, len(names))
	for i := range pools {
		for range 1 + random.IntN(6) {
			pools[i] = append(pools[i], any(oddValues))
		}
	}
	kinds := make([]int, len(names))
	for i := range kinds {
		kinds[i] = random.IntN(6)
	}
	table := [][]string{names}
	for row := range rows {
		outcome := []string{"won", "lost", "lost", "open"}[random.IntN(4)]
		line := []string{fmt.Sprint("L", row), outcome}
		for i := 2; i < len(names); i++ {
			line = append(line, madeValue(random, kinds[i], pools[i], row, outcome))
		}
		table = append(table, line)
	}
	log := [][]string{{"lead", "at", "what"}}
	types := []string{any(oddNames), any(oddNames), "demo_request", "pricing page", "unsubscribe", "any"}
	for range random.IntN(4 * rows) {
		log = append(log, []string{fmt.Sprint("L", random.IntN(rows+1)), fmt.Sprintf("2024-%02d-%02dT10:00:00Z", 1+random.IntN(12), 1+random.IntN(28)), any(types)})
	}
	if len(log) == 1 || random.IntN(3) == 0 {
		return csvText(table), ""
	}
	return csvText(table), csvText(log)
}

// madeValue is a value of a column of some kind: drawn, a number, a date, its own, or told by the outcome.
func madeValue(random *rand.Rand, kind int, pool []string, row int, outcome string) string {
	switch kind {
	case 0:
		return fmt.Sprint(random.IntN(100))
	case 1:
		return fmt.Sprintf("2024-%02d-%02d", 1+random.IntN(12), 1+random.IntN(28))
	case 2:
		return fmt.Sprint(pool[0], " ", row)
	case 3:
		if outcome == "won" {
			return pool[0]
		}
		return pool[len(pool)-1]
	}
	return pool[random.IntN(len(pool))]
}

func csvText(rows [][]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.WriteAll(rows)
	return b.String()
}

// FuzzMadeUp: as FuzzRun, on files that are well formed and odd inside.
func FuzzMadeUp(f *testing.F) {
	for seed := range uint64(80) {
		f.Add(seed)
	}
	f.Add(uint64(499)) // a cut at 1e300: no integer of CEL
	f.Fuzz(func(t *testing.T, seed uint64) {
		leads, events := madeUp(seed)
		_, err := profileOf(t, leads, events, Config{})
		if errors.Is(err, errOwnFault) {
			t.Fatalf("%v\n%s\n%s", err, leads, events)
		}
	})
}
