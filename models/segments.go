package models

import (
	"fmt"
	"strings"

	"leadscore/models/metrics"
)

// Segments says how the model's effects deviate by the values of one category, where the schema lets them. The deviations are pairs of that field in
// the model; a lead of a segment that is not listed is scored by the whole.
type Segments struct {
	By string `json:"by"`
	// LossWithout and LossWith are mean log losses on folds of the training leads that the fit had not seen, in nats a lead. Deviations are kept
	// only where they lower it by more than GainError, the standard error of the difference.
	LossWithout float64 `json:"out_of_fold_log_loss_without"`
	LossWith    float64 `json:"out_of_fold_log_loss_with"`
	GainError   float64 `json:"gain_standard_error"`
	Kept        bool    `json:"kept"`
	// Fields have deviations, of Considered that could.
	Fields     []string  `json:"fields,omitempty"`
	Considered int       `json:"considered"`
	Segments   []Segment `json:"segments"`
}

// Segment is one of them, at the fit to all leads.
type Segment struct {
	Name  string `json:"name"`
	Leads int64  `json:"leads"`
	Won   int64  `json:"won"`
	// Level is what the segment adds to the log-odds by itself, against the average lead, with its standard error.
	Level      float64 `json:"level"`
	LevelError float64 `json:"level_standard_error"`
	// LevelLeans and EffectsLean say how far the segment leans on the whole, from 0 (it stands on its own leads) to 1 (it is the whole): one less its effective degrees of
	// freedom by those that it could have.
	LevelLeans  float64 `json:"level_leans"`
	EffectsLean float64 `json:"effects_lean"`
	// EffectiveParameters are those of its deviations.
	EffectiveParameters float64 `json:"effective_parameters"`
}

// SegmentFigures judge the model on one segment's leads of the newest part.
type SegmentFigures struct {
	Name     string            `json:"name"`
	Leads    int64             `json:"leads"`
	Won      int64             `json:"won"`
	Expected float64           `json:"expected"`      // wins
	AUC      *metrics.Estimate `json:"auc,omitempty"` // none where one outcome is missing
}

// Words say what became of the deviations.
func (s *Segments) Words() string {
	if s.LossWithout == 0 {
		return "there are too few leads or segments for effects of their own; only their levels differ"
	}
	losses := fmt.Sprintf("out of fold the log loss is %.4f with effects of their own and %.4f without, a gain of %.4f ± %.4f", s.LossWith, s.LossWithout,
		s.LossWithout-s.LossWith, s.GainError)
	if !s.Kept {
		return losses + ", which is no sure gain, so all share the whole's effects; only their levels differ"
	}
	return fmt.Sprintf("%s; they have them in %d of %d inputs: %s", losses, len(s.Fields), s.Considered, strings.Join(s.Fields, ", "))
}
