package leadjson

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// leaf reads a value that holds no others, if it is one of the field's kind.
func (r *reader) leaf(field protoreflect.FieldDescriptor) (protoreflect.Value, bool) {
	text := r.value()
	value, ok := plainLeaf(text, field)
	if !ok {
		value, ok = anyLeaf(text, field)
	}
	if !ok {
		r.fault("%s; want %s", shown(text), wanted(field))
	}
	return value, ok
}

// plainLeaf settles the common cases quickly.
func plainLeaf(text jsontext.Value, field protoreflect.FieldDescriptor) (value protoreflect.Value, ok bool) {
	kind := text.Kind()
	switch field.Kind() {
	case protoreflect.StringKind:
		if kind == '"' {
			return protoreflect.ValueOfString(textOf(text)), true
		}
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(kind == 't'), kind == 't' || kind == 'f'
	case protoreflect.DoubleKind:
		if kind == '0' {
			number, ok := numberOf(text)
			return protoreflect.ValueOfFloat64(number), ok
		}
	case protoreflect.MessageKind:
		if kind == '"' && field.Message().FullName() == timestamp {
			return plainTime(textOf(text))
		}
	}
	return value, false
}

var timestamp = (*timestamppb.Timestamp)(nil).ProtoReflect().Descriptor().FullName()

// plainTime reads a time without a fraction of a second; of any other protojson decides.
func plainTime(text string) (value protoreflect.Value, ok bool) {
	if strings.Contains(text, ".") {
		return value, false
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return value, false
	}
	message := timestamppb.New(at)
	return protoreflect.ValueOfMessage(message.ProtoReflect()), message.CheckValid() == nil
}

// anyLeaf asks protojson itself. A map of leaves, which no request has, is not read.
func anyLeaf(text jsontext.Value, field protoreflect.FieldDescriptor) (value protoreflect.Value, ok bool) {
	into := newMessage(field.ContainingMessage())
	if into == nil || field.ContainingMessage().IsMapEntry() {
		return value, false
	}
	whole := fmt.Appendf(nil, `{"%s":%s}`, field.JSONName(), text)
	if field.IsList() {
		whole = fmt.Appendf(nil, `{"%s":[%s]}`, field.JSONName(), text)
	}
	if protojson.Unmarshal(whole, into) != nil {
		return value, false
	}
	if field.IsList() {
		return into.ProtoReflect().Get(field).List().Get(0), true
	}
	return into.ProtoReflect().Get(field), true
}

// textOf is what a JSON text says.
func textOf(value jsontext.Value) string {
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	text, _ := jsontext.AppendUnquote(nil, value)
	return string(text)
}

// numberOf is what a JSON number says, if it can be held.
func numberOf(value jsontext.Value) (float64, bool) {
	number, err := strconv.ParseFloat(string(value), 64)
	return number, err == nil && !math.IsInf(number, 0)
}

const wantedNumber = "a number, such as 250"

// wanted says in words what a field takes.
func wanted(field protoreflect.FieldDescriptor) string {
	switch field.Kind() {
	case protoreflect.StringKind:
		return `a text in quotes, such as "DE"`
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		return wantedNumber
	case protoreflect.BytesKind:
		return "a text in base64"
	case protoreflect.EnumKind:
		values := field.Enum().Values()
		list := make([]string, values.Len())
		for i := range list {
			list[i] = string(values.Get(i).Name())
		}
		return "one of " + strings.Join(list, ", ")
	case protoreflect.MessageKind:
		switch field.Message().FullName() {
		case "google.protobuf.Timestamp":
			return "a time, such as 2026-06-27T09:00:00Z"
		case "google.protobuf.Duration":
			return "a time span in seconds, such as 86400s"
		}
		return "a value of " + string(field.Message().FullName())
	}
	return "a whole number"
}

// longestShown is how much of a wrong value an error repeats.
const longestShown = 60

func shown(value jsontext.Value) string {
	text := strings.ToValidUTF8(string(value), "�")
	switch {
	case value[0] == '{' || value[0] == '[':
		return kindOf(value)
	case len([]rune(text)) > longestShown:
		return string([]rune(text)[:longestShown]) + "…"
	}
	return text
}

// newMessage makes an empty message of a kind that is linked into the program; nil for any other.
func newMessage(of protoreflect.MessageDescriptor) protoreflect.ProtoMessage {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	if err != nil {
		return nil
	}
	return kind.New().Interface()
}
