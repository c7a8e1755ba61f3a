package source

import (
	"hash/crc32"
	"slices"

	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	pageRows  = 1 << 15 // the most rows of a page
	pageBytes = 1 << 20 // where a page of long texts ends
)

// compression keeps its encoders, which are large, for all chunks.
var compression = &zstd.Codec{Level: zstd.SpeedFastest}

// chunkWriter writes one column of a row group: pages of the values that rows have, by the dictionary where they repeat, and before them which
// rows have one.
type chunkWriter struct {
	info   ColumnInfo
	values pageValues
	meta   format.ColumnMetaData
	pages  []byte // that are finished, with their headers

	// Of the open page.
	rows   int
	nulls  int
	levels []uint8 // of each row 1, or 0 without a value; empty while all have one

	chosen    bool // how the chunk is compressed
	compacted []byte
}

// pageValues are the values of a column's rows, of one page and of the chunk.
type pageValues interface {
	// add takes the values of rows from … to, of which null, if not nil, have none, and returns the row that it stops before: the page may be full.
	add(column *Column, from, to int, null []bool) int
	// endPage encodes the page's values.
	endPage() (data []byte, encoding format.Encoding, err error)
	// dictionary is that of the pages that were encoded by it, PLAIN; none: no such page.
	dictionary() (data []byte, values int)
	// bounds are the least and the greatest value of the chunk; nil where there is none, or it is too long.
	bounds() (least, most []byte)
	begin()
}

// chunk is what [chunkWriter.end] gives: the page of the dictionary, the pages of values, and what the footer says of them but for places.
type chunk struct {
	dictionary, pages []byte
	meta              format.ColumnMetaData
}

func newChunkWriter(info ColumnInfo, stored format.Type) chunkWriter {
	c := chunkWriter{info: info}
	if info.Kind == Text {
		c.values = &textValues{}
	} else {
		c.values = &numberValues{stored: stored, info: info}
	}
	c.meta.Type, c.meta.PathInSchema = stored, []string{info.Name}
	c.begin()
	return c
}

func (c *chunkWriter) begin() {
	c.meta = format.ColumnMetaData{Type: c.meta.Type, PathInSchema: c.meta.PathInSchema}
	c.pages, c.chosen = c.pages[:0], false
	c.values.begin()
}

// add takes rows from … to of a column.
func (c *chunkWriter) add(column *Column, from, to int) error {
	for from < to {
		end := min(to, from+pageRows-c.rows)
		var null []bool
		if column.Null != nil && slices.Contains(column.Null[from:end], true) {
			null = column.Null[from:end]
		}
		stop := c.values.add(column, from, end, null)
		c.addLevels(null, stop-from)
		from = stop
		if c.rows == pageRows || stop < end {
			if err := c.endPage(); err != nil {
				return err
			}
		}
	}
	return nil
}

// addLevels notes which of the next rows have a value.
func (c *chunkWriter) addLevels(null []bool, rows int) {
	if null == nil && c.nulls == 0 {
		c.rows += rows
		return
	}
	for len(c.levels) < c.rows {
		c.levels = append(c.levels, 1)
	}
	for i := range rows {
		level := uint8(1)
		if null != nil && null[i] {
			level = 0
			c.nulls++
		}
		c.levels = append(c.levels, level)
	}
	c.rows += rows
}

// endPage puts the open page behind the finished ones.
func (c *chunkWriter) endPage() error {
	if c.rows == 0 {
		return nil
	}
	data, encoding, err := c.values.endPage()
	if err != nil {
		return err
	}
	levels, err := c.encodeLevels()
	if err != nil {
		return err
	}
	if !c.chosen {
		if err := c.choose(data, encoding); err != nil {
			return err
		}
	}
	body, err := c.compress(data)
	if err != nil {
		return err
	}
	c.pages, err = c.appendPage(c.pages, encoding, &format.PageHeader{
		Type:                 format.DataPageV2,
		UncompressedPageSize: int32(len(levels) + len(data)),
		DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{
			NumValues: int32(c.rows), NumNulls: int32(c.nulls), NumRows: int32(c.rows), Encoding: encoding,
			DefinitionLevelsByteLength: int32(len(levels)), IsCompressed: thrift.New(c.meta.Codec != format.Uncompressed),
			Statistics: format.Statistics{NullCount: int64(c.nulls)},
		}),
	}, levels, body)
	c.meta.NumValues += int64(c.rows)
	c.meta.Statistics.NullCount += int64(c.nulls)
	c.rows, c.nulls, c.levels = 0, 0, c.levels[:0]
	return err
}

// encodeLevels says which of the page's rows have a value, in runs.
func (c *chunkWriter) encodeLevels() ([]byte, error) {
	if c.nulls == 0 { // one run of ones; the lowest bit of its length says that it is a run
		return appendVarint(nil, uint64(c.rows)<<1, 1), nil
	}
	return (&rle.Encoding{BitWidth: 1}).EncodeLevels(nil, c.levels)
}

func appendVarint(to []byte, n uint64, then byte) []byte {
	for ; n >= 0x80; n >>= 7 {
		to = append(to, byte(n)|0x80)
	}
	return append(to, byte(n), then)
}

// choose compresses the chunk, unless it is of numbers whose digits have no pattern: those of a sample of the first page shrink by less than
// a sixteenth.
func (c *chunkWriter) choose(data []byte, encoding format.Encoding) (err error) {
	const sample = 1 << 14
	c.chosen, c.meta.Codec = true, format.Zstd
	if c.info.Kind == Text || encoding == format.RLEDictionary {
		return nil
	}
	data = data[:min(len(data), sample)]
	c.compacted, err = compression.Encode(c.compacted, data)
	if len(c.compacted) > len(data)-len(data)/16 {
		c.meta.Codec = format.Uncompressed
	}
	return err
}

func (c *chunkWriter) compress(data []byte) (_ []byte, err error) {
	if c.meta.Codec == format.Uncompressed {
		return data, nil
	}
	c.compacted, err = compression.Encode(c.compacted, data)
	return c.compacted, err
}

// appendPage appends a page and counts it.
func (c *chunkWriter) appendPage(to []byte, encoding format.Encoding, header *format.PageHeader, levels, body []byte) ([]byte, error) {
	header.CompressedPageSize = int32(len(levels) + len(body))
	header.CRC = int32(crc32.Update(crc32.ChecksumIEEE(levels), crc32.IEEETable, body))
	text, err := thrift.Marshal(new(thrift.CompactProtocol), header)
	if err != nil {
		return nil, err
	}
	c.meta.TotalUncompressedSize += int64(len(text)) + int64(header.UncompressedPageSize)
	c.meta.TotalCompressedSize += int64(len(text)) + int64(header.CompressedPageSize)
	c.count(header.Type, encoding)
	return append(append(append(to, text...), levels...), body...), nil
}

func (c *chunkWriter) count(kind format.PageType, encoding format.Encoding) {
	if !slices.Contains(c.meta.Encoding, encoding) {
		c.meta.Encoding = append(c.meta.Encoding, encoding)
	}
	at := slices.IndexFunc(c.meta.EncodingStats, func(s format.PageEncodingStats) bool { return s.PageType == kind && s.Encoding == encoding })
	if at < 0 {
		at = len(c.meta.EncodingStats)
		c.meta.EncodingStats = append(c.meta.EncodingStats, format.PageEncodingStats{PageType: kind, Encoding: encoding})
	}
	c.meta.EncodingStats[at].Count++
}

// end ends the chunk; what it gives stands until the next row.
func (c *chunkWriter) end() (chunk, error) {
	if err := c.endPage(); err != nil {
		return chunk{}, err
	}
	out := chunk{pages: c.pages}
	if data, values := c.values.dictionary(); values > 0 {
		body, err := c.compress(data)
		if err != nil {
			return chunk{}, err
		}
		out.dictionary, err = c.appendPage(nil, format.Plain, &format.PageHeader{
			Type: format.DictionaryPage, UncompressedPageSize: int32(len(data)),
			DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(values), Encoding: format.Plain}),
		}, nil, body)
		if err != nil {
			return chunk{}, err
		}
	}
	c.meta.Encoding = append(c.meta.Encoding, format.RLE) // of the levels
	c.meta.Statistics.MinValue, c.meta.Statistics.MaxValue = c.values.bounds()
	out.meta = c.meta
	return out, nil
}
