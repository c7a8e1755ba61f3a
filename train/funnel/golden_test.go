package funnel_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadscore/train/funnel"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The eight leads as text, JSON and page. Look at what changed, then run with -update.
func TestGolden(t *testing.T) {
	f := compute(t, leadsText, stagesText, processText, asOf)
	var text, page bytes.Buffer
	if err := funnel.WriteText(&text, f); err != nil {
		t.Fatal(err)
	}
	if err := funnel.WritePage(&page, f, "leadscore test"); err != nil {
		t.Fatal(err)
	}
	members, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(page.String(), "</style>") // the style sheet has a golden file of its own
	digits := regexp.MustCompile(`\d+\.\d{10,}`)         // other processors round the last ones differently
	members = digits.ReplaceAllFunc(members, func(number []byte) []byte {
		v, _ := strconv.ParseFloat(string(number), 64)
		return strconv.AppendFloat(nil, v, 'g', 10, 64)
	})
	for name, got := range map[string]string{"funnel.golden.txt": text.String(), "funnel.golden.json": string(members) + "\n", "funnel.golden.html": body} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s differs; look, then run with -update\n%.3000s", path, diff)
		}
	}
}

// Nothing but plain words of leads and reasons reaches the page as markup.
func TestPageEscapes(t *testing.T) {
	stages := strings.ReplaceAll(stagesText, "no budget", "<script>alert(1)</script>")
	var page bytes.Buffer
	if err := funnel.WritePage(&page, compute(t, leadsText, strings.ReplaceAll(stages, "anna", "<b>anna</b>"), processText, asOf), "leadscore test"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<script") || strings.Contains(page.String(), "<b>anna") {
		t.Error("markup of the data is in the page")
	}
}

// Every key of process.yaml is in docs/file-formats.md, every member of the JSON in docs/process.md, by its name.
func TestFormatsAreDescribed(t *testing.T) {
	for file, check := range map[string]struct {
		of  reflect.Type
		tag string
	}{"file-formats.md": {reflect.TypeFor[funnel.Process](), "yaml"}, "process.md": {reflect.TypeFor[funnel.Funnel](), "json"}} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", file))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[reflect.Type]bool{}
		if check.tag == "json" {
			seen[reflect.TypeFor[funnel.Process]()] = true
		}
		var walk func(reflect.Type)
		walk = func(of reflect.Type) {
			switch of.Kind() {
			case reflect.Pointer, reflect.Slice, reflect.Map:
				walk(of.Elem())
				return
			case reflect.Struct:
			default:
				return
			}
			if seen[of] {
				return
			}
			seen[of] = true
			for i := range of.NumField() {
				field := of.Field(i)
				name, _, _ := strings.Cut(field.Tag.Get(check.tag), ",")
				if !field.IsExported() || name == "-" {
					continue
				}
				if name != "" && !strings.Contains(string(text), "`"+name+"`") {
					t.Errorf("docs/%s does not describe %s.%s: `%s`", file, of, field.Name, name)
				}
				walk(field.Type)
			}
		}
		walk(check.of)
	}
}
