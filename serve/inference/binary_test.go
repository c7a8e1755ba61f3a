package inference

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// An element of each datatype is the same number from JSON, from a binary tensor over HTTP and from raw contents over gRPC.
func TestDatatypes(t *testing.T) {
	for datatype, values := range map[string]any{
		"BOOL": []bool{true, false},
		"INT8": []int8{math.MinInt8, -1, math.MaxInt8}, "INT16": []int16{math.MinInt16, -1, math.MaxInt16},
		"INT32": []int32{math.MinInt32, -1, math.MaxInt32}, "INT64": []int64{-1 << 53, -1, 1 << 53},
		"UINT8": []uint16{0, 200, math.MaxUint8}, "UINT16": []uint16{0, 1, math.MaxUint16}, // []uint8 is a text in JSON
		"UINT32": []uint32{0, 1, math.MaxUint32}, "UINT64": []uint64{0, 1, 1 << 53},
		"FP32": []float32{-1.5, 0.1, math.MaxFloat32}, "FP64": []float64{-1.5, 0.1, math.MaxFloat64},
	} {
		bytes, err := binary.Append(nil, binary.LittleEndian, values)
		if err != nil {
			t.Fatal(err)
		}
		if datatype == "UINT8" {
			bytes = []byte{0, 200, math.MaxUint8}
		}
		want := strings.Fields(strings.Trim(fmt.Sprint(values), "[]"))
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		head := fmt.Sprintf(`{"inputs":[{"name":"x","shape":[%d],"datatype":"%s",`, len(want), datatype)
		inJSON := fmt.Sprintf(`%s"data":%s}]}`, head, text)
		inBinary := fmt.Sprintf(`%s"parameters":{"binary_data_size":%d}}]}`, head, len(bytes))
		raw, fault := rawElements(datatype, bytes, len(want))
		if fault != "" {
			t.Fatalf("%s, raw: %s", datatype, fault)
		}
		read := map[string]elements{"raw": raw}
		for form, body := range map[string][]byte{inJSON: []byte(inJSON), inBinary: append([]byte(inBinary), bytes...)} {
			request, err := ReadREST(body, len(form), "m", "")
			if err != nil {
				t.Fatalf("%s: %v", form, err)
			}
			if read[form], fault = typedElements(datatype, request.GetInputs()[0].GetContents(), len(want)); fault != "" {
				t.Fatalf("%s: %s", form, fault)
			}
		}
		for form, from := range read {
			got := make([]string, len(want))
			for i := range got {
				value := from.at(i)
				if x, isNumber := value.(float64); isNumber && datatype == "FP32" {
					value = float32(x)
				} else if isNumber && strings.Contains(datatype, "INT") {
					value = int64(x)
				}
				got[i] = fmt.Sprint(value)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q, want %q", datatype, form, got, want)
			}
		}
		if _, fault := rawElements(datatype, bytes[1:], len(want)); fault == "" {
			t.Errorf("%s: a byte too few is taken", datatype)
		}
	}
}

func TestBinaryTexts(t *testing.T) {
	bytes := []byte("\x02\x00\x00\x00DE\x00\x00\x00\x00\x01\x00\x00\x00x")
	read, fault := rawElements("BYTES", bytes, 3)
	if fault != "" || read.at(0) != "DE" || read.at(1) != "" || read.at(2) != "x" {
		t.Fatalf("%v, %s", read, fault)
	}
	for name, test := range map[string]struct {
		bytes []byte
		rows  int
	}{"too many": {bytes, 2}, "too few": {bytes, 4}, "torn": {bytes[:len(bytes)-1], 3}, "torn length": {bytes[:3], 1}, "no UTF-8": {[]byte("\x01\x00\x00\x00\xff"), 1}} {
		if _, fault := rawElements("BYTES", test.bytes, test.rows); fault == "" {
			t.Errorf("%s is taken", name)
		}
	}
}
