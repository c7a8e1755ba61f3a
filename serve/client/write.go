package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/durationpb"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// shownContributions are listed one by one, the strongest first; the rest is summed up in a line.
const shownContributions = 12

// WriteJSON writes the answer as the wire's JSON form, zeros included.
func WriteJSON(w io.Writer, answer *leadscorev1.ScoreLeadResponse) error {
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(answer)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	var out bytes.Buffer // protojson varies its white space on purpose
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	out.WriteByte('\n')
	_, err = out.WriteTo(w)
	return err
}

// Write shows both scores, what made them, and where they part, for a person.
func Write(w io.Writer, answer *leadscorev1.ScoreLeadResponse) error {
	score := answer.GetScore()
	parts := []string{
		summary(score),
		contributionTable(score.GetPrediction()),
		ruleTable(score.GetRuleScore()),
		notes(score),
		scoredBy(answer.GetScoredBy()),
	}
	var b strings.Builder
	for _, part := range parts {
		if part != "" {
			b.WriteString(strings.TrimRight(part, "\n") + "\n\n")
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

func summary(score *leadscorev1.LeadScore) string {
	p, r, c := score.GetPrediction(), score.GetRuleScore(), score.GetComparison()
	title := "Lead " + score.GetLeadId()
	if score.GetAsOf() != nil {
		title += " as of " + score.GetAsOf().AsTime().Format("2006-01-02 15:04 UTC")
	}
	t := newTable()
	t.AppendRow(table.Row{"Probability of winning" + within(p.GetHorizon()), percent(p.GetProbability()),
		fmt.Sprintf("%.0f %% interval %s to %s", 100*p.GetInterval().GetLevel(), percent(p.GetInterval().GetLow()), percent(p.GetInterval().GetHigh())),
		rank(c.GetProbabilityPercentile())})
	if n := p.GetEffectiveLeads(); n > 0 { // an older server does not say
		t.AppendRow(table.Row{"Evidence for it", evidenceWord(p), fmt.Sprintf("as sure as the win rate of %s like it", leadCount(n)), ""})
	}
	t.AppendRow(table.Row{"Points of the rules", points(r.GetPoints()),
		fmt.Sprintf("fit %s, engagement %s, grade %s", points(r.GetFit()), points(r.GetEngagement()), r.GetGrade()),
		rank(c.GetPointsPercentile())})
	t.AppendRow(table.Row{"Qualification", words(r.GetQualification().String(), "QUALIFICATION_"), r.GetQualificationReason(),
		words(r.GetReadiness().String(), "READINESS_")})
	t.AppendRow(table.Row{"Both together", words(c.GetQuadrant().String(), "QUADRANT_"), agreement(c), ""})
	return title + "\n" + t.Render()
}

func evidenceWord(p *leadscorev1.Prediction) string {
	if p.GetThinEvidence() {
		return "thin"
	}
	return "enough"
}

func leadCount(leads float64) string {
	if n := math.Round(leads); n != 1 {
		return fmt.Sprintf("%.0f leads", n)
	}
	return "1 lead"
}

// leastSure names the terms whose part of the log-odds is least sure, for a probability that rests on thin evidence.
func leastSure(p *leadscorev1.Prediction) string {
	const named = 2
	list := append([]*leadscorev1.Contribution(nil), p.GetContributions()...)
	if !p.GetThinEvidence() || len(list) == 0 {
		return ""
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].GetStandardError() > list[j].GetStandardError() })
	var words []string
	for _, c := range list[:min(named, len(list))] {
		words = append(words, fmt.Sprintf("%s (%s) ± %.2f", c.GetTerm(), c.GetLabel(), c.GetStandardError()))
	}
	return "Thin evidence: least is known of " + strings.Join(words, " and ") + "\n"
}

// within says the horizon of a win: " within 90 days".
func within(horizon *durationpb.Duration) string {
	if horizon == nil {
		return ""
	}
	const day = 24 * time.Hour
	if d := horizon.AsDuration(); d%day != 0 {
		return " within " + d.String()
	} else {
		return fmt.Sprintf(" within %d days", d/day)
	}
}

func agreement(c *leadscorev1.Comparison) string {
	var who string
	switch {
	case c.GetGap() >= 1:
		who = "the model ranks it %.0f percentiles higher than the rules"
	case c.GetGap() <= -1:
		who = "the rules rank it %.0f percentiles higher than the model"
	default:
		return "both rank it the same"
	}
	return fmt.Sprintf(who, math.Abs(c.GetGap()))
}

func contributionTable(p *leadscorev1.Prediction) string {
	list := append([]*leadscorev1.Contribution(nil), p.GetContributions()...)
	if len(list) == 0 {
		return ""
	}
	sort.SliceStable(list, func(i, j int) bool { return math.Abs(list[i].GetLogOdds()) > math.Abs(list[j].GetLogOdds()) })
	t := newTable()
	t.AppendHeader(table.Row{"Field", "Value", "Log-odds", "± s.e."})
	t.AppendRow(table.Row{"(the average lead)", "", signed(p.GetBaselineLogOdds()), ""})
	rest := 0.0
	for i, c := range list {
		if i >= shownContributions {
			rest += c.GetLogOdds()
			continue
		}
		t.AppendRow(table.Row{c.GetTerm(), c.GetLabel() + doubt(c.GetStatus()), signed(c.GetLogOdds()), fmt.Sprintf("%.2f", c.GetStandardError())})
	}
	if more := len(list) - shownContributions; more > 0 {
		t.AppendRow(table.Row{fmt.Sprintf("(%d weaker ones)", more), "", signed(rest), ""})
	}
	t.AppendFooter(table.Row{"Sum", percent(p.GetProbability()), signed(p.GetLogOdds()), ""})
	return "What the model sees, the strongest first\n" + t.Render()
}

func doubt(s leadscorev1.InputStatus) string {
	switch s {
	case leadscorev1.InputStatus_INPUT_STATUS_UNSEEN:
		return " (not seen in training)"
	case leadscorev1.InputStatus_INPUT_STATUS_OUTSIDE:
		return " (beyond training)"
	}
	return ""
}

func ruleTable(r *leadscorev1.RuleScore) string {
	if len(r.GetFired()) == 0 {
		return ""
	}
	t := newTable()
	t.AppendHeader(table.Row{"Rule", "Why", "Times", "Points", "After decay", "Counted"})
	for _, f := range r.GetFired() {
		times := ""
		if f.GetTimes() > 0 {
			times = fmt.Sprint(f.GetTimes())
		}
		t.AppendRow(table.Row{f.GetRuleId(), f.GetReason(), times, points(f.GetPointsBefore()), points(f.GetPointsDecayed()), points(f.GetPointsCounted())})
	}
	t.AppendFooter(table.Row{"Fit + engagement", "", "", "", "", points(r.GetFit() + r.GetEngagement())})
	return "What the rules count\n" + t.Render()
}

// notes are what does not fit a table: causes of a gap, caps, rules not judged, what was not seen.
func notes(score *leadscorev1.LeadScore) string {
	var b strings.Builder
	for _, cause := range score.GetComparison().GetCauses() {
		switch effect := cause.GetEffect().(type) {
		case *leadscorev1.GapCause_Points:
			fmt.Fprintf(&b, "Gap: rule %s (%s) counts %s points\n", cause.GetName(), cause.GetDetail(), points(effect.Points))
		case *leadscorev1.GapCause_LogOdds:
			fmt.Fprintf(&b, "Gap: %s (%s) adds %s log-odds\n", cause.GetName(), cause.GetDetail(), signed(effect.LogOdds))
		}
	}
	for _, c := range score.GetRuleScore().GetCapped() {
		fmt.Fprintf(&b, "Cap: %s\n", c.GetReason())
	}
	for _, rule := range score.GetRuleScore().GetNotJudged() {
		fmt.Fprintf(&b, "Not judged: rule %s lacks %s%s\n", rule.GetRuleId(), strings.Join(rule.GetMissingValues(), ", "), rule.GetProblem())
	}
	b.WriteString(leastSure(score.GetPrediction()))
	for _, warning := range score.GetCoverage().GetWarnings() {
		fmt.Fprintf(&b, "Note: %s\n", warning)
	}
	return b.String()
}

func scoredBy(s *leadscorev1.ScoredBy) string {
	text := fmt.Sprintf("Scored by %s/%s with rules %s", s.GetModel(), s.GetVersion(), s.GetRulesVersion())
	if s.GetNewestTrainingDataTime() != nil {
		text += ", trained on data up to " + s.GetNewestTrainingDataTime().AsTime().Format("2006-01-02")
	}
	if s.GetCanary() {
		text += "; the challenger answers this lead as one of the canary share"
	}
	return text
}

func newTable() table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header, t.Style().Format.Footer = text.FormatDefault, text.FormatDefault
	return t
}

func percent(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) }

// points shows up to two decimals: 15, -2.5, 11.91.
func points(p float64) string { return strconv.FormatFloat(math.Round(p*100)/100, 'f', -1, 64) }

func signed(x float64) string { return fmt.Sprintf("%+.2f", x) }

func rank(percentile float64) string { return fmt.Sprintf("above %.0f %% of leads", percentile) }

// words turns an enum's name into words: "both high", "fast lane".
func words(name, prefix string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, prefix), "_", " "))
}
