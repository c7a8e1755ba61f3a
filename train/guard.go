package train

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/leakage"
)

// guard judges every field and figure in use before anything is fitted, keeps the suspicions with the data, and refuses leaks
// that the schema does not explain: a [leakage.ErrLeak].
func guard(ctx context.Context, d *data, p *Population, cfg *Config) error {
	cfg.progress("looking for leaks", 0, 0)
	leads := leakage.Leads{History: d.history, Decided: p.Rows}
	for row, outcome := range d.history.Table.Outcome {
		if outcome == features.Open {
			leads.Open = append(leads.Open, int32(row))
		}
	}
	var err error
	if d.leakage, err = leakage.Examine(ctx, leads); err != nil {
		return err
	}
	return leakage.Refuse(d.leakage, cfg.Schema)
}

// widthEvidence is how many characters of evidence stand on a line.
const widthEvidence = 90

// writeLeakage prints the suspicion table; nothing where nothing was suspicious.
func writeLeakage(b *strings.Builder, list []models.Suspicion) {
	if len(list) == 0 {
		return
	}
	t := newTable()
	t.AppendHeader(table.Row{"field", "grade", "evidence", "which is"})
	for _, s := range list {
		words := s.Words
		if s.Because != "" {
			words += "; the schema uses it because: " + s.Because
		}
		t.AppendRow(table.Row{s.Field, s.Grade, s.Evidence, text.WrapSoft(words, widthEvidence)})
	}
	fmt.Fprintf(b, "May be known only after the outcome, or not carry over to later leads:\n%s\n", t.Render())
	b.WriteString("A suspect is used; write use: no beside it in the schema if it is not known when a lead is looked at.\n\n")
}
