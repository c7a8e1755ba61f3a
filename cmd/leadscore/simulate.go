package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"leadscore/train/simulate"
)

type simulateCommand struct {
	Leads  int    `default:"5000" help:"Leads of the history."`
	Seed   uint64 `default:"1" help:"The same seed gives the same bytes."`
	Out    string `required:"" help:"Directory to write; made if absent." placeholder:"DIR"`
	Format string `enum:"csv,parquet" default:"csv" help:"Format of the files: ${enum}."`
}

func (simulateCommand) Help() string {
	return `Writes leads, dated events, new leads to score, and beside them the true probability of each lead and the truth in words
(TRUTH.md), so that a model can be held against what it should have found; and what the team did with the leads, stages.csv and
costs.csv, with the rule that it follows (PROCESS.md).

Example:
  leadscore simulate --leads 5000 --seed 7 --out demo`
}

func (c *simulateCommand) Run(ctx context.Context, a *app) error {
	progress := newProgress(a.err)
	report, err := simulate.Run(ctx, simulate.Config{
		Leads: c.Leads, Seed: c.Seed, Out: c.Out, Format: c.Format,
		Progress: func(done int) { progress.report("making leads", int64(done), int64(c.Leads)) },
	})
	progress.finish()
	if bad := (*simulate.ConfigError)(nil); errors.As(err, &bad) {
		return usage("--"+strings.ToLower(bad.Field), fmt.Errorf("%s; want %s", bad.Value, bad.Want))
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(report)
	}
	fmt.Fprintf(a.out, "%d leads with %d events in %s: %d won, %d lost, %d open; %d new leads to score\n",
		report.Leads, report.Events, report.Out, report.Won, report.Lost, report.Open, report.NewLeads)
	fmt.Fprintf(a.out, "the true probability itself has an AUC of %.3f; TRUTH.md says what it is made of\n", report.AUC)
	return nil
}
