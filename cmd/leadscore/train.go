package main

import (
	"context"
	"errors"
	"fmt"

	"leadscore/models"
	"leadscore/models/comparison"
	"leadscore/train"
)

type trainCommand struct {
	Schema     string   `required:"" help:"What the columns mean; made by leadscore init." placeholder:"schema.yaml"`
	Rules      string   `required:"" help:"The rule book to judge beside the model; made by leadscore init." placeholder:"rules.yaml"`
	Leads      []string `required:"" help:"Files, folders or globs of leads with outcomes: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events     []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	Store      string   `required:"" help:"Directory of the version store; made if absent." placeholder:"DIR"`
	Model      string   `required:"" help:"Name of the model in the store." placeholder:"NAME"`
	Challenger bool     `help:"Store the new version as challenger; the champion stays."`
	Gate       bool     `help:"Make the new version champion only if it has signal, is calibrated, free of leaks and not worse than the champion; else it becomes challenger and the command fails."`
	HoldOut    float64  `default:"${hold_out}" help:"Share of the leads, the newest, that judges the model before it is fitted to all."`
	MaxBins    int      `default:"${max_bins}" help:"At most so many bins a number, 2 to 256."`
	LevelRows  int      `default:"${level_rows}" help:"Leads that a category's value needs for a level of its own."`
	Pairs      bool     `default:"true" negatable:"" help:"Look for pairs of fields that act together, and keep those that improve the out-of-fold log loss."`
	Calibrate  bool     `default:"true" negatable:"" help:"Hold the probabilities against later leads of the past part, and mend them where they are shown to be too extreme or too timid. It takes one more fit."`
	Rolling    int      `default:"${rolling}" help:"Earlier times at which the recipe is judged besides, each with a fit of its own without pairs: 4 to 50, 0 for none. Without it there is no random split to contrast with either." placeholder:"N"`
	BadRows    string   `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}. Left-out rows are counted and listed."`
	Report     string   `help:"Write the validation report to this file: one HTML file that needs no network." placeholder:"report.html"`
	Capacity   string   `help:"Leads that the team can work, such as 40/week or 8/day, for the report." placeholder:"N/week"`
	Baselines  bool     `default:"true" negatable:"" help:"Set simple methods beside the model in the report."`
	Profile    bool     `help:"Say on stderr where the time went, stage by stage, and how much memory was needed."`
}

func (trainCommand) Help() string {
	return `Reads the history, looks at every lead as of its snapshot, holds out the newest part, fits to the rest, and prints how the
model and the rules did on the part that neither has seen. Then it fits to all leads and stores that as a new version.

Example:
  leadscore train --schema schema.yaml --rules rules.yaml --leads deals.csv --events events.csv --store models --model deals`
}

func (c *trainCommand) Run(ctx context.Context, a *app) error {
	cfg := train.Defaults()
	cfg.Schema, cfg.Rules, cfg.Leads, cfg.Events = c.Schema, c.Rules, c.Leads, c.Events
	cfg.Store, cfg.Model, cfg.Code = c.Store, c.Model, a.code
	cfg.HoldOut, cfg.MaxBins, cfg.MinLevelRows, cfg.Pairs = c.HoldOut, c.MaxBins, c.LevelRows, c.Pairs
	cfg.Rolling, cfg.Calibrate = c.Rolling, c.Calibrate
	cfg.LeaveOutBadRows = c.BadRows == "leave-out"
	cfg.Gate = c.Gate
	cfg.Report, cfg.Baselines = c.Report, c.Baselines
	var err error
	if cfg.Capacity, err = parsePeriodic(c.Capacity); err != nil {
		return usage("--capacity", err)
	}
	if c.Challenger {
		cfg.Alias = models.Challenger
	}
	beFrugal()
	progress, watch := newProgress(a.err), newStopwatch()
	cfg.Progress = watch.watch(progress.report)
	result, err := train.Run(ctx, cfg)
	progress.finish()
	if c.Profile {
		watch.print(a.err)
	}
	if errors.Is(err, train.ErrSettings) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	a.printWarnings(result.Warnings)
	if a.json {
		err = a.printJSON(trainResult{Summary: result.Version.Summary(), Alias: result.Alias, Gate: result.Gate})
	} else {
		err = result.WriteText(a.out)
	}
	return errors.Join(err, gateError(result))
}

// trainResult is the result for machines.
type trainResult struct {
	models.Summary
	Alias string             `json:"alias"`
	Gate  *models.GateRecord `json:"gate,omitempty"`
}

// parsePeriodic reads a capacity that must be for a period.
func parsePeriodic(text string) (*comparison.Capacity, error) {
	capacity, err := comparison.ParseCapacity(text)
	if err == nil && capacity != nil && capacity.Share > 0 {
		return nil, fmt.Errorf("%q: write a number of leads and a period, such as 40/week or 8/day", text)
	}
	return capacity, err
}
