package main

import (
	"fmt"
	"strings"
)

// holdAgainst writes the goals into the measurement, and which of them it misses. aboveMeans says what an AUC above the goal's
// means.
func (m *measurement) holdAgainst(g goals, aboveMeans string, trainings int) {
	var goal []string
	want := func(missed bool, text, format string, values ...any) {
		if text != "" {
			goal = append(goal, text)
		}
		if missed {
			m.Missed = append(m.Missed, fmt.Sprintf(format, values...))
		}
	}
	switch {
	case g.mostAUC > 0:
		want(m.AUC < g.leastAUC, fmt.Sprintf("%.2f–%.2f", g.leastAUC, g.mostAUC), "AUC %.4f is below %.3f", m.AUC, g.leastAUC)
		want(m.AUC > g.mostAUC, "", "AUC %.4f is above %.2f: %s", m.AUC, g.mostAUC, aboveMeans)
	case g.leastAUC > 0:
		want(!(m.AUC >= g.leastAUC), fmt.Sprintf("≥ %.3f", g.leastAUC), "AUC %.4f is below %.3f", m.AUC, g.leastAUC)
	}
	if g.mostLogLoss > 0 {
		want(!(m.LogLoss <= g.mostLogLoss), fmt.Sprintf("log loss ≤ %.3f", g.mostLogLoss), "log loss %.4f is above %.3f", m.LogLoss, g.mostLogLoss)
	}
	if g.slope {
		want(!(m.Slope >= leastSlope && m.Slope <= mostSlope), fmt.Sprintf("slope %.2f–%.2f", leastSlope, mostSlope),
			"calibration slope %.3f is outside %.2f–%.2f", m.Slope, leastSlope, mostSlope)
	}
	if g.ratio {
		want(!(m.Ratio >= leastRatio && m.Ratio <= mostRatio), fmt.Sprintf("expected/observed %.2f–%.2f", leastRatio, mostRatio),
			"expected/observed %.3f is outside %.2f–%.2f", m.Ratio, leastRatio, mostRatio)
	}
	if g.wantsNoSignalWarning {
		want(m.noSignal < trainings, "warns of no signal", "train warned of no signal in %d of %d trainings", m.noSignal, trainings)
	}
	m.Goal = strings.Join(goal, ", ")
}

// setPeers puts other programs' figures beside the measurement.
func (m *measurement) setPeers(peers []peer) {
	m.peers, m.Peers = peers, map[string]float64{}
	for _, p := range peers {
		m.Peers[p.name] = p.auc
	}
}
