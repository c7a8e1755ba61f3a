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
	"sync"
	"sync/atomic"

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
	Rows          int
	PartRows      int
	Explain       bool
	LeaveOut      bool
	AsOf          AsOf // its time is that of the run that began
	Columns       []source.ColumnInfo
	Code          string // partsCode
}

// partsCode is raised when what a column holds changes.
const partsCode = "1"

// Resumed says what a run found of an earlier one.
type Resumed struct {
	Parts int    `json:"parts"` // finished already
	Of    int    `json:"of"`
	AsOf  string `json:"as_of"` // the instant of the run that began
}

// parts is the folder of a job.
type parts struct {
	folder  string
	out     string
	job     job
	count   int
	resumed int
}

// openParts finds the finished parts of the same job, or begins anew.
func openParts(cfg *Config, j job) (*parts, error) {
	p := &parts{
		folder: filepath.Join(filepath.Dir(cfg.Out), "."+filepath.Base(cfg.Out)+".parts"),
		out:    cfg.Out, job: j, count: max(1, (j.Rows+j.PartRows-1)/j.PartRows), // of no leads too the result has its columns
	}
	var old job
	text, err := os.ReadFile(p.manifest())
	if err == nil && json.Unmarshal(text, &old) == nil && sameJob(old, j) {
		p.job.AsOf = old.AsOf
		for k := range p.count {
			if _, err := p.figures(k); err == nil {
				p.resumed++
			}
		}
		return p, nil
	}
	if err := os.RemoveAll(p.folder); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.folder, 0o777); err != nil {
		return nil, err
	}
	return p, writeJSON(p.manifest(), &p.job)
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
	return filepath.Join(p.folder, fmt.Sprintf("part-%05d-%s", k, filepath.Base(p.out)))
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
	for k := range p.count {
		if _, err := p.figures(k); err == nil {
			return nil
		}
	}
	return os.RemoveAll(p.folder)
}

// score makes the parts that are missing, each core one at a time, and joins all.
func (p *parts) score(ctx context.Context, scorer *models.Scorer, h *features.History, cfg *Config, report *Report) error {
	info := newResults(scorer, cfg.Explain).info()
	var next, done atomic.Int64
	var telling sync.Mutex
	tell := func(rows int) {
		telling.Lock()
		defer telling.Unlock()
		cfg.progress("scoring", done.Add(int64(rows)), int64(p.job.Rows))
	}
	group, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), p.count) {
		group.Go(func() error {
			own := newResults(scorer, cfg.Explain)
			own.allocate(chunk)
			own.history = h
			if !cfg.Explain {
				own.rows = scorer.Rows(h)
			}
			for k := int(next.Add(1)) - 1; k < p.count; k = int(next.Add(1)) - 1 {
				first, last := k*p.job.PartRows, min((k+1)*p.job.PartRows, p.job.Rows)
				if _, err := p.figures(k); err == nil {
					tell(last - first)
				} else if err := p.scorePart(ctx, own, k, first, last, tell); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return errors.Join(err, p.discard())
	}
	paths := make([]string, p.count)
	for k := range paths {
		figures, err := p.figures(k)
		if err != nil {
			return err
		}
		report.add(figures)
		paths[k] = p.path(k)
	}
	if err := source.Join(p.out, info, paths); err != nil {
		return err
	}
	return os.RemoveAll(p.folder)
}

// scorePart makes part k of leads first … last−1.
func (p *parts) scorePart(ctx context.Context, own *results, k, first, last int, tell func(rows int)) error {
	w, err := source.CreatePart(p.path(k), own.info(), k == 0)
	if err != nil {
		return err
	}
	defer w.Discard()
	figures := newReport()
	scores := make([]models.Score, block) // their memory is used again
	columns := make([]source.Column, len(own.columns))
	for from := first; from < last; from += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := min(chunk, last-from)
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
		tell(rows)
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
