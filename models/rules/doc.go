// Package rules scores a lead by a rule book: points that people agreed on, and a sum that a person can check by hand.
//
// A book has two dimensions, fit (who they are) and engagement (what they did). For a lead at an instant
//
//	decayed(r)   = points(r), if the rule's condition holds
//	             = Σ over its counted events  points(r) · 2^(−age/half-life)
//	group(g)     = Σ decayed(r) of the group's rules, cut to the group's cap
//	dimension(d) = Σ group(g) + Σ decayed(r) of rules without a group, cut to the dimension's cap
//	points       = fit weight · fit + engagement weight · engagement
//
// All amounts are whole thousandths of a point ([Milli]): each event's share is rounded once and everything after it is
// added exactly. Where a cap cuts, the rules that stand last in the book give way first, so that the counted points of the
// rules always add up to their dimension.
//
// Conditions are CEL (https://cel.dev) over the lead's fields, its engagement figures and its events. A condition that
// needs a value that the lead does not have is neither true nor false: the rule is not judged, and the score says so.
//
// Start at [Load], then [Book.Score]. The file's format is in docs/rules.md.
package rules
