package comparison

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"leadscore/features"
	"leadscore/models/metrics"
)

// Comparison is both scores of closed leads side by side. nil figures are ones that the leads have no answer for. Pairs of
// figures are the model's, then the rules'.
type Comparison struct {
	Model string `json:"model"` // "deals/2026-06-30-3f9a2c1b7d04"
	Rules string `json:"rules"` // rule book version

	Leads int              `json:"leads"`
	Won   int              `json:"won"`
	Rate  metrics.Estimate `json:"win_rate"`
	From  string           `json:"from,omitempty"` // first and last snapshot; empty without times
	To    string           `json:"to,omitempty"`
	Basis *Basis           `json:"basis,omitempty"`

	Verdicts     []Verdict      `json:"verdicts"` // in plain words, the most important first
	Ranking      *Ranking       `json:"ranking"`  // nil: all leads had the same outcome
	Scale        Scale          `json:"scale"`
	Disagreement Disagreement   `json:"disagreement"`
	Work         Work           `json:"work"`
	Months       []Part         `json:"months,omitempty"`
	Segments     []SegmentParts `json:"segments,omitempty"`
}

// Basis says how the leads were chosen, so that nobody takes a flattering figure for an honest one.
type Basis struct {
	Kind         Kind             `json:"kind"`
	Words        string           `json:"words"`
	LearnedUntil string           `json:"learned_until,omitempty"` // the newest snapshot that the version learned from
	Read         int64            `json:"read"`                    // leads read
	WonLate      int              `json:"won_late,omitempty"`      // won after the horizon, counted as not won
	LeftOut      map[string]int64 `json:"left_out,omitempty"`      // reason → leads
	Past         int              `json:"past,omitempty"`          // leads that the stand-in of a refit was fitted to
}

// Kind is how the leads were chosen.
type Kind string

const (
	Newer   Kind = "newer"   // every lead is newer than what the version learned from
	Trusted Kind = "trusted" // the leads have no times, so that they are unseen is taken on trust
	Refit   Kind = "refit"   // a stand-in, fitted to older leads, is judged on the newest
	Given   Kind = "given"   // the caller chose the leads
)

// Config says what to work out.
type Config struct {
	Capacity *Capacity // nil: the share that the version's reference calls high
	Basis    *Basis    // nil: the caller chose the leads
}

// Ranking is how well each score puts won leads before the others.
type Ranking struct {
	AUC        [2]metrics.Estimate          `json:"auc"`
	Difference metrics.Estimate             `json:"difference"`          // model less rules; of accounts drawn together where there are accounts
	Clustered  *metrics.ClusteredDifference `json:"clustered,omitempty"` // set where there are accounts
	Top        []Top                        `json:"top"`
	Gains      [2][]metrics.GainsPoint      `json:"gains"`
}

// Top is what the best-scored share of the leads holds.
type Top struct {
	Share      float64             `json:"share"`
	Leads      int                 `json:"leads"`
	Won        [2]float64          `json:"won"`
	Caught     [2]float64          `json:"caught"` // share of all wins
	Rate       [2]metrics.Estimate `json:"win_rate"`
	Lift       [2]float64          `json:"lift"`
	Difference metrics.Estimate    `json:"difference"` // wins, model less rules
}

// Part is the comparison in a part of the leads.
type Part struct {
	Label      string               `json:"label"`
	Leads      int                  `json:"leads"`
	Won        int                  `json:"won"`
	Rate       metrics.Estimate     `json:"win_rate"`
	AUC        [2]*metrics.Estimate `json:"auc"`
	Difference *metrics.Estimate    `json:"difference"`
	Worked     int                  `json:"top_leads"` // the best fifth of the part, by each score
	Top        [2]float64           `json:"top_won"`   // wins among them
}

// SegmentParts are the parts by one field.
type SegmentParts struct {
	Field string `json:"field"`
	Parts []Part `json:"parts"`
}

// Settings of the statistics.
const (
	gainsParts   = 100
	replicates   = 1000 // of the bootstrap by account
	mostDraws    = 50_000_000
	seed         = 20261124
	fewestForAUC = 5   // won, and not won, leads of a part that has an AUC
	topOfPart    = 0.2 // share of a part's leads
)

// Compare computes every number. Cost O(n log n), and where there are accounts up to 1,000 bootstrap draws of n leads; it
// stops with the error of ctx.
func (l *Leads) Compare(ctx context.Context, cfg Config) (*Comparison, error) {
	n := l.Len()
	if n == 0 {
		return nil, fmt.Errorf("compare: %w", metrics.ErrEmpty)
	}
	c := &Comparison{Model: l.Version, Rules: l.Rules, Leads: n, Basis: cfg.Basis}
	if c.Basis == nil {
		c.Basis = &Basis{Kind: Given, Words: "leads chosen by the caller", Read: int64(n)}
	}
	for _, w := range l.Wins {
		c.Won += int(w)
	}
	var err error
	if c.Rate, err = metrics.Wilson(float64(c.Won), float64(n)); err != nil {
		return nil, err
	}
	c.setSpan(l)
	orders := [2][]float64{l.Probability, l.RuleOrder()}
	for _, step := range []func() error{
		func() error { return c.rank(ctx, l, orders) },
		func() error { return c.scale(l) },
		func() error { return c.disagree(l) },
		func() error { return c.work(l, orders, cfg.Capacity) },
		func() error { return c.divide(l, orders) },
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
	}
	c.Verdicts = c.verdicts()
	return c, nil
}

func (c *Comparison) setSpan(l *Leads) {
	first, last := features.NoTime, features.NoTime
	for _, t := range l.AsOf {
		if t == features.NoTime {
			continue
		}
		if first == features.NoTime {
			first, last = t, t
		}
		first, last = min(first, t), max(last, t)
	}
	if first != features.NoTime {
		c.From, c.To = day(first), day(last)
	}
}

func day(t features.Micros) string { return time.UnixMicro(int64(t)).UTC().Format(time.DateOnly) }

// rank is nil for leads of one outcome.
func (c *Comparison) rank(ctx context.Context, l *Leads, orders [2][]float64) error {
	if c.Won == 0 || c.Won == c.Leads {
		return nil
	}
	r := &Ranking{}
	var err error
	for k := range orders {
		if r.AUC[k], err = metrics.AUC(orders[k], l.Wins); err != nil {
			return err
		}
		if r.Gains[k], err = metrics.Gains(orders[k], l.Wins, gainsParts); err != nil {
			return err
		}
	}
	if r.Difference, err = metrics.AUCDifference(orders[0], orders[1], l.Wins); err != nil {
		return err
	}
	if err := r.cluster(ctx, l, orders); err != nil {
		return err
	}
	for _, share := range []float64{0.1, 0.2, 0.3} {
		top, err := c.top(l, orders, share)
		if err != nil {
			return err
		}
		r.Top = append(r.Top, top)
	}
	c.Ranking = r
	return nil
}

// cluster allows for accounts: their leads share luck.
func (r *Ranking) cluster(ctx context.Context, l *Leads, orders [2][]float64) error {
	if l.Accounts == nil {
		return nil
	}
	draws := min(replicates, max(200, mostDraws/l.Len()))
	clustered, err := metrics.ClusteredAUCDifference(ctx, orders[0], orders[1], l.Wins, l.Accounts, metrics.Bootstrap{Replicates: draws, Seed: seed})
	if errors.Is(err, metrics.ErrOneClass) || errors.Is(err, metrics.ErrTooFew) { // in nearly every draw, or to draw from: then single leads must do
		return nil
	}
	if err != nil {
		return err
	}
	r.Clustered, r.Difference = &clustered, clustered.Estimate
	return nil
}

func (c *Comparison) top(l *Leads, orders [2][]float64, share float64) (t Top, err error) {
	t = Top{Share: share, Leads: max(1, int(math.Round(share*float64(c.Leads))))}
	var picked [2][]float64
	for k := range orders {
		picked[k] = metrics.Best(orders[k], t.Leads)
		t.Won[k] = wonOf(picked[k], l.Wins)
		t.Caught[k] = t.Won[k] / float64(c.Won)
		if t.Rate[k], err = metrics.Wilson(min(t.Won[k], float64(t.Leads)), float64(t.Leads)); err != nil {
			return t, err
		}
		t.Lift[k] = t.Rate[k].Value / c.Rate.Value
	}
	t.Difference, err = metrics.WonDifference(picked[0], picked[1], l.Wins, l.Accounts)
	return t, err
}

func wonOf(picked, wins []float64) (won float64) {
	for i, share := range picked {
		won += share * wins[i]
	}
	return won
}

// divide compares by month and by segment.
func (c *Comparison) divide(l *Leads, orders [2][]float64) (err error) {
	if l.Dated() {
		labels := make([]string, l.Len())
		for i, t := range l.AsOf {
			if t != features.NoTime {
				labels[i] = day(t)[:len("2006-01")]
			}
		}
		if c.Months, err = divideBy(l, orders, monthsOf(labels)); err != nil {
			return err
		}
	}
	for _, s := range l.Segments {
		parts, err := divideBy(l, orders, s)
		if err != nil {
			return err
		}
		c.Segments = append(c.Segments, SegmentParts{s.Field, parts})
	}
	return nil
}

// monthsOf keeps every month, however many.
func monthsOf(labels []string) Segment {
	s := Segment{Field: "month", Of: make([]int, len(labels))}
	s.Levels = slices.Clone(labels)
	sort.Strings(s.Levels)
	s.Levels = slices.Compact(s.Levels)
	for i, label := range labels {
		s.Of[i], _ = slices.BinarySearch(s.Levels, label)
	}
	if len(s.Levels) > 0 && s.Levels[0] == "" {
		s.Levels[0] = missing
	}
	return s
}

func divideBy(l *Leads, orders [2][]float64, s Segment) (parts []Part, err error) {
	rows := make([][]int, len(s.Levels))
	for i, level := range s.Of {
		rows[level] = append(rows[level], i)
	}
	for level, in := range rows {
		if len(in) == 0 {
			continue
		}
		part, err := partOf(s.Levels[level], pick(l.Wins, in), [2][]float64{pick(orders[0], in), pick(orders[1], in)})
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func partOf(label string, wins []float64, orders [2][]float64) (p Part, err error) {
	p = Part{Label: label, Leads: len(wins), Worked: max(1, int(math.Round(topOfPart*float64(len(wins)))))}
	for _, w := range wins {
		p.Won += int(w)
	}
	if p.Rate, err = metrics.Wilson(float64(p.Won), float64(p.Leads)); err != nil {
		return p, err
	}
	for k := range orders {
		p.Top[k] = wonOf(metrics.Best(orders[k], p.Worked), wins)
	}
	if min(p.Won, p.Leads-p.Won) < fewestForAUC {
		return p, nil
	}
	for k := range orders {
		auc, err := metrics.AUC(orders[k], wins)
		if err != nil {
			return p, err
		}
		p.AUC[k] = &auc
	}
	difference, err := metrics.AUCDifference(orders[0], orders[1], wins)
	p.Difference = &difference
	return p, err
}

func pick[T any](values []T, rows []int) []T {
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = values[i]
	}
	return out
}
