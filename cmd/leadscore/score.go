package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"leadscore/features/source"
	"leadscore/models"
	"leadscore/models/bulk"
)

type scoreCommand struct {
	Store   string   `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model   string   `required:"" help:"Model: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
	Leads   []string `required:"" help:"Files, folders or globs of leads: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events  []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	Out     string   `required:"" help:"Result file: .parquet, .csv, .tsv or .jsonl, the last three also .gz or .zst." placeholder:"FILE"`
	AsOf    string   `help:"When leads are looked at: open (default: open leads now, closed ones as of their snapshot), now, snapshot, or a time such as 2026-11-22." placeholder:"WHEN"`
	Explain bool     `help:"Add columns with both scores' full explanations as JSON."`
	BadRows string   `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}. Left-out rows are counted and listed."`
	Profile bool     `help:"Say on stderr where the time went, stage by stage, and how much memory was needed."`
}

func (scoreCommand) Help() string {
	return `Writes one row a lead in the file's order: probability with its 90 % interval, points, fit, engagement, grade,
qualification, quadrant (both_high, rule_only, model_only, both_low), and the exact versions; after these the evidence (enough or
thin), the number of leads that the probability is as sure as, and more. No outcome column is needed.

Example:
  leadscore score --store models --model deals --leads new.csv --events new-events.csv --out scores.parquet`
}

func (c *scoreCommand) Run(ctx context.Context, a *app) error {
	asOf, err := bulk.ParseAsOf(c.AsOf, time.Now())
	if err != nil {
		return usage("--as-of", err)
	}
	beFrugal()
	progress, watch := newProgress(a.err), newStopwatch()
	scorer, err := loadScorer(c.Store, c.Model)
	if err != nil {
		return err
	}
	result, err := bulk.Run(ctx, scorer, bulk.Config{
		Leads: c.Leads, Events: c.Events, Out: c.Out, AsOf: asOf, Explain: c.Explain,
		LeaveOutBadRows: c.BadRows == "leave-out", Progress: watch.watch(progress.report),
		Resumed: func(r *bulk.Resumed) {
			fmt.Fprintf(a.err, "going on from an earlier run of this command: parts finished then: %d; leads are looked at as of %s\n", r.Parts, r.AsOf)
		},
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
	a.printWarnings(result.Warnings)
	if a.json {
		return a.printJSON(result)
	}
	fmt.Fprintf(a.out, "%d leads scored by %s and %s → %s\n", result.Leads, result.Model, result.Rules, result.Out)
	if result.ThinEvidence > 0 {
		fmt.Fprintf(a.out, "%d of the probabilities rest on thin evidence: look at their intervals\n", result.ThinEvidence)
	}
	fmt.Fprintf(a.out, "expected wins %.1f · qualification %s · quadrant %s\n", result.ExpectedWins, counts(result.Qualified), counts(result.Quadrants))
	return nil
}

// loadScorer reads a version and makes it ready.
func loadScorer(storeDir, name string) (*models.Scorer, error) {
	model, ref, err := models.ParseName(name)
	if err != nil {
		return nil, usage("--model", err)
	}
	store, err := models.OpenStore(storeDir)
	if err != nil {
		return nil, err
	}
	version, err := store.Get(model, ref)
	if err != nil {
		return nil, err
	}
	return models.NewScorer(version)
}

// counts writes "mql 12, nurture 40".
func counts(m map[string]int) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", key, m[key]))
	}
	return strings.Join(parts, ", ")
}
