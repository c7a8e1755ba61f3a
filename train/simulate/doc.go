// Package simulate makes up a B2B lead history whose truth is known.
//
// Every lead has recorded fields and recorded events. Seven days after it was created, at its snapshot,
// the probability of winning within the horizon is
//
//	p = 1 / (1 + exp(-η)),   η = intercept + Σ field terms + Σ event terms + two interactions + drift
//
// in log-odds, where every term reads only what is recorded strictly before the snapshot. The outcome is then drawn with
// p, so p is the best probability any model can give. The tables of [truth] are the one place where the coefficients stand:
// the generator reads them and TRUTH.md is written from them.
//
// A hidden intent moves the rates of the events. It never enters η: an intent that left no event cannot be known.
//
// The same Config gives the same bytes on one architecture, whatever the number of cores. Each lead has its own random
// stream, so lead 17 is the same lead in a history of 100 and of 10 million.
//
// Start at [Run]. Cost: a few microseconds a lead on one core; memory does not grow with the number of leads.
package simulate
