package evidence

import (
	"context"
	"runtime"
	"sync"

	"leadscore/features"
	"leadscore/models/ridge"
	"leadscore/models/rules"
)

// Leads are closed deals with their outcomes, each seen at its snapshot.
type Leads struct {
	History  *features.History
	Rows     []int32         // decided leads, oldest snapshot first
	Wins     []uint8         // of every lead of the history: 1 won within the horizon, 0 not; valid for Rows
	Until    features.Micros // when the history was taken; [features.NoTime] without times
	Dated    bool            // the snapshots have times
	Warnings []string
}

// Outcomes are the wins of some leads.
func (l *Leads) Outcomes(rows []int32) []float64 {
	wins := make([]float64, len(rows))
	for i, row := range rows {
		wins[i] = float64(l.Wins[row])
	}
	return wins
}

// EndOf is when lead i's story ends: won or lost, or the history taken.
func (l *Leads) EndOf(i int) features.Micros {
	t := l.History.Table
	if closed := t.Closed.At(i); closed != features.NoTime && t.Outcome[i] != features.Open {
		return closed
	}
	return l.Until
}

// Sheet says what each rule of a book gave each of some leads.
type Sheet struct {
	Book  *rules.Book
	Rules []rules.Rule
	Rows  []int32
	// Columns has one a rule: the leads that it fired for, with how often it gave its full points (after decay, before
	// caps; for a rule that is not about events 1).
	Columns   []ridge.Column
	NotJudged []int // leads that lack a value that the rule needs, by rule

	Points, Fit, Engagement []float64 // by lead
	Qualified               []rules.Qualification
}

// NewSheet scores the leads, each at its snapshot, on all cores. It fails when ctx ends, or when the events cannot be read ([features.EventLog.Err]).
func NewSheet(ctx context.Context, book *rules.Book, h *features.History, rows []int32) (*Sheet, error) {
	s := &Sheet{Book: book, Rules: book.Rules(), Rows: rows, Points: make([]float64, len(rows)), Fit: make([]float64, len(rows)),
		Engagement: make([]float64, len(rows)), Qualified: make([]rules.Qualification, len(rows))}
	s.Columns, s.NotJudged = make([]ridge.Column, len(s.Rules)), make([]int, len(s.Rules))
	parts := make([]sheetPart, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for c, cores := 0, len(parts); c < cores; c++ {
		group.Go(func() { parts[c] = s.score(ctx, h, len(rows)*c/cores, len(rows)*(c+1)/cores) })
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, part := range parts {
		for r := range part.columns {
			s.Columns[r].At = append(s.Columns[r].At, part.columns[r].At...)
			s.Columns[r].Share = append(s.Columns[r].Share, part.columns[r].Share...)
			s.NotJudged[r] += part.notJudged[r]
		}
	}
	return s, h.Events.Err()
}

// sheetPart is what one core scored.
type sheetPart struct {
	columns   []ridge.Column
	notJudged []int
}

func (s *Sheet) score(ctx context.Context, h *features.History, from, to int) sheetPart {
	part := sheetPart{make([]ridge.Column, len(s.Rules)), make([]int, len(s.Rules))}
	var snapshot features.Snapshot
	var amounts []rules.Amount
	for i := from; i < to; i++ {
		if i%1024 == 0 && ctx.Err() != nil {
			return part
		}
		h.Snapshot(int(s.Rows[i]), &snapshot)
		var sums rules.Sums
		amounts, sums = s.Book.Amounts(&snapshot, amounts[:0])
		s.Points[i], s.Fit[i], s.Engagement[i], s.Qualified[i] = sums.Points, sums.Fit, sums.Engagement, sums.Qualification
		for r, a := range amounts {
			switch {
			case !a.Judged:
				part.notJudged[r]++
			case a.Fired:
				c := &part.columns[r]
				c.At = append(c.At, int32(i))
				c.Share = append(c.Share, share(a.Decayed, s.Rules[r].Points))
			}
		}
	}
	return part
}

// share is how often a rule gave its full points; one of 0 points gives them once.
func share(decayed, full float64) float64 {
	if full == 0 {
		return 1
	}
	return decayed / full
}

// common counts the leads for which both columns fire.
func common(a, b *ridge.Column) (both int) {
	i, k := 0, 0
	for i < len(a.At) && k < len(b.At) {
		switch {
		case a.At[i] == b.At[k]:
			both++
			i, k = i+1, k+1
		case a.At[i] < b.At[k]:
			i++
		default:
			k++
		}
	}
	return both
}
