package leadjson

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/testing/protocmp"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

func TestUnmarshal(t *testing.T) {
	whole := `{"id":"L-17","createdTime":"2026-11-01T09:00:00Z","fields":{"country":{"text":"DE"},"employees":{"number":250},
		"newsletter":{"boolean":true},"budget":{"missing":{}},"signed_up":{"timestamp":"2026-10-30T00:00:00Z"}},
		"events":[{"type":"pricing_page","time":"2026-11-20T10:12:00Z"}]}`
	for name, text := range map[string]string{
		"protojson":       whole,
		"byte order mark": "\ufeff" + whole,
		"short": `{"id":"L-17","created_time":"2026-11-01T09:00:00Z","fields":{"country":"DE","employees":250,"newsletter":true,
			"budget":null,"signed_up":{"timestamp":"2026-10-30T00:00:00Z"}},"events":[{"type":"pricing_page","time":"2026-11-20T10:12:00Z"}]}`,
		"both mixed": `{"id":"L-17","created":"2026-11-01T09:00:00Z","fields":{"country":{"text":"DE"},"employees":2.5e2,"newsletter":true,
			"budget":null,"signed_up":{"timestamp":"2026-10-30T00:00:00Z"}},"events":[{"type":"pricing_page","time":"2026-11-20T10:12:00Z"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := new(leadscorev1.Lead)
			err := Unmarshal([]byte(text), "lead", got)
			if err != nil {
				t.Fatal(err)
			}
			want := new(leadscorev1.Lead)
			if err := protojson.Unmarshal([]byte(whole), want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Errorf("Unmarshal: -want +got\n%s", diff)
			}
		})
	}
}

// Every fault of a text is found, each under its path.
func TestUnmarshalRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"no JSON":        {`lead_id,country`, []string{"lead: not a JSON object: line 1: invalid character"}},
		"nothing":        {" \n", []string{"lead: not a JSON object: there is nothing"}},
		"null":           {`null`, []string{`lead: not a JSON object such as {"id": "L-17"}, but null`}},
		"a list":         {`[{"id":"L-1"}]`, []string{`lead: not a JSON object such as {"id": "L-17"}, but a list`}},
		"two leads":      {`{"id":"L-1"} {"id":"L-2"}`, []string{"lead: more than one JSON value"}},
		"torn":           {"{\"id\":\"L-1\",\n\"fields\":{", []string{"lead: not a JSON object: line 2: unexpected end"}},
		"unknown member": {`{"id":"L-1","field":{}}`, []string{`lead.field: no such member; want one of id, created_time, fields, events`}},
		"member twice":   {`{"id":"L-1","id":"L-2"}`, []string{"lead.id: given twice"}},
		"created twice":  {`{"created":"2026-01-01T00:00:00Z","created_time":"2026-01-01T00:00:00Z"}`, []string{"lead.created_time: given twice, before as created"}},
		"field twice":    {`{"fields":{"a":1,"a":2}}`, []string{`lead.fields["a"]: given twice`}},
		"list as value":  {`{"fields":{"country":["DE"],"size":[1]}}`, []string{`lead.fields["country"]: a list is no value`, `lead.fields["size"]: a list is no value`}},
		"unknown kind":   {`{"fields":{"country":{"string":"DE"}}}`, []string{`lead.fields["country"].string: no such member; want one of number,`}},
		"two kinds":      {`{"fields":{"country":{"text":"DE","number":1}}}`, []string{`lead.fields["country"].number: given beside text`}},
		"too large":      {`{"fields":{"size":1e999}}`, []string{`lead.fields["size"]: 1e999; want a number`}},
		"text as number": {`{"fields":{"size":{"number":"many"}}}`, []string{`lead.fields["size"].number: "many"; want a number`}},
		"fields a list":  {`{"fields":[1]}`, []string{"lead.fields: a list; want an object"}},
		"events":         {`{"events":{"type":"a"}}`, []string{"lead.events: an object; want a list"}},
		"no UTF-8":       {"{\"id\":\"\xff\"}", []string{"lead: "}},
		"many at once": {`{"id":17,"created_time":"yesterday","events":[{"type":"visit","time":"2026-02-30T00:00:00Z"},7,{"type":null,"at":1}],"fields":{"x":[]}}`, []string{
			`lead.id: 17; want a text`, `lead.created_time: "yesterday"; want a time, such as`, `lead.events[0].time: "2026-02-30T00:00:00Z"; want a time`,
			`lead.events[1]: a number; want an object`, `lead.events[2].at: no such member; want one of type, time`, `lead.fields["x"]: a list is no value`}},
	} {
		t.Run(name, func(t *testing.T) {
			lead := new(leadscorev1.Lead)
			err := Unmarshal([]byte(test.text), "lead", lead)
			var faults *Faults
			if !errors.As(err, &faults) {
				t.Fatalf("Unmarshal = %v, %v; want faults", lead, err)
			}
			got := strings.Split(err.Error(), "; lead")
			if len(faults.List) != len(test.want) {
				t.Fatalf("Unmarshal finds %d faults, want %d:\n%s", len(faults.List), len(test.want), strings.Join(got, "\n"))
			}
			for i, fault := range faults.List {
				if text := fault.Path + ": " + fault.Problem; !strings.HasPrefix(text, test.want[i]) {
					t.Errorf("fault %d = %q, want %q", i, text, test.want[i])
				}
			}
		})
	}
}

// A whole request reads its members alike; an enum's fault names the values.
func TestUnmarshalRequest(t *testing.T) {
	request := new(leadscorev1.BatchScoreLeadsRequest)
	err := Unmarshal([]byte(`{"model":"deals","leads":[{"id":"a","fields":{"x":1}},{"id":"b","fields":{"x":null,"y":"z"}}],"explanation":"EXPLANATION_NONE"}`), "", request)
	if err != nil {
		t.Fatal(err)
	}
	if got := request.GetLeads()[1].GetFields()["y"].GetText(); got != "z" || request.GetExplanation() != leadscorev1.Explanation_EXPLANATION_NONE {
		t.Errorf("Unmarshal = %v", request)
	}
	err = Unmarshal([]byte(`{"leads":[{},{"fields":{"x":[]}}],"explanation":"all"}`), "", request)
	if want := `leads[1].fields["x"]: a list is no value; explanation: "all"; want one of EXPLANATION_UNSPECIFIED, EXPLANATION_FULL, EXPLANATION_NONE`; err == nil || err.Error() != want {
		t.Errorf("Unmarshal = %v, want %s", err, want)
	}
}

// More faults than anybody reads are counted.
func TestUnmarshalCountsFaults(t *testing.T) {
	err := Unmarshal([]byte(`{"events":[`+strings.Repeat("0,", 1199)+`0]}`), "lead", new(leadscorev1.Lead))
	var faults *Faults
	if !errors.As(err, &faults) || len(faults.List) != 1000 || faults.Left != 200 {
		t.Errorf("Unmarshal = %v faults and %d left, want 1000 and 200", len(faults.List), faults.Left)
	}
}

// A lead that is read must read the same from the wire's own JSON form.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"id":"L-17","fields":{"country":"DE","employees":250,"budget":null,"x":{"missing":{}}},"events":[{"type":"a","time":"2026-11-20T10:12:00Z"}]}`))
	f.Add([]byte(`{"id":"L-17","created":null,"fields":null,"events":null}`))
	f.Add([]byte(`{"fields":{"":-1e308}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		lead := new(leadscorev1.Lead)
		if Unmarshal(text, "lead", lead) != nil {
			return
		}
		wire, err := Marshal(lead)
		if err != nil {
			t.Fatalf("Unmarshal(%q) gives a lead that is no JSON: %v", text, err)
		}
		again := new(leadscorev1.Lead)
		if err := Unmarshal(wire, "lead", again); err != nil {
			t.Fatalf("Unmarshal(%s) of a read lead: %v", wire, err)
		}
		if diff := cmp.Diff(lead, again, protocmp.Transform()); diff != "" {
			t.Errorf("read, written, read: -first +second\n%s", diff)
		}
	})
}

// What protojson reads, Unmarshal reads the same.
func FuzzUnmarshalAsProtojson(f *testing.F) {
	f.Add([]byte(`{"id":"L-17","fields":{"country":{"text":"DE"},"employees":{"number":"250"}},"events":[{"type":"a","time":"2026-11-20T10:12:00Z"}]}`))
	f.Add([]byte(`{"createdTime":"2026-11-20T10:12:00.5+02:00","fields":{"x":{"missing":{}},"y":{"number":1e3}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		want, got := new(leadscorev1.Lead), new(leadscorev1.Lead)
		if protojson.Unmarshal(text, want) != nil {
			return
		}
		if err := Unmarshal(text, "lead", got); err != nil {
			t.Fatalf("Unmarshal(%q) = %v; protojson reads it", text, err)
		}
		if diff := cmp.Diff(want, got, protocmp.Transform(), protocmp.IgnoreEmptyMessages(), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("Unmarshal(%q): -protojson +got\n%s", text, diff)
		}
	})
}
