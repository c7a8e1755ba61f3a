package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"leadscore/serve/client"
)

type askCommand struct {
	Address string        `default:"127.0.0.1:50051" help:"Address of the server."`
	Model   string        `required:"" help:"Model: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
	Lead    string        `required:"" help:"JSON file of the lead; - reads standard input." placeholder:"FILE"`
	AsOf    string        `help:"When the lead is looked at, such as 2026-11-22T10:00:00Z; now if not given." placeholder:"TIME"`
	Brief   bool          `help:"Numbers only, without the explanations."`
	Wait    time.Duration `default:"10s" help:"How long to wait for the server to be up and to answer."`
}

func (askCommand) Help() string {
	return `The lead is JSON; a field is just its value, and null means missing:
  {"id": "L-17", "created_time": "2026-11-01T09:00:00Z",
   "fields": {"country": "DE", "employees": 250, "budget": null},
   "events": [{"type": "pricing_page", "time": "2026-11-20T10:12:00Z"}]}

Example:
  leadscore ask --model deals --lead lead.json`
}

func (c *askCommand) Run(ctx context.Context, a *app) error {
	question := client.Question{Address: c.Address, Model: c.Model, Brief: c.Brief}
	if c.AsOf != "" {
		asOf, err := time.Parse(time.RFC3339, c.AsOf)
		if err != nil {
			return fmt.Errorf("%w: --as-of %q: write a time such as 2026-11-22T10:00:00Z", errUsage, c.AsOf)
		}
		question.AsOf = asOf
	}
	var err error
	if question.Lead, err = readLead(c.Lead); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	answer, err := client.Ask(ctx, question)
	if err != nil {
		return err
	}
	if a.json {
		return client.WriteJSON(a.out, answer)
	}
	return client.Write(a.out, answer)
}

func readLead(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(path)
}
