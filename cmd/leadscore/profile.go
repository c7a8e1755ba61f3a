package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// stopwatch takes the time of long work by stage, and how much memory the process had needed by then.
type stopwatch struct {
	mu      sync.Mutex
	now     func() time.Time
	begun   time.Time // of the whole
	entered time.Time // of the stage
	stage   string
	laps    []lap
}

// lap is one stage. A stage that is entered again adds to its own.
type lap struct {
	stage string
	took  time.Duration
	peak  int64 // bytes that the process had needed when it ended; 0: the system does not say
}

func newStopwatch() *stopwatch {
	s := &stopwatch{now: time.Now}
	s.begun = s.now()
	s.entered = s.begun
	return s
}

// watch is a listener that also tells next.
func (s *stopwatch) watch(next func(stage string, done, total int64)) func(stage string, done, total int64) {
	return func(stage string, done, total int64) {
		s.mu.Lock()
		if stage != s.stage {
			s.end()
			s.stage, s.entered = stage, s.now()
		}
		s.mu.Unlock()
		next(stage, done, total)
	}
}

func (s *stopwatch) at(stage string) *lap {
	for i := range s.laps {
		if s.laps[i].stage == stage {
			return &s.laps[i]
		}
	}
	s.laps = append(s.laps, lap{stage: stage})
	return &s.laps[len(s.laps)-1]
}

func (s *stopwatch) end() {
	name := s.stage
	if name == "" {
		name = "start"
	}
	l := s.at(name)
	l.took += s.now().Sub(s.entered)
	l.peak = peakMemory()
}

// print ends the last stage and writes the table.
func (s *stopwatch) print(to io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end()
	total := s.now().Sub(s.begun)
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header, t.Style().Format.Footer = text.FormatDefault, text.FormatDefault
	t.AppendHeader(table.Row{"stage", "seconds", "share", "peak memory by then"})
	for _, l := range s.laps {
		t.AppendRow(table.Row{l.stage, fmt.Sprintf("%.2f", l.took.Seconds()), fmt.Sprintf("%.0f %%", 100*float64(l.took)/float64(max(total, 1))), megabytes(l.peak)})
	}
	t.AppendFooter(table.Row{fmt.Sprintf("all, on %d cores", runtime.GOMAXPROCS(0)), fmt.Sprintf("%.2f", total.Seconds()), "", megabytes(peakMemory())})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, Align: text.AlignRight, AlignFooter: text.AlignRight}, {Number: 3, Align: text.AlignRight}, {Number: 4, Align: text.AlignRight, AlignFooter: text.AlignRight}})
	fmt.Fprintf(to, "Where the time went:\n%s\n", t.Render())
}

func megabytes(bytes int64) string {
	if bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// peakMemory is the most memory that the process has had in RAM, in bytes; where the system does not say, what the runtime has asked for.
func peakMemory() int64 {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				if kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64); err == nil {
					return kB << 10
				}
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
