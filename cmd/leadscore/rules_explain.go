package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/features"
	"leadscore/models/bulk"
	"leadscore/models/rules"
)

type rulesExplainCommand struct {
	Lead    string   `arg:"" help:"Id of the lead."`
	Leads   []string `required:"" help:"Files, folders or globs of leads: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events  []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	AsOf    string   `help:"When the lead is looked at: open (default: an open lead now, a closed one as of its snapshot), now, snapshot, or a time such as 2026-11-22." placeholder:"WHEN"`
	BadRows string   `enum:"stop,leave-out" default:"leave-out" help:"What to do with rows that cannot be read: ${enum}."`
	bookFlags
}

func (rulesExplainCommand) Help() string {
	return `Each rule that fired, its points as they stand in the book, after decay, and as counted after caps; the caps; the thresholds; and
why the lead is qualified, or is not. The counted points add up to the dimensions, and these to the total.

Example:
  leadscore rules explain L-0000017 --leads deals.csv --events events.csv --schema schema.yaml --rules rules.yaml`
}

func (c *rulesExplainCommand) Run(ctx context.Context, a *app) error {
	asOf, err := bulk.ParseAsOf(c.AsOf, time.Now())
	if err != nil {
		return usage("--as-of", err)
	}
	schema, book, _, err := c.loadBook()
	if err != nil {
		return err
	}
	snapshot, err := c.snapshot(ctx, a, schema, asOf)
	if err != nil {
		return err
	}
	paper := newPaper(book, snapshot)
	if a.json {
		return a.printJSON(paper)
	}
	return paper.writeText(a)
}

// snapshot finds the lead.
func (c *rulesExplainCommand) snapshot(ctx context.Context, a *app, schema *features.Schema, asOf bulk.AsOf) (*features.Snapshot, error) {
	progress := newProgress(a.err)
	defer progress.finish()
	found, err := bulk.FindLead(ctx, schema, bulk.OneLead{ID: c.Lead, Leads: c.Leads, Events: c.Events,
		LeaveOutBadRows: c.BadRows == "leave-out", Progress: progress.report})
	if err != nil {
		return nil, err
	}
	snapshot := found.Lead.At(found.Instant(asOf, false))
	return &snapshot, nil
}

// paper is one lead's points as a sum on paper.
type paper struct {
	Lead          string              `json:"lead"`
	AsOf          string              `json:"as_of,omitempty"`
	Book          string              `json:"book"`
	Points        float64             `json:"points"`
	Fit           float64             `json:"fit"`
	Engagement    float64             `json:"engagement"`
	FitWeight     float64             `json:"fit_weight"`
	EngWeight     float64             `json:"engagement_weight"`
	Grade         string              `json:"grade"`
	Qualification rules.Qualification `json:"qualification"`
	Reason        string              `json:"reason"`
	RuleID        string              `json:"decided_by,omitempty"`
	Fired         []paperLine         `json:"fired"`
	Caps          []paperCap          `json:"caps"`
	Thresholds    rules.Thresholds    `json:"thresholds"`
	NotJudged     []paperMissing      `json:"not_judged"`
	Silent        []string            `json:"did_not_fire"`
}

type paperLine struct {
	ID        string          `json:"id"`
	Dimension rules.Dimension `json:"dimension"`
	Group     string          `json:"group,omitempty"`
	Reason    string          `json:"reason"`
	Times     int             `json:"events,omitempty"`
	Before    float64         `json:"points_before_decay"`
	Decayed   float64         `json:"points_after_decay"`
	Counted   float64         `json:"points_counted"`
}

type paperCap struct {
	Dimension rules.Dimension `json:"dimension"`
	Group     string          `json:"group,omitempty"`
	Before    float64         `json:"before"`
	After     float64         `json:"after"`
	Words     string          `json:"words"`
}

type paperMissing struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Words string `json:"words"`
}

func newPaper(book *rules.Book, s *features.Snapshot) *paper {
	score := book.Score(s)
	p := &paper{Lead: s.ID, Book: book.Version(), Points: score.Points, Fit: score.Fit, Engagement: score.Engagement, Grade: score.Grade,
		Qualification: score.Qualification, Reason: score.Reason, RuleID: score.RuleID, Thresholds: book.Thresholds(),
		Fired: []paperLine{}, Caps: []paperCap{}, NotJudged: []paperMissing{}, Silent: []string{}}
	p.FitWeight, p.EngWeight = book.Weights()
	if s.AsOf != features.NoTime {
		p.AsOf = s.AsOf.Time().UTC().Format(time.RFC3339)
	}
	spoken := map[string]bool{}
	for _, f := range score.Fired {
		spoken[f.ID] = true
		p.Fired = append(p.Fired, paperLine{f.ID, f.Dimension, f.Group, f.Reason, f.Times, f.Before, f.Decayed, f.Counted})
	}
	for _, c := range score.Capped {
		p.Caps = append(p.Caps, paperCap{c.Dimension, c.Group, c.Before, c.After, c.Words()})
	}
	for _, n := range score.NotJudged {
		spoken[n.ID] = true
		p.NotJudged = append(p.NotJudged, paperMissing{n.ID, n.Kind, n.Words()})
	}
	for _, r := range book.Rules() {
		if !spoken[r.ID] {
			p.Silent = append(p.Silent, r.ID)
		}
	}
	return p
}

func (p *paper) writeText(a *app) error {
	when := ""
	if p.AsOf != "" {
		when = " as of " + p.AsOf
	}
	fmt.Fprintf(a.out, "%s%s, by %s\n", p.Lead, when, p.Book)
	t := plainTable("rule", "why", "in the book", "after decay", "counted")
	for _, d := range []rules.Dimension{rules.Fit, rules.Engagement} {
		for _, f := range p.Fired {
			if f.Dimension == d {
				t.AppendRow(table.Row{f.ID, f.why(), signed(f.Before), signed(f.Decayed), signed(f.Counted)})
			}
		}
		sum := p.Fit
		if d == rules.Engagement {
			sum = p.Engagement
		}
		t.AppendRow(table.Row{"", string(d), "", "", signed(sum)})
		t.AppendSeparator()
	}
	t.AppendRow(table.Row{"", p.totalWords(), "", "", signed(p.Points)})
	fmt.Fprintln(a.out, t.Render())
	for _, c := range p.Caps {
		fmt.Fprintln(a.out, "cap:", c.Words)
	}
	for _, n := range p.NotJudged {
		fmt.Fprintf(a.out, "not judged: %s (%s): %s\n", n.ID, n.Kind, n.Words)
	}
	if len(p.Silent) > 0 {
		fmt.Fprintln(a.out, "did not fire:", strings.Join(p.Silent, ", "))
	}
	fmt.Fprintln(a.out, "thresholds:", p.thresholdWords())
	_, err := fmt.Fprintf(a.out, "grade %s, %s: %s\n", p.Grade, p.Qualification, p.Reason)
	return err
}

func (f *paperLine) why() string {
	if f.Times > 0 {
		return fmt.Sprintf("%s (%s)", f.Reason, countOf(f.Times, "event"))
	}
	return f.Reason
}

func (p *paper) totalWords() string {
	if p.FitWeight == 1 && p.EngWeight == 1 {
		return "total"
	}
	return fmt.Sprintf("total: %g × fit + %g × engagement", p.FitWeight, p.EngWeight)
}

// thresholdWords holds the points against each threshold.
func (p *paper) thresholdWords() string {
	var parts []string
	for _, one := range []struct {
		name  string
		least *float64
		has   float64
	}{{"fit", p.Thresholds.Fit, p.Fit}, {"engagement", p.Thresholds.Engagement, p.Engagement}, {"total", p.Thresholds.Total, p.Points}} {
		if one.least == nil {
			continue
		}
		word := "reached"
		if one.has < *one.least {
			word = fmt.Sprintf("%g short", *one.least-one.has)
		}
		parts = append(parts, fmt.Sprintf("%s %g of %g, %s", one.name, one.has, *one.least, word))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, "; ")
}

// signed writes points with their sign.
func signed(points float64) string { return fmt.Sprintf("%+g", points+0) }
