package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
)

// validation is what the newest part said; nil figures where nothing could be judged.
type validation struct {
	models.Validation
	warnings    []string
	calibration *models.Calibration // chosen on the past part; nil: nothing could decide

	thin                                   []bool // held-out leads whose probability rests on thin evidence
	settled                                *settled
	past, newest                           []int32   // the leads fitted to and the held-out ones
	predicted, points, pointsAsProbability []float64 // of the held-out leads
}

// validate fits to the past and judges on the newest part, beside the rules.
func validate(ctx context.Context, d *data, p *Population, cfg *Config) (*validation, error) {
	s := splitByTime(d.history, p, cfg.HoldOut)
	if s == nil {
		return &validation{warnings: []string{
			"the model could not be judged: no part of the leads can be held out so that both parts have won and lost leads"}}, nil
	}
	v := &validation{warnings: s.warnings}
	choice, settled, err := v.calibrate(ctx, d, p, s, cfg)
	if err != nil {
		return nil, err
	}
	cfg.progress("fitting to the past", 0, 0)
	past, err := fitFrom(ctx, d.history, p, s.past, beginning{settled: settled, remedy: choice}, cfg)
	if err != nil {
		return nil, err
	}
	if s.mixed {
		past.atOneTime()
	}
	cfg.progress("judging on the newest part", 0, 0)
	v.calibration = choice
	v.describe(s, p)
	v.HalfLives = past.halfLives
	wins := outcomesOf(s.newest, p)
	predicted := predict(past, d.history, s.newest)
	points := scorePoints(d.book, d.history, s.newest)
	lined := evenly(s.past, mostJudgedByRules)
	line, err := metrics.FitLine(scorePoints(d.book, d.history, lined), outcomesOf(lined, p))
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	onProbabilityScale := make([]float64, len(points))
	for i := range points {
		onProbabilityScale[i] = line.Probability(points[i])
	}
	if err := v.measure(predicted, points, onProbabilityScale, wins); err != nil {
		return nil, err
	}
	v.weighEvidence(past, d.history, s, p)
	v.settled = past.settled()
	v.past, v.newest, v.predicted, v.points, v.pointsAsProbability = s.past, s.newest, predicted, points, onProbabilityScale
	v.judge()
	if err := v.bySegment(past, d.history, wins); err != nil {
		return nil, err
	}
	if err := v.byWeight(d.history.Table, wins); err != nil {
		return nil, fmt.Errorf("by weight: %w", err)
	}
	return v, v.lookBack(ctx, d, p, s, cfg)
}

// measure sets the figures of both scores and their difference.
func (v *validation) measure(predicted, points, pointsAsProbability, wins []float64) error {
	var group errgroup.Group
	group.Go(func() (err error) {
		if v.Model, err = figures(predicted, predicted, wins); err != nil {
			return fmt.Errorf("model: %w", err)
		}
		return nil
	})
	group.Go(func() (err error) {
		if v.Rules, err = figures(points, pointsAsProbability, wins); err != nil {
			return fmt.Errorf("rules: %w", err)
		}
		return nil
	})
	group.Go(func() (err error) {
		v.Difference, err = metrics.AUCDifference(predicted, points, wins)
		return err
	})
	return group.Wait()
}

// mostJudgedByRules bounds the leads whose points give the two numbers of the rules' line, and the distribution of points: so many give both
// to within a percent.
const mostJudgedByRules = 100_000

func (v *validation) describe(s *split, p *Population) {
	v.Mixed = s.mixed
	v.Gap, v.AccountsApart, v.Tune = int64(s.gap), int64(s.accounts+s.accountsTaken), int64(len(s.tune))
	v.Split, v.Past, v.Leads = s.words, int64(len(s.past)), int64(len(s.newest))
	won, _ := countOutcomes(s.newest, p)
	v.Won = int64(won)
	if s.from != features.NoTime {
		v.From = timestamp(s.from)
	}
}

// judge puts the figures into words.
func (v *validation) judge() {
	m, r, d := v.Model.AUC, v.Rules.AUC, v.Difference
	switch {
	case d.Low > 0:
		v.Verdict = fmt.Sprintf("the model ranks better than the rules: AUC %.3f against %.3f, difference %.3f [%.3f, %.3f]", m.Value, r.Value, d.Value, d.Low, d.High)
	case d.High < 0:
		v.Verdict = fmt.Sprintf("the rules rank better than the model: AUC %.3f against %.3f, difference %.3f [%.3f, %.3f]", r.Value, m.Value, d.Value, d.Low, d.High)
	default:
		v.Verdict = fmt.Sprintf("no evidence that the model ranks better than the rules, or worse: AUC %.3f against %.3f, difference %.3f [%.3f, %.3f]", m.Value, r.Value, d.Value, d.Low, d.High)
	}
	if m.Low <= 0.5 {
		words := "no signal: on the held-out leads the model ranks no better than chance (AUC %.3f [%.3f, %.3f]); the fields known at the snapshot do not tell won from lost"
		if min(v.Won, v.Leads-v.Won) < fewToShow {
			words = "no signal is shown: on the held-out leads the model may rank no better than chance (AUC %.3f [%.3f, %.3f]); either the fields known at the snapshot do not tell won from lost, or these leads are too few to show it"
		}
		v.warnings = append(v.warnings, fmt.Sprintf(words, m.Value, m.Low, m.High))
	}
}

// mostSlopeError is the standard error from which a calibration slope says nothing: predictions that hardly differ make it any number. It is left out then,
// as where they do not differ at all.
const mostSlopeError = 5

// figures measures one score: rank by scores, size by predictions.
func figures(scores, predictions, wins []float64) (f models.Figures, err error) {
	if f.AUC, err = metrics.AUC(scores, wins); err != nil {
		return f, err
	}
	if f.LogLoss, err = metrics.LogLoss(predictions, wins); err != nil {
		return f, err
	}
	if f.Brier, err = metrics.Brier(predictions, wins); err != nil {
		return f, err
	}
	if f.Calibration, err = calibrationOf(predictions, wins); err != nil {
		return f, err
	}
	f.Deciles, err = metrics.Deciles(scores, predictions, wins)
	return f, err
}

// calibrationOf is the calibration, without a slope where the leads hardly tell it.
func calibrationOf(predictions, wins []float64) (metrics.Calibration, error) {
	c, err := metrics.Calibrate(predictions, wins)
	if err != nil && !errors.Is(err, metrics.ErrNotConverged) {
		return c, err
	}
	if c.Slope.StandardError > mostSlopeError {
		c.Slope = metrics.Estimate{}
	}
	return c, nil
}

func outcomesOf(rows []int32, p *Population) []float64 {
	wins := make([]float64, len(rows))
	for i, row := range rows {
		wins[i] = float64(p.Wins[row])
	}
	return wins
}

func timestamp(t features.Micros) string {
	return time.UnixMicro(int64(t)).UTC().Format(time.RFC3339)
}
