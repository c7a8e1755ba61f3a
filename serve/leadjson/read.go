package leadjson

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// Unmarshal reads one JSON object. Its errors are a [*Faults], whose paths begin with path: "lead" for a text that is the
// member lead of a request, empty for a whole request. A text with faults leaves the message empty.
func Unmarshal(text []byte, path string, into proto.Message) error {
	proto.Reset(into)
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some clients write a byte order mark; RFC 8259, section 8.1, lets it be passed over
	r := &reader{path: []step{{name: path}}}
	if r.syntax(path, text); len(r.faults.List) > 0 {
		return &r.faults
	}
	r.text = jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
	r.message(into.ProtoReflect())
	if len(r.faults.List) > 0 {
		proto.Reset(into)
		return &r.faults
	}
	return nil
}

// syntax wants one JSON object.
func (r *reader) syntax(path string, text []byte) {
	valid := jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true))
	if whole := bytes.TrimLeft(text, " \t\r\n"); valid && whole[0] == '{' {
		return
	} else if valid {
		r.faults.Addf(path, `not a JSON object such as {"id": "L-17"}, but %s`, kindOf(whole))
		return
	}
	err := json.Unmarshal(text, new(json.RawMessage))
	syntax, ok := err.(*json.SyntaxError)
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		r.faults.Addf(path, "not a JSON object: there is nothing")
	case ok && beyondFirst(text, syntax.Offset):
		r.faults.Addf(path, "more than one JSON value")
	case ok:
		line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
		r.faults.Addf(path, "not a JSON object: line %d: %s", line, syntax)
	default:
		r.faults.Addf(path, "not a JSON object: a text that is no UTF-8, or half of a character of two halves")
	}
}

// beyondFirst tells whether the fault lies behind a first, whole value.
func beyondFirst(text []byte, offset int64) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var first json.RawMessage
	return decoder.Decode(&first) == nil && offset > decoder.InputOffset()
}

// reader fills a message from a text that is known to be JSON, in one walk, and gathers what is wrong with it. Errors of the decoder can
// therefore not be.
type reader struct {
	text   *jsontext.Decoder
	path   []step
	given  []given // members of the messages that are being read, the inner ones last
	faults Faults
}

// step is one part of a path: a member's name, a key of a map, or a place in a list.
type step struct {
	name   string
	inside bool // of brackets: a key, or a place in a list
	place  int
	listed bool // place counts, not name
}

type given struct {
	field protoreflect.FieldDescriptor
	name  string
	null  bool
}

func (r *reader) enter(s step) { r.path = append(r.path, s) }
func (r *reader) leave()       { r.path = r.path[:len(r.path)-1] }

// fault notes one where the reader stands.
func (r *reader) fault(format string, args ...any) {
	if r.faults.full() {
		r.faults.Left++
		return
	}
	var path strings.Builder
	for _, s := range r.path {
		switch {
		case s.listed:
			path.WriteString("[" + strconv.Itoa(s.place) + "]")
		case s.inside:
			path.WriteString("[" + strconv.Quote(s.name) + "]")
		case path.Len() > 0:
			path.WriteString("." + s.name)
		default:
			path.WriteString(s.name)
		}
	}
	r.faults.Addf(path.String(), format, args...)
}

// value is the next value, whole; it may be used until the next is read.
func (r *reader) value() jsontext.Value {
	value, _ := r.text.ReadValue()
	return value
}

// open begins an object or a list, as kind says; anything else is a fault.
func (r *reader) open(kind jsontext.Kind, wanted string) bool {
	if r.text.PeekKind() != kind {
		r.fault("%s; want %s", kindOf(r.value()), wanted)
		return false
	}
	_, _ = r.text.ReadToken()
	return true
}

// more tells whether there is another member or element; if not, it closes the object or list.
func (r *reader) more() bool {
	if kind := r.text.PeekKind(); kind != '}' && kind != ']' {
		return true
	}
	_, _ = r.text.ReadToken()
	return false
}

// message reads an object by the message that it stands for.
func (r *reader) message(into protoreflect.Message) {
	if !r.open('{', "an object") {
		return
	}
	members, before := membersOf(into.Descriptor()), len(r.given)
	for r.more() {
		name := r.value()
		field := members[string(name)]
		if field.descriptor == nil {
			field.name = textOf(name) // another spelling, such as an escaped one, or no member
			if field = members[`"`+field.name+`"`]; field.descriptor == nil {
				r.enter(step{name: textOf(name)})
				_ = r.value()
				r.fault("no such member; want one of %s", names{into.Descriptor()})
				r.leave()
				continue
			}
		}
		r.enter(step{name: field.name})
		null := r.text.PeekKind() == 'n'
		if r.isFirst(field, null, before) {
			r.given = append(r.given, given{field.descriptor, field.name, null})
			r.member(into, field.descriptor, null)
		} else {
			_ = r.value()
		}
		r.leave()
	}
	r.given = r.given[:before]
}

// isFirst wants a member only once, under whatever name, and no other beside it that excludes it: then a fault is noted, too, but it is read on.
func (r *reader) isFirst(field member, null bool, before int) bool {
	choice := field.descriptor.ContainingOneof()
	for i := before; i < len(r.given); i++ {
		if r.given[i].field == field.descriptor {
			r.fault("given twice, before as %s; want one of them", r.given[i].name)
			return false
		}
	}
	for i := before; choice != nil && !null && i < len(r.given); i++ {
		if !r.given[i].null && r.given[i].field.ContainingOneof() == choice {
			r.fault("given beside %s; want one of them", r.given[i].name)
			break
		}
	}
	return true
}

// member is a field of a message under one of its names.
type member struct {
	name       string
	descriptor protoreflect.FieldDescriptor
}

var knownMembers sync.Map // of map[string]member, by the message's descriptor

// membersOf finds a message's fields by their names in quotes.
func membersOf(of protoreflect.MessageDescriptor) map[string]member {
	if known, ok := knownMembers.Load(of); ok {
		return known.(map[string]member)
	}
	members := map[string]member{}
	for i := range of.Fields().Len() {
		field := of.Fields().Get(i)
		names := []string{field.JSONName(), field.TextName()}
		if of.FullName() == lead && field.Name() == "created_time" {
			names = append(names, "created")
		}
		for _, name := range names {
			members[`"`+name+`"`] = member{name, field}
		}
	}
	knownMembers.Store(of, members)
	return members
}

var lead = (*leadscorev1.Lead)(nil).ProtoReflect().Descriptor().FullName()

// member reads the value of a field of a message; null leaves it unset.
func (r *reader) member(into protoreflect.Message, field protoreflect.FieldDescriptor, null bool) {
	switch {
	case null:
		_ = r.value()
	case field.IsMap():
		r.entries(into, field)
	case field.IsList():
		r.list(into, field)
	default:
		if value, ok := r.single(field, func() protoreflect.Value { return into.NewField(field) }); ok {
			into.Set(field, value)
		}
	}
}

// entries reads a map.
func (r *reader) entries(into protoreflect.Message, field protoreflect.FieldDescriptor) {
	if !r.open('{', "an object") {
		return
	}
	if lead, ok := into.Interface().(*leadscorev1.Lead); ok {
		r.fields(lead)
		return
	}
	entries := into.Mutable(field).Map()
	for r.more() {
		key := textOf(r.value())
		r.enter(step{name: key, inside: true})
		at := protoreflect.ValueOfString(key).MapKey()
		if entries.Has(at) {
			r.fault("given twice")
		}
		value, ok := r.single(field.MapValue(), entries.NewValue)
		if !ok {
			value = entries.NewValue() // so that a second one is known as such
		}
		entries.Set(at, value)
		r.leave()
	}
}

// fields are a lead's, most of what there is to read: without reflection.
func (r *reader) fields(lead *leadscorev1.Lead) {
	lead.Fields = map[string]*leadscorev1.FieldValue{}
	for r.more() {
		key := textOf(r.value())
		r.enter(step{name: key, inside: true})
		if _, before := lead.Fields[key]; before {
			r.fault("given twice")
		}
		value := new(leadscorev1.FieldValue)
		if r.text.PeekKind() == '{' {
			r.message(value.ProtoReflect())
		} else {
			r.plain(value)
		}
		lead.Fields[key] = value
		r.leave()
	}
}

func (r *reader) list(into protoreflect.Message, field protoreflect.FieldDescriptor) {
	if !r.open('[', "a list") {
		return
	}
	list := into.Mutable(field).List()
	for i := 0; r.more(); i++ {
		r.enter(step{place: i, listed: true})
		if value, ok := r.single(field, list.NewElement); ok {
			list.Append(value)
		}
		r.leave()
	}
}

// single reads one value: of a field, of a list, of a map. made gives an empty message for it, where it is one.
func (r *reader) single(field protoreflect.FieldDescriptor, made func() protoreflect.Value) (protoreflect.Value, bool) {
	of := field.Message()
	if of == nil || strings.HasPrefix(string(of.FullName()), "google.protobuf.") {
		return r.leaf(field)
	}
	value := made()
	r.message(value.Message())
	return value, true
}

// plain reads the value of a lead's field that is just that value.
func (r *reader) plain(into *leadscorev1.FieldValue) {
	switch value := r.value(); value.Kind() {
	case 'n':
		into.Value = &leadscorev1.FieldValue_Missing{Missing: new(leadscorev1.MissingValue)}
	case '"':
		into.Value = &leadscorev1.FieldValue_Text{Text: textOf(value)}
	case 't', 'f':
		into.Value = &leadscorev1.FieldValue_Boolean{Boolean: value.Kind() == 't'}
	case '[':
		r.fault("a list is no value")
	default:
		number, ok := numberOf(value)
		if !ok {
			r.fault("%s; want %s", shown(value), wantedNumber)
		}
		into.Value = &leadscorev1.FieldValue_Number{Number: number}
	}
}

// kindOf says what a JSON value is.
func kindOf(value []byte) string {
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

// names are those of a message's fields.
type names struct {
	of protoreflect.MessageDescriptor
}

func (n names) String() string {
	list := make([]string, n.of.Fields().Len())
	for i := range list {
		list[i] = n.of.Fields().Get(i).TextName()
	}
	return strings.Join(list, ", ")
}
