package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/models"
	"leadscore/models/bulk"
	"leadscore/models/change"
	"leadscore/models/metrics"
)

type diffCommand struct {
	Store   string   `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Before  string   `arg:"" help:"deals, deals@challenger or deals/VERSION."`
	After   string   `arg:"" help:"The other version."`
	Leads   []string `help:"Leads to score with both, to see whose score moves most: CSV or Parquet." placeholder:"FILE" sep:"none"`
	Events  []string `help:"Files of their events." placeholder:"FILE" sep:"none"`
	AsOf    string   `help:"When the leads are looked at: open (default), now, snapshot, or a time such as 2026-11-22." placeholder:"WHEN"`
	Most    int      `default:"5" help:"Leads to show, of each score."`
	BadRows string   `enum:"stop,leave-out" default:"stop" help:"What to do with rows that cannot be read: ${enum}."`
}

func (diffCommand) Help() string {
	return `Tables with different bins are compared at every value that either version tells apart. What a lead's terms add, before and
after, sums exactly to its log-odds; what its rules count, to its points.

Example:
  leadscore models diff deals deals@challenger --store models --leads new.csv --events new-events.csv`
}

// difference is the result for machines.
type difference struct {
	*models.Diff
	Moves *bulk.Moves `json:"moves,omitempty"`
}

func (c *diffCommand) Run(ctx context.Context, a *app) error {
	asOf, err := bulk.ParseAsOf(c.AsOf, time.Now())
	if err != nil {
		return usage("--as-of", err)
	}
	if c.Most < 1 {
		return usage("--most", fmt.Errorf("%d; write 1 or more", c.Most))
	}
	if len(c.Events) > 0 && len(c.Leads) == 0 {
		return usage("--events", fmt.Errorf("they need --leads"))
	}
	before, err := loadScorer(c.Store, c.Before)
	if err != nil {
		return err
	}
	after, err := loadScorer(c.Store, c.After)
	if err != nil {
		return err
	}
	result := difference{Diff: models.DiffVersions(before.Version(), after.Version())}
	if len(c.Leads) > 0 {
		progress := newProgress(a.err)
		result.Moves, err = bulk.FindMoves(ctx, before, after, bulk.MovesConfig{
			Leads: c.Leads, Events: c.Events, AsOf: asOf, Most: c.Most,
			LeaveOutBadRows: c.BadRows == "leave-out", Progress: progress.report,
		})
		progress.finish()
		if err != nil {
			return err
		}
		a.printWarnings(result.Moves.Warnings)
	}
	if a.json {
		return a.printJSON(result)
	}
	var b strings.Builder
	writeDiff(&b, &result)
	_, err = io.WriteString(a.out, b.String())
	return err
}

// mostTerms and mostLines bound what a terminal shows; --json has all.
const (
	mostTerms = 20
	mostParts = 5
	mostLines = 40
)

func writeDiff(b *strings.Builder, d *difference) {
	if d.Before.Version == d.After.Version && d.Before.Model == d.After.Model {
		fmt.Fprintf(b, "Both names stand for %s/%s.\n", d.Before.Model, d.Before.Version)
	}
	writeSides(b, d.Diff)
	writeTerms(b, d)
	writeInputs(b, d.Diff)
	writeLines(b, "Rules", d.Rules)
	writeSchemaChanges(b, d.Schema)
	if d.Moves != nil {
		writeMoves(b, d.Moves)
	} else {
		b.WriteString("\nWhose scores move most: give leads, --leads FILE.\n")
	}
}

// writeSides sets population and figures side by side.
func writeSides(b *strings.Builder, d *models.Diff) {
	t := plainTable("", "before", "after")
	add := func(name string, figure func(*models.Summary) string) {
		t.AppendRow(table.Row{name, figure(&d.Before), figure(&d.After)})
	}
	add("version", func(s *models.Summary) string { return s.Model + "/" + s.Version })
	add("leads used", func(s *models.Summary) string { return fmt.Sprint(s.Training.Used) })
	add("won", func(s *models.Summary) string {
		return fmt.Sprintf("%d (%.1f %%)", s.Training.Won, 100*float64(s.Training.Won)/float64(s.Training.Used))
	})
	add("snapshots", func(s *models.Summary) string {
		if s.Training.Newest == "" {
			return "without times"
		}
		return s.Training.Oldest[:10] + " to " + s.Training.Newest[:10]
	})
	add("effective parameters", func(s *models.Summary) string { return fmt.Sprintf("%.1f", s.Training.EffectiveParameters) })
	add("calibrated", func(s *models.Summary) string {
		switch c := s.Calibration; {
		case c == nil || c.Method == metrics.RemedyNone:
			return "as fitted"
		case c.Method == metrics.RemedySlope:
			return fmt.Sprintf("slope %.3f, level %+.3f", c.Shift.Slope, c.Level)
		default:
			return fmt.Sprintf("curve of %d knots", len(c.Curve.From))
		}
	})
	add("recalibrated", func(s *models.Summary) string {
		if s.Recalibration == nil {
			return "no"
		}
		return fmt.Sprintf("intercept %+.3f, slope %.3f", s.Recalibration.Shift.Intercept, s.Recalibration.Shift.Slope)
	})
	for _, row := range told {
		if row.of(&d.Before.Training) != "" || row.of(&d.After.Training) != "" {
			add(row.name, func(s *models.Summary) string { return cell(row.of(&s.Training)) })
		}
	}
	judged := func(name string, figure func(*models.Figures) string) {
		add(name, func(s *models.Summary) string {
			if s.Validation.Leads == 0 {
				return "–"
			}
			return figure(&s.Validation.Model)
		})
	}
	judged("AUC", func(f *models.Figures) string { return interval(f.AUC) })
	judged("log loss", func(f *models.Figures) string { return fmt.Sprintf("%.4f", f.LogLoss) })
	judged("calibration slope", func(f *models.Figures) string { return interval(f.Calibration.Slope) })
	judged("wins expected / observed", func(f *models.Figures) string {
		return fmt.Sprintf("%.1f / %.0f", f.Calibration.Expected, f.Calibration.Observed)
	})
	t.AppendRow(table.Row{"intercept, log-odds", fmt.Sprintf("%.3f", d.Intercept[0]), fmt.Sprintf("%.3f", d.Intercept[1])})
	b.WriteString(t.Render() + "\n")
	b.WriteString("Each side's figures are from its own validation, on its own newest leads: only train --gate holds both against the same leads.\n")
}

// writeTerms lists the fields whose tables changed most.
func writeTerms(b *strings.Builder, d *difference) {
	if len(d.Terms) == 0 {
		b.WriteString("\nNo field's table changed.\n")
		return
	}
	means := map[string]float64{}
	if d.Moves != nil {
		for _, f := range d.Moves.Fields {
			means[f.Name] = f.Mean
		}
	}
	columns := []any{"field", "", "largest difference", "at", "before", "after"}
	if d.Moves != nil {
		columns = append(columns, "mean over the leads, either way")
	}
	t := plainTable(columns...)
	for i, change := range d.Terms {
		if i == mostTerms {
			break
		}
		row := table.Row{change.Term, change.Change, fmt.Sprintf("%+.3f", change.Largest), change.Where,
			fmt.Sprintf("%.3f", change.There[0]), fmt.Sprintf("%.3f", change.There[1])}
		if d.Moves != nil {
			row = append(row, fmt.Sprintf("%.3f", means[change.Term]))
		}
		t.AppendRow(row)
	}
	fmt.Fprintf(b, "\nFields, in log-odds; %d more changed, %d are equal:\n%s\n", max(0, len(d.Terms)-mostTerms), d.Equal, t.Render())
}

// writeInputs lists changed bins and levels.
func writeInputs(b *strings.Builder, d *models.Diff) {
	if len(d.Inputs) == 0 {
		return
	}
	t := plainTable("input", "", "codes before", "codes after", "levels that came", "levels that went")
	for _, in := range d.Inputs {
		t.AppendRow(table.Row{in.Input, in.Change, in.Bins[0], in.Bins[1], shortList(in.Added), shortList(in.Removed)})
	}
	fmt.Fprintf(b, "\nBins and levels:\n%s\n", t.Render())
}

func shortList(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func writeLines(b *strings.Builder, name string, lines []models.LineChange) {
	if len(lines) == 0 {
		fmt.Fprintf(b, "\n%s: the same.\n", name)
		return
	}
	fmt.Fprintf(b, "\n%s:\n", name)
	for i, line := range lines {
		if i == mostLines {
			fmt.Fprintf(b, "  … and %d more lines\n", len(lines)-mostLines)
			return
		}
		sign := "-"
		if line.Added {
			sign = "+"
		}
		fmt.Fprintf(b, "  %s %4d  %s\n", sign, line.Line, line.Text)
	}
}

func writeMoves(b *strings.Builder, m *bulk.Moves) {
	fmt.Fprintf(b, "\n%d leads scored by both: the probability moves by %+.4f on average, by %.4f either way; %d have other points.\n",
		m.Leads, m.MeanShift, m.MeanAbsolute, m.PointsMoved)
	if m.OnlyOne > 0 {
		fmt.Fprintf(b, "%d leads were read by one version's schema only.\n", m.OnlyOne)
	}
	for i := range m.ByProbability {
		l := &m.ByProbability[i]
		fmt.Fprintf(b, "\n%s: probability %.4f → %.4f, log-odds %.3f → %.3f\n", l.LeadID, l.Probability[0], l.Probability[1], l.LogOdds[0], l.LogOdds[1])
		writeParts(b, l.Terms, l.LogOdds[1]-l.LogOdds[0], 3)
	}
	for i := range m.ByPoints {
		l := &m.ByPoints[i]
		fmt.Fprintf(b, "\n%s: points %g → %g\n", l.LeadID, l.Points[0], l.Points[1])
		writeParts(b, l.Rules, l.Points[1]-l.Points[0], 3)
	}
}

// writeParts lists the largest changes and the rest in one line, so that the printed figures add up to the printed
// total, digit by digit.
func writeParts(b *strings.Builder, parts []change.Part, total float64, digits int) {
	unit := math.Pow10(digits)
	rest := math.Round(total * unit)
	for i, part := range parts {
		if i == mostParts || part.Adds[0] == part.Adds[1] {
			break
		}
		change := math.Round((part.Adds[1] - part.Adds[0]) * unit)
		rest -= change
		fmt.Fprintf(b, "  %+9.*f  %s\n", digits, change/unit, strings.TrimSpace(part.Name+" "+part.Label))
	}
	if rest != 0 {
		fmt.Fprintf(b, "  %+9.*f  all others and rounding\n", digits, rest/unit)
	}
	fmt.Fprintf(b, "  %+9.*f  together\n", digits, math.Round(total*unit)/unit)
}
