package features

import (
	"encoding/binary"
	"io"
	"os"
	"runtime"
	"sort"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// eventOrder puts parts in order, one after the other, in memory that it keeps.
type eventOrder struct {
	builder *EventBuilder
	log     *EventLog
	renamed []uint32 // a type's place in the log by that in the order met

	raw, records []byte
	next         []int // of each lead of the part: where its next event goes
}

// orderAll puts all parts in order; starts are the events before each, and counts becomes the number of each lead's.
func (b *EventBuilder) orderAll(l *EventLog, starts []int, renamed, counts []uint32) error {
	var next atomic.Int64
	var group errgroup.Group
	for range min(eventOrders, runtime.GOMAXPROCS(0)) {
		group.Go(func() error {
			o := &eventOrder{builder: b, log: l, renamed: renamed}
			for i := int(next.Add(1)) - 1; i < len(b.parts); i = int(next.Add(1)) - 1 {
				if err := o.order(i, starts[i], counts); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// order groups and sorts the events of a part, which begin at place start of the log.
func (o *eventOrder) order(part, start int, counts []uint32) error {
	b, l := o.builder, o.log
	p := &b.parts[part]
	first := part << b.shift
	counts = counts[min(first, b.leads):min(first+1<<b.shift, b.leads)]
	chunks, err := o.all(p, b.spill)
	if err != nil {
		return err
	}
	for _, chunk := range chunks {
		for ; len(chunk) > 0; chunk = chunk[rawBytes:] {
			counts[int(rawEventOf(chunk).lead)-first]++
		}
	}
	o.next = o.next[:0]
	total := 0
	for _, n := range counts {
		o.next = append(o.next, total)
		total += int(n)
	}
	to := o.room(start, total)
	for _, chunk := range chunks {
		for ; len(chunk) > 0; chunk = chunk[rawBytes:] {
			e := rawEventOf(chunk)
			at := &o.next[int(e.lead)-first]
			l.put(to[*at*l.size:], e.time, o.renamed[e.kind])
			*at++
		}
	}
	p.full = nil
	for _, n := range counts {
		one := eventRecords{l, to[:int(n)*l.size]}
		if to = to[int(n)*l.size:]; !one.sorted() {
			sort.Sort(one)
		}
	}
	if l.file == nil {
		return nil
	}
	_, err = l.file.WriteAt(o.records, int64(start)*int64(l.size))
	return err
}

// room is where a part's records go: the log's own place, or one from where they are written.
func (o *eventOrder) room(start, events int) []byte {
	size := o.log.size
	if o.log.file == nil {
		return o.log.records[start*size : (start+events)*size]
	}
	o.records = grown(o.records, events*size)
	return o.records
}

// all gives the part's events, those of the file first.
func (o *eventOrder) all(p *eventPart, spill *os.File) ([][]byte, error) {
	size := 0
	for _, s := range p.spilled {
		size += s.bytes
	}
	o.raw = grown(o.raw, size)
	to := o.raw
	for _, s := range p.spilled {
		if _, err := spill.ReadAt(to[:s.bytes], s.from); err != nil && err != io.EOF {
			return nil, err
		}
		to = to[s.bytes:]
	}
	return append([][]byte{o.raw}, p.full...), nil
}

// put writes a record.
func (l *EventLog) put(to []byte, at Micros, kind uint32) {
	binary.LittleEndian.PutUint64(to, uint64(at))
	switch l.size {
	case 9:
		to[8] = byte(kind)
	case 10:
		binary.LittleEndian.PutUint16(to[8:], uint16(kind))
	default:
		binary.LittleEndian.PutUint32(to[8:], kind)
	}
}

// recordOf reads what put wrote.
func (l *EventLog) recordOf(from []byte) (at Micros, kind uint32) {
	at, kind = Micros(binary.LittleEndian.Uint64(from)), uint32(from[8])
	switch l.size {
	case 10:
		kind = uint32(binary.LittleEndian.Uint16(from[8:]))
	case 12:
		kind = binary.LittleEndian.Uint32(from[8:])
	}
	return at, kind
}

// eventRecords sorts one lead's records by (time, type).
type eventRecords struct {
	log  *EventLog
	data []byte
}

func (r eventRecords) Len() int { return len(r.data) / r.log.size }

func (r eventRecords) record(i int) []byte { return r.data[i*r.log.size:][:r.log.size] }

func (r eventRecords) Less(i, j int) bool {
	a, kind := r.log.recordOf(r.record(i))
	b, other := r.log.recordOf(r.record(j))
	return a < b || a == b && kind < other
}

func (r eventRecords) Swap(i, j int) {
	var kept [12]byte
	a, b := r.record(i), r.record(j)
	copy(kept[:], a)
	copy(a, b)
	copy(b, kept[:])
}

func (r eventRecords) sorted() bool {
	last, of := Micros(0), uint32(0)
	for i, data := 0, r.data; len(data) > 0; i, data = i+1, data[r.log.size:] {
		at, kind := r.log.recordOf(data)
		if i > 0 && (at < last || at == last && kind < of) {
			return false
		}
		last, of = at, kind
	}
	return true
}
