// Package bulk scores files of leads: columns in, columns out, one row a lead in the file's order.
//
// It reads and encodes through the same code as training and the server, so a lead gets the same bits from a file and
// from a request. Start at [Run].
package bulk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
)

// Config says what to score and where to write it.
type Config struct {
	Leads, Events []string // files, folders or globs; Events may be empty
	Out           string   // .csv, .tsv, .jsonl (each also .gz, .zst) or .parquet
	AsOf          AsOf
	Explain       bool // add both scores' explanations as JSON columns

	LeaveOutBadRows bool // leave unreadable rows out, counted, instead of stopping
	Progress        func(stage string, done, total int64)

	PartRows int            // leads of a part of a long result; 0: 65,536
	Resumed  func(*Resumed) // told where an earlier, ended run of the same job is gone on from; may be nil
}

// AsOf says at which instant leads are scored.
type AsOf struct {
	Rule AsOfRule
	Time time.Time // of AsOfTime; of the other rules: now
}

// AsOfRule is the kind of instant.
type AsOfRule string

const (
	// AsOfOpen scores an open lead now, and one that has been closed as it was at its training snapshot: what
	// came after that is no news to a prediction.
	AsOfOpen     AsOfRule = "open"
	AsOfNow      AsOfRule = "now"      // all leads now
	AsOfSnapshot AsOfRule = "snapshot" // each lead at its training snapshot
	AsOfTime     AsOfRule = "time"     // all leads at one given time
)

// Report says what was done.
type Report struct {
	Model        string             `json:"model"` // "deals/2026-06-30-3f9a2c1b7d04"
	Rules        string             `json:"rules"` // rule book version
	Leads        int                `json:"leads"`
	ExpectedWins float64            `json:"expected_wins"` // sum of the probabilities
	Qualified    map[string]int     `json:"qualification"` // qualification → leads
	Quadrants    map[string]int     `json:"quadrant"`      // quadrant → leads
	ThinEvidence int                `json:"thin_evidence"` // leads whose probability rests on too little evidence
	LeftOut      map[string]int64   `json:"left_out,omitempty"`
	Warnings     []features.Warning `json:"warnings,omitempty"`
	Out          string             `json:"out"`
	Resumed      *Resumed           `json:"resumed,omitempty"` // where parts of an earlier, ended run were used

	fingerprints [2]string // of leads and events
}

// Run scores the leads of a file. Under Config.Out there is afterwards the whole result or, on any error, what was there
// before.
func Run(ctx context.Context, scorer *models.Scorer, cfg Config) (*Report, error) {
	table := newResults(scorer, cfg.Explain)
	if err := canWrite(cfg.Out, table.info()); err != nil { // first: it shows before the reading
		return nil, err
	}
	history, report, err := read(ctx, scorer, &cfg)
	if err != nil {
		return nil, err
	}
	report.Out = cfg.Out
	return report, runParts(ctx, scorer, history, &cfg, report)
}

// canWrite finds out whether a result can be written to a place.
func canWrite(path string, info []source.ColumnInfo) error {
	out, err := source.Create(path, info)
	if err != nil {
		return err
	}
	return out.Discard()
}

// runParts scores a file in parts, from those that an earlier run of the same job has finished.
func runParts(ctx context.Context, scorer *models.Scorer, h *features.History, cfg *Config, report *Report) error {
	p, err := openParts(cfg, job{
		Model: report.Model, Rules: report.Rules, Leads: report.fingerprints[0], Events: report.fingerprints[1],
		Rows: h.Table.Len(), PartRows: cfg.partRows(), Explain: cfg.Explain, LeaveOut: cfg.LeaveOutBadRows, AsOf: cfg.AsOf,
		Columns: newResults(scorer, cfg.Explain).info(), Code: partsCode,
	})
	if err != nil {
		return err
	}
	if p.resumed > 0 {
		report.Resumed = &Resumed{Parts: p.resumed, Of: p.count, AsOf: p.job.AsOf.Time.UTC().Format(time.RFC3339)}
		if cfg.Resumed != nil {
			cfg.Resumed(report.Resumed)
		}
	}
	if err := setInstants(h, p.job.AsOf, scorer.Version().Timeless()); err != nil {
		return err
	}
	return p.score(ctx, scorer, h, cfg, report)
}

func (c *Config) partRows() int {
	if c.PartRows > 0 {
		return c.PartRows
	}
	return partRows
}

// read reads the leads and their events by the version's own schema.
func read(ctx context.Context, scorer *models.Scorer, cfg *Config) (*features.History, *Report, error) {
	version := scorer.Version()
	options := func(stage string) features.ReadOptions {
		return features.ReadOptions{LeaveOutBadRows: cfg.LeaveOutBadRows, Progress: func(done, total int64) { cfg.progress(stage, done, total) }}
	}
	table, leads, err := features.ReadLeads(ctx, version.Schema, cfg.Leads, options("reading leads"))
	if err != nil {
		return nil, nil, err
	}
	report := newReport()
	report.Model, report.Rules = version.Model+"/"+version.ID, scorer.Rules().Version()
	report.LeftOut, report.Warnings = leads.LeftOut, leads.Warnings
	report.fingerprints[0] = leads.Fingerprint
	var events *features.EventLog
	if len(cfg.Events) > 0 {
		read, eventReport, err := features.ReadEvents(ctx, version.Schema, cfg.Events, table, options("reading events"))
		if err != nil {
			return nil, nil, err
		}
		events, report.fingerprints[1] = read, eventReport.Fingerprint
		report.Warnings = append(report.Warnings, eventReport.Warnings...)
	} else if version.Schema.UsesEvents() {
		events = features.NewEventBuilder(table.Len()).Build()
		report.Warnings = append(report.Warnings, features.Warning{Count: int64(table.Len()),
			Problem: "the model reads engagement, but no events were given (--events): every lead is scored as one that did nothing"})
	}
	history, err := features.NewHistory(table, events)
	return history, report, err
}

// setInstants moves the leads' instants from their training snapshots to what the rule asks for. A model of data without
// times looks at leads at no instant, unless one is asked for.
func setInstants(h *features.History, asOf AsOf, timeless bool) error {
	instant := features.Micros(asOf.Time.UnixMicro())
	if timeless && asOf.Rule != AsOfTime {
		instant = features.NoTime
	}
	switch asOf.Rule {
	case AsOfSnapshot:
		return nil
	case AsOfNow, AsOfTime:
		for i := range h.AsOf {
			h.AsOf[i] = instant
		}
	case AsOfOpen:
		for i := range h.AsOf {
			if !closedBy(h, i, instant) || h.AsOf[i] == features.NoTime {
				h.AsOf[i] = instant
			}
		}
	default:
		return fmt.Errorf("as of %q: use open, now, snapshot or a time", asOf.Rule)
	}
	return nil
}

func closedBy(h *features.History, i int, instant features.Micros) bool {
	closed := h.Table.Closed.At(i)
	return closed != features.NoTime && closed <= instant
}

// ParseAsOf reads the text of a flag: open, now, snapshot, or a time such as 2026-11-22 or 2026-11-22T10:00:00Z.
func ParseAsOf(text string, now time.Time) (AsOf, error) {
	switch rule := AsOfRule(text); rule {
	case "":
		return AsOf{Rule: AsOfOpen, Time: now}, nil
	case AsOfOpen, AsOfNow, AsOfSnapshot:
		return AsOf{Rule: rule, Time: now}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return AsOf{Rule: AsOfTime, Time: t}, nil
		}
	}
	return AsOf{}, fmt.Errorf("%w: %q; write open, now, snapshot, or a time such as 2026-11-22 or 2026-11-22T10:00:00Z", ErrAsOf, text)
}

// ErrAsOf is returned for an instant that cannot be read.
var ErrAsOf = errors.New("not an instant")

func (c *Config) progress(stage string, done, total int64) {
	if c.Progress != nil {
		c.Progress(stage, done, total)
	}
}
