package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxBatchText ends a batch early, in bytes, so that long cells cannot make it large.
const maxBatchText = 16 << 20

// csvFile reads one CSV file.
type csvFile struct {
	path    string
	raw     *countingReader
	closers []func() error
	scanner *scanner
	names   []string
	letters letters
	wanted  []wanted
	texts   textStore
	rows    int64 // data rows read
}

// wanted is a column that goes to the batch: from which place in the file, and, for each batch anew, to where.
type wanted struct {
	place int
	null  []bool
	text  []string
}

// letters says how bytes above 127 are read.
type letters int

const (
	lettersOpen    letters = iota // none met yet: the first ones decide
	lettersUTF8                   // met as UTF-8, so others are a fault
	lettersWindows                // Windows-1252
)

func lettersFor(encoding string, declared bool) letters {
	switch {
	case encoding == "windows-1252":
		return lettersWindows
	case encoding != "" || declared:
		return lettersUTF8
	}
	return lettersOpen
}

// readHeader takes the first row as names.
func (c *csvFile) readHeader(detected byte) error {
	ok, err := c.scanner.next()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%s: %w", c.path, ErrEmptyFile)
	}
	if c.scanner.fault != "" {
		return lineError(c.path, c.scanner.faultAt, "%s", c.scanner.fault)
	}
	if err := c.checkDelimiter(len(c.scanner.cells), detected); err != nil {
		return err
	}
	for i := range c.scanner.cells {
		text, err := c.decode(c.cellBytes(i))
		if err != nil {
			return lineError(c.path, c.scanner.line, "name of column %d: %s", i+1, err)
		}
		c.names = append(c.names, strings.TrimSpace(text))
	}
	for i, name := range c.names {
		if looksLikeData(name) {
			return fmt.Errorf("%s: line %d: %w: that of column %d is %q; if there is no header line, put one with the names of the columns before it; if it is a name, change it to one with a letter",
				c.path, c.scanner.line, ErrNoHeader, i+1, name)
		}
	}
	if err := checkNames(c.names); err != nil {
		return fmt.Errorf("%s: line %d: %w", c.path, c.scanner.line, err)
	}
	return nil
}

// checkFirstRow holds the first row of a file without header against the names given, before anything is read.
func (c *csvFile) checkFirstRow(sample []byte, detected byte) error {
	counts := countCells(sample, false, c.scanner.delimiter)
	if len(counts) == 0 || len(counts) == 1 && len(sample) == sampleBytes {
		return nil // the scanner will say what is wrong, with the line
	}
	if len(c.names) > 1 {
		if err := c.checkDelimiter(counts[0], detected); err != nil {
			return err
		}
	}
	if counts[0] != len(c.names) && counts[0] != 0 {
		return notATable(c.path, "%d column names are given, but the first row has %d cells", len(c.names), counts[0])
	}
	return nil
}

// checkDelimiter reports a file that has one column only because the wrong delimiter was asked for.
func (c *csvFile) checkDelimiter(cells int, detected byte) error {
	if cells == 1 && c.scanner.delimiter != detected {
		return fmt.Errorf("%s: %w: with %s there is only one column; this file's delimiter seems to be %s",
			c.path, ErrDelimiter, delimiterName(c.scanner.delimiter), delimiterName(detected))
	}
	return nil
}

// looksLikeData reports a number or a date where a name should be. A year is taken for a name.
func looksLikeData(name string) bool {
	if year, err := strconv.Atoi(name); err == nil {
		return len(name) != 4 || year < 1900 || year > 2100
	}
	if strings.ContainsAny(name, "0123456789") {
		if _, err := strconv.ParseFloat(name, 64); err == nil {
			return true
		}
	}
	if len(name) >= len(time.DateOnly) {
		if _, err := time.Parse(time.DateOnly, name[:len(time.DateOnly)]); err == nil {
			return true
		}
	}
	return false
}

func (c *csvFile) columnInfo() []ColumnInfo {
	columns := make([]ColumnInfo, len(c.names))
	for i, name := range c.names {
		columns[i] = ColumnInfo{Name: name, Kind: Text}
	}
	return columns
}

func (c *csvFile) choose(places []int, _ *atomic.Int64) {
	for _, place := range places {
		c.wanted = append(c.wanted, wanted{place: place})
	}
}

func (c *csvFile) read(ctx context.Context, batch *Batch, limit int, faults *faultList) error {
	batch.File, batch.FirstRow, batch.Rows = c.path, c.rows+1, 0
	batch.lines = batch.lines[:0]
	for i := range batch.Columns {
		column := &batch.Columns[i]
		column.Null, column.Text = sized(column.Null, limit), sized(column.Text, limit)
		c.wanted[i].null, c.wanted[i].text = column.Null, column.Text
	}
	c.texts.bytes = 0
	for batch.Rows < limit && c.texts.bytes < maxBatchText {
		if batch.Rows%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ok, err := c.scanner.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		c.rows++
		c.take(batch.Rows, faults)
		batch.lines = append(batch.lines, c.scanner.line)
		batch.Rows++
	}
	for i := range batch.Columns {
		column := &batch.Columns[i]
		column.Null, column.Text = column.Null[:batch.Rows], column.Text[:batch.Rows]
	}
	if batch.Rows == 0 {
		return io.EOF
	}
	return nil
}

// take puts the scanner's row into the batch's row, or its faults into the list.
func (c *csvFile) take(row int, faults *faultList) {
	s := c.scanner
	fault := Fault{File: c.path, Line: s.line, Row: c.rows}
	switch {
	case s.fault != "":
		fault.Line, fault.Reason, fault.Kind = s.faultAt, s.fault, s.faultKind
	case len(s.cells) != len(c.names):
		fault.Reason = fmt.Sprintf("%s, where the header has %s", count(len(s.cells), "cell"), count(len(c.names), "column"))
		fault.Kind = "more or fewer cells than the header has columns"
	case bytes.IndexByte(s.row, 0) >= 0:
		fault.Reason, fault.Kind = "a NUL byte: the file is damaged, or not text", "a NUL byte"
	case len(s.row) > maxCellBytes && c.tooLong(row, fault, faults):
		c.leave(row)
		return
	case isASCII(s.row):
		c.takeASCII(row)
		return
	default:
		c.takeLetters(row, fault, faults)
		return
	}
	faults.addRow(row, fault)
	c.leave(row)
}

// leave empties a row that cannot be read.
func (c *csvFile) leave(row int) {
	for i := range c.wanted {
		c.wanted[i].null[row], c.wanted[i].text[row] = true, ""
	}
}

// tooLong notes each cell above the limit, of the columns that are not wanted too.
func (c *csvFile) tooLong(row int, fault Fault, faults *faultList) bool {
	found := false
	for i, name := range c.names {
		if size := len(c.cellBytes(i)); size > maxCellBytes {
			fault.Column = name
			fault.Reason = fmt.Sprintf("a cell of %d bytes; at most %d are read", size, maxCellBytes)
			fault.Kind = "a cell above 1 MiB"
			faults.addRow(row, fault)
			found = true
		}
	}
	return found
}

// takeASCII takes a row whose bytes are its letters. If most columns are wanted, all cells are parts of one
// string.
func (c *csvFile) takeASCII(row int) {
	if 2*len(c.wanted) < len(c.names) {
		for i := range c.wanted {
			to := &c.wanted[i]
			value := c.cellBytes(to.place)
			to.null[row] = len(value) == 0
			to.text[row] = c.texts.add(value)
		}
		return
	}
	whole := c.texts.add(c.scanner.row)
	for i := range c.wanted {
		to := &c.wanted[i]
		at := c.scanner.cells[to.place]
		to.null[row] = at.from == at.to
		to.text[row] = whole[at.from:at.to]
	}
}

// takeLetters takes a row with letters beyond ASCII.
func (c *csvFile) takeLetters(row int, fault Fault, faults *faultList) {
	for i := range c.wanted {
		to := &c.wanted[i]
		value := c.cellBytes(to.place)
		text, err := c.decode(value)
		if err != nil {
			fault.Column, fault.Reason, fault.Kind = c.names[to.place], err.Error(), "text that is not UTF-8"
			faults.addRow(row, fault)
		}
		to.null[row] = len(value) == 0
		to.text[row] = text
	}
}

func (c *csvFile) cellBytes(i int) []byte {
	at := c.scanner.cells[i]
	return c.scanner.row[at.from:at.to]
}

// decode turns a cell into UTF-8. The first cell with letters beyond ASCII decides the file's encoding, unless it
// is known: text that is valid UTF-8 by chance but was meant otherwise is very rare.
func (c *csvFile) decode(value []byte) (string, error) {
	if isASCII(value) {
		return c.texts.add(value), nil
	}
	if c.letters != lettersWindows {
		valid := utf8.Valid(value)
		switch {
		case valid:
			c.letters = lettersUTF8
			return c.texts.add(value), nil
		case c.letters == lettersUTF8:
			return "", fmt.Errorf("%q is not UTF-8, though the text before it is; if the file is in another encoding, save it as UTF-8, or name its encoding in the schema, such as format: {encoding: windows-1252}", shorten(value))
		}
		c.letters = lettersWindows
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(value)
	if err != nil {
		return "", err
	}
	return c.texts.add(text), nil
}

func (c *csvFile) doneBytes() int64 { return c.raw.count.Load() }

func (c *csvFile) close() error {
	var first error
	for _, closer := range c.closers {
		if err := closer(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// textStore turns bytes into strings, many of them in one allocation.
type textStore struct {
	block strings.Builder
	bytes int // given out since the batch began
}

// blockBytes is the size of one allocation, and so what one kept string can hold on to.
const blockBytes = 64 << 10

func (t *textStore) add(value []byte) string {
	if len(value) == 0 {
		return ""
	}
	t.bytes += len(value)
	from := t.block.Len()
	if from+len(value) > t.block.Cap() {
		t.block = strings.Builder{}
		t.block.Grow(max(blockBytes, len(value)))
		from = 0
	}
	t.block.Write(value)
	return t.block.String()[from:]
}

// isASCII looks at eight bytes at a time.
func isASCII(value []byte) bool {
	for ; len(value) >= 8; value = value[8:] {
		if binary.LittleEndian.Uint64(value)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, b := range value {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
