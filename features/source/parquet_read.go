package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync/atomic"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"
)

// parquetFile reads one Parquet file, row group after row group, the chosen columns side by side.
type parquetFile struct {
	path    string
	file    *os.File
	size    int64
	table   *parquet.File
	layouts []layout
	columns []ColumnInfo
	readers []*columnReader // one a column of the batch

	group     int    // index of the row group to open next
	groupLeft int64  // rows of the open row group not yet read
	rows      int64  // rows read
	window    []byte // of the file, where a page header is looked for
}

func (p *parquetFile) columnInfo() []ColumnInfo { return p.columns }

func (p *parquetFile) choose(places []int, dictionaries *atomic.Int64) {
	for _, place := range places {
		p.readers = append(p.readers, &columnReader{layout: p.layouts[place], path: p.path, dictionaries: dictionaries})
	}
}

// read fills a batch from one row group, so that a column has one dictionary in it.
func (p *parquetFile) read(ctx context.Context, batch *Batch, limit int, faults *faultList) error {
	for p.groupLeft == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if p.group == len(p.table.RowGroups()) {
			return io.EOF
		}
		if err := p.openGroup(); err != nil {
			return err
		}
	}
	n := int(min(int64(limit), p.groupLeft))
	batch.File, batch.FirstRow, batch.Rows, batch.lines = p.path, p.rows+1, n, nil
	var tasks errgroup.Group
	tasks.SetLimit(runtime.GOMAXPROCS(0))
	for i, reader := range p.readers {
		tasks.Go(func() error { return reader.fill(&batch.Columns[i], n, p.rows) })
	}
	if err := tasks.Wait(); err != nil {
		return err
	}
	for _, reader := range p.readers {
		for _, fault := range reader.faults {
			faults.addRow(int(fault.Row-batch.FirstRow), fault)
		}
		reader.faults = nil
	}
	p.groupLeft -= int64(n)
	p.rows += int64(n)
	return nil
}

// openGroup opens the chosen columns' chunks of the next row group.
func (p *parquetFile) openGroup() (err error) {
	defer guard(p.path, &err)
	group := p.table.RowGroups()[p.group]
	chunks := group.ColumnChunks()
	stored := p.table.Metadata().RowGroups[p.group].Columns
	for _, reader := range p.readers {
		chunk := &stored[reader.layout.leaf].MetaData
		news, err := p.checkPages(chunk)
		if err != nil {
			return reader.wrap(err)
		}
		pages := chunks[reader.layout.leaf].Pages
		if news.runs && reader.layout.info.Kind == Boolean {
			from, length := chunkPlace(chunk)
			pages = func() parquet.Pages {
				return &booleanPages{file: &parquetFile{file: p.file, size: p.size}, from: from, end: from + length, codec: chunk.Codec, optional: reader.layout.optional}
			}
		}
		if err := reader.open(pages); err != nil {
			return err
		}
	}
	p.groupLeft = group.NumRows()
	p.group++
	return nil
}

// doneBytes takes the rows to be equally long.
func (p *parquetFile) doneBytes() int64 {
	if total := p.table.NumRows(); total > 0 {
		return int64(float64(p.size) * float64(p.rows) / float64(total))
	}
	return p.size
}

func (p *parquetFile) close() error {
	var all []error
	for _, reader := range p.readers {
		all = append(all, reader.close())
	}
	return errors.Join(append(all, p.file.Close())...)
}

// columnReader reads one column of a Parquet file, page after page.
type columnReader struct {
	layout layout
	path   string
	pages  parquet.Pages
	page   parquet.Page
	row    int // rows of the page already read
	dense  int // values of the page already read; a null row has none

	dictionary   Column         // the chunk's dictionary, decoded once; Levels for text
	unreadable   map[int]string // why values of the dictionary cannot be read, by place; nearly always nil
	decoded      bool           // dictionary is that of the open chunk
	version      int            // of the dictionary: its number among those of the table
	dictionaries *atomic.Int64
	faults       []Fault
}

func (r *columnReader) open(pages func() parquet.Pages) error {
	if err := r.close(); err != nil {
		return err
	}
	r.pages, r.decoded = pages(), false
	return nil
}

func (r *columnReader) close() (err error) {
	defer guard(r.path, &err)
	if r.page != nil {
		parquet.Release(r.page)
		r.page = nil
	}
	if r.pages == nil {
		return nil
	}
	pages := r.pages
	r.pages = nil
	return pages.Close()
}

// fill reads the column's next n rows, which must be there; done is the number of rows of the file before them.
func (r *columnReader) fill(column *Column, n int, done int64) (err error) {
	defer guard(r.path, &err)
	column.resize(n)
	coded := false
	for at := 0; at < n; {
		if err := r.nextPage(); err != nil {
			return r.wrap(err)
		}
		if r.page == nil {
			return r.wrap(fmt.Errorf("it ends after %d rows of its row group's", int(done)+at))
		}
		rows := min(n-at, int(r.page.NumRows())-r.row)
		if r.layout.info.Kind == Text {
			coded = r.prepareText(column, at, n, coded)
		}
		present := r.nulls(column.Null[at:at+rows], rows)
		known := len(r.faults)
		if err := r.values(column, at, present, coded); err != nil {
			return r.wrap(err)
		}
		r.spread(column, at, rows, present, coded)
		r.place(r.faults[known:], column.Null[at:at+rows], done+int64(at)+1)
		at, r.row, r.dense = at+rows, r.row+rows, r.dense+present
	}
	if r.layout.info.Kind == Text && !coded {
		column.Codes, column.Levels = nil, nil
	}
	return nil
}

// wrap names file and column.
func (r *columnReader) wrap(err error) error {
	return fmt.Errorf("%s: column %s: %w: the file is damaged: %w", r.path, r.layout.info.Name, ErrNotATable, err)
}

// nextPage reads pages until one has unread rows; page is nil at the chunk's end.
func (r *columnReader) nextPage() error {
	for r.page == nil || r.row >= int(r.page.NumRows()) {
		if r.page != nil {
			parquet.Release(r.page)
			r.page = nil
		}
		page, err := r.pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		r.page, r.row, r.dense = page, 0, 0
		if dictionary := page.Dictionary(); dictionary != nil && !r.decoded {
			if err := r.decodeDictionary(dictionary); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodeDictionary turns the chunk's dictionary into the values of a column, once for all its rows.
func (r *columnReader) decodeDictionary(dictionary parquet.Dictionary) error {
	n := dictionary.Len()
	column := Column{ColumnInfo: r.layout.info}
	r.unreadable = nil
	column.resize(n)
	if column.Kind == Text {
		column.Text = make([]string, n)
	}
	if n > 0 {
		if err := r.layout.convert(dictionary.Page().Data(), 0, n, &column, 0, r.dictionaryFault); err != nil {
			return err
		}
	}
	r.dictionary, r.decoded = column, true
	r.dictionary.Levels = column.Text
	r.version = int(r.dictionaries.Add(1))
	return nil
}

// prepareText chooses the form of a text column: coded while all its pages in this batch use the dictionary, else
// text.
func (r *columnReader) prepareText(column *Column, at, n int, coded bool) bool {
	indexed := r.page.Dictionary() != nil
	switch {
	case at == 0 && indexed:
		column.Codes = sized(column.Codes, n)
		column.Levels = r.dictionary.Levels
		column.LevelsVersion = r.version
		return true
	case at == 0:
		column.Text = sized(column.Text, n)
		return false
	case coded && !indexed: // the writer gave up the dictionary within this batch
		column.Text = sized(column.Text, n)
		for i, code := range column.Codes[:at] {
			if !column.Null[i] {
				column.Text[i] = column.Levels[code]
			}
		}
		return false
	}
	return coded
}

// nulls marks the rows without a value, and counts those with one.
func (r *columnReader) nulls(null []bool, rows int) int {
	levels := r.page.DefinitionLevels()
	if !r.layout.optional || len(levels) == 0 {
		clear(null)
		return rows
	}
	present := 0
	for i, level := range levels[r.row : r.row+rows] {
		null[i] = level == 0
		if level != 0 {
			present++
		}
	}
	return present
}

// values puts the next present values of the page at the front of the rows that begin at at.
func (r *columnReader) values(column *Column, at, present int, coded bool) error {
	if present == 0 {
		return nil
	}
	data := r.page.Data()
	if r.page.Dictionary() == nil {
		return r.layout.convert(data, r.dense, r.dense+present, column, at, r.fault)
	}
	indexes := data.Int32()
	if len(indexes) < r.dense+present {
		return errors.New("a page has fewer values than it says")
	}
	indexes = indexes[r.dense : r.dense+present]
	size := len(r.dictionary.Null)
	for _, index := range indexes {
		if uint(index) >= uint(size) {
			return fmt.Errorf("index %d into a dictionary of %d values", index, size)
		}
	}
	if r.unreadable != nil {
		for k, index := range indexes {
			if reason, bad := r.unreadable[int(index)]; bad {
				r.fault(k, reason)
			}
		}
	}
	r.lookUp(column, at, indexes, coded)
	return nil
}

// lookUp copies values out of the dictionary, or, for coded text, only their codes.
func (r *columnReader) lookUp(column *Column, at int, indexes []int32, coded bool) {
	from := &r.dictionary
	switch {
	case coded:
		codes := column.Codes[at:]
		for i, index := range indexes {
			codes[i] = uint32(index)
		}
	case column.Kind == Text:
		pick(column.Text[at:], from.Text, indexes)
	case column.Kind == Number:
		pick(column.Numbers[at:], from.Numbers, indexes)
		if column.Whole {
			pick(column.Integers[at:], from.Integers, indexes)
		}
	case column.Kind == Boolean:
		pick(column.Booleans[at:], from.Booleans, indexes)
	case column.Kind == Time:
		pick(column.Times[at:], from.Times, indexes)
	}
}

func pick[T any](to, from []T, indexes []int32) {
	for i, index := range indexes {
		to[i] = from[index]
	}
}

// spread moves the present values from the front to the rows that are not null.
func (r *columnReader) spread(column *Column, at, rows, present int, coded bool) {
	if present == rows {
		return
	}
	null := column.Null[at : at+rows]
	switch {
	case coded:
		spread(column.Codes[at:], null, present)
	case column.Kind == Text:
		spread(column.Text[at:], null, present)
	case column.Kind == Number:
		spread(column.Numbers[at:], null, present)
		if column.Whole {
			spread(column.Integers[at:], null, present)
		}
	case column.Kind == Boolean:
		spread(column.Booleans[at:], null, present)
	case column.Kind == Time:
		spread(column.Times[at:], null, present)
	}
}

// spread goes from the end, so that no value is overwritten before it is moved.
func spread[T any](values []T, null []bool, present int) {
	var zero T
	for i := len(null) - 1; i >= 0; i-- {
		if null[i] {
			values[i] = zero
			continue
		}
		present--
		values[i] = values[present]
	}
}

// fault notes a value that cannot be read: the k-th present one, from 0, of those being read. Its row is found by
// place.
func (r *columnReader) fault(k int, reason string) {
	r.faults = append(r.faults, Fault{File: r.path, Row: int64(k), Column: r.layout.info.Name, Reason: reason, Kind: "a value that cannot be read"})
}

// dictionaryFault notes a value of the dictionary. The rows that have it cannot be read; it may have none.
func (r *columnReader) dictionaryFault(k int, reason string) {
	if r.unreadable == nil {
		r.unreadable = map[int]string{}
	}
	r.unreadable[k] = reason
}

// place turns the counts of present values that fault noted into rows of the file; first is the row of null[0].
func (r *columnReader) place(faults []Fault, null []bool, first int64) {
	present := int64(0)
	for i, isNull := range null {
		if len(faults) == 0 {
			return
		}
		if isNull {
			continue
		}
		for len(faults) > 0 && faults[0].Row == present {
			faults[0].Row = first + int64(i)
			faults = faults[1:]
		}
		present++
	}
}
