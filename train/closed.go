package train

import (
	"context"
	"errors"
	"fmt"

	"leadscore/features"
	ruleevidence "leadscore/models/rules/evidence"
	"leadscore/train/scorecard"
)

// ClosedConfig says which closed leads to hold rules against. Its zero value is invalid.
type ClosedConfig struct {
	Schema          *features.Schema
	Name            string   // of the schema, for messages
	Leads, Events   []string // files, folders or globs; Events may be empty
	HoldOut         float64  // share of the leads, the newest, that judges; in (0, 0.5]
	LeaveOutBadRows bool
	Progress        func(stage string, done, total int64)
}

// Closed are closed leads labelled and divided as for training, so that figures about rules and about the model are figures
// about the same leads.
type Closed struct {
	Leads    *scorecard.Leads
	Warnings []features.Warning

	data       *data
	population *Population
}

// ReadClosed reads, labels and divides closed leads.
func ReadClosed(ctx context.Context, cfg ClosedConfig) (*Closed, error) {
	if !(cfg.HoldOut > 0 && cfg.HoldOut <= 0.5) {
		return nil, &settingsError{fmt.Errorf("hold-out share %v: write a number above 0 and up to 0.5", cfg.HoldOut)}
	}
	options := func(stage string) features.ReadOptions {
		return features.ReadOptions{Outcome: true, LeaveOutBadRows: cfg.LeaveOutBadRows, Progress: func(done, total int64) {
			if cfg.Progress != nil {
				cfg.Progress(stage, done, total)
			}
		}}
	}
	d, err := readHistory(ctx, cfg.Schema, cfg.Name, cfg.Leads, cfg.Events, options)
	if err != nil {
		return nil, err
	}
	p, err := populate(d.history)
	if err != nil {
		return nil, err
	}
	leads := &scorecard.Leads{Leads: ruleevidence.Leads{History: d.history, Rows: p.Rows, Wins: p.Wins, Until: p.Until, Dated: p.Dated, Warnings: p.Warnings}}
	if s := splitByTime(d.history, p, cfg.HoldOut); s != nil {
		leads.Past, leads.Newest, leads.Split = s.past, s.newest, s.words
		leads.Warnings = append(leads.Warnings, s.warnings...)
	}
	return &Closed{Leads: leads, Warnings: d.warnings, data: d, population: p}, nil
}

// ErrNoNewest is returned where no newest part can be held out.
var ErrNoNewest = errors.New("no part of the leads can be held out so that both parts have won and lost leads")

// ModelOnNewest fits the model to the past part, as training does before it judges, and gives its probabilities for the newest.
func (c *Closed) ModelOnNewest(ctx context.Context) ([]float64, error) {
	if len(c.Leads.Newest) == 0 {
		return nil, ErrNoNewest
	}
	cfg := Defaults()
	m, err := fitTo(ctx, c.data.history, c.population, c.Leads.Past, &cfg)
	if err != nil {
		return nil, err
	}
	return predict(m, c.data.history, c.Leads.Newest), nil
}
