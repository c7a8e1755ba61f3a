package scorecard

import (
	"context"
	"fmt"
	"math"
	"sort"

	"leadscore/features"
	"leadscore/models/metrics"
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
)

// Backtest is what a change of rules would have done to leads whose outcome is known. Of each pair the first is the present
// book, the second the new one.
type Backtest struct {
	Books [2]string `json:"books"`
	Leads int       `json:"leads"`
	Won   int       `json:"won"`
	Weeks float64   `json:"weeks"` // between the first and the last snapshot; 0 without times

	Snapshot [2]Handed                   `json:"at_snapshot"` // each lead as of its snapshot
	Change   metrics.SelectionDifference `json:"change"`      // of the win rate, the wins and the leads handed over, new less present; 95 %
	AUC      [2]metrics.Estimate         `json:"auc"`         // of the points
	Better   metrics.Estimate            `json:"auc_difference"`

	Life *Lives `json:"over_time,omitempty"` // nil without times

	Flips   FlipCounts  `json:"flips"`
	Causes  []FlipCause `json:"flip_causes"` // rules behind most flips
	Flipped []Flip      `json:"flipped"`     // the largest change first

	Warnings []string `json:"warnings,omitempty"`
}

// Handed are the leads that a book hands over: marketing-qualified or on the fast lane.
type Handed struct {
	Leads   int              `json:"leads"`
	PerWeek float64          `json:"per_week"`
	Won     int              `json:"won"`
	Lost    int              `json:"lost"` // handed over and not won: work without a deal
	WinRate metrics.Estimate `json:"win_rate"`
	Missed  int              `json:"missed_wins"` // won, but not handed over
}

// Lives follow each lead from its creation to its end: at its creation, right after each event and every week.
type Lives struct {
	Handed [2]Handed `json:"handed_over"` // at any time before the lead's end
	Both   int       `json:"both"`        // leads that both books hand over
	Sooner int       `json:"sooner"`      // of those, by the new book at least an hour earlier
	Later  int       `json:"later"`
	Same   int       `json:"same"`
	// DaysLater is the median of new less present, in days, over the leads that move; below 0 the new book is quicker.
	DaysLater metrics.Estimate `json:"days_later"`
	// DaysBeforeWin is the median time from hand-over to win.
	DaysBeforeWin [2]metrics.Estimate `json:"days_before_win"`
}

// FlipCounts count the leads whose hand-over changes, at their snapshots.
type FlipCounts struct {
	Gained    int `json:"gained"` // handed over by the new book only
	GainedWon int `json:"gained_won"`
	Lost      int `json:"lost"` // by the present one only
	LostWon   int `json:"lost_won"`
}

// FlipCause is a rule whose points, or a gate that, stands behind flips.
type FlipCause struct {
	ID     string `json:"id"`
	Gained int    `json:"gained"`
	Lost   int    `json:"lost"`
}

// Flip is one lead that flips and why.
type Flip struct {
	Lead          string                 `json:"lead"`
	Won           bool                   `json:"won"`
	Points        [2]float64             `json:"points"`
	Qualification [2]rules.Qualification `json:"qualification"`
	Because       []string               `json:"because"` // at most 3: the rules that changed most, or the gate that decided

	causes []string
}

const (
	mostFlips   = 20
	mostCauses  = 10
	mostReasons = 3
	week        = 7 * features.Day
	hour        = features.Day / 24
)

// Replay holds two books against the same closed leads. Cost: a score per lead, event and week of its life, by both books.
func Replay(ctx context.Context, present, changed *rules.Book, l *Leads) (*Backtest, error) {
	wins := l.Outcomes(l.Rows)
	b := &Backtest{Books: [2]string{present.Version(), changed.Version()}, Leads: len(l.Rows), Won: int(sum(wins)), Weeks: l.weeks(), Warnings: l.Warnings}
	var sheets [2]*evidence.Sheet
	var picks [2][]bool
	for k, book := range []*rules.Book{present, changed} {
		s, err := evidence.NewSheet(ctx, book, l.History, l.Rows)
		if err != nil {
			return nil, err
		}
		sheets[k] = s
		picks[k] = make([]bool, len(l.Rows))
		for i, q := range s.Qualified {
			picks[k][i] = handedOver(q)
		}
		if b.Snapshot[k], err = b.handed(picks[k], wins); err != nil {
			return nil, err
		}
		if b.AUC[k], err = metrics.AUC(s.Points, wins); err != nil {
			return nil, err
		}
	}
	var err error
	if b.Better, err = metrics.AUCDifference(sheets[1].Points, sheets[0].Points, wins); err != nil {
		return nil, err
	}
	if b.Change, err = metrics.CompareSelections(picks[1], picks[0], wins); err != nil {
		return nil, err
	}
	b.findFlips([2]*rules.Book{present, changed}, l, picks)
	if err := b.follow([2]*rules.Book{present, changed}, l, wins); err != nil {
		return nil, err
	}
	return b, l.History.Events.Err()
}

// weeks between the first and the last snapshot.
func (l *Leads) weeks() float64 {
	if !l.Dated || len(l.Rows) == 0 {
		return 0
	}
	first, last := l.History.AsOf[l.Rows[0]], l.History.AsOf[l.Rows[len(l.Rows)-1]]
	return max(1, float64(last-first)/float64(week))
}

func (b *Backtest) handed(picked []bool, wins []float64) (h Handed, err error) {
	for i, in := range picked {
		switch {
		case in && wins[i] == 1:
			h.Leads, h.Won = h.Leads+1, h.Won+1
		case in:
			h.Leads, h.Lost = h.Leads+1, h.Lost+1
		case wins[i] == 1:
			h.Missed++
		}
	}
	if b.Weeks > 0 {
		h.PerWeek = float64(h.Leads) / b.Weeks
	}
	h.WinRate, err = metrics.Wilson(float64(h.Won), float64(h.Leads))
	return h, err
}

func (b *Backtest) findFlips(books [2]*rules.Book, l *Leads, picks [2][]bool) {
	b.Flipped, b.Causes = []Flip{}, []FlipCause{}
	causes := map[string]*FlipCause{}
	var snapshot features.Snapshot
	for i, row := range l.Rows {
		if picks[0][i] == picks[1][i] {
			continue
		}
		won := l.Wins[row] == 1
		l.History.Snapshot(int(row), &snapshot)
		f := flipOf(books, &snapshot, won)
		b.Flips.count(picks[1][i], won)
		for _, id := range f.causes {
			if causes[id] == nil {
				causes[id] = &FlipCause{ID: id}
			}
			if picks[1][i] {
				causes[id].Gained++
			} else {
				causes[id].Lost++
			}
		}
		b.Flipped = append(b.Flipped, f)
	}
	sort.SliceStable(b.Flipped, func(i, k int) bool { return b.Flipped[i].size() > b.Flipped[k].size() })
	b.Flipped = b.Flipped[:min(mostFlips, len(b.Flipped))]
	for _, c := range causes {
		b.Causes = append(b.Causes, *c)
	}
	sort.Slice(b.Causes, func(i, k int) bool {
		x, y := b.Causes[i], b.Causes[k]
		return x.Gained+x.Lost > y.Gained+y.Lost || x.Gained+x.Lost == y.Gained+y.Lost && x.ID < y.ID
	})
	b.Causes = b.Causes[:min(mostCauses, len(b.Causes))]
}

func (c *FlipCounts) count(gained, won bool) {
	switch {
	case gained && won:
		c.Gained, c.GainedWon = c.Gained+1, c.GainedWon+1
	case gained:
		c.Gained++
	case won:
		c.Lost, c.LostWon = c.Lost+1, c.LostWon+1
	default:
		c.Lost++
	}
}

func (f *Flip) size() float64 { return math.Abs(f.Points[1] - f.Points[0]) }

// flipOf says why: the gate that decides in one book and not in the other, then the rules whose counted points moved most in the
// flip's direction; where none did, the thresholds.
func flipOf(books [2]*rules.Book, s *features.Snapshot, won bool) Flip {
	scores := [2]rules.Score{books[0].Score(s), books[1].Score(s)}
	f := Flip{Lead: s.ID, Won: won}
	counted := map[string]*[2]float64{}
	var ids []string
	for k := range scores {
		f.Points[k], f.Qualification[k] = scores[k].Points, scores[k].Qualification
		for _, fired := range scores[k].Fired {
			if counted[fired.ID] == nil {
				counted[fired.ID] = &[2]float64{}
				ids = append(ids, fired.ID)
			}
			counted[fired.ID][k] = fired.Counted
		}
	}
	if a, b := scores[0].RuleID, scores[1].RuleID; a != b {
		for k, id := range []string{a, b} {
			if id != "" {
				f.causes = append(f.causes, id)
				f.Because = append(f.Because, fmt.Sprintf("%s decides in the %s book", id, []string{"present", "new"}[k]))
			}
		}
	}
	direction := 1.0
	if !handedOver(f.Qualification[1]) {
		direction = -1
	}
	moved := func(id string) float64 { return direction * (counted[id][1] - counted[id][0]) }
	sort.SliceStable(ids, func(i, k int) bool { return moved(ids[i]) > moved(ids[k]) })
	for _, id := range ids {
		if len(f.Because) < mostReasons && moved(id) > 0 {
			f.causes = append(f.causes, id)
			f.Because = append(f.Because, fmt.Sprintf("%s %s → %s", id, evidence.Points(counted[id][0]), evidence.Points(counted[id][1])))
		}
	}
	if len(f.Because) == 0 {
		f.causes, f.Because = []string{"thresholds"}, []string{"the thresholds"}
	}
	return f
}
