package features

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// Events that lie in a temporary file are those that would lie in memory, in whatever order leads are looked at.
func TestSpilledEvents(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	filed := 0
	for _, types := range []int{3, 300, 70_000} {
		for seed := range uint64(12) {
			r := rand.New(rand.NewPCG(seed, uint64(types)))
			leads, n, budget := 1+r.IntN(3000), r.IntN(40_000), rawBytes*(1+r.IntN(5000))
			held, spilled := NewEventBuilder(leads), newEventBuilder(leads, budget)
			span := []int64{500, 1e13, math.MaxInt64}[seed%3] // of the last, no time fits beside a type into eight bytes
			for i := range n {
				lead, at, kind := r.IntN(leads), Micros(r.Int64N(span)), fmt.Sprint("kind ", r.IntN(types))
				if r.IntN(2) == 0 {
					at = -at
				}
				if seed%2 == 0 { // leads stand together
					lead = i * leads / n
				}
				held.Add(lead, at, kind)
				spilled.Add(lead, at, kind)
			}
			if left, _ := os.ReadDir(folder); len(left) > 0 {
				t.Fatalf("%v can be seen in the folder of temporary files", left)
			}
			one, other := held.Build(), spilled.Build()
			size := 0
			for _, p := range other.parts {
				size += int(p.events) * int(p.form.size)
			}
			if one.file != nil || size > budget != (other.file != nil) {
				t.Fatalf("%d bytes of events are not where this test means them to be", size)
			}
			if other.file != nil {
				filed++
			}
			if one.Len() != n || other.Len() != n || one.Leads() != leads || other.Leads() != leads || one.latest != other.latest || !slices.Equal(one.Types, other.Types) {
				t.Fatalf("%d and %d events of %d and %d leads, of %d and %d", one.Len(), other.Len(), one.Leads(), other.Leads(), n, leads)
			}
			rows := r.Perm(leads)
			if seed < 6 {
				slices.Sort(rows)
			}
			var a, b LeadEvents
			for _, row := range rows {
				one.Of(row, &a)
				other.Of(row, &b)
				if !slices.Equal(a.Times, b.Times) || !slices.Equal(a.Types, b.Types) {
					t.Fatalf("seed %d: lead %d has %v %v, in memory %v %v", seed, row, b.Times, b.Types, a.Times, a.Types)
				}
			}
			if err := other.Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if filed < 10 {
		t.Errorf("%d logs in files", filed)
	}
}

// What is put is got, and no byte beside it is touched.
func TestEventForm(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		span, leads, kinds := r.Int64N(1<<r.IntN(63))+1, 1+r.IntN(1<<r.IntN(20)), 1+r.IntN(1<<r.IntN(20))
		earliest, first := Micros(r.Int64())-math.MaxInt64/2, uint32(r.IntN(1000))
		f := formOf(earliest, earliest+Micros(span), first, leads, kinds)
		if f.size > 8 && f.size != wideEvent || f.size > 1 && f.size <= 8 && 8*int(f.size-1) >= int(f.leadBits)+int(f.kindBits)+bits.Len64(uint64(span)) {
			t.Fatalf("%d bytes for a span of %d, %d leads, %d types", f.size, span, leads, kinds)
		}
		room := bytes.Repeat([]byte{0xa5}, 3*int(f.size)+behind)
		want := rawEvent{earliest + Micros(r.Int64N(span+1)), first + uint32(r.IntN(leads)), uint32(r.IntN(kinds))}
		f.put(room[f.size:], want)
		if got := f.get(room[f.size:]); got != want {
			t.Fatalf("got %v, put %v by %+v", got, want, f)
		}
		copy(room[f.size:], bytes.Repeat([]byte{0xa5}, int(f.size)))
		if len(bytes.Trim(room, "\xa5")) > 0 {
			t.Fatalf("bytes beside an event of %+v were touched", f)
		}
	}
}

// Codes of leads whose events could not be read are no codes.
func TestEncodeOfFailingEvents(t *testing.T) {
	s := schemaOf(t, `version: 1
lead: {id: id, created: created}
snapshot: created + 1d
events: {lead: id, time: time, type: type}
engagement:
  - {name: visits, count: [visit]}
`)
	table, _, err := readText(t, s, "id,created\n1,2026-01-01\n2,2026-01-02\n3,2026-04-11\n", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	b := newEventBuilder(table.Len(), rawBytes)
	for i := range 30 {
		b.Add(i%3, table.Created.At(i%3), "visit")
	}
	l := b.Build()
	h := historyOf(t, table, l)
	e, err := FitEncoder(h, allRows(table), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.EncodeHistory(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if err := l.file.Truncate(20); err != nil {
		t.Fatal(err)
	}
	if codes, err := e.EncodeHistory(t.Context(), h); err == nil {
		t.Errorf("%d columns of codes, and no error", len(codes))
	}
}

// A temporary file that fails is an error, never a lead without events.
func TestFailingFileOfEvents(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/not there")
	b := newEventBuilder(10, rawBytes)
	for i := range 100 {
		b.Add(i%10, Micros(i), "visit")
	}
	if err := b.Build().Err(); err == nil {
		t.Error("no folder for the temporary file, and no error")
	}
	t.Setenv("TMPDIR", t.TempDir())
	b = newEventBuilder(10, rawBytes)
	for i := range 100 {
		b.Add(i%10, Micros(i), "visit")
	}
	l := b.Build()
	if err := l.file.Truncate(20); err != nil {
		t.Fatal(err)
	}
	var events LeadEvents
	l.Of(9, &events)
	if l.Err() == nil || len(events.Times) > 0 {
		t.Errorf("%d events of a file that was cut, error %v", len(events.Times), l.Err())
	}
}

// parquetEvent is an event whose lead is written by a dictionary, or as it is.
type parquetEvent struct {
	Lead  *string `parquet:"lead,dict,optional"`
	Plain *string `parquet:"plain,optional"`
	Time  int64   `parquet:"time,timestamp(microsecond)"`
	Type  string  `parquet:"type,dict"`
}

// A dictionary's ids are looked up once, and say the same as ids that are looked up one by one: known, unknown, between blanks, and none.
func TestLeadsOfADictionary(t *testing.T) {
	const leads, events = 500, 40_000
	r := rand.New(rand.NewPCG(8, 9))
	text := "id,created\n"
	for i := range leads {
		text += fmt.Sprintf("lead %d,2026-01-01\n", i)
	}
	rows := make([]parquetEvent, events)
	for i := range rows {
		id := fmt.Sprintf("lead %d", r.IntN(leads+50))
		switch r.IntN(20) {
		case 0:
			id = " " + id + "\t"
		case 1:
			id = "  "
		}
		rows[i] = parquetEvent{&id, &id, 1_767_000_000_000_000 + r.Int64N(1e12), fmt.Sprint("kind ", r.IntN(4))}
		if r.IntN(30) == 0 {
			rows[i].Lead, rows[i].Plain = nil, nil
		}
	}
	path := filepath.Join(t.TempDir(), "events.parquet")
	if err := parquet.WriteFile(path, rows, parquet.MaxRowsPerRowGroup(7_000)); err != nil {
		t.Fatal(err)
	}
	read := func(column string) (*Table, *EventLog, *ReadReport) {
		s := schemaOf(t, "version: 1\nlead: {id: id, created: created}\nevents: {lead: "+column+", time: time, type: type}\n")
		table, _, err := readText(t, s, text, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		log, report, err := ReadEvents(t.Context(), s, []string{path}, table, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return table, log, report
	}
	table, coded, told := read("lead")
	_, plain, want := read("plain")
	var a, b LeadEvents
	known := 0
	for row := range table.Len() {
		coded.Of(row, &a)
		plain.Of(row, &b)
		if known += len(a.Times); !slices.Equal(a.Times, b.Times) || !slices.Equal(a.Types, b.Types) {
			t.Fatalf("lead %d has %d events, %d by text", row, len(a.Times), len(b.Times))
		}
	}
	left := 0
	for i, w := range want.Warnings {
		if w.Problem == "columns that the schema does not know, not read" {
			continue
		}
		left += int(w.Count)
		if got := told.Warnings[i]; got.String() != w.String() {
			t.Errorf("warning %q, by text %q", got, w)
		}
	}
	if left == 0 || known+left != events {
		t.Errorf("%d events of known leads and %d left out are not %d", known, left, events)
	}
}

// BenchmarkEventLog measures gathering 2 million events in the order of time, putting them in order, and looking at each lead's; in memory, and through
// temporary files.
func BenchmarkEventLog(b *testing.B) {
	const leads, events = 100_000, 2_000_000
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]rawEvent, events)
	for i := range rows {
		rows[i] = rawEvent{Micros(i) * 1e6, uint32(r.IntN(leads)), uint32(r.IntN(7))}
	}
	for name, budget := range map[string]int{"memory": eventMemory, "files": 8 << 20} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var one LeadEvents
			for b.Loop() {
				builder := newEventBuilder(leads, budget)
				for k := range 7 {
					builder.kind(fmt.Sprint("kind ", k))
				}
				for _, e := range rows {
					builder.add(e)
				}
				log := builder.Build()
				for row := range leads {
					log.Of(row, &one)
				}
				if err := log.Err(); err != nil || (log.file == nil) != (name == "memory") {
					b.Fatal(err)
				}
			}
			b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// Of a reading that keeps only what came before snapshots, every snapshot is the same, and what was not kept is counted where the rule allows it.
func TestEventsBeforeSnapshots(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	leads, events := "id,created,closed,stage,seen\n", "lead,at,what\n"
	at := func(days int) string {
		return day(t, "2026-01-01").Time().AddDate(0, 0, days).Format("2006-01-02T15:04:05Z")
	}
	for i := range 200 {
		created := at(r.IntN(50))
		if i%20 == 0 {
			created = ""
		}
		leads += fmt.Sprintf("%d,%s,%s,%s,%s\n", i, created, at(60+r.IntN(30)), []string{"won", "open"}[i%2], at(r.IntN(80)))
		for range r.IntN(9) {
			events += fmt.Sprintf("%d,%s,%s\n", i, at(r.IntN(100)), []string{"visit", "demo", "mark"}[r.IntN(3)])
		}
	}
	for rule, fewer := range map[string]bool{"created + 10d": true, "column seen": true, "event mark": false, "": false} {
		text := "version: 1\nlead: {id: id, created: created, closed: closed}\noutcome: {column: stage, won: [won], lost: [lost]}\n" +
			"events: {lead: lead, time: at, type: what}\n"
		if rule != "" {
			text += "snapshot: " + rule + "\n"
		}
		s := schemaOf(t, text)
		table, _, err := readText(t, s, leads, ReadOptions{Outcome: true})
		if err != nil {
			t.Fatal(err)
		}
		path := write(t, "events.csv", events)
		var histories [2]*History
		for i := range histories {
			log, report, err := ReadEvents(t.Context(), s, []string{path}, table, ReadOptions{BeforeSnapshot: i == 1})
			if err != nil {
				t.Fatal(err)
			}
			if int64(log.Len())+report.Later != report.Rows || (report.Later > 0) != (fewer && i == 1) {
				t.Errorf("rule %q: %d events kept and %d not of %d", rule, log.Len(), report.Later, report.Rows)
			}
			histories[i] = historyOf(t, table, log)
		}
		var want, got Snapshot
		for i := range table.Len() {
			histories[0].Snapshot(i, &want)
			histories[1].Snapshot(i, &got)
			if !slices.Equal(got.Events, want.Events) || got.AsOf != want.AsOf {
				t.Fatalf("rule %q: lead %d has %v as of %v, want %v as of %v", rule, i, got.Events, got.AsOf, want.Events, want.AsOf)
			}
		}
	}
}
