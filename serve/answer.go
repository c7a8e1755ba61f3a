package serve

import (
	"fmt"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// intervalLevel is the confidence of models.Prediction's interval.
const intervalLevel = 0.9

// leadScore is both scores on the wire.
func leadScore(score *models.Score, seen seen, version *ready, explanation leadscorev1.Explanation) *leadscorev1.LeadScore {
	answer := &leadscorev1.LeadScore{
		LeadId:     score.LeadID,
		AsOf:       timestamp(score.AsOf),
		Prediction: prediction(&score.Prediction, version),
		RuleScore:  ruleScore(&score.Rules),
		Comparison: comparison(&score.Comparison),
		Coverage:   coverage(score.Prediction.Contributions, seen, version.clock),
	}
	if explanation == leadscorev1.Explanation_EXPLANATION_NONE {
		return answer
	}
	answer.Prediction.Contributions = contributions(score.Prediction.Contributions)
	answer.RuleScore.Fired = fired(score.Rules.Fired)
	answer.RuleScore.Capped = capped(score.Rules.Capped)
	answer.RuleScore.NotJudged = notJudged(score.Rules.NotJudged)
	answer.Comparison.Causes = causes(score.Comparison.Causes)
	return answer
}

func prediction(p *models.Prediction, version *ready) *leadscorev1.Prediction {
	return &leadscorev1.Prediction{
		Probability:     p.Probability,
		Interval:        &leadscorev1.Interval{Low: p.Low, High: p.High, Level: intervalLevel},
		Percentile:      p.Percentile,
		LogOdds:         p.LogOdds,
		BaselineLogOdds: p.Baseline,
		Horizon:         version.horizon,
		EffectiveLeads:  p.Evidence.Leads,
		ThinEvidence:    p.Evidence.Thin,
	}
}

func contributions(list []models.Contribution) []*leadscorev1.Contribution {
	answer, memory := make([]*leadscorev1.Contribution, len(list)), make([]leadscorev1.Contribution, len(list))
	for i := range list {
		each, from := &memory[i], &list[i]
		each.Term, each.Pair, each.Label, each.Status = from.Term, from.Pair, from.Label, inputStatus(from.Status)
		each.LogOdds, each.StandardError = from.LogOdds, from.StandardError
		answer[i] = each
	}
	return answer
}

func inputStatus(s features.Status) leadscorev1.InputStatus {
	switch s {
	case features.Present:
		return leadscorev1.InputStatus_INPUT_STATUS_PRESENT
	case features.Missing:
		return leadscorev1.InputStatus_INPUT_STATUS_MISSING
	case features.Unseen:
		return leadscorev1.InputStatus_INPUT_STATUS_UNSEEN
	case features.Outside:
		return leadscorev1.InputStatus_INPUT_STATUS_OUTSIDE
	}
	return leadscorev1.InputStatus_INPUT_STATUS_UNSPECIFIED
}

func ruleScore(s *rules.Score) *leadscorev1.RuleScore {
	return &leadscorev1.RuleScore{
		Points: s.Points, Fit: s.Fit, Engagement: s.Engagement,
		Grade:               s.Grade,
		Readiness:           readiness(s.Readiness),
		Qualification:       qualification(s.Qualification),
		QualificationReason: s.Reason,
		QualificationRuleId: s.RuleID,
	}
}

func readiness(r rules.Readiness) leadscorev1.Readiness {
	switch r {
	case rules.FitAndActive:
		return leadscorev1.Readiness_READINESS_FIT_AND_ACTIVE
	case rules.FitNotReady:
		return leadscorev1.Readiness_READINESS_FIT_NOT_READY
	case rules.ActiveUnfit:
		return leadscorev1.Readiness_READINESS_ACTIVE_UNFIT
	case rules.Neither:
		return leadscorev1.Readiness_READINESS_NEITHER
	}
	return leadscorev1.Readiness_READINESS_UNSPECIFIED
}

func qualification(q rules.Qualification) leadscorev1.Qualification {
	switch q {
	case rules.MQL:
		return leadscorev1.Qualification_QUALIFICATION_MQL
	case rules.FastLane:
		return leadscorev1.Qualification_QUALIFICATION_FAST_LANE
	case rules.Held:
		return leadscorev1.Qualification_QUALIFICATION_HELD
	case rules.Nurture:
		return leadscorev1.Qualification_QUALIFICATION_NURTURE
	case rules.Excluded:
		return leadscorev1.Qualification_QUALIFICATION_EXCLUDED
	}
	return leadscorev1.Qualification_QUALIFICATION_UNSPECIFIED
}

func fired(list []rules.Fired) []*leadscorev1.FiredRule {
	answer, memory := make([]*leadscorev1.FiredRule, len(list)), make([]leadscorev1.FiredRule, len(list))
	for i := range list {
		each, from := &memory[i], &list[i]
		each.RuleId, each.Dimension, each.Group, each.Reason = from.ID, dimension(from.Dimension), from.Group, from.Reason
		each.Times, each.PointsBefore, each.PointsDecayed, each.PointsCounted = int32(from.Times), from.Before, from.Decayed, from.Counted
		answer[i] = each
	}
	return answer
}

func dimension(d rules.Dimension) leadscorev1.Dimension {
	switch d {
	case rules.Fit:
		return leadscorev1.Dimension_DIMENSION_FIT
	case rules.Engagement:
		return leadscorev1.Dimension_DIMENSION_ENGAGEMENT
	}
	return leadscorev1.Dimension_DIMENSION_UNSPECIFIED
}

func capped(list []rules.Cap) []*leadscorev1.CappedPoints {
	answer := make([]*leadscorev1.CappedPoints, len(list))
	for i, from := range list {
		answer[i] = &leadscorev1.CappedPoints{
			Dimension: dimension(from.Dimension), Group: from.Group,
			PointsBefore: from.Before, PointsAfter: from.After, Reason: from.Words(),
		}
	}
	return answer
}

func notJudged(list []rules.NotJudged) []*leadscorev1.RuleNotJudged {
	answer := make([]*leadscorev1.RuleNotJudged, len(list))
	for i, from := range list {
		answer[i] = &leadscorev1.RuleNotJudged{
			RuleId: from.ID, Kind: ruleKind(from.Kind), MissingValues: from.Missing, Problem: from.Problem,
		}
	}
	return answer
}

// ruleKind reads the list's name in the rule book, such as "fast_lane".
func ruleKind(list string) leadscorev1.RuleKind {
	return leadscorev1.RuleKind(leadscorev1.RuleKind_value["RULE_KIND_"+strings.ToUpper(list)])
}

func comparison(c *models.Comparison) *leadscorev1.Comparison {
	return &leadscorev1.Comparison{
		PointsPercentile:      c.PointsPercentile,
		ProbabilityPercentile: c.ProbabilityPercentile,
		Gap:                   c.Gap,
		Quadrant:              quadrant(c.Quadrant),
	}
}

func quadrant(q models.Quadrant) leadscorev1.Quadrant {
	switch q {
	case models.BothHigh:
		return leadscorev1.Quadrant_QUADRANT_BOTH_HIGH
	case models.RuleOnly:
		return leadscorev1.Quadrant_QUADRANT_RULE_ONLY
	case models.ModelOnly:
		return leadscorev1.Quadrant_QUADRANT_MODEL_ONLY
	case models.BothLow:
		return leadscorev1.Quadrant_QUADRANT_BOTH_LOW
	}
	return leadscorev1.Quadrant_QUADRANT_UNSPECIFIED
}

func causes(list []models.Cause) []*leadscorev1.GapCause {
	answer, memory := make([]*leadscorev1.GapCause, len(list)), make([]leadscorev1.GapCause, len(list))
	for i := range list {
		each, from := &memory[i], &list[i]
		each.Name, each.Detail = from.Name, from.Detail
		if from.Side == "rules" {
			each.Effect = &leadscorev1.GapCause_Points{Points: from.Effect}
		} else {
			each.Effect = &leadscorev1.GapCause_LogOdds{LogOdds: from.Effect}
		}
		answer[i] = each
	}
	return answer
}

// coverage says what the scores could not see of the lead. The clock term lies beyond training for every lead scored
// today; that is what its widened interval is for, and no news.
func coverage(terms []models.Contribution, seen seen, clock string) *leadscorev1.Coverage {
	c := &leadscorev1.Coverage{AbsentFields: seen.absent, EventsNotSeen: int32(seen.eventsNotSeen)}
	for i := range terms {
		switch terms[i].Status {
		case features.Missing:
			c.MissingTerms = append(c.MissingTerms, terms[i].Term)
		case features.Unseen:
			c.UnseenTerms = append(c.UnseenTerms, terms[i].Term)
		case features.Outside:
			if terms[i].Term != clock {
				c.OutsideTerms = append(c.OutsideTerms, terms[i].Term)
			}
		}
	}
	c.Warnings = warnings(c)
	return c
}

// warnings says the coverage in words. A value that is missing because the caller says so is no news to him.
func warnings(c *leadscorev1.Coverage) []string {
	var words []string
	if n := len(c.AbsentFields); n > 0 {
		words = append(words, fmt.Sprintf("%s not sent and counted as missing: %s", counted(n, "field was", "fields were"), enough(c.AbsentFields)))
	}
	if n := len(c.UnseenTerms); n > 0 {
		words = append(words, fmt.Sprintf("%s a value that training has not seen, or too seldom; scored as other: %s", counted(n, "term has", "terms have"), enough(c.UnseenTerms)))
	}
	if n := len(c.OutsideTerms); n > 0 {
		words = append(words, fmt.Sprintf("%s a number beyond those of training; scored as the nearest: %s", counted(n, "term has", "terms have"), enough(c.OutsideTerms)))
	}
	if n := int(c.EventsNotSeen); n > 0 {
		words = append(words, fmt.Sprintf("%s at or after the instant of the score and left out", counted(n, "event lies", "events lie")))
	}
	return words
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// namedInWarning is how many names a sentence bears.
const namedInWarning = 5

func enough(names []string) string {
	if len(names) <= namedInWarning {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:namedInWarning], ", "), len(names)-namedInWarning)
}
