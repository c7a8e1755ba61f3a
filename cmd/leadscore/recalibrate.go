package main

import (
	"context"
	"errors"
	"fmt"

	"leadscore/models"
	"leadscore/train"
)

type recalibrateCommand struct {
	Store      string   `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model      string   `required:"" help:"Version to move: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
	Leads      []string `required:"" help:"Files, folders or globs of newer closed leads with outcomes: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events     []string `help:"Files of their events." placeholder:"FILE" sep:"none"`
	Challenger bool     `help:"Store the result as challenger; the champion stays."`
	BadRows    string   `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}. Left-out rows are counted and listed."`
}

func (recalibrateCommand) Help() string {
	return `Moves a model's level, and its slope where that is shown to be off, to newer closed leads, without a refit. It takes at least 20
won and 20 lost leads that are newer than what the model has learned from and older than the horizon. The ranking of leads
does not change. The result is a new version with its base's alias; a base given as deals/VERSION makes a challenger.

Example:
  leadscore recalibrate --store models --model deals --leads closed.csv --events closed-events.csv`
}

func (c *recalibrateCommand) Run(ctx context.Context, a *app) error {
	progress := newProgress(a.err)
	result, err := train.Recalibrate(ctx, train.RecalibrateConfig{
		Store: c.Store, Model: c.Model, Leads: c.Leads, Events: c.Events, Challenger: c.Challenger,
		LeaveOutBadRows: c.BadRows == "leave-out", Code: a.code, Progress: progress.report,
	})
	progress.finish()
	if errors.Is(err, train.ErrSettings) {
		return usage("--model", err)
	}
	if err != nil {
		return err
	}
	a.printWarnings(result.Warnings)
	if a.json {
		return a.printJSON(recalibrationResult(result))
	}
	return result.WriteText(a.out)
}

// recalibrated is the result for machines. Version and Alias are empty where nothing had to be moved.
type recalibrated struct {
	Model         string               `json:"model"`
	Version       string               `json:"version,omitempty"`
	Alias         string               `json:"alias,omitempty"`
	Moved         bool                 `json:"moved"`
	Recalibration models.Recalibration `json:"recalibration"`
}

func recalibrationResult(r *train.Recalibrated) recalibrated {
	out := recalibrated{Model: r.Base.Model, Recalibration: r.How}
	if r.Version != nil {
		out.Version, out.Alias, out.Moved = r.Version.ID, r.Alias, true
	}
	return out
}

// errRefused is how train --gate ends for a version that may not be champion: the summary has said why.
var errRefused = errors.New("the gate refused the new version as champion")

// gateError gives the command's error for what the gate found; nil if it was not asked.
func gateError(r *train.Result) error {
	if r.Gate == nil || r.Gate.Passed {
		return nil
	}
	return fmt.Errorf("%w; %s/%s is stored as %s", errRefused, r.Version.Model, r.Version.ID, r.Alias)
}
