package scorecard

import (
	"math"
	"runtime"
	"sync"

	"leadscore/features"
	"leadscore/models/rules"
)

// Leads are closed deals with their outcomes, each seen at its snapshot.
type Leads struct {
	History *features.History
	Rows    []int32         // decided leads, oldest snapshot first
	Wins    []float64       // of every lead of the history: 1 won within the horizon, 0 not; valid for Rows
	Until   features.Micros // when the history was taken; [features.NoTime] without times
	Dated   bool            // the snapshots have times

	// Past and Newest are the parts of Rows before and after the cut in time; empty where they cannot be parted. Split says
	// what Newest is.
	Past, Newest []int32
	Split        string
	Warnings     []string
}

func (l *Leads) outcomes(rows []int32) []float64 {
	wins := make([]float64, len(rows))
	for i, row := range rows {
		wins[i] = l.Wins[row]
	}
	return wins
}

// Sheet says what each rule of a book gave each of some leads.
type Sheet struct {
	Book  *rules.Book
	Rules []rules.Rule
	Rows  []int32
	// Columns has one a rule: the leads that it fired for, with how often it gave its full points (after decay, before
	// caps; for a rule that is not about events 1).
	Columns   []Column
	NotJudged []int // leads that lack a value that the rule needs, by rule

	Points, Fit, Engagement []float64 // by lead
	Qualified               []rules.Qualification
}

// Column is one rule's sparse column: places in [Sheet.Rows], rising, and the share at each, > 0.
type Column struct {
	At    []int32
	Share []float64
}

// NewSheet scores the leads, each at its snapshot, on all cores.
func NewSheet(book *rules.Book, h *features.History, rows []int32) *Sheet {
	s := &Sheet{Book: book, Rules: book.Rules(), Rows: rows, Points: make([]float64, len(rows)), Fit: make([]float64, len(rows)),
		Engagement: make([]float64, len(rows)), Qualified: make([]rules.Qualification, len(rows))}
	s.Columns, s.NotJudged = make([]Column, len(s.Rules)), make([]int, len(s.Rules))
	parts := make([]sheetPart, runtime.GOMAXPROCS(0))
	parallel(len(rows), func(part, from, to int) { parts[part] = s.score(h, from, to) })
	for _, part := range parts {
		for r := range part.columns {
			s.Columns[r].At = append(s.Columns[r].At, part.columns[r].At...)
			s.Columns[r].Share = append(s.Columns[r].Share, part.columns[r].Share...)
			s.NotJudged[r] += part.notJudged[r]
		}
	}
	return s
}

// sheetPart is what one core scored.
type sheetPart struct {
	columns   []Column
	notJudged []int
}

func (s *Sheet) score(h *features.History, from, to int) sheetPart {
	part := sheetPart{make([]Column, len(s.Rules)), make([]int, len(s.Rules))}
	var snapshot features.Snapshot
	var amounts []rules.Amount
	for i := from; i < to; i++ {
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
				c.Share = append(c.Share, a.Decayed/s.Rules[r].Points)
			}
		}
	}
	return part
}

// parallel cuts 0 … n-1 into one run a core.
func parallel(n int, do func(part, from, to int)) {
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for c := range cores {
		group.Go(func() { do(c, n*c/cores, n*(c+1)/cores) })
	}
	group.Wait()
}

// common counts the leads for which both columns fire.
func common(a, b *Column) (both int) {
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

// handedOver says whether a qualification gives a lead to sales.
func handedOver(q rules.Qualification) bool { return q == rules.MQL || q == rules.FastLane }

func logistic(eta float64) float64 { return 1 / (1 + math.Exp(-eta)) }
