package main

import (
	"strings"
	"testing"
	"time"
)

// TestStopwatch: stages get their time, one that is entered again adds to its own, and the listener behind hears all.
func TestStopwatch(t *testing.T) {
	at := time.Unix(0, 0)
	s := newStopwatch()
	s.now = func() time.Time { return at }
	s.begun, s.entered = at, at
	heard := 0
	tell := s.watch(func(string, int64, int64) { heard++ })
	for _, step := range []struct {
		stage string
		takes time.Duration
	}{{"reading", time.Second}, {"reading", time.Second}, {"fitting", 5 * time.Second}, {"reading", time.Second}} {
		tell(step.stage, 1, 2)
		at = at.Add(step.takes)
	}
	var to strings.Builder
	s.print(&to)
	for _, want := range []string{"│ reading", "3.00 │  38 %", "5.00 │  62 %", "8.00"} {
		if !strings.Contains(to.String(), want) {
			t.Errorf("no %q in\n%s", want, to.String())
		}
	}
	if heard != 4 {
		t.Errorf("the listener heard %d reports of 4", heard)
	}
}
