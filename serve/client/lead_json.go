package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// ParseLead reads a lead from JSON: the wire's own JSON form (protojson), or a shorter one in which a field is just its
// value and null means missing:
//
//	{"id": "L-17", "created_time": "2026-11-01T09:00:00Z",
//	 "fields": {"country": "DE", "employees": 250, "newsletter": true, "budget": null,
//	            "signed_up": {"timestamp": "2026-10-30T00:00:00Z"}},
//	 "events": [{"type": "pricing_page", "time": "2026-11-20T10:12:00Z"}]}
//
// Both forms may stand side by side. Unknown members are errors.
func ParseLead(text []byte) (*leadscorev1.Lead, error) {
	members, err := object(text)
	if err != nil {
		return nil, fmt.Errorf("lead: %w", err)
	}
	if short, ok := members["created"]; ok { // as the schema calls it
		if _, both := members["created_time"]; both {
			return nil, fmt.Errorf("lead: both created and created_time; want one of them")
		}
		members["created_time"] = short
		delete(members, "created")
	}
	if fields, ok := members["fields"]; ok && !isNull(fields) {
		if members["fields"], err = typedFields(fields); err != nil {
			return nil, fmt.Errorf("lead: %w", err)
		}
	}
	whole, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("lead: %w", err)
	}
	lead := new(leadscorev1.Lead)
	if err := protojson.Unmarshal(whole, lead); err != nil {
		return nil, fmt.Errorf("lead: %s", withoutPosition(err))
	}
	return lead, nil
}

// object splits one JSON object into its members.
func object(text []byte) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var members map[string]json.RawMessage
	if err := decoder.Decode(&members); err != nil {
		return nil, notAnObject(text, err)
	}
	if members == nil {
		return nil, fmt.Errorf("not a JSON object: null")
	}
	if decoder.More() {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return members, nil
}

// notAnObject says in a reader's words why a text is no JSON object.
func notAnObject(text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
		return fmt.Errorf("not a JSON object: line %d: %w", line, err)
	case errors.As(err, &kind):
		return fmt.Errorf("not a JSON object such as {\"id\": \"L-17\"}, but of type %s", kind.Value)
	case errors.Is(err, io.EOF):
		return errors.New("not a JSON object: there is nothing")
	}
	return fmt.Errorf("not a JSON object: %w", err)
}

// typedFields turns plain values into the wire's typed ones.
func typedFields(text json.RawMessage) (json.RawMessage, error) {
	fields, err := object(text)
	if err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	var faults []string
	for name, value := range fields {
		kind := kindOf(value)
		switch kind {
		case "":
			faults = append(faults, fmt.Sprintf("field %q: a list is no value", name))
		case "missing":
			fields[name] = json.RawMessage(`{"missing":{}}`)
		case "typed":
		default:
			fields[name] = fmt.Appendf(nil, `{%q:%s}`, kind, value)
		}
	}
	if len(faults) > 0 {
		slices.Sort(faults)
		return nil, fmt.Errorf("%s", strings.Join(faults, "; "))
	}
	return json.Marshal(fields)
}

// kindOf names the member of FieldValue that a JSON value stands for; "typed" if it already says so, "" if it is none.
func kindOf(value json.RawMessage) string {
	switch value[0] {
	case 'n':
		return "missing"
	case '"':
		return "text"
	case 't', 'f':
		return "boolean"
	case '{':
		return "typed"
	case '[':
		return ""
	}
	return "number"
}

func isNull(value json.RawMessage) bool { return string(value) == "null" }

// withoutPosition drops what protojson says about lines, which are not those of the user's text.
func withoutPosition(err error) string {
	text := strings.ReplaceAll(err.Error(), "\u00a0", " ") // protojson varies its spaces on purpose
	text = strings.TrimPrefix(text, "proto: ")
	text = strings.TrimPrefix(text, "syntax error ")
	if strings.HasPrefix(text, "(line ") {
		if _, after, ok := strings.Cut(text, "): "); ok {
			text = after
		}
	}
	return text
}
