package models

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"leadscore/features"
)

// Every member of a model file and of aliases.json is in docs/file-formats.md, by its name.
func TestFormatsAreDescribed(t *testing.T) {
	text, err := os.ReadFile("../docs/file-formats.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{reflect.TypeFor[features.Schema](): true, reflect.TypeFor[features.Engagement](): true} // schema.yaml has a table of its own
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
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !field.IsExported() || name == "-" {
				continue
			}
			if name != "" && !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("docs/file-formats.md does not describe %s.%s: `%s`", of, field.Name, name)
			}
			walk(field.Type)
		}
	}
	walk(reflect.TypeFor[Version]())
	walk(reflect.TypeFor[Aliases]())
}
