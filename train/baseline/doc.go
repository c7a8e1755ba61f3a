// Package baseline fits simple, well known methods to the same leads as the model, so that a report can show what the model
// adds to them.
//
//	base rate                 the past win rate, for every lead
//	naive Bayes (Odoo CRM)    as the CRM computes it: every value an independent label
//	golearn naive Bayes       Bernoulli, on yes-no columns; answers with a class only
//	golearn CART              one decision tree, six levels deep
//	golearn bagged CART       25 such trees on resampled leads, each on half of the columns
//	golearn nearest neighbours  share of wins among the 25 most similar leads
//
// Each is fitted on past leads and judged on newer ones, see [Run]. golearn (github.com/sjwhitworth/golearn) is slow and can
// panic, so its methods see a seeded sample of the leads, have a time limit, and fail alone: a failure is a [Result] too.
// Which parts of golearn work, and why these were chosen, is in docs/decisions/0002-golearn.md.
package baseline
