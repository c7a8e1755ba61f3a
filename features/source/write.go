package source

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Writer writes a table. It is for one goroutine.
//
//	w, err := source.Create("scores.parquet", columns)
//	…
//	defer w.Discard() // does nothing after Commit
//	for … {
//		err = w.Write(columns, rows)
//	}
//	return w.Commit()
type Writer struct {
	path    string
	columns []ColumnInfo
	file    *os.File // the temporary file; nil after Commit or Discard
	layers  []io.WriteCloser
	buffer  *bufio.Writer
	table   tableWriter
	rows    int64
	err     error
}

// tableWriter writes rows in one format.
type tableWriter interface {
	write(columns []Column, rows int) error
	finish() error
}

// Create begins a table that will stand at path. Its extension chooses the format: .parquet, .csv, .tsv or .jsonl
// (one JSON object a line); .gz or .zst behind the last three compresses.
//
// Rows go to a temporary file in the same folder, and [Writer.Commit] renames it: under path there is at any time
// the whole new table, or what was there before. The name of the temporary file begins with a dot and its ending
// is .tmp, so that [Expand] passes it over.
//
// CSV and JSON Lines keep every value as it is. A spreadsheet program takes a CSV cell that begins with = + - or @
// for a formula: this writer does not alter such cells, because a table that is read back must be the same; import
// files with cells from strangers as text.
func Create(path string, columns []ColumnInfo) (*Writer, error) {
	return create(path, filepath.Dir(path), columns, true)
}

// create is Create with the temporary file in a folder of the same file system; a CSV file gets the names of its columns only with head.
func create(path, folder string, columns []ColumnInfo, head bool) (*Writer, error) {
	form := outputFormat(path)
	if form == "" {
		return nil, fmt.Errorf("%s: %w", path, ErrExtension)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("%s: a table needs a column", path)
	}
	if err := checkNames(names(columns)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, column := range columns {
		if column.Kind == Unsupported {
			return nil, fmt.Errorf("%s: column %s: %w", path, column.Name, ErrUnsupported)
		}
	}
	if stat, err := os.Stat(path); err == nil && !stat.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: there is something other than a plain file", path)
	}
	temporary := filepath.Join(folder, "."+filepath.Base(path)+"."+rand.Text()+".tmp")
	// Not os.CreateTemp, whose files stay closed to others: the table gets what the user's umask allows.
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return nil, &fs.PathError{Op: "create", Path: path, Err: fault.Err} // the temporary file's name says nothing to anyone
	}
	if err != nil {
		return nil, err
	}
	w := &Writer{path: path, columns: columns, file: file}
	if err := w.begin(form, head); err != nil {
		w.Discard()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return w, nil
}

// outputFormat is the format that a path's extension names, "" if none.
func outputFormat(path string) string {
	name := strings.ToLower(filepath.Base(path))
	if strings.HasSuffix(name, ".parquet") {
		return "parquet"
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	for _, form := range []string{"csv", "tsv", "jsonl"} {
		if strings.HasSuffix(name, "."+form) {
			return form
		}
	}
	return ""
}

// begin stacks the layers: rows → format → buffer → compression → file.
func (w *Writer) begin(form string, head bool) error {
	var out io.Writer = w.file
	name := strings.ToLower(w.path)
	switch {
	case strings.HasSuffix(name, ".gz"):
		layer := gzip.NewWriter(out)
		w.layers, out = append(w.layers, layer), layer
	case strings.HasSuffix(name, ".zst"):
		layer, err := zstd.NewWriter(out)
		if err != nil {
			return err
		}
		w.layers, out = append(w.layers, layer), layer
	}
	w.buffer = bufio.NewWriterSize(out, 1<<18)
	switch form {
	case "parquet":
		table, err := newParquetWriter(w.buffer, w.columns)
		w.table = table
		return err
	case "jsonl":
		w.table = newJSONWriter(w.buffer, w.columns)
		return nil
	case "tsv":
		w.table = &csvWriter{out: w.buffer, delimiter: '\t'}
	default:
		w.table = &csvWriter{out: w.buffer, delimiter: ','}
	}
	if !head {
		return nil
	}
	return w.table.(*csvWriter).header(w.columns)
}

// Write appends rows. The columns have the names, kinds and order given to [Create]; of each, Null (nil: no value
// is missing) and the slice of its kind hold at least rows elements. They are not kept. Text may be coded. A
// number that is not finite is an error: mark it null. After an error the table cannot be committed.
func (w *Writer) Write(columns []Column, rows int) error {
	if w.err != nil {
		return w.err
	}
	if err := w.check(columns, rows); err != nil {
		w.err = fmt.Errorf("%s: %w", w.path, err)
		return w.err
	}
	if err := w.table.write(columns, rows); err != nil {
		w.err = fmt.Errorf("%s: %w", w.path, err)
		return w.err
	}
	w.rows += int64(rows)
	return nil
}

// check holds the columns against the table's.
func (w *Writer) check(columns []Column, rows int) error {
	if len(columns) != len(w.columns) {
		return fmt.Errorf("%d columns to write, the table has %d", len(columns), len(w.columns))
	}
	for i := range columns {
		column, want := &columns[i], w.columns[i]
		if column.Name != want.Name || column.Kind != want.Kind || column.Whole != want.Whole {
			return fmt.Errorf("column %d to write is %s (%s), in the table it is %s (%s)", i+1, column.Name, column.describe(), want.Name, want.describe())
		}
		if have := column.rows(); have < rows || column.Null != nil && len(column.Null) < rows {
			return fmt.Errorf("column %s has %d values for %d rows", column.Name, have, rows)
		}
		if column.Kind != Number || column.Whole {
			continue
		}
		for row, value := range column.Numbers[:rows] {
			if (math.IsNaN(value) || math.IsInf(value, 0)) && !column.isNull(row) {
				return fmt.Errorf("row %d: column %s: %v is not a finite number", w.rows+int64(row)+1, column.Name, value)
			}
		}
	}
	return nil
}

// rows is the length of the slice that holds the column's values.
func (c *Column) rows() int {
	switch {
	case c.Kind == Text && c.Codes != nil:
		return len(c.Codes)
	case c.Kind == Text:
		return len(c.Text)
	case c.Kind == Number && c.Whole:
		return len(c.Integers)
	case c.Kind == Number:
		return len(c.Numbers)
	case c.Kind == Boolean:
		return len(c.Booleans)
	}
	return len(c.Times)
}

func (c *Column) isNull(row int) bool { return c.Null != nil && c.Null[row] }

// Commit writes what is left, makes it durable and gives the table its name. On an error nothing has changed under
// the path.
func (w *Writer) Commit() error {
	if w.file == nil {
		return fmt.Errorf("%s: already committed or discarded", w.path)
	}
	err := w.err
	if err == nil {
		err = w.finish()
	}
	if err != nil {
		return errors.Join(err, w.Discard())
	}
	temporary := w.file.Name()
	if err := w.file.Close(); err != nil {
		w.file = nil
		return errors.Join(err, os.Remove(temporary))
	}
	w.file = nil
	if err := os.Rename(temporary, w.path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return syncFolder(filepath.Dir(w.path))
}

// finish closes the layers from the top down, and has the bytes stored.
func (w *Writer) finish() error {
	if w.table == nil { // joined
		return w.file.Sync()
	}
	if err := w.table.finish(); err != nil {
		return fmt.Errorf("%s: %w", w.path, err)
	}
	if err := w.buffer.Flush(); err != nil {
		return fmt.Errorf("%s: %w", w.path, err)
	}
	for _, layer := range w.layers {
		if err := layer.Close(); err != nil {
			return fmt.Errorf("%s: %w", w.path, err)
		}
	}
	return w.file.Sync()
}

// syncFolder makes the rename durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Discard removes the temporary file. After Commit, or a second time, it does nothing.
func (w *Writer) Discard() error {
	if w.file == nil {
		return nil
	}
	file := w.file
	w.file = nil
	for _, layer := range w.layers { // the zstd encoder holds goroutines until it is closed
		_ = layer.Close()
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
