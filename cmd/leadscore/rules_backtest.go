package main

import (
	"context"

	"leadscore/models/rules"
	"leadscore/train"
	"leadscore/train/scorecard"
)

type rulesBacktestCommand struct {
	New    string `arg:"" help:"The changed rule book." placeholder:"new-rules.yaml"`
	Newest bool   `help:"Only the newest leads, from which leadscore rules suggest does not learn."`
	closedFlags
	bookFlags
}

func (rulesBacktestCommand) Help() string {
	return `Replays closed deals under the present rule book (--rules, or that of --store and --model) and the changed one: how many leads are
handed over a week, how many of those win, which wins are missed, how much sooner or later, and which leads flip and why. Each lead is
looked at as of its snapshot, and besides along its life: when it came, after each event, and every week. Fields are as the file has them: their
earlier values are not known. All decided leads count; a suggested book was learnt from the older ones, so judge it with --newest.

Example:
  leadscore rules backtest new-rules.yaml --rules rules.yaml --schema schema.yaml --leads deals.csv --events events.csv`
}

func (c *rulesBacktestCommand) Run(ctx context.Context, a *app) error {
	schema, present, name, err := c.loadBook()
	if err != nil {
		return err
	}
	changed, err := rules.Load(c.New, schema)
	if err != nil {
		return err
	}
	closed, err := c.read(ctx, a, schema, name, train.Defaults().HoldOut)
	if err != nil {
		return err
	}
	if c.Newest {
		if len(closed.Leads.Newest) == 0 {
			return train.ErrNoNewest
		}
		closed.Leads.Rows = closed.Leads.Newest
	}
	result, err := scorecard.Replay(ctx, present, changed, closed.Leads)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(result)
	}
	return result.WriteText(a.out)
}
