package features

import (
	"encoding/binary"
	"os"
	"slices"
)

// EventBuilder gathers events in any order. It holds about [eventMemory]; what is more waits in a temporary file, in parts of
// leads that stand together, each of which is then put in order by itself.
type EventBuilder struct {
	leads  int
	types  []string
	places map[string]uint32
	budget int // bytes
	latest Micros

	shift uint // a lead's part is lead >> shift
	parts []eventPart
	held  int      // events in parts' chunks
	free  [][]byte // chunks that were written
	spill *os.File
	end   int64 // of spill
	fault error
}

// eventPart are the events of leads that stand together.
type eventPart struct {
	open    []byte // the chunk that is being filled
	full    [][]byte
	spilled []section
	count   int
}

// section is a stretch of a file.
type section struct {
	from  int64
	bytes int
}

const (
	// eventMemory is how many bytes of events stay in memory.
	eventMemory = 96 << 20
	rawBytes    = 16 // of an event while they are gathered: time, lead and kind
	// A part's first chunk grows from leastChunk to eventChunk bytes, and the others have that, so that growing moves next to nothing.
	leastChunk, eventChunk = 16 * rawBytes, 4096 * rawBytes
	// A part of eventParts is put in order at once, of 300 million events 75 MB, and eventOrders at a time, however many cores there are.
	eventParts  = 64
	eventOrders = 4
)

// NewEventBuilder begins a log for a number of leads.
func NewEventBuilder(leads int) *EventBuilder { return newEventBuilder(leads, eventMemory) }

func newEventBuilder(leads, budget int) *EventBuilder {
	b := &EventBuilder{leads: leads, places: map[string]uint32{}, budget: budget, latest: NoTime}
	for leads>>b.shift > eventParts {
		b.shift++
	}
	b.parts = make([]eventPart, leads>>b.shift+1)
	return b
}

// Add takes an event of a lead, which is a row of the table.
func (b *EventBuilder) Add(lead int, time Micros, kind string) {
	b.add(rawEvent{time, uint32(lead), b.kind(kind)})
}

func (b *EventBuilder) kind(name string) uint32 {
	place, ok := b.places[name]
	if !ok {
		place = uint32(len(b.types))
		b.places[name] = place
		b.types = append(b.types, name)
	}
	return place
}

// rawEvent is an event of a lead; kind is the place of its type in the order met.
type rawEvent struct {
	time Micros
	lead uint32
	kind uint32
}

func (b *EventBuilder) add(e rawEvent) {
	p := &b.parts[e.lead>>b.shift]
	n := len(p.open)
	if n == cap(p.open) {
		b.grow(p)
		n = len(p.open)
	}
	p.open = p.open[:n+rawBytes]
	e.put(p.open[n:])
	b.latest = max(b.latest, e.time)
	if b.held++; b.held*rawBytes >= b.budget {
		b.write()
	}
}

func (e rawEvent) put(to []byte) {
	binary.LittleEndian.PutUint64(to, uint64(e.time))
	binary.LittleEndian.PutUint64(to[8:], uint64(e.lead)|uint64(e.kind)<<32)
}

func rawEventOf(from []byte) rawEvent {
	rest := binary.LittleEndian.Uint64(from[8:])
	return rawEvent{Micros(binary.LittleEndian.Uint64(from)), uint32(rest), uint32(rest >> 32)}
}

// grow makes room in a part's open chunk.
func (b *EventBuilder) grow(p *eventPart) {
	if size := cap(p.open); len(p.full) == 0 && size < eventChunk && len(b.free) == 0 {
		p.open = append(make([]byte, 0, max(2*size, leastChunk)), p.open...)
		return
	}
	if len(p.open) > 0 {
		p.full = append(p.full, p.open)
	}
	if last := len(b.free) - 1; last >= 0 {
		p.open, b.free = b.free[last], b.free[:last]
	} else {
		p.open = make([]byte, 0, eventChunk)
	}
}

// close puts the open chunk to the others.
func (p *eventPart) close() {
	if len(p.open) > 0 {
		p.full = append(p.full, p.open)
	}
	p.open = nil
}

// write moves all parts' events to the temporary file.
func (b *EventBuilder) write() {
	b.held = 0
	if b.spill == nil && b.fault == nil {
		b.spill, b.fault = temporary("events")
	}
	for i := range b.parts {
		p := &b.parts[i]
		p.close()
		for _, chunk := range p.full {
			p.count += len(chunk) / rawBytes
			if b.fault == nil {
				p.spilled = append(p.spilled, section{b.end, len(chunk)})
				_, b.fault = b.spill.WriteAt(chunk, b.end)
				b.end += int64(len(chunk))
			}
			if cap(chunk) == eventChunk {
				b.free = append(b.free, chunk[:0])
			}
		}
		p.full = nil // in a file by time, a part's events come together, and then never again
	}
}

// temporary opens a file that has no name any more: the system takes it back when the process ends, however it does. Where a file that is
// open cannot lose its name (Windows) it stays in the folder of temporary files.
func temporary(what string) (*os.File, error) {
	f, err := os.CreateTemp("", "leadscore-"+what+"-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name())
	return f, nil
}

// Build groups and sorts; the builder is empty afterwards. Cost: linear where each lead's events came in order.
func (b *EventBuilder) Build() *EventLog {
	l := &EventLog{Types: slices.Clone(b.types), size: 9, latest: b.latest}
	switch {
	case len(b.types) > 1<<16:
		l.size = 12
	case len(b.types) > 1<<8:
		l.size = 10
	}
	slices.Sort(l.Types)
	renamed := make([]uint32, len(b.types))
	for i, name := range b.types {
		place, _ := slices.BinarySearch(l.Types, name)
		renamed[i] = uint32(place)
	}
	total := 0
	starts := make([]int, len(b.parts)) // events before each part
	b.free = nil
	for i := range b.parts {
		starts[i] = total
		b.parts[i].close()
		for _, chunk := range b.parts[i].full {
			b.parts[i].count += len(chunk) / rawBytes
		}
		total += b.parts[i].count
	}
	l.fail(b.fault)
	if total*l.size <= b.budget {
		l.records = make([]byte, total*l.size)
	} else if l.Err() == nil {
		var err error
		l.file, err = temporary("events")
		l.fail(err)
	}
	counts := make([]uint32, b.leads)
	if l.Err() == nil {
		l.fail(b.orderAll(l, starts, renamed, counts))
	}
	at := int64(0)
	for _, n := range counts {
		l.offsets.add(at, packWhole)
		at += int64(n)
	}
	l.offsets.add(at, packWhole)
	l.offsets.fit()
	if b.spill != nil {
		l.fail(b.spill.Close())
	}
	*b = EventBuilder{}
	return l
}
