package models

import (
	"math"
	"slices"
	"sort"
	"strings"

	"leadscore/features"
	"leadscore/models/logistic"
)

// Diff is what two versions differ in, before and after.
type Diff struct {
	Before    Summary        `json:"before"`
	After     Summary        `json:"after"`
	Intercept [2]float64     `json:"intercept"` // log-odds, before and after
	Terms     []TermChange   `json:"terms"`     // the largest difference first; equal terms are left out
	Equal     int            `json:"equal_terms"`
	Inputs    []InputChange  `json:"inputs"` // inputs whose bins or levels changed
	Rules     []LineChange   `json:"rules"`  // lines of rules.yaml that went and came, in order; empty where they are the same
	Schema    []SchemaChange `json:"schema"` // words of the schema that say something else
}

// What became of a term or an input.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// TermChange is one field's, or pair's, change. A term that is not in a version counts 0 there.
type TermChange struct {
	Term    string     `json:"term"`
	Change  string     `json:"change"`
	Largest float64    `json:"largest"` // the difference, after less before, that is furthest from 0; log-odds
	Where   string     `json:"where"`   // the bin or level, or pair of them, with that difference
	There   [2]float64 `json:"there"`   // the table's values there, before and after
}

// InputChange is one input whose codes changed.
type InputChange struct {
	Input   string   `json:"input"`
	Change  string   `json:"change"`
	Bins    [2]int   `json:"bins"` // codes, before and after; 0 where it is not there
	Added   []string `json:"levels_added,omitempty"`
	Removed []string `json:"levels_removed,omitempty"`
}

// LineChange is a line that one of two texts has and the other has not.
type LineChange struct {
	Line  int    `json:"line"` // its number, in the text that has it, from 1
	Added bool   `json:"added"`
	Text  string `json:"text"`
}

// DiffVersions compares two versions. Tables with different bins are compared at every value that either tells apart:
// a point between every two neighbouring cuts of both, every special value, every level, the unseen and the missing.
func DiffVersions(before, after *Version) *Diff {
	d := &Diff{
		Before: before.Summary(), After: after.Summary(),
		Intercept: [2]float64{before.Logistic.Intercept, after.Logistic.Intercept},
		Terms:     []TermChange{}, Inputs: diffInputs(before.Encoder, after.Encoder),
		Rules: diffLines(before.Rules, after.Rules), Schema: diffSchemas(before, after),
	}
	points := newProbe(before.Encoder, after.Encoder)
	for _, name := range termNames(before.Logistic, after.Logistic) {
		change := points.compare(termOf(before.Logistic, name), termOf(after.Logistic, name))
		if change.Largest == 0 && change.Change == Changed {
			d.Equal++
			continue
		}
		change.Term = name
		d.Terms = append(d.Terms, change)
	}
	sort.SliceStable(d.Terms, func(i, j int) bool { return math.Abs(d.Terms[i].Largest) > math.Abs(d.Terms[j].Largest) })
	return d
}

// termNames gives the terms of the newer model, then those that only the older has.
func termNames(before, after *logistic.Model) (names []string) {
	for _, m := range []*logistic.Model{after, before} {
		for _, term := range m.Terms {
			if !slices.Contains(names, term.Name) {
				names = append(names, term.Name)
			}
		}
	}
	return names
}

// termOf is nil where the model has no such term.
func termOf(m *logistic.Model, name string) *logistic.Term {
	for t := range m.Terms {
		if m.Terms[t].Name == name {
			return &m.Terms[t]
		}
	}
	return nil
}

// probe knows, for each input of either encoder, the points at which the two can differ.
type probe struct {
	encoders [2]*features.Encoder
	points   map[string][]point // by input name
	codes    [2][]uint16        // scratch, one code an input
}

// point is one value of an input: its code in both encoders; −1 where the input is not there.
type point struct {
	label string
	codes [2]int
}

func newProbe(before, after *features.Encoder) *probe {
	p := &probe{encoders: [2]*features.Encoder{before, after}, points: map[string][]point{}}
	for side, e := range p.encoders {
		p.codes[side] = make([]uint16, len(e.Inputs))
	}
	for _, name := range inputNames(before, after) {
		p.points[name] = p.pointsOf(name)
	}
	return p
}

// pointsOf lists an input's points. An input that changed its kind has each side's codes with nothing opposite.
func (p *probe) pointsOf(name string) []point {
	at := [2]int{inputOf(p.encoders[0], name), inputOf(p.encoders[1], name)}
	if at[0] >= 0 && at[1] >= 0 && p.encoders[0].Inputs[at[0]].Ordered == p.encoders[1].Inputs[at[1]].Ordered {
		if p.encoders[0].Inputs[at[0]].Ordered {
			return p.numbers(at)
		}
		return p.levels(at)
	}
	var all []point
	for side, input := range at {
		if input < 0 {
			continue
		}
		for code := range p.encoders[side].Bins(input) {
			one := point{label: p.encoders[side].Label(input, uint16(code)), codes: [2]int{-1, -1}}
			one.codes[side] = code
			all = append(all, one)
		}
	}
	return all
}

// numbers gives a point in every piece that the cuts of both sides make, every value with a code of its own, and missing.
func (p *probe) numbers(at [2]int) (all []point) {
	coders := [2]*features.Coder{&p.encoders[0].Coders[at[0]], &p.encoders[1].Coders[at[1]]}
	cuts := slices.Concat(coders[0].Cuts, coders[1].Cuts)
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for piece := range len(cuts) + 1 {
		low := math.Inf(-1)
		if piece > 0 {
			low = cuts[piece-1]
		}
		one := point{}
		for side, coder := range coders {
			one.codes[side] = sort.Search(len(coder.Cuts), func(c int) bool { return coder.Cuts[c] > low })
		}
		one.label = p.finer(at, one.codes)
		all = append(all, one)
	}
	for _, special := range slices.Concat(coders[0].Special, coders[0].Values, coders[1].Special, coders[1].Values) {
		one := point{}
		for side, coder := range coders {
			if code, ok := coder.Exact(special); ok {
				one.codes[side] = int(code)
			} else {
				one.codes[side] = sort.Search(len(coder.Cuts), func(c int) bool { return coder.Cuts[c] > special })
			}
		}
		one.label = p.finer(at, one.codes)
		all = append(all, one)
	}
	return append(all, p.missing(at))
}

// finer is the label of the side with more bins: the narrower of two that overlap, most often.
func (p *probe) finer(at, codes [2]int) string {
	side := 1
	if p.encoders[0].Bins(at[0]) > p.encoders[1].Bins(at[1]) {
		side = 0
	}
	return p.encoders[side].Label(at[side], uint16(codes[side]))
}

func (p *probe) missing(at [2]int) point {
	one := point{label: p.encoders[1].Label(at[1], p.encoders[1].MissingCode(at[1]))}
	for side, input := range at {
		one.codes[side] = int(p.encoders[side].MissingCode(input))
	}
	return one
}

// levels gives every level of either side, unseen and missing. A level that one side lacks is unseen to it.
func (p *probe) levels(at [2]int) (all []point) {
	coders := [2]*features.Coder{&p.encoders[0].Coders[at[0]], &p.encoders[1].Coders[at[1]]}
	names := slices.Clone(coders[1].Levels)
	for _, level := range coders[0].Levels {
		if !slices.Contains(names, level) {
			names = append(names, level)
		}
	}
	for _, level := range names {
		one := point{label: level}
		for side, coder := range coders {
			if one.codes[side] = slices.Index(coder.Levels, level); one.codes[side] < 0 {
				one.codes[side] = len(coder.Levels)
			}
		}
		all = append(all, one)
	}
	unseen := point{codes: [2]int{len(coders[0].Levels), len(coders[1].Levels)}}
	unseen.label = p.encoders[1].Label(at[1], uint16(unseen.codes[1]))
	return append(all, unseen, p.missing(at))
}

// compare finds the largest difference of a term over the points of its inputs.
func (p *probe) compare(before, after *logistic.Term) TermChange {
	change, term, side := TermChange{Change: Changed}, after, 1
	switch {
	case before == nil:
		change.Change = Added
	case after == nil:
		change.Change, term, side = Removed, before, 0
	}
	first := p.points[p.encoders[side].Inputs[term.Inputs[0]].Name]
	second := []point{{}}
	if len(term.Inputs) > 1 {
		second = p.points[p.encoders[side].Inputs[term.Inputs[1]].Name]
	}
	for _, a := range first {
		for _, b := range second {
			there := [2]float64{p.value(0, before, a, b), p.value(1, after, a, b)}
			difference := there[1] - there[0]
			if change.Where != "" && math.Abs(difference) <= math.Abs(change.Largest) {
				continue
			}
			change.Largest, change.There, change.Where = difference, there, a.label
			if len(term.Inputs) > 1 {
				change.Where += " × " + b.label
			}
		}
	}
	return change
}

// value is a term's coefficient at a point of each of its inputs; 0 where the version lacks it.
func (p *probe) value(side int, term *logistic.Term, a, b point) float64 {
	if term == nil || a.codes[side] < 0 {
		return 0
	}
	codes := p.codes[side]
	codes[term.Inputs[0]] = uint16(a.codes[side])
	if len(term.Inputs) > 1 {
		if b.codes[side] < 0 {
			return 0
		}
		codes[term.Inputs[1]] = uint16(b.codes[side])
	}
	return term.Coefficients[term.Cell(codes)]
}

func inputNames(before, after *features.Encoder) (names []string) {
	for _, e := range []*features.Encoder{after, before} {
		for _, in := range e.Inputs {
			if !slices.Contains(names, in.Name) {
				names = append(names, in.Name)
			}
		}
	}
	return names
}

// inputOf is an input's position, −1 if it is not there.
func inputOf(e *features.Encoder, name string) int {
	return slices.IndexFunc(e.Inputs, func(in features.Input) bool { return in.Name == name })
}

func diffInputs(before, after *features.Encoder) []InputChange {
	changes := []InputChange{}
	for _, name := range inputNames(before, after) {
		from, to := inputOf(before, name), inputOf(after, name)
		change := InputChange{Input: name, Change: Changed}
		var old, current features.Coder
		if from >= 0 {
			old, change.Bins[0] = before.Coders[from], before.Bins(from)
		}
		if to >= 0 {
			current, change.Bins[1] = after.Coders[to], after.Bins(to)
		}
		switch {
		case from < 0:
			change.Change = Added
		case to < 0:
			change.Change = Removed
		case before.Inputs[from].Ordered == after.Inputs[to].Ordered && slices.Equal(old.Cuts, current.Cuts) &&
			slices.Equal(old.Special, current.Special) && slices.Equal(old.Values, current.Values) && slices.Equal(old.Levels, current.Levels):
			continue
		default:
			change.Added, change.Removed = missingFrom(old.Levels, current.Levels), missingFrom(current.Levels, old.Levels)
		}
		changes = append(changes, change)
	}
	return changes
}

// missingFrom lists what a list lacks.
func missingFrom(list, all []string) (missing []string) {
	for _, one := range all {
		if !slices.Contains(list, one) {
			missing = append(missing, one)
		}
	}
	return missing
}

// diffLines finds a smallest set of lines to take out and to put in (longest common subsequence). Cost: the product of the
// lines that differ.
func diffLines(before, after string) []LineChange {
	changes := []LineChange{}
	if before == after {
		return changes
	}
	a, b := strings.Split(strings.TrimSuffix(before, "\n"), "\n"), strings.Split(strings.TrimSuffix(after, "\n"), "\n")
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	long := commonLengths(a[same:], b[same:])
	i, j := same, same
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && long[i-same+1][j-same] >= long[i-same][j-same+1]:
			changes = append(changes, LineChange{Line: i + 1, Text: a[i]})
			i++
		default:
			changes = append(changes, LineChange{Line: j + 1, Added: true, Text: b[j]})
			j++
		}
	}
	return changes
}

// commonLengths is, at [i][j], the length of the longest common subsequence of a[i:] and b[j:].
func commonLengths(a, b []string) [][]int {
	long := make([][]int, len(a)+1)
	for i := range long {
		long[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	return long
}
