package fit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Segments asks for one model whose effects may deviate by the values of one category: partial pooling. The whole's tables stay; beside them each
// other input gets a table of segment by coarse cell, what the segment adds to the whole's effect, shrunk towards 0 by a λ of its own that is
// estimated like all others (a random effect of segments; Gelman & Hill, Data Analysis Using Regression and Multilevel/Hierarchical
// Models, 2007, chapter 12). A segment with few leads, or an effect that does not differ, leans on the whole. The segment's level is its own main effect, a ridge
// already. Codes beyond Levels, and all but the mostSegments largest, have no deviation: they are scored by the whole, exactly.
//
// Deviations are kept only if they lower the log loss on folds that they were not fitted to, by more than the standard error of the difference
// (Breiman, Friedman, Olshen & Stone, Classification and Regression Trees, 1984, section 3.4.3). Inputs that promise a direction and the calendar have none.
type Segments struct {
	// Input is the category's position in Design.Inputs, and Levels the number of its leading codes that are values, not "other" or "missing".
	Input, Levels int
}

// SegmentsReport tells of the deviations.
type SegmentsReport struct {
	// LossWithout and LossWith are the mean log losses on the folds, in nats per lead.
	LossWithout, LossWith float64
	// GainError is the standard error of LossWithout − LossWith, lead by lead.
	GainError float64
	// Kept says that deviations are in the model, Terms of which inputs; the others of Considered shrank to nothing, or had no room.
	Kept       bool
	Terms      []int
	Considered int
	// Levels has one entry a segment with deviations of its own, by code.
	Levels []SegmentLevel
}

// SegmentLevel says how far a segment stands on its own.
type SegmentLevel struct {
	Code int
	// Level says how far its main effect is its own, 0 (the average) … 1 (its own win rate): its effective degrees of freedom by those without a penalty.
	Level float64
	// Effects is that of its deviations, which could be Cells: those that have leads, less one an input.
	Effects float64
	Cells   int
}

const (
	// mostSegments is how many segments may deviate, and segmentSide into how many cells each input is cut for it.
	mostSegments, segmentSide = 50, 6
	// mostDeviations bounds the deviations of all segments: the solve costs their number cubed.
	mostDeviations = 1500
	// segmentFolds is the number of parts of the cross-validation.
	segmentFolds = 3
)

func (s *Segments) check(design *Design) error {
	if s.Input < 0 || s.Input >= len(design.Inputs) {
		return fmt.Errorf("segments: input %d of %d", s.Input, len(design.Inputs))
	}
	if in := design.Inputs[s.Input]; in.Ordered > 0 || s.Levels < 0 || s.Levels > in.Bins {
		return errors.New("segments: want a category, and as many values as it has codes or fewer")
	}
	return nil
}

// addSegments lets the effects deviate by segment where that helps on folds that the fit has not seen.
func addSegments(ctx context.Context, inputs []Input, all *sample, mains *fitter, config Config) (*fitter, *SegmentsReport, error) {
	report := &SegmentsReport{Considered: mains.mayDeviate(inputs, config)}
	if report.Considered == 0 {
		return mains, report, nil
	}
	least, err := mains.judgeSegments(ctx, inputs, all.every(comparedRows), config, report)
	if err != nil || report.LossWithout-report.LossWith <= report.GainError {
		return mains, report, err
	}
	terms := mains.deviations(inputs, all, config, least)
	// A rough fit on fewer rows finds the deviations that shrink to nothing, at a fraction of the cost.
	small := all.every(wideRows)
	rough, err := mains.again(ctx, small, small, append(freshTerms(mains.terms), freshTerms(terms)...), config.roughly())
	if err != nil {
		return nil, nil, err
	}
	left := freshTerms(mains.terms)
	for _, t := range rough.terms[len(mains.terms):] {
		if !t.gone() {
			left = append(left, freshTerms([]*term{t})...)
		}
	}
	if len(left) == len(mains.terms) {
		return mains, report, nil
	}
	full, err := mains.again(ctx, all.every(config.sampleRows()), all, left, config.fully())
	if err != nil {
		return nil, nil, err
	}
	report.Kept = true
	for _, t := range left[len(mains.terms):] {
		report.Terms = append(report.Terms, t.inputs[1])
	}
	return full, report, nil
}

// leastScores are the scores that a deviation must show in the main effects' residuals to be tried: all, or only those that chance seldom reaches. Out of fold
// the better of both wins: where one input of many differs, the noise of the others would else drown it.
var leastScores = [...]float64{math.Inf(-1), 2}

// mayDeviate counts the inputs that may deviate; 0 where there are fewer than two segments.
func (f *fitter) mayDeviate(inputs []Input, config Config) (n int) {
	if f.segmentGrid(config.Segments).size <= 2 {
		return 0
	}
	for j := range inputs {
		if config.deviates(inputs, j) {
			n++
		}
	}
	return n
}

// deviates says that an input's effect may differ by segment.
func (c *Config) deviates(inputs []Input, j int) bool {
	return j != c.Segments.Input && inputs[j].Monotone == 0 && (c.Drift == nil || j != c.Drift.Input)
}

// deviations are the terms to try, within mostDeviations and a quarter of the leads; of too many those whose residuals show most.
func (f *fitter) deviations(inputs []Input, all *sample, config Config, least float64) []*term {
	by := f.segmentGrid(config.Segments)
	var grids []grid
	var scores []PairScore
	for j, input := range inputs {
		grids = append(grids, coarsen(input, f.terms[j].mass, segmentSide))
		if config.deviates(inputs, j) {
			scores = append(scores, PairScore{First: config.Segments.Input, Second: j})
		}
	}
	grids[config.Segments.Input] = by
	coarse := f.coarsened(grids)
	parallel(len(scores), func(k int) { scores[k].Z = coarse.score(scores[k].First, scores[k].Second) })
	slices.SortStableFunc(scores, func(a, b PairScore) int {
		switch {
		case a.Z > b.Z:
			return -1
		case a.Z < b.Z:
			return 1
		}
		return 0
	})
	room := min(len(all.wins)/4, mostDeviations)
	var kept []int
	for _, s := range scores {
		if cells := (by.size - 1) * grids[s.Second].size; cells <= room && s.Z >= least {
			room -= cells
			kept = append(kept, s.Second)
		}
	}
	slices.Sort(kept)
	var terms []*term
	for _, j := range kept {
		t := segmentTerm(inputs, by, grids[j], config.Segments.Input, j)
		t.mass = make([]float64, t.cells)
		t.weigh(all)
		t.weighRows()
		terms = append(terms, t)
	}
	return terms
}

// segmentGrid gives the largest segments a row each, by code; the last row is the whole.
func (f *fitter) segmentGrid(s *Segments) grid {
	mass := f.terms[s.Input].mass
	order := sizeOrder(mass[:s.Levels], 0)
	order = order[:min(len(order), mostSegments)]
	slices.Sort(order)
	g := grid{cell: make([]uint16, len(mass))}
	for _, code := range order {
		if mass[code] > 0 {
			g.cell[code] = uint16(g.size) + 1 // 0: not yet
			g.size++
		}
	}
	for code := range g.cell {
		if g.cell[code] == 0 {
			g.cell[code] = uint16(g.size)
		} else {
			g.cell[code]--
		}
	}
	g.size++
	return g
}

// segmentTerm is the table of deviations of one input. Along a row it is smoothed like a pair; rows do not know each other. The last row, the whole's, is
// no coordinate: it stays 0.
func segmentTerm(inputs []Input, by, of grid, input, j int) *term {
	t := &term{
		name: inputs[input].Name + " × " + inputs[j].Name, inputs: []int{input, j}, segment: true,
		coarse: [][]uint16{by.cell, of.cell}, shape: []int{by.size, of.size}, cells: by.size * of.size,
	}
	t.functions, t.size = t.cells, t.cells-of.size
	p := &penalty{diagonal: repeat(1, t.size), rank: float64(t.size), lambda: 5, spread: 1}
	for row := range by.size - 1 {
		for c := 0; c+1 < of.chain; c++ {
			at := int32(row*of.size + c)
			p.edges = append(p.edges, [2]int32{at, at + 1})
		}
	}
	t.penalties = []*penalty{p}
	return t
}

// judgeSegments measures the model with and without deviations on folds (row modulo folds), for which they are chosen and fitted anew. It returns the
// least score with the lower loss.
func (f *fitter) judgeSegments(ctx context.Context, inputs []Input, part *sample, config Config, report *SegmentsReport) (least float64, err error) {
	weight, without, gains := 0.0, 0.0, [len(leastScores)]gainOnFolds{}
	for fold := range segmentFolds {
		fitted, judged := part.split(fold, segmentFolds)
		if rate, _ := fitted.base(); !(rate > 0 && rate < 1) || len(judged.wins) == 0 {
			continue
		}
		mains, err := f.again(ctx, fitted, fitted, freshTerms(f.terms), config.roughly())
		if err != nil {
			return 0, err
		}
		before := newLeads(judged, mains.terms)
		before.keepLogOdds()
		without += before.evaluate(mains.parameters[0], mains.tables)
		_, w := judged.base()
		weight += w
		for k, least := range leastScores {
			terms := mains.deviations(inputs, fitted, config, least)
			if len(terms) == 0 {
				continue
			}
			with, err := mains.again(ctx, fitted, fitted, append(freshTerms(mains.terms), terms...), config.roughly())
			if err != nil {
				return 0, err
			}
			after := newLeads(judged, with.terms)
			after.keepLogOdds()
			after.evaluate(with.parameters[0], with.tables)
			gains[k].add(before, after)
		}
	}
	best := 0
	for k := range gains {
		if gains[k].sum > gains[best].sum {
			best = k
		}
	}
	report.LossWithout = without / weight
	report.LossWith = report.LossWithout - gains[best].sum/weight
	report.GainError = gains[best].standardError(weight)
	return leastScores[best], nil
}

// gainOnFolds sums what one fit's log loss is above another's, lead by lead.
type gainOnFolds struct {
	sum, squares, products, weights float64 // Σwg, Σ(wg)², Σw·wg, Σw² over the leads of the folds where the fits differ
}

func (g *gainOnFolds) add(before, after *leads) {
	for i := range before.wins {
		w := weightAt(before.weights, i)
		gain := w * (lossAt(before.eta[i], before.wins[i]) - lossAt(after.eta[i], after.wins[i]))
		g.sum += gain
		g.squares += gain * gain
		g.products += w * gain
		g.weights += w * w
	}
}

// standardError is that of the mean gain a unit of weight: the leads as a sample, the fits as given.
func (g *gainOnFolds) standardError(weight float64) float64 {
	mean := g.sum / weight
	return math.Sqrt(max(0, g.squares-2*mean*g.products+mean*mean*g.weights)) / weight
}

func lossAt(eta, win float64) float64 {
	return math.Log1p(math.Exp(-math.Abs(eta))) + max(eta, 0) - win*eta
}

// weighRows takes each segment's weights of its cells from their mass; equal ones without mass. A row has mean 0 by them: its level is the main
// effect's, and what is left reads as a difference in shape.
func (t *term) weighRows() {
	width := t.shape[1]
	t.mean = make([]float64, t.cells)
	for row := range t.shape[0] {
		cells, mean := t.mass[row*width:(row+1)*width], t.mean[row*width:(row+1)*width]
		total := 0.0
		for _, m := range cells {
			total += m
		}
		for c, m := range cells {
			if mean[c] = 1 / float64(width); total > 0 {
				mean[c] = m / total
			}
		}
	}
}

// centreRows takes each segment's mean out of its cells.
func (t *term) centreRows(cells []float64) {
	for from := 0; from < t.size; from += t.shape[1] {
		row, mean := cells[from:from+t.shape[1]], 0.0
		for c, v := range row {
			mean += t.mean[from+c] * v
		}
		for c := range row {
			row[c] -= mean
		}
	}
}

// uncentreRows is the transpose of centreRows.
func (t *term) uncentreRows(gradient []float64) {
	for from := 0; from < t.size; from += t.shape[1] {
		row, total := gradient[from:from+t.shape[1]], 0.0
		for _, v := range row {
			total += v
		}
		for c := range row {
			row[c] -= t.mean[from+c] * total
		}
	}
}

// uncentreBlock applies uncentreRows to each of the k columns of a block.
func (t *term) uncentreBlock(block []float64, k int) {
	total := make([]float64, k)
	for from := 0; from < t.size; from += t.shape[1] {
		clear(total)
		for c := range t.shape[1] {
			addScaled(total, block[(from+c)*k:(from+c+1)*k], 1)
		}
		for c := range t.shape[1] {
			addScaled(block[(from+c)*k:(from+c+1)*k], total, -t.mean[from+c])
		}
	}
}

// leaning fills the report's levels: how many effective degrees of freedom each segment has of its own.
func (f *fitter) leaning(rows *square, by *Segments, report *SegmentsReport) {
	main, grid := f.terms[by.Input], f.segmentGrid(by)
	seen := 0.0
	for _, m := range main.mass {
		if m > 0 {
			seen++
		}
	}
	for code, row := range grid.cell {
		if int(row) == grid.size-1 { // the whole
			continue
		}
		l := SegmentLevel{Code: code}
		if main.size > 0 {
			l.Level = min(main.ownEDF(rows, code)/(1-1/seen), 1) // the intercept takes a share of each level
		}
		for _, t := range f.terms {
			if !t.segment || t.size == 0 {
				continue
			}
			seen := 0
			for c := int(row) * t.shape[1]; c < (int(row)+1)*t.shape[1]; c++ {
				if t.mass[c] > 0 {
					seen++
				}
				l.Effects += t.ownEDF(rows, c)
			}
			l.Cells += max(seen-1, 0) // a row has mean 0
		}
		report.Levels = append(report.Levels, l)
	}
}

// ownEDF is one coordinate's part of the effective degrees of freedom, 1 − λ(VS)_jj, of a term with one penalty.
func (t *term) ownEDF(rows *square, j int) float64 {
	p := t.penalties[0]
	at := t.offset + j
	own := rows.row(at)
	v := dot(own, own)
	shrunk := p.diagonal[j] * v
	for _, e := range p.edges {
		if int(e[0]) == j || int(e[1]) == j {
			shrunk += v - dot(own, rows.row(t.offset+int(e[0]+e[1])-j))
		}
	}
	return 1 - p.lambda*shrunk
}

// deviate says that the segments of an input have deviations in the model.
func (f *fitter) deviate(input int) bool {
	return slices.ContainsFunc(f.terms, func(t *term) bool { return t.segment && t.inputs[0] == input })
}
