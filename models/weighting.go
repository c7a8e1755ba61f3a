package models

import "leadscore/models/metrics"

// Weighting says how much the leads counted in the fit, where the schema does not let all count alike.
type Weighting struct {
	Column   string `json:"column,omitempty"`            // of the leads' own weights; empty: each counts once
	HalfLife string `json:"recency_half_life,omitempty"` // of old deals, such as 365d; empty: old ones count as new ones
	// Sum is the weight of all leads, Won that of the won ones: what the fit takes for their number.
	Sum float64 `json:"sum"`
	Won float64 `json:"won"`
	// EffectiveLeads is the number of equally weighted leads that would tell as much: (Σw)²/Σw² (Kish, Survey Sampling, 1965, section 11.7).
	EffectiveLeads float64 `json:"effective_leads"`
	// Oldest is the share that recency leaves the oldest lead, in (0, 1]; 1 without recency.
	Oldest float64 `json:"oldest"`
}

// WeightedFigures are the measures on the newest part with each lead counted by its own weight.
type WeightedFigures struct {
	Weight   float64 `json:"weight"` // of all judged leads
	ModelAUC float64 `json:"model_auc"`
	RulesAUC float64 `json:"rules_auc"`
	LogLoss  float64 `json:"log_loss"` // of the model, nats per unit of weight
	Expected float64 `json:"expected"` // wins, by weight
	Observed float64 `json:"observed"`
	// Calibration of the model by weight: of a lead of weight 10 as of ten. Its intervals know that it tells as much as one. Nil where it has no answer.
	Calibration *metrics.Calibration `json:"calibration,omitempty"`
}
