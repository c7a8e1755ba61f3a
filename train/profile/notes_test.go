package profile

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"leadscore/features"
)

// warned says whether a note holds all the words.
func warned(p *Profile, words ...string) bool {
	return slices.ContainsFunc(p.Warned, func(w Warning) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(string(w), word) })
	})
}

// A column of a Parquet file that has no meaning here is named, with the reason, not passed over.
func TestUnreadColumnIsNamed(t *testing.T) {
	type row struct {
		ID      string   `parquet:"lead_id"`
		Outcome string   `parquet:"outcome"`
		Size    int64    `parquet:"size"`
		Tags    []string `parquet:"tags"`
	}
	var rows []row
	for i := range 100 {
		rows = append(rows, row{fmt.Sprint("L", i), []string{"won", "lost"}[i%2], int64(i % 7), []string{"a", "b"}})
	}
	path := filepath.Join(t.TempDir(), "leads.parquet")
	if err := parquet.WriteFile(path, rows); err != nil {
		t.Fatal(err)
	}
	p, err := Run(context.Background(), Config{Leads: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	if !warned(p, "tags", "cannot be read") {
		t.Errorf("no note names the column tags: %q", p.Warned)
	}
}

// Dates whose day and month could be exchanged are warned about; one day above the twelfth settles it.
func TestAmbiguousDates(t *testing.T) {
	for name, c := range map[string]struct {
		days   int
		layout string
		warned bool
	}{
		"up to the 12th":    {12, "02/01/2006", true},
		"above the 12th":    {28, "02/01/2006", false},
		"with a full stop":  {12, "02.01.2006", false},
		"American, settled": {28, "01/02/2006", false},
	} {
		t.Run(name, func(t *testing.T) {
			text := "lead_id,met,outcome\n"
			for i := range 200 {
				date := time.Date(2024, time.Month(1+i%7), 1+i%c.days, 0, 0, 0, 0, time.UTC)
				text += fmt.Sprintf("L%d,%s,%s\n", i, date.Format(c.layout), []string{"won", "lost"}[i%2])
			}
			p, err := profileOf(t, text, "", Config{})
			if err != nil {
				t.Fatal(err)
			}
			column := columnOf(t, p, "met")
			if column.Kind != features.Date || column.look.field.Layout != c.layout {
				t.Errorf("a %s with layout %q, want a date with %q", column.Kind, column.look.field.Layout, c.layout)
			}
			if got := warned(p, "met", "other way round"); got != c.warned {
				t.Errorf("warned %v, want %v: %q", got, c.warned, p.Warned)
			}
		})
	}
}

// An id that repeats is asked about before anything is written; named by the user it is taken, with a warning; a unique column
// goes before it.
func TestRepeatedIDs(t *testing.T) {
	file := func(head string, number func(i int) string) string {
		text := head + "\n"
		for i := range 300 {
			text += fmt.Sprintf("%s,%d,%s\n", number(i), i%7, []string{"won", "lost"}[i%2])
		}
		return text
	}
	twice := file("deal_id,size,outcome", func(i int) string { return fmt.Sprint("D", max(i, 2)) })
	_, err := profileOf(t, twice, "", Config{})
	var q *Question
	if !errors.As(err, &q) || len(q.Asks) != 1 || !strings.Contains(err.Error(), "\"D2\" is in 3 rows") || !strings.Contains(err.Error(), "--bad-rows leave-out") {
		t.Errorf("error = %v, want one question with the id that repeats and what to do", err)
	}
	p, err := profileOf(t, twice, "", Config{IDColumn: "deal_id"})
	if err != nil || !warned(p, "deal_id", "2 of 300") {
		t.Errorf("%v, want the named column with a warning", err)
	}
	p, err = profileOf(t, file("deal_id,record_key,size,outcome", func(i int) string { return fmt.Sprintf("D%d,K%d", max(i, 2), i) }), "", Config{})
	if err != nil || p.Schema.Lead.ID != "record_key" {
		t.Errorf("%v, want the unique column as the id", err)
	}
}

// Companies are older than Unix time.
func TestDatesBefore1970(t *testing.T) {
	text := "lead_id,company_founded,outcome\n"
	for i := range 200 {
		text += fmt.Sprintf("L%d,%d-0%d-1%d,%s\n", i, 1850+i%170, 1+i%9, i%9, []string{"won", "lost"}[i%2])
	}
	p, err := profileOf(t, text, "", Config{})
	if err != nil {
		t.Fatal(err)
	}
	if c := columnOf(t, p, "company_founded"); c.Kind != features.Date {
		t.Errorf("company_founded is a %s, want a date", c.Kind)
	}
}
