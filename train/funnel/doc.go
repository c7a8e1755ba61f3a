// Package funnel says what became of leads after they were scored: how many reach each stage of the sales process and how fast, what sales takes and what it sends
// back, how soon it answers, what information it lacks, and whether the thresholds of the scores are too strict or too lax.
//
// A lead's history is its changes of stage between its creation and its closing, up to one instant: the as-of. Of what came later nothing is seen. A lead counts
// from the first time that it enters a stage:
//
//   - the stage that it enters first is its way in; stages below that were never its own;
//   - a stage that it leaves out on its way up counts as passed when the next one above it is entered, and a win passes all of them: a skip;
//   - a move to a lower stage takes nothing back; it is counted as a return, and so is a hand-over after a rejection.
//
// A step from one stage to the next is waited for from the first entry. It is reached, or it ends otherwise when sales rejects the lead or loses it, or the lead
// still waits at the as-of: then it is censored there, never a failure. Rates are cumulative incidences within a fixed time ([metrics.NewIncidence]), so that
// months of different ages compare; medians of times are Kaplan and Meier's where nothing competes.
//
// Start at [Compute]. [ParseProcess] reads process.yaml, docs/process.md shows the whole.
package funnel
