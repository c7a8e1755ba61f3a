package bulk

import (
	"context"

	"leadscore/features"
	"leadscore/models"
)

// reading says what was read of files.
type reading struct {
	leftOut       map[string]int64
	warnings      []features.Warning
	leads, events string // fingerprints
}

// readWhole reads all leads and their events by the version's own schema.
func readWhole(ctx context.Context, scorer *models.Scorer, cfg *Config) (*features.History, *reading, error) {
	schema := scorer.Version().Schema
	options := func(stage string) features.ReadOptions {
		return features.ReadOptions{LeaveOutBadRows: cfg.LeaveOutBadRows, Progress: func(done, total int64) { cfg.progress(stage, done, total) }}
	}
	table, leads, err := features.ReadLeads(ctx, schema, cfg.Leads, options("reading leads"))
	if err != nil {
		return nil, nil, err
	}
	r := readingOf(leads, schema, cfg)
	r.leads = leads.Fingerprint
	var events *features.EventLog
	if len(cfg.Events) > 0 {
		read, report, err := features.ReadEvents(ctx, schema, cfg.Events, table, options("reading events"))
		if err != nil {
			return nil, nil, err
		}
		events, r.events = read, report.Fingerprint
		r.warnings = append(r.warnings, report.Warnings...)
	}
	history, err := historyOf(table, events)
	return history, r, err
}

func readingOf(leads *features.ReadReport, schema *features.Schema, cfg *Config) *reading {
	r := &reading{leftOut: leads.LeftOut, warnings: leads.Warnings}
	if len(cfg.Events) == 0 && schema.UsesEvents() {
		n := leads.Rows
		for _, left := range leads.LeftOut {
			n -= left
		}
		r.warnings = append(r.warnings, features.Warning{Count: n,
			Problem: "the model reads engagement, but no events were given (--events): every lead is scored as one that did nothing"})
	}
	return r
}

// historyOf looks at leads at their training snapshots. Where no events are given, no lead has any.
func historyOf(t *features.Table, events *features.EventLog) (*features.History, error) {
	if events == nil && t.Schema.UsesEvents() {
		events = features.NewEventBuilder(t.Len()).Build()
	}
	return features.NewHistory(t, events)
}

// inLots says that leads can be scored a lot after the other: no lead's instant follows from others', and no event waits for all ids.
func inLots(s *features.Schema, cfg *Config) bool {
	return len(cfg.Events) == 0 && (cfg.AsOf.Rule != AsOfSnapshot || !s.Snapshot.IsZero() || !s.ObservedUntil.IsZero())
}

// whole reads all leads, and then has them scored.
func (p *parts) whole(ctx context.Context) (*reading, error) {
	history, r, err := readWhole(ctx, p.scorer, p.cfg)
	if err != nil {
		return nil, err
	}
	p.job.Leads, p.job.Events = r.leads, r.events
	if err := p.open(); err != nil {
		return nil, err
	}
	return r, p.add(ctx, history, int64(history.Table.Len()))
}

// inLots has leads scored a lot after the other, as they are read.
func (p *parts) inLots(ctx context.Context) (*reading, error) {
	type print struct {
		text string
		err  error
	}
	prints := make(chan print, 1) // it is made while the first lot is read
	go func() {
		text, err := features.Fingerprint(ctx, p.cfg.Leads)
		prints <- print{text, err}
	}()
	opened, schema := false, p.scorer.Version().Schema
	give := func(lot features.Lot) error {
		if !opened {
			leads := <-prints
			if leads.err != nil {
				return leads.err
			}
			opened, p.job.Leads = true, leads.text
			if err := p.open(); err != nil {
				return err
			}
		}
		history, err := historyOf(lot.Table, nil)
		if err != nil {
			return err
		}
		return p.add(ctx, history, lot.Expected)
	}
	leads, err := features.ReadLots(ctx, schema, p.cfg.Leads, p.job.PartRows, features.ReadOptions{LeaveOutBadRows: p.cfg.LeaveOutBadRows, NoFingerprint: true}, give)
	if err != nil {
		return nil, err
	}
	return readingOf(leads, schema, p.cfg), nil
}
