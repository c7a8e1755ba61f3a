// Package models holds what scores a lead: a [Version], one immutable training result with the logistic model and the
// rule book it was compared with, and the [Store] of versions on disk.
//
// A [Scorer] answers for one snapshot with both scores, each explained, and with their comparison:
//
//	snapshot → codes → logistic model → Prediction ┐
//	snapshot → values and events → rule book → Points ┼→ Comparison → Score
//
// The parts: models/logistic (the log-odds), models/rules (the points), models/metrics (statistics that a report and a
// server share). Start at [Scorer.Score].
package models
