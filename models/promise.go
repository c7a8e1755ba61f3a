package models

import "leadscore/features"

// Promise is a field whose table keeps a direction because the schema says so, and what that cost.
type Promise struct {
	Field     string             `json:"field"`
	Direction features.Direction `json:"direction"`
	// Steps counts the places at which the table could rise or fall, Held those at which it is level because the data ask for the other way.
	Steps int `json:"steps"`
	Held  int `json:"held"`
	// Chi is about twice the gain in log-likelihood if the promise were dropped, Freed the degrees of freedom that it would take, and P
	// the chance of so much gain where the promise is true, at most. Against says that it is below a thousandth: the data contradict the promise.
	Chi     float64 `json:"chi_squared"`
	Freed   float64 `json:"degrees_of_freedom"`
	P       float64 `json:"p"`
	Against bool    `json:"against_the_data,omitempty"`
}
