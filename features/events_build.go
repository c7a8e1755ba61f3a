package features

import (
	"encoding/binary"
	"io"
	"os"
	"runtime"
	"slices"
	"sort"

	"golang.org/x/sync/errgroup"
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
	held  int // events in parts
	spill *os.File
	end   int64 // of spill
	fault error
}

// eventPart are the events of leads that stand together.
type eventPart struct {
	chunks  [][]rawEvent // each of up to eventChunk, so that growing moves nothing
	spilled []section
	count   int
}

// section is a stretch of a file.
type section struct {
	from  int64
	count int
}

type rawEvent struct {
	time Micros
	lead uint32
	kind uint32
}

const (
	// eventMemory is how many bytes of events stay in memory.
	eventMemory = 96 << 20
	rawBytes    = 16 // of a rawEvent
	eventChunk  = 1 << 12
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
func (b *EventBuilder) Add(lead int, time Micros, kind string) { b.add(lead, time, b.kind(kind)) }

func (b *EventBuilder) kind(name string) uint32 {
	place, ok := b.places[name]
	if !ok {
		place = uint32(len(b.types))
		b.places[name] = place
		b.types = append(b.types, name)
	}
	return place
}

func (b *EventBuilder) add(lead int, time Micros, kind uint32) {
	p := &b.parts[lead>>b.shift]
	last := len(p.chunks) - 1
	if last < 0 || len(p.chunks[last]) == eventChunk {
		p.chunks = append(p.chunks, make([]rawEvent, 0, chunkSize(last)))
		last++
	}
	p.chunks[last] = append(p.chunks[last], rawEvent{time, uint32(lead), kind})
	p.count++
	b.latest = max(b.latest, time)
	if b.held++; b.held*rawBytes >= b.budget {
		b.write()
	}
}

// chunkSize is that of a part's next chunk: the first one grows, since few events need no more.
func chunkSize(last int) int {
	if last < 0 {
		return 0
	}
	return eventChunk
}

// write moves all parts' events to the temporary file.
func (b *EventBuilder) write() {
	b.held = 0
	if b.spill == nil && b.fault == nil {
		b.spill, b.fault = temporary("events")
	}
	var text []byte
	for i := range b.parts {
		p := &b.parts[i]
		for _, events := range p.chunks {
			if b.fault != nil {
				break
			}
			text = sizedBytes(text, len(events)*rawBytes)
			for k, e := range events {
				to := text[k*rawBytes:]
				binary.LittleEndian.PutUint64(to, uint64(e.time))
				binary.LittleEndian.PutUint32(to[8:], e.lead)
				binary.LittleEndian.PutUint32(to[12:], e.kind)
			}
			p.spilled = append(p.spilled, section{b.end, len(events)})
			_, b.fault = b.spill.WriteAt(text, b.end)
			b.end += int64(len(text))
		}
		p.chunks = nil // in a file by time, a part's events come together, and then never again
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
	for i := range b.parts {
		starts[i] = total
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
		var group errgroup.Group
		group.SetLimit(min(eventOrders, runtime.GOMAXPROCS(0)))
		for i := range b.parts {
			group.Go(func() error { return b.order(i, starts[i], l, renamed, counts) })
		}
		l.fail(group.Wait())
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

// order groups and sorts the events of a part, which begin at place start of the log.
func (b *EventBuilder) order(part, start int, l *EventLog, renamed, counts []uint32) error {
	p := &b.parts[part]
	first := part << b.shift
	counts = counts[min(first, b.leads):min(first+1<<b.shift, b.leads)]
	chunks, err := p.all(b.spill)
	if err != nil {
		return err
	}
	for _, events := range chunks {
		for i := range events {
			counts[int(events[i].lead)-first]++
		}
	}
	next, total := make([]int, len(counts)), 0
	for i, n := range counts {
		next[i] = total
		total += int(n)
	}
	g := eventGroup{make([]Micros, total), make([]uint32, total)}
	for _, events := range chunks {
		for i := range events {
			e := &events[i]
			at := next[int(e.lead)-first]
			next[int(e.lead)-first]++
			g.times[at], g.types[at] = e.time, renamed[e.kind]
		}
	}
	p.chunks = nil
	for i, n := range counts {
		one := eventGroup{g.times[next[i]-int(n) : next[i]], g.types[next[i]-int(n) : next[i]]}
		if !sort.IsSorted(one) {
			sort.Sort(one)
		}
	}
	return l.put(start, g)
}

// all gives the part's events, those of the file first.
func (p *eventPart) all(spill *os.File) ([][]rawEvent, error) {
	chunks := make([][]rawEvent, 0, len(p.spilled)+len(p.chunks))
	var text []byte
	for _, s := range p.spilled {
		events := make([]rawEvent, 0, s.count)
		text = sizedBytes(text, s.count*rawBytes)
		if _, err := spill.ReadAt(text, s.from); err != nil && err != io.EOF {
			return nil, err
		}
		for from := text; len(from) > 0; from = from[rawBytes:] {
			events = append(events, rawEvent{Micros(binary.LittleEndian.Uint64(from)), binary.LittleEndian.Uint32(from[8:]), binary.LittleEndian.Uint32(from[12:])})
		}
		chunks = append(chunks, events)
	}
	return append(chunks, p.chunks...), nil
}

// put stores events from a place on.
func (l *EventLog) put(start int, g eventGroup) error {
	to := l.records
	if l.file == nil {
		to = to[start*l.size:]
	} else {
		to = make([]byte, len(g.times)*l.size)
	}
	var kind [4]byte
	for i, at := range g.times {
		record := to[i*l.size : (i+1)*l.size]
		binary.LittleEndian.PutUint64(record, uint64(at))
		binary.LittleEndian.PutUint32(kind[:], g.types[i])
		copy(record[8:], kind[:])
	}
	if l.file == nil {
		return nil
	}
	_, err := l.file.WriteAt(to, int64(start)*int64(l.size))
	return err
}
