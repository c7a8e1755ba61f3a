// Package scorecard holds a rule book against deal history: what each rule earns, what a better book would be, what a change
// would have done, and where the thresholds belong. In credit scoring such a sum of points is called a scorecard.
//
// All of it reads the same sheet: for each decided lead at its snapshot, how often each rule gave its full points,
//
//	x_r = (points of r after decay, before caps) / (points of r) ≥ 0
//
// and whether the lead was won. The points that the data support come from one joint penalised logistic regression
//
//	log-odds(win) = b0 + Σ_r b_r x_r,   b_r ~ N(0, 1/λ),   λ estimated from the data
//
// divided by the book's exchange rate, the log-odds that a point stands for. So a rule is paid for what it adds beside the other
// rules, not for what it shares with them.
//
// Start at [NewSheet], then [Judge] (evidence), [Suggest], [Replay] (back-test), [ChooseThresholds]; [RunCases] checks agreed examples.
package scorecard
