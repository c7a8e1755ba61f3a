package main

import (
	"context"
	"errors"
	"fmt"

	"leadscore/models/comparison"
	"leadscore/train/scorecard"
)

type rulesTestCommand struct {
	Cases string `arg:"" help:"Examples that sales and marketing agreed on." placeholder:"cases.yaml"`
	bookFlags
}

func (rulesTestCommand) Help() string {
	return `Each example is a lead with its events and what was agreed for it: points, fit, engagement, a grade, a qualification, rules that
must fire or must not. What differs is shown, and the command fails.

Example:
  leadscore rules test cases.yaml --rules rules.yaml --schema schema.yaml`
}

// errCases fails a test whose differences are printed already.
var errCases = errors.New("examples not met")

func (c *rulesTestCommand) Run(_ context.Context, a *app) error {
	schema, book, _, err := c.loadBook()
	if err != nil {
		return err
	}
	result, err := scorecard.RunCases(c.Cases, schema, book)
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(result)
	} else {
		err = a.printCases(result, c.Cases)
	}
	if err == nil && result.Failed > 0 {
		err = fmt.Errorf("%w: %d of %d", errCases, result.Failed, result.Passed+result.Failed)
	}
	return err
}

func (a *app) printCases(r *scorecard.CasesResult, file string) error {
	for _, one := range r.Cases {
		if len(one.Differences) == 0 {
			continue
		}
		fmt.Fprintf(a.out, "%s: line %d: %s\n", file, one.Line, one.Name)
		for _, d := range one.Differences {
			fmt.Fprintf(a.out, "  %s: agreed %s, the book gives %s\n", d.What, d.Want, d.Got)
		}
	}
	_, err := fmt.Fprintf(a.out, "%s by %s: %d met, %d not\n", file, r.Book, r.Passed, r.Failed)
	return err
}

type rulesThresholdsCommand struct {
	Capacity string  `required:"" help:"Leads that the team can work, such as 40/week or 8/day." placeholder:"N/week"`
	HoldOut  float64 `default:"${hold_out}" help:"Share of the leads, the newest, that judges; the thresholds are chosen on the rest."`
	closedFlags
	bookFlags
}

func (rulesThresholdsCommand) Help() string {
	return `Tries every pair of thresholds for fit and engagement, and names the one that hands over most of the later wins while the team can
still work all that it hands over, at the rate at which leads come now. Shows what stricter and laxer ones would give, and judges the best
on the newest leads, which it was not chosen on.

Example:
  leadscore rules thresholds --capacity 40/week --schema schema.yaml --rules rules.yaml --leads deals.csv --events events.csv`
}

func (c *rulesThresholdsCommand) Run(ctx context.Context, a *app) error {
	capacity, err := parsePeriodic(c.Capacity)
	if err != nil || capacity == nil {
		return usage("--capacity", errors.Join(err, errIf(capacity == nil && err == nil, scorecard.ErrCapacity)))
	}
	perWeek := float64(capacity.Leads)
	if capacity.Per == comparison.Day {
		perWeek *= workDays
	}
	schema, book, name, err := c.loadBook()
	if err != nil {
		return err
	}
	closed, err := c.read(ctx, a, schema, name, c.HoldOut)
	if err != nil {
		return err
	}
	result, err := scorecard.ChooseThresholds(ctx, book, closed.Leads, perWeek)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(result)
	}
	return result.WriteText(a.out)
}

// workDays are the days of a week on which a team works.
const workDays = 5

func errIf(is bool, err error) error {
	if is {
		return err
	}
	return nil
}
