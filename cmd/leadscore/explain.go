package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/bulk"
	"leadscore/models/change"
)

type explainCommand struct {
	Lead  string `arg:"" help:"Id of the lead."`
	Store string `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model string `help:"Model at both ends: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`

	From      string `help:"Then: snapshot, or a time such as 2026-05-01; by default the same as --to." placeholder:"WHEN"`
	To        string `help:"Now: open (default: an open lead now, a closed one as of its snapshot), now, snapshot, or a time." placeholder:"WHEN"`
	FromModel string `help:"Model of then, instead of --model." placeholder:"NAME"`
	ToModel   string `help:"Model of now, instead of --model." placeholder:"NAME"`

	Leads    []string `required:"" help:"Files, folders or globs of leads: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events   []string `help:"Files of events." placeholder:"FILE" sep:"none"`
	LeadsTo  []string `help:"The leads as they are now, where --leads are those of then." placeholder:"FILE" sep:"none"`
	EventsTo []string `help:"The events as they are known now, where --events are those known then." placeholder:"FILE" sep:"none"`

	Edits        []string          `help:"Field history of the CRM (lead, time, field, old, new): takes the leads back to what they were." placeholder:"FILE" sep:"none"`
	EditsColumns map[string]string `help:"Columns of that file, where they are not found by themselves, such as lead=LeadId,time=CreatedDate,field=Field,old=OldValue,new=NewValue." mapsep:"," placeholder:"lead=LeadId,..."`

	BadRows string `enum:"stop,leave-out" default:"leave-out" help:"What to do with rows that cannot be read: ${enum}."`
}

func (explainCommand) Help() string {
	return `Splits the change of both scores between two times, or two versions, into five steps that add up exactly: time passing alone
(decay, windows that run out, ages, the calendar), new events, profile edits, rule edits and the new model. Below each step stand the events, the
fields, the rules and the model's terms that made it. Fields count as they are in --leads at both times, unless --leads-to or --edits say what changed.

Example:
  leadscore explain L-0000017 --from 2026-05-01 --to 2026-06-30 --store models --model deals --leads deals.csv --events events.csv
  leadscore explain L-0000017 --from-model deals --to-model deals@challenger --store models --leads deals.csv --events events.csv`
}

func (c *explainCommand) Run(ctx context.Context, a *app) error {
	from, to, err := c.instants()
	if err != nil {
		return err
	}
	question, err := c.scorers()
	if err != nil {
		return err
	}
	warnings, err := c.read(ctx, a, question, from, to)
	if err != nil {
		return err
	}
	result, err := change.Explain(ctx, *question)
	if err != nil {
		return err
	}
	a.printWarnings(warnings)
	if a.json {
		return a.printJSON(result)
	}
	_, err = a.out.Write([]byte(changeText(result)))
	return err
}

// instants reads --from and --to and checks that the flags ask for some change. A nil from is the same as to.
func (c *explainCommand) instants() (from *bulk.AsOf, to bulk.AsOf, err error) {
	now := time.Now()
	if to, err = bulk.ParseAsOf(c.To, now); err != nil {
		return nil, to, usage("--to", err)
	}
	if c.From != "" {
		then, err := bulk.ParseAsOf(c.From, now)
		if err != nil {
			return nil, to, usage("--from", err)
		}
		from = &then
	}
	switch {
	case len(c.LeadsTo) > 0 && len(c.Edits) > 0:
		return nil, to, usage("--edits", errors.New("--leads-to says already what the fields are now; give one of the two"))
	case len(c.EditsColumns) > 0 && len(c.Edits) == 0:
		return nil, to, usage("--edits-columns", errors.New("they need --edits"))
	case from == nil && len(c.LeadsTo) == 0 && len(c.EventsTo) == 0 && c.FromModel == c.ToModel:
		return nil, to, usage("--from", errors.New("nothing changes: say from when, or give --from-model and --to-model, or --leads-to"))
	}
	return from, to, nil
}

// scorers loads the versions of both ends, one of them once where they are the same.
func (c *explainCommand) scorers() (*change.Question, error) {
	names := [2]string{c.FromModel, c.ToModel}
	var loaded [2]*models.Scorer
	for side, flag := range []string{"--from-model", "--to-model"} {
		if names[side] == "" {
			names[side] = c.Model
		}
		if names[side] == "" {
			return nil, usage(flag, errors.New("give it, or --model"))
		}
		if side == 1 && names[1] == names[0] {
			loaded[1] = loaded[0]
			break
		}
		scorer, err := loadScorer(c.Store, names[side])
		if err != nil {
			return nil, err
		}
		loaded[side] = scorer
	}
	return &change.Question{From: change.End{Scorer: loaded[0]}, To: change.End{Scorer: loaded[1]}}, nil
}

// read fills in the leads of both ends, each as both versions read it, and the instants.
func (c *explainCommand) read(ctx context.Context, a *app, q *change.Question, from *bulk.AsOf, to bulk.AsOf) ([]features.Warning, error) {
	progress := newProgress(a.err)
	defer progress.finish()
	old, current := q.From.Scorer.Version(), q.To.Scorer.Version()
	then, warnings, err := c.state(ctx, old, progress.report, false)
	if err != nil {
		return nil, err
	}
	now, more, err := c.state(ctx, current, progress.report, true)
	if err != nil {
		return nil, err
	}
	if more != nil {
		warnings = more
	}
	q.To.AsOf = now.found.Instant(to, current.Timeless())
	q.From.AsOf = q.To.AsOf
	if from != nil {
		q.From.AsOf = then.found.Instant(*from, old.Timeless())
	}
	q.From.Lead, q.To.Lead = then.at(q.From.AsOf), now.at(q.To.AsOf)
	if !change.SameSchema(old, current) {
		asOld, _, err := c.state(ctx, old, progress.report, true)
		if err != nil {
			return nil, err
		}
		q.Now = asOld.at(q.To.AsOf)
		asNew, _, err := c.state(ctx, current, progress.report, false)
		if err == nil { // what it is for, other orders of the steps, is no reason to fail
			q.Then = asNew.at(q.From.AsOf)
		}
	}
	return append(warnings, c.stale(now, current.Schema)...), nil
}

// leadState is a lead as the files show it, with the edits that lead there.
type leadState struct {
	found *bulk.FoundLead
	edits *features.FieldHistory
}

func (s *leadState) at(asOf features.Micros) *features.Lead { return s.edits.At(s.found.Lead, asOf) }

// state reads the lead of then or of now by a version's schema.
func (c *explainCommand) state(ctx context.Context, v *models.Version, report func(string, int64, int64), now bool) (*leadState, []features.Warning, error) {
	ask := bulk.OneLead{ID: c.Lead, Leads: c.Leads, Events: c.Events, LeaveOutBadRows: c.BadRows == "leave-out", Progress: report}
	if now && len(c.LeadsTo) > 0 {
		ask.Leads = c.LeadsTo
	}
	if now && len(c.EventsTo) > 0 {
		ask.Events = c.EventsTo
	}
	found, err := bulk.FindLead(ctx, v.Schema, ask)
	if err != nil {
		return nil, nil, fmt.Errorf("by the schema of %s: %w", v.ID, err)
	}
	state, warnings := &leadState{found: found, edits: &features.FieldHistory{}}, found.Warnings
	if len(c.Edits) > 0 {
		columns, err := c.editsColumns()
		if err != nil {
			return nil, nil, err
		}
		edits, read, err := features.ReadFieldHistory(ctx, v.Schema, c.Edits, c.Lead, columns, features.ReadOptions{
			LeaveOutBadRows: ask.LeaveOutBadRows, Progress: func(done, total int64) { report("reading edits", done, total) }})
		if err != nil {
			return nil, nil, err
		}
		state.edits, warnings = edits, append(warnings, read.Warnings...)
	} else if len(c.LeadsTo) == 0 && c.From != "" {
		warnings = append(warnings, features.Warning{Count: 1, Problem: "what the fields were then is not known: they count as they are in --leads at both times; --edits or --leads-to would tell"})
	}
	return state, warnings, nil
}

func (c *explainCommand) editsColumns() (columns features.HistoryColumns, err error) {
	for key, name := range c.EditsColumns {
		switch key {
		case "lead":
			columns.Lead = name
		case "time":
			columns.Time = name
		case "field":
			columns.Field = name
		case "old":
			columns.Old = name
		case "new":
			columns.New = name
		default:
			return columns, usage("--edits-columns", fmt.Errorf("%q: write lead, time, field, old or new before the =", key))
		}
	}
	return columns, nil
}

// stale warns of fields whose newest edit is not what the leads' file has.
func (c *explainCommand) stale(now *leadState, schema *features.Schema) []features.Warning {
	var fields []string
	last := now.at(math.MaxInt64)
	for i := range last.Values {
		if has, is := change.ValueWords(&schema.Fields[i], &now.found.Lead.Values[i]), change.ValueWords(&schema.Fields[i], &last.Values[i]); has != is {
			fields = append(fields, fmt.Sprintf("%s: %s, in the file %s", schema.Fields[i].Name, is, has))
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return []features.Warning{{Problem: "the newest edit is not what the leads' file has; the edit is believed: " + strings.Join(fields, "; "), Count: int64(len(fields))}}
}
