package features

import (
	"fmt"
	"os"
	"sync"
)

// EventLog holds the events of all leads of a table, grouped by lead and sorted by (time, type). An event takes as many bytes as the time and
// type of those of its part of the leads need ([eventForm]), mostly 6 or 7; a lead 2 or 3. More than [eventMemory] of them lie in a temporary
// file and are read from there lead by lead.
type EventLog struct {
	Types []string // sorted; no doubles

	offsets packed // of each lead's first event; one more than leads
	shift   uint   // a lead's part is lead >> shift
	parts   []logPart
	file    *os.File // instead of the parts' records
	latest  Micros

	faults sync.Mutex
	fault  error
}

// logPart are the events of leads that stand together. Their records have no lead.
type logPart struct {
	form    eventForm
	start   int64 // events before it
	events  int64
	records []byte // and behind them [behind] bytes
	from    int64  // in the file
}

// LeadEvents are the events of one lead. It is used again for the next lead, by one goroutine.
type LeadEvents struct {
	Times []Micros // ascending
	Types []uint32 // places in [EventLog.Types]

	of          *logPart // that the rest belongs to
	first, last int64    // events of the file that buffer holds
	buffer      []byte
}

// Len is the number of events.
func (l *EventLog) Len() int { return int(l.offsets.at(l.Leads())) }

// Leads is the number of leads.
func (l *EventLog) Leads() int { return l.offsets.len() - 1 }

// Err is the first fault of the temporary file. A lead whose events could not be read has none, so whoever reads a log asks at the end.
func (l *EventLog) Err() error {
	if l == nil {
		return nil
	}
	l.faults.Lock()
	defer l.faults.Unlock()
	return l.fault
}

func (l *EventLog) fail(err error) {
	if err == nil {
		return
	}
	l.faults.Lock()
	defer l.faults.Unlock()
	if l.fault == nil {
		l.fault = fmt.Errorf("temporary file of events: %w", err)
	}
}

// Of sets into to a lead's events.
func (l *EventLog) Of(row int, into *LeadEvents) {
	into.Times, into.Types = into.Times[:0], into.Types[:0]
	l.each(row, into, func(at Micros, kind uint32) bool {
		into.Times, into.Types = append(into.Times, at), append(into.Types, kind)
		return true
	})
}

// appendBefore appends a lead's events that happened strictly before asOf.
func (l *EventLog) appendBefore(to []Event, row int, asOf Micros, scratch *LeadEvents) []Event {
	l.each(row, scratch, func(at Micros, kind uint32) bool {
		if at >= asOf {
			return false
		}
		to = append(to, Event{Time: at, Type: l.Types[kind]})
		return true
	})
	return to
}

// each goes over a lead's events while do says so.
func (l *EventLog) each(row int, scratch *LeadEvents, do func(at Micros, kind uint32) bool) {
	from, to := l.offsets.at(row), l.offsets.at(row+1)
	if from == to {
		return
	}
	p := &l.parts[row>>l.shift]
	records := p.records
	if l.file == nil {
		records = records[(from-p.start)*int64(p.form.size):]
	} else if records = scratch.read(l, p, from, to); records == nil {
		return
	}
	for ; from < to; from++ {
		e := p.form.get(records)
		if !do(e.time, e.kind) {
			return
		}
		records = records[p.form.size:]
	}
}

// readAhead is how many events are read at once where leads are looked at in their order.
const readAhead = 8192

// read gives the events from … to of a part in the file. A lead not far behind the last one is read together with those that follow it in the
// part. It gives nil where the file fails.
func (e *LeadEvents) read(l *EventLog, p *logPart, from, to int64) []byte {
	if e.of != p {
		e.of, e.first, e.last = p, p.start, p.start
	}
	size := int64(p.form.size)
	if from < e.first || to > e.last {
		end := to
		if from >= e.last && from-e.last < readAhead {
			end = max(to, min(from+readAhead, p.start+p.events))
		}
		e.buffer = grown(e.buffer, int((end-from)*size)+behind)
		if _, err := l.file.ReadAt(e.buffer[:(end-from)*size], p.from+(from-p.start)*size); err != nil {
			l.fail(err)
			e.of = nil
			return nil
		}
		e.first, e.last = from, end
	}
	return e.buffer[(from-e.first)*size:]
}
