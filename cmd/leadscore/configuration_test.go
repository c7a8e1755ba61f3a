package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "rewrite the table of docs/configuration.md")

const tableBegins, tableEnds = "<!-- table: made by go test ./cmd/leadscore -run Configuration -update -->\n", "<!-- end of table -->\n"

// docs/configuration.md has every setting of serve, as the program reads it.
func TestConfigurationTable(t *testing.T) {
	const path = "../../docs/configuration.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !ok || !ends {
		t.Fatalf("%s has no table", path)
	}
	want := before + tableBegins + settingsTable(t) + tableEnds + after
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is not up to date; run go test ./cmd/leadscore -run Configuration -update", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func settingsTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| flag | variable | in the file | default | meaning |\n|---|---|---|---|---|\n")
	for _, each := range serveModel(t) {
		inFile := "`" + settingName(each) + "`"
		if each.Name == "config" {
			inFile = ""
		}
		standard := each.Default
		if standard != "" {
			standard = "`" + standard + "`"
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s | %s |\n", each.Name, each.Envs[0], inFile, standard, strings.ReplaceAll(each.Help, "|", "\\|"))
	}
	return b.String()
}

func serveModel(t *testing.T) []*kong.Flag {
	t.Helper()
	var line commands
	parser, err := kong.New(&line, kong.Vars(defaults()), kong.PostBuild(serveVariables), kong.BindTo(t.Context(), (*context.Context)(nil)))
	if err != nil {
		t.Fatal(err)
	}
	return serveFlags(parser.Model)
}

// Every setting has one name in three writings, and none is shared with the variable of another command.
func TestSettingsHaveOneName(t *testing.T) {
	flags := serveModel(t)
	if len(flags) < 30 {
		t.Fatalf("%d settings", len(flags))
	}
	for _, each := range flags {
		if want := "LEADSCORE_" + strings.ToUpper(strings.ReplaceAll(each.Name, "-", "_")); !slices.Equal(each.Envs, []string{want}) {
			t.Errorf("--%s: variables %v, want %s", each.Name, each.Envs, want)
		}
		if each.Name == "token" || each.Help == "" {
			t.Errorf("--%s: LEADSCORE_TOKEN is ask's, and every setting has a help", each.Name)
		}
	}
}

// A flag goes before its variable, the variable before the file, the file before the default.
func TestSettingsPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "serve.yaml")
	if err := os.WriteFile(file, []byte("store: nowhere\nmodel: [from-file]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	checked := func(args ...string) string {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append([]string{"serve", "--check", "--store", t.TempDir()}, args...), &stdout, &stderr); code != exitFailed {
			t.Fatalf("exit code %d: %s", code, stderr.String())
		}
		return stdout.String()
	}
	if text := checked("--config", file); !strings.Contains(text, "model from-file") {
		t.Errorf("the file does not count:\n%s", text)
	}
	t.Setenv("LEADSCORE_MODEL", "from-variable")
	if text := checked("--config", file); !strings.Contains(text, "model from-variable") || strings.Contains(text, "from-file") {
		t.Errorf("the variable does not go before the file:\n%s", text)
	}
	if text := checked("--config", file, "--model", "from-flag"); !strings.Contains(text, "model from-flag") || strings.Contains(text, "from-variable") {
		t.Errorf("the flag does not go before the variable:\n%s", text)
	}
	t.Setenv("LEADSCORE_CONFIG", file)
	os.Unsetenv("LEADSCORE_MODEL")
	if text := checked(); !strings.Contains(text, "model from-file") {
		t.Errorf("the file of the variable does not count:\n%s", text)
	}
}
