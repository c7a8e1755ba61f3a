package models

import (
	"math"
	"testing"

	"leadscore/features"
	"leadscore/models/logistic"
)

// A win rate of p among n leads has the variance p·(1−p)/n, which is √(p(1−p)/n)/(p(1−p)) of log-odds: that many leads must come
// back.
func TestEvidenceCountsLeads(t *testing.T) {
	for _, n := range []float64{4, 25, 1000} {
		for _, p := range []float64{0.01, 0.2, 0.5, 0.97} {
			logOdds, standardError := math.Log(p/(1-p)), 1/math.Sqrt(n*p*(1-p))
			low, high := logistic.Interval(logOdds, standardError)
			if got := evidenceOf(p, low, high, standardError, 0.3).Leads; math.Abs(got-n) > 1e-9*n {
				t.Errorf("p %v: %v leads, want %v", p, got, n)
			}
		}
	}
	if e := evidenceOf(0.5, 0.5, 0.5, 0, 0.3); math.IsInf(e.Leads, 0) || e.Thin {
		t.Errorf("without uncertainty: %+v, want a finite number of leads, enough", e)
	}
}

func TestThinEvidence(t *testing.T) {
	vague, sure := 0.6, 0.3 // the first is a factor of 2.7 either way, the second 1.6
	for name, c := range map[string]struct {
		probability, standardError, winRate float64
		thin                                bool
	}{
		"average lead, vague":              {0.3, vague, 0.3, true},
		"average lead, sure":               {0.3, sure, 0.3, false},
		"promising lead, vague":            {0.6, vague, 0.3, true},
		"surely poor, however vague":       {0.01, vague, 0.3, false},
		"surely good, however vague":       {0.99, vague, 0.3, false},
		"average where few are won, vague": {0.02, vague, 0.02, true},
		"average where most are won":       {0.98, vague, 0.98, true},
	} {
		low, high := logistic.Interval(math.Log(c.probability/(1-c.probability)), c.standardError)
		if got := evidenceOf(c.probability, low, high, c.standardError, c.winRate); got.Thin != c.thin {
			t.Errorf("%s: %v … %v is thin: %v, want %v", name, low, high, got.Thin, c.thin)
		}
	}
}

// Of a version's own leads the evidence agrees with the interval that is shown beside it.
func TestScoredEvidence(t *testing.T) {
	v := artifact(t)
	scoreAll(scorerOf(t, v), history(t, v.Schema, newLeads, newEvents), func(i int, _ *features.Snapshot, score *Score) {
		p := &score.Prediction
		logOdds := func(p float64) float64 { return math.Log(p / (1 - p)) }
		want := EvidenceOf(p.LogOdds, logOdds(p.Low), logOdds(p.High), v.winRate())
		if math.Abs(p.Evidence.Leads/want.Leads-1) > 1e-6 || p.Evidence.Thin != want.Thin {
			t.Errorf("lead %d: evidence %+v, by its interval %+v", i, p.Evidence, want)
		}
	})
}
