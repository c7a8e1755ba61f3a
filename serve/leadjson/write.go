package leadjson

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Marshal writes a message, zeros included: protojson's own text (UseProtoNames, EmitDefaultValues) without its white space. Lists of no order in the
// message, its maps, are sorted by name.
func Marshal(message proto.Message) ([]byte, error) { return Append(nil, message) }

// Append is Marshal behind a text.
func Append(text []byte, message proto.Message) ([]byte, error) {
	w := writer{text: text}
	w.message(message.ProtoReflect())
	return w.text, w.err
}

type writer struct {
	text []byte
	err  error // the first
}

// written is how a field of a message is written.
type written struct {
	field  protoreflect.FieldDescriptor
	name   string // quoted, with the colon
	always bool   // its zero too
}

var knownWritten sync.Map // of []written, by the message's descriptor

func writtenOf(of protoreflect.MessageDescriptor) []written {
	if known, ok := knownWritten.Load(of); ok {
		return known.([]written)
	}
	fields := make([]written, of.Fields().Len())
	for i := range fields {
		field := of.Fields().Get(i)
		fields[i] = written{field, strconv.Quote(field.TextName()) + ":", !field.HasPresence()}
	}
	knownWritten.Store(of, fields)
	return fields
}

func (w *writer) message(m protoreflect.Message) {
	if strings.HasPrefix(string(m.Descriptor().FullName()), "google.protobuf.") {
		w.wellKnown(m)
		return
	}
	w.text = append(w.text, '{')
	first := true
	for _, f := range writtenOf(m.Descriptor()) {
		if !f.always && !m.Has(f.field) {
			continue
		}
		if !first {
			w.text = append(w.text, ',')
		}
		first = false
		w.text = append(w.text, f.name...)
		switch value := m.Get(f.field); {
		case f.field.IsMap():
			w.entries(value.Map(), f.field)
		case f.field.IsList():
			w.list(value.List(), f.field)
		default:
			w.single(value, f.field)
		}
	}
	w.text = append(w.text, '}')
}

func (w *writer) list(list protoreflect.List, field protoreflect.FieldDescriptor) {
	w.text = append(w.text, '[')
	for i := range list.Len() {
		if i > 0 {
			w.text = append(w.text, ',')
		}
		w.single(list.Get(i), field)
	}
	w.text = append(w.text, ']')
}

func (w *writer) entries(entries protoreflect.Map, field protoreflect.FieldDescriptor) {
	keys := make([]protoreflect.MapKey, 0, entries.Len())
	entries.Range(func(key protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, key)
		return true
	})
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int { return strings.Compare(a.String(), b.String()) }) // all keys of ours are texts
	w.text = append(w.text, '{')
	for i, key := range keys {
		if i > 0 {
			w.text = append(w.text, ',')
		}
		w.string(key.String())
		w.text = append(w.text, ':')
		w.single(entries.Get(key), field.MapValue())
	}
	w.text = append(w.text, '}')
}

func (w *writer) single(value protoreflect.Value, field protoreflect.FieldDescriptor) {
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		w.message(value.Message())
	case protoreflect.StringKind:
		w.string(value.String())
	case protoreflect.BoolKind:
		w.text = strconv.AppendBool(w.text, value.Bool())
	case protoreflect.DoubleKind:
		w.number(value.Float(), 64)
	case protoreflect.FloatKind:
		w.number(value.Float(), 32)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		w.text = strconv.AppendInt(w.text, value.Int(), 10)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		w.text = strconv.AppendUint(w.text, value.Uint(), 10)
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind: // in quotes: many programs hold no more than 53 bits
		w.text = append(strconv.AppendInt(append(w.text, '"'), value.Int(), 10), '"')
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		w.text = append(strconv.AppendUint(append(w.text, '"'), value.Uint(), 10), '"')
	case protoreflect.EnumKind:
		if known := field.Enum().Values().ByNumber(value.Enum()); known != nil {
			w.string(string(known.Name()))
			return
		}
		w.text = strconv.AppendInt(w.text, int64(value.Enum()), 10)
	case protoreflect.BytesKind:
		w.text = append(base64.StdEncoding.AppendEncode(append(w.text, '"'), value.Bytes()), '"')
	}
}

func (w *writer) number(x float64, bits int) {
	switch {
	case math.IsNaN(x):
		w.text = append(w.text, `"NaN"`...)
	case math.IsInf(x, 1):
		w.text = append(w.text, `"Infinity"`...)
	case math.IsInf(x, -1):
		w.text = append(w.text, `"-Infinity"`...)
	default:
		w.text = jsontext.AppendFloat(w.text, x, bits)
	}
}

func (w *writer) string(text string) {
	var err error
	if w.text, err = jsontext.AppendQuote(w.text, text); err != nil && w.err == nil {
		w.err = err
	}
}

// wellKnown writes a message that has a JSON form of its own.
func (w *writer) wellKnown(m protoreflect.Message) {
	if at, ok := m.Interface().(*timestamppb.Timestamp); ok && at.CheckValid() == nil && at.GetNanos() == 0 {
		w.text = at.AsTime().AppendFormat(append(w.text, '"'), time.RFC3339)
		w.text = append(w.text, '"')
		return
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(m.Interface())
	if err == nil {
		text, err = jsontext.AppendFormat(nil, text)
	}
	if w.text = append(w.text, text...); err != nil && w.err == nil {
		w.err = err
	}
}
