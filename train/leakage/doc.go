// Package leakage looks for columns that hold the outcome's shadow: known only after a deal was won or lost, so that a model
// that uses them looks perfect and fails at work.
//
// Every column is judged by one table of counts, a [Column]: its values or ranges of values, times what became of the leads,
// times ten spans of time. leadscore init makes the tables from a sample of the file and decides with them what a score may
// use; leadscore train makes them from what the schema lets scores use, as of the snapshot ([Examine]), and refuses leaks that
// the schema does not explain ([Refuse]). Evidence, thresholds and words are the same for both, and the same for all data:
// docs/decisions/0007-leakage.md says where each threshold comes from.
//
// A suspicion has one of two grades. A suspect is used and warned about. A leak is refused: it shows extreme strength, or
// strength together with a sign of another sort (how it is filled, what it is called, when it is dated), or a sign that no
// honest column gives.
//
// Start at [Judge], which gathers the evidence against one column.
package leakage
