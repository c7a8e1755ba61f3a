// Package evidence holds the rules of a book against closed deals: what each of them earns.
//
// All of it reads a sheet: for each decided lead at its snapshot, how often each rule gave its full points,
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
// Start at [Judge].
package evidence
