package train

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/train/report"
)

// WriteText prints the one-screen summary of a training run: who was used, how both scores did on the newest leads, side by
// side, and where the version lies.
func (r *Result) WriteText(w io.Writer) error {
	var b strings.Builder
	v := r.Version
	writePopulation(&b, &v.Training, v.Validation.HalfLives)
	writeSegments(&b, v.Training.Segments, v.Validation.Segments)
	if v.Validation.Leads > 0 {
		writeFigures(&b, &v.Validation)
		writeBest(&b, &v.Validation)
		writeWeighted(&b, v.Validation.Weighted)
		writeCalibration(&b, v)
		writeHonest(&b, &v.Validation)
		fmt.Fprintf(&b, "Verdict: %s.\n", v.Validation.Verdict)
		if words := report.Probabilities(&v.Validation); words != "" {
			b.WriteString(strings.ReplaceAll(words, "−", "-") + "\n")
		}
	}
	writeLeakage(&b, v.Training.Leakage)
	for _, warning := range v.Training.Warnings {
		fmt.Fprintf(&b, "Warning: %s.\n", warning)
	}
	if r.Gate != nil {
		writeGate(&b, r.Gate)
	}
	fmt.Fprintf(&b, "\nStored %s/%s in %s as %s; it is fitted to all %d leads.\n", v.Model, v.ID, r.Store, r.Alias, v.Training.Used)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCalibration(b *strings.Builder, v *models.Version) {
	words := "as fitted"
	if c := v.Calibration; c != nil {
		words = c.Words
	} else if why := v.Validation.AsFitted; why != "" {
		words += ": " + why
	}
	fmt.Fprintf(b, "Calibration: %s.\n", words)
}

func writePopulation(b *strings.Builder, t *models.Training, past []models.HalfLife) {
	fmt.Fprintf(b, "%d leads read, %d used: %d won (%.1f %%), %d not", t.Rows, t.Used, t.Won, 100*float64(t.Won)/float64(t.Used), t.Used-t.Won)
	if t.WonLate > 0 {
		fmt.Fprintf(b, " (%d of them won after the horizon)", t.WonLate)
	}
	b.WriteString("\n")
	for _, reason := range slices.Sorted(maps.Keys(t.LeftOut)) {
		fmt.Fprintf(b, "  left out: %6d  %s\n", t.LeftOut[reason], reason)
	}
	if t.Horizon != "" {
		fmt.Fprintf(b, "A win counts within %s of the snapshot.\n", t.Horizon)
	}
	if t.HorizonChoice != nil {
		fmt.Fprintf(b, "No horizon is given: %s.\n", t.HorizonChoice.Words)
	}
	writeWeighting(b, t.Weighting)
	writePromises(b, t.Promises)
	writeHalfLives(b, t.HalfLives, past)
	fmt.Fprintf(b, "%s.\n\n", sampleWords(t))
}

// writeFigures sets the measures of both scores side by side.
func writeFigures(b *strings.Builder, v *models.Validation) {
	fitted := fmt.Sprintf("the %d before", v.Past)
	if v.Mixed {
		fitted = fmt.Sprintf("%d others", v.Past)
	}
	fmt.Fprintf(b, "Judged on %s: %d leads, %d won, after a fit to %s.\n", v.Split, v.Leads, v.Won, fitted)
	t := newTable()
	t.AppendHeader(table.Row{"", "model", "rules"})
	add := func(name string, figure func(*models.Figures) string) {
		t.AppendRow(table.Row{name, figure(&v.Model), figure(&v.Rules)})
	}
	add("AUC; 0.5 is chance", func(f *models.Figures) string { return estimate(f.AUC) })
	add("log loss, nats a lead; smaller is better", func(f *models.Figures) string { return fmt.Sprintf("%.4f", f.LogLoss) })
	add("Brier score; smaller is better", func(f *models.Figures) string { return fmt.Sprintf("%.4f", f.Brier) })
	add("calibration intercept; 0 is right", func(f *models.Figures) string { return estimate(f.Calibration.Intercept) })
	add("calibration slope; 1 is right", func(f *models.Figures) string { return estimate(f.Calibration.Slope) })
	add("wins expected / observed", func(f *models.Figures) string {
		return fmt.Sprintf("%.1f / %.0f", f.Calibration.Expected, f.Calibration.Observed)
	})
	b.WriteString(t.Render() + "\n")
	b.WriteString("AUC: how often a won lead outranks a lost one. Intercept above 0: more won than expected. Slope below 1: too extreme.\n")
	b.WriteString("The rules' points are put on the scale of probabilities by a logistic line fitted to the past part.\n\n")
}

// writeBest sets what the best of both scores hold side by side; the report has every tenth.
func writeBest(b *strings.Builder, v *models.Validation) {
	t := newTable()
	t.AppendHeader(table.Row{"", "model", "model", "model", "model", "rules", "rules", "rules", "rules"}, table.RowConfig{AutoMerge: true})
	t.AppendHeader(table.Row{"the best", "predicted", "won", "lift", "caught", "points ≥", "won", "lift", "caught"})
	for _, tenths := range [...]int{1, 2, 5} {
		if tenths > min(len(v.Model.Deciles), len(v.Rules.Deciles)) {
			break
		}
		m, r := best(v.Model.Deciles[:tenths]), best(v.Rules.Deciles[:tenths])
		t.AppendRow(table.Row{fmt.Sprintf("%.0f %%", 100*float64(m.Leads)/float64(v.Leads)),
			percent(m.Predicted), percent(m.WinRate), fmt.Sprintf("%.2f", m.Lift), percent(m.Caught),
			fmt.Sprintf("%.4g", r.LeastScore), percent(r.WinRate), fmt.Sprintf("%.2f", r.Lift), percent(r.Caught)})
	}
	b.WriteString(t.Render() + "\n")
	b.WriteString("Lift: their win rate over that of all. Caught: their share of all wins. --report shows every tenth.\n\n")
}

// best is some first tenths as one.
func best(tenths []metrics.Decile) metrics.Decile {
	all := tenths[len(tenths)-1] // the least score, and the share caught so far
	all.Leads, all.Won, all.Predicted, all.Lift = 0, 0, 0, 0
	for _, d := range tenths {
		all.Predicted += d.Predicted * float64(d.Leads)
		all.Lift += d.Lift * float64(d.Leads)
		all.Leads += d.Leads
		all.Won += d.Won
	}
	n := float64(all.Leads)
	all.Predicted, all.Lift, all.WinRate = all.Predicted/n, all.Lift/n, all.Won/n
	return all
}

func newTable() table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	return t
}

func estimate(e metrics.Estimate) string {
	if e == (metrics.Estimate{}) {
		return "–"
	}
	return fmt.Sprintf("%.3f [%.3f, %.3f]", e.Value, e.Low, e.High)
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}
