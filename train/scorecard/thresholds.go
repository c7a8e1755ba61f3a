package scorecard

import (
	"context"
	"errors"
	"math"
	"slices"
	"sort"

	"leadscore/features"
	"leadscore/models/metrics"
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
)

// Cutoffs are thresholds of both dimensions that a team of a given capacity can work, and what they catch.
type Cutoffs struct {
	Book     string  `json:"book"`
	Capacity float64 `json:"capacity_per_week"`
	Arrivals float64 `json:"arrivals_per_week"` // leads that come at present, whatever their outcome
	Leads    int     `json:"leads"`             // decided ones that the thresholds were chosen on
	Won      int     `json:"won"`

	Best     *Cutoff  `json:"best"`              // catches most wins within the capacity
	Stricter *Cutoff  `json:"stricter"`          // within half of it
	Laxer    *Cutoff  `json:"laxer"`             // within twice of it
	Present  *Cutoff  `json:"present,omitempty"` // the book's own thresholds
	Table    []Cutoff `json:"table"`             // for each fit threshold the laxest engagement threshold within the capacity

	Split  string  `json:"judged_on,omitempty"`
	Judged *Cutoff `json:"judged,omitempty"` // the best pair on the newest leads, which it was not chosen on
	Before *Cutoff `json:"judged_present,omitempty"`

	Warnings []string `json:"warnings,omitempty"`
}

// Cutoff is a pair of thresholds and what it hands over. Leads of the fast lane are in it whatever their points.
type Cutoff struct {
	Fit        float64          `json:"fit"`
	Engagement float64          `json:"engagement"`
	PerWeek    float64          `json:"per_week"` // at the present arrivals
	Leads      int              `json:"leads"`
	Won        int              `json:"won"`
	Caught     float64          `json:"caught"`   // share of all wins
	WinRate    metrics.Estimate `json:"win_rate"` // of those handed over
}

// Errors of [ChooseThresholds].
var (
	ErrNoTimes  = errors.New("without the times of leads it is not known how many come a week")
	ErrCapacity = errors.New("the capacity is no positive number")
	ErrTooSmall = errors.New("even the strictest thresholds hand over more than the capacity: the fast lane alone fills it")
)

// recentWeeks is the time whose arrivals stand for the present ones.
const recentWeeks = 13

// mostLevels bounds the thresholds tried of a dimension.
const mostLevels = 80

// ChooseThresholds tries every pair of whole thresholds (at most 80 evenly ranked ones a dimension) on the past leads and judges the best on the newest. Gates act as in the
// book: excluded and held-back leads are never handed over, the fast lane always.
func ChooseThresholds(ctx context.Context, book *rules.Book, l *Leads, perWeek float64) (*Cutoffs, error) {
	switch {
	case !(perWeek > 0) || math.IsInf(perWeek, 1):
		return nil, ErrCapacity
	case !l.Dated:
		return nil, ErrNoTimes
	}
	open, err := withoutThresholds(book, l)
	if err != nil {
		return nil, err
	}
	rows := l.Past
	c := &Cutoffs{Book: book.Version(), Capacity: perWeek, Arrivals: l.arrivals(), Warnings: l.Warnings}
	if len(rows) == 0 {
		rows = l.Rows
		c.Warnings = append(c.Warnings, "no newest part could be held out: the figures are of the leads that the thresholds were chosen on")
	}
	sheet, err := evidence.NewSheet(ctx, open, l.History, rows)
	if err != nil {
		return nil, err
	}
	field := newField(sheet, l, c.Arrivals)
	c.Leads, c.Won = len(rows), int(field.won)
	if c.Table, err = field.frontier(perWeek); err != nil {
		return nil, err
	}
	if c.Best = mostWins(c.Table); c.Best == nil {
		return nil, ErrTooSmall
	}
	for _, other := range []struct {
		to       **Cutoff
		capacity float64
	}{{&c.Stricter, perWeek / 2}, {&c.Laxer, perWeek * 2}} {
		table, err := field.frontier(other.capacity)
		if err != nil {
			return nil, err
		}
		*other.to = mostWins(table)
	}
	present := book.Thresholds()
	if c.Present, err = field.at(present); err != nil || len(l.Newest) == 0 {
		return c, err
	}
	if sheet, err = evidence.NewSheet(ctx, open, l.History, l.Newest); err != nil {
		return nil, err
	}
	newest := newField(sheet, l, c.Arrivals)
	c.Split = l.Split
	if c.Judged, err = newest.at(rules.Thresholds{Fit: &c.Best.Fit, Engagement: &c.Best.Engagement}); err != nil {
		return nil, err
	}
	c.Before, err = newest.at(present)
	return c, err
}

// withoutThresholds is the book with thresholds that every lead reaches, so that only its gates speak.
func withoutThresholds(book *rules.Book, l *Leads) (*rules.Book, error) {
	text, err := readBookText(book.Source())
	if err != nil {
		return nil, err
	}
	thresholds, err := readBookText([]byte("mql: {total: -100000}\n"))
	if err != nil {
		return nil, err
	}
	set(text.top(), "thresholds", thresholds.top())
	source, err := text.bytes()
	if err != nil {
		return nil, err
	}
	return rules.Parse("rules without thresholds", source, l.History.Table.Schema)
}

// arrivals counts the leads of the last weeks before the history was taken, by their snapshots.
func (l *Leads) arrivals() float64 {
	last := features.NoTime
	for _, at := range l.History.AsOf {
		if at <= l.Until {
			last = max(last, at)
		}
	}
	n := 0
	for _, at := range l.History.AsOf {
		if at != features.NoTime && at <= last && at > last-recentWeeks*week {
			n++
		}
	}
	return float64(n) / recentWeeks
}

// field holds the points of some leads that can be handed over.
type field struct {
	arrivals                float64
	all                     int
	won                     float64
	fit, engagement, points []float64 // of the leads that thresholds decide about
	wins                    []float64
	fast, fastWon           int
}

func newField(s *evidence.Sheet, l *Leads, arrivals float64) *field {
	f := &field{arrivals: arrivals, all: len(s.Rows)}
	for i, row := range s.Rows {
		y := float64(l.Wins[row])
		f.won += y
		switch s.Qualified[i] {
		case rules.FastLane:
			f.fast++
			f.fastWon += int(y)
		case rules.MQL:
			f.fit, f.engagement, f.points, f.wins = append(f.fit, s.Fit[i]), append(f.engagement, s.Engagement[i]), append(f.points, s.Points[i]), append(f.wins, y)
		}
	}
	return f
}

// cutoff makes a pair of what it hands over, the fast lane included.
func (f *field) cutoff(fit, engagement float64, leads, won int) (c Cutoff, err error) {
	leads, won = leads+f.fast, won+f.fastWon
	c = Cutoff{Fit: fit, Engagement: engagement, Leads: leads, Won: won, PerWeek: f.arrivals * float64(leads) / float64(max(1, f.all))}
	if f.won > 0 {
		c.Caught = float64(won) / f.won
	}
	c.WinRate, err = metrics.Wilson(float64(won), float64(leads))
	return c, err
}

// at counts what given thresholds hand over; nil where there are none.
func (f *field) at(t rules.Thresholds) (*Cutoff, error) {
	if t.Fit == nil && t.Engagement == nil && t.Total == nil {
		return nil, nil
	}
	leads, won := 0, 0
	reached := func(least *float64, has float64) bool { return least == nil || has >= *least }
	for i := range f.fit {
		if reached(t.Fit, f.fit[i]) && reached(t.Engagement, f.engagement[i]) && reached(t.Total, f.points[i]) {
			leads, won = leads+1, won+int(f.wins[i])
		}
	}
	value := func(p *float64) float64 {
		if p == nil {
			return 0
		}
		return *p
	}
	c, err := f.cutoff(value(t.Fit), value(t.Engagement), leads, won)
	return &c, err
}

// frontier is, for each fit threshold, the laxest engagement threshold within the capacity.
func (f *field) frontier(perWeek float64) ([]Cutoff, error) {
	fits, engagements := levels(f.fit), levels(f.engagement)
	// leads[i][k] and won[i][k] of those whose highest reached levels are i and k; then summed from the top
	leads, won := grid(len(fits), len(engagements)), grid(len(fits), len(engagements))
	for n := range f.fit {
		i, k := reachedLevel(fits, f.fit[n]), reachedLevel(engagements, f.engagement[n])
		leads[i][k]++
		won[i][k] += int(f.wins[n])
	}
	sumFromTop(leads)
	sumFromTop(won)
	list := []Cutoff{}
	for i := range fits {
		for k := range engagements {
			c, err := f.cutoff(fits[i], engagements[k], leads[i][k], won[i][k])
			if err != nil {
				return nil, err
			}
			if c.PerWeek <= perWeek {
				list = append(list, c)
				break
			}
		}
	}
	return list, nil
}

// levels are whole thresholds, rising; the first is reached by all.
func levels(points []float64) []float64 {
	whole := make([]float64, len(points))
	for i, p := range points {
		whole[i] = math.Floor(p)
	}
	sort.Float64s(whole)
	distinct := slices.Compact(append([]float64(nil), whole...))
	if len(distinct) <= mostLevels {
		return distinct
	}
	ranked := make([]float64, 0, mostLevels)
	for i := range mostLevels {
		ranked = append(ranked, whole[i*(len(whole)-1)/(mostLevels-1)])
	}
	return slices.Compact(ranked)
}

func reachedLevel(levels []float64, points float64) int {
	return sort.Search(len(levels), func(i int) bool { return levels[i] > points }) - 1
}

func grid(rows, columns int) [][]int {
	g := make([][]int, rows)
	for i := range g {
		g[i] = make([]int, columns)
	}
	return g
}

func sumFromTop(g [][]int) {
	for i := len(g) - 1; i >= 0; i-- {
		for k := len(g[i]) - 1; k >= 0; k-- {
			if i+1 < len(g) {
				g[i][k] += g[i+1][k]
			}
			if k+1 < len(g[i]) {
				g[i][k] += g[i][k+1]
			}
			if i+1 < len(g) && k+1 < len(g[i]) {
				g[i][k] -= g[i+1][k+1]
			}
		}
	}
}

// mostWins is the pair that catches most, of equals the one with fewer leads; nil for an empty table.
func mostWins(table []Cutoff) *Cutoff {
	var best *Cutoff
	for i := range table {
		if c := &table[i]; best == nil || c.Won > best.Won || c.Won == best.Won && c.Leads < best.Leads {
			best = c
		}
	}
	return best
}
