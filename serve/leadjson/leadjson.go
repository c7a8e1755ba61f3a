// Package leadjson is the wire's messages as JSON that people and webhooks write: the canonical JSON form of protobuf
// (protojson), in which the value of a lead's field may also be just that value, and null means missing:
//
//	{"id": "L-17", "created_time": "2026-11-01T09:00:00Z",
//	 "fields": {"country": "DE", "employees": 250, "newsletter": true, "budget": null,
//	            "signed_up": {"timestamp": "2026-10-30T00:00:00Z"}},
//	 "events": [{"type": "pricing_page", "time": "2026-11-20T10:12:00Z"}]}
//
// Both forms may stand side by side. A text is read by the kind that the schema gives the field: a date, yes or no, a
// category. Names are those of the proto files, snake case; lowerCamelCase is understood too, and created for a lead's
// created_time, as schemas call it. A name that the message does not have, or has twice, is an error, and so is a number
// that cannot be held. Start at [Unmarshal].
package leadjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// Fault is one violated member of a text: its path, such as lead.events[3].time, and what is wrong with it.
type Fault struct{ Path, Problem string }

// Faults are all violated members of a text, in its order, but no more than 1,000; Left counts the others.
type Faults struct {
	List []Fault
	Left int
}

func (f *Faults) Error() string {
	texts := make([]string, len(f.List))
	for i, each := range f.List {
		texts[i] = strings.TrimPrefix(each.Path+": "+each.Problem, ": ")
	}
	return strings.Join(texts, "; ")
}

const mostFaults = 1000

// Add notes one more.
func (f *Faults) Add(fault Fault) {
	if len(f.List) == mostFaults {
		f.Left++
		return
	}
	f.List = append(f.List, fault)
}

func (f *Faults) addf(path, format string, args ...any) {
	f.Add(Fault{path, fmt.Sprintf(format, args...)})
}

// Marshal writes a message, zeros included. Lists of no order in the message, its maps, are sorted by name.
func Marshal(message proto.Message) ([]byte, error) {
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(message)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil { // protojson varies its white space on purpose
		return nil, err
	}
	return out.Bytes(), nil
}

// Unmarshal reads one JSON object. Its errors are a [*Faults], whose paths begin with path: "lead" for a text that is the
// member lead of a request, empty for a whole request.
func Unmarshal(text []byte, path string, into proto.Message) error {
	r := new(reader)
	if r.syntax(path, text); len(r.faults.List) > 0 {
		return &r.faults
	}
	r.message(path, text, into.ProtoReflect().Descriptor())
	if len(r.faults.List) > 0 {
		return &r.faults
	}
	if err := protojson.Unmarshal(r.out.Bytes(), into); err != nil {
		// What the walk found whole can only fail by its size or by what no leaf says, such as a text that is no UTF-8.
		r.faults.addf(path, "%s", withoutPosition(err))
		return &r.faults
	}
	return nil
}

// syntax wants one JSON object.
func (r *reader) syntax(path string, text []byte) {
	var whole json.RawMessage
	err := json.Unmarshal(text, &whole)
	syntax, ok := err.(*json.SyntaxError)
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		r.faults.addf(path, "not a JSON object: there is nothing")
	case ok && beyondFirst(text, syntax.Offset):
		r.faults.addf(path, "more than one JSON value")
	case ok:
		line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
		r.faults.addf(path, "not a JSON object: line %d: %s", line, syntax)
	case err != nil:
		r.faults.addf(path, "not a JSON object: %v", err)
	case whole[0] != '{':
		r.faults.addf(path, `not a JSON object such as {"id": "L-17"}, but %s`, kindOf(whole))
	}
}

// beyondFirst tells whether the fault lies behind a first, whole value.
func beyondFirst(text []byte, offset int64) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var first json.RawMessage
	return decoder.Decode(&first) == nil && offset > decoder.InputOffset()
}

// reader rewrites a text into the canonical form, and gathers what is wrong with it.
type reader struct {
	out    bytes.Buffer
	faults Faults
}

var fieldValue = (*leadscorev1.FieldValue)(nil).ProtoReflect().Descriptor().FullName()

// message rewrites an object by the message that it stands for.
func (r *reader) message(path string, text json.RawMessage, of protoreflect.MessageDescriptor) {
	seen, chosen := map[protoreflect.FieldNumber]string{}, map[protoreflect.Name]string{}
	r.object(path, text, func(name string, value json.RawMessage) {
		inner := strings.TrimPrefix(path+"."+name, ".")
		field := fieldOf(of, name)
		switch {
		case field == nil:
			r.faults.addf(inner, "no such member; want one of %s", names(of))
		case seen[field.Number()] != "":
			r.faults.addf(inner, "given twice, before as %s; want one of them", seen[field.Number()])
		default:
			seen[field.Number()] = name
			if choice := field.ContainingOneof(); choice != nil && !isNull(value) {
				if before, both := chosen[choice.Name()]; both {
					r.faults.addf(inner, "given beside %s; want one of them", before)
				}
				chosen[choice.Name()] = name
			}
			r.name(field.JSONName())
			r.member(inner, value, field)
			return
		}
		r.name(name)
		r.out.WriteString("null")
	})
}

var lead = (*leadscorev1.Lead)(nil).ProtoReflect().Descriptor().FullName()

func fieldOf(of protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if name == "created" && of.FullName() == lead {
		name = "created_time"
	}
	if field := of.Fields().ByTextName(name); field != nil {
		return field
	}
	return of.Fields().ByJSONName(name)
}

// member rewrites the value of a field of a message.
func (r *reader) member(path string, value json.RawMessage, field protoreflect.FieldDescriptor) {
	switch {
	case isNull(value):
		r.out.WriteString("null")
	case field.IsMap():
		seen := map[string]bool{}
		r.object(path, value, func(key string, value json.RawMessage) {
			inner := path + "[" + strconv.Quote(key) + "]"
			if seen[key] {
				r.faults.addf(inner, "given twice")
			}
			seen[key] = true
			r.name(key)
			r.single(inner, value, field.MapValue())
		})
	case field.IsList():
		r.list(path, value, field)
	default:
		r.single(path, value, field)
	}
}

func (r *reader) list(path string, text json.RawMessage, field protoreflect.FieldDescriptor) {
	if text[0] != '[' {
		r.faults.addf(path, "%s; want a list", kindOf(text))
		r.out.WriteString("null")
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	_, _ = decoder.Token() // the text is known to be JSON
	r.out.WriteByte('[')
	for i := 0; decoder.More(); i++ {
		if i > 0 {
			r.out.WriteByte(',')
		}
		var value json.RawMessage
		_ = decoder.Decode(&value)
		r.single(fmt.Sprintf("%s[%d]", path, i), value, field)
	}
	r.out.WriteByte(']')
}

// single rewrites one value: of a field, of a list, of a map.
func (r *reader) single(path string, value json.RawMessage, field protoreflect.FieldDescriptor) {
	of := field.Message()
	switch {
	case of == nil || strings.HasPrefix(string(of.FullName()), "google.protobuf."):
		r.leaf(path, value, field)
	case of.FullName() == fieldValue && value[0] != '{':
		r.plain(path, value, of)
	default:
		r.message(path, value, of)
	}
}

// plain rewrites the value of a lead's field that is just that value.
func (r *reader) plain(path string, value json.RawMessage, of protoreflect.MessageDescriptor) {
	kind := ""
	switch value[0] {
	case 'n':
		r.out.WriteString(`{"missing":{}}`)
		return
	case '"':
		kind = "text"
	case 't', 'f':
		kind = "boolean"
	case '[':
		r.faults.addf(path, "a list is no value")
		r.out.WriteString("null")
		return
	default:
		kind = "number"
	}
	r.out.WriteString(`{"` + kind + `":`)
	r.leaf(path, value, of.Fields().ByName(protoreflect.Name(kind)))
	r.out.WriteByte('}')
}

// object rewrites the members of an object one by one.
func (r *reader) object(path string, text json.RawMessage, member func(name string, value json.RawMessage)) {
	if text[0] != '{' {
		r.faults.addf(path, "%s; want an object", kindOf(text))
		r.out.WriteString("null")
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	_, _ = decoder.Token() // the text is known to be JSON
	r.out.WriteByte('{')
	for first := true; decoder.More(); first = false {
		if !first {
			r.out.WriteByte(',')
		}
		token, _ := decoder.Token()
		name := token.(string)
		var value json.RawMessage
		_ = decoder.Decode(&value)
		member(name, value)
	}
	r.out.WriteByte('}')
}

func (r *reader) name(name string) {
	text, _ := json.Marshal(name) // a string always marshals
	r.out.Write(text)
	r.out.WriteByte(':')
}

// kindOf says what a JSON value is.
func kindOf(value json.RawMessage) string {
	switch value[0] {
	case 'n':
		return "null"
	case '"':
		return "a text"
	case 't', 'f':
		return "a boolean"
	case '{':
		return "an object"
	case '[':
		return "a list"
	}
	return "a number"
}

func isNull(value json.RawMessage) bool { return string(value) == "null" }

func names(of protoreflect.MessageDescriptor) string {
	list := make([]string, of.Fields().Len())
	for i := range list {
		list[i] = of.Fields().Get(i).TextName()
	}
	return strings.Join(list, ", ")
}
