// Package profile reads a lead history for the first time: it says what each column is, which of them a score may use, and
// writes the schema and a starter rule book, so that training can begin without an edit.
//
//	files → sample → columns (kind, missing) → roles (id, outcome, times, account, value) → strength → suspicions
//	      → snapshot, horizon, engagement figures → schema.yaml, rules.yaml
//
// Everything is decided from names and content together, by the thresholds that stand as constants beside the code that
// uses them, the same for all data. What the data cannot tell is asked for once, in a [Question]. What looks like the
// outcome's shadow, known only after a deal was won or lost, becomes a [Suspicion] with its figure: a leak is written with
// use: no, a suspect is used and warned about.
//
// The files are read once. Figures that need several columns at a time come from a sample of rows (see [Config]), which
// holds every row of a file with up to 200,000 rows and 5 million cells.
//
// Start at [Run].
package profile
