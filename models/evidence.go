package models

import (
	"math"

	"leadscore/models/logistic"
)

// Evidence says how much data a probability rests on.
type Evidence struct {
	// Leads is the number of leads just like this one whose win rate would be as sure as the probability is: 1/(p·(1−p)·SE²), SE the standard
	// error of the log-odds (Thomassen et al., Effective sample size: a measure of individual uncertainty in predictions, Statistics in
	// Medicine 43, 2024, 1384–1396). Above 0; a few for a lead unlike those of training, the history's size for a model that says the
	// same of everyone.
	Leads float64
	// Thin flags a probability that rests on too little to act on; see [thinLogOdds] and [thinWidth].
	Thin bool
}

// A probability is thin where both hold:
const (
	// The 90 % interval of its odds reaches further than a factor of 2 either way. Ten leads with five wins are about as vague.
	thinLogOdds = math.Ln2
	// And its interval is wider than this share of the win rate (or of the loss rate, if that is less): a lead that is surely poor, or
	// surely good, is known well enough, however vague its odds.
	thinWidth = 0.5
)

// evidenceOf measures a probability with its 90 % interval; winRate is that of the training leads.
func evidenceOf(probability, low, high, standardError, winRate float64) Evidence {
	e := Evidence{Leads: 1 / (probability * (1 - probability) * standardError * standardError)}
	if math.IsInf(e.Leads, 0) || math.IsNaN(e.Leads) {
		e.Leads = math.MaxFloat64
	}
	e.Thin = logistic.Normal90*standardError > thinLogOdds && high-low > thinWidth*min(winRate, 1-winRate)
	return e
}

// winRate is the share of won leads among those that set the model's level; a half where the file does not say.
func (v *Version) winRate() float64 {
	won, leads := v.Training.Won, v.Training.Used
	if v.Recalibration != nil {
		won, leads = v.Recalibration.Won, v.Recalibration.Leads
	}
	if won <= 0 || won >= leads {
		return 0.5
	}
	return float64(won) / float64(leads)
}

// EvidenceOf measures a probability, given its log-odds, the ends of their 90 % interval ([logistic.Model.Ends]), and the win rate of the training leads.
func EvidenceOf(logOdds, low, high, winRate float64) Evidence {
	return evidenceOf(logistic.Probability(logOdds), logistic.Probability(low), logistic.Probability(high), errorOf(low, high), winRate)
}

// errorOf is the standard error of log-odds by the ends of their interval.
func errorOf(low, high float64) float64 { return (high - low) / (2 * logistic.Normal90) }
