package source

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A large table may be written as parts, at once by many goroutines or over several runs of a program, and joined. A part is a file of
// the table's format and, but for the names of a CSV file's columns, which only the first part has, a table of its own.

// CreatePart begins a part of a table; its extension is the table's. See [Create].
func CreatePart(path string, columns []ColumnInfo, first bool) (*Writer, error) {
	return create(path, filepath.Dir(path), columns, first)
}

// Join makes one table of parts, in their order, and leaves them where they are. Text is put together as it is, compressed or not; of
// Parquet the row groups are, without decoding a page. Under path there is afterwards the whole table, or, on an error, what was there before.
// Until then it lies beside the first part, on path's file system.
func Join(path string, columns []ColumnInfo, parts []string) error {
	if len(parts) == 0 {
		return fmt.Errorf("%s: %w", path, ErrNoFiles)
	}
	w, err := create(path, filepath.Dir(parts[0]), columns, false)
	if err != nil {
		return err
	}
	defer w.Discard()
	if outputFormat(path) == "parquet" {
		err = w.joinGroups(parts)
	} else {
		err = w.joinBytes(parts)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	w.table, w.layers = nil, nil
	return w.Commit()
}

// joinBytes puts texts together: a line is a row, and compressed streams may follow each other (RFC 1952, section 2.2; RFC 8878, section 3).
func (w *Writer) joinBytes(parts []string) error {
	for _, part := range parts {
		if err := appendFile(w.file, part, 0, -1); err != nil {
			return err
		}
	}
	return nil
}

// joinGroups puts Parquet files of one schema together: all pages behind each other, then a footer that says where they are now. The
// indexes of pages, which hold places too, are left out; the row groups keep their statistics.
func (w *Writer) joinGroups(parts []string) error {
	if _, err := io.WriteString(w.file, magicParquet); err != nil {
		return err
	}
	var footer *format.FileMetaData
	at := int64(len(magicParquet))
	for _, part := range parts {
		own, end, err := pagesOf(part)
		if err != nil {
			return err
		}
		if err := appendFile(w.file, part, int64(len(magicParquet)), end); err != nil {
			return err
		}
		move(own, at-int64(len(magicParquet)))
		at += end - int64(len(magicParquet))
		if footer == nil {
			footer = own
			continue
		}
		footer.NumRows += own.NumRows
		footer.RowGroups = append(footer.RowGroups, own.RowGroups...)
	}
	for i := range footer.RowGroups {
		footer.RowGroups[i].Ordinal = int16(min(i, 1<<15-1))
	}
	text, err := endOfParquet(footer)
	if err != nil {
		return err
	}
	_, err = w.file.Write(text)
	return err
}

// pagesOf reads a part's footer, and where its pages end.
func pagesOf(path string) (footer *format.FileMetaData, end int64, err error) {
	defer guard(path, &err)
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	table, err := parquet.OpenFile(f, stat.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, 0, err
	}
	footer = table.Metadata()
	for g := range footer.RowGroups {
		for c := range footer.RowGroups[g].Columns {
			m := &footer.RowGroups[g].Columns[c].MetaData
			from := m.DataPageOffset
			if m.DictionaryPageOffset != 0 {
				from = min(from, m.DictionaryPageOffset)
			}
			end = max(end, from+m.TotalCompressedSize)
		}
	}
	return footer, max(end, int64(len(magicParquet))), nil
}

// move says that a file's pages stand by bytes further on, without indexes.
func move(footer *format.FileMetaData, by int64) {
	shift := func(place *int64) {
		if *place != 0 {
			*place += by
		}
	}
	for g := range footer.RowGroups {
		group := &footer.RowGroups[g]
		shift(&group.FileOffset)
		for c := range group.Columns {
			chunk := &group.Columns[c]
			shift(&chunk.FileOffset)
			shift(&chunk.MetaData.DataPageOffset)
			shift(&chunk.MetaData.DictionaryPageOffset)
			chunk.OffsetIndexOffset, chunk.OffsetIndexLength, chunk.ColumnIndexOffset, chunk.ColumnIndexLength = 0, 0, 0, 0
		}
	}
}

// appendFile copies a file's bytes from … to; −1: to its end.
func appendFile(to io.Writer, path string, from, end int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if end < 0 {
		stat, err := f.Stat()
		if err != nil {
			return err
		}
		end = stat.Size()
	}
	n, err := io.Copy(to, io.NewSectionReader(f, from, end-from))
	if err == nil && n != end-from {
		err = fmt.Errorf("%s: %w", path, io.ErrUnexpectedEOF)
	}
	return err
}
