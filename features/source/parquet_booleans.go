package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/format"
)

// booleanPages reads the pages of a chunk of booleans of which some are run-length encoded, as writers of data pages of version 2 (pyarrow, Spark) make
// them. The library (v0.32.0) reads such a run of true as one true in eight values, and shifts what follows a run whose length is no multiple of
// eight, without a word.
type booleanPages struct {
	file      *parquetFile
	from, end int64
	codec     format.CompressionCodec
	optional  bool
}

// booleanPage is one of them, decoded; a [parquet.Page] as far as [columnReader] asks.
type booleanPage struct {
	parquet.Page
	levels []byte // 1 where a value is; nil: everywhere
	rows   int
	bits   []byte // the values, eight a byte from the lowest bit on
}

func (p *booleanPage) NumRows() int64                 { return int64(p.rows) }
func (p *booleanPage) DefinitionLevels() []byte       { return p.levels }
func (p *booleanPage) Dictionary() parquet.Dictionary { return nil }
func (p *booleanPage) Data() encoding.Values          { return encoding.BooleanValues(p.bits) }

func (b *booleanPages) Close() error          { return nil }
func (b *booleanPages) SeekToRow(int64) error { return errors.ErrUnsupported }

// ReadPage decodes the next data page; sizes were checked when the chunk was opened.
func (b *booleanPages) ReadPage() (parquet.Page, error) {
	for b.from < b.end {
		header, size, err := b.file.readPageHeader(b.from, b.end)
		if err != nil {
			return nil, err
		}
		body := make([]byte, header.CompressedPageSize)
		if _, err := b.file.file.ReadAt(body, b.from+int64(size)); err != nil {
			return nil, err
		}
		b.from += int64(size) + int64(header.CompressedPageSize)
		switch {
		case header.DataPageHeader.Valid:
			return b.first(&header.DataPageHeader.V, body, int(header.UncompressedPageSize))
		case header.DataPageHeaderV2.Valid:
			return b.second(&header.DataPageHeaderV2.V, body, int(header.UncompressedPageSize))
		}
	}
	return nil, io.EOF
}

// first decodes a data page of version 1: levels and values are compressed together, each with its length before it.
func (b *booleanPages) first(h *format.DataPageHeader, body []byte, size int) (parquet.Page, error) {
	body, err := b.decompress(body, size)
	if err != nil {
		return nil, err
	}
	page := &booleanPage{rows: int(h.NumValues)}
	if b.optional {
		var levels []byte
		if levels, body, err = prefixed(body); err != nil {
			return nil, err
		}
		if page.levels, err = levelsOf(levels, page.rows); err != nil {
			return nil, err
		}
	}
	return page, page.decode(h.Encoding, body)
}

// second decodes one of version 2: the levels lie before the values, never compressed.
func (b *booleanPages) second(h *format.DataPageHeaderV2, body []byte, size int) (parquet.Page, error) {
	repetition, definition := int(h.RepetitionLevelsByteLength), int(h.DefinitionLevelsByteLength)
	if repetition < 0 || definition < 0 || repetition > len(body) || definition > len(body)-repetition || size < repetition+definition {
		return nil, errShort
	}
	levels, values := body[repetition:repetition+definition], body[repetition+definition:]
	page, err := &booleanPage{rows: int(h.NumValues)}, error(nil)
	if b.optional {
		if page.levels, err = levelsOf(levels, page.rows); err != nil {
			return nil, err
		}
	}
	if !h.IsCompressed.Valid || h.IsCompressed.V {
		if values, err = b.decompress(values, size-repetition-definition); err != nil {
			return nil, err
		}
	}
	return page, page.decode(h.Encoding, values)
}

func (b *booleanPages) decompress(body []byte, size int) ([]byte, error) {
	if b.codec == format.Uncompressed || size == 0 {
		return body, nil
	}
	return parquet.LookupCompressionCodec(b.codec).Decode(make([]byte, 0, size), body)
}

// decode takes the page's values; there are as many as levels say.
func (p *booleanPage) decode(as format.Encoding, body []byte) error {
	present := p.rows
	if p.levels != nil {
		present = 0
		for _, level := range p.levels {
			present += int(level)
		}
	}
	switch {
	case present == 0: // a writer may leave out even the length
		return nil
	case as == format.Plain:
		p.bits = body
		return nil
	case as == format.RLE:
		runs, _, err := prefixed(body)
		if err != nil {
			return err
		}
		p.bits = make([]byte, (present+7)/8)
		return eachBit(runs, present, func(i int, bit byte) { p.bits[i/8] |= bit << (i % 8) })
	}
	return fmt.Errorf("booleans in the encoding %s", as)
}

func levelsOf(runs []byte, n int) ([]byte, error) {
	levels := make([]byte, n)
	return levels, eachBit(runs, n, func(i int, bit byte) { levels[i] = bit })
}

// prefixed parts bytes that stand behind their length, four bytes, from the rest.
func prefixed(body []byte) (part, rest []byte, err error) {
	if len(body) < 4 {
		return nil, nil, errShort
	}
	n := int64(binary.LittleEndian.Uint32(body))
	if n > int64(len(body)-4) {
		return nil, nil, errShort
	}
	return body[4 : 4+n], body[4+n:], nil
}

// eachBit decodes the first n values of one bit each of the hybrid of runs and packed bits (Parquet's Encodings.md, "RLE / Bit-Packing Hybrid"): a varint h,
// then, if h is even, one value that stands for h/2, and else (h−1)/2 bytes of eight values.
func eachBit(runs []byte, n int, set func(i int, bit byte)) error {
	for i := 0; i < n; {
		head, size := binary.Uvarint(runs)
		if size <= 0 {
			return errShort
		}
		runs = runs[size:]
		count := head >> 1
		if head&1 == 0 {
			if len(runs) == 0 {
				return errShort
			}
			for end := i + int(min(count, uint64(n-i))); i < end; i++ {
				set(i, runs[0]&1)
			}
			runs = runs[1:]
			continue
		}
		if count > uint64(len(runs)) {
			return errShort
		}
		for end, first := i+int(min(8*count, uint64(n-i))), i; i < end; i++ {
			set(i, runs[(i-first)/8]>>((i-first)%8)&1)
		}
		runs = runs[count:]
	}
	return nil
}
