package inference

import (
	"encoding/binary"
	"fmt"
	"math"

	wire "leadscore/proto/inference"
)

// sizeOf is the number of bytes of a binary element; 0 of a text, and of an unknown datatype.
func sizeOf(datatype string) int {
	switch datatype {
	case "BOOL":
		return 1
	case "FP32", "FP64", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64":
		return bitsOf(datatype) / 8
	}
	return 0
}

// binaryContents reads a binary tensor: little-endian numbers, or texts, no more than most, with their length in 4 bytes before each. A problem says
// what is wrong with all of it. An unknown datatype has no elements: it is refused later.
func binaryContents(datatype string, raw []byte, most int) (c *wire.InferTensorContents, problem string) {
	c = new(wire.InferTensorContents)
	order, size := binary.LittleEndian, sizeOf(datatype)
	if size > 0 && len(raw)%size != 0 {
		return c, fmt.Sprintf("%d bytes; elements of %s have %d", len(raw), datatype, size)
	}
	each := func(add func(b []byte)) {
		for ; len(raw) > 0; raw = raw[size:] {
			add(raw)
		}
	}
	switch datatype {
	case "BOOL":
		each(func(b []byte) { c.BoolContents = append(c.BoolContents, b[0] != 0) })
	case "INT8":
		each(func(b []byte) { c.IntContents = append(c.IntContents, int32(int8(b[0]))) })
	case "INT16":
		each(func(b []byte) { c.IntContents = append(c.IntContents, int32(int16(order.Uint16(b)))) })
	case "INT32":
		each(func(b []byte) { c.IntContents = append(c.IntContents, int32(order.Uint32(b))) })
	case "INT64":
		each(func(b []byte) { c.Int64Contents = append(c.Int64Contents, int64(order.Uint64(b))) })
	case "UINT8":
		each(func(b []byte) { c.UintContents = append(c.UintContents, uint32(b[0])) })
	case "UINT16":
		each(func(b []byte) { c.UintContents = append(c.UintContents, uint32(order.Uint16(b))) })
	case "UINT32":
		each(func(b []byte) { c.UintContents = append(c.UintContents, order.Uint32(b)) })
	case "UINT64":
		each(func(b []byte) { c.Uint64Contents = append(c.Uint64Contents, order.Uint64(b)) })
	case "FP32":
		each(func(b []byte) { c.Fp32Contents = append(c.Fp32Contents, math.Float32frombits(order.Uint32(b))) })
	case "FP64":
		each(func(b []byte) { c.Fp64Contents = append(c.Fp64Contents, math.Float64frombits(order.Uint64(b))) })
	case "BYTES":
		for len(raw) > 0 {
			if len(raw) < 4 || uint64(len(raw)-4) < uint64(order.Uint32(raw)) {
				return c, fmt.Sprintf("the bytes end within element %d", len(c.BytesContents))
			}
			if len(c.BytesContents) == most {
				return c, fmt.Sprintf("more than the %d elements of the shape", most)
			}
			end := 4 + int(order.Uint32(raw))
			c.BytesContents, raw = append(c.BytesContents, raw[4:end]), raw[end:]
		}
	}
	return c, ""
}
