package profile

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"time"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/train/leakage"
	"leadscore/train/naming"
)

// Bounds of the events that are kept.
const (
	firstEvents = 20_000     // rows from which the columns are told
	mostEvents  = 12_000_000 // of sampled leads, 16 bytes each; then half of the leads are let go
	mostTypes   = 10_000     // different types; more are no types
)

// eventLog holds the events of the sampled leads, by lead and time.
type eventLog struct {
	files   []string
	columns features.EventColumns
	layout  string
	rows    int64
	types   []string
	counts  []int64 // of all rows, by type
	unknown int64   // rows whose lead is not in the leads' files; only counted while every lead is sampled
	of      [][]event
	mask    uint64 // leads whose row the mask lets through have their events here
	kept    int
}

type event struct {
	time features.Micros
	typ  uint32
}

// readEvents finds the columns of the events' table and reads the events of the sampled leads.
func (h *history) readEvents(ctx context.Context, c *Config) error {
	if len(c.Events) == 0 {
		h.layout = dateLayout(h.times(), &h.notes)
		return nil
	}
	paths, err := source.Expand(c.Events)
	if err != nil {
		return err
	}
	first, err := readSample(ctx, paths, reading{most: firstEvents})
	if err != nil {
		return err
	}
	e := &eventLog{files: paths, of: make([][]event, h.sample.len())}
	timeLook, asks := e.chooseColumns(first, h, c)
	if len(asks) > 0 {
		return &Question{Asks: asks}
	}
	h.layout = dateLayout(append(h.times(), timeLook), &h.notes)
	e.layout = timeLook.field.Layout
	if err := e.read(ctx, paths, h, c); err != nil {
		return err
	}
	h.events = e
	return nil
}

// times are the looks of the columns whose times the schema reads by one layout.
func (h *history) times() []*look {
	var list []*look
	for _, i := range []int{h.roles.created, h.roles.closed} {
		if i >= 0 {
			list = append(list, h.looks[i])
		}
	}
	return list
}

// chooseColumns finds which column holds the lead (its values are the leads' ids), which the time (dates) and which the
// type (few values).
func (e *eventLog) chooseColumns(s *sample, h *history, c *Config) (*look, []Ask) {
	var looks []*look
	for i := range s.columns {
		looks = append(looks, lookAt(&s.columns[i], h.decimal))
	}
	var asks []Ask
	pick := func(flag, given, what string, guess func() int) int {
		if given != "" {
			i := columnNamed(looks, given)
			if i < 0 {
				asks = append(asks, *noSuchColumn(flag, given, looks))
			}
			return i
		}
		i := guess()
		if i < 0 {
			ask := noSuchColumn(flag, "", looks)
			ask.What, ask.Problem, ask.Answer = "the events' column of "+what, "no column is recognised as one", "name it: "+flag+" COLUMN"
			asks = append(asks, *ask)
		}
		return i
	}
	lead := pick("--event-lead", c.EventLeadColumn, "the lead's id", func() int { return leadOfEvents(looks, h) })
	at := pick("--event-time", c.EventTimeColumn, "the time", func() int { return timeOfEvents(looks) })
	typ := pick("--event-type", c.EventTypeColumn, "the event's type", func() int { return typeOfEvents(looks, lead, at) })
	if len(asks) > 0 {
		return nil, asks
	}
	if looks[at].kind != features.Date {
		return nil, []Ask{{What: "--event-time", Problem: fmt.Sprintf("column %s holds no dates that can be read", looks[at].name),
			Answer: "write dates as 2026-11-22T10:00:00Z or name another column"}}
	}
	e.columns = features.EventColumns{Lead: looks[lead].name, Time: looks[at].name, Type: looks[typ].name}
	return looks[at], nil
}

// leadOfEvents is the column most of whose values are ids of leads; with sampled leads, else, the one named as an id.
func leadOfEvents(looks []*look, h *history) int {
	ids := h.ids()
	best, bestShare := -1, 0.05
	for i, l := range looks {
		known := 0
		l.eachValue(false, func(_ int, text string, rows int) {
			if _, ok := ids[text]; ok {
				known += rows
			}
		})
		share := float64(known) / float64(max(1, l.filled))
		if l.name == h.looks[h.roles.id].name {
			share += 0.05
		}
		if share > bestShare {
			best, bestShare = i, share
		}
	}
	return best
}

// ids are the sampled leads by their id.
func (h *history) ids() map[string]int32 {
	l := h.looks[h.roles.id]
	ids := make(map[string]int32, len(l.column.codes))
	for row, code := range l.column.codes {
		if !l.missing[code] {
			ids[l.values[code]] = int32(row)
		}
	}
	return ids
}

func timeOfEvents(looks []*look) int {
	best := -1
	for i, l := range looks {
		if l.kind != features.Date || l.missingShare() > mostStray {
			continue
		}
		if naming.Has(l.name, "time", "timestamp", "at", "when", "occurred", "event") {
			return i
		}
		if best < 0 {
			best = i
		}
	}
	return best
}

// typeOfEvents prefers a name that says so, then the text with the fewest values.
func typeOfEvents(looks []*look, lead, at int) int {
	best, fewest := -1, mostTypes
	for i, l := range looks {
		if i == lead || i == at || l.kind != features.Category && l.kind != features.Boolean || l.missingShare() > mostStray || l.distinct == 0 {
			continue
		}
		if naming.Has(l.name, "type", "activity", "event", "action", "kind", "name") && l.distinct < max(2, l.filled/2) {
			return i
		}
		if l.distinct < fewest && l.distinct <= max(2, l.filled/2) {
			best, fewest = i, l.distinct
		}
	}
	return best
}

// read reads all events and keeps those of sampled leads.
func (e *eventLog) read(ctx context.Context, paths []string, h *history, c *Config) error {
	reader, err := source.Open(paths, source.Options{Progress: c.Progress,
		Columns: []string{e.columns.Lead, e.columns.Time, e.columns.Type}})
	if err != nil {
		return err
	}
	defer reader.Close()
	ids, codes, bad := h.ids(), make(map[string]uint32), int64(0)
	for {
		batch, err := reader.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		for i := range batch.Rows {
			if !e.add(batch, i, ids, codes) {
				bad++
			}
		}
	}
	if bad > 0 {
		h.notes.warn("%d of %d events have no type or no time that can be read", bad, e.rows)
	}
	if e.unknown > 0 && h.sample.complete() {
		h.notes.warn("%d of %d events belong to no lead of the leads' files", e.unknown, e.rows)
	}
	if len(e.types) >= mostTypes {
		h.notes.warn("column %s of the events has %d or more different values; check that it is the type", e.columns.Type, mostTypes)
	}
	for row := range e.of {
		slices.SortFunc(e.of[row], func(a, b event) int {
			if a.time != b.time {
				return int(max(-1, min(1, a.time-b.time)))
			}
			return strings.Compare(e.types[a.typ], e.types[b.typ])
		})
	}
	return nil
}

// add counts an event and keeps it when its lead is sampled. It is false for one without a type or time.
func (e *eventLog) add(batch *source.Batch, i int, ids map[string]int32, codes map[string]uint32) bool {
	e.rows++
	text := strings.TrimSpace(batch.Columns[2].TextAt(i))
	typ, known := codes[text]
	switch {
	case text == "":
		return false
	case !known && len(e.types) >= mostTypes:
		return true
	case !known:
		text = strings.Clone(text)
		typ = uint32(len(e.types))
		codes[text] = typ
		e.types, e.counts = append(e.types, text), append(e.counts, 0)
	}
	e.counts[typ]++
	row, ok := ids[shorten(strings.TrimSpace(batch.Columns[0].TextAt(i)))]
	if !ok {
		e.unknown++
		return true
	}
	at, ok := features.ParseTime(batch.Columns[1].TextAt(i), e.layout, time.UTC)
	if !ok {
		return false
	}
	if leakage.Scatter(uint64(row))&e.mask != 0 {
		return true
	}
	e.of[row] = append(e.of[row], event{at, typ})
	if e.kept++; e.kept > mostEvents {
		e.thin()
	}
	return true
}

// thin lets half of the leads' events go.
func (e *eventLog) thin() {
	e.mask = e.mask<<1 | 1
	e.kept = 0
	for row := range e.of {
		if leakage.Scatter(uint64(row))&e.mask != 0 {
			e.of[row] = nil
		}
		e.kept += len(e.of[row])
	}
}

// byFrequency lists the types, the commonest first.
func (e *eventLog) byFrequency() []uint32 {
	order := make([]uint32, len(e.types))
	for i := range order {
		order[i] = uint32(i)
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		return e.counts[a] > e.counts[b] || e.counts[a] == e.counts[b] && e.types[a] < e.types[b]
	})
	return order
}
