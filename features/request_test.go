package features

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewLead(t *testing.T) {
	s := schemaOf(t, leadsSchema)
	at := day(t, "2026-01-05T12:00:00Z")
	cases := []struct {
		field string
		value any
		want  Value
	}{
		{"employees", 250., Value{Number: 250}},
		{"employees", 250, Value{Number: 250}},
		{"employees", float32(.5), Value{Number: .5}},
		{"employees", uint8(7), Value{Number: 7}},
		{"employees", -1., Value{Missing: true}}, // the schema lists it
		{"employees", "n/a", Value{Missing: true}},
		{"employees", "", Value{Missing: true}},
		{"employees", nil, Value{Missing: true}},
		{"country", " Germany ", Value{Text: "Germany"}},
		{"country", "Select", Value{Missing: true}},
		{"country", 5., Value{Text: "5"}},
		{"country", int64(1) << 60, Value{Text: "1152921504606846976"}},
		{"country", true, Value{Text: "true"}},
		{"newsletter", true, Value{Number: 1}},
		{"newsletter", "No", Value{}},
		{"newsletter", 1., Value{Number: 1}},
		{"signed_up", at, Value{Time: at}},
		{"signed_up", at.Time(), Value{Time: at}},
		{"signed_up", "2026-01-05T12:00:00Z", Value{Time: at}},
		{"signed_up", time.Time{}, Value{Missing: true}},
		{"mail", "ann@gmail.com", Value{Text: FreeEmail}},
		{"notes", "free text", Value{Missing: true}}, // use: no
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.field, " ", c.value), func(t *testing.T) {
			lead, err := s.NewLead("1", at, map[string]any{c.field: c.value}, nil)
			if err != nil {
				t.Fatal(err)
			}
			i, _ := s.FieldIndex(c.field)
			if lead.Values[i] != c.want {
				t.Errorf("got %+v, want %+v", lead.Values[i], c.want)
			}
			for k, v := range lead.Values {
				if k != i && !v.Missing {
					t.Errorf("field %s is not missing: %+v", s.Fields[k].Name, v)
				}
			}
		})
	}
	t.Run("events", func(t *testing.T) {
		given := []Event{{at + 1, "b"}, {at, " b "}, {at, "a"}}
		lead, err := s.NewLead("1", at, nil, given)
		if err != nil {
			t.Fatal(err)
		}
		if want := []Event{{at, "a"}, {at, "b"}, {at + 1, "b"}}; !slices.Equal(lead.Events, want) {
			t.Errorf("events %v, want %v", lead.Events, want)
		}
		if given[0].Time != at+1 || given[1].Type != " b " {
			t.Error("the caller's events changed")
		}
		if seen := lead.At(at + 1).Events; len(seen) != 2 {
			t.Errorf("a snapshot at the last event sees %v", seen)
		}
		if seen := lead.At(NoTime).Events; len(seen) != 0 {
			t.Errorf("without an instant it sees %v", seen)
		}
	})
}

// All faults of a request come together, each with its field; none shows an address.
func TestNewLeadFaults(t *testing.T) {
	s := schemaOf(t, leadsSchema)
	_, err := s.NewLead("L-1", 1<<62, map[string]any{
		"employes":   5.,
		"employees":  "250",
		"country":    strings.Repeat("x", 2_000_000),
		"newsletter": "perhaps",
		"signed_up":  "soon",
		"mail":       7.,
		"notes":      math.NaN(),
		"revenue":    []string{"a"},
	}, []Event{{NoTime, "a"}, {5, " "}})
	want := []string{
		`lead L-1: field created: "4611686018427387904 µs": not a time of the years 1 to 9999`,
		`lead L-1: field country: 2000000 bytes of text; at most 10000 are taken`,
		`lead L-1: field employees: "250": a text, not a number; send a number`,
		`lead L-1: field employes: not a field of the schema; did you mean employees?`,
		`lead L-1: field mail: not a text; send the address as text`,
		`lead L-1: field newsletter: "perhaps": neither true nor false; write true or false, or list the texts under true and false in the schema`,
		`lead L-1: field notes: a number, not a text; send a text`,
		`lead L-1: field revenue: not a field of the schema; known are employees, country, newsletter, signed_up, mail, notes`,
		`lead L-1: field signed_up: "soon": not a date; write ISO 8601 such as 2026-11-22 or 2026-11-22T10:00:00Z, or give the layout in the schema`,
		`lead L-1: field events[0].time: no time; every event needs one`,
		`lead L-1: field events[1].type: no type; every event needs one`,
	}
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, f := range faults {
		got = append(got, f.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	for _, bad := range []any{math.NaN(), math.Inf(1), math.Inf(-1), int64(1)<<53 + 1, true, []byte("5"), time.Now(), json.Number("5"), map[string]any{}} {
		if _, err := s.NewLead("1", NoTime, map[string]any{"employees": bad}, nil); err == nil {
			t.Errorf("employees: %v (%T) is no fault", bad, bad)
		}
	}
	for name, call := range map[string]func() error{
		"no id":   func() error { _, err := s.NewLead(" ", NoTime, nil, nil); return err },
		"long id": func() error { _, err := s.NewLead(strings.Repeat("x", LongestText+1), NoTime, nil, nil); return err },
		"events":  func() error { _, err := s.NewLead("1", NoTime, nil, make([]Event, MostEvents+1)); return err },
		"long type": func() error {
			_, err := s.NewLead("1", NoTime, nil, []Event{{1, strings.Repeat("x", LongestText+1)}})
			return err
		},
	} {
		if err := call(); err == nil || len(err.Error()) > 500 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzNewLead(f *testing.F) {
	s := schemaOf(f, leadsSchema)
	f.Add("1", "employees", "5", 1.5, int64(0), "visit")
	f.Add("\xff", "mail", "a@b", math.NaN(), int64(math.MinInt64), "")
	f.Fuzz(func(t *testing.T, id, field, text string, number float64, at int64, kind string) {
		for _, v := range []any{text, number, at, Micros(at), text == "", nil} {
			lead, err := s.NewLead(id, Micros(at), map[string]any{field: v}, []Event{{Micros(at), kind}})
			if err != nil {
				continue
			}
			for _, value := range lead.Values {
				if math.IsNaN(value.Number) || math.IsInf(value.Number, 0) || len(value.Text) > 3*LongestText {
					t.Fatalf("accepted %+v", value)
				}
			}
			if len(lead.At(Micros(at)).Events) != 0 {
				t.Fatal("a snapshot sees its own instant")
			}
		}
	})
}

func FuzzEncoderJSON(f *testing.F) {
	f.Add([]byte(`{"inputs":[{"name":"n","source":"field","kind":"number","index":0,"ordered":true}],"coders":[{"cuts":[1,2],"max":3}]}`))
	f.Add([]byte(`{"inputs":[{"name":"c","source":"created","index":0,"part":"month","ordered":false}],"coders":[{"levels":["May"]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var e Encoder
		if json.Unmarshal(text, &e) != nil {
			return
		}
		for i := range e.Inputs {
			if e.Inputs[i].Index > 0 {
				return // a place in a schema that this test does not have
			}
		}
		snapshot := Snapshot{AsOf: 5, Created: 3, Values: []Value{{Number: 1.5, Text: "a", Time: 2}}}
		codes := make([]uint16, len(e.Inputs))
		e.Encode(&snapshot, codes, nil)
		for i, code := range codes {
			if int(code) >= e.Bins(i) || e.Label(i, code) == "" {
				t.Fatalf("code %d of %d", code, e.Bins(i))
			}
		}
	})
}
