package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"leadscore/models/bulk"
	"leadscore/models/counterfactual"
)

type counterfactualCommand struct {
	Lead        string   `arg:"" help:"Id of the lead."`
	Store       string   `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model       string   `required:"" help:"Model: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
	Leads       []string `required:"" help:"Files, folders or globs of leads: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events      []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	AsOf        string   `help:"When the lead is looked at: open (default: an open lead now, a closed one as of its snapshot), now, snapshot, or a time." placeholder:"WHEN"`
	Points      *float64 `help:"Least total points, as from rules thresholds; by default that the rules hand the lead over." placeholder:"N"`
	Probability float64  `help:"Least probability, as 0.3; by default that the lead is among the best share that both scores call high." placeholder:"P"`
	AtMost      int      `default:"4" help:"Changes at most, 1 to 8."`
	MayChange   []string `help:"Fields that can change, besides those that the schema or their kind lets." placeholder:"FIELD"`
	Keep        []string `help:"Fields and event types that must not change." placeholder:"NAME"`
	BadRows     string   `enum:"stop,leave-out" default:"leave-out" help:"What to do with rows that cannot be read: ${enum}."`
}

func (counterfactualCommand) Help() string {
	return `For each score the least number of changes that takes the lead over the threshold, or what comes nearest: further events of known types,
and other values of fields that can change (booleans, e-mail addresses, what is not known yet, and fields with actionable: yes in the schema). It tells what the
score would be. Whether the lead would then buy is another question: that leads with an event win more often does not mean that the event makes them win.

Example:
  leadscore counterfactual L-0000017 --store models --model deals --leads new.csv --events new-events.csv --keep unsubscribe`
}

func (c *counterfactualCommand) Run(ctx context.Context, a *app) error {
	asOf, err := bulk.ParseAsOf(c.AsOf, time.Now())
	if err != nil {
		return usage("--as-of", err)
	}
	if c.Probability < 0 || c.Probability >= 1 {
		return usage("--probability", fmt.Errorf("%v; write a number above 0 and below 1", c.Probability))
	}
	scorer, err := loadScorer(c.Store, c.Model)
	if err != nil {
		return err
	}
	progress := newProgress(a.err)
	found, err := bulk.FindLead(ctx, scorer.Version().Schema, bulk.OneLead{ID: c.Lead, Leads: c.Leads, Events: c.Events,
		LeaveOutBadRows: c.BadRows == "leave-out", Progress: progress.report})
	progress.finish()
	if err != nil {
		return err
	}
	result, err := counterfactual.Find(ctx, counterfactual.Ask{Scorer: scorer, Lead: found.Lead, AsOf: found.Instant(asOf, scorer.Version().Timeless()),
		Points: c.Points, Probability: c.Probability, AtMost: c.AtMost, MayChange: c.MayChange, Keep: c.Keep})
	if errors.Is(err, counterfactual.ErrAsk) {
		return usage("what to change", err)
	}
	if err != nil {
		return err
	}
	a.printWarnings(found.Warnings)
	if a.json {
		return a.printJSON(result)
	}
	_, err = io.WriteString(a.out, counterfactualText(result))
	return err
}

func counterfactualText(c *counterfactual.Counterfactual) string {
	var b strings.Builder
	when := ""
	if c.AsOf != "" {
		when = " as of " + c.AsOf
	}
	fmt.Fprintf(&b, "%s%s, by %s with rules %s\n", c.LeadID, when, c.Model, c.RuleBook)
	writeAnswer(&b, "rules", &c.Rules, func(s *counterfactual.State) string {
		return fmt.Sprintf("%g points (fit %g, engagement %g), %s: %s", s.Points, s.Fit, s.Engagement, s.Qualification, s.Reason)
	})
	writeAnswer(&b, "model", &c.Prediction, func(s *counterfactual.State) string {
		return fmt.Sprintf("probability %s, above %.0f %% of leads", percentOf(s.Probability), s.Percentile)
	})
	fmt.Fprintf(&b, "\ncan change: %s; further events of %s\n", orNone(c.CanChange), countOf(len(c.Events), "type"))
	return b.String()
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "no field"
	}
	return shortList(names)
}

func writeAnswer(b *strings.Builder, name string, a *counterfactual.Answer, words func(*counterfactual.State) string) {
	fmt.Fprintf(b, "\n%s, to %s\n  now   %s\n", name, a.Target, words(&a.Before))
	switch a.Outcome {
	case counterfactual.Already:
		b.WriteString("  it is over the threshold already\n")
		return
	case counterfactual.NotReached:
		proof := "no set of changes reaches it; every one was tried"
		if !a.Least {
			proof = "nothing was found that reaches it; not every set of changes was tried"
		}
		fmt.Fprintf(b, "  %s\n", proof)
		if len(a.Changes) == 0 {
			b.WriteString("  and none comes nearer\n")
			return
		}
		b.WriteString("  nearest comes\n")
	default:
		least := "the least that is enough"
		if !a.Least {
			least = "enough would be; fewer changes may do"
		}
		fmt.Fprintf(b, "  %s\n", least)
	}
	for _, action := range a.Changes {
		fmt.Fprintf(b, "    %s\n", actionWords(&action))
	}
	fmt.Fprintf(b, "  then  %s\n", words(&a.After))
	for _, other := range a.Others {
		var list []string
		for _, action := range other {
			list = append(list, actionWords(&action))
		}
		fmt.Fprintf(b, "  or    %s\n", strings.Join(list, "; "))
	}
}

// actionWords says a change: "once more demo_request", "email: free → company", "if it turns out: employees at least 50".
func actionWords(a *counterfactual.Action) string {
	if a.Kind == counterfactual.OneEvent {
		if a.Times == 1 {
			return "once more " + a.Name
		}
		return fmt.Sprintf("%d times more %s", a.Times, a.Name)
	}
	value := a.Value
	if a.Range != "" && a.Range != a.Value {
		value = fmt.Sprintf("%s (%s is enough)", a.Value, a.Range)
	}
	if len(a.Also) > 0 {
		value += " (or " + strings.Join(a.Also, ", ") + ")"
	}
	if a.Kind == counterfactual.Learn {
		return fmt.Sprintf("%s, not known now, turns out to be %s", a.Name, value)
	}
	return fmt.Sprintf("%s: %s → %s", a.Name, a.Was, value)
}
