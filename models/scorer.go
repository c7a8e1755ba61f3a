package models

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"leadscore/features"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Scorer is a version made ready to score. Goroutines may share it.
type Scorer struct {
	version *Version
	book    *rules.Book
	model   *logistic.Prepared
	terms   []explainer // one a term of the model
	places  []place     // of the terms, side by side
	cells   int
	winRate float64
	ranks   struct{ probability, points metrics.Ranking }
	scratch sync.Pool // of *scratch
}

// scratch is the memory that one lead's scoring needs.
type scratch struct {
	codes  []uint16
	status []features.Status
	rows   []int
}

// NewScorer compiles the version's rules and checks that it reproduces its golden rows ([ErrGolden] if not).
func NewScorer(v *Version) (*Scorer, error) {
	s, err := newUncheckedScorer(v)
	if err != nil {
		return nil, err
	}
	return s, s.checkGolden()
}

func newUncheckedScorer(v *Version) (*Scorer, error) {
	book, err := rules.Parse("rules.yaml of the model", []byte(v.Rules), v.Schema)
	if err != nil {
		return nil, fmt.Errorf("rules of model %s: %w", v.Model, err)
	}
	s := &Scorer{version: v, book: book, model: v.Logistic.Prepare(), winRate: v.winRate()}
	for t := range v.Logistic.Terms {
		s.terms = append(s.terms, newExplainer(v, t, s.cells))
		s.places, s.cells = append(s.places, s.terms[t].place), s.terms[t].endCell()
	}
	s.ranks.probability, s.ranks.points = v.Reference.Probability.Ranking(), v.Reference.Points.Ranking()
	s.scratch.New = func() any {
		return &scratch{
			codes:  make([]uint16, len(v.Encoder.Inputs)),
			status: make([]features.Status, len(v.Encoder.Inputs)),
			rows:   make([]int, len(v.Logistic.Terms)),
		}
	}
	return s, nil
}

// Version is what the scorer scores with.
func (s *Scorer) Version() *Version { return s.version }

// Rules is the compiled rule book.
func (s *Scorer) Rules() *rules.Book { return s.book }

// Score gives both scores of a snapshot, explained, and their comparison. The snapshot must be one of the version's schema
// ([features.Lead.At] or [features.History.Snapshot]).
func (s *Scorer) Score(snapshot *features.Snapshot) Score {
	var score Score
	s.ScoreInto(snapshot, &score, true)
	return score
}

// ScoreInto is [Scorer.Score] into memory that is used again: what out held before is overwritten, its lists too. Unless explained, contributions,
// fired rules, caps, rules not judged, causes and the reason of a lead below the thresholds stay empty, and nothing is allocated;
// the figures are the same bits.
func (s *Scorer) ScoreInto(snapshot *features.Snapshot, out *Score, explained bool) {
	out.LeadID, out.AsOf = snapshot.ID, snapshot.AsOf
	s.predict(snapshot, &out.Prediction, explained)
	s.book.ScoreInto(snapshot, &out.Rules, explained)
	s.version.Reference.compare(out, s.ranks.points.Percentile(out.Rules.Points), explained)
}

// LogOdds is [Scorer.Score]'s log-odds without the explanation: the same bits.
func (s *Scorer) LogOdds(snapshot *features.Snapshot) float64 {
	scratch := s.scratch.Get().(*scratch)
	defer s.scratch.Put(scratch)
	s.version.Encoder.Encode(snapshot, scratch.codes, nil)
	return s.version.Logistic.LogOdds(scratch.codes)
}

// predict is the model's half: snapshot → codes → log-odds, interval, contributions.
func (s *Scorer) predict(snapshot *features.Snapshot, p *Prediction, explained bool) {
	scratch := s.scratch.Get().(*scratch)
	defer s.scratch.Put(scratch)
	s.version.Encoder.Encode(snapshot, scratch.codes, scratch.status)
	p.Cells = slices.Grow(p.Cells[:0], len(s.terms))[:len(s.terms)]
	for t := range s.places {
		p.Cells[t] = s.places[t].cell(scratch)
	}
	s.predictCodes(snapshot, scratch, p, explained)
}

// predictCodes is predict of a lead whose codes, and to be explained whose cells, are known.
func (s *Scorer) predictCodes(snapshot *features.Snapshot, scratch *scratch, p *Prediction, explained bool) {
	model := s.version.Logistic
	logOdds, curve, standardError := s.model.Score(scratch.codes, daysBeyond(model, snapshot), scratch.rows)
	p.LogOdds, p.Baseline = logOdds, model.Intercept
	p.Probability = logistic.Probability(p.LogOdds)
	low, high := model.Ends(p.LogOdds, standardError)
	p.Low, p.High = logistic.Probability(low), logistic.Probability(high)
	p.Evidence = evidenceOf(p.Probability, p.Low, p.High, errorOf(low, high), s.winRate)
	p.Percentile = s.ranks.probability.Percentile(p.Probability)
	p.Contributions = p.Contributions[:0]
	if !explained {
		return
	}
	p.Contributions = slices.Grow(p.Contributions, model.Parts())
	for t := range s.terms {
		p.Contributions = append(p.Contributions, s.terms[t].contribution(p.Cells[t], scratch.codes))
	}
	if model.Curve != nil {
		p.Contributions = append(p.Contributions, &Contribution{Term: CalibrationTerm, Label: curveLabel, Status: features.Present,
			LogOdds: curve})
	}
}

// daysBeyond is how many days the snapshot is newer than the last bin of calendar time that the model has seen.
func daysBeyond(model *logistic.Model, snapshot *features.Snapshot) float64 {
	if snapshot.AsOf == features.NoTime {
		return 0
	}
	return model.DaysBeyond(time.UnixMicro(int64(snapshot.AsOf)).Unix())
}
