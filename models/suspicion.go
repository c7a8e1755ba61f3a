package models

import "slices"

// Grade says how sure a suspicion of leakage is.
type Grade string

const (
	Suspect Grade = "suspect" // may be known only after the outcome: used, and warned about
	Leak    Grade = "leak"    // looks like the outcome's shadow: training refuses it unless the schema says why it is none
)

// Suspicion is one row of evidence that a field or an engagement figure is known only after the outcome, or that its values
// would not help with later leads. Package train/leakage says what each kind of evidence means.
type Suspicion struct {
	Field    string  `json:"field"`
	Grade    Grade   `json:"grade"`
	Evidence string  `json:"evidence"` // its kind
	Figure   float64 `json:"figure"`   // the evidence as a number; its unit follows from the kind
	Words    string  `json:"words"`    // the evidence with its numbers
	// Because is the schema's reason for using the field all the same; empty: none was given.
	Because string `json:"because,omitempty"`
}

// Unexplained lists the leaks for which the schema gives no reason. A version has none: training refuses them.
func Unexplained(list []Suspicion) []Suspicion {
	return slices.DeleteFunc(slices.Clone(list), func(s Suspicion) bool { return s.Grade != Leak || s.Because != "" })
}
