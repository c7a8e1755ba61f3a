package simulate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// Report tells what was made. Shares and probabilities are in [0, 1].
type Report struct {
	Out          string    `json:"out"`
	Format       string    `json:"format"`
	Seed         uint64    `json:"seed"`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	Leads        int       `json:"leads"`
	Events       int       `json:"events"`
	Won          int       `json:"won"`
	Lost         int       `json:"lost"`
	Open         int       `json:"open"`
	NewLeads     int       `json:"new_leads"`
	NewEvents    int       `json:"new_events"`
	DecidedEarly int       `json:"decided_before_snapshot"` // won or lost before the snapshot; they have no true probability
	Mature       int       `json:"mature"`                  // undecided at the snapshot, and the horizon ended before End
	BaseRate     float64   `json:"base_rate"`               // share of mature leads that won within the horizon
	MeanTruth    float64   `json:"mean_true_probability"`   // of mature leads
	AUC          float64   `json:"true_auc"`                // of the true probability, on mature leads; 0 with one class only
	Files        []File    `json:"files"`
}

// File is one file that was written.
type File struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// Run makes a history and writes it into c.Out, whole or not at all: leads and events in c.Format, truth.csv with the true
// probabilities, TRUTH.md with the rule, stages.csv, costs.csv and PROCESS.md with what the team did and why, and newleads.csv, newevents.csv and newtruth.csv with recent open leads to score.
//
// It returns a [ConfigError] for every setting that cannot be used, [ErrInTheWay] rather than overwrite a file that no
// simulation wrote, and the context's error when cancelled; c.Out is then as it was before. Cost O(leads) time; memory
// of some megabytes a goroutine.
func Run(ctx context.Context, c Config) (report *Report, err error) {
	c, err = c.complete()
	if err != nil {
		return nil, err
	}
	dir, err := openDirectory(c.Out)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, dir.abort())
		}
	}()
	history, err := writeHistory(ctx, c, dir)
	if err != nil {
		return nil, err
	}
	fresh, err := writeNewLeads(ctx, c, dir)
	if err != nil {
		return nil, err
	}
	if err := writeProcess(dir, history, c.Seed); err != nil {
		return nil, err
	}
	report = newReport(c, history, fresh)
	if err := os.WriteFile(filepath.Join(dir.temporary, "TRUTH.md"), describe(newTruth(), report), 0o644); err != nil {
		return nil, err
	}
	if report.Files, err = listFiles(dir.temporary); err != nil {
		return nil, err
	}
	return report, dir.commit()
}

// result is what a run of blocks came to.
type result struct {
	tally tally
	auc   float64
}

func writeHistory(ctx context.Context, c Config, dir *directory) (result, error) {
	var s sink
	var err error
	if c.Format == FormatParquet {
		s, err = newParquetSink(dir, newWriting())
	} else {
		s, err = newCSVSink(dir, newWriting(), false)
	}
	if err != nil {
		return result{}, err
	}
	stages, err := dir.createCSV("stages.csv", stagesHeader)
	if err != nil {
		return result{}, err
	}
	return writeBlocks(ctx, c, c.Leads, false, &stagesSink{s, stages})
}

func writeNewLeads(ctx context.Context, c Config, dir *directory) (result, error) {
	s, err := newCSVSink(dir, newWriting(), true)
	if err != nil {
		return result{}, err
	}
	c.Progress = nil
	return writeBlocks(ctx, c, c.NewLeads, true, s)
}

// job is one block to make, and where to put it.
type job struct {
	number int64
	leads  int
	done   chan *chunk
}

// writeBlocks makes blocks on several goroutines and writes them in order. At most a few blocks a goroutine exist at a time.
func writeBlocks(ctx context.Context, c Config, leads int, newLeads bool, s sink) (result, error) {
	workers := c.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	group, ctx := errgroup.WithContext(ctx)
	jobs := make(chan job)
	ordered := make(chan chan *chunk, 4*workers)
	free := make(chan *chunk, 6*workers)
	for range cap(free) {
		free <- &chunk{}
	}
	group.Go(func() error { return handOut(ctx, leads, jobs, ordered) })
	for range workers {
		group.Go(func() error { return makeBlocks(ctx, newGenerator(c, newLeads), s, jobs, free) })
	}
	var r result
	group.Go(func() (err error) {
		r, err = writeInOrder(ctx, s, ordered, free, c.Progress)
		return err
	})
	return r, group.Wait()
}

// handOut lists the blocks, each in both queues.
func handOut(ctx context.Context, leads int, jobs chan<- job, ordered chan<- chan *chunk) error {
	defer close(jobs)
	defer close(ordered)
	for number := 0; number*blockLeads < leads; number++ {
		j := job{number: int64(number), leads: min(leads-number*blockLeads, blockLeads), done: make(chan *chunk, 1)}
		select {
		case ordered <- j.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case jobs <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func makeBlocks(ctx context.Context, g *generator, s sink, jobs <-chan job, free <-chan *chunk) error {
	for j := range jobs {
		var c *chunk
		select {
		case c = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		c.reset()
		leads := g.block(j.number, j.leads)
		c.tally.add(leads)
		s.encode(leads, c)
		j.done <- c
	}
	return nil
}

func writeInOrder(ctx context.Context, s sink, ordered <-chan chan *chunk, free chan<- *chunk, progress func(int)) (result, error) {
	var total tally
	var ranks ranking
	for done := range ordered {
		var c *chunk
		select {
		case c = <-done:
		case <-ctx.Done():
			return result{}, ctx.Err()
		}
		if err := s.write(c); err != nil {
			return result{}, fmt.Errorf("simulate: write: %w", err)
		}
		total.merge(&c.tally, &ranks)
		free <- c
		if progress != nil {
			progress(total.leads)
		}
	}
	if err := ctx.Err(); err != nil {
		return result{}, err
	}
	if err := s.close(); err != nil {
		return result{}, fmt.Errorf("simulate: write: %w", err)
	}
	return result{tally: total, auc: ranks.auc()}, nil
}

func newReport(c Config, history, fresh result) *Report {
	t := history.tally
	r := &Report{
		Out: c.Out, Format: c.Format, Seed: c.Seed, Start: c.Start.UTC(), End: c.End.UTC(),
		Leads: t.leads, Events: t.events, Won: t.outcomes[won], Lost: t.outcomes[lost], Open: t.outcomes[open],
		NewLeads: fresh.tally.leads, NewEvents: fresh.tally.events,
		DecidedEarly: t.decidedEarly, Mature: t.mature, AUC: history.auc,
	}
	if t.mature > 0 {
		r.BaseRate = float64(t.wins) / float64(t.mature)
		r.MeanTruth = t.sumProbability / float64(t.mature)
	}
	return r
}

func listFiles(dir string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: e.Name(), Bytes: info.Size()})
	}
	return files, nil
}
