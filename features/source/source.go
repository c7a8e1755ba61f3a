// Package source reads tables from files, and writes them.
//
// It knows columns, rows, files and lines, and nothing of leads or of a schema: what a column means, and
// which of its values mean "missing", is decided one room up. CSV gives every cell as text; Parquet gives
// the types of the file.
//
// A table is one file, or several with the same columns (parts of an export). It is read once, from the
// first row to the last, in batches of columns, and never held whole: memory is bounded by one batch
// (about [DefaultBatchRows] rows or 16 MiB of text, whichever comes first) and, for Parquet, one page and
// one dictionary a column.
//
// Nothing is dropped silently. A row that cannot be read is an error with its file and line; blank lines
// of a CSV file are no rows.
//
// Start at [Expand], which turns paths, folders and globs into files, then [Open] and [Reader.Next].
// [Create] writes a table; it appears under its name whole, or not at all.
package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// DefaultBatchRows is the most rows of a batch when [Options] names no other number: enough to spread the cost of
// a batch over many rows, few enough for its columns to stay in the processor's cache.
const DefaultBatchRows = 8192

// Options says how files are read. The zero value detects what can be detected and reads all columns.
type Options struct {
	// Delimiter parts the cells of a CSV file: one ASCII character. 0 detects , ; tab or | in each file.
	Delimiter rune
	// Encoding of CSV files: "utf-8", "utf-16", "utf-16le", "utf-16be" or "windows-1252". "" detects it.
	Encoding string
	// Names of the columns, for CSV files without a header line; then the first line is data.
	Names []string
	// Columns to read, in this order; nil reads every column that can be read. Of a Parquet file only the
	// parts that hold these columns are read. A name may stand here once.
	Columns []string
	// BatchRows is the most rows of a batch, up to 1<<20; 0 means [DefaultBatchRows].
	BatchRows int
	// Ahead is how many batches may be read while one is looked at; 0 means 1. A Parquet file asks for it: the first batch of a row group costs
	// most, since pages are unpacked then.
	Ahead int
	// KeepBadRows gives rows that cannot be read out too, marked in [Batch.Faults], where else they would be an error. What makes it
	// unknown where the next row begins (an unclosed quote, a row above 16 MiB) ends the reading all the same.
	KeepBadRows bool
	// Progress, if not nil, is called after each batch, in the goroutine that calls [Reader.Next], with the
	// bytes of the files read so far and in all (compressed bytes for compressed files; for Parquet an
	// estimate from the rows read).
	Progress func(doneBytes, totalBytes int64)
}

// Reader reads a table in one pass. It is for one goroutine.
type Reader struct {
	options Options
	files   []file
	columns []ColumnInfo // of the batches: those asked for, in that order
	all     []ColumnInfo // of the first file
	total   int64        // bytes of all files

	next         int // index in files of the file to open next
	current      tableFile
	batches      []Batch      // the last ones given out
	turn         int          // in batches, of the last one
	dictionaries atomic.Int64 // read so far, of all columns
	faults       faultList
	done         int64 // bytes of the files read to their end
	rows         int64
	err          error
}

// file is one file of the table, as found when the table was opened.
type file struct {
	path string
	size int64
}

// tableFile reads one open file. Its two implementations are csvFile and parquetFile.
type tableFile interface {
	// columnInfo lists the file's columns in the file's order.
	columnInfo() []ColumnInfo
	// choose sets which columns go where in a batch: places[i] is the column of the file for the batch's
	// column i. Dictionaries that are read get the next numbers of a counter.
	choose(places []int, dictionaries *atomic.Int64)
	// read fills the batch with the next rows. It returns io.EOF, and no rows, at the end.
	read(ctx context.Context, batch *Batch, limit int, faults *faultList) error
	// doneBytes is how much of the file has been read.
	doneBytes() int64
	close() error
}

// Open opens the files of one table and compares their columns; it reads of each file only what that needs
// (a CSV file's first lines, a Parquet file's footer). All files must have the same columns; their order may
// differ, and batches have the first file's order unless [Options.Columns] names one.
//
// An error names the file and, where there is one, the column. Conditions to test for with [errors.Is]:
// [ErrNoFiles], [ErrMixedFormats], [ErrEmptyFile], [ErrNoHeader], [ErrNotATable], [ErrUnknownColumn],
// [ErrUnsupported], [ErrDifferentColumns], and those of [os.Open].
func Open(paths []string, options Options) (*Reader, error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, ErrNoFiles
	}
	if err := checkOneFormat(paths); err != nil {
		return nil, err
	}
	if options.BatchRows == 0 {
		options.BatchRows = DefaultBatchRows
	}
	r := &Reader{options: options, batches: make([]Batch, max(options.Ahead, 1)+1)}
	r.faults.byRow = options.KeepBadRows
	for _, path := range paths {
		if err := r.add(path); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// check reports settings that no file could satisfy.
func (o *Options) check() error {
	if o.Delimiter != 0 && (o.Delimiter >= 0x80 || strings.ContainsRune("\"\r\n\x00 ", o.Delimiter)) {
		return fmt.Errorf("delimiter %q: one ASCII character is needed, no quote, space or line end", o.Delimiter)
	}
	if !slices.Contains(encodings, o.Encoding) {
		return fmt.Errorf("encoding %q: not one of %s", o.Encoding, strings.Join(encodings[1:], ", "))
	}
	if o.BatchRows < 0 || o.BatchRows > 1<<20 {
		return fmt.Errorf("batch of %d rows: between 1 and %d are possible", o.BatchRows, 1<<20)
	}
	if o.Names != nil {
		if err := checkNames(o.Names); err != nil {
			return fmt.Errorf("the given column names: %w", err)
		}
	}
	seen := make(map[string]bool)
	for _, name := range o.Columns {
		if seen[name] {
			return fmt.Errorf("column %q is asked for twice", name)
		}
		seen[name] = true
	}
	return nil
}

// add opens a file, holds its columns against those of the first file, and closes it.
func (r *Reader) add(path string) error {
	stat, err := os.Stat(path)
	if err != nil {
		return err
	}
	if stat.IsDir() {
		return fmt.Errorf("%s: is a folder; list its files first", path)
	}
	opened, err := openTable(path, &r.options)
	if err != nil {
		return err
	}
	defer opened.close()
	if len(r.files) == 0 {
		r.all = opened.columnInfo()
		if r.columns, err = chooseColumns(path, r.all, r.options.Columns); err != nil {
			return err
		}
	} else if err := sameColumns(r.files[0].path, r.all, path, opened.columnInfo()); err != nil {
		return err
	}
	r.files = append(r.files, file{path, stat.Size()})
	r.total += stat.Size()
	return nil
}

// Columns lists the table's columns: those of the batches, in the same order, and, when [Options.Columns]
// named none, at the end those of kind [Unsupported], which batches leave out.
func (r *Reader) Columns() []ColumnInfo {
	columns := slices.Clone(r.columns)
	if r.options.Columns == nil {
		for _, column := range r.all {
			if column.Kind == Unsupported {
				columns = append(columns, column)
			}
		}
	}
	return columns
}

// Ahead is how many batches may be read while one is looked at.
func (r *Reader) Ahead() int { return len(r.batches) - 1 }

// Next returns the next rows, at least one, or [io.EOF] after the last. A batch comes from one file.
//
// The batch and its slices are used again by the call after the next one, or after as many as [Options.Ahead] says, so that a batch may be looked
// at while the next are read: copy what must live longer. Strings may be kept; a kept string holds on to its neighbours (64 KiB of a
// CSV file, a batch's column of a Parquet file), so use [strings.Clone] for a few out of many.
//
// When rows cannot be read, Next goes on to the end of the table to find all of them and returns a [FaultsError].
// A [Fault] alone is one after which its file cannot be read on. A table without any row is [ErrNoRows]. After an
// error, a cancelled context too, it returns the same error again: rows may have been passed over.
func (r *Reader) Next(ctx context.Context) (*Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	r.turn = (r.turn + 1) % len(r.batches)
	err := r.advance(ctx)
	for r.faults.total > 0 && err == nil {
		err = r.advance(ctx)
	}
	if r.faults.total > 0 {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		err = r.faults.asError(err)
	}
	if err == io.EOF && r.rows == 0 {
		err = fmt.Errorf("%s: %w", r.describe(), ErrNoRows)
	}
	if err != nil {
		r.err = err
		return nil, err
	}
	batch := &r.batches[r.turn]
	r.rows += int64(batch.Rows)
	return batch, nil
}

// advance reads the next batch, from the next file when one has ended.
func (r *Reader) advance(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.current == nil {
			if r.next == len(r.files) {
				return io.EOF
			}
			if err := r.openNext(); err != nil {
				return err
			}
		}
		batch := r.batchOf()
		r.faults.rows = batch.Faults[:0]
		err := r.current.read(ctx, batch, r.options.BatchRows, &r.faults)
		batch.Faults = r.faults.rows
		r.report(batch)
		if err != io.EOF {
			return err
		}
		r.done += r.files[r.next-1].size
		err = r.current.close()
		r.current = nil
		if err != nil {
			return err
		}
	}
}

// batchOf is the batch to fill.
func (r *Reader) batchOf() *Batch {
	batch := &r.batches[r.turn]
	if batch.Columns == nil {
		batch.Columns = make([]Column, len(r.columns))
		for i, info := range r.columns {
			batch.Columns[i].ColumnInfo = info
		}
	}
	return batch
}

// openNext opens the next file and points the batch's columns at its columns.
func (r *Reader) openNext() error {
	at := r.files[r.next]
	opened, err := openTable(at.path, &r.options)
	if err != nil {
		return err
	}
	// The file may have been replaced since it was compared.
	if err := sameColumns(r.files[0].path, r.all, at.path, opened.columnInfo()); err != nil {
		opened.close()
		return err
	}
	opened.choose(findPlaces(opened.columnInfo(), r.columns), &r.dictionaries)
	r.current = opened
	r.next++
	return nil
}

// report notes in the batch how far the files are read, and tells the caller, never more than the total: a file may have grown.
func (r *Reader) report(batch *Batch) {
	at := r.files[r.next-1]
	batch.Done, batch.Total = r.done+min(r.current.doneBytes(), at.size), r.total
	if r.options.Progress != nil {
		r.options.Progress(batch.Done, batch.Total)
	}
}

// describe names the table for a message: its file, or its first file and their number.
func (r *Reader) describe() string {
	if len(r.files) == 1 {
		return r.files[0].path
	}
	return fmt.Sprintf("%s and %d more", r.files[0].path, len(r.files)-1)
}

// Close closes the file that is being read. It may be called at any time, and twice.
func (r *Reader) Close() error {
	if r.err == nil {
		r.err = os.ErrClosed
	}
	if r.current == nil {
		return nil
	}
	err := r.current.close()
	r.current = nil
	return err
}
