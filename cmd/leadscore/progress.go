package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far long work is: a bar a stage, on a terminal only, and only for what takes over a second.
type progress struct {
	to    io.Writer // nil: silent
	stage string
	since time.Time
	bar   *progressbar.ProgressBar
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

// report is the listener that long work calls; total 0 means unknown.
func (p *progress) report(stage string, done, total int64) {
	if p.to == nil {
		return
	}
	if stage != p.stage {
		p.finish()
		p.stage, p.since = stage, time.Now()
	}
	if p.bar == nil && time.Since(p.since) < patience {
		return
	}
	if total <= 0 {
		total = -1
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(p.to), progressbar.OptionSetDescription(stage),
			progressbar.OptionSetPredictTime(true), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	_ = p.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
}

// finish removes the bar.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
