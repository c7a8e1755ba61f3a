package source

import (
	"errors"
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

// Joiner makes one table of parts, in their order, and leaves them where they are. Text is put together as it is, compressed or not; of
// Parquet the row groups are, without decoding a page. Parts may be added while others are being made; it is for one goroutine.
type Joiner struct {
	w        *Writer
	parquet  bool
	footer   *format.FileMetaData // of the parts so far
	at       int64                // bytes so far
	unstored int64                // of them, since the last were made durable
}

// storeEvery is how many bytes of a joined table are made durable at once, so that little is left to do at its end.
const storeEvery = 16 << 20

// BeginJoin begins a table that will stand at path. Until then it lies in a folder of path's file system. See [Create].
func BeginJoin(path, folder string, columns []ColumnInfo) (*Joiner, error) {
	w, err := create(path, folder, columns, false)
	if err != nil {
		return nil, err
	}
	j := &Joiner{w: w, parquet: outputFormat(path) == "parquet"}
	w.table, w.layers = nil, nil
	if j.parquet {
		n, err := io.WriteString(w.file, magicParquet)
		if j.at = int64(n); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, err), w.Discard())
		}
	}
	return j, nil
}

// Add puts a part behind the others. After an error the table cannot be committed.
func (j *Joiner) Add(part string) error {
	if j.w.err == nil {
		if err := j.add(part); err != nil {
			j.w.err = fmt.Errorf("%s: %w", j.w.path, err)
		}
	}
	return j.w.err
}

func (j *Joiner) add(part string) error {
	from, end := int64(0), int64(-1)
	if j.parquet {
		own, last, err := pagesOf(part)
		if err != nil {
			return err
		}
		from, end = int64(len(magicParquet)), last
		j.take(own, j.at-from)
	}
	n, err := appendFile(j.w.file, part, from, end)
	if j.at += n; err != nil {
		return err
	}
	if j.unstored += n; j.unstored < storeEvery {
		return nil
	}
	j.unstored = 0
	return j.w.file.Sync()
}

// take puts a part's row groups, whose pages stand by bytes further on, behind the others. The indexes of pages, which hold places too, are
// left out; the row groups keep their statistics.
func (j *Joiner) take(own *format.FileMetaData, by int64) {
	move(own, by)
	if j.footer == nil {
		j.footer = own
		return
	}
	j.footer.NumRows += own.NumRows
	j.footer.RowGroups = append(j.footer.RowGroups, own.RowGroups...)
}

// Commit makes the table durable and gives it its name. On an error nothing has changed under the path.
func (j *Joiner) Commit() error {
	if j.w.err == nil && j.parquet && j.footer == nil {
		j.w.err = fmt.Errorf("%s: %w", j.w.path, ErrNoFiles)
	}
	if j.w.err == nil && j.parquet {
		for i := range j.footer.RowGroups {
			j.footer.RowGroups[i].Ordinal = int16(min(i, 1<<15-1))
		}
		text, err := endOfParquet(j.footer)
		if err == nil {
			_, err = j.w.file.Write(text)
		}
		if err != nil {
			j.w.err = fmt.Errorf("%s: %w", j.w.path, err)
		}
	}
	return j.w.Commit()
}

// Discard removes what was joined. After Commit, or a second time, it does nothing.
func (j *Joiner) Discard() error { return j.w.Discard() }

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

// appendFile copies a file's bytes from … end, −1: its own, and says how many.
func appendFile(to *os.File, path string, from, end int64) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if end < 0 {
		stat, err := f.Stat()
		if err != nil {
			return 0, err
		}
		end = stat.Size()
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.CopyN(to, f, end-from) // by the system alone, where it can
	if err == io.EOF {
		err = fmt.Errorf("%s: %w", path, io.ErrUnexpectedEOF)
	}
	return n, err
}
