package source

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The largest page that is read. Writers make pages of about 1 MiB; the library makes room for what a page's
// header says before it reads the page, so a damaged header could otherwise ask for gigabytes.
const (
	maxPageBytes  = 512 << 20
	maxPageValues = 1 << 26
)

// headerWindow is how much is read to find a page header; most have fewer than 100 bytes, those with long
// statistics more.
const (
	headerWindow    = 512
	maxHeaderWindow = 1 << 20
)

// pageNews is what the page headers of a chunk say of how to read it.
type pageNews struct {
	runs bool // some values are run-length encoded themselves, which only booleans can be
}

// checkPages walks over the page headers of a column chunk and checks their sizes, one small read a page.
func (p *parquetFile) checkPages(chunk *format.ColumnMetaData) (news pageNews, err error) {
	from, length := chunkPlace(chunk)
	if from < 0 || length < 0 || from > p.size || length > p.size-from {
		return news, fmt.Errorf("it is said to lie at bytes %d to %d of a file of %d", from, from+length, p.size)
	}
	for end := from + length; from < end; {
		header, size, err := p.readPageHeader(from, end)
		if err != nil {
			return news, err
		}
		from += int64(size)
		if header.CompressedPageSize < 0 || int64(header.CompressedPageSize) > end-from {
			return news, fmt.Errorf("a page of %d bytes where %d are left", header.CompressedPageSize, end-from)
		}
		if err := checkPageHeader(header); err != nil {
			return news, err
		}
		from += int64(header.CompressedPageSize)
		news.runs = news.runs || header.DataPageHeader.Valid && header.DataPageHeader.V.Encoding == format.RLE ||
			header.DataPageHeaderV2.Valid && header.DataPageHeaderV2.V.Encoding == format.RLE
	}
	return news, nil
}

// chunkPlace is where a chunk's pages begin in the file, and their length.
func chunkPlace(chunk *format.ColumnMetaData) (from, length int64) {
	from = chunk.DataPageOffset
	if chunk.DictionaryPageOffset != 0 {
		from = chunk.DictionaryPageOffset
	}
	return from, chunk.TotalCompressedSize
}

// readPageHeader decodes the header at from, reading more of it while it seems cut.
func (p *parquetFile) readPageHeader(from, end int64) (*format.PageHeader, int, error) {
	var protocol thrift.CompactProtocol
	for window := int64(headerWindow); ; window *= 8 {
		p.window = sized(p.window, int(min(window, end-from)))
		if _, err := p.file.ReadAt(p.window, from); err != nil && err != io.EOF {
			return nil, 0, err
		}
		header := new(format.PageHeader)
		reader := protocol.NewReaderFromBytes(p.window)
		err := thrift.NewDecoder(reader).Decode(header)
		if err == nil {
			return header, reader.BytesRead(), nil
		}
		if window >= end-from || window >= maxHeaderWindow {
			return nil, 0, fmt.Errorf("page header at byte %d: %w", from, err)
		}
	}
}

func checkPageHeader(header *format.PageHeader) error {
	values := int32(0)
	switch {
	case header.DataPageHeader.Valid:
		values = header.DataPageHeader.V.NumValues
	case header.DataPageHeaderV2.Valid:
		values = header.DataPageHeaderV2.V.NumValues
	case header.DictionaryPageHeader.Valid:
		values = header.DictionaryPageHeader.V.NumValues
		if values > header.UncompressedPageSize {
			return errors.New("a dictionary with more values than bytes")
		}
	}
	if values < 0 || values > maxPageValues {
		return fmt.Errorf("a page of %d values; at most %d are read", values, maxPageValues)
	}
	if header.UncompressedPageSize < 0 || header.UncompressedPageSize > maxPageBytes {
		return fmt.Errorf("a page of %d bytes; at most %d are read", header.UncompressedPageSize, maxPageBytes)
	}
	return nil
}
