package inference

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	wire "leadscore/proto/inference"
)

// elements are those of a tensor, read on demand: float64, tooLarge, bool or string.
type elements interface{ at(row int) any }

type list[T any] struct {
	values []T
	read   func(T) any
}

func (l list[T]) at(row int) any { return l.read(l.values[row]) }

type whole interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// tooLarge stands for a whole number that a number of the schema does not hold exactly.
type tooLarge struct{}

func asWhole[T whole](x T) any {
	if f := float64(x); math.Abs(f) <= 1<<53 && T(f) == x { // 2^53 + 1 is rounded to 2^53
		return f
	}
	return tooLarge{}
}

// elements reads the i-th input. A fault says what is wrong with all of it.
func (in *input) elements(i, rows int) (elements, string) {
	tensor := in.request.GetInputs()[i]
	if raw := in.request.GetRawInputContents(); len(raw) > 0 {
		if tensor.GetContents() != nil {
			return nil, "contents beside raw_input_contents; want one of them"
		}
		return rawElements(tensor.GetDatatype(), raw[i], rows)
	}
	return typedElements(tensor.GetDatatype(), tensor.GetContents(), rows)
}

func typedElements(datatype string, c *wire.InferTensorContents, rows int) (elements, string) {
	switch datatype {
	case "BOOL":
		return counted(c.GetBoolContents(), rows, "bool_contents", func(b bool) any { return b })
	case "INT8", "INT16", "INT32":
		return counted(c.GetIntContents(), rows, "int_contents", asWhole[int32])
	case "INT64":
		return counted(c.GetInt64Contents(), rows, "int64_contents", asWhole[int64])
	case "UINT8", "UINT16", "UINT32":
		return counted(c.GetUintContents(), rows, "uint_contents", asWhole[uint32])
	case "UINT64":
		return counted(c.GetUint64Contents(), rows, "uint64_contents", asWhole[uint64])
	case "FP32":
		return counted(c.GetFp32Contents(), rows, "fp32_contents", func(x float32) any { return float64(x) })
	case "FP64":
		return counted(c.GetFp64Contents(), rows, "fp64_contents", func(x float64) any { return x })
	case "BYTES":
		return texts(c.GetBytesContents(), rows, "bytes_contents")
	}
	return nil, unknownDatatype(datatype)
}

func unknownDatatype(datatype string) string {
	return fmt.Sprintf("datatype %q; want FP64, FP32, INT8 to INT64, UINT8 to UINT64, BOOL or BYTES", datatype)
}

func counted[T any](values []T, rows int, where string, read func(T) any) (elements, string) {
	if len(values) != rows {
		return nil, fmt.Sprintf("%d elements in %s; the shape says %d", len(values), where, rows)
	}
	return list[T]{values, read}, ""
}

// texts wants UTF-8, as the other calls do.
func texts(values [][]byte, rows int, where string) (elements, string) {
	for i, value := range values {
		if !utf8.Valid(value) {
			return nil, fmt.Sprintf("element %d is no UTF-8", i)
		}
	}
	return counted(values, rows, where, func(b []byte) any { return string(b) })
}

// rawElements reads flattened, little-endian elements.
func rawElements(datatype string, raw []byte, rows int) (elements, string) {
	switch datatype {
	case "BOOL":
		return fixed(raw, rows, 1, func(b []byte) any { return b[0] != 0 })
	case "INT8":
		return fixed(raw, rows, 1, func(b []byte) any { return asWhole(int8(b[0])) })
	case "UINT8":
		return fixed(raw, rows, 1, func(b []byte) any { return asWhole(b[0]) })
	case "INT16":
		return fixed(raw, rows, 2, func(b []byte) any { return asWhole(int16(binary.LittleEndian.Uint16(b))) })
	case "UINT16":
		return fixed(raw, rows, 2, func(b []byte) any { return asWhole(binary.LittleEndian.Uint16(b)) })
	case "INT32":
		return fixed(raw, rows, 4, func(b []byte) any { return asWhole(int32(binary.LittleEndian.Uint32(b))) })
	case "UINT32":
		return fixed(raw, rows, 4, func(b []byte) any { return asWhole(binary.LittleEndian.Uint32(b)) })
	case "INT64":
		return fixed(raw, rows, 8, func(b []byte) any { return asWhole(int64(binary.LittleEndian.Uint64(b))) })
	case "UINT64":
		return fixed(raw, rows, 8, func(b []byte) any { return asWhole(binary.LittleEndian.Uint64(b)) })
	case "FP32":
		return fixed(raw, rows, 4, func(b []byte) any { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) })
	case "FP64":
		return fixed(raw, rows, 8, func(b []byte) any { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
	case "BYTES":
		return rawTexts(raw, rows)
	}
	return nil, unknownDatatype(datatype)
}

func fixed(raw []byte, rows, size int, read func([]byte) any) (elements, string) {
	if len(raw) != rows*size {
		return nil, fmt.Sprintf("%d bytes in raw_input_contents; the shape says %d elements of %d bytes", len(raw), rows, size)
	}
	values := make([][]byte, rows)
	for i := range values {
		values[i] = raw[i*size : (i+1)*size]
	}
	return list[[]byte]{values, read}, ""
}

// rawTexts reads texts with their length in 4 bytes before each.
func rawTexts(raw []byte, rows int) (elements, string) {
	values := make([][]byte, 0, rows)
	for len(raw) > 0 {
		if len(raw) < 4 || uint64(len(raw)-4) < uint64(binary.LittleEndian.Uint32(raw)) {
			return nil, fmt.Sprintf("raw_input_contents ends within element %d", len(values))
		}
		if len(values) == rows {
			return nil, fmt.Sprintf("more than the %d elements of the shape in raw_input_contents", rows)
		}
		size := int(binary.LittleEndian.Uint32(raw))
		values, raw = append(values, raw[4:4+size]), raw[4+size:]
	}
	return texts(values, rows, "raw_input_contents")
}
