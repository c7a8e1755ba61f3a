package client

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/testing/protocmp"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

func TestParseLead(t *testing.T) {
	whole := `{"id":"L-17","createdTime":"2026-11-01T09:00:00Z","fields":{"country":{"text":"DE"},"employees":{"number":250},
		"newsletter":{"boolean":true},"budget":{"missing":{}},"signed_up":{"timestamp":"2026-10-30T00:00:00Z"}},
		"events":[{"type":"pricing_page","time":"2026-11-20T10:12:00Z"}]}`
	for name, text := range map[string]string{
		"protojson": whole,
		"short": `{"id":"L-17","created_time":"2026-11-01T09:00:00Z","fields":{"country":"DE","employees":250,"newsletter":true,
			"budget":null,"signed_up":{"timestamp":"2026-10-30T00:00:00Z"}},"events":[{"type":"pricing_page","time":"2026-11-20T10:12:00Z"}]}`,
		"both mixed": `{"id":"L-17","created":"2026-11-01T09:00:00Z","fields":{"country":{"text":"DE"},"employees":2.5e2,"newsletter":true,
			"budget":null,"signed_up":{"timestamp":"2026-10-30T00:00:00Z"}},"events":[{"type":"pricing_page","time":"2026-11-20T10:12:00Z"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseLead([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			want := new(leadscorev1.Lead)
			if err := protojson.Unmarshal([]byte(whole), want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Errorf("ParseLead: -want +got\n%s", diff)
			}
		})
	}
}

func TestParseLeadRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"no JSON":        {`lead_id,country`, "not a JSON object"},
		"null":           {`null`, "not a JSON object"},
		"a list":         {`[{"id":"L-1"}]`, "not a JSON object"},
		"two leads":      {`{"id":"L-1"} {"id":"L-2"}`, "more than one"},
		"unknown member": {`{"id":"L-1","field":{}}`, `unknown field "field"`},
		"list as value":  {`{"id":"L-1","fields":{"country":["DE"],"size":[1]}}`, `field "country": a list is no value; field "size"`},
		"unknown kind":   {`{"id":"L-1","fields":{"country":{"string":"DE"}}}`, `unknown field "string"`},
		"two kinds":      {`{"id":"L-1","fields":{"country":{"text":"DE","number":1}}}`, "already set"},
		"no time":        {`{"id":"L-1","events":[{"type":"visit","time":"yesterday"}]}`, "yesterday"},
		"created twice":  {`{"id":"L-1","created":"2026-01-01T00:00:00Z","created_time":"2026-01-01T00:00:00Z"}`, "want one"},
	} {
		t.Run(name, func(t *testing.T) {
			lead, err := ParseLead([]byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("ParseLead = %v, %v; want an error with %q", lead, err, test.want)
			}
		})
	}
}

// A lead that is read must read the same from the wire's own JSON form.
func FuzzParseLead(f *testing.F) {
	f.Add([]byte(`{"id":"L-17","fields":{"country":"DE","employees":250,"budget":null,"x":{"missing":{}}},"events":[{"type":"a","time":"2026-11-20T10:12:00Z"}]}`))
	f.Add([]byte(`{"id":"L-17","created":null,"fields":null,"events":null}`))
	f.Add([]byte(`{"fields":{"":-1e308}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		lead, err := ParseLead(text)
		if err != nil {
			return
		}
		wire, err := protojson.Marshal(lead)
		if err != nil {
			t.Fatalf("ParseLead(%q) gives a lead that is no JSON: %v", text, err)
		}
		again, err := ParseLead(wire)
		if err != nil {
			t.Fatalf("ParseLead(%s) of a read lead: %v", wire, err)
		}
		if diff := cmp.Diff(lead, again, protocmp.Transform()); diff != "" {
			t.Errorf("read, written, read: -first +second\n%s", diff)
		}
	})
}
