// Package change says why the scores of one lead changed between two instants or two versions.
//
// The change is replayed in steps; after each stands a lead that is scored by the scorers themselves:
//
//	from     the lead of then, as of then, by the version of then
//	time     as of now, nothing else: points decay, windows run out, dates age, the calendar moves
//	events   with the events of now, those of one type after the other
//	profile  with the fields of now, one after the other
//	rules    by the rule book of now
//	model    by the model of now
//
// What a step changes is the score after it less the score before it, so the steps add up to the whole change without a rest, and
// each of them can be made again by scoring. This is the sequential-updating (waterfall) decomposition: Shorrocks, Decomposition procedures
// for distributional analysis, Journal of Economic Inequality 11 (2013), 99–126; Christiansen, On the decomposition of an insurer's
// profits and losses, Scandinavian Actuarial Journal (2023). It depends on the order where steps act on one another
// (a cap, a pair of fields). Time must stand before events, because nobody sees at T1 what was done after it; the lead stands before the
// rulers it is measured by. What a step would be in any other order that keeps time before events is computed as well, see [Step.Orders].
//
// Start at [Explain].
package change
