package leadjson

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// leaf copies a value that holds no others, if it is one of the field's kind.
func (r *reader) leaf(path string, value json.RawMessage, field protoreflect.FieldDescriptor) {
	if !isPlainly(value, field) && !isLeaf(value, field) {
		r.faults.addf(path, "%s; want %s", shown(value), wanted(field))
		r.out.WriteString("null")
		return
	}
	r.out.Write(value)
}

// isPlainly settles the common cases quickly.
func isPlainly(value json.RawMessage, field protoreflect.FieldDescriptor) bool {
	switch field.Kind() {
	case protoreflect.StringKind:
		return value[0] == '"'
	case protoreflect.BoolKind:
		return value[0] == 't' || value[0] == 'f'
	case protoreflect.DoubleKind:
		x, err := strconv.ParseFloat(string(value), 64)
		return err == nil && !math.IsInf(x, 0)
	}
	return false
}

// isLeaf asks protojson itself.
func isLeaf(value json.RawMessage, field protoreflect.FieldDescriptor) bool {
	message := field.ContainingMessage()
	if message.IsMapEntry() {
		return true // no map of ours holds leaves
	}
	text := `{"` + field.JSONName() + `":`
	if field.IsList() {
		text += "[" + string(value) + "]}"
	} else {
		text += string(value) + "}"
	}
	into := newMessage(message)
	return into != nil && protojson.Unmarshal([]byte(text), into) == nil
}

// wanted says in words what a field takes.
func wanted(field protoreflect.FieldDescriptor) string {
	switch field.Kind() {
	case protoreflect.StringKind:
		return `a text in quotes, such as "DE"`
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		return "a number, such as 250"
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

func shown(value json.RawMessage) string {
	text := strings.ToValidUTF8(string(value), "�")
	switch {
	case value[0] == '{' || value[0] == '[':
		return kindOf(value)
	case len([]rune(text)) > longestShown:
		return string([]rune(text)[:longestShown]) + "…"
	}
	return text
}

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

// newMessage makes an empty message of a kind that is linked into the program; nil for any other.
func newMessage(of protoreflect.MessageDescriptor) protoreflect.ProtoMessage {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	if err != nil {
		return nil
	}
	return kind.New().Interface()
}
