package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"leadscore/features/source"
	numbers "leadscore/models/comparison"
	"leadscore/train"
	"leadscore/train/comparison"
	"leadscore/train/report/page"
)

type compareCommand struct {
	Store    string   `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model    string   `required:"" help:"Version whose two scores are compared: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
	Leads    []string `required:"" help:"Files, folders or globs of newer closed leads with outcomes: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events   []string `help:"Files of their events." placeholder:"FILE" sep:"none"`
	Report   string   `help:"Write the comparison report to this file: one HTML file that needs no network." placeholder:"comparison.html"`
	Out      string   `help:"Write every lead with both scores, ranks, quadrant, causes and outcome: .parquet, .csv, .tsv or .jsonl, the last three also .gz or .zst." placeholder:"FILE"`
	Capacity string   `help:"Leads that the team can work: 40/week, 8/day, or a share such as 20%. Without it: as many as the rules hand over." placeholder:"N/week"`
	By       []string `help:"Field to divide the leads by; may stand several times. Without it: up to three categories that the model makes most of." placeholder:"FIELD" sep:"none"`
	Refit    bool     `help:"Judge a stand-in, fitted to the older part of the leads, on the newest: for when the model has learned from all leads there are."`
	HoldOut  float64  `default:"${hold_out}" help:"With --refit: share of the leads, the newest, that is judged on."`
	BadRows  string   `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}. Left-out rows are counted and listed."`
}

func (compareCommand) Help() string {
	return `Holds the rule score against the model on closed deals that neither was made from: who ranks better, what points have meant in win
rates, where they disagree and who was right there, and what the team finds by each. Leads that the model may have learned from, and leads
too young to judge, are left out and counted.

Example:
  leadscore compare --store models --model deals --leads closed.csv --events closed-events.csv --capacity 40/week --report comparison.html`
}

func (c *compareCommand) Run(ctx context.Context, a *app) error {
	capacity, err := numbers.ParseCapacity(c.Capacity)
	if err != nil {
		return usage("--capacity", err)
	}
	if err := errors.Join(usage("--report", page.CheckPlace(c.Report)), usage("--out", checkTable(c.Out))); err != nil {
		return err
	}
	progress := newProgress(a.err)
	defer progress.finish()
	result, err := train.Compare(ctx, train.CompareConfig{
		Store: c.Store, Model: c.Model, Leads: c.Leads, Events: c.Events, Refit: c.Refit, HoldOut: c.HoldOut, Capacity: capacity, By: c.By,
		LeaveOutBadRows: c.BadRows == "leave-out", Code: a.code, Progress: progress.report,
	})
	if errors.Is(err, train.ErrSettings) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := result.Export(ctx, c.Out, progress.report); err != nil {
			return err
		}
	}
	progress.finish()
	a.printWarnings(result.Warnings)
	if c.Report != "" {
		if err := page.WriteFile(c.Report, func(w io.Writer) error { return comparison.Write(w, result.Comparison, a.code) }); err != nil {
			return err
		}
	}
	if a.json {
		return a.printJSON(result.Comparison)
	}
	return comparison.WriteText(a.out, result.Comparison)
}

// checkTable says before the long work what keeps a table from being written to a path; the empty path is fine: no table.
func checkTable(path string) error {
	if path == "" {
		return nil
	}
	trial, err := source.Create(path, []source.ColumnInfo{{Name: "trial", Kind: source.Text}})
	if err != nil {
		return err
	}
	return trial.Discard()
}
