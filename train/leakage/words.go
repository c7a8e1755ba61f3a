package leakage

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"leadscore/models"
)

// Worst is the gravest grade of some suspicions, "" of none.
func Worst(list []models.Suspicion) models.Grade {
	grade := models.Grade("")
	for _, s := range list {
		if s.Grade == models.Leak {
			return models.Leak
		}
		grade = s.Grade
	}
	return grade
}

// plainest lists the kinds of evidence, that which needs least explaining first.
var plainest = []string{OneSided, FillClosed, AfterClosing, AfterSnapshot, ClosedOnly, TooGood, TooInforming, Deterministic, FillOutcome,
	NearUnique, NotAhead, CarriesModel, LateName}

// mostEvidence is how many signs are written out where one sentence has to do.
const mostEvidence = 2

// Evidence joins the words of the suspicions of a grade, the plainest first.
func Evidence(list []models.Suspicion, grade models.Grade) string {
	var parts []string
	for _, kind := range plainest {
		for _, s := range list {
			if s.Grade == grade && s.Evidence == kind {
				parts = append(parts, s.Words)
			}
		}
	}
	switch more := len(parts) - mostEvidence; {
	case more == 1:
		return strings.Join(parts[:mostEvidence], "; ") + " (and another sign)"
	case more > 1:
		return fmt.Sprintf("%s (and %d more signs)", strings.Join(parts[:mostEvidence], "; "), more)
	}
	return strings.Join(parts, "; ")
}

// ErrLeak marks a refusal to train: a field holds the outcome's shadow, and the schema does not say why it is used.
var ErrLeak = errors.New("known only after the outcome, as far as the data tell")

// Refuse is nil where the schema explains every leak; else one error that lists all leaks, each with its evidence, and what to
// write. schema is the schema's file.
func Refuse(list []models.Suspicion, schema string) error {
	leaks := models.Unexplained(list)
	if len(leaks) == 0 {
		return nil
	}
	return &refusal{schema: schema, fields: byField(list, leaks)}
}

// refusal lists fields with all that is suspicious of them.
type refusal struct {
	schema string
	fields [][]models.Suspicion
}

func (r *refusal) Unwrap() error { return ErrLeak }

func (r *refusal) Error() string {
	var b strings.Builder
	what := "1 field is"
	if n := len(r.fields); n > 1 {
		what = fmt.Sprintf("%d fields are", n)
	}
	fmt.Fprintf(&b, "%s %v; nothing was trained or stored:", what, ErrLeak)
	for _, rows := range r.fields {
		fmt.Fprintf(&b, "\n  %s:", rows[0].Field)
		for _, s := range rows {
			fmt.Fprintf(&b, "\n    %s, %s: %s", s.Grade, s.Evidence, s.Words)
		}
	}
	fmt.Fprintf(&b, "\nin %s write beside each\n  use: no\n  because: why it is left out\nor, if it is known when a lead is looked at,\n"+
		"  use: yes\n  because: how it is known then", r.schema)
	return b.String()
}

// byField gathers the suspicions of the fields that have a leak, in the list's order.
func byField(list, leaks []models.Suspicion) (fields [][]models.Suspicion) {
	place := map[string]int{}
	for _, s := range leaks {
		if _, known := place[s.Field]; !known {
			place[s.Field] = len(fields)
			fields = append(fields, nil)
		}
	}
	for _, s := range list {
		if i, ok := place[s.Field]; ok {
			fields[i] = append(fields[i], s)
		}
	}
	return fields
}

// listed writes a list, at most so many of it.
func listed(list []string, most int) string {
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}

// Percent writes a share, with a digit more where it is small.
func Percent(share float64) string {
	switch p := 100 * share; {
	case math.IsNaN(p):
		return "–"
	case p > 0 && p < 1 || p > 99 && p < 100:
		return fmt.Sprintf("%.1f %%", p)
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}
