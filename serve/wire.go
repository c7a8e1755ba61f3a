package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// ontoWire fills a message with a result, by the result's own JSON: a member goes to the field of its name, so that what the command prints with --json and
// what the server answers are the same figures by construction. Float64 goes through JSON without loss.
//
//	a text         to an enum is the value's name without its prefix, to a timestamp a day or RFC 3339
//	a list         to a message without a list's form goes to its fields in their order ([model, rules], [before, after]), or to its only list
//	null           is left out
//
// Members that the message has no field for are left out too, and named; a test holds that there are none.
func ontoWire(result any, message proto.Message) (left []string, err error) {
	text, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	w := &wireFiller{}
	w.message(string(message.ProtoReflect().Descriptor().Name()), value, message.ProtoReflect())
	return w.left, w.err
}

type wireFiller struct {
	left []string // paths of members without a field
	err  error    // the first misfit
}

func (w *wireFiller) misfit(path string, value any) {
	if w.err == nil {
		w.err = fmt.Errorf("result: %s: %v does not fit the wire", path, value)
	}
}

func (w *wireFiller) message(path string, value any, into protoreflect.Message) {
	switch v := value.(type) {
	case map[string]any:
		if cause, ok := into.Interface().(*leadscorev1.GapCause); ok {
			w.cause(path, v, cause)
			return
		}
		for name, member := range v {
			field := into.Descriptor().Fields().ByName(protoreflect.Name(strings.ToLower(name)))
			if field == nil {
				w.left = append(w.left, path+"."+name)
				continue
			}
			w.field(path+"."+name, member, into, field)
		}
	case []any:
		w.inOrder(path, v, into)
	default:
		w.misfit(path, value)
	}
}

// inOrder puts a list into a message's fields, or into its only list.
func (w *wireFiller) inOrder(path string, list []any, into protoreflect.Message) {
	fields := into.Descriptor().Fields()
	switch {
	case fields.Len() == 1 && fields.Get(0).IsList():
		w.field(path, list, into, fields.Get(0))
	case fields.Len() == len(list):
		for k, element := range list {
			w.field(fmt.Sprintf("%s[%d]", path, k), element, into, fields.Get(k))
		}
	default:
		w.misfit(path, list)
	}
}

func (w *wireFiller) field(path string, value any, into protoreflect.Message, field protoreflect.FieldDescriptor) {
	switch {
	case value == nil:
	case field.IsMap():
		members, ok := value.(map[string]any)
		if !ok {
			w.misfit(path, value)
			return
		}
		for key, member := range members {
			if one, ok := w.scalar(path, member, field.MapValue()); ok {
				into.Mutable(field).Map().Set(protoreflect.ValueOfString(key).MapKey(), one)
			}
		}
	case field.IsList():
		w.list(path, value, into.Mutable(field).List(), field)
	case field.Message() != nil:
		if list, ok := value.([]any); ok && allNull(list) {
			return
		}
		w.sub(path, value, into.Mutable(field).Message())
	default:
		if one, ok := w.scalar(path, value, field); ok {
			into.Set(field, one)
		}
	}
}

func allNull(list []any) bool {
	for _, element := range list {
		if element != nil {
			return false
		}
	}
	return true
}

func (w *wireFiller) list(path string, value any, list protoreflect.List, field protoreflect.FieldDescriptor) {
	elements, ok := value.([]any)
	if !ok {
		w.misfit(path, value)
		return
	}
	for k, element := range elements {
		at := fmt.Sprintf("%s[%d]", path, k)
		if field.Message() != nil {
			w.sub(at, element, list.AppendMutable().Message())
		} else if one, ok := w.scalar(at, element, field); ok {
			list.Append(one)
		}
	}
}

func (w *wireFiller) sub(path string, value any, into protoreflect.Message) {
	instant, isTime := into.Interface().(*timestamppb.Timestamp)
	if !isTime {
		w.message(path, value, into)
		return
	}
	text, _ := value.(string)
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			proto.Merge(instant, timestamppb.New(t))
			return
		}
	}
	w.misfit(path, value)
}

func (w *wireFiller) scalar(path string, value any, field protoreflect.FieldDescriptor) (protoreflect.Value, bool) {
	switch v := value.(type) {
	case string:
		if field.Kind() == protoreflect.StringKind {
			return protoreflect.ValueOfString(v), true
		}
		if field.Kind() == protoreflect.EnumKind {
			if known := enumValue(field.Enum(), v); known != nil {
				return protoreflect.ValueOfEnum(known.Number()), true
			}
		}
	case bool:
		if field.Kind() == protoreflect.BoolKind {
			return protoreflect.ValueOfBool(v), true
		}
	case json.Number:
		if number, err := v.Float64(); err == nil && field.Kind() == protoreflect.DoubleKind {
			return protoreflect.ValueOfFloat64(number), true
		}
		if number, err := v.Int64(); err == nil && field.Kind() == protoreflect.Int64Kind {
			return protoreflect.ValueOfInt64(number), true
		} else if err == nil && field.Kind() == protoreflect.Int32Kind && int64(int32(number)) == number {
			return protoreflect.ValueOfInt32(int32(number)), true
		}
	}
	w.misfit(path, value)
	return protoreflect.Value{}, false
}

// enumValue finds "both_high" in QUADRANT_BOTH_HIGH: the prefix is that of the value 0, QUADRANT_UNSPECIFIED.
func enumValue(enum protoreflect.EnumDescriptor, text string) protoreflect.EnumValueDescriptor {
	prefix := strings.TrimSuffix(string(enum.Values().ByNumber(0).Name()), "UNSPECIFIED")
	return enum.Values().ByName(protoreflect.Name(prefix + strings.ToUpper(text)))
}

// cause fills a cause of a gap; its effect's unit follows from its side.
func (w *wireFiller) cause(path string, members map[string]any, into *leadscorev1.GapCause) {
	var side string
	var effect float64
	for name, member := range members {
		switch strings.ToLower(name) {
		case "side":
			side, _ = member.(string)
		case "name":
			into.Name, _ = member.(string)
		case "detail":
			into.Detail, _ = member.(string)
		case "effect":
			number, _ := member.(json.Number)
			effect, _ = number.Float64()
		default:
			w.left = append(w.left, path+"."+name)
		}
	}
	if side == "rules" {
		into.Effect = &leadscorev1.GapCause_Points{Points: effect}
	} else {
		into.Effect = &leadscorev1.GapCause_LogOdds{LogOdds: effect}
	}
}
