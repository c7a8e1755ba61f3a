package features

import (
	"io"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// eventOrder puts parts in order, one after the other, in memory that it keeps.
type eventOrder struct {
	builder *EventBuilder
	log     *EventLog
	renamed []uint32 // a type's place in the log by that in the order met

	raw, records []byte
	events       []rawEvent
	next         []int // of each lead of the part: where its next event goes
}

// orderAll puts all parts in order; counts becomes the number of each lead's events.
func (b *EventBuilder) orderAll(l *EventLog, renamed, counts []uint32) error {
	var next atomic.Int64
	var group errgroup.Group
	for range min(eventOrders, runtime.GOMAXPROCS(0)) {
		group.Go(func() error {
			o := &eventOrder{builder: b, log: l, renamed: renamed}
			for i := int(next.Add(1)) - 1; i < len(b.parts); i = int(next.Add(1)) - 1 {
				first := i << b.shift
				if err := o.order(i, counts[min(first, b.leads):min(first+1<<b.shift, b.leads)]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// order groups and sorts the events of a part, and counts those of its leads.
func (o *eventOrder) order(part int, counts []uint32) error {
	p, to := &o.builder.parts[part], &o.log.parts[part]
	first := uint32(part << o.builder.shift)
	chunks, err := o.all(p)
	if err != nil {
		return err
	}
	for _, c := range chunks {
		for at := range c.events {
			counts[c.form.get(c.data[at*int(c.form.size):]).lead-first]++
		}
	}
	o.next = o.next[:0]
	total := 0
	for _, n := range counts {
		o.next = append(o.next, total)
		total += int(n)
	}
	size := int(to.form.size)
	records := o.room(to, total*size)
	for _, c := range chunks {
		for at := range c.events {
			e := c.form.get(c.data[at*int(c.form.size):])
			next := &o.next[e.lead-first]
			to.form.put(records[*next*size:], rawEvent{time: e.time, kind: o.renamed[e.kind]})
			*next++
		}
	}
	*p = eventPart{}
	for i, n := range counts {
		from := o.next[i] - int(n)
		if one := records[from*size:]; !to.form.sorted(one, int(n)) {
			o.sort(&to.form, one, int(n))
		}
	}
	if o.log.file == nil {
		return nil
	}
	_, err = o.log.file.WriteAt(records[:total*size], to.from)
	return err
}

// room is where a part's records go: the log's own memory, or one from where they are written.
func (o *eventOrder) room(to *logPart, bytes int) []byte {
	if o.log.file == nil {
		to.records = make([]byte, bytes+behind)
		return to.records
	}
	o.records = grown(o.records, bytes+behind)
	return o.records
}

// all gives the part's events, those of the file first.
func (o *eventOrder) all(p *eventPart) ([]eventChunk, error) {
	size := 0
	for _, c := range p.spilled {
		size += c.bytes()
	}
	o.raw = grown(o.raw, size+behind)
	to := o.raw
	for i := range p.spilled {
		c := &p.spilled[i]
		if _, err := o.builder.spill.ReadAt(to[:c.bytes()], c.from); err != nil && err != io.EOF {
			return nil, err
		}
		c.data, to = to, to[c.bytes():]
	}
	return append(p.spilled, p.full...), nil
}

// sort puts a lead's n records in the order of (time, type).
func (o *eventOrder) sort(f *eventForm, records []byte, n int) {
	o.events = o.events[:0]
	for at := range n {
		o.events = append(o.events, f.get(records[at*int(f.size):]))
	}
	slices.SortFunc(o.events, byTime)
	for at, e := range o.events {
		f.put(records[at*int(f.size):], e)
	}
}
