package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Limits of a CSV file. A cell above the first is a forgotten quote or not a table; a row above the second
// could not be held with its neighbours in bounded memory.
const (
	maxCellBytes = 1 << 20
	maxRowBytes  = 16 << 20
)

// scanner splits CSV into rows and cells. It follows RFC 4180 and is kinder where exports are looser:
// any line may end with LF or CRLF, blanks around a cell are dropped unless they are quoted, a quote within
// an unquoted cell is a character like others, lines that are blank are skipped.
//
// It stands in place of encoding/csv, which makes the same cells (a fuzz test holds the two together), because
// that reads a cell of any size into memory, refuses a quote behind blanks, and says where a row began but not
// where its unclosed quote did. It is also 1.5 to 3 times as fast (BenchmarkScanner).
type scanner struct {
	path      string
	delimiter byte
	patient   bool // a quoted cell above the limit may still be closed, and a quote that is not is its row's fault alone

	source     io.Reader
	buffer     []byte
	start, end int // the unread part of buffer
	ended      bool

	// The row that next has found:
	row       []byte // its bytes without the line end; changed in place where quotes were doubled
	cells     []cell
	line      int64  // physical line on which it begins, from 1
	fault     string // why it cannot be read, "" if it can
	faultAt   int64  // the line of the fault
	faultKind string // the same without what differs from row to row

	nextLine int64
}

// cell is a range of a row's bytes.
type cell struct{ from, to int }

func newScanner(source io.Reader, path string) *scanner {
	return &scanner{path: path, source: source, delimiter: ',', nextLine: 1}
}

// next finds the next row that is not blank; false at the end of the file. An error ends the file: the source
// failed, a line is too long, or, unless the scanner is patient, a quote is never closed. A row with a fault can be stepped over.
func (s *scanner) next() (bool, error) {
	for {
		length, err := s.findLine(0)
		if err != nil || length < 0 {
			return false, err
		}
		line := s.buffer[s.start : s.start+length]
		s.line, s.fault = s.nextLine, ""
		if isBlank(line, s.delimiter) {
			s.step(length, 1)
			continue
		}
		if bytes.IndexByte(line, '"') < 0 {
			s.splitPlain(trimCR(line))
			s.step(length, 1)
			return true, nil
		}
		return true, s.splitQuoted(length)
	}
}

// step moves behind a row of length bytes and its line end.
func (s *scanner) step(length int, lines int64) {
	s.start = min(s.start+length+1, s.end)
	s.nextLine += lines
}

// findLine returns the length of the unread bytes up to the first line feed at or after from, or up to the
// file's end, and -1 when nothing is left. It reads more of the file as needed.
func (s *scanner) findLine(from int) (int, error) {
	for {
		if at := bytes.IndexByte(s.buffer[s.start+from:s.end], '\n'); at >= 0 {
			return from + at, nil
		}
		from = s.end - s.start
		if s.ended {
			if from == 0 {
				return -1, nil
			}
			return from, nil
		}
		if from > maxRowBytes {
			return 0, lineError(s.path, s.nextLine, "the row that begins here is longer than %d MiB", maxRowBytes>>20)
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads more of the file behind the unread bytes.
func (s *scanner) fill() error {
	copy(s.buffer, s.buffer[s.start:s.end])
	s.start, s.end = 0, s.end-s.start
	if s.end > len(s.buffer)/2 {
		s.buffer = append(s.buffer, make([]byte, len(s.buffer))...)
	}
	if len(s.buffer) == 0 {
		s.buffer = make([]byte, 2*sampleBytes)
	}
	n, err := io.ReadAtLeast(s.source, s.buffer[s.end:], 1)
	s.end += n
	switch err {
	case nil:
		return nil
	case io.EOF:
		s.ended = true
		return nil
	}
	return fmt.Errorf("%s: after line %d: %w", s.path, s.nextLine+int64(bytes.Count(s.buffer[:s.end], []byte{'\n'}))-1, err)
}

// splitPlain splits a row in which no quote stands.
func (s *scanner) splitPlain(row []byte) {
	s.row, s.cells = row, s.cells[:0]
	from := 0
	for i, b := range row {
		if b == s.delimiter {
			s.cells = append(s.cells, trim(row, from, i))
			from = i + 1
		}
	}
	s.cells = append(s.cells, trim(row, from, len(row)))
}

// splitQuoted splits a row with quotes, whose first line has length bytes. Cells are kept as offsets from the
// row's start, which stay true when fill moves the bytes.
func (s *scanner) splitQuoted(length int) error {
	s.cells = s.cells[:0]
	lines := int64(1)
	for at := 0; ; at++ { // at the start of a cell; each turn ends behind it
		row := s.buffer[s.start : s.start+length]
		for at < length && isTrimmed(row[at]) && row[at] != s.delimiter {
			at++
		}
		if at == length || row[at] != '"' {
			to := at + bytes.IndexByte(row[at:], s.delimiter)
			if to < at {
				to = len(trimCR(row))
			}
			s.cells = append(s.cells, trim(row, min(at, to), to))
			at = to
		} else {
			var err error
			if at, length, lines, err = s.splitCell(at, length, lines); err != nil {
				return err
			}
		}
		row = s.buffer[s.start : s.start+length]
		if s.fault != "" || at >= len(trimCR(row)) {
			s.row = trimCR(row)
			s.step(length, lines)
			return nil
		}
	}
}

// splitCell reads the quoted cell that begins at row offset at. It returns the offset behind the cell (of the
// delimiter or the row's end), and the row's length and number of lines, which grow with line ends in quotes.
// Where the quotes are wrong the row ends with the line on which the cell begins, so that one stray quote does not
// swallow the rows behind it.
func (s *scanner) splitCell(at, length int, lines int64) (int, int, int64, error) {
	from, doubled := at+1, 0
	opened, ownLength, ownLines := s.nextLine+lines-1, length, lines
	for at++; ; {
		row := s.buffer[s.start : s.start+length]
		quote := bytes.IndexByte(row[at:], '"')
		if quote < 0 { // the quote holds the line end too
			at = length
			endless, over := at-from-doubled > s.longest(), s.start+length == s.end // findLine stops there only at the file's end
			if endless || over {
				return at, ownLength, ownLines, s.unclosed(opened, endless)
			}
			var err error
			if length, err = s.findLine(length + 1); errors.As(err, &Fault{}) {
				return at, ownLength, ownLines, s.unclosed(opened, true)
			} else if err != nil {
				return 0, 0, 0, err
			}
			lines++
			continue
		}
		at += quote + 1
		if at < length && row[at] == '"' {
			at, doubled = at+1, doubled+1
			continue
		}
		behind := s.skipBlanks(at, length)
		if rest := trimCR(row); behind < len(rest) && rest[behind] != s.delimiter {
			s.badText(opened, s.nextLine+lines-1, rest[behind:])
			return behind, ownLength, ownLines, nil
		}
		to := at - 1
		if doubled > 0 {
			to = from + unquote(row[from:to])
		}
		s.cells = append(s.cells, cell{from, to})
		return behind, length, lines, nil
	}
}

// skipBlanks steps over blanks behind a closing quote.
func (s *scanner) skipBlanks(at, length int) int {
	row := trimCR(s.buffer[s.start : s.start+length])
	for at < len(row) && isTrimmed(row[at]) && row[at] != s.delimiter {
		at++
	}
	return at
}

// unquote makes one quote of two, in place, and returns how many bytes are left.
func unquote(cell []byte) int {
	to := 0
	for at := 0; at < len(cell); at++ {
		cell[to] = cell[at]
		to++
		if cell[at] == '"' {
			at++ // its double
		}
	}
	return to
}

// badText notes that text follows the closing quote. Where that is on a later line, it is the opening quote that is not as it was meant.
func (s *scanner) badText(opened, closed int64, text []byte) {
	s.faultAt, s.faultKind = opened, "text behind a closing quote"
	if opened == closed {
		s.fault = fmt.Sprintf("cell %d: %q follows the closing quote; a quote within a quoted cell must be doubled", len(s.cells)+1, shorten(text))
		return
	}
	s.fault = fmt.Sprintf("cell %d: the quote that is opened here is next closed on line %d, where %q follows; close it here, or double the quotes within the cell",
		len(s.cells)+1, closed, shorten(text))
}

// unclosed notes a quote that has no end. Unless bad rows are stepped over, it ends the file.
func (s *scanner) unclosed(opened int64, endless bool) error {
	fault := fmt.Sprintf("cell %d: the quote that is opened here is never closed", len(s.cells)+1)
	if endless {
		fault = fmt.Sprintf("cell %d: the quoted cell that begins here is longer than %d MiB; its quote is probably never closed", len(s.cells)+1, s.longest()>>20)
	}
	fault += "; close it, or, if the quote is part of the text, quote the cell and double that quote"
	if !s.patient {
		return lineError(s.path, opened, "%s", fault)
	}
	s.fault, s.faultAt, s.faultKind = fault, opened, "a quote that is never closed"
	return nil
}

// longest is the quoted cell beyond which the closing quote is no longer looked for.
func (s *scanner) longest() int {
	if s.patient {
		return maxRowBytes
	}
	return maxCellBytes
}

// skipLine steps over one line.
func (s *scanner) skipLine() error {
	length, err := s.findLine(0)
	if err == nil && length >= 0 {
		s.step(length, 1)
	}
	return err
}

// trim drops blanks around the range.
func trim(row []byte, from, to int) cell {
	if from == to || row[from] > ' ' && row[to-1] > ' ' { // the usual case, short enough to be inlined
		return cell{from, to}
	}
	return trimBlanks(row, from, to)
}

func trimBlanks(row []byte, from, to int) cell {
	for from < to && isTrimmed(row[from]) {
		from++
	}
	for from < to && isTrimmed(row[to-1]) {
		to--
	}
	return cell{from, to}
}

func isTrimmed(b byte) bool { return b == ' ' || b == '\t' }

// isBlank reports whether a line has only blanks. A line of delimiters is a row of empty cells.
func isBlank(line []byte, delimiter byte) bool {
	for _, b := range trimCR(line) {
		if !isTrimmed(b) || b == delimiter {
			return false
		}
	}
	return true
}

func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// shorten cuts a value for a message.
func shorten(value []byte) string {
	if len(value) > 20 {
		return string(value[:20]) + "…"
	}
	return string(value)
}
