package report

import (
	"fmt"
	"io"

	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// Write writes the report as one HTML file. It computes no statistics.
func Write(w io.Writer, e *Evidence, m *Measures) error {
	p := &page.Page{
		Title:    "Validation of " + e.Model,
		Subtitle: subtitle(e),
		Verdicts: verdicts(e, m),
		Footer: fmt.Sprintf("Made by %s. Intervals are 95 %% intervals. Bootstrap: %d draws, seed %d. Data fingerprint %s.",
			e.Code, replicates, bootSeed, e.Training.Fingerprint),
	}
	r := &writer{e: e, m: m}
	for _, section := range []*page.Section{
		r.population(), r.sample(), r.ranking(), r.comparison(), r.calibration(), r.gains(), r.netBenefit(), r.speed(), r.stability(), r.origins(),
		r.fields(), r.pairs(), r.leaks(), r.baselines(),
	} {
		if section != nil {
			p.Sections = append(p.Sections, *section)
		}
	}
	return page.Write(w, p)
}

func subtitle(e *Evidence) string {
	v := &e.Validation
	if v.Leads == 0 {
		return fmt.Sprintf("Version %s, fitted to %s; it could not be judged.", e.Version, page.Plural(e.Training.Used, "lead", "leads"))
	}
	fitted := "the " + page.Count(v.Past) + " before"
	if v.Mixed {
		fitted = page.Count(v.Past) + " others"
	}
	return fmt.Sprintf("Version %s. Judged on %s: %s, %s won, after a fit to %s; then fitted to all %s.",
		e.Version, v.Split, page.Plural(v.Leads, "lead", "leads"), page.Count(v.Won), fitted, page.Count(e.Training.Used))
}

// writer holds what every section reads.
type writer struct {
	e *Evidence
	m *Measures
}

// judged says that there is a newest part to talk about.
func (w *writer) judged() bool { return len(w.e.Scores) > 0 && len(w.e.Wins) > 0 }

// styles are the scores' styles, in the order of Evidence.Scores.
var styles = []chart.Style{chart.First, chart.Second, chart.Third, chart.Fourth}

// scoreColumns are the columns of a table with one column a score.
func (w *writer) scoreColumns(first string) []page.Column {
	columns := []page.Column{{Title: first}}
	for _, s := range w.e.Scores {
		columns = append(columns, page.Column{Title: s.Name})
	}
	return columns
}
