package rules

import (
	"reflect"
	"testing"

	"leadscore/features"
)

// What conditions compare with, and the events they ask for, are found; other constants are not.
func TestVocabulary(t *testing.T) {
	schema, err := features.ParseSchema("schema.yaml", []byte(`version: 1
lead: {id: id, created: created}
fields:
  - {name: country, kind: category}
  - {name: employees, kind: number}
  - {name: role, kind: category}
events: {lead: id, time: time, type: type}
`))
	if err != nil {
		t.Fatal(err)
	}
	book, err := Parse("rules.yaml", []byte(`version: 1
name: v
fit:
  rules:
    - {id: a, points: 5, reason: a, when: 'lead.employees >= 50 && lead.employees < 1000 || lead.country in ["DE", "AT"]'}
    - {id: b, points: 5, reason: b, when: 'lead.role.lowerAscii().contains("head") && events.count("webinar", days(30)) >= 2'}
engagement:
  rules:
    - {id: c, points: 5, reason: c, event: [demo, call]}
    - {id: d, points: 1, reason: d, event: any, at_most: 3}
exclude:
  - {id: e, reason: e, when: lead.country == "XX"}
order_guard:
  - {id: f, reason: f, when: 'events.count(["trial"]) > 0 && lead.employees != 7'}
`), schema)
	if err != nil {
		t.Fatal(err)
	}
	want := Vocabulary{Events: []string{"call", "demo", "trial", "webinar"}, Numbers: map[int][]float64{1: {7, 50, 1000}},
		Texts: map[int][]string{0: {"AT", "DE", "XX"}, 2: {"head"}}}
	if got := book.Vocabulary(); !reflect.DeepEqual(got, want) {
		t.Errorf("Vocabulary() = %+v, want %+v", got, want)
	}
}
