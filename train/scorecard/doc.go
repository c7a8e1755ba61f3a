// Package scorecard holds a rule book against deal history: what each rule earns, what a better book would be, what a change
// would have done, and where the thresholds belong. In credit scoring such a sum of points is called a scorecard.
//
// All of it reads the sheet of package evidence, and what that says of the rules.
//
// Start at [Suggest], [Replay] (back-test), [ChooseThresholds]; [RunCases] checks agreed examples.
package scorecard

import (
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
)

// Leads are closed deals, divided in time where they can be.
type Leads struct {
	evidence.Leads

	// Past and Newest are the parts of Rows before and after the cut in time; empty where they cannot be parted. Split says
	// what Newest is.
	Past, Newest []int32
	Split        string
}

// handedOver says whether a qualification gives a lead to sales.
func handedOver(q rules.Qualification) bool { return q == rules.MQL || q == rules.FastLane }
