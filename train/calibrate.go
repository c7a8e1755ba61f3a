package train

import (
	"context"
	"errors"
	"fmt"

	"leadscore/models"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
)

// calibrate fits the recipe to the older part of the past, holds its probabilities against the newer part, and chooses what mends them. The newest part
// of all has no say. settled is for the fits to more leads. Where there is no such newer part with enough outcomes, or no answer, the choice is nil, and
// v.AsFitted says why.
func (v *validation) calibrate(ctx context.Context, d *data, p *Population, s *split, cfg *Config) (*models.Calibration, *settled, error) {
	switch {
	case !cfg.Calibrate:
		v.AsFitted = "no calibration was asked for"
		return nil, nil, nil
	case len(s.tune) == 0:
		v.AsFitted = fmt.Sprintf("too few leads could decide about a change, which takes %d won and %d lost ones in the newest part of the past and as many known before it", fewToJudge, fewToJudge)
		return nil, nil, nil
	}
	cfg.progress("holding the probabilities against later leads", 0, 0)
	quick := *cfg
	quick.plain = true // standard errors are not needed
	earlier, err := fitTo(ctx, d.history, p, s.fit, &quick)
	if err != nil {
		return nil, nil, err
	}
	won, _ := countOutcomes(s.tune, p)
	c := &models.Calibration{Leads: int64(len(s.tune)), Won: int64(won), Past: int64(len(s.fit))}
	if p.Dated {
		c.From = timestamp(d.history.AsOf[s.tune[0]])
	}
	c.Remedy, err = metrics.ChooseRemedy(earlier.logOddsOf(d.history, s.tune), outcomesOf(s.tune, p))
	if errors.Is(err, metrics.ErrNotConverged) {
		v.AsFitted = "the model separates won from lost leads, and no line can be laid through that"
		return nil, earlier.settled(), nil // the leakage guard has the word
	}
	if err != nil {
		return nil, nil, fmt.Errorf("calibration: %w", err)
	}
	c.Words = calibrationWords(c)
	return c, earlier.settled(), nil
}

func calibrationWords(c *models.Calibration) string {
	found := fmt.Sprintf("on %d leads that a fit to the %d before had not seen, the calibration slope is %s", c.Leads, c.Past, estimate(c.Slope))
	if c.Slope == (metrics.Estimate{}) {
		return found + ": its probabilities are all equal; nothing is moved"
	}
	gain := fmt.Sprintf("which takes %.4f nats a lead off the log loss of leads that it was not measured on", c.Gain)
	switch {
	case c.Method == metrics.RemedySlope:
		return found + fmt.Sprintf(": log-odds are multiplied by %.3f, %s", c.Shift.Slope, gain)
	case c.Method == metrics.RemedyIsotonic:
		return found + fmt.Sprintf(", and a line does not mend it: log-odds are mapped by a rising curve of %d knots, %s", len(c.Curve.From), gain)
	case len(c.Parts) > 0:
		return found + fmt.Sprintf(", but from one part of them to the next it goes %.2f, so they do not agree that it is other than 1: nothing is moved", c.Parts)
	case c.Slope.Low > 0 && c.Slope.High < metrics.LittleSlope:
		return found + ": more than half of what sets leads apart would be taken away, which is no remedy for a model that does not carry over; nothing is moved"
	case c.Slope.Low > 0 && (c.Slope.Low > 1 || c.Slope.High < 1):
		return found + ", which is near enough to 1: nothing is moved"
	case c.Slope.Low <= 0:
		return found + ": these leads do not show that the model ranks them, so nothing is moved"
	}
	return found + ", which holds 1: nothing is moved"
}

// mend applies what calibration chose to a fit, and keeps it as it is then: its level is set anew by the leads fitted to, which are newer than
// those that the choice was made on. A nil choice changes nothing.
func (m *fitted) mend(choice *models.Calibration, leads *fittedLeads) error {
	m.calibration = choice
	if choice == nil || choice.Method == metrics.RemedyNone {
		return nil
	}
	mended, logOdds := *choice, m.logOdds(leads)
	model, err := mended.Apply(m.model, informationCenter(logOdds, leads.weights), func(at func(float64) float64) (float64, error) {
		mapped := make([]float64, len(logOdds))
		for i, eta := range logOdds {
			mapped[i] = at(eta)
		}
		return metrics.Level(mapped, leads.wins, leads.weights)
	})
	if err != nil {
		return fmt.Errorf("calibration: %w", err)
	}
	m.model, m.calibration = model, &mended
	return nil
}

// informationCenter is where a slope and a level do not depend on each other: the mean of the log-odds, each weighing p(1 − p).
func informationCenter(logOdds, weights []float64) float64 {
	sum, total := 0.0, 0.0
	for i, eta := range logOdds {
		prob := logistic.Probability(eta)
		w := prob * (1 - prob)
		if weights != nil {
			w *= weights[i]
		}
		sum += w * eta
		total += w
	}
	return sum / total
}
