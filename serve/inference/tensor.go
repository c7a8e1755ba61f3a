package inference

import (
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
	int32 | int64 | uint32 | uint64
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
		return nil, fmt.Sprintf("%d elements in %s, which is data in JSON; the shape says %d", len(values), where, rows)
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
	if size := sizeOf(datatype); size > 0 && len(raw) != rows*size {
		return nil, fmt.Sprintf("%d bytes in raw_input_contents; the shape says %d elements of %d bytes", len(raw), rows, size)
	}
	contents, problem := binaryContents(datatype, raw, rows)
	if problem != "" {
		return nil, "raw_input_contents: " + problem
	}
	return typedElements(datatype, contents, rows)
}
