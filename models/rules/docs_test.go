package rules

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// docs/rules.md names every key, and the example book uses every key.
func TestEveryKeyIsDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	collectKeys(reflect.TypeFor[document](), keys)
	if len(keys) < 25 {
		t.Fatalf("only %d keys found", len(keys))
	}
	for key := range keys {
		if !strings.Contains(string(docs), "`"+key) && !strings.Contains(string(docs), key+",") && !strings.Contains(string(docs), key+"}") {
			t.Errorf("docs/rules.md does not name the key %s", key)
		}
		if !strings.Contains(string(example), key+":") {
			t.Errorf("the example book does not use the key %s", key)
		}
	}
	for name := range eventNumbers {
		if !strings.Contains(string(docs), "events."+name+"(") {
			t.Errorf("docs/rules.md does not name events.%s", name)
		}
	}
}

func collectKeys(t reflect.Type, keys map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collectKeys(t.Elem(), keys)
	case reflect.Struct:
		for i := range t.NumField() {
			if key := t.Field(i).Tag.Get("yaml"); key != "" {
				keys[key] = true
				collectKeys(t.Field(i).Type, keys)
			}
		}
	}
}
