package main

import "fmt"

// holdAgainst writes the data set's goals into the measurement, and which of them it misses.
func (m *measurement) holdAgainst(d dataset, trainings int) {
	miss := func(missed bool, format string, values ...any) {
		if missed {
			m.Missed = append(m.Missed, fmt.Sprintf(format, values...))
		}
	}
	m.Goal = fmt.Sprintf("≥ %.3f", d.leastAUC)
	miss(m.AUC < d.leastAUC, "AUC %.4f is below %.3f", m.AUC, d.leastAUC)
	if d.mostAUC > 0 {
		m.Goal = fmt.Sprintf("%.2f–%.2f", d.leastAUC, d.mostAUC)
		miss(m.AUC > d.mostAUC, "AUC %.4f is above %.2f: %s", m.AUC, d.mostAUC, d.aboveMeansSomethingIs)
	}
	if d.slopeGoal {
		m.Goal += fmt.Sprintf(", slope %.2f–%.2f", leastSlope, mostSlope)
		miss(!(m.Slope >= leastSlope && m.Slope <= mostSlope), "calibration slope %.3f is outside %.2f–%.2f", m.Slope, leastSlope, mostSlope)
	}
	if d.wantsNoSignalWarning {
		m.Goal += ", warns of no signal"
		miss(m.noSignal < trainings, "train warned of no signal in %d of %d trainings", m.noSignal, trainings)
	}
}

// setPeers puts other programs' figures beside the measurement.
func (m *measurement) setPeers(peers []peer) {
	m.peers, m.Peers = peers, map[string]float64{}
	for _, p := range peers {
		m.Peers[p.name] = p.auc
	}
}
