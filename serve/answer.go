package serve

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// intervalLevel is the confidence of models.Prediction's interval.
const intervalLevel = 0.9

// answer is the memory of one lead's answer, in one piece.
type answer struct {
	result     leadscorev1.LeadResult
	scored     leadscorev1.LeadResult_Score
	score      leadscorev1.LeadScore
	prediction leadscorev1.Prediction
	interval   leadscorev1.Interval
	rules      leadscorev1.RuleScore
	comparison leadscorev1.Comparison
	coverage   leadscorev1.Coverage
}

// newAnswer is both scores on the wire. It holds nothing of the score's own lists, which are used again.
func newAnswer(score *models.Score, seen seen, version *ready, asOf *timestamppb.Timestamp, explained bool) *answer {
	a := new(answer)
	a.score.LeadId, a.score.AsOf = score.LeadID, asOf
	a.score.Prediction, a.score.RuleScore, a.score.Comparison, a.score.Coverage = &a.prediction, &a.rules, &a.comparison, &a.coverage
	a.setPrediction(&score.Prediction, version)
	a.setRules(&score.Rules, version)
	a.setComparison(&score.Comparison)
	a.setCoverage(&score.Prediction, seen, version)
	if !explained {
		return a
	}
	a.prediction.Contributions = contributions(&score.Prediction, version)
	a.rules.Fired = fired(score.Rules.Fired)
	a.rules.Capped = capped(score.Rules.Capped)
	a.rules.NotJudged = notJudged(score.Rules.NotJudged)
	a.comparison.Causes = causes(score.Comparison.Causes)
	return a
}

// asResult is the answer as one of many.
func (a *answer) asResult(id string) *leadscorev1.LeadResult {
	a.scored.Score = &a.score
	a.result.LeadId, a.result.Result = id, &a.scored
	return &a.result
}

func (a *answer) setPrediction(p *models.Prediction, version *ready) {
	a.interval.Low, a.interval.High, a.interval.Level = p.Low, p.High, intervalLevel
	w := &a.prediction
	w.Probability, w.Interval, w.Percentile = p.Probability, &a.interval, p.Percentile
	w.LogOdds, w.BaselineLogOdds, w.Horizon = p.LogOdds, p.Baseline, version.horizon
	w.EffectiveLeads, w.ThinEvidence = p.Evidence.Leads, p.Evidence.Thin
}

// contributions are messages that all answers of the version share: they are never changed.
func contributions(p *models.Prediction, version *ready) []*leadscorev1.Contribution {
	list := make([]*leadscorev1.Contribution, len(p.Contributions))
	for i := range list {
		if i < len(p.Cells) {
			list[i] = version.contribution(p.Cells[i], p.Contributions[i])
		} else {
			list[i] = contribution(p.Contributions[i])
		}
	}
	return list
}

// contribution is the message of a cell, made when the cell is first met.
func (r *ready) contribution(cell int, from *models.Contribution) *leadscorev1.Contribution {
	if cell >= len(r.kept) {
		return contribution(from)
	}
	if known := r.kept[cell].Load(); known != nil {
		return known
	}
	made := contribution(from)
	r.kept[cell].Store(made)
	return made
}

func contribution(from *models.Contribution) *leadscorev1.Contribution {
	return &leadscorev1.Contribution{
		Term: from.Term, Pair: from.Pair, Label: from.Label, Status: inputStatus(from.Status),
		LogOdds: from.LogOdds, StandardError: from.StandardError,
	}
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

func (a *answer) setRules(s *rules.Score, version *ready) {
	w := &a.rules
	w.Points, w.Fit, w.Engagement, w.Grade = s.Points, s.Fit, s.Engagement, s.Grade
	w.Readiness, w.Qualification = readiness(s.Readiness), qualification(s.Qualification)
	w.QualificationReason, w.QualificationRuleId = s.Reason, s.RuleID
	if s.Reason == "" {
		w.QualificationReason = version.scorer.Rules().Shortfall(s)
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

func (a *answer) setComparison(c *models.Comparison) {
	w := &a.comparison
	w.PointsPercentile, w.ProbabilityPercentile, w.Gap, w.Quadrant = c.PointsPercentile, c.ProbabilityPercentile, c.Gap, quadrant(c.Quadrant)
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
	answer, memory := make([]*leadscorev1.GapCause, len(list)), make([]struct {
		cause   leadscorev1.GapCause
		points  leadscorev1.GapCause_Points
		logOdds leadscorev1.GapCause_LogOdds
	}, len(list))
	for i := range list {
		each, from := &memory[i], &list[i]
		each.cause.Name, each.cause.Detail = from.Name, from.Detail
		if from.Side == "rules" {
			each.points.Points = from.Effect
			each.cause.Effect = &each.points
		} else {
			each.logOdds.LogOdds = from.Effect
			each.cause.Effect = &each.logOdds
		}
		answer[i] = &each.cause
	}
	return answer
}

// setCoverage says what the scores could not see of the lead. The clock term lies beyond training for every lead scored
// today; that is what its widened interval is for, and no news.
func (a *answer) setCoverage(p *models.Prediction, seen seen, version *ready) {
	c := &a.coverage
	c.AbsentFields, c.EventsNotSeen = seen.absent, int32(seen.eventsNotSeen)
	for term, cell := range p.Cells {
		switch status := models.CellStatus(cell); status {
		case features.Missing:
			c.MissingTerms = append(c.MissingTerms, version.scorer.Term(term))
		case features.Unseen:
			c.UnseenTerms = append(c.UnseenTerms, version.scorer.Term(term))
		case features.Outside:
			if name := version.scorer.Term(term); name != version.clock {
				c.OutsideTerms = append(c.OutsideTerms, name)
			}
		}
	}
	c.Warnings = warnings(c)
}

// warnings says the coverage in words. A value that is missing because the caller says so is no news to him.
func warnings(c *leadscorev1.Coverage) []string {
	var words []string
	if n := len(c.AbsentFields); n > 0 {
		words = append(words, counted(n, "field was", "fields were")+" not sent and counted as missing: "+enough(c.AbsentFields))
	}
	if n := len(c.UnseenTerms); n > 0 {
		words = append(words, counted(n, "term has", "terms have")+" a value that training has not seen, or too seldom; scored as other: "+enough(c.UnseenTerms))
	}
	if n := len(c.OutsideTerms); n > 0 {
		words = append(words, counted(n, "term has", "terms have")+" a number beyond those of training; scored as the nearest: "+enough(c.OutsideTerms))
	}
	if n := int(c.EventsNotSeen); n > 0 {
		words = append(words, counted(n, "event lies", "events lie")+" at or after the instant of the score and left out")
	}
	return words
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// namedInWarning is how many names a sentence bears.
const namedInWarning = 5

func enough(names []string) string {
	if len(names) <= namedInWarning {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:namedInWarning], ", ") + " and " + strconv.Itoa(len(names)-namedInWarning) + " more"
}
