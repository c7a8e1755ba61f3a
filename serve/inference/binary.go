package inference

import (
	"encoding/binary"
	"fmt"
	"math"

	wire "leadscore/proto/inference"
)

// binaryContents reads a binary tensor: little-endian numbers, or texts with their length in 4 bytes before each. A problem says what is
// wrong with all of it. An unknown datatype has no elements: it is refused later.
func binaryContents(datatype string, raw []byte) (c *wire.InferTensorContents, problem string) {
	c = new(wire.InferTensorContents)
	order := binary.LittleEndian
	each := func(size int, add func(b []byte)) {
		if len(raw)%size != 0 {
			problem = fmt.Sprintf("%d bytes; elements of %s have %d", len(raw), datatype, size)
			return
		}
		for ; len(raw) > 0; raw = raw[size:] {
			add(raw)
		}
	}
	switch datatype {
	case "BOOL":
		each(1, func(b []byte) { c.BoolContents = append(c.BoolContents, b[0] != 0) })
	case "INT8":
		each(1, func(b []byte) { c.IntContents = append(c.IntContents, int32(int8(b[0]))) })
	case "INT16":
		each(2, func(b []byte) { c.IntContents = append(c.IntContents, int32(int16(order.Uint16(b)))) })
	case "INT32":
		each(4, func(b []byte) { c.IntContents = append(c.IntContents, int32(order.Uint32(b))) })
	case "INT64":
		each(8, func(b []byte) { c.Int64Contents = append(c.Int64Contents, int64(order.Uint64(b))) })
	case "UINT8":
		each(1, func(b []byte) { c.UintContents = append(c.UintContents, uint32(b[0])) })
	case "UINT16":
		each(2, func(b []byte) { c.UintContents = append(c.UintContents, uint32(order.Uint16(b))) })
	case "UINT32":
		each(4, func(b []byte) { c.UintContents = append(c.UintContents, order.Uint32(b)) })
	case "UINT64":
		each(8, func(b []byte) { c.Uint64Contents = append(c.Uint64Contents, order.Uint64(b)) })
	case "FP32":
		each(4, func(b []byte) { c.Fp32Contents = append(c.Fp32Contents, math.Float32frombits(order.Uint32(b))) })
	case "FP64":
		each(8, func(b []byte) { c.Fp64Contents = append(c.Fp64Contents, math.Float64frombits(order.Uint64(b))) })
	case "BYTES":
		for len(raw) > 0 {
			if len(raw) < 4 || uint64(len(raw)-4) < uint64(order.Uint32(raw)) {
				return c, fmt.Sprintf("the bytes end within element %d", len(c.BytesContents))
			}
			size := int(order.Uint32(raw))
			c.BytesContents, raw = append(c.BytesContents, raw[4:4+size]), raw[4+size:]
		}
	}
	return c, problem
}
