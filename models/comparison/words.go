package comparison

import (
	"fmt"
	"math"

	"leadscore/models/metrics"
)

// Verdict is one plain sentence. Topic says what it is about.
type Verdict struct {
	Topic Topic  `json:"topic"`
	Tone  Tone   `json:"tone"`
	Text  string `json:"text"`
}

// Topic is what a verdict is about.
type Topic string

const (
	AboutLeads   Topic = "leads"
	AboutRanking Topic = "ranking"
	AboutWork    Topic = "work"
	AboutScale   Topic = "scale"
	AboutParting Topic = "disagreement"
)

// Tone says how a verdict is meant.
type Tone string

const (
	Good Tone = "good"
	Open Tone = "unclear"
	Mind Tone = "bad"
)

// fewOutcomes is the number of won, or of lost, leads below which figures are rough: the standard error of an AUC from 20 wins is about 0.06
// (Hanley & McNeil, Radiology 143, 1982).
const fewOutcomes = 20

func (c *Comparison) verdicts() []Verdict {
	var list []Verdict
	for _, v := range []Verdict{c.aboutRanking(), c.aboutWork(), c.aboutParting(), c.aboutScale()} {
		if v.Text != "" {
			list = append(list, v)
		}
	}
	if lost := c.Leads - c.Won; min(c.Won, lost) < fewOutcomes {
		list = append(list, Verdict{AboutLeads, Mind, fmt.Sprintf("Only %s won and %s not: every figure here is rough. Look at the ranges in brackets, and come back with more closed deals.",
			count(c.Won, "lead was", "leads were"), fmt.Sprint(lost))})
	}
	if c.Basis.Kind == Trusted || c.Basis.Kind == Refit {
		list = append(list, Verdict{AboutLeads, Open, c.Basis.Words})
	}
	return list
}

func (c *Comparison) aboutRanking() Verdict {
	r := c.Ranking
	if r == nil {
		return Verdict{AboutRanking, Mind, "All these leads had the same outcome, so nobody can say which score ranks better."}
	}
	v := Verdict{Topic: AboutRanking}
	figures := fmt.Sprintf("put a won lead beside one that was not: the model scores the won one higher in %s of 100 such pairs, the rules in %s (difference %s %s)",
		hundredths(r.AUC[0].Value), hundredths(r.AUC[1].Value), hundredths(r.Difference.Value), bounds(r.Difference, 100, 1))
	switch {
	case r.Difference.Low > 0:
		v.Tone, v.Text = Good, "The model ranks these leads better than the rules. In words: "+figures+"."
	case r.Difference.High < 0:
		v.Tone, v.Text = Mind, "The rules rank these leads better than the model. In words: "+figures+"."
	default:
		v.Tone, v.Text = Open, "No evidence that either score ranks these leads better. In words: "+figures+", and the range of the difference holds 0."
	}
	return v
}

func (c *Comparison) aboutWork() Verdict {
	w, v := &c.Work, Verdict{Topic: AboutWork, Tone: Open}
	if c.Won == 0 {
		return v
	}
	switch {
	case w.Difference.Low > 0:
		v.Tone = Good
	case w.Difference.High < 0:
		v.Tone = Mind
	}
	figures := fmt.Sprintf("difference %s %s", Number(w.Difference.Value, 1), bounds(w.Difference, 1, 1))
	if w.Difference == (metrics.Estimate{}) {
		figures = "the same wins" // an interval without width would claim to be sure
	}
	v.Text = fmt.Sprintf("%s the model finds %s wins%s, the rules %s (%s).", w.Opening(), w.wins(0), w.each(), w.wins(1), figures)
	if w.Worked >= w.Arrivals {
		v.Tone = Open
		v.Text += " But the team can work every lead that comes, so no score is needed to choose."
	}
	return v
}

// wins are those that a score finds: a mean a period, or a number, which is whole unless leads tie for the last places.
func (w *Work) wins(score int) string {
	if won := w.Won[score]; w.each() == "" && won == math.Round(won) {
		return Number(won, 0)
	}
	return Number(w.Won[score], 1)
}

// Opening begins the sentence on what the team can work: "With your 40 calls a week".
func (w *Work) Opening() string {
	share := Number(100*w.Capacity.Share, 0) + " %"
	switch {
	case w.Untimed:
		return fmt.Sprintf("The leads have no times, so a capacity a week cannot be applied. Working the best-scored %s (%d leads), as many as the rules hand over,", share, w.Leads)
	case w.Assumed:
		return fmt.Sprintf("Working the best-scored %s (%d leads), as many as the rules hand over,", share, w.Leads)
	case w.Capacity.Share > 0:
		return fmt.Sprintf("Working the best-scored %s (%d leads)", share, w.Leads)
	}
	return fmt.Sprintf("With your %d calls a %s", w.Capacity.Leads, w.Capacity.Per)
}

func (w *Work) each() string {
	if w.Capacity.Share > 0 {
		return ""
	}
	return " a " + string(w.Capacity.Per)
}

func (c *Comparison) aboutParting() Verdict {
	d, v := &c.Disagreement, Verdict{Topic: AboutParting, Tone: Open}
	rule, model := &d.Quadrants[1], &d.Quadrants[2]
	switch {
	case rule.Leads+model.Leads == 0:
		v.Text = "The scores never disagree: every lead is high by both or low by both."
		return v
	case d.ModelLessRules == nil:
		v.Text = fmt.Sprintf("The scores disagree on %s: %d are high by the model alone, %d by the rules alone.", count(rule.Leads+model.Leads, "lead", "leads"), model.Leads, rule.Leads)
		return v
	}
	figures := fmt.Sprintf("of the %s that only the model calls high %s were won, of the %d that only the rules do %s (difference %s points of percent %s)",
		count(model.Leads, "lead", "leads"), Percent(model.Rate.Value), rule.Leads, Percent(rule.Rate.Value), Number(100*d.ModelLessRules.Value, 1), bounds(*d.ModelLessRules, 100, 1))
	switch {
	case d.ModelLessRules.Low > 0:
		v.Tone, v.Text = Good, "Where they disagree, the model was right more often: "+figures+"."
	case d.ModelLessRules.High < 0:
		v.Tone, v.Text = Mind, "Where they disagree, the rules were right more often: "+figures+"."
	default:
		v.Text = "Where they disagree, neither was surely right more often: " + figures + "."
	}
	return v
}

func (c *Comparison) aboutScale() Verdict {
	s, v := &c.Scale, Verdict{Topic: AboutScale, Tone: Good}
	if s.Leads > 0 && s.Leads < 2*fewestInBand {
		return Verdict{AboutScale, Open, fmt.Sprintf("What points have meant cannot be said yet: only %s by points, and two stretches of points need %d.", count(s.Leads, "lead goes", "leads go"), 2*fewestInBand)}
	}
	if len(s.Bands) < 2 {
		return Verdict{AboutScale, Mind, "The points do not tell these leads apart: nearly all have about the same number."}
	}
	if len(s.Wrong) > 0 {
		w := &s.Wrong[0]
		v.Tone = Mind
		v.Text = fmt.Sprintf("More points were not always better: leads with %s won less often than those with %s (%s against %s).",
			s.Bands[w.Higher].Words(), s.Bands[w.Lower].Words(), Percent(s.Bands[w.Higher].Rate.Value), Percent(s.Bands[w.Lower].Rate.Value))
		return v
	}
	first, last := &s.Bands[0], &s.Bands[len(s.Bands)-1]
	better := 0
	for _, step := range s.Steps {
		if step.Meaning == Better {
			better++
		}
	}
	v.Text = fmt.Sprintf("Leads with %s won in %s of cases, those with %s in %s; of %s from one band of points to the next %d surely made a difference.",
		first.Words(), Percent(first.Rate.Value), last.Words(), Percent(last.Rate.Value), count(len(s.Steps), "step", "steps"), better)
	if better == 0 {
		v.Tone = Open
	}
	return v
}

// Words names a band of points: "40 to 59 points".
func (b *Band) Words() string {
	from, to := Number(b.From, 0), Number(b.To, 0)
	if from == to {
		return from + " points"
	}
	return from + " to " + to + " points"
}

// Number writes a figure with so many decimals and a true minus sign.
func Number(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	text := fmt.Sprintf("%.*f", decimals, math.Abs(v))
	for _, digit := range text {
		if v < 0 && digit >= '1' && digit <= '9' {
			return "−" + text
		}
	}
	return text
}

// Percent writes a share with one decimal.
func Percent(share float64) string { return Number(100*share, 1) + " %" }

func hundredths(v float64) string { return Number(100*v, 1) }

func bounds(e metrics.Estimate, scale float64, decimals int) string {
	return "[" + Number(scale*e.Low, decimals) + ", " + Number(scale*e.High, decimals) + "]"
}

func count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
