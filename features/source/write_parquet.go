package source

import (
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

const (
	// rowGroupRows is how many rows stand together; readers work on row groups in parallel.
	rowGroupRows = 1 << 17
	// dictionaryBytes ends the dictionary of a text column whose values hardly repeat.
	dictionaryBytes = 1 << 20
)

// parquetWriter writes Parquet with optional columns: text (dictionary), double, int64, boolean, and timestamps in
// microseconds UTC or dates.
type parquetWriter struct {
	table  *parquet.GenericWriter[any]
	values []parquet.Value
	levels []parquet.Value // of a column of codes
	texts  []byte          // what the values of a text column point at; the library copies it
	rows   int             // of the open row group
}

func newParquetWriter(out io.Writer, columns []ColumnInfo) *parquetWriter {
	root := &orderedGroup{}
	for _, column := range columns {
		root.fields = append(root.fields, &namedNode{Node: parquet.Optional(nodeOf(column)), name: column.Name})
	}
	return &parquetWriter{table: parquet.NewGenericWriter[any](out,
		parquet.NewSchema("table", root),
		parquet.Compression(&parquet.Zstd),
		parquet.DictionaryMaxBytes(dictionaryBytes),
		parquet.CreatedBy("leadscore", "", ""),
	)}
}

// nodeOf is the stored type of a column.
func nodeOf(column ColumnInfo) parquet.Node {
	switch {
	case column.Kind == Text:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
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

func (w *parquetWriter) write(columns []Column, rows int) (err error) {
	for from := 0; from < rows; {
		to := min(rows, from+rowGroupRows-w.rows)
		for i, out := range w.table.ColumnWriters() {
			w.fill(&columns[i], i, from, to)
			if _, err := out.WriteRowValues(w.values); err != nil {
				return fmt.Errorf("column %s: %w", columns[i].Name, err)
			}
		}
		w.rows += to - from
		from = to
		if w.rows == rowGroupRows {
			if err := w.table.Flush(); err != nil {
				return err
			}
			w.rows = 0
		}
	}
	return nil
}

// fill makes the library's values of rows from … to.
func (w *parquetWriter) fill(column *Column, index, from, to int) {
	switch {
	case column.Kind == Text && column.Codes != nil:
		w.fillCodes(column, index, from, to)
	case column.Kind == Text:
		w.texts = w.texts[:0]
		fill(w, column, index, from, to, func(row int) parquet.Value {
			at := len(w.texts)
			w.texts = append(w.texts, column.Text[row]...)
			return parquet.ByteArrayValue(w.texts[at:len(w.texts):len(w.texts)])
		})
	case column.Kind == Number && column.Whole:
		fill(w, column, index, from, to, func(row int) parquet.Value { return parquet.Int64Value(column.Integers[row]) })
	case column.Kind == Number:
		fill(w, column, index, from, to, func(row int) parquet.Value { return parquet.DoubleValue(column.Numbers[row]) })
	case column.Kind == Boolean:
		fill(w, column, index, from, to, func(row int) parquet.Value { return parquet.BooleanValue(column.Booleans[row]) })
	case column.DateOnly:
		fill(w, column, index, from, to, func(row int) parquet.Value {
			return parquet.Int32Value(int32(floorDivide(column.Times[row], microsPerDay)))
		})
	default:
		fill(w, column, index, from, to, func(row int) parquet.Value { return parquet.Int64Value(column.Times[row]) })
	}
}

func fill(w *parquetWriter, column *Column, index, from, to int, value func(row int) parquet.Value) {
	w.values = w.values[:0]
	for row := from; row < to; row++ {
		if column.isNull(row) {
			w.values = append(w.values, parquet.NullValue().Level(0, 0, index))
		} else {
			w.values = append(w.values, value(row).Level(0, 1, index))
		}
	}
}

// fillCodes makes a level's value once.
func (w *parquetWriter) fillCodes(column *Column, index, from, to int) {
	w.levels, w.values = w.levels[:0], w.values[:0]
	for _, level := range column.Levels {
		w.levels = append(w.levels, parquet.ByteArrayValue([]byte(level)).Level(0, 1, index))
	}
	null := parquet.NullValue().Level(0, 0, index)
	for row := from; row < to; row++ {
		if column.isNull(row) {
			w.values = append(w.values, null)
		} else {
			w.values = append(w.values, w.levels[column.Codes[row]])
		}
	}
}

func (w *parquetWriter) finish() error { return w.table.Close() }

func floorDivide(a, b int64) int64 {
	quotient := a / b
	if a%b < 0 {
		quotient--
	}
	return quotient
}
