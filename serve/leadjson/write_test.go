package leadjson

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/proto/inference"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// Every message that is answered is written as protojson writes it.
func TestMarshalAsProtojson(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 22))
	for _, message := range []proto.Message{
		new(leadscorev1.BatchScoreLeadsRequest), new(leadscorev1.BatchScoreLeadsResponse), new(leadscorev1.ScoreLeadResponse),
		new(leadscorev1.ListModelsResponse), new(leadscorev1.ReloadModelsResponse), new(leadscorev1.CompareScoresResponse),
		new(inference.ModelInferRequest), new(inference.ModelInferResponse), new(inference.ModelMetadataResponse),
	} {
		for range 200 {
			proto.Reset(message)
			fill(random, message.ProtoReflect(), 0)
			sameAsProtojson(t, message)
		}
	}
}

func sameAsProtojson(t *testing.T, message proto.Message) {
	t.Helper()
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, text); err != nil {
		t.Fatal(err)
	}
	if got, err := Marshal(message); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Fatalf("Marshal, %v:\n%s\nprotojson:\n%s", err, got, want.Bytes())
	}
}

// fill sets half of the fields to anything.
func fill(r *rand.Rand, m protoreflect.Message, depth int) {
	if at, ok := m.Interface().(*timestamppb.Timestamp); ok {
		at.Seconds, at.Nanos = r.Int64N(4e9), []int32{0, 0, 5e8, 123456000, 1}[r.IntN(5)]
		return
	}
	if span, ok := m.Interface().(*durationpb.Duration); ok {
		span.Seconds = r.Int64N(1e9)
		return
	}
	if m.Descriptor().FullName() == "google.protobuf.Any" {
		details, err := anypb.New(&leadscorev1.LeadEvent{Type: texts[r.IntN(len(texts))]})
		if err != nil {
			panic(err)
		}
		proto.Merge(m.Interface(), details)
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case r.IntN(2) == 0 || depth > 6:
		case field.IsMap():
			entries := m.Mutable(field).Map()
			for range r.IntN(4) {
				value := entries.NewValue()
				fillSingle(r, &value, field.MapValue(), depth)
				entries.Set(protoreflect.ValueOfString(texts[r.IntN(len(texts))]).MapKey(), value)
			}
		case field.IsList():
			list := m.Mutable(field).List()
			for range r.IntN(3) {
				value := list.NewElement()
				fillSingle(r, &value, field, depth)
				list.Append(value)
			}
		default:
			value := m.NewField(field)
			fillSingle(r, &value, field, depth)
			m.Set(field, value)
		}
	}
}

var (
	texts   = []string{"", "DE", "a \"b\" \\ c", "tab\tline\n\x01\x7f", "Müller & Söhne <x>", "\u2028 \U0001f600", "/", "z"}
	numbers = []float64{0, math.Copysign(0, -1), 1, -2.5, 0.1, 1e21, 1e-7, 123456789012345678, 5e-324, math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1)}
)

func fillSingle(r *rand.Rand, value *protoreflect.Value, field protoreflect.FieldDescriptor, depth int) {
	switch field.Kind() {
	case protoreflect.MessageKind:
		fill(r, value.Message(), depth+1)
	case protoreflect.StringKind:
		*value = protoreflect.ValueOfString(texts[r.IntN(len(texts))])
	case protoreflect.BoolKind:
		*value = protoreflect.ValueOfBool(r.IntN(2) == 0)
	case protoreflect.DoubleKind:
		*value = protoreflect.ValueOfFloat64(numbers[r.IntN(len(numbers))])
	case protoreflect.FloatKind:
		*value = protoreflect.ValueOfFloat32(float32(numbers[r.IntN(len(numbers))]))
	case protoreflect.Int32Kind:
		*value = protoreflect.ValueOfInt32(int32(r.Uint32()))
	case protoreflect.Int64Kind:
		*value = protoreflect.ValueOfInt64(int64(r.Uint64()))
	case protoreflect.Uint32Kind:
		*value = protoreflect.ValueOfUint32(r.Uint32())
	case protoreflect.Uint64Kind:
		*value = protoreflect.ValueOfUint64(r.Uint64())
	case protoreflect.EnumKind:
		*value = protoreflect.ValueOfEnum(protoreflect.EnumNumber(r.IntN(5)))
	case protoreflect.BytesKind:
		*value = protoreflect.ValueOfBytes([]byte(texts[r.IntN(len(texts))]))
	}
}

// A text that is no UTF-8 cannot be JSON.
func TestMarshalRefuses(t *testing.T) {
	if text, err := Marshal(&leadscorev1.Lead{Id: "\xff"}); err == nil {
		t.Errorf("Marshal = %s, want an error", text)
	}
}

func BenchmarkLead(b *testing.B) {
	lead := new(leadscorev1.Lead)
	text := []byte(`{"id":"L-17","created_time":"2026-11-01T09:00:00Z","fields":{"country":"DE","employees":250,"newsletter":true,"budget":null,` +
		`"industry":"software","seniority":"head","revenue":1.5e6,"source":"referral"},"events":[{"type":"pricing_page","time":"2026-11-20T10:12:00Z"}]}`)
	b.Run("Unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := Unmarshal(text, "lead", lead); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Marshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Marshal(lead); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("protojson.Marshal", func(b *testing.B) { // the other side
		b.ReportAllocs()
		for b.Loop() {
			if _, err := protojson.Marshal(lead); err != nil {
				b.Fatal(err)
			}
		}
	})
}
