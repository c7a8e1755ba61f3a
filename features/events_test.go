package features

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// Events that lie in a temporary file are those that would lie in memory, in whatever order leads are looked at.
func TestSpilledEvents(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	for _, types := range []int{3, 300, 70_000} {
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, uint64(types)))
			leads, n := 1+r.IntN(3000), r.IntN(40_000)
			held, spilled := NewEventBuilder(leads), newEventBuilder(leads, rawBytes*(1+r.IntN(5000)))
			for i := range n {
				lead, at, kind := r.IntN(leads), Micros(r.IntN(500)), fmt.Sprint("kind ", r.IntN(types))
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
			if one.file != nil || n > 10_000 && other.file == nil {
				t.Fatal("the events are not where this test means them to be")
			}
			if one.Len() != n || other.Len() != n || one.Leads() != leads || other.Leads() != leads || one.latest != other.latest || !slices.Equal(one.Types, other.Types) {
				t.Fatalf("%d and %d events of %d and %d leads, of %d and %d", one.Len(), other.Len(), one.Leads(), other.Leads(), n, leads)
			}
			rows := r.Perm(leads)
			if seed < 3 {
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
