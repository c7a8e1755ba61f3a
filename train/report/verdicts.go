package report

import (
	"fmt"
	"math"
	"strings"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/train/report/page"
)

// verdicts puts the report into plain sentences, the most important first.
func verdicts(e *Evidence, m *Measures) []page.Verdict {
	var list []page.Verdict
	add := func(tone page.Tone, text string) { list = append(list, page.Verdict{Tone: tone, Text: sentence(text)}) }
	if len(e.Wins) == 0 || len(e.Scores) == 0 {
		add(page.Bad, "the model could not be judged: no part of the leads can be held out so that both parts have won and lost leads")
		return append(list, warnings(e)...)
	}
	d := e.Validation.Difference
	tone := page.Unclear
	if d.Low > 0 {
		tone = page.Good
	} else if d.High < 0 {
		tone = page.Bad
	}
	add(tone, strings.ReplaceAll(strings.ReplaceAll(e.Validation.Verdict, " -", " −"), "[-", "[−"))
	if c := m.Differences[0].Clustered; c != nil && e.Accounts != nil && (d.Low > 0) != (c.Low > 0) {
		add(page.Unclear, fmt.Sprintf("with leads of one account drawn together the interval of that difference is %s, which changes the verdict", page.Interval(c.Estimate, 3)))
	}
	add(championVerdict(e, m))
	add(probabilitiesVerdict(&e.Validation))
	add(originsVerdict(e.Validation.Rolling))
	add(evidenceVerdict(e))
	add(capacityVerdict(e, m))
	add(speedVerdict(m))
	if leaks := suspected(e.Leaks, models.Leak); leaks > 0 {
		add(page.Bad, fmt.Sprintf("%s may know the outcome beforehand; see Leakage", page.Plural(leaks, "field", "fields")))
	}
	if suspects := suspected(e.Leaks, models.Suspect); suspects > 0 {
		add(page.Unclear, fmt.Sprintf("%s in use may be known only later, or not carry over; if so, all figures here flatter: see Leakage", page.Plural(suspects, "field", "fields")))
	}
	kept := list[:0]
	for _, v := range list {
		if v.Text != "" {
			kept = append(kept, v)
		}
	}
	return append(kept, warnings(e)...)
}

// sentence gives a text a capital and a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

func warnings(e *Evidence) []page.Verdict {
	var list []page.Verdict
	for _, warning := range e.Training.Warnings {
		list = append(list, page.Verdict{Tone: page.Bad, Text: sentence(warning)})
	}
	return list
}

func championVerdict(e *Evidence, m *Measures) (page.Tone, string) {
	if len(m.Differences) < 2 {
		return page.Unclear, ""
	}
	d := m.Differences[1].DeLong
	figures := fmt.Sprintf("AUC %s against %s, difference %s %s", page.Number(e.Scores[0].Figures.AUC.Value, 3),
		page.Number(e.Scores[2].Figures.AUC.Value, 3), page.Number(d.Value, 3), page.Interval(d, 3))
	if e.ChampionNote != "" {
		figures += "; " + e.ChampionNote
	}
	switch {
	case d.High < 0 && e.ChampionFlattered:
		return page.Unclear, "the present champion ranks these leads better, which says little: " + figures
	case d.Low > 0:
		return page.Good, "it ranks better than the present champion: " + figures
	case d.High < 0:
		return page.Bad, "it ranks worse than the present champion: " + figures
	}
	return page.Unclear, "no evidence that it ranks better than the present champion, or worse: " + figures
}

// Probabilities says in a sentence whether a version's probabilities can be taken at their word; empty where nothing could be judged.
func Probabilities(v *models.Validation) string {
	_, words := probabilitiesVerdict(v)
	return sentence(words)
}

// probabilitiesVerdict goes, where leads have weights of their own, by those: the fit counts by them, so the probabilities are those of the leads that they
// stand for.
func probabilitiesVerdict(v *models.Validation) (page.Tone, string) {
	c, counted := v.Model.Calibration, ""
	ratio, err := metrics.RatioOfCounts(c.Expected, c.Observed, float64(v.Leads))
	if v.Leads == 0 || err != nil {
		return page.Unclear, ""
	}
	size, rough := ratio.Low <= 1 && ratio.High >= 1, ratio.High > 2*ratio.Low
	if w := v.Weighted; w != nil && w.Calibration != nil {
		c, counted = *w.Calibration, "by weight, "
		size, rough = c.Intercept.Low <= 0 && c.Intercept.High >= 0, c.Intercept.High-c.Intercept.Low > math.Ln2
	}
	text := fmt.Sprintf("%sexpected %s wins, observed %s", counted, page.Number(c.Expected, 1), page.Number(c.Observed, 0))
	if c.Slope.StandardError > 0 {
		text += fmt.Sprintf("; calibration slope %s %s", page.Number(c.Slope.Value, 2), page.Interval(c.Slope, 2))
	}
	slope := c.Slope.StandardError == 0 || c.Slope.Low <= 1 && c.Slope.High >= 1
	switch {
	case size && slope && (rough || c.Slope.High-c.Slope.Low > 1):
		return page.Unclear, "these leads are too few to tell whether its probabilities are off: " + text
	case size && slope:
		return page.Good, "no evidence that its probabilities are off: " + text
	case !size && c.Expected > c.Observed:
		return page.Bad, "its probabilities are too high: " + text
	case !size:
		return page.Bad, "its probabilities are too low: " + text
	case c.Slope.Value < 1:
		return page.Bad, "its probabilities are right on the whole, but too extreme: " + text
	}
	return page.Bad, "its probabilities are right on the whole, but too timid: " + text
}

// evidenceVerdict speaks where many single scores rest on little.
func evidenceVerdict(e *Evidence) (page.Tone, string) {
	const many = 0.1 // of the leads
	if thin := e.Validation.ThinEvidence; float64(thin) >= many*float64(len(e.Wins)) {
		which := fmt.Sprintf("%s of the %s", page.Count(thin), page.Plural(len(e.Wins), "lead", "leads"))
		if int(thin) == len(e.Wins) {
			which = "every held-out lead"
		}
		return page.Unclear, fmt.Sprintf("for %s the odds of a win are not known within a factor of two; the scores say so", which)
	}
	return page.Unclear, ""
}

func capacityVerdict(e *Evidence, m *Measures) (page.Tone, string) {
	if m.Periods == 0 || m.WorkedMore == nil || m.Scores[0].Worked == nil || m.Scores[1].Worked == nil {
		return page.Unclear, ""
	}
	a, b, periods := m.Scores[0].Worked, m.Scores[1].Worked, float64(m.Periods)
	if a.Leads == len(e.Wins) {
		return page.Unclear, fmt.Sprintf("with %d leads a %s the team could work all of the held-out leads, so that no score is needed to choose", e.Capacity.Leads, e.Capacity.Per)
	}
	tone, more := page.Unclear, *m.WorkedMore
	difference := "the same wins" // an interval without width would claim to be sure
	if more.StandardError > 0 {
		if more.Low > 0 {
			tone = page.Good
		} else if more.High < 0 {
			tone = page.Bad
		}
		more.Low, more.High = more.Low/periods, more.High/periods
		difference = fmt.Sprintf("difference %s %s", page.Number(more.Value/periods, 1), page.Interval(more, 1))
	}
	return tone, fmt.Sprintf("with %d leads a %s worked, the model's choice holds %s wins a %s, the rules' %s (%s)", e.Capacity.Leads, e.Capacity.Per,
		page.Number(a.Won/periods, 1), e.Capacity.Per, page.Number(b.Won/periods, 1), difference)
}

func speedVerdict(m *Measures) (page.Tone, string) {
	if len(m.Bands) < 2 {
		return page.Unclear, ""
	}
	top, low := m.Bands[0], m.Bands[len(m.Bands)-1]
	text := fmt.Sprintf("of the top-scored fifth %s were won, of the bottom three fifths %s", page.Percent(top.Rate.Value, 1), page.Percent(low.Rate.Value, 1))
	tone := page.Unclear
	if top.Rate.Low > low.Rate.High {
		tone = page.Good
	}
	if m.Sooner == nil {
		return tone, text
	}
	medians := fmt.Sprintf(" (median %s days against %s)", page.Number(top.Median.Value, 0), page.Number(low.Median.Value, 0))
	switch {
	case m.Sooner.Low > 0.5:
		text += "; its wins also came sooner" + medians
	case m.Sooner.High < 0.5:
		text += "; its wins came later, though" + medians
	default:
		text += "; no evidence that its wins came sooner or later" + medians
	}
	return tone, text
}

// suspected counts the fields of a grade that nobody has explained.
func suspected(leaks []Leak, grade models.Grade) int {
	fields := map[string]bool{}
	for _, l := range leaks {
		if l.Grade == string(grade) && l.Because == "" {
			fields[l.Field] = true
		}
	}
	return len(fields)
}
