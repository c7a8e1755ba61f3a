package source

import (
	"bufio"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// csvWriter writes CSV as this package reads it: UTF-8 without a mark, LF, quotes only where they are needed.
type csvWriter struct {
	out       *bufio.Writer
	delimiter byte
}

func (w *csvWriter) header(columns []ColumnInfo) error {
	for i, column := range columns {
		w.cell(i, column.Name)
	}
	return w.out.WriteByte('\n')
}

// write leaves errors to the buffer, which keeps the first one.
func (w *csvWriter) write(columns []Column, rows int) error {
	for row := range rows {
		for i := range columns {
			column := &columns[i]
			value := column.TextAt(row)
			if value == "" && len(columns) == 1 {
				w.out.WriteString(`""`) // an empty line would be no row
				continue
			}
			w.cell(i, value)
		}
		w.out.WriteByte('\n')
	}
	return w.out.Flush()
}

// cell writes one cell of a row.
func (w *csvWriter) cell(i int, value string) {
	if i > 0 {
		w.out.WriteByte(w.delimiter)
	}
	if !w.needsQuotes(value) {
		w.out.WriteString(value)
		return
	}
	w.out.WriteByte('"')
	w.out.WriteString(strings.ReplaceAll(value, `"`, `""`))
	w.out.WriteByte('"')
}

// needsQuotes is true where a reader would end or trim the cell.
func (w *csvWriter) needsQuotes(value string) bool {
	if value == "" {
		return false
	}
	for i := range len(value) {
		switch value[i] {
		case w.delimiter, '"', '\n', '\r':
			return true
		}
	}
	return isTrimmed(value[0]) || isTrimmed(value[len(value)-1])
}

func (w *csvWriter) finish() error { return nil }

// jsonWriter writes JSON Lines: one object a row, with every column, null where there is no value.
type jsonWriter struct {
	out  *bufio.Writer
	keys []string // with the comma before and the colon behind
	line []byte
}

func newJSONWriter(out *bufio.Writer, columns []ColumnInfo) *jsonWriter {
	w := &jsonWriter{out: out}
	for i, column := range columns {
		key := string(appendJSON(nil, column.Name)) + ":"
		if i > 0 {
			key = "," + key
		}
		w.keys = append(w.keys, key)
	}
	return w
}

func (w *jsonWriter) write(columns []Column, rows int) error {
	for row := range rows {
		line := append(w.line[:0], '{')
		for i := range columns {
			line = append(line, w.keys[i]...)
			line = columns[i].appendJSON(line, row)
		}
		w.line = append(line, '}', '\n')
		w.out.Write(w.line)
	}
	return w.out.Flush()
}

func (w *jsonWriter) finish() error { return nil }

// appendJSON appends a value as JSON; text and times are strings.
func (c *Column) appendJSON(line []byte, row int) []byte {
	switch {
	case c.isNull(row):
		return append(line, "null"...)
	case c.Kind == Number, c.Kind == Boolean:
		return append(line, c.text(row)...)
	}
	return appendJSON(line, c.text(row))
}

// appendJSON appends a quoted string. Plain text, the usual case, needs no escapes.
func appendJSON(line []byte, value string) []byte {
	for i := range len(value) {
		if b := value[i]; b < ' ' || b == '"' || b == '\\' || b >= utf8.RuneSelf {
			quoted, err := json.Marshal(value)
			if err != nil { // a string always marshals
				return strconv.AppendQuote(line, value)
			}
			return append(line, quoted...)
		}
	}
	line = append(line, '"')
	line = append(line, value...)
	return append(line, '"')
}
