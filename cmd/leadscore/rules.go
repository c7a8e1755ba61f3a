package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"leadscore/features"
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
	"leadscore/train"
	"leadscore/train/scorecard"
)

type rulesCommand struct {
	Check      rulesCheckCommand      `cmd:"" help:"Say everything that is wrong or doubtful in a rule book, with its line."`
	Explain    rulesExplainCommand    `cmd:"" help:"Show one lead's points as a sum on paper."`
	Evidence   rulesEvidenceCommand   `cmd:"" help:"Hold each rule against closed deals: what it gives, and what the data say it earns."`
	Test       rulesTestCommand       `cmd:"" help:"Check a rule book against examples that sales and marketing agreed on."`
	Suggest    rulesSuggestCommand    `cmd:"" help:"Learn a scorecard from closed deals in your own words, beside the present book."`
	Take       rulesTakeCommand       `cmd:"" help:"Take some rules of a proposed book into the present one."`
	Backtest   rulesBacktestCommand   `cmd:"" help:"Replay closed deals under two rule books, before anything is published."`
	Thresholds rulesThresholdsCommand `cmd:"" help:"Choose thresholds of fit and engagement that the team can work."`
}

// bookFlags say which rule book: of files, or of a stored version.
type bookFlags struct {
	Schema string `help:"What the columns mean." placeholder:"schema.yaml"`
	Rules  string `help:"The rule book." placeholder:"rules.yaml"`
	Store  string `help:"Directory of the version store, instead of --schema and --rules." placeholder:"DIR"`
	Model  string `help:"Model whose schema and rules to take: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
}

// loadBook reads the schema and the book; name says where the schema came from.
func (f *bookFlags) loadBook() (schema *features.Schema, book *rules.Book, name string, err error) {
	files, stored := f.Schema != "" || f.Rules != "", f.Store != "" || f.Model != ""
	switch {
	case files && !stored && f.Schema != "" && f.Rules != "":
		if schema, err = features.LoadSchema(f.Schema); err != nil {
			return nil, nil, "", err
		}
		book, err = rules.Load(f.Rules, schema)
		return schema, book, f.Schema, err
	case stored && !files && f.Store != "" && f.Model != "":
		_, version, err := openVersion(f.Store, f.Model)
		if err != nil {
			return nil, nil, "", err
		}
		book, err := rules.Parse("rules.yaml of "+version.ID, []byte(version.Rules), version.Schema)
		return version.Schema, book, "the schema of " + version.ID, err
	}
	return nil, nil, "", usage("rule book", errors.New("give --schema and --rules, or --store and --model"))
}

// closedFlags say which closed leads.
type closedFlags struct {
	Leads   []string `required:"" help:"Files, folders or globs of leads with outcomes: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events  []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	BadRows string   `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}. Left-out rows are counted and listed."`
}

func (f *closedFlags) read(ctx context.Context, a *app, schema *features.Schema, name string, holdOut float64) (*train.Closed, error) {
	progress := newProgress(a.err)
	closed, err := train.ReadClosed(ctx, train.ClosedConfig{Schema: schema, Name: name, Leads: f.Leads, Events: f.Events,
		HoldOut: holdOut, LeaveOutBadRows: f.BadRows == "leave-out", Progress: progress.report})
	progress.finish()
	if errors.Is(err, train.ErrSettings) {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if err == nil {
		a.printWarnings(closed.Warnings)
	}
	return closed, err
}

type rulesCheckCommand struct {
	File   string `arg:"" help:"The rule book." placeholder:"rules.yaml"`
	Schema string `required:"" help:"What the columns mean." placeholder:"schema.yaml"`
}

func (rulesCheckCommand) Help() string {
	return `Faults (unknown fields, wrong kinds, thresholds that no lead can reach …) come all at once, each with its line and what would be
right; then the command fails. Warnings are what is allowed but has no effect, or is doubtful.

Example:
  leadscore rules check rules.yaml --schema schema.yaml`
}

// checked is the result of a check, for machines.
type checked struct {
	Book     string   `json:"book,omitempty"`
	Rules    int      `json:"rules"`
	Faults   []string `json:"faults"`
	Warnings []string `json:"warnings"`
}

// errFaulty fails a check whose faults are printed already.
var errFaulty = errors.New("the rule book has faults")

func (c *rulesCheckCommand) Run(_ context.Context, a *app) error {
	schema, err := features.LoadSchema(c.Schema)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	result := checked{Faults: []string{}, Warnings: []string{}}
	book, err := rules.Parse(c.File, text, schema)
	faults := features.Faults{}
	switch {
	case errors.As(err, &faults):
		for _, fault := range faults.Unwrap() {
			result.Faults = append(result.Faults, fault.Error())
		}
	case err != nil:
		return err
	default:
		result.Book, result.Rules = book.Version(), len(book.Rules())
		result.Warnings = append(result.Warnings, book.Warnings()...)
	}
	if err := a.printChecked(&result, c.File); err != nil {
		return err
	}
	if len(result.Faults) > 0 {
		return fmt.Errorf("%s: %w: %d", c.File, errFaulty, len(result.Faults))
	}
	return nil
}

func (a *app) printChecked(r *checked, file string) error {
	if a.json {
		return a.printJSON(r)
	}
	for _, fault := range r.Faults {
		fmt.Fprintln(a.out, "fault:", fault)
	}
	for _, warning := range r.Warnings {
		fmt.Fprintln(a.out, "warning:", warning)
	}
	if len(r.Faults) > 0 {
		return nil
	}
	_, err := fmt.Fprintf(a.out, "%s: %d rules, no fault, %s\n", file, r.Rules, countOf(len(r.Warnings), "warning"))
	return err
}

// countOf writes "1 warning", "2 warnings".
func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

type rulesEvidenceCommand struct {
	closedFlags
	bookFlags
}

func (rulesEvidenceCommand) Help() string {
	return `For each rule: how often it fires, how often those leads win and how often the others do, and the points that closed deals
support beside all other rules. Rules that are dead, redundant, harmful, overpaid or underpaid are named, with the evidence; a
rule is named only if chance would hardly do that, counting that many rules were looked at. All decided leads count.

Example:
  leadscore rules evidence --schema schema.yaml --rules rules.yaml --leads deals.csv --events events.csv`
}

func (c *rulesEvidenceCommand) Run(ctx context.Context, a *app) error {
	schema, book, name, err := c.loadBook()
	if err != nil {
		return err
	}
	closed, err := c.read(ctx, a, schema, name, train.Defaults().HoldOut)
	if err != nil {
		return err
	}
	sheet, err := evidence.NewSheet(ctx, book, closed.Leads.History, closed.Leads.Rows)
	if err != nil {
		return err
	}
	result, err := evidence.Judge(ctx, sheet, &closed.Leads.Leads)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(result)
	}
	return scorecard.WriteEvidence(a.out, result)
}
