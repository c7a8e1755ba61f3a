package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"leadscore/features/source"
)

// eventTypes from frequent to rare.
var eventTypes = []string{"email_open", "page_view", "email_click", "form_fill", "webinar", "demo_request", "call"}

// windowDays is how long after its creation a lead has events; the snapshot lies in the middle.
const windowDays = 60

// event is one event: its lead and type in one number, so that 30 million take 480 MB while they are sorted.
type event struct {
	time int64
	who  uint64 // lead << 8 | type
}

// writeEvents makes each lead's events, about mean of them, and writes all by time.
func (w *world) writeEvents(path string, mean float64) error {
	blocks := make([][]event, (w.leads+blockRows-1)/blockRows)
	inParallel(len(blocks), func(b int) {
		from, to := b*blockRows, min(w.leads, (b+1)*blockRows)
		blocks[b] = w.eventsOf(from, to, mean)
	})
	var all []event
	for b := range blocks {
		all = append(all, blocks[b]...)
		blocks[b] = nil
	}
	slices.SortFunc(all, func(a, b event) int {
		switch {
		case a.time != b.time && a.time < b.time || a.time == b.time && a.who < b.who:
			return -1
		case a == b:
			return 0
		}
		return 1
	})
	return writeBlocks(path, len(all), func(from, to int) []source.Column {
		n := to - from
		lead, kind, time := textColumn("lead_id", n), textColumn("event_type", n), timeColumn("event_time", n)
		for i, e := range all[from:to] {
			lead.Text[i], kind.Text[i], time.Times[i] = leadID(int(e.who>>8)), eventTypes[e.who&0xff], e.time
		}
		return []source.Column{lead, kind, time}
	})
}

func (w *world) eventsOf(from, to int, mean float64) (out []event) {
	random := rand.New(rand.NewPCG(w.seed, 5000+uint64(from)))
	for i := from; i < to; i++ {
		// exp(0.6 z - 0.18) has mean 1: active leads have more events.
		n := int(mean*math.Exp(0.6*w.activity(i)-0.18) + random.Float64())
		created := w.created(i)
		for range n {
			kind := int(float64(len(eventTypes)) * math.Pow(random.Float64(), 2.2))
			out = append(out, event{created + int64(random.Float64()*windowDays*float64(day)), uint64(i)<<8 | uint64(kind)})
		}
	}
	return out
}
