package features

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// setAsideFrom is how many bytes of columns are worth a temporary file: those of some two million leads of 30 fields.
const setAsideFrom = 96 << 20

// aside is a temporary file of a table's columns, one behind the other; nil where none could be written.
type aside struct{ file *os.File }

// SetAside calls do while the table's columns lie in a temporary file, so that do may use the memory that they take. Nobody may look at the table or a
// copy of it meanwhile. Small columns, and those that no temporary file takes, stay. The error is do's, or that of a file that could not be read
// again: then the table is of no use any more. Cost: a copy of the columns out, the first time, and one back.
func (t *Table) SetAside(do func() error) error { return t.setAside(setAsideFrom, do) }

func (t *Table) setAside(from int64, do func() error) error {
	columns := t.packed()
	size := int64(0)
	for _, p := range columns {
		size += p.size()
	}
	if size < from {
		return do()
	}
	if t.aside == nil {
		t.aside = &aside{}
		if file, err := writeAside(columns); err == nil {
			t.aside.file = file
		}
	}
	if t.aside.file == nil {
		return do()
	}
	for _, p := range columns {
		for k := range p.blocks {
			p.blocks[k].codes = nil
		}
		p.room = slab{}
	}
	runtime.GC() // else what do needs would come on top of them
	err := do()
	return errors.Join(err, t.aside.bringBack(columns))
}

// packed lists the columns that hold anything.
func (t *Table) packed() (all []*packed) {
	places, times, numbers := []*Places{t.Account}, []*Times{t.Created, t.Closed, t.SnapshotAt}, []*Numbers{t.DealValue, t.Weight}
	for i := range t.Columns {
		c := &t.Columns[i]
		places, times, numbers = append(places, c.Codes), append(times, c.Times), append(numbers, c.Numbers)
	}
	for _, c := range places {
		if c != nil {
			all = append(all, &c.packed)
		}
	}
	for _, c := range times {
		if c != nil {
			all = append(all, &c.packed)
		}
	}
	for _, c := range numbers {
		if c != nil {
			all = append(all, &c.packed)
		}
	}
	return all
}

// size is how many bytes the codes take.
func (p *packed) size() (bytes int64) {
	for k := range p.blocks {
		bytes += int64(p.blocks[k].size())
	}
	return bytes
}

// size is how many bytes the codes of a full block take.
func (b *packedBlock) size() int { return blockRows / 8 * int(b.width) }

func writeAside(columns []*packed) (*os.File, error) {
	file, err := temporary("leads")
	if err != nil {
		return nil, err
	}
	to := bufio.NewWriterSize(file, mostSlab)
	for _, p := range columns {
		for k := range p.blocks {
			_, _ = to.Write(p.blocks[k].codes[:p.blocks[k].size()]) // the first fault comes again
		}
	}
	if err := to.Flush(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (a *aside) bringBack(columns []*packed) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	at := int64(0)
	for _, p := range columns {
		from := at
		at += p.size()
		group.Go(func() error { return p.read(a.file, from) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("temporary file of leads: %w", err)
	}
	return nil
}

// read takes the codes from a place of a file on, a slab at once.
func (p *packed) read(file *os.File, from int64) error {
	for first := 0; first < len(p.blocks); {
		size, end := 0, first
		for ; end < len(p.blocks) && (end == first || size+p.blocks[end].size() <= mostSlab-behind); end++ {
			size += p.blocks[end].size()
		}
		room := make([]byte, size+behind)
		if _, err := file.ReadAt(room[:size], from); err != nil {
			return err
		}
		from += int64(size)
		for ; first < end; first++ {
			b := &p.blocks[first]
			b.codes, room = room[:b.size()+behind:b.size()+behind], room[b.size():]
		}
	}
	return nil
}
