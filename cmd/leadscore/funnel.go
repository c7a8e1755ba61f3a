package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"leadscore/features"
	"leadscore/models/bulk"
	"leadscore/train"
	"leadscore/train/funnel"
	"leadscore/train/report/page"
)

type funnelCommand struct {
	Leads  []string `required:"" help:"Files, folders or globs of leads with outcomes: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Stages []string `required:"" help:"Files of their changes of stage: lead, time, stage and, if there are any, reason and owner; or a field history, see --stage-field." placeholder:"FILE" sep:"none"`
	Schema string   `help:"Schema of the leads; without it that of the version." placeholder:"schema.yaml"`

	Process string `help:"What the stages mean, what is agreed and what is aimed at. Without it: MQL, SQL, opportunity by their usual names." placeholder:"process.yaml"`
	Init    string `help:"Write a process for the stages that are in the files to this path, and stop." placeholder:"process.yaml"`

	Store  string   `help:"Directory of the version store: holds both scores against what sales answered." placeholder:"DIR"`
	Model  string   `help:"Version in it: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
	Events []string `help:"Files of the leads' events, for the scores." placeholder:"FILE" sep:"none"`
	Costs  []string `help:"Files of what sources cost: source, month, amount." placeholder:"FILE" sep:"none"`

	StageColumns map[string]string `help:"Columns of --stages, where they are not found by themselves, such as lead=LeadId,time=CreatedDate,stage=Status,reason=Why,owner=OwnerId." mapsep:"," placeholder:"lead=LeadId,..."`
	StageField   string            `help:"Read --stages as a history of all fields' edits: the field that holds the stage." placeholder:"Status"`

	AsOf    string `help:"Instant up to which the leads are followed: a time such as 2026-06-30. Without it: the latest time in the data." placeholder:"WHEN"`
	Since   string `help:"Only leads created from then on: a time such as 2026-01-01." placeholder:"WHEN"`
	Report  string `help:"Write the report to this file: one HTML file that needs no network." placeholder:"funnel.html"`
	Out     string `help:"Write a row a lead: its way, its stages, sales' answer, its scores: .parquet, .csv, .tsv or .jsonl, the last three also .gz or .zst." placeholder:"FILE"`
	BadRows string `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}. Left-out rows are counted and listed."`
}

func (funnelCommand) Help() string {
	return `Follows leads from the score to the deal: how many reach each stage and how fast, what sales takes and what it rejects, how soon it answers,
which information it lacks, what a qualified lead costs, and whether the thresholds are too strict or too lax. A lead that is still open is no failure.
See docs/process.md.

Example:
  leadscore funnel --schema schema.yaml --leads leads.csv --stages stages.csv --process process.yaml --report funnel.html
  leadscore funnel --store models --model deals --leads leads.csv --events events.csv --stages stages.csv --costs costs.csv --out handed-over.csv`
}

func (c *funnelCommand) Run(ctx context.Context, a *app) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	progress := newProgress(a.err)
	defer progress.finish()
	cfg.Progress = progress.report
	if c.Init != "" {
		return c.init(ctx, a, cfg)
	}
	result, err := train.FollowLeads(ctx, *cfg)
	if errors.Is(err, train.ErrSettings) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := result.Funnel.Export(ctx, c.Out); err != nil {
			return err
		}
	}
	progress.finish()
	a.printWarnings(result.Warnings)
	if c.Report != "" {
		if err := page.WriteFile(c.Report, func(w io.Writer) error { return funnel.WritePage(w, result.Funnel, a.code) }); err != nil {
			return err
		}
	}
	if a.json {
		return a.printJSON(result.Funnel)
	}
	return funnel.WriteText(a.out, result.Funnel)
}

// config reads and checks all that the flags name but the data.
func (c *funnelCommand) config() (*train.FunnelConfig, error) {
	cfg := &train.FunnelConfig{Store: c.Store, Model: c.Model, Leads: c.Leads, Events: c.Events, Stages: c.Stages, Costs: c.Costs,
		LeaveOutBadRows: c.BadRows == "leave-out", Process: funnel.DefaultProcess()}
	switch {
	case (c.Store == "") != (c.Model == ""):
		return nil, usage("--store", errors.New("give --store and --model, or none of them"))
	case c.Store == "" && c.Schema == "":
		return nil, usage("--schema", errors.New("give it, or --store and --model"))
	case c.Store == "" && len(c.Events) > 0:
		return nil, usage("--events", errors.New("they are for the scores: give --store and --model too"))
	}
	if err := errors.Join(usage("--report", page.CheckPlace(c.Report)), usage("--out", checkTable(c.Out)), usage("--init", page.CheckPlace(c.Init))); err != nil {
		return nil, err
	}
	var err error
	if cfg.AsOf, err = instantOf("--as-of", c.AsOf); err != nil {
		return nil, err
	}
	if cfg.Since, err = instantOf("--since", c.Since); err != nil {
		return nil, err
	}
	if cfg.Columns, err = c.columns(); err != nil {
		return nil, err
	}
	if c.Schema != "" {
		if cfg.Schema, err = features.LoadSchema(c.Schema); err != nil {
			return nil, err
		}
		cfg.Name = c.Schema
	}
	if c.Process != "" && c.Init == "" {
		cfg.Process, err = funnel.LoadProcess(c.Process)
	}
	return cfg, err
}

// instantOf reads a flag's time; none where it is not given.
func instantOf(flag, text string) (features.Micros, error) {
	if text == "" {
		return features.NoTime, nil
	}
	at, err := bulk.ParseAsOf(text, time.Now())
	if err == nil && at.Rule != bulk.AsOfTime && at.Rule != bulk.AsOfNow {
		err = fmt.Errorf("%w: %q; write a time such as 2026-06-30, or now", bulk.ErrAsOf, text)
	}
	if err != nil {
		return features.NoTime, usage(flag, err)
	}
	return features.MicrosOf(at.Time), nil
}

func (c *funnelCommand) columns() (columns features.StageColumns, err error) {
	columns.Field = c.StageField
	into := map[string]*string{"lead": &columns.Lead, "time": &columns.Time, "stage": &columns.Stage, "reason": &columns.Reason, "owner": &columns.Owner}
	for _, key := range slices.Sorted(maps.Keys(c.StageColumns)) {
		if into[key] == nil {
			return columns, usage("--stage-columns", fmt.Errorf("%q: write lead, time, stage, reason or owner before the =", key))
		}
		*into[key] = c.StageColumns[key]
	}
	return columns, nil
}

// init proposes a process.
func (c *funnelCommand) init(ctx context.Context, a *app, cfg *train.FunnelConfig) error {
	seen, err := train.SeenStages(ctx, *cfg)
	if err != nil {
		return err
	}
	text, unplaced := funnel.ProposeText(seen, cfg.Schema)
	if err := page.WriteFile(c.Init, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	if unplaced > 0 {
		fmt.Fprintf(a.out, "%s no usual name: say in the file what they mean\n", page.Plural(unplaced, "value of the stage column has", "values of the stage column have"))
	}
	fmt.Fprintf(a.out, "written: %s\n", c.Init)
	return nil
}
