package features

import (
	"context"

	"leadscore/features/source"
)

// Lot is a number of neighbouring leads of files.
type Lot struct {
	// Table holds them from its place 0 on. It says nothing of their rows and positions.
	Table *Table
	// Expected is about how many leads the files hold in all, at least those that were read.
	Expected int64
}

// ReadLots reads leads as [ReadLeads] does, but never holds them all, their ids apart: do gets them in lots of at most so many rows, or of one
// batch ([source.DefaultBatchRows]) where that has more, in the files' order, while the next are read. The same files are cut into the same
// lots. There is at least one, which may be empty. Reading stops at do's error, which it returns; after a fault do is called no more.
func ReadLots(ctx context.Context, s *Schema, paths []string, rows int, o ReadOptions, do func(Lot) error) (*ReadReport, error) {
	_, report, err := readLeads(ctx, s, paths, o, &lots{rows: rows, do: do})
	return report, err
}

// lots are what a reading in lots needs to know.
type lots struct {
	rows  int
	do    func(Lot) error
	first int // lead of the open lot
	given bool
	err   error // do's

	done, total int64 // bytes of the files
}

// first is the place among all leads of the first that the columns hold.
func (r *leadReader) first() int {
	if r.lots == nil {
		return 0
	}
	return r.lots.first
}

// packNothing has a field's column, which goes soon, held as it is.
func packNothing(reader columnReader) {
	switch reader := reader.(type) {
	case *numberColumn:
		reader.pack = packBits
	case *codeColumn:
		reader.pack = packPlaces
	}
}

func (r *leadReader) readLots(ctx context.Context, reader *source.Reader, have []wanted) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	l := r.lots
	err := eachBatch(ctx, reader, func(b *source.Batch) {
		if l.err != nil {
			return
		}
		if open := r.ids.column.Len() - l.first; open > 0 && open+b.Rows > l.rows {
			if r.endLot(); l.err != nil {
				stop()
				return
			}
		}
		r.batch(b, have)
		l.done, l.total = b.Done, b.Total
	})
	if l.err != nil {
		return l.err
	}
	if err != nil {
		return err
	}
	if r.ids.column.Len() > l.first || !l.given {
		r.endLot()
	}
	if l.err != nil {
		return l.err
	}
	return r.rows.err()
}

// endLot gives the open lot out and begins another.
func (r *leadReader) endLot() {
	l := r.lots
	t := &Table{Schema: r.schema, IDs: r.ids.column.from(l.first)}
	r.fill(t)
	if r.outcome != nil {
		t.Outcome = r.table.Outcome[l.first:len(r.table.Outcome):len(r.table.Outcome)]
	}
	for _, field := range append(r.fields, r.account) {
		if codes, ok := field.(*codeColumn); ok && codes != nil {
			codes.forget()
		}
	}
	l.first, l.given = r.ids.column.Len(), true
	if len(r.rows.faults) == 0 {
		l.err = l.do(Lot{t, max(int64(l.first), int64(float64(l.first)*float64(l.total)/float64(max(l.done, 1))))})
	}
}
