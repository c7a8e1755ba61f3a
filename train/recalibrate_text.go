package train

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/models"
)

// WriteText prints what was moved, by how much, on which leads, and what that did.
func (r *Recalibrated) WriteText(w io.Writer) error {
	var b strings.Builder
	how := &r.How
	fmt.Fprintf(&b, "%d leads read, %d used: %d won, %d not", how.Rows, how.Leads, how.Won, how.Leads-how.Won)
	if how.From != "" {
		fmt.Fprintf(&b, "; snapshots from %s to %s", how.From[:10], how.To[:10])
	}
	b.WriteString("\n")
	for _, reason := range slices.Sorted(maps.Keys(how.LeftOut)) {
		fmt.Fprintf(&b, "  left out: %6d  %s\n", how.LeftOut[reason], reason)
	}
	b.WriteString("\n" + describeShift(how) + "\n\n")
	WriteRecalibration(&b, how)
	for _, warning := range how.Warnings {
		fmt.Fprintf(&b, "Warning: %s.\n", warning)
	}
	if r.Version == nil {
		fmt.Fprintf(&b, "\nNothing was stored: %s/%s stays as it is.\n", r.Base.Model, r.Base.ID)
	} else {
		fmt.Fprintf(&b, "\nStored %s/%s in %s as %s; it is %s moved, not fitted anew.\n", r.Version.Model, r.Version.ID, r.Store, r.Alias, r.Base.ID)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// describeShift puts the move into words.
func describeShift(how *models.Recalibration) string {
	s := how.Shift
	switch {
	case s.Intercept == 0 && s.Slope == 1:
		return "The level is right as far as these leads can tell: what they ask for is no more than chance makes."
	case s.SlopeError == 0:
		why := "its interval holds 1"
		if slope := how.Before.Calibration.Slope; slope.High < 1 {
			why = "its interval holds 0"
		}
		return fmt.Sprintf("Log-odds moved by %+.3f ± %.3f; the slope stays, %s (shrinkage %.3f).", s.Intercept, s.InterceptError, why, s.Shrinkage)
	}
	return fmt.Sprintf("New log-odds = %.3f %+.3f × old (slope ± %.3f; level ± %.3f at log-odds %.2f; shrinkage %.3f).",
		s.Intercept, s.Slope, s.SlopeError, s.InterceptError, s.Center, s.Shrinkage)
}

// WriteRecalibration sets the figures before and after a recalibration side by side.
func WriteRecalibration(b *strings.Builder, how *models.Recalibration) {
	t := newTable()
	header, columns := table.Row{"", "before", "after"}, []*models.Figures{&how.Before, &how.After}
	if how.Later != nil {
		header = append(header, "newer half, before", "newer half, after")
		columns = append(columns, &how.Later.Before, &how.Later.After)
	}
	t.AppendHeader(header)
	add := func(name string, figure func(*models.Figures) string) {
		row := table.Row{name}
		for _, f := range columns {
			row = append(row, figure(f))
		}
		t.AppendRow(row)
	}
	add("wins expected / observed", func(f *models.Figures) string {
		return fmt.Sprintf("%.1f / %.0f", f.Calibration.Expected, f.Calibration.Observed)
	})
	add("ratio", func(f *models.Figures) string {
		return fmt.Sprintf("%.3f", f.Calibration.Expected/f.Calibration.Observed)
	})
	add("calibration intercept", func(f *models.Figures) string { return estimate(f.Calibration.Intercept) })
	add("calibration slope", func(f *models.Figures) string { return estimate(f.Calibration.Slope) })
	add("log loss", func(f *models.Figures) string { return fmt.Sprintf("%.4f", f.LogLoss) })
	add("AUC", func(f *models.Figures) string { return estimate(f.AUC) })
	b.WriteString(t.Render() + "\n")
	if how.Later != nil {
		b.WriteString("After: on the leads that the move was measured on. Newer half: the move measured on the older half only, so this is what to expect.\n")
	} else {
		b.WriteString("After: on the leads that the move was measured on, so it fits by design.\n")
	}
}

// writeGate says what the gate found, check by check.
func writeGate(b *strings.Builder, gate *models.GateRecord) {
	verdict := "refused"
	if gate.Passed {
		verdict = "passed"
	}
	fmt.Fprintf(b, "\nGate: %s.\n", verdict)
	for _, check := range gate.Checks {
		word := "failed"
		if check.Passed {
			word = "passed"
		}
		fmt.Fprintf(b, "  %-12s %s: %s\n", check.Name, word, check.Reason)
	}
}
