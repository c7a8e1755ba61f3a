package bulk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/change"
)

// MovesConfig says which leads to score with two versions.
type MovesConfig struct {
	Leads, Events []string // files, folders or globs; Events may be empty
	AsOf          AsOf
	Most          int // leads to show, of each score; > 0

	LeaveOutBadRows bool
	Progress        func(stage string, done, total int64)
}

// Moves are the leads whose scores two versions give most differently.
type Moves struct {
	Leads         int                `json:"leads"`         // scored by both
	OnlyOne       int                `json:"only_one"`      // read by one version's schema only
	MeanShift     float64            `json:"mean_shift"`    // mean difference of the probabilities, after less before
	MeanAbsolute  float64            `json:"mean_absolute"` // mean of its size
	PointsMoved   int                `json:"points_moved"`  // leads with other points
	ByProbability []Move             `json:"by_probability"`
	ByPoints      []Move             `json:"by_points"`
	Fields        []MeanMove         `json:"fields"` // mean size of each term's change over these leads: its tables' difference weighted by mass
	Warnings      []features.Warning `json:"warnings,omitempty"`
}

// Move is one lead's scores by both versions, before and after.
type Move struct {
	LeadID      string     `json:"lead_id"`
	Probability [2]float64 `json:"probability"`
	LogOdds     [2]float64 `json:"log_odds"`
	Points      [2]float64 `json:"points"`
	// Terms are the intercept and every term of either version; each side sums exactly, in the version's own order, to
	// its LogOdds. The largest change first.
	Terms []change.Part `json:"terms"`
	// Rules are the points of every rule that fired in either version, as they count towards Points after caps and
	// weights. The largest change first; equal ones are left out.
	Rules []change.Part `json:"rules"`

	pair [2]int // the lead's rows in both readings
}

// MeanMove is how much a term moves the leads' log-odds, on average.
type MeanMove struct {
	Name string  `json:"name"`
	Mean float64 `json:"mean"` // mean of |after − before|, log-odds
}

// FindMoves scores the leads of a file with two versions, each reading them by its own schema, and finds those that
// move most.
func FindMoves(ctx context.Context, before, after *models.Scorer, cfg MovesConfig) (*Moves, error) {
	old, err := cfg.read(ctx, before)
	if err != nil {
		return nil, fmt.Errorf("by the schema of %s: %w", before.Version().ID, err)
	}
	current, err := cfg.read(ctx, after)
	if err != nil {
		return nil, fmt.Errorf("by the schema of %s: %w", after.Version().ID, err)
	}
	moves := &Moves{Warnings: current.warnings}
	pairs := moves.match(old.history, current.history)
	pair := scoredPair{before: before, after: after, old: old.history, current: current.history}
	list := make([]Move, len(pairs))
	sums := map[string]float64{}
	for i := range pairs {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		list[i] = pair.move(pairs[i])
		moves.add(&list[i], sums)
		list[i].Terms, list[i].Rules = nil, nil // of those shown they are made again: a million leads' would fill the memory
		list[i].pair = pairs[i]
	}
	moves.finish(list, sums, cfg.Most)
	for _, shown := range [][]Move{moves.ByProbability, moves.ByPoints} {
		for i := range shown {
			shown[i] = pair.move(shown[i].pair)
		}
	}
	return moves, errors.Join(old.history.Events.Err(), current.history.Events.Err())
}

// scoredPair scores leads with both versions.
type scoredPair struct {
	before, after *models.Scorer
	old, current  *features.History
	first, second features.Snapshot
}

func (p *scoredPair) move(rows [2]int) Move {
	p.old.Snapshot(rows[0], &p.first)
	p.current.Snapshot(rows[1], &p.second)
	was, is := p.before.Score(&p.first), p.after.Score(&p.second)
	return moveOf(&was, &is)
}

// readLeads is a file of leads as one version reads it.
type readLeads struct {
	history  *features.History
	warnings []features.Warning
}

func (c *MovesConfig) read(ctx context.Context, scorer *models.Scorer) (*readLeads, error) {
	cfg := &Config{Leads: c.Leads, Events: c.Events, LeaveOutBadRows: c.LeaveOutBadRows, Progress: c.Progress}
	history, read, err := readWhole(ctx, scorer, cfg)
	if err != nil {
		return nil, err
	}
	return &readLeads{history, read.warnings}, setInstants(history, c.AsOf, scorer.Version().Timeless())
}

// match pairs the leads by id, in the newer reading's order.
func (m *Moves) match(before, after *features.History) (pairs [][2]int) {
	place := make(map[string]int, before.Table.Len())
	for i, id := range before.Table.IDs.All() {
		place[id] = i
	}
	for i, id := range after.Table.IDs.All() {
		if at, found := place[id]; found {
			pairs = append(pairs, [2]int{at, i})
		}
	}
	m.Leads = len(pairs)
	m.OnlyOne = before.Table.Len() + after.Table.Len() - 2*len(pairs)
	return pairs
}

func moveOf(before, after *models.Score) Move {
	return Move{
		LeadID:      after.LeadID,
		Probability: [2]float64{before.Prediction.Probability, after.Prediction.Probability},
		LogOdds:     [2]float64{before.Prediction.LogOdds, after.Prediction.LogOdds},
		Points:      [2]float64{before.Rules.Points, after.Rules.Points},
		Terms:       change.TermParts(&before.Prediction, &after.Prediction),
		Rules:       change.RuleParts(&before.Rules, &after.Rules),
	}
}

// add counts a lead in; sums holds each term's total change.
func (m *Moves) add(one *Move, sums map[string]float64) {
	difference := one.Probability[1] - one.Probability[0]
	m.MeanShift += difference
	m.MeanAbsolute += math.Abs(difference)
	if one.Points[0] != one.Points[1] {
		m.PointsMoved++
	}
	for i := range one.Terms {
		sums[one.Terms[i].Name] += one.Terms[i].Size()
	}
}

// finish makes means of sums and keeps the leads that moved most; those that did not move are no news.
func (m *Moves) finish(list []Move, sums map[string]float64, most int) {
	n := math.Max(1, float64(len(list)))
	m.MeanShift, m.MeanAbsolute = m.MeanShift/n, m.MeanAbsolute/n
	m.Fields = []MeanMove{}
	for name, sum := range sums {
		m.Fields = append(m.Fields, MeanMove{Name: name, Mean: sum / n})
	}
	sort.Slice(m.Fields, func(i, j int) bool {
		a, b := m.Fields[i], m.Fields[j]
		return a.Mean > b.Mean || a.Mean == b.Mean && a.Name < b.Name
	})
	m.ByProbability = mostMoved(list, most, func(l *Move) float64 { return math.Abs(l.Probability[1] - l.Probability[0]) })
	m.ByPoints = mostMoved(list, most, func(l *Move) float64 { return math.Abs(l.Points[1] - l.Points[0]) })
}

func mostMoved(list []Move, most int, size func(*Move) float64) []Move {
	sorted := append([]Move{}, list...)
	sort.SliceStable(sorted, func(i, j int) bool { return size(&sorted[i]) > size(&sorted[j]) })
	for n := range sorted {
		if n == most || size(&sorted[n]) == 0 {
			return sorted[:n]
		}
	}
	return sorted
}
