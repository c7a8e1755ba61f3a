package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// screen is a terminal that two goroutines may use.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// take returns what was written since the last call.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text.String()
	s.text.Reset()
	return text
}

// wait lets time pass; the clock of a synctest bubble does it at once.
func wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// A stage shows a bar once it has taken a second, whether it reports often or only once.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to screen
		p := &progress{to: &to}
		p.report("reading", 1, 10)
		wait(patience / 2)
		p.report("reading", 5, 10)
		if text := to.take(); text != "" {
			t.Errorf("a stage of half a second shows %q", text)
		}
		wait(patience)
		if text := to.take(); !strings.Contains(text, "reading") || !strings.Contains(text, "50%") {
			t.Errorf("a stage of over a second shows %q", text)
		}
		p.report("fitting", 0, 0)
		if text := to.take(); strings.Contains(text, "fitting") {
			t.Errorf("the next stage shows %q at once", text)
		}
		wait(2 * patience)
		if text := to.take(); !strings.Contains(text, "fitting") {
			t.Errorf("a stage that reports once and takes two seconds shows %q", text)
		}
		p.report("judging", 0, 0)
		p.finish()
		to.take()
		wait(2 * patience)
		if text := to.take(); text != "" {
			t.Errorf("after the end it shows %q", text)
		}
	})
}

// There is no bar where no one looks.
func TestProgressInAFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if p := newProgress(file); p.to != nil {
		t.Error("a file is taken for a terminal")
	}
}
