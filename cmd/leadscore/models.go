package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

type modelsCommand struct {
	List     listCommand     `cmd:"" help:"List versions with their aliases and figures."`
	Show     showCommand     `cmd:"" help:"Show one version: what it was trained on, how it did, and how its aliases moved."`
	Diff     diffCommand     `cmd:"" help:"Compare two versions: population, figures, fields, rules, and the leads whose scores moved most."`
	Promote  promoteCommand  `cmd:"" help:"Make a version champion."`
	Rollback rollbackCommand `cmd:"" help:"Make an earlier champion champion again."`
}

type listCommand struct {
	Store string `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model string `help:"Only this model." placeholder:"NAME"`
}

func (listCommand) Help() string {
	return `The newest data first. A version that cannot be read is listed with what is wrong with it.

Example:
  leadscore models list --store models --model deals`
}

// listed is one version of a listing.
type listed struct {
	Model   string          `json:"model"`
	Entry   models.Entry    `json:"entry"`
	Summary *models.Summary `json:"summary,omitempty"`
	Fault   string          `json:"fault,omitempty"`
}

func (c *listCommand) Run(ctx context.Context, a *app) error {
	store, err := models.OpenStore(c.Store)
	if err != nil {
		return err
	}
	names := []string{c.Model}
	if c.Model == "" {
		if names, err = store.Models(); err != nil {
			return err
		}
	} else if name, ref, err := models.ParseName(c.Model); err != nil || ref != "" {
		return usage("--model", errors.Join(err, fmt.Errorf("give the bare name, such as %s", strings.SplitN(name, "@", 2)[0])))
	}
	all := []listed{}
	for _, name := range names {
		versions, err := listVersions(ctx, store, name)
		if err != nil {
			return err
		}
		all = append(all, versions...)
	}
	if a.json {
		return a.printJSON(map[string]any{"store": c.Store, "versions": all})
	}
	return a.printVersions(all, c.Store)
}

func listVersions(ctx context.Context, store *models.Store, name string) ([]listed, error) {
	entries, err := store.List(name)
	if err != nil {
		return nil, err
	}
	var all []listed
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		one := listed{Model: name, Entry: entry}
		if version, err := store.Get(name, entry.ID); err != nil {
			one.Fault = err.Error()
		} else {
			summary := version.Summary()
			one.Summary = &summary
		}
		all = append(all, one)
	}
	return all, nil
}

func (a *app) printVersions(all []listed, store string) error {
	if len(all) == 0 {
		_, err := fmt.Fprintf(a.out, "no versions in %s; make one with leadscore train\n", store)
		return err
	}
	t := plainTable("model", "version", "alias", "leads", "won", "AUC", "from", "stored")
	for _, v := range all {
		row := table.Row{v.Model, v.Entry.ID, strings.Join(v.Entry.Aliases, ", ")}
		if s := v.Summary; s != nil {
			origin := "train"
			if s.Recalibration != nil {
				origin = "recalibrated " + s.Recalibration.Base
			}
			row = append(row, s.Training.Used, s.Training.Won, interval(s.Validation.Model.AUC), origin)
		} else {
			row = append(row, "", "", "", "cannot be read")
		}
		t.AppendRow(append(row, v.Entry.Stored.UTC().Format("2006-01-02 15:04")))
	}
	if _, err := fmt.Fprintln(a.out, t.Render()); err != nil {
		return err
	}
	for _, v := range all {
		if v.Fault != "" {
			fmt.Fprintf(a.err, "warning: %s/%s: %s\n", v.Model, v.Entry.ID, v.Fault)
		}
	}
	return nil
}

type showCommand struct {
	Store   string `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Version string `arg:"" help:"deals, deals@challenger or deals/VERSION."`
}

func (showCommand) Help() string {
	return `Example:
  leadscore models show deals@challenger --store models`
}

// shown is a version with its history.
type shown struct {
	models.Summary
	Aliases []string           `json:"aliases"`
	Moves   []models.AliasMove `json:"moves"`
}

func (c *showCommand) Run(_ context.Context, a *app) error {
	store, version, err := openVersion(c.Store, c.Version)
	if err != nil {
		return err
	}
	aliases, err := store.Aliases(version.Model)
	if err != nil {
		return err
	}
	result := shown{Summary: version.Summary(), Moves: aliases.MovesOf(version.ID), Aliases: []string{}}
	for _, alias := range slices.Sorted(maps.Keys(aliases.Current)) {
		if aliases.Current[alias] == version.ID {
			result.Aliases = append(result.Aliases, alias)
		}
	}
	if a.json {
		return a.printJSON(result)
	}
	return a.printVersion(&result, version)
}

// openVersion reads the version that a name stands for.
func openVersion(dir, name string) (*models.Store, *models.Version, error) {
	model, ref, err := models.ParseName(name)
	if err != nil {
		return nil, nil, usage(name, err)
	}
	store, err := models.OpenStore(dir)
	if err != nil {
		return nil, nil, err
	}
	version, err := store.Get(model, ref)
	return store, version, err
}

func (a *app) printVersion(s *shown, v *models.Version) error {
	t := plainTable("", "")
	add := func(name, format string, values ...any) { t.AppendRow(table.Row{name, fmt.Sprintf(format, values...)}) }
	add("version", "%s/%s", s.Model, s.Version)
	add("aliases", "%s", strings.Join(s.Aliases, ", "))
	add("made by", "%s", s.Code)
	addPopulation(add, &s.Training)
	for _, row := range told {
		if words := row.of(&s.Training); words != "" {
			add(row.name, "%s", text.WrapSoft(words, 90))
		}
	}
	addFigures(add, &s.Summary)
	add("fields and pairs", "%d", len(s.Terms))
	add("rules", "%s", text.WrapSoft(describeRules(v), 90))
	if c := s.Calibration; c != nil {
		add("calibration", "%s", text.WrapSoft(c.Words, 90))
	}
	if r := s.Recalibration; r != nil {
		add("moved from", "%s", r.Base)
		add("moved by", "intercept %+.3f, slope %.3f, on %d leads, %d won", r.Shift.Intercept, r.Shift.Slope, r.Leads, r.Won)
		add("before and after", "wins expected %.1f → %.1f, observed %.0f", r.Before.Calibration.Expected, r.After.Calibration.Expected, r.After.Calibration.Observed)
	}
	for _, warning := range s.Training.Warnings {
		add("warning", "%s", text.WrapSoft(warning, 90))
	}
	if _, err := fmt.Fprintln(a.out, t.Render()); err != nil {
		return err
	}
	for i := range s.Moves {
		if err := a.printMove(&s.Moves[i]); err != nil {
			return err
		}
	}
	return nil
}

// describeRules names a version's rule book and says how much it holds.
func describeRules(v *models.Version) string {
	book, err := rules.Parse("rules.yaml of "+v.ID, []byte(v.Rules), v.Schema)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s: %d rules", book.Version(), len(book.Rules()))
}

func addPopulation(add func(string, string, ...any), t *models.Training) {
	add("leads", "%d used of %d read, %d won (%.1f %%)", t.Used, t.Rows, t.Won, 100*float64(t.Won)/float64(t.Used))
	if t.Newest != "" {
		add("snapshots", "%s to %s", t.Oldest[:10], t.Newest[:10])
	}
	if t.Horizon != "" {
		add("horizon", "%s", t.Horizon)
	}
	add("data", "%.12s", t.Fingerprint)
}

func addFigures(add func(string, string, ...any), s *models.Summary) {
	v := &s.Validation
	if s.Recalibration != nil && v.Leads > 0 {
		add("figures", "of %s, before the move", s.Recalibration.Base)
	}
	if v.Leads == 0 {
		add("judged on", "nothing")
		return
	}
	add("judged on", "%s: %d leads, %d won", v.Split, v.Leads, v.Won)
	add("AUC", "model %s, rules %s", interval(v.Model.AUC), interval(v.Rules.AUC))
	add("log loss", "%.4f", v.Model.LogLoss)
	add("calibration slope", "%s", interval(v.Model.Calibration.Slope))
	add("wins", "expected %.1f, observed %.0f", v.Model.Calibration.Expected, v.Model.Calibration.Observed)
	add("verdict", "%s", text.WrapSoft(v.Verdict, 90))
}

// printMove says when an alias moved, by what and why, and what the gate found.
func (a *app) printMove(m *models.AliasMove) error {
	by := m.By
	if by == "" {
		by = "an unnamed command"
	}
	line := fmt.Sprintf("%s  %s by %s", m.Time.Format(time.DateTime), m.Alias, by)
	if m.Caller != "" {
		line += " for " + m.Caller
	}
	if m.From != "" && m.From != m.To {
		line += ", before: " + m.From
	}
	if m.Reason != "" {
		line += ": " + m.Reason
	}
	if _, err := fmt.Fprintln(a.out, line); err != nil || m.Gate == nil {
		return err
	}
	for _, check := range m.Gate.Checks {
		word := "failed"
		if check.Passed {
			word = "passed"
		}
		if _, err := fmt.Fprintf(a.out, "  gate: %s %s: %s\n", check.Name, word, check.Reason); err != nil {
			return err
		}
	}
	return nil
}

type promoteCommand struct {
	Store   string `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Version string `arg:"" help:"deals/VERSION or deals@challenger."`
	Reason  string `help:"Why, for the history."`
}

func (promoteCommand) Help() string {
	return `The former champion stays in the store; leadscore models rollback goes back to it. No gate is asked: this is a person's decision,
and the history says so.

Example:
  leadscore models promote deals@challenger --store models --reason 'agreed with sales'`
}

func (c *promoteCommand) Run(_ context.Context, a *app) error {
	if model, ref, err := models.ParseName(c.Version); err == nil && (ref == "" || ref == models.Champion) {
		return usage(c.Version, fmt.Errorf("that is the champion; write %s@challenger or %s/VERSION", model, model))
	}
	store, version, err := openVersion(c.Store, c.Version)
	if err != nil {
		return err
	}
	if _, err := models.NewScorer(version); err != nil { // what cannot serve must not answer
		return err
	}
	before, err := store.Aliases(version.Model)
	if err != nil {
		return err
	}
	move := models.AliasMove{Alias: models.Champion, From: before.Current[models.Champion], To: version.ID, By: models.ByPromote, Reason: c.Reason}
	if err := store.Move(version.Model, move); err != nil {
		return err
	}
	return a.printChampion(version.Model, move)
}

type rollbackCommand struct {
	Store  string `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model  string `arg:"" help:"Name of the model, such as deals."`
	To     string `help:"Version to go back to; the champion before this one if not given." placeholder:"VERSION"`
	Reason string `help:"Why, for the history."`
}

func (rollbackCommand) Help() string {
	return `A second rollback goes back one champion more.

Example:
  leadscore models rollback deals --store models --reason 'scores jumped'`
}

func (c *rollbackCommand) Run(_ context.Context, a *app) error {
	model, ref, err := models.ParseName(c.Model)
	if err != nil || ref != "" {
		return usage(c.Model, errors.Join(err, fmt.Errorf("give the bare name of the model, and the version by --to")))
	}
	if c.To != "" {
		if _, _, err := models.ParseName(model + "/" + c.To); err != nil {
			return usage("--to", err)
		}
	}
	store, err := models.OpenStore(c.Store)
	if err != nil {
		return err
	}
	move, err := store.Rollback(model, c.To, c.Reason)
	if err != nil {
		return err
	}
	return a.printChampion(model, move)
}

// champion is the result of a move, for machines.
type champion struct {
	Model    string `json:"model"`
	Champion string `json:"champion"`
	Before   string `json:"before,omitempty"`
	Moved    bool   `json:"moved"`
}

func (a *app) printChampion(model string, move models.AliasMove) error {
	result := champion{Model: model, Champion: move.To, Before: move.From, Moved: move.From != move.To}
	if a.json {
		return a.printJSON(result)
	}
	line := fmt.Sprintf("champion of %s: %s", model, move.To)
	switch {
	case !result.Moved:
		line += ", as before"
	case move.From != "":
		line += ", before " + move.From
	}
	_, err := fmt.Fprintln(a.out, line)
	return err
}

// plainTable is a table whose headers are written as they are.
func plainTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	if columns[0] != "" || len(columns) > 2 {
		t.AppendHeader(table.Row(columns))
	}
	return t
}

func interval(e metrics.Estimate) string {
	if e == (metrics.Estimate{}) {
		return "–"
	}
	return fmt.Sprintf("%.3f [%.3f, %.3f]", e.Value, e.Low, e.High)
}
