package features

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/features/source"
)

const lotsSchema = `version: 1
lead: {id: id, created: created, closed: closed, account: account}
outcome: {column: stage, won: [won], lost: [lost]}
fields:
  - {name: country, kind: category}
  - {name: word, kind: category}
  - {name: revenue, kind: number}
  - {name: asked, kind: boolean}
  - {name: since, kind: date}
`

// lotsLeads are n leads, of which word is another for each where many.
func lotsLeads(r *rand.Rand, n int) string {
	var text strings.Builder
	text.WriteString("id,created,closed,account,stage,country,word,revenue,asked,since\n")
	for i := range n {
		fmt.Fprintf(&text, "%d,2026-01-%02d,2026-02-%02d,acme %d,%s,%s,word %d,%s,%s,2025-%02d-01\n", i, 1+r.IntN(28), 1+r.IntN(28), r.IntN(n), []string{"won", "lost", "open"}[r.IntN(3)],
			[]string{"de", "at", ""}[r.IntN(3)], r.IntN(2*n), []string{"1.5", "", "-0", "1e300", "0.1"}[r.IntN(5)], []string{"yes", "no", ""}[r.IntN(3)], 1+r.IntN(12))
	}
	return text.String()
}

// Lots hold what one table does, in its order.
func TestReadLots(t *testing.T) {
	s, n := schemaOf(t, lotsSchema), 3*source.DefaultBatchRows+100
	text := lotsLeads(rand.New(rand.NewPCG(6, 1)), n)
	whole, want, err := readText(t, s, text, ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []int{1, 2 * source.DefaultBatchRows, 1 << 20} {
		at, lots := 0, 0
		report, err := ReadLots(t.Context(), s, []string{write(t, "leads.csv", text)}, rows, ReadOptions{Outcome: true}, func(l Lot) error {
			lots++
			if l.Table.Len() > max(rows, source.DefaultBatchRows) || l.Expected < int64(at+l.Table.Len()) || l.Expected > int64(n+n/10) {
				t.Errorf("a lot of %d leads, of %d expected", l.Table.Len(), l.Expected)
			}
			for i := range l.Table.Len() {
				sameLead(t, l.Table, i, whole, at+i)
			}
			at += l.Table.Len()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if wantLots := map[int]int{1: 4, 2 * source.DefaultBatchRows: 2, 1 << 20: 1}[rows]; at != n || lots != wantLots {
			t.Errorf("%d leads in %d lots, want %d in %d", at, lots, n, wantLots)
		}
		if report.Rows != want.Rows || report.Fingerprint != want.Fingerprint || fmt.Sprint(report.Warnings) != fmt.Sprint(want.Warnings) {
			t.Errorf("report %+v, want %+v", report, want)
		}
	}
}

func sameLead(t *testing.T, a *Table, i int, b *Table, k int) {
	t.Helper()
	same := a.IDs.At(i) == b.IDs.At(k) && a.Created.At(i) == b.Created.At(k) && a.Closed.At(i) == b.Closed.At(k) && a.Outcome[i] == b.Outcome[k] &&
		a.Accounts[a.Account.At(i)] == b.Accounts[b.Account.At(k)]
	for f := range a.Columns {
		same = same && a.Value(i, f) == b.Value(k, f)
	}
	if !same {
		t.Fatalf("lead %d of a lot is %s, want %s", i, a.IDs.At(i), b.IDs.At(k))
	}
}

// Faults are found across lots, with their places, and end what is given; an error of the caller's ends the reading.
func TestFaultsOfLots(t *testing.T) {
	s := schemaOf(t, lotsSchema)
	lines := strings.Split(strings.TrimSpace(lotsLeads(rand.New(rand.NewPCG(6, 2)), 3*source.DefaultBatchRows)), "\n")
	lines = append(lines, lines[5]) // the first lot's
	path := write(t, "leads.csv", strings.Join(lines, "\n"))
	_, err := ReadLots(t.Context(), s, []string{path}, 100, ReadOptions{}, func(Lot) error { return nil })
	if want := fmt.Sprintf("line %d", len(lines)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "leads.csv: line 6") || !errors.Is(err, ErrBadRows) {
		t.Errorf("a doubled id: %v, want ErrBadRows with %s and line 6", err, want)
	}
	stop, lots := errors.New("enough"), 0
	_, err = ReadLots(t.Context(), s, []string{path}, 100, ReadOptions{LeaveOutBadRows: true}, func(Lot) error {
		lots++
		return stop
	})
	if !errors.Is(err, stop) || lots != 1 {
		t.Errorf("%v after %d lots, want the caller's error after 1", err, lots)
	}
	empty := write(t, "empty.csv", lines[0]+"\n"+",2026-01-01,,,,,,,,\n")
	_, err = ReadLots(t.Context(), s, []string{empty}, 100, ReadOptions{LeaveOutBadRows: true}, func(l Lot) error {
		lots += 10 + l.Table.Len()
		return nil
	})
	if err != nil || lots != 11 {
		t.Errorf("no leads: %v, %d", err, lots)
	}
}
