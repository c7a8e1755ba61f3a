package profile

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"unicode/utf8"

	"leadscore/features/source"
	"leadscore/train/leakage"
)

// Bounds of the sample. A cell costs 4 bytes and, where nearly every value differs, its text.
const (
	mostRows  = 200_000   // standard errors of shares are below 0.1 % from here on
	mostCells = 5_000_000 // so that a file of 2,000 columns stays within some hundred megabytes
	fewRows   = 2_000     // but never fewer than this
	longText  = 256       // bytes of a value that are kept; a longer one keeps its start and a mark of the rest
)

// sample holds rows of the leads' files, by column, in the files' order.
type sample struct {
	files   []string
	rows    int64   // of the files
	numbers []int64 // of the sampled rows, from 0
	columns []column
	unread  []source.ColumnInfo // columns of a type without a meaning here
}

// column is the sampled part of a column. Code 0 is the empty value.
type column struct {
	name   string
	kind   source.Kind
	values []string // by code
	codes  []uint32 // by sampled row
	codeOf map[string]uint32
}

// len is the number of sampled rows.
func (s *sample) len() int { return len(s.numbers) }

// complete says whether the sample is the whole history.
func (s *sample) complete() bool { return int64(s.len()) == s.rows }

// reading says how much is read of files, and whom to tell.
type reading struct {
	most     int64                   // rows, about; 0: all
	keep     int                     // rows of the sample at most; 0: as many as the bounds allow
	progress func(done, total int64) // may be nil
}

// readSample reads the files once. Rows are chosen by a fixed mix of their number, so that the same files give the same
// sample; whenever it grows too large, every other row (of the mix) is let go.
func readSample(ctx context.Context, paths []string, how reading) (*sample, error) {
	reader, err := source.Open(paths, source.Options{Progress: how.progress})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	s := &sample{files: paths}
	for _, info := range reader.Columns() {
		if info.Kind == source.Unsupported {
			s.unread = append(s.unread, info)
		} else {
			s.columns = append(s.columns, newColumn(info))
		}
	}
	limit := max(fewRows, min(mostRows, mostCells/max(1, len(s.columns))))
	if how.keep > 0 {
		limit = how.keep
	}
	mask := uint64(0)
	for how.most == 0 || s.rows < how.most {
		batch, err := reader.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		s.add(batch, mask)
		for s.len() > limit {
			mask = mask<<1 | 1
			s.thin(mask)
		}
	}
	for i := range s.columns {
		s.columns[i].codeOf = nil
	}
	return s, nil
}

func newColumn(info source.ColumnInfo) column {
	return column{name: info.Name, kind: info.Kind, values: []string{""}, codeOf: map[string]uint32{"": 0}}
}

// add takes the batch's rows that the mask lets through.
func (s *sample) add(batch *source.Batch, mask uint64) {
	for i := range batch.Rows {
		if leakage.Scatter(uint64(s.rows))&mask == 0 {
			s.numbers = append(s.numbers, s.rows)
			for c := range batch.Columns {
				s.columns[c].add(batch.Columns[c].TextAt(i))
			}
		}
		s.rows++
	}
}

func (c *column) add(text string) {
	text = shorten(strings.TrimSpace(text))
	code, known := c.codeOf[text]
	if !known {
		text = strings.Clone(text)
		code = uint32(len(c.values))
		c.values = append(c.values, text)
		c.codeOf[text] = code
	}
	c.codes = append(c.codes, code)
}

// thin lets go of the rows that the mask no longer lets through, and of their values.
func (s *sample) thin(mask uint64) {
	for i := range s.columns {
		old := s.columns[i]
		s.columns[i] = newColumn(source.ColumnInfo{Name: old.name, Kind: old.kind})
		for row, number := range s.numbers {
			if leakage.Scatter(uint64(number))&mask == 0 {
				s.columns[i].add(old.values[old.codes[row]])
			}
		}
	}
	var keep []int64
	for _, number := range s.numbers {
		if leakage.Scatter(uint64(number))&mask == 0 {
			keep = append(keep, number)
		}
	}
	s.numbers = keep
}

// shorten bounds a value's length and keeps different values different.
func shorten(text string) string {
	if len(text) <= longText {
		return text
	}
	cut := longText
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes, %x)", text[:cut], len(text), hashText(text))
}

func hashText(text string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, text)
	return h.Sum64()
}
