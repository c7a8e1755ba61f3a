package main

import (
	"context"
	"errors"
	"fmt"

	"leadscore/train/profile"
)

type initCommand struct {
	Leads  []string `required:"" help:"Files, folders or globs of leads with outcomes: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	Out    string   `required:"" help:"Directory for schema.yaml and rules.yaml; made if absent." placeholder:"DIR"`

	ID       string   `name:"id" help:"Column that identifies a lead, if it is not clear from the data." placeholder:"COLUMN"`
	Outcome  string   `help:"Column of the outcome." placeholder:"COLUMN"`
	Won      []string `help:"Values of the outcome that mean won." placeholder:"VALUE"`
	Lost     []string `help:"Values of the outcome that mean lost." placeholder:"VALUE"`
	Created  string   `help:"Column of when a lead came." placeholder:"COLUMN"`
	Closed   string   `help:"Column of when a deal was won or lost." placeholder:"COLUMN"`
	Account  string   `help:"Column of the company." placeholder:"COLUMN"`
	Value    string   `help:"Column of the deal's value." placeholder:"COLUMN"`
	Snapshot string   `help:"When a lead is looked at in training, such as 'created + 7d'." placeholder:"RULE"`
	Horizon  string   `help:"Time within which a win counts, such as 90d." placeholder:"TIME"`

	EventLead string `help:"Column of the events that names the lead." placeholder:"COLUMN"`
	EventTime string `help:"Column of the events' time." placeholder:"COLUMN"`
	EventType string `help:"Column of the events' type." placeholder:"COLUMN"`

	Overwrite bool `help:"Replace schema.yaml and rules.yaml that are there."`
}

func (initCommand) Help() string {
	return `Looks at every column: its kind, what is missing, how its values go with winning, and whether it looks known only after the
outcome. Writes schema.yaml, with the evidence beside each field, and rules.yaml, a first rule book in your own vocabulary.
It asks nothing; what it cannot know is one clear error that names the flag to give.

Example:
  leadscore init --leads deals.csv --events events.csv --out .`
}

func (c *initCommand) Run(ctx context.Context, a *app) error {
	progress := newProgress(a.err)
	found, err := profile.Run(ctx, profile.Config{
		Leads: c.Leads, Events: c.Events, Out: c.Out,
		IDColumn: c.ID, OutcomeColumn: c.Outcome, Won: c.Won, Lost: c.Lost,
		CreatedColumn: c.Created, ClosedColumn: c.Closed, AccountColumn: c.Account, ValueColumn: c.Value,
		EventLeadColumn: c.EventLead, EventTimeColumn: c.EventTime, EventTypeColumn: c.EventType,
		Snapshot: c.Snapshot, Horizon: c.Horizon, Overwrite: c.Overwrite,
		Progress: func(done, total int64) { progress.report("reading", done, total) },
	})
	progress.finish()
	if errors.Is(err, profile.ErrExists) {
		return fmt.Errorf("%w\n--overwrite replaces what is there", err)
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(found)
	}
	return found.WriteText(a.out)
}
