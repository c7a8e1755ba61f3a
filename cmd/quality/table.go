package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// printTable writes one line a measurement, and what was missed below.
func printTable(out io.Writer, measurements []*measurement) {
	t := table.NewWriter()
	t.SetOutputMirror(out)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"data", "split", "judged", "won", "AUC", "goal", "log loss", "slope", "intercept", "expected/observed", "seconds", "CPU", "", "peers: AUC / log loss"})
	for _, m := range measurements {
		t.AppendRow(table.Row{m.Data, m.Split, m.Judged, fmt.Sprintf("%.1f %%", 100*m.WinRate),
			fmt.Sprintf("%.4f", m.AUC), m.Goal, fmt.Sprintf("%.4f", m.LogLoss), fmt.Sprintf("%.3f", m.Slope),
			fmt.Sprintf("%+.3f", m.Intercept), fmt.Sprintf("%.3f", m.Ratio), fmt.Sprintf("%.1f", m.Seconds), fmt.Sprintf("%.1f", m.CPU), m.verdict(), peersText(m.peers)})
	}
	t.Render()
	for _, m := range measurements {
		for _, missed := range m.Missed {
			fmt.Fprintf(out, "missed: %s: %s\n", m.Data, missed)
		}
	}
}

// verdict is empty for a line without a goal.
func (m *measurement) verdict() string {
	switch {
	case m.Goal == "":
		return ""
	case len(m.Missed) > 0:
		return "missed"
	}
	return "reached"
}

func peersText(peers []peer) string {
	var parts []string
	for _, p := range peers {
		text := fmt.Sprintf("%s %.4f", p.name, p.auc)
		if p.logLoss > 0 {
			text += fmt.Sprintf("/%.4f", p.logLoss)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "  ")
}
