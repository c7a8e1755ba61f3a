package bulk

import (
	"encoding/json"
	"runtime"
	"slices"
	"sync"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
)

// results are the columns of a run of leads. Every slice has one entry a lead. It is for one goroutine.
type results struct {
	scorer  *models.Scorer
	model   string
	explain bool // scores need their explanations
	columns []column

	// Of a run by parts.
	history  *features.History
	rows     *models.Rows // nil with explain
	snapshot features.Snapshot
}

// column is one column of the result and how a lead fills it.
type column struct {
	info  source.ColumnInfo
	fill  func(c *source.Column, i int, s *models.Score)
	words *words // of a text column whose values repeat
	data  source.Column
}

func newResults(scorer *models.Scorer, explain bool) *results {
	v := scorer.Version()
	r := &results{scorer: scorer, model: v.Model + "/" + v.ID, explain: explain}
	r.addPromised()
	r.addDetails()
	if explain {
		r.text("contributions", func(s *models.Score) string { return asJSON(s.Prediction.Contributions) })
		r.text("rules_fired", func(s *models.Score) string { return asJSON(s.Rules.Fired) })
		r.text("causes", func(s *models.Score) string { return asJSON(s.Comparison.Causes) })
	}
	return r
}

// addPromised adds the columns that scripts count on, in their order.
func (r *results) addPromised() {
	r.text("lead_id", func(s *models.Score) string { return s.LeadID })
	r.number("probability", func(s *models.Score) float64 { return s.Prediction.Probability })
	r.number("probability_low", func(s *models.Score) float64 { return s.Prediction.Low })
	r.number("probability_high", func(s *models.Score) float64 { return s.Prediction.High })
	r.number("points", func(s *models.Score) float64 { return s.Rules.Points })
	r.number("fit", func(s *models.Score) float64 { return s.Rules.Fit })
	r.number("engagement", func(s *models.Score) float64 { return s.Rules.Engagement })
	r.word("grade", func(s *models.Score) string { return s.Rules.Grade })
	r.word("qualification", func(s *models.Score) string { return string(s.Rules.Qualification) })
	r.word("quadrant", func(s *models.Score) string { return string(s.Comparison.Quadrant) })
	r.word("model", func(*models.Score) string { return r.model })
	rulesVersion := r.scorer.Rules().Version()
	r.word("rules", func(*models.Score) string { return rulesVersion })
}

func (r *results) addDetails() {
	r.word("evidence", func(s *models.Score) string { return evidenceWord(s.Prediction.Evidence.Thin) })
	r.number("effective_leads", func(s *models.Score) float64 { return s.Prediction.Evidence.Leads })
	r.reason()
	r.word("readiness", func(s *models.Score) string { return string(s.Rules.Readiness) })
	r.number("probability_percentile", func(s *models.Score) float64 { return s.Comparison.ProbabilityPercentile })
	r.number("points_percentile", func(s *models.Score) float64 { return s.Comparison.PointsPercentile })
	r.columns = append(r.columns, column{
		info: source.ColumnInfo{Name: "as_of", Kind: source.Time},
		fill: func(c *source.Column, i int, s *models.Score) {
			c.Null[i], c.Times[i] = s.AsOf == features.NoTime, int64(s.AsOf)
		},
	})
	r.terms("missing_fields", features.Missing)
	r.terms("unseen_fields", features.Unseen)
}

func (r *results) text(name string, of func(*models.Score) string) {
	r.columns = append(r.columns, column{
		info: source.ColumnInfo{Name: name, Kind: source.Text},
		fill: func(c *source.Column, i int, s *models.Score) { c.Text[i] = of(s) },
	})
}

func (r *results) number(name string, of func(*models.Score) float64) {
	r.columns = append(r.columns, column{
		info: source.ColumnInfo{Name: name, Kind: source.Number},
		fill: func(c *source.Column, i int, s *models.Score) { c.Numbers[i] = of(s) },
	})
}

// words are the different values of a text column, each looked at and written out once.
type words struct {
	levels []string
	places map[string]uint32
	points map[points]uint32 // of those that follow from points
	sets   termSets          // that some follow from
	bySet  []uint32          // their places + 1; 0: not known yet
	last   uint32
}

// points are what the reason of a lead below the thresholds follows from.
type points struct{ total, fit, engagement float64 }

// mostWords is how many are kept; then they begin anew.
const mostWords = 1 << 14

func newWords() *words {
	return &words{places: map[string]uint32{}, points: map[points]uint32{}}
}

// begin readies the words for another chunk, whose rows refer to none of an earlier one.
func (w *words) begin() {
	if max(len(w.levels), len(w.points), w.sets.count) > mostWords {
		w.levels, w.last = w.levels[:0], 0
		clear(w.places)
		clear(w.points)
		w.sets.clear()
		clear(w.bySet)
	}
}

func (w *words) of(text string) uint32 {
	if len(w.levels) > 0 && w.levels[w.last] == text {
		return w.last
	}
	place, ok := w.places[text]
	if !ok {
		place = w.add(text)
	}
	w.last = place
	return place
}

func (w *words) add(text string) uint32 {
	place := uint32(len(w.levels))
	w.levels = append(w.levels, text)
	w.places[text] = place
	return place
}

func (r *results) words(name string, fill func(w *words, s *models.Score) uint32) {
	w := newWords()
	r.columns = append(r.columns, column{
		info:  source.ColumnInfo{Name: name, Kind: source.Text},
		fill:  func(c *source.Column, i int, s *models.Score) { c.Codes[i] = fill(w, s) },
		words: w,
	})
}

// word adds a text column whose values repeat.
func (r *results) word(name string, of func(*models.Score) string) {
	r.words(name, func(w *words, s *models.Score) uint32 { return w.of(of(s)) })
}

// reason adds the reason of the qualification. That of leads below the thresholds follows from the points, which repeat.
func (r *results) reason() {
	r.words("qualification_reason", func(w *words, s *models.Score) uint32 {
		if s.Rules.Reason != "" {
			return w.of(s.Rules.Reason)
		}
		key := points{s.Rules.Points, s.Rules.Fit, s.Rules.Engagement}
		place, ok := w.points[key]
		if !ok {
			place = w.of(r.scorer.Rules().Shortfall(&s.Rules))
			w.points[key] = place
		}
		return place
	})
}

// terms adds a column that lists the fields whose value has a status; pairs repeat their fields and are left out.
func (r *results) terms(name string, status features.Status) {
	fields, inputs := r.scorer.FieldTerms()
	var text []byte
	r.words(name, func(w *words, s *models.Score) uint32 {
		set, known := uint32(0), s.Prediction.Inputs
		switch {
		case len(s.Prediction.Cells) > 0:
			for k, term := range fields {
				if models.CellStatus(s.Prediction.Cells[term]) == status {
					set = w.sets.with(set, k)
				}
			}
		case slices.Contains(known, status):
			for k, input := range inputs {
				if known[input] == status {
					set = w.sets.with(set, k)
				}
			}
		}
		for len(w.bySet) <= int(set) {
			w.bySet = append(w.bySet, 0)
		}
		if w.bySet[set] != 0 {
			return w.bySet[set] - 1
		}
		text = text[:0]
		for k, term := range fields {
			if s.Prediction.StatusOf(term, inputs[k]) != status {
				continue
			}
			if len(text) > 0 {
				text = append(text, ", "...)
			}
			text = append(text, r.scorer.Term(term)...)
		}
		place := w.of(string(text))
		w.bySet[set] = place + 1
		return place
	})
}

func (r *results) info() []source.ColumnInfo {
	info := make([]source.ColumnInfo, len(r.columns))
	for i := range r.columns {
		info[i] = r.columns[i].info
	}
	return info
}

// chunk is the number of leads scored between two writes.
const chunk = 8192

func (r *results) allocate(n int) {
	for c := range r.columns {
		data := emptyColumn(r.columns[c].info, n)
		if r.columns[c].words != nil {
			data.Text, data.Codes = nil, make([]uint32, n)
		}
		r.columns[c].data = data
	}
}

// begin readies the columns for another chunk.
func (r *results) begin() {
	for c := range r.columns {
		if w := r.columns[c].words; w != nil {
			w.begin()
		}
	}
}

// fill fills the columns' rows from first on.
func (r *results) fill(first int, scores []models.Score) {
	for c := range r.columns {
		r.columns[c].put(first, scores)
	}
}

func (c *column) put(first int, scores []models.Score) {
	for i := range scores {
		c.fill(&c.data, first+i, &scores[i])
	}
	if c.words != nil {
		c.data.Levels = c.words.levels
	}
}

// scoreRows scores the given leads into part and the columns: by lead to score and by column to fill; the cores take turns.
func (r *results) scoreRows(h *features.History, rows []int32, part []models.Score) {
	inTurns(len(part), func(next func() (int, bool)) {
		var snapshot features.Snapshot
		for i, ok := next(); ok; i, ok = next() {
			h.Snapshot(int(rows[i]), &snapshot)
			r.scorer.ScoreInto(&snapshot, &part[i], r.explain)
		}
	})
	r.begin()
	inTurns(len(r.columns), func(next func() (int, bool)) {
		for c, ok := next(); ok; c, ok = next() {
			r.columns[c].put(0, part)
		}
	})
}

// inTurns runs work once a core; its next gives 0, 1, …, n-1, each to one of them.
func inTurns(n int, work func(next func() (int, bool))) {
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for core := range cores {
		group.Go(func() {
			at := core - cores
			work(func() (int, bool) {
				at += cores
				return at, at < n
			})
		})
	}
	group.Wait()
}

// count takes leads' scores into a part's figures.
func (r *Report) count(scores []models.Score) {
	r.Leads += len(scores)
	var qualified, quadrants tally
	for i := range scores {
		s := &scores[i]
		r.ExpectedWins += s.Prediction.Probability
		qualified.add(string(s.Rules.Qualification))
		quadrants.add(string(s.Comparison.Quadrant))
		if s.Prediction.Evidence.Thin {
			r.ThinEvidence++
		}
	}
	qualified.addTo(r.Qualified)
	quadrants.addTo(r.Quadrants)
}

// tally counts a few words.
type tally struct {
	words  []string
	counts []int
}

func (t *tally) add(word string) {
	at := slices.Index(t.words, word)
	if at < 0 {
		at = len(t.words)
		t.words, t.counts = append(t.words, word), append(t.counts, 0)
	}
	t.counts[at]++
}

func (t *tally) addTo(counts map[string]int) {
	for i, word := range t.words {
		counts[word] += t.counts[i]
	}
}

// evidenceWord says whether a probability rests on enough.
func evidenceWord(thin bool) string {
	if thin {
		return "thin"
	}
	return "enough"
}

// asJSON writes a list, [] where it is empty. It cannot fail: the values are plain structs of finite numbers and texts.
func asJSON[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic("bulk: " + err.Error())
	}
	return string(text)
}
