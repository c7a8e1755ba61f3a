package main

import (
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far long work is: a bar a stage, on a terminal only, and only for what takes over a second.
type progress struct {
	to io.Writer // nil: silent

	mu          sync.Mutex // the clock shows the bar of a stage that says nothing for long
	stage       string
	done, total int64 // as last reported
	clock       *time.Timer
	bar         *progressbar.ProgressBar
}

// patience is how long a stage may take before it shows a bar.
const patience = time.Second

// newProgress is silent unless stderr is a terminal.
func newProgress(stderr io.Writer) *progress {
	if file, ok := stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return &progress{to: stderr}
	}
	return &progress{}
}

// report is the listener that long work calls; total 0 means unknown. One call a stage is enough for a bar without an end.
func (p *progress) report(stage string, done, total int64) {
	if p.to == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if stage != p.stage {
		p.end()
		p.stage = stage
		p.clock = time.AfterFunc(patience, func() { p.show(stage) })
	}
	if p.bar != nil && total != p.total && total > 0 { // an estimate
		p.bar.ChangeMax64(total)
	}
	p.done, p.total = done, total
	if p.bar != nil {
		_ = p.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
	}
}

// show draws the stage's bar, unless the stage is over.
func (p *progress) show(stage string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stage != stage || p.bar != nil {
		return
	}
	total := p.total
	if total <= 0 {
		total = -1
	}
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(p.to), progressbar.OptionSetDescription(stage),
		progressbar.OptionSetPredictTime(true), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unitOf(stage)),
		progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	_ = p.bar.Set64(p.done)
}

// finish removes the bar.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end()
}

func (p *progress) end() {
	if p.clock != nil {
		p.clock.Stop()
	}
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	p.stage, p.clock, p.bar = "", nil, nil
}

// unitOf is what a stage counts: bytes of a file where it reads, the times at which a recipe is judged, else leads.
func unitOf(stage string) string {
	switch {
	case strings.HasPrefix(stage, "reading ") && stage != "reading and scoring":
		return "B"
	case stage == "judging at earlier times":
		return "times"
	}
	return "leads"
}
