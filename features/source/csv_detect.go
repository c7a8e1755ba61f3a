package source

import (
	"bytes"
)

// delimiters are those that are looked for, in the order that decides a draw.
const delimiters = ",;\t|"

// sampleRows is how many rows of the sample are split to find the delimiter.
const sampleRows = 200

// detectDelimiter finds the delimiter that splits most rows of the sample into as many cells as the first row
// has, two at least; of equals, the one that makes more cells. It returns a comma for a file of one column.
//
//	cut    the sample ends in the middle of the file, so its last row counts for nothing
//	cells  the number of columns when the caller knows it, else 0
func detectDelimiter(sample []byte, cut bool, cells int) byte {
	best, bestShare, bestCells := byte(','), 0.0, 1
	for _, delimiter := range []byte(delimiters) {
		counts := countCells(sample, cut, delimiter)
		if len(counts) == 0 {
			continue
		}
		first := counts[0]
		if cells > 0 {
			first = cells
		}
		if first < 2 {
			continue
		}
		share := shareOf(counts, first)
		if share > bestShare || share == bestShare && share > 0 && first > bestCells {
			best, bestShare, bestCells = delimiter, share, first
		}
	}
	return best
}

// countCells splits the sample's first rows and counts the cells of each; a row that cannot be split counts as 0.
func countCells(sample []byte, cut bool, delimiter byte) []int {
	s := newScanner(nil, "")
	s.buffer, s.end, s.ended = bytes.Clone(sample), len(sample), true // a scanner changes its bytes
	s.delimiter = delimiter
	var counts []int
	for len(counts) < sampleRows {
		if ok, err := s.next(); err != nil || !ok {
			break
		}
		count := len(s.cells)
		if s.fault != "" {
			count = 0
		}
		counts = append(counts, count)
	}
	if cut && len(counts) > 1 && len(counts) < sampleRows {
		counts = counts[:len(counts)-1]
	}
	return counts
}

func shareOf(counts []int, wanted int) float64 {
	same := 0
	for _, count := range counts {
		if count == wanted {
			same++
		}
	}
	return float64(same) / float64(len(counts))
}

// separatorLine returns the delimiter of a first line like "sep=;", which Excel writes and understands, or 0.
func separatorLine(sample []byte) byte {
	line, _, _ := bytes.Cut(sample, []byte{'\n'})
	line = bytes.Trim(bytes.TrimRight(line, "\r"), `"`)
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && bytes.IndexByte([]byte(delimiters), line[4]) >= 0 {
		return line[4]
	}
	return 0
}

func afterFirstLine(sample []byte) []byte {
	_, rest, _ := bytes.Cut(sample, []byte{'\n'})
	return rest
}

// delimiterName names a delimiter so that a person can see it.
func delimiterName(delimiter byte) string {
	if delimiter == '\t' {
		return "tab"
	}
	return `"` + string(rune(delimiter)) + `"`
}
