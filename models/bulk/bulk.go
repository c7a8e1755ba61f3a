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
}

// Run scores the leads of a file. Under Config.Out there is afterwards the whole result or, on any error, what was there
// before.
func Run(ctx context.Context, scorer *models.Scorer, cfg Config) (*Report, error) {
	table := newResults(scorer, cfg.Explain)
	if err := canWrite(cfg.Out, table.info()); err != nil { // first: it shows before the reading
		return nil, err
	}
	report := newReport()
	report.Model, report.Rules = scorer.Version().Model+"/"+scorer.Version().ID, scorer.Rules().Version()
	report.Out = cfg.Out
	return report, newParts(scorer, &cfg, report).run(ctx)
}

// canWrite finds out whether a result can be written to a place.
func canWrite(path string, info []source.ColumnInfo) error {
	out, err := source.Create(path, info)
	if err != nil {
		return err
	}
	return out.Discard()
}

func (c *Config) partRows() int {
	if c.PartRows > 0 {
		return c.PartRows
	}
	return partRows
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
