package profile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
			t.Skip("longer than what finds faults quickly")
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
				t.Skip("package source never gives out bytes that are no UTF-8")
			}
		}
		if _, err := features.DecodeYAML("x.yaml", []byte("key: "+scalar(text)+" # comment\n"), &into); err != nil || into.Key != text {
			t.Fatalf("scalar(%q) = %s, read back as %q, %v", text, scalar(text), into.Key, err)
		}
	})
}
