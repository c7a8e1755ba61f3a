package train

import (
	"context"
	"fmt"
	"os"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
	"leadscore/train/report"
	"leadscore/train/report/page"
)

// Result is a stored version and what was worth saying on the way.
type Result struct {
	Version  *models.Version
	Store    string
	Alias    string
	Gate     *models.GateRecord // nil where no gate was asked
	Warnings []features.Warning // of the data, counted
}

// Run trains a model and stores it. On an error the store is as before.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if err := page.CheckPlace(cfg.Report); err != nil {
		return nil, err
	}
	store, err := models.OpenStore(cfg.Store)
	if err != nil {
		return nil, err
	}
	data, err := readData(ctx, &cfg)
	if err != nil {
		return nil, err
	}
	data.history.Table.ForgetIDs() // all that follows goes by row
	population, err := populate(data.history)
	if err != nil {
		return nil, err
	}
	if err := guard(ctx, data, population, &cfg); err != nil {
		return nil, err
	}
	if len(data.history.Table.Schema.Engagement) > 0 {
		cfg.progress("engagement figures", 0, 0)
		data.history.KeepFigures()
	}
	validation, err := validate(ctx, data, population, &cfg)
	if err != nil {
		return nil, err
	}
	cfg.progress("fitting to all leads", 0, 0)
	final, err := fitFrom(ctx, data.history, population, population.Rows,
		beginning{settled: validation.settled, remedy: validation.calibration, describe: true}, &cfg)
	if err != nil {
		return nil, err
	}
	validation.calibration = final.calibration
	version, err := assemble(data, population, validation, final, &cfg)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	result := &Result{Version: version, Store: cfg.Store, Alias: cfg.Alias, Warnings: data.warnings}
	if _, err := version.Identify(); err != nil {
		return nil, err
	}
	g := &gate{store: store, version: version, data: data, population: population, validation: validation, cfg: &cfg}
	if cfg.Gate {
		if result.Gate, err = g.judge(ctx); err != nil {
			return nil, err
		}
	}
	shown := evidence(data, population, validation, final, version, &cfg)
	if cfg.Report != "" {
		if err := g.completeEvidence(ctx, shown, final.encoder); err != nil {
			return nil, err
		}
	}
	if err := data.history.Events.Err(); err != nil {
		return nil, err
	}
	if err := result.publish(store); err != nil {
		return nil, err
	}
	shown.Alias = result.Alias
	return result, writeReport(ctx, shown, &cfg)
}

// data is what was read: the history, by a schema, and the rule book.
type data struct {
	history     *features.History
	book        *rules.Book
	fingerprint string
	rows        int64
	leftOut     map[string]int64
	warnings    []features.Warning
	leakage     []models.Suspicion // what the leakage guard found, leaks that the schema explains included
}

// readData reads the schema, the rules, the leads and their events, in this order, so that a mistake in the small files
// shows before the large ones are read.
func readData(ctx context.Context, cfg *Config) (*data, error) {
	schema, err := features.LoadSchema(cfg.Schema)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(cfg.Rules)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	book, err := rules.Parse(cfg.Rules, text, schema)
	if err != nil {
		return nil, err
	}
	options := func(stage string) features.ReadOptions {
		return features.ReadOptions{Outcome: true, LeaveOutBadRows: cfg.LeaveOutBadRows,
			Progress: func(done, total int64) { cfg.progress(stage, done, total) }}
	}
	d, err := readHistory(ctx, schema, cfg.Schema, cfg.Leads, cfg.Events, options)
	if err != nil {
		return nil, err
	}
	d.book = book
	for _, warning := range book.Warnings() {
		d.warnings = append(d.warnings, features.Warning{Problem: warning, Count: 1})
	}
	return d, nil
}

// readHistory reads leads and their events by a schema; name says which in an error.
func readHistory(ctx context.Context, schema *features.Schema, name string, leadFiles, eventFiles []string, options func(stage string) features.ReadOptions) (*data, error) {
	table, leads, err := features.ReadLeads(ctx, schema, leadFiles, options("reading leads"))
	if err != nil {
		return nil, err
	}
	d := &data{fingerprint: leads.Fingerprint, rows: leads.Rows, leftOut: leads.LeftOut, warnings: leads.Warnings}
	var events *features.EventLog
	if len(eventFiles) > 0 {
		log, report, err := features.ReadEvents(ctx, schema, eventFiles, table, options("reading events"))
		if err != nil {
			return nil, err
		}
		events = log
		d.fingerprint = joinFingerprints(d.fingerprint, report.Fingerprint)
		d.warnings = append(d.warnings, report.Warnings...)
	} else if len(schema.Engagement) > 0 {
		return nil, fmt.Errorf("%s: the schema has %d engagement figures, but no events were given: add --events, or remove them from the schema",
			name, len(schema.Engagement))
	}
	d.history, err = features.NewHistory(table, events)
	return d, err
}

// publish stores the version and moves the alias to it; a version that the gate refused becomes challenger.
func (r *Result) publish(store *models.Store) error {
	id, err := store.PutWith(r.Version, map[string][]byte{models.CardFile: []byte(report.Card(r.Version))})
	if err != nil {
		return err
	}
	move := models.AliasMove{Alias: r.Alias, To: id, By: models.ByTrain, Gate: r.Gate}
	if r.Gate != nil && !r.Gate.Passed {
		r.Alias, move.Alias = models.Challenger, models.Challenger
		move.Reason = "the gate refused it as champion"
	}
	return store.Move(r.Version.Model, move)
}
