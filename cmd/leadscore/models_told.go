package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models"
)

// told are what the schema asked of training and what came of it, a row each: weights, promised directions, segments, learned half-lives.
var told = []struct {
	name string
	of   func(*models.Training) string // empty: not asked for
}{
	{"weights", func(t *models.Training) string {
		if w := t.Weighting; w != nil {
			return weightingWords(w)
		}
		return ""
	}},
	{"promised directions", func(t *models.Training) string {
		var parts []string
		for _, p := range t.Promises {
			words := p.Field + " " + string(p.Direction)
			if p.Against {
				words += " (against the data)"
			}
			parts = append(parts, words)
		}
		return strings.Join(parts, ", ")
	}},
	{"segments", func(t *models.Training) string {
		switch s := t.Segments; {
		case s == nil:
			return ""
		case !s.Kept:
			return fmt.Sprintf("by %s: levels alone", s.By)
		default:
			return fmt.Sprintf("by %s: effects of %d of %d inputs", s.By, len(s.Fields), s.Considered)
		}
	}},
	{"half-lives learned", func(t *models.Training) string {
		var parts []string
		for _, h := range t.HalfLives {
			parts = append(parts, fmt.Sprintf("%s %.3gd", h.Figure, h.Days))
		}
		return strings.Join(parts, ", ")
	}},
}

func weightingWords(w *models.Weighting) string {
	var parts []string
	if w.Column != "" {
		parts = append(parts, "column "+w.Column)
	}
	if w.HalfLife != "" {
		parts = append(parts, fmt.Sprintf("old deals half after %s", w.HalfLife))
	}
	return fmt.Sprintf("%s; as much as %.0f equal leads", strings.Join(parts, ", "), w.EffectiveLeads)
}

// writeSchemaChanges lists the words of the schema that say something else.
func writeSchemaChanges(b *strings.Builder, changes []models.SchemaChange) {
	if len(changes) == 0 {
		b.WriteString("\nSchema: the same.\n")
		return
	}
	t := plainTable("of", "word", "before", "after")
	for i, c := range changes {
		if i == mostLines {
			break
		}
		t.AppendRow(table.Row{c.Of, c.Word, cell(c.Before), cell(c.After)})
	}
	fmt.Fprintf(b, "\nSchema:\n%s\n", t.Render())
	if more := len(changes) - mostLines; more > 0 {
		fmt.Fprintf(b, "… and %d more words\n", more)
	}
}

func cell(said string) string {
	if said == "" {
		return "–"
	}
	return text.WrapSoft(said, 40)
}
