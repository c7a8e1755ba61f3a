package scorecard

import (
	"context"
	"math"
	"sort"
	"strconv"

	"go.yaml.in/yaml/v3"

	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
)

// CapMove is a dimension's cap that a suggestion moves: the present one would cut off what its rules tell leads apart by.
type CapMove struct {
	Dimension rules.Dimension `json:"dimension"`
	Bound     string          `json:"bound"` // min or max
	Before    float64         `json:"before"`
	After     float64         `json:"after"`
	WouldCut  int             `json:"would_cut"` // past leads whose points the present cap would cut in the suggested book
	Cuts      int             `json:"cuts"`      // that the moved one cuts: at most as many as the present book's
}

// moveCaps writes caps that cut no more of the past leads than the present ones do in the present book; a cap that does so already stays.
func (s *suggester) moveCaps(ctx context.Context, text *bookText) (moves []CapMove, err error) {
	before, err := s.uncapped(ctx, s.text)
	if err != nil {
		return nil, err
	}
	after, err := s.uncapped(ctx, text)
	if err != nil {
		return nil, err
	}
	for _, one := range []struct {
		dimension rules.Dimension
		was, now  []float64
	}{{rules.Fit, before.Fit, after.Fit}, {rules.Engagement, before.Engagement, after.Engagement}} {
		limits := get(get(text.top(), string(one.dimension)), "cap")
		for _, bound := range []string{"min", "max"} {
			n := get(limits, bound)
			if n == nil {
				continue
			}
			if move, moved := moveCap(n, bound, one.was, one.now); moved {
				move.Dimension = one.dimension
				moves = append(moves, move)
			}
		}
	}
	return moves, nil
}

// uncapped scores the past leads with a book without its dimensions' caps.
func (s *suggester) uncapped(ctx context.Context, text *bookText) (*evidence.Sheet, error) {
	bare := text.clone()
	drop(bare.top(), "thresholds", "grades")
	for _, d := range []rules.Dimension{rules.Fit, rules.Engagement} {
		drop(get(bare.top(), string(d)), "cap")
	}
	book, err := s.parse(bare)
	if err != nil {
		return nil, err
	}
	return evidence.NewSheet(ctx, book, s.leads.History, s.sheet.Rows)
}

// moveCap sets one bound so that as many leads lie beyond it as before.
func moveCap(n *yaml.Node, bound string, was, is []float64) (m CapMove, moved bool) {
	cap, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || len(is) == 0 {
		return m, false // the book was parsed: it is a number
	}
	sign := 1.0
	if bound == "min" {
		sign = -1
	}
	allowed := beyond(was, sign, cap)
	m = CapMove{Bound: bound, Before: cap, WouldCut: beyond(is, sign, cap)}
	if m.WouldCut <= allowed {
		return m, false
	}
	outward := make([]float64, len(is))
	for i, p := range is {
		outward[i] = sign * p
	}
	sort.Sort(sort.Reverse(sort.Float64Slice(outward)))
	m.After = sign * math.Ceil(outward[allowed])
	m.Cuts = beyond(is, sign, m.After)
	setNumber(n, m.After)
	return m, true
}

// beyond counts the points that a bound cuts.
func beyond(points []float64, sign, bound float64) (n int) {
	for _, p := range points {
		if sign*p > sign*bound {
			n++
		}
	}
	return n
}
