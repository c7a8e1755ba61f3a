package models

import (
	"fmt"

	"leadscore/models/logistic"
	"leadscore/models/metrics"
)

// CalibrationTerm is the name of the last contribution of a version that is calibrated by a curve: what the curve adds to the sum of the tables.
const CalibrationTerm = "calibration"

// curveLabel says where a score's last contribution comes from.
const curveLabel = "curve on the sum"

// Calibration says how training held its own recipe against leads that it was not fitted to, and what it did about it. Those leads are the newest of
// the past part; the held-out part, which judges, had no say. docs/decisions/0015-calibration.md.
type Calibration struct {
	metrics.Remedy
	Leads int64  `json:"leads"`          // that decided
	Won   int64  `json:"won"`            // of those
	From  string `json:"from,omitempty"` // their oldest snapshot; empty without times
	Past  int64  `json:"past"`           // leads that were fitted to for it
	Words string `json:"words"`          // what was found and done
	// Level is what was added to this version's log-odds after the remedy, so that as many wins are expected of the leads fitted to as there were.
	Level float64 `json:"level"`
}

func (c *Calibration) validate() error {
	switch c.Method {
	case metrics.RemedyNone, metrics.RemedySlope:
	case metrics.RemedyIsotonic:
		if c.Curve == nil {
			return fmt.Errorf("calibration: %s without a curve", c.Method)
		}
	default:
		return fmt.Errorf("calibration: method %q", c.Method)
	}
	if c.Curve != nil {
		if err := c.Curve.Validate(); err != nil {
			return err
		}
	}
	return c.Shift.Validate()
}

// Apply mends a model, and moves its level by what the remedy asks for to leave as many wins expected as there were: level gives that, for
// a map of log-odds. The receiver's Level is set.
func (c *Calibration) Apply(m *logistic.Model, center float64, level func(at func(logOdds float64) float64) (float64, error)) (*logistic.Model, error) {
	var err error
	switch c.Method {
	case metrics.RemedySlope:
		if c.Level, err = level(func(eta float64) float64 { return c.Shift.Slope * eta }); err != nil {
			return nil, err
		}
		return m.Shifted(metrics.Shift{Intercept: c.Level, Slope: c.Shift.Slope, Center: center, SlopeError: c.Shift.SlopeError}, 0), nil
	case metrics.RemedyIsotonic:
		if c.Level, err = level(c.Curve.At); err != nil {
			return nil, err
		}
		curved := *m
		curved.Curve = c.Curve.Shifted(metrics.Shift{Slope: 1}, metrics.Shift{Intercept: c.Level, Slope: 1})
		return &curved, nil
	}
	return m, nil
}
