package main

import (
	"context"
	"errors"
	"fmt"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models/bulk"
)

type snapshotsCommand struct {
	Schema     string   `required:"" help:"What the columns mean; made by leadscore init." placeholder:"schema.yaml"`
	Leads      []string `required:"" help:"Files, folders or globs of leads: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events     []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	Out        string   `required:"" help:"Result file: .parquet, .csv, .tsv or .jsonl, the last three also .gz or .zst." placeholder:"FILE"`
	Engagement bool     `help:"Only the engagement figures, without the fields."`
	BadRows    string   `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}. Left-out rows are counted and listed."`
	Profile    bool     `help:"Say on stderr where the time went, stage by stage, and how much memory was needed."`
}

func (snapshotsCommand) Help() string {
	return `Writes one row a lead in the file's order: id, the instant of its snapshot, the used fields, and the engagement figures of the events
before that instant. Nothing that came later is in it: it is what train looks at.

Example:
  leadscore snapshots --schema schema.yaml --leads deals.csv --events events.csv --out snapshots.parquet`
}

func (c *snapshotsCommand) Run(ctx context.Context, a *app) error {
	schema, err := features.LoadSchema(c.Schema)
	if err != nil {
		return err
	}
	beFrugal()
	progress, watch := newProgress(a.err), newStopwatch()
	report, err := bulk.WriteSnapshots(ctx, bulk.SnapshotsConfig{
		Schema: schema, Leads: c.Leads, Events: c.Events, Out: c.Out, EngagementOnly: c.Engagement,
		LeaveOutBadRows: c.BadRows == "leave-out", Progress: watch.watch(progress.report),
	})
	progress.finish()
	if c.Profile {
		watch.print(a.err)
	}
	if errors.Is(err, source.ErrExtension) {
		return usage("--out", err)
	}
	if err != nil {
		return err
	}
	a.printWarnings(report.Warnings)
	if a.json {
		return a.printJSON(report)
	}
	fmt.Fprintf(a.out, "%d leads with %d events → %s\n", report.Leads, report.Events, report.Out)
	return nil
}
