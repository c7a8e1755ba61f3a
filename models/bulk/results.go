package bulk

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
)

// results are the columns of a run of leads. Every slice has one entry a lead.
type results struct {
	scorer  *models.Scorer
	model   string
	explain bool
	columns []column
}

// column is one column of the result and how a lead fills it.
type column struct {
	info source.ColumnInfo
	fill func(c *source.Column, i int, s *models.Score)
	data source.Column
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
	r.text("grade", func(s *models.Score) string { return s.Rules.Grade })
	r.text("qualification", func(s *models.Score) string { return string(s.Rules.Qualification) })
	r.text("quadrant", func(s *models.Score) string { return string(s.Comparison.Quadrant) })
	r.text("model", func(*models.Score) string { return r.model })
	rulesVersion := r.scorer.Rules().Version()
	r.text("rules", func(*models.Score) string { return rulesVersion })
}

func (r *results) addDetails() {
	r.text("evidence", func(s *models.Score) string { return evidenceWord(s.Prediction.Evidence.Thin) })
	r.number("effective_leads", func(s *models.Score) float64 { return s.Prediction.Evidence.Leads })
	r.text("qualification_reason", func(s *models.Score) string {
		if s.Rules.Reason == "" {
			return r.scorer.Rules().Shortfall(&s.Rules)
		}
		return s.Rules.Reason
	})
	r.text("readiness", func(s *models.Score) string { return string(s.Rules.Readiness) })
	r.number("probability_percentile", func(s *models.Score) float64 { return s.Comparison.ProbabilityPercentile })
	r.number("points_percentile", func(s *models.Score) float64 { return s.Comparison.PointsPercentile })
	r.columns = append(r.columns, column{
		info: source.ColumnInfo{Name: "as_of", Kind: source.Time},
		fill: func(c *source.Column, i int, s *models.Score) {
			c.Null[i], c.Times[i] = s.AsOf == features.NoTime, int64(s.AsOf)
		},
	})
	r.text("missing_fields", func(s *models.Score) string { return r.termsWith(s, features.Missing) })
	r.text("unseen_fields", func(s *models.Score) string { return r.termsWith(s, features.Unseen) })
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

func (r *results) info() []source.ColumnInfo {
	info := make([]source.ColumnInfo, len(r.columns))
	for i := range r.columns {
		info[i] = r.columns[i].info
	}
	return info
}

// chunk is the number of leads scored between two writes.
const chunk = 8192

// scoreAll scores the history chunk by chunk, on all cores, and writes the chunks in order.
func (r *results) scoreAll(ctx context.Context, h *features.History, out *source.Writer, cfg *Config, report *Report) error {
	n := h.Table.Len()
	scores := make([]models.Score, min(n, chunk))
	r.allocate(len(scores))
	columns := make([]source.Column, len(r.columns))
	for first := 0; first < n; first += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := scores[:min(chunk, n-first)]
		r.scoreChunk(h, first, part)
		for i := range part {
			report.count(&part[i])
		}
		for c := range columns {
			columns[c] = r.columns[c].data
		}
		if err := out.Write(columns, len(part)); err != nil {
			return err
		}
		cfg.progress("scoring", int64(first+len(part)), int64(n))
	}
	return nil
}

func (r *results) allocate(n int) {
	for c := range r.columns {
		r.columns[c].data = emptyColumn(r.columns[c].info, n)
	}
}

// scoreChunk scores leads first, first+1, … into part and the columns; the cores take turns by lead.
func (r *results) scoreChunk(h *features.History, first int, part []models.Score) {
	r.scoreEach(h, part, func(i int) int { return first + i })
}

// scoreRows scores the given leads into part and the columns.
func (r *results) scoreRows(h *features.History, rows []int32, part []models.Score) {
	r.scoreEach(h, part, func(i int) int { return int(rows[i]) })
}

func (r *results) scoreEach(h *features.History, part []models.Score, row func(i int) int) {
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() {
			var snapshot features.Snapshot
			for i := w; i < len(part); i += workers {
				h.Snapshot(row(i), &snapshot)
				r.scorer.ScoreInto(&snapshot, &part[i], r.explain)
				for c := range r.columns {
					r.columns[c].fill(&r.columns[c].data, i, &part[i])
				}
			}
		})
	}
	group.Wait()
}

func (r *Report) count(s *models.Score) {
	r.Leads++
	r.ExpectedWins += s.Prediction.Probability
	r.Qualified[string(s.Rules.Qualification)]++
	r.Quadrants[string(s.Comparison.Quadrant)]++
	if s.Prediction.Evidence.Thin {
		r.ThinEvidence++
	}
}

// evidenceWord says whether a probability rests on enough.
func evidenceWord(thin bool) string {
	if thin {
		return "thin"
	}
	return "enough"
}

// termsWith lists the model's terms whose value has the status, once each; pairs repeat their fields and are left out.
func (r *results) termsWith(s *models.Score, status features.Status) string {
	var names []string
	for t, cell := range s.Prediction.Cells {
		if models.CellStatus(cell) == status && !r.scorer.IsPair(t) {
			names = append(names, r.scorer.Term(t))
		}
	}
	return strings.Join(names, ", ")
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
