package source

import (
	"bufio"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// csvWriter writes CSV as this package reads it: UTF-8 without a mark, LF, quotes only where they are needed.
type csvWriter struct {
	out       *bufio.Writer
	delimiter byte
	line      []byte
}

func (w *csvWriter) header(columns []ColumnInfo) error {
	line := w.line[:0]
	for i, column := range columns {
		line = w.appendDelimiter(line, i)
		line = w.appendCell(line, column.Name)
	}
	_, err := w.out.Write(append(line, '\n'))
	return err
}

func (w *csvWriter) write(columns []Column, rows int) error {
	for row := range rows {
		line := w.line[:0]
		for i := range columns {
			column := &columns[i]
			line = w.appendDelimiter(line, i)
			switch {
			case column.isNull(row):
			case column.Kind == Text:
				line = w.appendCell(line, column.text(row))
			default: // has no character that needs quotes
				line = column.appendText(line, row)
			}
		}
		if len(line) == 0 {
			line = append(line, `""`...) // an empty line would be no row
		}
		w.line = append(line, '\n')
		if _, err := w.out.Write(w.line); err != nil {
			return err
		}
	}
	return nil
}

func (w *csvWriter) appendDelimiter(line []byte, i int) []byte {
	if i == 0 {
		return line
	}
	return append(line, w.delimiter)
}

// appendCell doubles quotes within a cell that needs them around it.
func (w *csvWriter) appendCell(line []byte, value string) []byte {
	if !w.needsQuotes(value) {
		return append(line, value...)
	}
	line = append(line, '"')
	for i := range len(value) {
		if value[i] == '"' {
			line = append(line, '"')
		}
		line = append(line, value[i])
	}
	return append(line, '"')
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
		if _, err := w.out.Write(w.line); err != nil {
			return err
		}
	}
	return nil
}

func (w *jsonWriter) finish() error { return nil }

// appendJSON appends a value as JSON; text and times are strings.
func (c *Column) appendJSON(line []byte, row int) []byte {
	switch {
	case c.isNull(row):
		return append(line, "null"...)
	case c.Kind == Number, c.Kind == Boolean:
		return c.appendText(line, row)
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
