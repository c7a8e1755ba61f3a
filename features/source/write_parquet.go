package source

import (
	"bytes"
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// rowGroupRows is how many rows stand together; readers work on row groups in parallel.
const rowGroupRows = 1 << 17

// parquetWriter writes Parquet with optional columns: text, double, int64, boolean, and timestamps in microseconds UTC or dates. The
// library gives the schema, the encodings, the compression and the footer's form; the pages are put together here, column by column of
// plain slices, which takes a third of the time of the library's boxed values.
type parquetWriter struct {
	out     io.Writer
	at      int64 // bytes written
	columns []chunkWriter
	footer  *format.FileMetaData
	rows    int // of the open row group
}

func newParquetWriter(out io.Writer, columns []ColumnInfo) (*parquetWriter, error) {
	footer, err := emptyFooter(columns)
	if err != nil {
		return nil, err
	}
	w := &parquetWriter{out: out, footer: footer}
	for i, column := range columns {
		w.columns = append(w.columns, newChunkWriter(column, footer.Schema[i+1].Type.V)) // the first element is the root
	}
	return w, w.put([]byte(magicParquet))
}

// emptyFooter is the footer of a table without rows.
func emptyFooter(columns []ColumnInfo) (*format.FileMetaData, error) {
	root := &orderedGroup{}
	for _, column := range columns {
		root.fields = append(root.fields, &namedNode{Node: parquet.Optional(nodeOf(column)), name: column.Name})
	}
	var empty bytes.Buffer
	table := parquet.NewGenericWriter[any](&empty, parquet.NewSchema("table", root), parquet.CreatedBy("leadscore", "", ""))
	if err := table.Close(); err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(bytes.NewReader(empty.Bytes()), int64(empty.Len()))
	if err != nil {
		return nil, err
	}
	return file.Metadata(), nil
}

// nodeOf is the stored type of a column.
func nodeOf(column ColumnInfo) parquet.Node {
	switch {
	case column.Kind == Text:
		return parquet.String()
	case column.Kind == Number && column.Unsigned:
		return parquet.Uint(64)
	case column.Kind == Number && column.Whole:
		return parquet.Int(64)
	case column.Kind == Number:
		return parquet.Leaf(parquet.DoubleType)
	case column.Kind == Boolean:
		return parquet.Leaf(parquet.BooleanType)
	case column.DateOnly:
		return parquet.Date()
	}
	return parquet.Timestamp(parquet.Microsecond)
}

// orderedGroup is a group that keeps the order of its columns; parquet.Group sorts them by name.
type orderedGroup struct {
	parquet.Group
	fields []parquet.Field
}

func (g *orderedGroup) Fields() []parquet.Field { return g.fields }

// namedNode is a column of an orderedGroup. Rows are written by column, so no Go value is ever taken apart.
type namedNode struct {
	parquet.Node
	name string
}

func (n *namedNode) Name() string { return n.name }

// Value is not reached: see above.
func (n *namedNode) Value(reflect.Value) reflect.Value {
	panic("source: a table is written by column")
}

func (w *parquetWriter) write(columns []Column, rows int) error {
	for from := 0; from < rows; {
		to := min(rows, from+rowGroupRows-w.rows)
		for i := range w.columns {
			if err := w.columns[i].add(&columns[i], from, to); err != nil {
				return fmt.Errorf("column %s: %w", columns[i].Name, err)
			}
		}
		w.rows += to - from
		from = to
		if w.rows == rowGroupRows {
			if err := w.endGroup(); err != nil {
				return err
			}
		}
	}
	return nil
}

// endGroup writes the open row group's chunks behind each other.
func (w *parquetWriter) endGroup() error {
	group := format.RowGroup{NumRows: int64(w.rows), FileOffset: w.at, Ordinal: int16(min(len(w.footer.RowGroups), 1<<15-1))}
	for i := range w.columns {
		chunk, err := w.columns[i].end()
		if err != nil {
			return fmt.Errorf("column %s: %w", w.columns[i].info.Name, err)
		}
		meta := &chunk.meta
		meta.DataPageOffset = w.at + int64(len(chunk.dictionary))
		if len(chunk.dictionary) > 0 {
			meta.DictionaryPageOffset = w.at
		}
		if err := w.put(chunk.dictionary); err != nil {
			return err
		}
		if err := w.put(chunk.pages); err != nil {
			return err
		}
		group.Columns = append(group.Columns, format.ColumnChunk{MetaData: *meta})
		group.TotalByteSize += meta.TotalUncompressedSize
		group.TotalCompressedSize += meta.TotalCompressedSize
		w.columns[i].begin()
	}
	w.footer.NumRows += group.NumRows
	w.footer.RowGroups = append(w.footer.RowGroups, group)
	w.rows = 0
	return nil
}

func (w *parquetWriter) put(text []byte) error {
	n, err := w.out.Write(text)
	w.at += int64(n)
	return err
}

func (w *parquetWriter) finish() error {
	if w.rows > 0 {
		if err := w.endGroup(); err != nil {
			return err
		}
	}
	text, err := endOfParquet(w.footer)
	if err != nil {
		return err
	}
	return w.put(text)
}

// endOfParquet is a file's footer with what stands behind it.
func endOfParquet(footer *format.FileMetaData) ([]byte, error) {
	text, err := thrift.Marshal(new(thrift.CompactProtocol), footer)
	if err != nil {
		return nil, err
	}
	n := len(text)
	return append(append(text, byte(n), byte(n>>8), byte(n>>16), byte(n>>24)), magicParquet...), nil
}

func floorDivide(a, b int64) int64 {
	quotient := a / b
	if a%b < 0 {
		quotient--
	}
	return quotient
}
