package models

import (
	"leadscore/features"
	"leadscore/models/rules"
)

// Rows scores the leads of a history without explanation: the same bits as [Scorer.ScoreInto] on their snapshots, in less time, since codes are
// made a column at a time, what follows from a word is worked out once a word, and of a lead only what the rules read is looked up. It is for one
// goroutine; the history's instants may be changed between calls.
type Rows struct {
	scorer   *Scorer
	history  *features.History
	encoder  *features.RowEncoder
	levels   *rules.Levels
	codes    []uint16 // of a block of leads
	status   []features.Status
	rows     []int
	snapshot features.Snapshot
}

// Rows readies the scoring of a history's leads.
func (s *Scorer) Rows(h *features.History) *Rows {
	return &Rows{scorer: s, history: h, encoder: s.version.Encoder.Rows(h), levels: s.book.Levels(h.Table),
		rows: make([]int, len(s.version.Logistic.Terms))}
}

// ScoreInto scores leads first, first+1, … into memory that is used again; a hundred or so at a time stay in the processor's cache. What is
// known of their inputs is overwritten by the next call.
func (r *Rows) ScoreInto(first int, out []Score) {
	s, inputs := r.scorer, len(r.scorer.version.Encoder.Inputs)
	if room := len(out) * inputs; len(r.codes) < room {
		r.codes, r.status = make([]uint16, room), make([]features.Status, room)
	}
	r.encoder.Encode(first, len(out), r.codes, r.status)
	for k := range out {
		lead := scratch{codes: r.codes[k*inputs : (k+1)*inputs], status: r.status[k*inputs : (k+1)*inputs], rows: r.rows}
		r.history.SnapshotOf(first+k, r.levels.Fields(), &r.snapshot)
		s.version.Encoder.EncodeFigures(&r.snapshot, lead.codes, lead.status)
		score := &out[k]
		score.LeadID, score.AsOf = r.snapshot.ID, r.snapshot.AsOf
		score.Prediction.Cells, score.Prediction.Inputs = score.Prediction.Cells[:0], lead.status
		s.predictCodes(&r.snapshot, &lead, &score.Prediction, false)
		r.levels.ScoreInto(first+k, &r.snapshot, &score.Rules)
		s.version.Reference.compare(score, s.ranks.points.Percentile(score.Rules.Points), false)
	}
}
