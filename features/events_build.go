package features

import (
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
	held  int      // bytes of the parts' events
	free  [][]byte // blocks that were written
	spill *os.File
	end   int64 // of spill
	fault error
}

// eventPart are the events of leads that stand together.
type eventPart struct {
	open             []rawEvent // that are not packed yet
	full             []eventChunk
	blocks           [][]byte // that the full ones lie in
	room             []byte   // what is left of the last block
	spilled          []eventChunk
	count            int
	earliest, latest Micros
}

// eventChunk are events of a part, packed.
type eventChunk struct {
	form   eventForm
	events int
	data   []byte // and behind them [behind] bytes; nil in the file
	from   int64  // in the file
}

func (c *eventChunk) bytes() int { return c.events * int(c.form.size) }

const (
	// eventMemory is how many bytes of events stay in memory: some 18 million of them where they come in the order of time.
	eventMemory = 128 << 20
	rawBytes    = 16 // of an event that is not packed yet
	// A part's first events have room for leastOpen, which grows to mostOpen; then they are packed into blocks.
	leastOpen, mostOpen = 16, 2048
	blockBytes          = 64 << 10 // more than mostOpen events take
	// A part of eventParts is put in order at once, of 300 million events 35 MB, and eventOrders at a time, however many cores there are.
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

func (b *EventBuilder) add(e rawEvent) {
	p := &b.parts[e.lead>>b.shift]
	if len(p.open) == cap(p.open) {
		b.grow(p)
	}
	p.open = append(p.open, e)
	if b.held += rawBytes; b.held >= b.budget {
		b.write()
	}
}

// grow makes room among a part's open events.
func (b *EventBuilder) grow(p *eventPart) {
	if have := len(p.open); have < mostOpen {
		p.open = append(make([]rawEvent, 0, max(2*have, leastOpen)), p.open...)
		return
	}
	b.pack(p)
}

// pack makes a chunk of a part's open events.
func (b *EventBuilder) pack(p *eventPart) {
	if len(p.open) == 0 {
		return
	}
	earliest, latest, kinds := p.open[0].time, p.open[0].time, 0
	for _, e := range p.open {
		earliest, latest, kinds = min(earliest, e.time), max(latest, e.time), max(kinds, int(e.kind)+1)
	}
	p.widen(earliest, latest)
	b.latest = max(b.latest, latest)
	c := eventChunk{form: formOf(earliest, latest, b.firstOf(p.open[0].lead), 1<<b.shift, kinds), events: len(p.open)}
	size := c.bytes()
	if len(p.room) < size+behind {
		p.room = b.newBlock()
		p.blocks = append(p.blocks, p.room)
	}
	c.data, p.room = p.room[:size+behind:size+behind], p.room[size:]
	for at, e := range p.open {
		c.form.put(c.data[at*int(c.form.size):], e)
	}
	p.full, p.open = append(p.full, c), p.open[:0]
	p.count += c.events
	b.held -= c.events*rawBytes - size
}

// widen takes a span of events into that of the part.
func (p *eventPart) widen(earliest, latest Micros) {
	if p.count == 0 {
		p.earliest, p.latest = earliest, latest
	}
	p.earliest, p.latest = min(p.earliest, earliest), max(p.latest, latest)
}

// firstOf is the first lead of a lead's part.
func (b *EventBuilder) firstOf(lead uint32) uint32 { return lead >> b.shift << b.shift }

func (b *EventBuilder) newBlock() []byte {
	last := len(b.free) - 1
	if last < 0 {
		return make([]byte, blockBytes)
	}
	block := b.free[last]
	b.free = b.free[:last]
	return block
}

// write moves all parts' events to the temporary file.
func (b *EventBuilder) write() {
	if b.spill == nil && b.fault == nil {
		b.spill, b.fault = temporary("events")
	}
	for i := range b.parts {
		p := &b.parts[i]
		b.pack(p)
		for _, c := range p.full {
			if b.fault == nil {
				_, b.fault = b.spill.WriteAt(c.data[:c.bytes()], b.end)
			}
			c.data, c.from = nil, b.end
			b.end += int64(c.bytes())
			p.spilled = append(p.spilled, c)
		}
		b.free = append(b.free, p.blocks...)
		p.full, p.blocks, p.room = nil, nil, nil
	}
	b.held = 0
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
	l := &EventLog{Types: slices.Clone(b.types), shift: b.shift, parts: make([]logPart, len(b.parts))}
	slices.Sort(l.Types)
	renamed := make([]uint32, len(b.types))
	for i, name := range b.types {
		place, _ := slices.BinarySearch(l.Types, name)
		renamed[i] = uint32(place)
	}
	total := b.lay(l)
	l.latest = b.latest
	l.fail(b.fault)
	if total > int64(b.budget) && l.Err() == nil {
		var err error
		l.file, err = temporary("events")
		l.fail(err)
	}
	counts := make([]uint32, b.leads)
	if l.Err() == nil {
		l.fail(b.orderAll(l, renamed, counts))
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

// lay settles the form and the place of each part in a log, and gives the bytes of all.
func (b *EventBuilder) lay(l *EventLog) (total int64) {
	b.free = nil
	events := int64(0)
	for i := range b.parts {
		p := &b.parts[i]
		b.pack(p)
		p.open = nil
		one := &l.parts[i]
		one.form, one.start, one.from = formOf(p.earliest, p.latest, 0, 1, len(l.Types)), events, total
		one.events = int64(p.count)
		events += one.events
		total += one.events * int64(one.form.size)
	}
	return total
}
