package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
)

// A result is made in parts, on all cores, in a folder beside it: .scores.parquet.parts. A run that is killed leaves its finished parts
// there, and the same command goes on from them. The folder goes when the result stands, and when another command makes the same result.

// partRows is the size of a part: one row group of Parquet.
const partRows = 1 << 16

// job is what a part belongs to. Parts of another job are thrown away.
type job struct {
	Model, Rules  string
	Leads, Events string // fingerprints of the files
	PartRows      int
	Explain       bool
	LeaveOut      bool
	AsOf          AsOf // its time is that of the run that began
	Columns       []source.ColumnInfo
	Code          string // partsCode
}

// partsCode is raised when what a column holds changes.
const partsCode = "2"

// Resumed says what a run found of an earlier one.
type Resumed struct {
	Parts int    `json:"parts"` // finished already
	Of    int    `json:"of"`    // 0: not known yet
	AsOf  string `json:"as_of"` // the instant of the run that began
}

// parts scores the parts of a job, each core one at a time, and joins them as they come.
type parts struct {
	scorer *models.Scorer
	cfg    *Config
	report *Report

	folder string
	opened bool
	job    job
	count  int  // of the parts so far
	all    bool // parts were added

	todo     chan part
	finished chan int
	stage    string
	telling  sync.Mutex
	done     int64 // leads
	expected int64
}

// part is a run of neighbouring leads: first … last−1 of a history.
type part struct {
	number      int
	history     *features.History
	first, last int
}

func newParts(scorer *models.Scorer, cfg *Config, report *Report) *parts {
	cores := runtime.GOMAXPROCS(0)
	return &parts{
		scorer: scorer, cfg: cfg, report: report, todo: make(chan part), finished: make(chan int, cores),
		folder: filepath.Join(filepath.Dir(cfg.Out), "."+filepath.Base(cfg.Out)+".parts"),
		job: job{Model: report.Model, Rules: report.Rules, PartRows: cfg.partRows(), Explain: cfg.Explain, LeaveOut: cfg.LeaveOutBadRows, AsOf: cfg.AsOf,
			Columns: newResults(scorer, cfg.Explain).info(), Code: partsCode},
	}
}

// open finds the finished parts of the same job, or begins anew.
func (p *parts) open() error {
	p.opened = true
	var old job
	text, err := os.ReadFile(p.manifest())
	if err == nil && json.Unmarshal(text, &old) == nil && sameJob(old, p.job) {
		p.job.AsOf = old.AsOf
		if n := len(p.finishedParts()); n > 0 {
			p.report.Resumed = &Resumed{Parts: n, AsOf: p.job.AsOf.Time.UTC().Format(time.RFC3339)}
			if p.cfg.Resumed != nil {
				p.cfg.Resumed(p.report.Resumed)
			}
		}
		return nil
	}
	if err := os.RemoveAll(p.folder); err != nil {
		return err
	}
	if err := os.MkdirAll(p.folder, 0o777); err != nil {
		return err
	}
	return writeJSON(p.manifest(), &p.job)
}

// sameJob compares all but the instant of a run that looks at leads as of now.
func sameJob(a, b job) bool {
	if a.AsOf.Rule != AsOfTime {
		a.AsOf.Time = b.AsOf.Time
	} else if a.AsOf.Time.Equal(b.AsOf.Time) {
		a.AsOf.Time = b.AsOf.Time
	}
	return reflect.DeepEqual(a, b)
}

func (p *parts) manifest() string { return filepath.Join(p.folder, "job.json") }

// path of part k: its name ends as the result's, which chooses the format.
func (p *parts) path(k int) string {
	return filepath.Join(p.folder, fmt.Sprintf("part-%05d-%s", k, filepath.Base(p.cfg.Out)))
}

// finishedParts are the figures' files of parts that were finished.
func (p *parts) finishedParts() []string {
	paths, _ := filepath.Glob(filepath.Join(escaped(p.folder), "part-*.json")) // no error: the pattern is right
	return paths
}

// escaped is a pattern of a path alone.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// figures of part k; an error where it is not finished.
func (p *parts) figures(k int) (*Report, error) {
	text, err := os.ReadFile(p.path(k) + ".json")
	if err != nil {
		return nil, err
	}
	report := newReport()
	if err := json.Unmarshal(text, report); err != nil {
		return nil, err
	}
	_, err = os.Stat(p.path(k))
	return report, err
}

// writeJSON makes a small file appear whole.
func writeJSON(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".tmp", text, 0o666); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

func newReport() *Report { return &Report{Qualified: map[string]int{}, Quadrants: map[string]int{}} }

// discard throws the folder away where a run that failed has finished no part.
func (p *parts) discard() error {
	if len(p.finishedParts()) > 0 {
		return nil
	}
	return os.RemoveAll(p.folder)
}

// run reads leads, scores them and joins the parts.
func (p *parts) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	var scoring sync.WaitGroup
	for range cap(p.finished) { // cores
		scoring.Add(1)
		group.Go(func() error {
			defer scoring.Done()
			return p.scoreParts(ctx)
		})
	}
	group.Go(func() error {
		err := p.read(ctx)
		p.all = err == nil
		close(p.todo)
		scoring.Wait()
		close(p.finished)
		return err
	})
	group.Go(p.join)
	err := group.Wait()
	var faults features.Faults
	switch {
	case err != nil && !p.opened:
		return err
	case errors.As(err, &faults): // they come again
		return errors.Join(err, os.RemoveAll(p.folder))
	case err != nil:
		return errors.Join(err, p.discard())
	}
	return os.RemoveAll(p.folder)
}

// read reads leads and adds them.
func (p *parts) read(ctx context.Context) error {
	read := p.whole
	p.stage = "scoring"
	if inLots(p.scorer.Version().Schema, p.cfg) {
		read, p.stage = p.inLots, "reading and scoring"
		p.tell(0)
	}
	r, err := read(ctx)
	if err != nil {
		return err
	}
	p.report.LeftOut, p.report.Warnings = r.leftOut, r.warnings
	return nil
}

// add hands the leads of a history to the cores, in parts. Expected is about how many leads there will be.
func (p *parts) add(ctx context.Context, h *features.History, expected int64) error {
	if err := setInstants(h, p.job.AsOf, p.scorer.Version().Timeless()); err != nil {
		return err
	}
	p.telling.Lock()
	p.expected = expected
	p.telling.Unlock()
	n := h.Table.Len()
	for first := 0; first < n || first == 0; first += p.job.PartRows { // of no leads too the result has its columns
		select {
		case p.todo <- part{p.count, h, first, min(first+p.job.PartRows, n)}:
			p.count++
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (p *parts) tell(rows int) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.done += int64(rows)
	p.cfg.progress(p.stage, p.done, max(p.done, p.expected))
}

// scoreParts makes parts as long as there are any.
func (p *parts) scoreParts(ctx context.Context) error {
	own := newResults(p.scorer, p.cfg.Explain)
	own.allocate(chunk)
	for part := range p.todo {
		if own.history != part.history {
			own.history = part.history
			if !p.cfg.Explain {
				own.rows = p.scorer.Rows(part.history)
			}
		}
		if figures, err := p.figures(part.number); err == nil && figures.Leads == part.last-part.first {
			p.tell(figures.Leads)
		} else if err := p.scorePart(ctx, own, part); err != nil {
			return err
		}
		select {
		case p.finished <- part.number:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// join puts finished parts behind each other while others are made, and makes the result of them.
func (p *parts) join() error {
	var joiner *source.Joiner
	waiting, next := map[int]bool{}, 0
	for number := range p.finished {
		if joiner == nil {
			var err error
			if joiner, err = source.BeginJoin(p.cfg.Out, p.folder, p.job.Columns); err != nil {
				return err
			}
			defer joiner.Discard()
		}
		for waiting[number] = true; waiting[next]; next++ {
			delete(waiting, next)
			if err := joiner.Add(p.path(next)); err != nil {
				return err
			}
			figures, err := p.figures(next)
			if err != nil {
				return err
			}
			p.report.add(figures)
		}
	}
	if !p.all || next < p.count {
		return nil // the reading has an error, or a core
	}
	if p.report.Resumed != nil {
		p.report.Resumed.Of = next
	}
	return joiner.Commit()
}

// scorePart makes a part.
func (p *parts) scorePart(ctx context.Context, own *results, one part) error {
	k := one.number
	w, err := source.CreatePart(p.path(k), own.info(), k == 0)
	if err != nil {
		return err
	}
	defer w.Discard()
	figures := newReport()
	scores := make([]models.Score, block) // their memory is used again
	columns := make([]source.Column, len(own.columns))
	for from := one.first; from < one.last; from += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := min(chunk, one.last-from)
		own.begin()
		for at := 0; at < rows; at += block {
			scores := scores[:min(block, rows-at)]
			own.score(from+at, scores)
			figures.count(scores)
			own.fill(at, scores)
		}
		for c := range columns {
			columns[c] = own.columns[c].data
		}
		if err := w.Write(columns, rows); err != nil {
			return err
		}
		p.tell(rows)
	}
	if err := own.history.Events.Err(); err != nil {
		return err
	}
	return errors.Join(w.Commit(), writeJSON(p.path(k)+".json", figures))
}

// score scores leads first, first+1, …
func (r *results) score(first int, scores []models.Score) {
	if !r.explain {
		r.rows.ScoreInto(first, scores)
		return
	}
	for i := range scores {
		r.history.Snapshot(first+i, &r.snapshot)
		r.scorer.ScoreInto(&r.snapshot, &scores[i], true)
	}
}

// block is how many leads' scores fill the columns at once: few enough to stay in the processor's cache.
const block = 128

// add takes a part's figures.
func (r *Report) add(part *Report) {
	r.Leads += part.Leads
	r.ExpectedWins += part.ExpectedWins
	r.ThinEvidence += part.ThinEvidence
	for key, n := range part.Qualified {
		r.Qualified[key] += n
	}
	for key, n := range part.Quadrants {
		r.Quadrants[key] += n
	}
}
