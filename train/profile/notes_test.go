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

// proposalFor is what init finds in n leads, whose further cells row writes.
func proposalFor(t *testing.T, columns string, n int, row func(i int) string) *Profile {
	t.Helper()
	var b strings.Builder
	b.WriteString("lead_id,outcome," + columns + "\n")
	for i := range n {
		fmt.Fprintf(&b, "L%d,%s,%s\n", i, []string{"won", "lost", "lost"}[i%3], row(i))
	}
	p, err := profileOf(t, b.String(), "", Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A column that is mostly numbers, or dates, but for texts that are too many to be placeholders is told of; a column of codes and names is not.
func TestMostlyNumbersAreToldOf(t *testing.T) {
	p := proposalFor(t, "size,renewal,plan,street", 300, func(i int) string {
		size, renewal := fmt.Sprint(i%50), fmt.Sprintf("2025-%02d-%02d", 1+i%12, 1+i%28)
		if i%6 == 0 {
			size = []string{"1e400", "over 9000", "-Infinity"}[i/6%3]
		}
		if i%4 == 0 {
			renewal = "after the summer"
		}
		return fmt.Sprintf("%s,%s,%s,Road %d", size, renewal, []string{"1", "2", "trial"}[i%3], i%40)
	})
	if !warned(p, "size: 83 % of its values are numbers", `but "1e400", "over 9000", "-Infinity" are not`, "kind: number") {
		t.Errorf("size: %q", p.Warned)
	}
	if !warned(p, "renewal: 75 % of its values are dates", `"after the summer" is not`, "kind: date") {
		t.Errorf("renewal: %q", p.Warned)
	}
	if warned(p, "plan:") || warned(p, "street:") || warned(p, "lead_id") {
		t.Errorf("without need: %q", p.Warned)
	}
}

// Rows without a time whose running number falls are probably the newest first; training would hold out the oldest.
func TestFallingFileIsToldOf(t *testing.T) {
	number := func(sign int) func(int) string {
		return func(i int) string { return fmt.Sprintf("%d,%d", 5000+sign*(7*i+i%3), i%11) }
	}
	if p := proposalFor(t, "number,size", 200, number(-1)); !warned(p, "number falls from row to row", "turn the rows round") {
		t.Errorf("falling: %q", p.Warned)
	}
	if p := proposalFor(t, "number,size", 200, number(1)); warned(p, "falls") {
		t.Errorf("rising: %q", p.Warned)
	}
	dated := func(i int) string {
		return number(-1)(i) + fmt.Sprintf(",2025-01-%02d", 1+i%28)
	}
	if p := proposalFor(t, "number,size,created", 200, dated); warned(p, "falls") {
		t.Errorf("with a time: %q", p.Warned)
	}
}

// Leads that were closed before they came are bad rows; they do not say that leads are closed at once.
func TestClosedBeforeCreatedIsNotAtOnce(t *testing.T) {
	p := proposalFor(t, "created,closed,size", 300, func(i int) string {
		created := time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC)
		closed := created.AddDate(0, 0, 20+i%30)
		if i%50 == 0 {
			created = created.AddDate(30, 0, 0)
		}
		return created.Format(time.DateOnly) + "," + closed.Format(time.DateOnly) + fmt.Sprint(",", i%13)
	})
	if warned(p, "at the very time") || !warned(p, "closed lies before created in 6 of 300 rows") || p.Schema.Lead.Closed != "closed" {
		t.Errorf("closed %q, notes %q", p.Schema.Lead.Closed, p.Warned)
	}
}

// A question that rests on a part of the rows says so.
func TestQuestionTellsItsSample(t *testing.T) {
	q := &Question{Asks: []Ask{{What: "the id", Problem: "unclear", Answer: "name it"}}, Sampled: 100, Rows: 250}
	if !strings.Contains(q.Error(), "looked at 100 of 250 rows") {
		t.Error(q)
	}
	if q.Rows = 100; strings.Contains(q.Error(), "looked at") {
		t.Error(q)
	}
}
