package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"leadscore/models/rules"
	"leadscore/train/scorecard"
)

type rulesTakeCommand struct {
	New       string   `arg:"" help:"The proposed rule book." placeholder:"new-rules.yaml"`
	Only      []string `required:"" help:"Rule to take, by its id; may stand several times, or several with commas." placeholder:"ID"`
	Out       string   `required:"" help:"Where the merged rule book is written." placeholder:"merged-rules.yaml"`
	Overwrite bool     `help:"Replace the file that is there."`
	bookFlags
}

func (rulesTakeCommand) Help() string {
	return `Takes a proposal, such as that of leadscore rules suggest, in parts: the named rules go from the proposed book into the present one. A rule that
only the proposal has is added, one that both have gets the proposal's points and text, and one that the proposal leaves out is removed. Everything
else stays as people wrote it. Caps, thresholds and grades are the present ones: see leadscore rules thresholds, and backtest the result.

Example:
  leadscore rules take new-rules.yaml --only demo,source-referral --rules rules.yaml --schema schema.yaml --out merged-rules.yaml`
}

func (c *rulesTakeCommand) Run(_ context.Context, a *app) error {
	if _, err := os.Stat(c.Out); err == nil && !c.Overwrite {
		return fmt.Errorf("%s: %w; --overwrite replaces it", c.Out, fs.ErrExist)
	}
	schema, present, _, err := c.loadBook()
	if err != nil {
		return err
	}
	proposed, err := rules.Load(c.New, schema)
	if err != nil {
		return err
	}
	taken, err := scorecard.Take(present, proposed, schema, c.Only)
	if errors.Is(err, scorecard.ErrTake) {
		return usage("--only", err)
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, taken.Text, 0o644); err != nil {
		return err
	}
	for _, warning := range taken.Warnings {
		fmt.Fprintln(a.err, "warning:", warning)
	}
	if a.json {
		return a.printJSON(taken)
	}
	for _, change := range taken.Changes {
		fmt.Fprintf(a.out, "%s: %s, %s → %s points (%s)\n", change.ID, change.Change, given(change.Before), given(change.After), change.Reason)
	}
	_, err = fmt.Fprintf(a.out, "written: %s; next: leadscore rules backtest %[1]s\n", c.Out)
	return err
}

func given(points *float64) string {
	if points == nil {
		return "no"
	}
	return fmt.Sprintf("%g", *points)
}
