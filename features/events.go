package features

import (
	"fmt"
	"os"
	"sync"
)

// EventLog holds the events of all leads of a table, grouped by lead and sorted by (time, type). An event takes 9 bytes where there are at
// most 256 types, else 10 or 12; a lead 2 or 3. More than [eventMemory] of them lie in a temporary file and are read from there lead by lead.
type EventLog struct {
	Types []string // sorted; no doubles

	offsets packed // of each lead's first event; one more than leads
	size    int    // bytes of an event: its time, then the place of its type
	records []byte
	file    *os.File // instead of records
	latest  Micros

	faults sync.Mutex
	fault  error
}

// LeadEvents are the events of one lead. It is used again for the next lead, by one goroutine.
type LeadEvents struct {
	Times []Micros // ascending
	Types []uint32 // places in [EventLog.Types]

	of          *EventLog // that the rest belongs to
	first, last int64     // events of the file that buffer holds
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
	records := l.records
	if l.file == nil {
		records = records[from*int64(l.size) : to*int64(l.size)]
	} else {
		records = scratch.read(l, from, to)
	}
	for ; len(records) >= l.size; records = records[l.size:] {
		if !do(l.recordOf(records)) {
			return
		}
	}
}

// readAhead is how many events are read at once where leads are looked at in their order.
const readAhead = 8192

// read gives the events from … to of the file. A lead not far behind the last one is read together with those that follow it.
func (e *LeadEvents) read(l *EventLog, from, to int64) []byte {
	if e.of != l {
		e.of, e.first, e.last = l, 0, 0
	}
	if from < e.first || to > e.last {
		end := to
		if from >= e.last && from-e.last < readAhead {
			end = max(to, min(from+readAhead, int64(l.Len())))
		}
		e.buffer = grown(e.buffer, int(end-from)*l.size)
		if _, err := l.file.ReadAt(e.buffer, from*int64(l.size)); err != nil {
			l.fail(err)
			e.first, e.last = 0, 0
			return nil
		}
		e.first, e.last = from, end
	}
	return e.buffer[(from-e.first)*int64(l.size) : (to-e.first)*int64(l.size)]
}
