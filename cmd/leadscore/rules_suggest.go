package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"leadscore/train"
	"leadscore/train/scorecard"
)

type rulesSuggestCommand struct {
	closedFlags
	bookFlags
	AtMost    int     `default:"20" help:"At most so many rules that give points, 1 to 100."`
	Out       string  `required:"" help:"Where the new rule book is written; never the present one." placeholder:"new-rules.yaml"`
	Overwrite bool    `help:"Replace the file that is there."`
	HoldOut   float64 `default:"${hold_out}" help:"Share of the leads, the newest, that judges; the suggestion is learnt from the rest."`
}

func (rulesSuggestCommand) Help() string {
	return `Learns a scorecard from the older closed deals in your own words: your fields, event types and engagement figures, whole
points, rewards and deductions, fit and engagement apart. Caps, decay, groups and gates stay as they are. Prints every change, and
what the new book is worth on the newest deals, beside the present book, the model, and itself before rounding. Nothing
changes by itself: a person takes the new file, in parts or whole.

Example:
  leadscore rules suggest --schema schema.yaml --rules rules.yaml --leads deals.csv --events events.csv --at-most 20 --out new-rules.yaml`
}

func (c *rulesSuggestCommand) Run(ctx context.Context, a *app) error {
	if c.AtMost < 1 || c.AtMost > 100 {
		return usage("--at-most", scorecard.ErrAtMost)
	}
	if _, err := os.Stat(c.Out); err == nil && !c.Overwrite {
		return fmt.Errorf("%s: %w; --overwrite replaces it", c.Out, fs.ErrExist)
	}
	if same, err := sameFile(c.Out, c.Rules); err != nil || same {
		return usage("--out", errors.Join(err, errors.New("that is the present rule book; write beside it")))
	}
	schema, book, name, err := c.loadBook()
	if err != nil {
		return err
	}
	closed, err := c.read(ctx, a, schema, name, c.HoldOut)
	if err != nil {
		return err
	}
	progress := newProgress(a.err)
	progress.report("fitting the model to compare with", 0, 0)
	model, err := closed.ModelOnNewest(ctx)
	if err != nil && !errors.Is(err, train.ErrNoNewest) {
		progress.finish()
		return err
	}
	progress.report("choosing rules", 0, 0)
	suggestion, err := scorecard.Suggest(ctx, book, closed.Leads, scorecard.SuggestConfig{AtMost: c.AtMost, Model: model})
	progress.finish()
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, suggestion.Text, 0o644); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(suggestion)
	}
	if err := suggestion.WriteText(a.out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "written: %s; next: leadscore rules backtest %[1]s\n", c.Out)
	return err
}

// sameFile says whether two paths are one file that exists.
func sameFile(one, other string) (bool, error) {
	if other == "" {
		return false, nil
	}
	a, err := os.Stat(one)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	b, err := os.Stat(other)
	if err != nil {
		return false, nil // loading it says what is wrong
	}
	return os.SameFile(a, b), nil
}
