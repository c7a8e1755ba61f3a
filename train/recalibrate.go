package train

import (
	"context"
	"errors"
	"fmt"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
	"leadscore/train/report"
)

// RecalibrateConfig says which version to move and by which closed leads. Its zero value is invalid.
type RecalibrateConfig struct {
	Store  string // directory of the version store
	Model  string // deals, deals@challenger or deals/VERSION: the version to move
	Leads  []string
	Events []string // files of the leads' events; may be empty

	Challenger      bool // store the result as challenger, whatever its base is
	LeaveOutBadRows bool // leave unreadable rows out, counted, instead of stopping

	Code     string // the program and its revision, kept in the version
	Progress func(stage string, done, total int64)
}

// Recalibrated is what a recalibration did.
type Recalibrated struct {
	Base    *models.Version
	Version *models.Version // nil where nothing had to be moved
	How     models.Recalibration
	Store   string
	Alias   string
	// Warnings of the data, counted.
	Warnings []features.Warning
}

// ErrLearned says that the files hold nothing new to the version.
var ErrLearned = errors.New("the version has learned from these very files")

// ErrTooFew says that there are too few newer closed leads to recalibrate by, and ErrBackwards that the model ranks them the
// wrong way round, which no intercept or slope mends.
var (
	ErrTooFew    = errors.New("too few closed leads to recalibrate by")
	ErrBackwards = errors.New("no recalibration mends that: fit a new model with leadscore train")
)

// fewestToMove is the least number of won and of lost leads to recalibrate by. The level's standard error from 20 wins
// is about 1/√20 = 0.22 log-odds, so the odds are known within a factor of 1.55; from fewer a single deal moves every score.
const fewestToMove = 20

// littleSlope is the slope below which more than half of what set leads apart is taken away: time for a new fit.
const littleSlope = 0.5

// Recalibrate moves a version's log-odds to newer closed leads, without a refit, and stores the result as a new version.
// It scores the leads as of their snapshots and uses those that are newer than all that the version has learned from and
// older than the horizon: among younger ones only the quickly decided are closed, no fair sample. The new version takes
// its base's alias; one that is moved by its id becomes challenger. On an error the store is as before.
func Recalibrate(ctx context.Context, cfg RecalibrateConfig) (*Recalibrated, error) {
	store, base, alias, err := openBase(&cfg)
	if err != nil {
		return nil, err
	}
	data, err := readClosed(ctx, base, &cfg)
	if err != nil {
		return nil, err
	}
	if moved := base.Recalibration; data.fingerprint == base.Training.Fingerprint || moved != nil && data.fingerprint == moved.Fingerprint {
		return nil, fmt.Errorf("%w: its level is right there by design; give newer closed deals", ErrLearned)
	}
	population, err := populate(data.history)
	if err != nil {
		return nil, err
	}
	keepNewAndMature(base, data.history, population)
	if err := enoughToMove(population); err != nil {
		return nil, err
	}
	result := &Recalibrated{Base: base, Store: cfg.Store, Alias: alias, Warnings: data.warnings}
	if result.How, err = measureShift(ctx, base, data, population); err != nil {
		return nil, err
	}
	if shift := result.How.Shift; shift.Intercept == 0 && shift.Slope == 1 {
		return result, nil
	}
	if result.Version, err = base.Recalibrated(cfg.Code, result.How); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return result, result.publish(store)
}

// openBase reads the version to move and says which alias the result gets.
func openBase(cfg *RecalibrateConfig) (*models.Store, *models.Version, string, error) {
	model, ref, err := models.ParseName(cfg.Model)
	if err != nil {
		return nil, nil, "", &settingsError{err}
	}
	if len(cfg.Leads) == 0 {
		return nil, nil, "", &settingsError{errors.New("no file of leads given")}
	}
	store, err := models.OpenStore(cfg.Store)
	if err != nil {
		return nil, nil, "", err
	}
	base, err := store.Get(model, ref)
	if err != nil {
		return nil, nil, "", err
	}
	if _, err := models.NewScorer(base); err != nil { // a version that cannot serve is no base
		return nil, nil, "", err
	}
	alias := models.Challenger
	if (ref == "" || ref == models.Champion) && !cfg.Challenger {
		alias = models.Champion
	}
	return store, base, alias, nil
}

// readClosed reads the leads by the version's own schema. When that history was taken is no news of these leads.
func readClosed(ctx context.Context, base *models.Version, cfg *RecalibrateConfig) (*data, error) {
	schema := *base.Schema
	schema.ObservedUntil = features.Date8601{}
	options := func(stage string) features.ReadOptions {
		return features.ReadOptions{Outcome: true, LeaveOutBadRows: cfg.LeaveOutBadRows, Progress: func(done, total int64) {
			if cfg.Progress != nil {
				cfg.Progress(stage, done, total)
			}
		}}
	}
	return readHistory(ctx, &schema, "the schema of "+base.Model+"/"+base.ID, cfg.Leads, cfg.Events, options)
}

// keepNewAndMature leaves out what the version may know already and what is no fair sample, however few are left, counted. Leads without times
// cannot be told apart; all are kept.
func keepNewAndMature(base *models.Version, h *features.History, p *Population) {
	if !p.Dated {
		return
	}
	learned, knows := base.LearnedUntil()
	horizon := base.Schema.Horizon.Micros()
	kept := p.Rows[:0:0]
	for _, row := range p.Rows {
		switch asOf := h.AsOf[row]; {
		case knows && asOf <= learned:
			p.LeftOut[closed.Learned]++
		case horizon > 0 && asOf+horizon > p.Until:
			p.LeftOut[closed.Early]++
		default:
			kept = append(kept, row)
			continue
		}
		if p.Wins[row] == 1 {
			p.Won--
		}
	}
	p.Rows = kept
}

func enoughToMove(p *Population) error {
	lost := int64(len(p.Rows)) - p.Won
	if min(p.Won, lost) >= fewestToMove {
		return nil
	}
	return fmt.Errorf("%w: %d won and %d lost can be used, and it takes at least %d of each%s",
		ErrTooFew, p.Won, lost, fewestToMove, describeLeftOut(p.LeftOut))
}

// measureShift finds the move and what it does.
func measureShift(ctx context.Context, base *models.Version, d *data, p *Population) (how models.Recalibration, err error) {
	logOdds, err := logOddsOf(ctx, base, d.history, p.Rows)
	if err != nil {
		return how, err
	}
	how = models.Recalibration{
		Base: base.ID, Fingerprint: d.fingerprint, Rows: d.rows, Leads: int64(len(p.Rows)), Won: p.Won,
		LeftOut: mergeCounts(d.leftOut, p.LeftOut),
	}
	if p.Dated {
		how.From, how.To = timestamp(d.history.AsOf[p.Rows[0]]), timestamp(d.history.AsOf[p.Rows[len(p.Rows)-1]])
	}
	leads := closedLeads{logOdds, outcomesOf(p.Rows, p), ownWeights(d.history.Table, p.Rows)}
	if how.Shift, how.Before, how.After, err = shiftAndJudge(leads, leads); err != nil {
		return how, err
	}
	how.Later, err = judgeOnLaterHalf(leads)
	if far := closed.FarTime(d.history, p.Until); far != "" {
		how.Warnings = append(how.Warnings, far)
	}
	how.Warnings = append(how.Warnings, warnOfMove(base, &how, p.Dated)...)
	return how, err
}

// logOddsOf scores the leads with the version's tables.
func logOddsOf(ctx context.Context, v *models.Version, h *features.History, rows []int32) ([]float64, error) {
	columns, err := v.Encoder.EncodeHistory(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("codes: %w", err)
	}
	out := make([]float64, len(rows))
	parallelRows(len(rows), func(from, to int) {
		codes := make([]uint16, len(columns))
		for i := from; i < to; i++ {
			for c := range codes {
				codes[c] = columns[c].At(int(rows[i]))
			}
			out[i] = v.Logistic.LogOdds(codes)
		}
	})
	return out, nil
}

// closedLeads are what a shift is measured on. weights are the leads' own, nil for 1 each.
type closedLeads struct{ logOdds, wins, weights []float64 }

// part are the leads from … to−1.
func (c closedLeads) part(from, to int) closedLeads {
	part := closedLeads{logOdds: c.logOdds[from:to], wins: c.wins[from:to]}
	if c.weights != nil {
		part.weights = c.weights[from:to]
	}
	return part
}

// shiftAndJudge measures a shift on some leads and judges the predictions before and after on others, or the same. The figures count each lead once.
func shiftAndJudge(leads, judged closedLeads) (shift metrics.Shift, before, after models.Figures, err error) {
	if shift, err = metrics.Recalibrate(leads.logOdds, leads.wins, leads.weights); errors.Is(err, metrics.ErrBackwards) {
		return shift, before, after, fmt.Errorf("%w; %w", err, ErrBackwards)
	} else if err != nil {
		return shift, before, after, fmt.Errorf("recalibrate: %w", err)
	}
	was, is := probabilities(judged.logOdds, metrics.Shift{Slope: 1}), probabilities(judged.logOdds, shift)
	if before, err = figures(was, was, judged.wins); err != nil {
		return shift, before, after, err
	}
	after, err = figures(is, is, judged.wins)
	return shift, before, after, err
}

// judgeOnLaterHalf says what the move would have done had it been made halfway; nil where a half has too few outcomes or none
// that a line can be fitted to.
func judgeOnLaterHalf(leads closedLeads) (*models.LaterHalf, error) {
	n := len(leads.wins)
	older, newer := leads.part(0, n/2), leads.part(n/2, n)
	for _, part := range []closedLeads{older, newer} {
		if won := countWon(part.wins); min(won, int64(len(part.wins))-won) < fewestToMove {
			return nil, nil
		}
	}
	l := &models.LaterHalf{Leads: int64(len(newer.wins)), Won: countWon(newer.wins)}
	var err error
	l.Shift, l.Before, l.After, err = shiftAndJudge(older, newer)
	if errors.Is(err, metrics.ErrNotConverged) || errors.Is(err, ErrBackwards) {
		return nil, nil
	}
	return l, err
}

// warnOfMove says what a recalibration cannot mend, or may have got wrong.
func warnOfMove(base *models.Version, how *models.Recalibration, dated bool) (warnings []string) {
	if !dated {
		warnings = append(warnings, "the leads have no times: that they are newer than those that the version has learned from is taken on trust")
	}
	if was := base.Validation.Model.AUC; base.Validation.Leads > 0 && how.Before.AUC.High < was.Low {
		warnings = append(warnings, fmt.Sprintf("the model ranks these leads worse than it did at its validation (AUC %.3f against %.3f): no recalibration mends that, fit a new one with leadscore train",
			how.Before.AUC.Value, was.Value))
	}
	if l := how.Later; l != nil && l.After.LogLoss > l.Before.LogLoss && (how.Shift.Intercept != 0 || how.Shift.Slope != 1) {
		warnings = append(warnings, fmt.Sprintf("the move measured on the older half made the newer half worse (log loss %.4f, without it %.4f): the level does not hold still, so this move may be no better; look at it month by month, or fit a new model with leadscore train",
			l.After.LogLoss, l.Before.LogLoss))
	}
	if slope := how.Before.Calibration.Slope; slope.High < 1 && slope.Low <= 0 {
		warnings = append(warnings, fmt.Sprintf("slope %.2f [%.2f, %.2f]: these leads do not show that the model ranks them at all, so only its level was moved; fit a new one with leadscore train",
			slope.Value, slope.Low, slope.High))
	}
	if slope := how.Shift.Slope; slope < littleSlope {
		warnings = append(warnings, fmt.Sprintf("slope %.2f: the fields say little about these leads any more, and scores draw together; fit a new one with leadscore train", slope))
	}
	return warnings
}

// publish stores the version and moves its alias.
func (r *Recalibrated) publish(store *models.Store) error {
	id, err := store.PutWith(r.Version, map[string][]byte{models.CardFile: []byte(report.Card(r.Version))})
	if err != nil {
		return err
	}
	return store.Move(r.Version.Model, models.AliasMove{
		Alias: r.Alias, To: id, By: models.ByRecalibrate,
		Reason: fmt.Sprintf("%s moved to %d closed leads: intercept %+.3f, slope %.3f", r.Base.ID, r.How.Leads, r.How.Shift.Intercept, r.How.Shift.Slope),
	})
}

func probabilities(logOdds []float64, shift metrics.Shift) []float64 {
	out := make([]float64, len(logOdds))
	for i, eta := range logOdds {
		out[i] = logistic.Probability(shift.LogOdds(eta))
	}
	return out
}

func countWon(wins []float64) (won int64) {
	for _, w := range wins {
		won += int64(w)
	}
	return won
}

func mergeCounts(counts ...map[string]int64) map[string]int64 {
	all := map[string]int64{}
	for _, some := range counts {
		for reason, count := range some {
			all[reason] += count
		}
	}
	return all
}
