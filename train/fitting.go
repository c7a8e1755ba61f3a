package train

import (
	"context"
	"fmt"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/logistic"
	"leadscore/train/fit"
)

// fitted is an encoder and the model on its codes, both made from the same rows and nothing else.
type fitted struct {
	encoder *features.Encoder
	model   *logistic.Model
	report  *fit.Report

	calibration *models.Calibration // the remedy that was asked for, as it was applied
	description *description        // nil unless asked for
	halfLives   []models.HalfLife   // those that were learned
}

// beginning is what a fit begins with beside its leads, and what is wanted of it; the zero value is nothing.
type beginning struct {
	settled  *settled            // by a fit to a part of the rows
	remedy   *models.Calibration // to mend its probabilities with
	describe bool                // the leads fitted to
}

// fitTo learns bins and coefficients from the given rows.
func fitTo(ctx context.Context, h *features.History, p *Population, rows []int32, cfg *Config) (*fitted, error) {
	return fitFrom(ctx, h, p, rows, beginning{}, cfg)
}

// fitFrom is fitTo with a beginning. The leads' codes are gone when it returns.
func fitFrom(ctx context.Context, h *features.History, p *Population, rows []int32, from beginning, cfg *Config) (*fitted, error) {
	table, m := h.Table, &fitted{}
	if wantsHalfLives(h.Table.Schema) {
		var err error
		if h, m.halfLives, err = learnHalfLives(ctx, h, p, rows, cfg); err != nil {
			return nil, err
		}
	}
	var err error
	if m.encoder, err = features.FitEncoder(h, rows, features.Limits{MaxBins: cfg.MaxBins, MinLevelRows: cfg.MinLevelRows}); err != nil {
		return nil, fmt.Errorf("bins: %w", err)
	}
	leads := &fittedLeads{weights: picked(weigh(h, rows), rows)}
	if leads.codes, err = m.encoder.EncodeRows(ctx, h, rows); err != nil {
		return nil, fmt.Errorf("codes: %w", err)
	}
	c := withSegments(fitConfig(m.encoder, cfg), m.encoder, h.Table.Schema)
	if from.settled != nil {
		c.Settled, c.Places = from.settled.fit, placesIn(m.encoder, from.settled.encoder)
	}
	find := func() error {
		leads.wins = outcomesOf(rows, p)
		return m.find(ctx, leads, c, from)
	}
	if len(rows) <= mostFittedBeside { // fits that run side by side look at one table
		return m, find()
	}
	return m, table.SetAside(find)
}

// find looks for the model, and does all that needs the leads' codes.
func (m *fitted) find(ctx context.Context, leads *fittedLeads, c fit.Config, from beginning) (err error) {
	design := &fit.Design{Inputs: fitInputs(m.encoder), Codes: fitCodes(leads.codes), Wins: leads.wins, Weights: leads.weights}
	if m.model, m.report, err = fit.Fit(ctx, design, c); err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	if err = m.mend(from.remedy, leads); err != nil || !from.describe {
		return err
	}
	m.description, err = m.describe(leads)
	return err
}

// settled is what a fit has settled, with the encoder that it was made by.
type settled struct {
	fit     *fit.Settled
	encoder *features.Encoder
}

func (m *fitted) settled() *settled { return &settled{m.report.Settled, m.encoder} }

// placesIn gives for each input and code of an encoder the code of the same value in another one of the same inputs.
func placesIn(of, in *features.Encoder) [][]int32 {
	if len(of.Inputs) != len(in.Inputs) {
		return nil
	}
	places := make([][]int32, len(of.Inputs))
	for i := range places {
		places[i] = make([]int32, of.Bins(i))
		for code := range places[i] {
			places[i][code] = int32(of.CodeIn(in, i, uint16(code)))
		}
	}
	return places
}

// picked are the values of some rows; nil stays nil.
func picked(values []float64, rows []int32) []float64 {
	if values == nil {
		return nil
	}
	out := make([]float64, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

func fitInputs(e *features.Encoder) []fit.Input {
	inputs := make([]fit.Input, len(e.Inputs))
	for i, in := range e.Inputs {
		inputs[i] = fit.Input{Name: in.Name, Bins: e.Bins(i), Ordered: e.OrderedBins(i), Monotone: signOf[in.Monotone]}
	}
	return inputs
}

// signOf is a promised direction as a fit knows it.
var signOf = map[features.Direction]int{features.Up: 1, features.Down: -1}

func fitCodes(codes []features.Codes) []fit.Codes {
	columns := make([]fit.Codes, len(codes))
	for i := range codes {
		columns[i] = fit.Codes(codes[i])
	}
	return columns
}

// caution gives a chance of 10 % that a field's effect spreads by more than 1 in log-odds: hardly any wish beside thousands of
// wins, and beside a few dozen enough that a score stays modest (docs/decisions/0012-caution.md).
const caution = 2.3

// fitConfig allows as many pairs as there are inputs, and names the input that follows the market's drift.
func fitConfig(e *features.Encoder, cfg *Config) fit.Config {
	c := fit.Config{Caution: caution}
	if cfg.Pairs {
		c.Pairs.Most = len(e.Inputs)
	}
	if cfg.plain {
		c.StandardError, c.Quick = fit.StandardError{None: true}, cfg.quick
	}
	for i, in := range e.Inputs {
		if in.Source == features.FromSnapshot {
			c.Drift = driftOf(&e.Coders[i], i)
		}
	}
	return c
}

// driftOf describes the calendar input's bins, which are of equal width. One bin cannot show a drift.
func driftOf(c *features.Coder, input int) *fit.Drift {
	if len(c.Cuts) < 2 {
		return nil
	}
	const secondsPerDay = 24 * 60 * 60
	width := c.Cuts[1] - c.Cuts[0]
	return &fit.Drift{Input: input, BinDays: width, End: int64((c.Cuts[len(c.Cuts)-1] + width/2) * secondsPerDay)}
}
