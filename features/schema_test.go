package features

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// docsExample is the annotated schema of docs/file-formats.md.
func docsExample(t testing.TB) []byte {
	text, err := os.ReadFile("../docs/file-formats.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatal("docs/file-formats.md has no yaml block")
	}
	return block[1]
}

func TestDocsExample(t *testing.T) {
	text := docsExample(t)
	s, err := ParseSchema("schema.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if s.Snapshot.String() != "created + 7d" || time.Duration(s.Horizon) != 90*24*time.Hour || s.ObservedUntil.String() != "2026-11-01" {
		t.Errorf("read snapshot %v, horizon %v, observed until %v", s.Snapshot, s.Horizon, s.ObservedUntil)
	}
	names := ""
	for _, in := range s.Inputs() {
		names += in.Name + ", "
	}
	want := "employees, country, newsletter, contract_ends age, contract_ends month, contract_ends weekday, contact_email, " +
		"pricing_views_30d, activity, days_quiet, active_days, first_touch, touches_before_demo, created month, created weekday, snapshot time, "
	if names != want {
		t.Errorf("inputs are %s\nwant %s", names, want)
	}
	// Every key that the struct knows stands in the document's table.
	doc, err := os.ReadFile("../docs/file-formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"lead.id", "lead.account", "lead.created", "lead.closed", "lead.value", "outcome.column", "observed_until",
		"format.date_layout", "format.time_zone", "format.decimal", "format.encoding", "format.delimiter", "engagement[].half_life"} {
		if !strings.Contains(string(doc), "`"+key+"`") {
			t.Errorf("docs/file-formats.md does not explain %s", key)
		}
	}
}

func TestSchemaRoundTrip(t *testing.T) {
	s, err := ParseSchema("schema.yaml", docsExample(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("yaml", func(t *testing.T) {
		text, err := yaml.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseSchema("again.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Errorf("changed on the way:\n%s", diff)
		}
	})
	t.Run("json", func(t *testing.T) {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var again Schema
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(s, &again); diff != "" {
			t.Errorf("changed on the way:\n%s", diff)
		}
	})
	t.Run("the empty members are left out", func(t *testing.T) {
		small := &Schema{Version: 1, Lead: LeadColumns{ID: "id"}, Fields: []Field{{Name: "a", Kind: Number}}}
		text, err := json.Marshal(small)
		want := `{"version":1,"lead":{"id":"id"},"fields":[{"name":"a","kind":"number"}]}`
		if err != nil || string(text) != want {
			t.Errorf("JSON is %s, %v, want %s", text, err, want)
		}
		if text, err = yaml.Marshal(small); err != nil || string(text) != "version: 1\nlead:\n    id: id\nfields:\n    - name: a\n      kind: number\n" {
			t.Errorf("YAML is %s, %v", text, err)
		}
	})
}

// Each fault must come with its line and what would be right, and all at once.
func TestSchemaFaults(t *testing.T) {
	head := "version: 1\nlead:\n  id: lead_id\n"
	cases := []struct{ name, text, want string }{
		{"empty file", "", "s.yaml: the file is empty"},
		{"no YAML", "a: [", "s.yaml: line 1: no readable YAML"},
		{"a list", "- a", "s.yaml: line 1: a list where keys are due"},
		{"version", "version: 2\nlead: {id: x}\nfields: [{name: a, kind: number}]\n", "s.yaml: line 1: field version: \"2\": an unknown version"},
		{"unknown key", head + "feilds: []\n", "s.yaml: line 4: field feilds: unknown key; did you mean fields?"},
		{"unknown inner key", head + "fields:\n- name: a\n  kind: number\n  colunm: x\n", "s.yaml: line 7: field fields[0].colunm: unknown key; did you mean column?"},
		{"key twice", head + "version: 1\n", "s.yaml: line 4: field version: the key is already on line 1"},
		{"no value", head + "fields:\n", "s.yaml: line 4: field fields: no value"},
		{"alias", head + "fields: &a []\n", "an alias or anchor"},
		{"second document", head + "fields: [{name: a, kind: number}]\n---\na: b\n", "a second document"},
		{"text for a number", head + "fields: [{name: a, kind: number, special: [x]}]\n", `s.yaml: line 4: field fields[0].special[0]: "x": not a number`},
		{"no id", "version: 1\nlead: {account: a}\nfields: [{name: a, kind: number}]\n", "s.yaml: line 2: field lead.id: no id column"},
		{"kind", head + "fields:\n- name: a\n  kind: nunber\n", `s.yaml: line 6: field fields[0].kind: "nunber": an unknown kind; did you mean number?`},
		{"name", head + "fields:\n- name: No. of Staff\n  kind: number\n", `line 5: field fields[0].name: "No. of Staff": not a name`},
		{"reserved name", head + "fields:\n- {name: in, kind: number}\n", "a word that rules reserve"},
		{"name twice", head + "fields:\n- {name: a, kind: number}\n- {name: a, column: b, kind: number}\n", `line 6: field fields[1].name: "a": the name of fields[0] as well`},
		{"column twice", head + "fields:\n- {name: a, kind: number}\n- {name: b, column: a, kind: number}\n", `line 6: field fields[1].column: "a": the column is already field a`},
		{"column of the id", head + "fields:\n- {name: a, column: lead_id, kind: number}\n", "the column is already lead.id"},
		{"use", head + "fields:\n- {name: a, kind: number, use: maybe}\n", "neither yes nor no"},
		{"special of a category", head + "fields:\n- {name: a, kind: category, special: [1]}\n", "special values of a category"},
		{"special and missing", head + "fields:\n- {name: a, kind: number, special: [999], missing: ['999']}\n", "both special and missing"},
		{"true alone", head + "fields:\n- {name: a, kind: boolean, true: [1]}\n", "only one of true and false"},
		{"true and false", head + "fields:\n- {name: a, kind: boolean, true: [x], false: [X]}\n", "both true and false"},
		{"layout", head + "fields:\n- {name: a, kind: date, layout: DD.MM.YYYY}\n", "not the layout of a date"},
		{"layout without a year", head + "fields:\n- {name: a, kind: date, layout: 02.01.}\n", "not the layout of a date"},
		{"layout of a number", head + "fields:\n- {name: a, kind: number, layout: 02.01.2006}\n", "a layout of a number"},
		{"actionable", head + "fields: [{name: a, kind: number, actionable: maybe}]\n", "write actionable: yes or actionable: no"},
		{"nothing used", head + "fields: [{name: a, kind: number, use: no, because: x}]\n", "no field is used"},
		{"won and lost", head + "outcome: {column: y, won: [a], lost: [a]}\nfields: [{name: a, kind: number}]\n", `"a": both won and lost`},
		{"monotone category", head + "fields:\n- {name: a, kind: category, monotone: up}\n", `line 5: field fields[0].monotone: "up": a direction of a category, which has no order`},
		{"monotone date without snapshot", head + "fields:\n- {name: a, kind: date, monotone: up}\n", "a direction of a date without an age: there is no snapshot rule"},
		{"monotone sideways", head + "fields:\n- {name: a, kind: number, monotone: rising}\n", `"rising": neither up nor down; write monotone: up where more is never worse`},
		{"monotone first event", head + "fields: [{name: a, kind: number}]\nevents: {lead: l, time: t, type: y}\nengagement:\n- {name: e, first_event: true, monotone: down}\n", `field engagement[0].monotone: "down": a direction of the first event`},
		{"half-life of no span", head + "fields: [{name: a, kind: number}]\nevents: {lead: l, time: t, type: y}\nengagement:\n- {name: e, count: [any], half_life: soon}\n", `"soon": not a time span; write a whole number above 0 and w, d, h, m or s (weeks to seconds), such as 90d, or auto to have it learned`},
		{"half-life of a last event", head + "fields: [{name: a, kind: number}]\nevents: {lead: l, time: t, type: y}\nengagement:\n- {name: e, days_since_last: [any], half_life: auto}\n", `"auto": a half-life without a count`},
		{"segments by nothing", head + "segments: {by: regoin}\nfields: [{name: region, kind: category}]\n", `line 4: field segments.by: "regoin": no field of this name; did you mean region?`},
		{"segments by a number", head + "segments: {by: a}\nfields: [{name: a, kind: number}]\n", `"a": a number, not a category`},
		{"segments by a field left out", head + "segments: {by: a}\nfields: [{name: a, kind: category, use: no, because: x}, {name: b, kind: number}]\n", `"a": a field that scores may not see`},
		{"recency without times", head + "recency: {half_life: 365d}\nfields: [{name: a, kind: number}]\n", `line 4: field recency: "365d": nothing to tell old deals from new ones by`},
		{"recency of hours", head + "snapshot: column at\nrecency: {half_life: 3h}\nfields: [{name: a, kind: number}]\n", `line 5: field recency.half_life: "3h": a half-life of less than a week`},
		{"weight as a field", "version: 1\nlead: {id: x, weight: a}\nfields: [{name: a, kind: number}]\n", "the column is already lead.weight"},
		{"no lost", head + "outcome: {column: y, won: [a]}\nfields: [{name: a, kind: number}]\n", "no value means lost"},
		{"snapshot", head + "snapshot: a week later\nfields: [{name: a, kind: number}]\n", `line 4: field snapshot: "a week later": not a snapshot rule`},
		{"snapshot without created", head + "snapshot: created + 7d\nfields: [{name: a, kind: number}]\n", "no created column to count from"},
		{"snapshot without events", head + "snapshot: event demo\nfields: [{name: a, kind: number}]\n", "no events' columns"},
		{"span", head + "horizon: 3 months\nfields: [{name: a, kind: number}]\n", `line 4: field horizon: "3 months": not a time span`},
		{"zero span", head + "horizon: 0d\nfields: [{name: a, kind: number}]\n", "not a time span"},
		{"long span", head + "horizon: 9999999999w\nfields: [{name: a, kind: number}]\n", "longer than a hundred years"},
		{"horizon without closed", "version: 1\nlead: {id: i, created: c}\nsnapshot: created + 1d\nhorizon: 9d\nfields: [{name: a, kind: number}]\n", "line 4: field horizon: \"9d\": no closed column"},
		{"observed until", head + "observed_until: soon\nfields: [{name: a, kind: number}]\n", `"soon": not a date`},
		{"events half named", head + "events: {lead: l, time: t}\nfields: [{name: a, kind: number}]\n", "no column for the events' type"},
		{"figure without events", head + "fields: []\nengagement: [{name: a, count: [any]}]\n", "without the events' columns"},
		{"no figure", head + "events: {lead: l, time: t, type: y}\nfields: []\nengagement: [{name: a}]\n", "no figure"},
		{"two figures", head + "events: {lead: l, time: t, type: y}\nfields: []\nengagement: [{name: a, count: [x], first_event: true}]\n", "more than one figure"},
		{"no types", head + "events: {lead: l, time: t, type: y}\nfields: []\nengagement: [{name: a, count: []}]\n", "no event type"},
		{"any and more", head + "events: {lead: l, time: t, type: y}\nfields: []\nengagement: [{name: a, count: [x, any]}]\n", "any beside other types"},
		{"before any", head + "events: {lead: l, time: t, type: y}\nfields: []\nengagement: [{name: a, events_before_first: [any]}]\n", "nothing can come before"},
		{"half-life of days", head + "events: {lead: l, time: t, type: y}\nfields: []\nengagement: [{name: a, distinct_days: [any], half_life: 1d}]\n", "a half-life without a count"},
		{"delimiter", head + "format: {delimiter: ab}\nfields: [{name: a, kind: number}]\n", "not a delimiter"},
		{"encoding", head + "format: {encoding: ebcdic}\nfields: [{name: a, kind: number}]\n", "an unknown encoding"},
		{"decimal", head + "format: {decimal: x}\nfields: [{name: a, kind: number}]\n", "not a decimal sign"},
		{"time zone", head + "format: {time_zone: Mars}\nfields: [{name: a, kind: number}]\n", "an unknown time zone"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseSchema("s.yaml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("ParseSchema:\n%s\ngives %v\nwant %s", c.text, err, c.want)
			}
		})
	}
	t.Run("what cannot be read and what contradicts", func(t *testing.T) {
		_, err := ParseSchema("s.yaml", []byte("version: one\nlead:\n  account: x\nfields:\n  - {name: b, kind: text, extra: 1}\n"))
		var faults Faults
		if !errors.As(err, &faults) || len(faults) != 4 { // version only once
			t.Fatalf("want 4 faults, got %v", err)
		}
	})
	t.Run("all at once", func(t *testing.T) {
		_, err := ParseSchema("s.yaml", []byte("version: 3\nlead:\n  account: x\nfields:\n  - name: A\n    kind: number\n  - name: b\n    kind: text\n"))
		var faults Faults
		if !errors.As(err, &faults) || len(faults) != 4 {
			t.Fatalf("want 4 faults, got %v", err)
		}
		for i, line := range []int{1, 2, 5, 8} {
			var fault *FieldError
			if !errors.As(faults[i], &fault) || fault.Line != line {
				t.Errorf("fault %d is %v, want line %d", i, faults[i], line)
			}
		}
	})
}

func TestYAMLPositions(t *testing.T) {
	var into struct {
		A []struct {
			B map[string]int `yaml:"b"`
		} `yaml:"a"`
	}
	p, err := DecodeYAML("x.yaml", []byte("# c\na:\n  - b:\n      c: 1\n\n  - b: {d: 2}\n"), &into)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path []any
		want int
	}{
		{nil, 2}, {[]any{"a"}, 2}, {[]any{"a", 0}, 3}, {[]any{"a", 0, "b", "c"}, 4}, {[]any{"a", 1, "b"}, 6},
		{[]any{"a", 7}, 2}, {[]any{"z"}, 2}, {[]any{"a", 1, "z"}, 6}, {[]any{"a", "b"}, 2},
	} {
		if got := p.Line(c.path...); got != c.want {
			t.Errorf("Line(%v) = %d, want %d", c.path, got, c.want)
		}
	}
	var none *YAMLPositions
	if none.Line("a") != 0 {
		t.Error("positions of nothing have a line")
	}
	if into.A[0].B["c"] != 1 || into.A[1].B["d"] != 2 {
		t.Errorf("read %v", into)
	}
}

func TestTextsOfSettings(t *testing.T) {
	for text, want := range map[string]string{"14d": "14d", "2w": "14d", "48h": "2d", "90m": "90m", "120m": "2h", "45s": "45s", "36h": "36h"} {
		d, err := ParseDuration(text)
		if err != nil || d.String() != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %s", text, d, err, want)
		}
	}
	for text, want := range map[string]string{"": "", "created+7d": "created + 7d", "created + 0d": "created + 0d", " created  +  1w ": "created + 7d", "event demo request": "event demo request", "column Scored  At": "column Scored  At"} {
		r, err := ParseSnapshotRule(text)
		if err != nil || r.String() != want {
			t.Errorf("ParseSnapshotRule(%q) = %q, %v, want %q", text, r, err, want)
		}
	}
	for _, text := range []string{"created - 7d", "created", "event", "column", "never", "created + 7", "created + -7d"} {
		if r, err := ParseSnapshotRule(text); err == nil {
			t.Errorf("ParseSnapshotRule(%q) = %q", text, r)
		}
	}
}

func FuzzParseSchema(f *testing.F) {
	f.Add(docsExample(f))
	f.Add([]byte("version: 1\nlead: {id: a}\nfields: [{name: a, kind: number, special: [1e5, .5]}]\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? [a]\n: b\n<<: {c: d}\n"))
	f.Add([]byte("\xff\xfe"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseSchema("f.yaml", text)
		if err != nil {
			return
		}
		out, err := yaml.Marshal(s)
		if err != nil {
			t.Fatalf("a valid schema cannot be written: %v", err)
		}
		again, err := ParseSchema("again.yaml", out)
		if err != nil {
			t.Fatalf("written, it is invalid: %v\n%s", err, out)
		}
		if len(again.Inputs()) != len(s.Inputs()) {
			t.Fatalf("written, it has other inputs\n%s", out)
		}
	})
}
