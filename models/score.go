package models

import (
	"leadscore/features"
	"leadscore/models/rules"
)

// Score is both answers for one lead at one instant, and their comparison.
type Score struct {
	LeadID     string
	AsOf       features.Micros // features.NoTime where the data have no times
	Prediction Prediction
	Rules      rules.Score
	Comparison Comparison
}

// Prediction is the model's answer: the probability of winning within the schema's horizon.
type Prediction struct {
	Probability float64 // in (0, 1)
	Low, High   float64 // 90 % interval of the probability, see logistic.Model
	Percentile  float64 // 0 to 100: the share of the reference leads with a lower probability, ties counted half
	LogOdds     float64 // Baseline plus all contributions, exactly, added in their order
	Baseline    float64 // log-odds of the average training lead
	Evidence    Evidence

	// Contributions are one a term of the model, in the model's order. Leads that share a bin or level share its Contribution: they must not be changed.
	Contributions []*Contribution

	// Cells has one number a term, but none for a calibration curve, that stands for all that its contribution says: equal cells of one scorer have equal
	// contributions. It is there without an explanation too; see [CellStatus].
	Cells []int `json:"-"`

	// Inputs is what is known of each input of the encoder: [Rows] gives it instead of Cells.
	Inputs []features.Status `json:"-"`
}

// StatusOf is what is known of a field: of the model's term, which is of the encoder's input; see [Scorer.FieldTerms].
func (p *Prediction) StatusOf(term, input int) features.Status {
	if len(p.Cells) == 0 {
		return p.Inputs[input]
	}
	return CellStatus(p.Cells[term])
}

// Contribution is what one term adds to the log-odds, against the average training lead.
type Contribution struct {
	Term          string          // the input's name; of a pair "seniority × source"
	Pair          bool            // the term is of two inputs together
	Label         string          // the bin or level: "100 to 250", "Germany", "missing"
	Status        features.Status // of a pair: the worse of its two
	LogOdds       float64
	StandardError float64 // of LogOdds
}

// Comparison sets the two scores of one lead side by side on one scale: the rank among the reference leads, the ones
// that the version was validated on.
type Comparison struct {
	PointsPercentile      float64 // 0 to 100, ties counted half
	ProbabilityPercentile float64
	Gap                   float64 // ProbabilityPercentile − PointsPercentile; positive: the model likes the lead better
	Quadrant              Quadrant
	Causes                []Cause // what drives the gap, the strongest first; empty where the scores agree
}

// Quadrant says which of the two scores is high. High means among the best share of the reference leads, the same
// share for both scores, so that neither looks better by being laxer ([Reference.HighShare]).
type Quadrant string

const (
	BothHigh  Quadrant = "both_high"
	RuleOnly  Quadrant = "rule_only"
	ModelOnly Quadrant = "model_only"
	BothLow   Quadrant = "both_low"
)

// Cause is one rule or one field that pulls the two scores apart.
type Cause struct {
	Side   string  // "rules" or "model"
	Name   string  // the rule's id, or the term's name
	Detail string  // the rule's reason, or the bin or level
	Effect float64 // points, or log-odds; 0 of a gate such as an exclusion, which acts whatever the points
}
