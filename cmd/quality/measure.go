package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"time"

	"leadscore/models/metrics"
)

// measurement is one line of the table: one data set, split one way.
type measurement struct {
	Data    string  `json:"data"`
	Split   string  `json:"split"` // "four folds", "70 % → 30 %", or with the leads to recalibrate by between
	Leads   int     `json:"leads"` // in all
	Judged  int     `json:"judged"`
	WinRate float64 `json:"win_rate"` // of the judged leads

	AUC       float64 `json:"auc"`
	AUCLow    float64 `json:"auc_low"` // 95 % interval
	AUCHigh   float64 `json:"auc_high"`
	LogLoss   float64 `json:"log_loss"`
	Slope     float64 `json:"calibration_slope"`
	Intercept float64 `json:"calibration_intercept"`
	Ratio     float64 `json:"expected_observed"` // expected wins / observed
	Seconds   float64 `json:"seconds"`           // of all trainings and scorings, by the clock
	CPU       float64 `json:"cpu_seconds"`       // the same, all cores together: says more on a busy machine

	Goal     string             `json:"goal,omitempty"`
	Missed   []string           `json:"missed,omitempty"` // each goal that was missed, in words
	Peers    map[string]float64 `json:"peers_auc,omitempty"`
	peers    []peer
	noSignal int // trainings that warned so
}

// noSignal is how train says that the fields tell nothing.
var noSignal = regexp.MustCompile(`(?i)no signal`)

// measure runs the product on every split of a data set and pools the scored leads.
func measure(ctx context.Context, p *product, d dataset, h *history, way string, splits []split) (*measurement, error) {
	m := &measurement{Data: d.name, Split: way, Leads: len(h.rows)}
	var scores, wins []float64
	for i, s := range splits {
		probabilities, err := m.runSplit(ctx, p, d, h, s)
		if err != nil {
			return nil, fmt.Errorf("%s, %s, part %d: %w", d.name, way, i+1, err)
		}
		for j, row := range s.score {
			if h.judged[row] {
				scores = append(scores, probabilities[j])
				wins = append(wins, asNumber(h.won[row]))
			}
		}
	}
	if err := m.compute(scores, wins); err != nil {
		return nil, fmt.Errorf("%s, %s: %w", d.name, way, err)
	}
	return m, nil
}

// runSplit trains and scores one split in a directory of its own, so that no model knows of another.
func (m *measurement) runSplit(ctx context.Context, p *product, d dataset, h *history, s split) ([]float64, error) {
	dir, err := os.MkdirTemp("", "leadscore-quality-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	f, err := h.write(dir, d.name, s)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(s.score))
	for i, row := range s.score {
		ids[i] = h.rows[row][h.idColumn]
	}
	start, cpu := time.Now(), p.cpu
	output, err := p.train(ctx, f)
	if err != nil {
		return nil, err
	}
	if noSignal.MatchString(output) {
		m.noSignal++
	}
	if f.closed != "" {
		if err := p.recalibrate(ctx, f); err != nil {
			return nil, err
		}
	}
	probabilities, err := p.score(ctx, f, d.asOf, ids)
	m.Seconds += time.Since(start).Seconds()
	m.CPU += (p.cpu - cpu).Seconds()
	return probabilities, err
}

// compute fills in the figures, and holds them against a second computation by other means.
func (m *measurement) compute(scores, wins []float64) error {
	area, err := metrics.AUC(scores, wins)
	if err != nil {
		return err
	}
	loss, err := metrics.LogLoss(scores, wins)
	if err != nil {
		return err
	}
	calibration, err := metrics.Calibrate(scores, wins)
	if err != nil {
		return err
	}
	m.Judged, m.WinRate, m.Ratio = len(wins), mean(wins), mean(scores)/mean(wins)
	m.AUC, m.AUCLow, m.AUCHigh = area.Value, area.Low, area.High
	m.LogLoss, m.Slope, m.Intercept = loss, calibration.Slope.Value, calibration.Intercept.Value
	return m.recheck(scores, wins)
}

func asNumber(won bool) float64 {
	if won {
		return 1
	}
	return 0
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
