package models

import (
	"fmt"
	"sync"
	"time"

	"leadscore/features"
	"leadscore/models/logistic"
	"leadscore/models/rules"
)

// Scorer is a version made ready to score. Goroutines may share it.
type Scorer struct {
	version *Version
	book    *rules.Book
	errors  [][]float64 // standard error of each coefficient, by term
	winRate float64
	scratch sync.Pool // of *scratch
}

// scratch is the memory that one lead's scoring needs.
type scratch struct {
	codes         []uint16
	status        []features.Status
	contributions []float64
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
	s := &Scorer{version: v, book: book, winRate: v.winRate()}
	for t := range v.Logistic.Terms {
		s.errors = append(s.errors, v.Logistic.TermStandardErrors(t))
	}
	s.scratch.New = func() any {
		return &scratch{
			codes:         make([]uint16, len(v.Encoder.Inputs)),
			status:        make([]features.Status, len(v.Encoder.Inputs)),
			contributions: make([]float64, v.Logistic.Parts()),
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
	score := Score{
		LeadID:     snapshot.ID,
		AsOf:       snapshot.AsOf,
		Prediction: s.predict(snapshot),
		Rules:      s.book.Score(snapshot),
	}
	score.Comparison = s.version.Reference.Compare(&score.Prediction, &score.Rules)
	return score
}

// LogOdds is [Scorer.Score]'s log-odds without the explanation: the same bits.
func (s *Scorer) LogOdds(snapshot *features.Snapshot) float64 {
	scratch := s.scratch.Get().(*scratch)
	defer s.scratch.Put(scratch)
	s.version.Encoder.Encode(snapshot, scratch.codes, nil)
	return s.version.Logistic.LogOdds(scratch.codes)
}

// predict is the model's half: snapshot → codes → log-odds, interval, contributions.
func (s *Scorer) predict(snapshot *features.Snapshot) Prediction {
	scratch := s.scratch.Get().(*scratch)
	defer s.scratch.Put(scratch)
	model := s.version.Logistic
	s.version.Encoder.Encode(snapshot, scratch.codes, scratch.status)
	logOdds := model.Contributions(scratch.codes, scratch.contributions)
	p := Prediction{
		LogOdds:       logOdds,
		Baseline:      model.Intercept,
		Contributions: make([]Contribution, model.Parts()),
	}
	p.Probability = logistic.Probability(logOdds)
	standardError := model.StandardErrorAt(scratch.codes, daysBeyond(model, snapshot))
	low, high := model.Ends(logOdds, standardError)
	p.Low, p.High = logistic.Probability(low), logistic.Probability(high)
	p.Evidence = evidenceOf(p.Probability, p.Low, p.High, errorOf(low, high), s.winRate)
	p.Percentile = s.version.Reference.Probability.Percentile(p.Probability)
	for t := range model.Terms {
		p.Contributions[t] = s.contribution(t, scratch)
	}
	if model.Curve != nil {
		last := len(model.Terms)
		p.Contributions[last] = Contribution{Term: CalibrationTerm, Label: curveLabel, Status: features.Present, LogOdds: scratch.contributions[last]}
	}
	return p
}

func (s *Scorer) contribution(t int, scratch *scratch) Contribution {
	term := &s.version.Logistic.Terms[t]
	return Contribution{
		Term:          term.Name,
		Pair:          len(term.Inputs) > 1,
		Label:         s.label(term, scratch.codes),
		Status:        worstStatus(term.Inputs, scratch.status),
		LogOdds:       scratch.contributions[t],
		StandardError: s.errors[t][term.Cell(scratch.codes)],
	}
}

// label says in words which bin or level, or pair of them, the lead is in.
func (s *Scorer) label(term *logistic.Term, codes []uint16) string {
	first := term.Inputs[0]
	text := s.version.Encoder.Label(first, codes[first])
	for _, input := range term.Inputs[1:] {
		text += " × " + s.version.Encoder.Label(input, codes[input])
	}
	return text
}

// daysBeyond is how many days the snapshot is newer than the last bin of calendar time that the model has seen.
func daysBeyond(model *logistic.Model, snapshot *features.Snapshot) float64 {
	if snapshot.AsOf == features.NoTime {
		return 0
	}
	return model.DaysBeyond(time.UnixMicro(int64(snapshot.AsOf)).Unix())
}

// worstStatus orders missing before unseen before outside before present.
func worstStatus(inputs []int, status []features.Status) features.Status {
	rank := func(s features.Status) int {
		switch s {
		case features.Missing:
			return 3
		case features.Unseen:
			return 2
		case features.Outside:
			return 1
		}
		return 0
	}
	worst := status[inputs[0]]
	for _, input := range inputs[1:] {
		if rank(status[input]) > rank(worst) {
			worst = status[input]
		}
	}
	return worst
}
