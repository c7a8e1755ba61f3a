package source

import (
	"encoding/binary"
	"errors"
)

// checkFooter walks over a footer (Thrift's compact protocol) and makes sure that no list claims more elements
// than there are bytes left. The library makes room for as many as a list claims; a few damaged bytes could ask
// for more memory than there is, which no recover can catch.
//
// Encoding: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
func checkFooter(footer []byte) error {
	w := thriftWalk{rest: footer}
	w.structure(0)
	return w.err
}

// thriftWalk steps over values; after an error it stays where it is.
type thriftWalk struct {
	rest []byte
	err  error
}

var errFooter = errors.New("its footer ends within a value or claims more values than it has bytes")

// maxThriftDepth is far above the five levels of Parquet's footer.
const maxThriftDepth = 32

// Type numbers of the compact protocol.
const (
	thriftTrue = iota + 1
	thriftFalse
	thriftByte
	thriftInt16
	thriftInt32
	thriftInt64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

func (w *thriftWalk) structure(depth int) {
	for w.err == nil {
		head := w.byte()
		if head == 0 {
			return
		}
		if head>>4 == 0 {
			w.varint() // the field's number, when it is not near the last one's
		}
		if kind := head & 15; kind != thriftTrue && kind != thriftFalse { // a field's truth is its type
			w.value(kind, depth+1)
		}
	}
}

func (w *thriftWalk) value(kind byte, depth int) {
	if depth > maxThriftDepth {
		w.err = errFooter
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		w.skip(1)
	case thriftInt16, thriftInt32, thriftInt64:
		w.varint()
	case thriftDouble:
		w.skip(8)
	case thriftBinary:
		w.skip(w.varint())
	case thriftList, thriftSet:
		w.list(depth)
	case thriftMap:
		w.pairs(depth)
	case thriftStruct:
		w.structure(depth)
	default:
		w.err = errFooter
	}
}

func (w *thriftWalk) list(depth int) {
	head := w.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = w.varint()
	}
	if size > uint64(len(w.rest)) {
		w.err = errFooter
	}
	for ; size > 0 && w.err == nil; size-- {
		w.value(head&15, depth+1)
	}
}

func (w *thriftWalk) pairs(depth int) {
	size := w.varint()
	if size == 0 {
		return
	}
	kinds := w.byte()
	if size > uint64(len(w.rest)) {
		w.err = errFooter
	}
	for ; size > 0 && w.err == nil; size-- {
		w.value(kinds>>4, depth+1)
		w.value(kinds&15, depth+1)
	}
}

func (w *thriftWalk) byte() byte {
	if len(w.rest) == 0 {
		w.err = errFooter
		return 0
	}
	b := w.rest[0]
	w.rest = w.rest[1:]
	return b
}

func (w *thriftWalk) varint() uint64 {
	value, n := binary.Uvarint(w.rest)
	if n <= 0 {
		w.err = errFooter
		return 0
	}
	w.rest = w.rest[n:]
	return value
}

func (w *thriftWalk) skip(n uint64) {
	if n > uint64(len(w.rest)) {
		w.err = errFooter
		return
	}
	w.rest = w.rest[n:]
}
