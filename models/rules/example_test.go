package rules

import (
	"testing"
)

func TestExampleBook(t *testing.T) {
	s := testSchema(t)
	b, err := Load("testdata/example.yaml", s)
	if err != nil {
		t.Fatal(err)
	}
	if w := b.Warnings(); len(w) != 0 {
		t.Errorf("Warnings() = %q, want none", w)
	}
	for i := range b.dimensions {
		for _, r := range b.dimensions[i].rules {
			if r.when != nil && r.when.test == nil {
				t.Errorf("rule %s is left to the interpreter: %s", r.id, r.when.text)
			}
		}
	}
}
