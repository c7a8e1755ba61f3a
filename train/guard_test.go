package train

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leadscore/models"
	"leadscore/train/leakage"
	"leadscore/train/profile"
)

// guarded trains on testdata/history by init's schema, changed by edit, and returns the settings used.
func guarded(t *testing.T, edit func(schema string) string) (Config, *Result, error) {
	t.Helper()
	dir, history := t.TempDir(), filepath.Join("..", "testdata", "history")
	leads, events := []string{filepath.Join(history, "leads.csv")}, []string{filepath.Join(history, "events.csv")}
	if _, err := profile.Run(context.Background(), profile.Config{Leads: leads, Events: events, Out: dir}); err != nil {
		t.Fatal(err)
	}
	cfg := Defaults()
	cfg.Schema, cfg.Rules = filepath.Join(dir, "schema.yaml"), filepath.Join(dir, "rules.yaml")
	cfg.Leads, cfg.Events, cfg.Store, cfg.Model, cfg.Pairs = leads, events, filepath.Join(dir, "store"), "deals", false
	text, err := os.ReadFile(cfg.Schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cfg.Schema, []byte(edit(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := Run(context.Background(), cfg)
	return cfg, result, err
}

// useOf replaces what init wrote of a field's use.
func useOf(field, use string) func(string) string {
	return func(schema string) string {
		before, after, _ := strings.Cut(schema, "- name: "+field+"\n")
		head, rest, _ := strings.Cut(after, `    use: "no"`+"\n")
		_, rest, _ = strings.Cut(rest, "\n") // its reason
		return before + "- name: " + field + "\n" + head + use + rest
	}
}

// A leak is refused before anything is fitted or stored, in one error that names every leak with its evidence and what to write;
// with its reason in the schema the field is used, and the reason is kept with the version.
func TestLeakIsRefused(t *testing.T) {
	cfg, _, err := guarded(t, func(schema string) string {
		return useOf("lost_reason", "")(useOf("final_discount_percent", "    because: of old\n")(schema))
	})
	if !errors.Is(err, leakage.ErrLeak) {
		t.Fatalf("training on the reason of a loss: %v, want ErrLeak", err)
	}
	for _, want := range []string{"2 fields are", "lost_reason:", "final_discount_percent:", "87 %", cfg.Schema, "use: no", "because:"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if ids, err := filepath.Glob(filepath.Join(cfg.Store, "deals", "*")); err != nil || len(ids) > 0 {
		t.Errorf("the store holds %v (%v), want nothing", ids, err)
	}
}

func TestExplainedLeak(t *testing.T) {
	const reason = "asked for on the form"
	_, result, err := guarded(t, useOf("lost_reason", "    use: yes\n    because: "+reason+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	leaks := 0
	for _, s := range result.Version.Training.Leakage {
		if s.Field == "lost_reason" && s.Grade == models.Leak {
			leaks++
		}
		if s.Field == "lost_reason" && s.Because != reason {
			t.Errorf("%+v: because %q, want %q", s, s.Because, reason)
		}
	}
	if leaks == 0 || len(models.Unexplained(result.Version.Training.Leakage)) > 0 {
		t.Errorf("the version keeps %+v", result.Version.Training.Leakage)
	}
	var text strings.Builder
	if err := result.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "lost_reason") || !strings.Contains(text.String(), reason) {
		t.Errorf("the summary does not show the suspicion table:\n%s", text.String())
	}
}

// What init proposes is not accused.
func TestProposedSchemaHasNoLeaks(t *testing.T) {
	_, result, err := guarded(t, func(schema string) string { return schema })
	if err != nil {
		t.Fatal(err)
	}
	if list := result.Version.Training.Leakage; len(list) > 0 {
		t.Errorf("the proposed schema is suspected: %+v", list)
	}
}
