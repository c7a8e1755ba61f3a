package train

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
	"leadscore/train/funnel"
)

// FunnelConfig says whose leads to follow through which process. Its zero value is invalid.
type FunnelConfig struct {
	Schema       *features.Schema // nil: the version's
	Name         string           // of the schema, for messages
	Store, Model string           // the version whose scores are held against sales' answers; empty: none
	Leads        []string
	Events       []string // for the scores; may be empty
	Stages       []string
	Costs        []string // may be empty
	Columns      features.StageColumns
	Process      *funnel.Process
	AsOf         features.Micros // [features.NoTime]: the latest time in the data
	Since        features.Micros // only leads created from then on; [features.NoTime]: all

	LeaveOutBadRows bool
	Progress        func(stage string, done, total int64)
}

// Followed is a funnel with what was noticed about the data.
type Followed struct {
	Funnel   *funnel.Funnel
	Warnings []features.Warning
}

// FollowLeads reads leads and what happened to them after they were scored, and computes the funnel.
func FollowLeads(ctx context.Context, cfg FunnelConfig) (*Followed, error) {
	var version *models.Version
	if cfg.Store != "" {
		_, base, _, err := openBase(&RecalibrateConfig{Store: cfg.Store, Model: cfg.Model, Leads: cfg.Leads})
		if err != nil {
			return nil, err
		}
		if version = base; cfg.Schema == nil {
			schema := *base.Schema
			schema.ObservedUntil = features.Date8601{}
			cfg.Schema, cfg.Name = &schema, "the schema of "+base.Model+"/"+base.ID
		}
	}
	if cfg.Schema == nil {
		return nil, &settingsError{errors.New("no schema given, nor a version that has one")}
	}
	result := &Followed{}
	in, err := cfg.read(ctx, result)
	if err != nil {
		return nil, err
	}
	if version != nil {
		if err := cfg.score(ctx, version, in, result); err != nil {
			return nil, err
		}
	}
	cfg.report("following leads")(0, 0)
	result.Funnel, err = funnel.Compute(ctx, in)
	return result, err
}

func (c *FunnelConfig) report(stage string) func(done, total int64) {
	return func(done, total int64) {
		if c.Progress != nil {
			c.Progress(stage, done, total)
		}
	}
}

func (c *FunnelConfig) options(stage string) features.ReadOptions {
	return features.ReadOptions{Outcome: true, NoFingerprint: true, LeaveOutBadRows: c.LeaveOutBadRows, Progress: c.report(stage)}
}

// read reads what is about the process.
func (c *FunnelConfig) read(ctx context.Context, result *Followed) (*funnel.Input, error) {
	if c.Schema.Lead.Created == "" || c.Schema.Lead.Closed == "" {
		return nil, fmt.Errorf("%s: %w", c.Name, funnel.ErrNoTimes)
	}
	schema := c.ownColumns()
	in := &funnel.Input{Process: c.Process, AsOf: c.AsOf, Since: c.Since}
	table, read, err := features.ReadLeads(ctx, schema, c.Leads, c.options("reading leads"))
	if err != nil {
		return nil, err
	}
	in.Table = table
	result.Warnings = append(result.Warnings, slices.DeleteFunc(read.Warnings, func(w features.Warning) bool { return w.Problem == features.UnknownColumns })...)
	if in.Log, read, err = features.ReadStages(ctx, schema, c.Stages, table, c.Columns, c.Process.Known(), c.options("reading stages")); err != nil {
		return nil, err
	}
	result.Warnings = append(result.Warnings, read.Warnings...)
	if in.Log.Len() == 0 {
		fault := fmt.Sprintf("%s: no change of stage of any of these leads", strings.Join(c.Stages, ", "))
		for _, w := range read.Warnings {
			fault += "; " + w.String()
		}
		return nil, errors.New(fault)
	}
	if c.AsOf == features.NoTime {
		h := &features.History{Table: table, AsOf: make([]features.Micros, table.Len())}
		for i := range h.AsOf {
			h.AsOf[i] = features.NoTime
			if changes := in.Log.Of(i); len(changes) > 0 {
				h.AsOf[i] = changes[len(changes)-1].Time
			}
		}
		if far := closed.FarTime(h, max(features.ObservedUntil(table, nil), in.Log.Latest)); far != "" {
			result.Warnings = append(result.Warnings, features.Warning{Problem: far, Count: 1})
		}
	}
	if len(c.Costs) > 0 {
		costs, read, err := features.ReadCosts(ctx, schema, c.Costs, c.options("reading costs"))
		if err != nil {
			return nil, err
		}
		result.Warnings, in.Costs = append(result.Warnings, read.Warnings...), funnel.NewCosts(costs)
	}
	return in, nil
}

// ownColumns is the schema with the columns that the process asks for as its only fields, each a category: whatever it holds, a funnel wants to know which value, or
// only whether there is one. That they may not be used by scores is no matter here.
func (c *FunnelConfig) ownColumns() *features.Schema {
	schema := *c.Schema
	schema.Fields, schema.Engagement, schema.Segments = nil, nil, nil
	schema.Snapshot, schema.Horizon, schema.Recency, schema.Lead.Weight = features.SnapshotRule{}, 0, nil, ""
	for _, column := range c.Process.Columns() {
		field := features.Field{Column: column}
		if at := slices.IndexFunc(c.Schema.Fields, func(f features.Field) bool { return f.Name == column || f.ColumnName() == column }); at >= 0 {
			field.Column, field.Missing = c.Schema.Fields[at].ColumnName(), c.Schema.Fields[at].Missing
		}
		field.Name, field.Kind = fmt.Sprintf("process_column_%d", len(schema.Fields)+1), features.Category
		schema.Fields = append(schema.Fields, field)
	}
	return &schema
}

// score reads the leads once more, by the version's schema, and scores them.
func (c *FunnelConfig) score(ctx context.Context, version *models.Version, in *funnel.Input, result *Followed) error {
	scorer, err := models.NewScorer(version)
	if err != nil {
		return err
	}
	handOver, asOf, err := funnel.HandOvers(ctx, in)
	if err != nil {
		return err
	}
	d, err := readClosed(ctx, version, &RecalibrateConfig{Leads: c.Leads, Events: c.Events, LeaveOutBadRows: c.LeaveOutBadRows, Progress: c.Progress})
	if err != nil {
		return err
	}
	said := map[string]bool{} // of the same files, read for the funnel
	for _, w := range result.Warnings {
		said[w.String()] = true
	}
	result.Warnings = append(result.Warnings, slices.DeleteFunc(d.warnings, func(w features.Warning) bool { return said[w.String()] })...)
	c.report("scoring")(0, 0)
	in.Scored, err = funnel.Score(ctx, scorer, d.history, in.Table, handOver, asOf)
	return err
}

// SeenStages are the values of the stage column with the number of changes into each, the most frequent first.
func SeenStages(ctx context.Context, cfg FunnelConfig) ([]funnel.SeenStage, error) {
	if cfg.Schema == nil {
		return nil, &settingsError{errors.New("no schema given")}
	}
	options := cfg.options("reading leads")
	options.NoFields = true
	table, _, err := features.ReadLeads(ctx, cfg.Schema, cfg.Leads, options)
	if err != nil {
		return nil, err
	}
	all := func(string) error { return nil }
	log, _, err := features.ReadStages(ctx, cfg.Schema, cfg.Stages, table, cfg.Columns, all, cfg.options("reading stages"))
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for i := range table.Len() {
		for _, c := range log.Of(i) {
			counts[log.Values[c.Stage]]++
		}
	}
	return funnel.CountsOf(counts), nil
}
