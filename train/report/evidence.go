// Package report writes the validation report and the model card: what a training run showed, for a sceptical reader.
//
// [Evidence] is what the run saw: outcomes and scores of the newest leads, counts, the model's tables. [Measure] computes every statistic once,
// by package models/metrics; [Write] lays them out as one HTML file (package page, charts by package chart) and computes none. [Card] is the model
// card kept with the version, in Markdown.
//
// Intervals are 95 % intervals throughout.
package report

import (
	"sort"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/comparison"
	"leadscore/train/baseline"
)

// Evidence is what a training run saw. Slices of the newest part have one entry a lead, in one order.
type Evidence struct {
	Model, Version string // name and id
	Alias, Code    string
	Training       models.Training
	Validation     models.Validation // Leads 0: nothing could be judged
	Calibration    *models.Calibration

	Wins   []float64 // of the newest part: 1 won within the horizon, else 0
	Scores []Score   // the model, then the rules, then the champion if there is one
	// ChampionNote says why there is no champion to compare with, or what to mind in the comparison.
	ChampionNote string
	// ChampionFlattered says that the champion was, or may have been, fitted to some of these leads.
	ChampionFlattered bool

	Thin     []bool    // the model's probability rests on thin evidence
	Accounts []uint32  // 0: none; nil: the data name no accounts
	Times    []int64   // snapshot, microseconds since 1970 UTC; nil: the data have no times
	Days     []float64 // from DaysFrom to the win, of won leads; −1 where not won or not known; nil: no times
	DaysFrom string    // "snapshot" or "creation"

	Months   []models.Month // with a known snapshot, oldest first; empty without times
	Segments []Segment
	Fields   []Field // the final model's tables
	Pairs    []Pair
	Leaks    []Leak
	// LeaksChecked says that a guard against leakage ran, so that no rows mean nothing was found.
	LeaksChecked bool
	Baselines    []baseline.Result // empty: not asked for, or impossible; then BaselineNote says why
	BaselineNote string
	Capacity     *comparison.Capacity // so many in a period; nil: not given
}

// Score is one score of the newest leads.
type Score struct {
	Name        string    // "model", "rules", "champion"
	Ranking     []float64 // what leads are sorted by
	Predictions []float64 // probabilities
	Figures     models.Figures
}

// Segment is a category by whose values the leads are divided.
type Segment struct {
	Field  string
	Levels []string
	Of     []int // the level of each lead of the newest part
}

// Field is one input's table in the model.
type Field struct {
	Name, Unit string
	Bins       []Bin
	Ordered    int       // the first so many bins are stretches of a number, in order
	Edges      []float64 // the cuts between them, Ordered − 1
	EDF        float64   // effective parameters
	Monotone   features.Direction
}

// ByImportance lists the places of Fields, the most important first.
func (e *Evidence) ByImportance() []int { return byWeight(importance(e.Fields)) }

// Sorted puts the levels into the alphabet's order, so that the report does not depend on which lead came first; missing is last.
func (s Segment) Sorted() Segment {
	order := make([]int, len(s.Levels))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool {
		one, two := s.Levels[order[a]], s.Levels[order[b]]
		if (one == "missing") != (two == "missing") {
			return two == "missing"
		}
		return one < two
	})
	place, out := make([]int, len(order)), Segment{Field: s.Field, Of: make([]int, len(s.Of))}
	for to, from := range order {
		place[from] = to
		out.Levels = append(out.Levels, s.Levels[from])
	}
	for i, from := range s.Of {
		out.Of[i] = place[from]
	}
	return out
}

// Bin is one entry of a table.
type Bin struct {
	Label         string
	Leads         int64   // training leads
	LogOdds       float64 // what it adds
	StandardError float64
}

// Pair is the table of two fields that act together.
type Pair struct {
	First, Second  string
	Rows, Columns  []string
	LogOdds        [][]float64 // [row][column]
	StandardErrors [][]float64
	Leads          [][]int64
}

// Leak is one row of the leakage guard's table.
type Leak struct {
	Field    string
	Grade    string // "suspect" or "leak"
	Evidence string // in words, with its figures
	Because  string // the schema's reason for using the field all the same; empty: none
}
