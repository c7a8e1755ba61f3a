package rules

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"leadscore/features"
)

// testSchema is the schema of the example book.
func testSchema(t testing.TB) *features.Schema {
	t.Helper()
	s, err := features.LoadSchema("testdata/schema.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func exampleBook(t testing.TB) *Book {
	t.Helper()
	b, err := Load("testdata/example.yaml", testSchema(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parse reads a book that must be right.
func parse(t testing.TB, s *features.Schema, text string) *Book {
	t.Helper()
	b, err := Parse("rules.yaml", []byte(text), s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// faultsOf are the messages of a book that must be wrong.
func faultsOf(t *testing.T, s *features.Schema, text string) []string {
	t.Helper()
	_, err := Parse("rules.yaml", []byte(text), s)
	var faults features.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("Parse(…) = %v, want faults", err)
	}
	var all []string
	for _, f := range faults {
		all = append(all, f.Error())
	}
	return all
}

// now is the instant of the scores: noon of 2026-11-22.
var now = features.Micros(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixMicro())

// lead makes a snapshot at now. Values not named are missing; an event is written "pricing_page 3", the type and its age
// in days.
func lead(t testing.TB, s *features.Schema, values map[string]any, events ...string) *features.Snapshot {
	t.Helper()
	snapshot := &features.Snapshot{ID: "L-1", AsOf: now, Created: now - 100*features.Day, Values: make([]features.Value, len(s.Fields))}
	for i := range snapshot.Values {
		snapshot.Values[i].Missing = true
	}
	for name, value := range values {
		i, ok := s.FieldIndex(name)
		if !ok {
			t.Fatalf("no field %s", name)
		}
		v := features.Value{}
		switch x := value.(type) {
		case int:
			v.Number = float64(x)
		case float64:
			v.Number = x
		case bool:
			if x {
				v.Number = 1
			}
		case string:
			v.Text = x
		case features.Micros:
			v.Time = x
		}
		snapshot.Values[i] = v
	}
	for _, e := range events {
		name, age, _ := strings.Cut(e, " ")
		var days float64
		if _, err := fmt.Sscan(age, &days); err != nil {
			t.Fatal(err)
		}
		snapshot.Events = append(snapshot.Events, features.Event{Type: name, Time: now - features.Micros(days*float64(features.Day))})
	}
	for i := 1; i < len(snapshot.Events); i++ {
		if snapshot.Events[i].Time < snapshot.Events[i-1].Time {
			t.Fatal("events must be written oldest first")
		}
	}
	return snapshot
}

// checkSums holds a score to its promise: what counted adds up.
func checkSums(t testing.TB, b *Book, s Score) {
	t.Helper()
	sums := map[Dimension]Milli{}
	for _, f := range s.Fired {
		sums[f.Dimension] += milli(f.Counted)
	}
	if sums[Fit] != milli(s.Fit) || sums[Engagement] != milli(s.Engagement) {
		t.Errorf("counted points sum to fit %v, engagement %v; score says %v, %v", sums[Fit], sums[Engagement], s.Fit, s.Engagement)
	}
	if total := weigh(b.weights[0], milli(s.Fit)) + weigh(b.weights[1], milli(s.Engagement)); total != milli(s.Points) {
		t.Errorf("points = %v, want %v", s.Points, total)
	}
}
