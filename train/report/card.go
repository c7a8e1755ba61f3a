package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/report/page"
)

// Card is the model card of a version, in Markdown, under the headings of TRIPOD+AI (Collins et al., BMJ 385, 2024, e078378). It says what
// the version itself knows, and where only people know, asks for it. The same version gives the same bytes.
func Card(v *models.Version) string {
	c := &card{v: v}
	c.add("# Model card: %s", text(v.Model))
	c.add("Lead-scoring model, made by %s. This card belongs to the model.json beside it; SHA256SUMS holds the checksums of both.", text(v.Code))
	c.abstract()
	c.methods()
	c.results()
	c.discussion()
	return c.String()
}

// card collects paragraphs.
type card struct {
	strings.Builder
	v *models.Version
}

func (c *card) add(format string, values ...any) {
	fmt.Fprintf(c, format+"\n\n", values...)
}

// text makes a text from outside harmless in Markdown: on one line, without tags, links or table bars.
func text(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`).Replace(s)
}

// asked stands where only people know.
const asked = "Not known to the program; to be said by those who use it."

func (c *card) abstract() {
	t, val := &c.v.Training, &c.v.Validation
	c.add("## Abstract")
	c.add("Predicts the probability that a lead is won%s, from %s known at the snapshot, the instant at which a lead is looked at. Fitted to %s, %s of them won.",
		within(t.Horizon), page.Plural(len(c.v.Encoder.Inputs), "input", "inputs"), page.Plural(t.Used, "lead", "leads"), page.Count(t.Won))
	if val.Leads > 0 {
		c.add("%s", c.verdict())
	}
	c.add("## Introduction")
	c.add("**Background and objectives.** To rank leads for sales, and to say how likely each is won, beside a rule score that people wrote. The rules are in model.json.")
	c.add("**Intended use.** To choose which leads a person works first. Not for decisions about people such as employment or credit, and not without the interval that comes with each score. %s", asked)
}

func within(horizon string) string {
	if horizon == "" {
		return ""
	}
	return " within " + text(horizon) + " of the snapshot"
}

func (c *card) methods() {
	v, t := c.v, &c.v.Training
	c.add("## Methods")
	c.add("**Data.** %s; SHA-256 of the files `%s`. %s", page.Plural(t.Rows, "row", "rows"), t.Fingerprint, snapshots(t))
	c.add("**Participants.** Used: %s. Left out:", page.Plural(t.Used, "lead", "leads"))
	if len(t.LeftOut) == 0 {
		c.add("- none")
	}
	for _, reason := range slices.Sorted(maps.Keys(t.LeftOut)) {
		fmt.Fprintf(c, "- %s: %s\n", page.Count(t.LeftOut[reason]), text(reason))
	}
	if len(t.LeftOut) > 0 {
		c.WriteString("\n")
	}
	c.add("**Data preparation.** Numbers in quantile bins, categories in levels, both learned from the fitted leads. Rare and unseen categories share a level.")
	c.add("**Outcome.** Column %s: won is %s, lost is %s; everything else is open and never counted as lost. %s won after the horizon count as not won.",
		text(v.Schema.Outcome.Column), list(v.Schema.Outcome.Won), list(v.Schema.Outcome.Lost), page.Plural(t.WonLate, "lead", "leads"))
	c.predictors()
	c.sampleSize()
	for i := range t.HalfLives {
		h := &t.HalfLives[i]
		c.add("**Half-life of %s.** Learned from the fitted leads by marginal likelihood: %s.", text(h.Figure), h.Words())
	}
	if s := t.Segments; s != nil {
		c.add("**Segments by %s.** %s A segment with few leads leans on the whole; how far each does is in model.json.", text(s.By), sentence(text(s.Words())))
	}
	if w := t.Weighting; w != nil {
		c.add("**Weights.** %s", weighting(w))
	}
	c.add("**Missing data.** Missing is a value with a coefficient of its own; nothing is filled in and no lead is dropped for it.")
	c.add("**Analytical methods.** Penalised binned additive logistic regression, smoothing by restricted likelihood (Wood & Fasiolo 2017); standard errors from the penalised Hessian. Judged on %s; then fitted to all.", orUnknown(text(v.Validation.Split)))
	if cal := v.Calibration; cal != nil {
		c.add("**Calibration.** %s The held-out leads had no say in that.", sentence(text(cal.Words)))
	} else {
		words := "The probabilities are as fitted"
		if why := v.Validation.AsFitted; why != "" {
			words += ": " + text(why)
		}
		c.add("**Calibration.** %s.", words)
	}
	c.add("**Class imbalance.** None is corrected: probabilities stay probabilities.")
	c.add("**Fairness.** The validation report shows the figures by segment. Which groups matter: %s", strings.ToLower(asked[:1])+asked[1:])
	c.add("**Model output.** A probability with a 90 %% interval, and what each field adds to the log-odds.")
	c.add("**Ethical approval.** %s", asked)
	c.add("## Open science")
	c.add("**Funding, conflicts of interest, protocol, registration.** %s", asked)
	c.add("**Data and code sharing.** The code is named above; the data stay with their owner.")
	c.add("## Patient and public involvement")
	c.add("Not applicable to lead scoring.")
}

// snapshots says when the leads were looked at.
func snapshots(t *models.Training) string {
	if t.Newest == "" {
		return "The rows have no times; their order stands in for it."
	}
	return fmt.Sprintf("Snapshots from %s to %s.", t.Oldest, t.Newest)
}

// weighting says how much the leads counted, in words.
func weighting(w *models.Weighting) string {
	said := ""
	if w.Column != "" {
		said = fmt.Sprintf("A lead counts by its weight, column %s: %s in all. ", text(w.Column), page.Number(w.Sum, 1))
	}
	if w.HalfLife != "" {
		said += fmt.Sprintf("Old deals count less, half after %s; the oldest counts %s. ", text(w.HalfLife), page.Number(w.Oldest, 3))
	}
	return said + fmt.Sprintf("They tell as much as %s leads that count alike (Kish's effective sample size). Figures count each lead once unless they say otherwise.", page.Number(w.EffectiveLeads, 0))
}

// sampleSize sets the leads beside what Riley et al. ask for.
func (c *card) sampleSize() {
	t := &c.v.Training
	words := fmt.Sprintf("**Sample size.** %s won and %s not, for %s effective parameters.", page.Count(t.Won), page.Count(t.Used-t.Won), page.Number(t.EffectiveParameters, 1))
	if s := t.Sample; s != nil {
		words += fmt.Sprintf(" That is %s of the rarer outcome for each; expected shrinkage %s.", page.Number(s.PerParameter, 1), page.Number(s.Strength.Shrinkage, 2))
		if s.Needed.Leads > 0 {
			words += fmt.Sprintf(" A model of this strength asks for %s, %s of them of the rarer outcome (criteria of Riley et al., BMJ 368, 2020, m441).",
				page.Plural(s.Needed.Leads, "lead", "leads"), page.Count(s.Needed.Rarer))
		} else {
			words += " The fields gain no more than chance would, so no sample is known to be enough."
		}
	}
	c.add("%s", words)
}

// predictors lists the fields by what is done with them.
func (c *card) predictors() {
	c.add("**Predictors.**")
	c.WriteString("| field | kind | used | because |\n|---|---|---|---|\n")
	for i := range c.v.Schema.Fields {
		f := &c.v.Schema.Fields[i]
		used := "yes"
		if !f.Used() {
			used = "no"
		}
		if f.Monotone != "" {
			used += ", monotone " + string(f.Monotone)
		}
		fmt.Fprintf(c, "| %s | %s | %s | %s |\n", text(f.Name), f.Kind, used, text(f.Because))
	}
	for _, in := range c.v.Encoder.Inputs {
		if in.Source != features.FromField {
			used := "yes"
			if in.Monotone != "" {
				used += ", monotone " + string(in.Monotone)
			}
			fmt.Fprintf(c, "| %s | from %s | %s | |\n", text(in.Name), in.Source, used)
		}
	}
	c.WriteString("\n")
	for _, s := range c.v.Training.Leakage {
		fmt.Fprintf(c, "- %s: %s. %s %s\n", text(s.Field), s.Grade, sentence(text(s.Words)), text(s.Because))
	}
	if len(c.v.Training.Leakage) > 0 {
		c.WriteString("\n")
	}
}

func list(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = "“" + text(value) + "”"
	}
	return strings.Join(quoted, ", ")
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

func (c *card) results() {
	v, t, val := c.v, &c.v.Training, &c.v.Validation
	c.add("## Results")
	c.add("**Participants.** %s used, %s won (%s).", page.Plural(t.Used, "lead", "leads"), page.Count(t.Won), page.Percent(share(t.Won, t.Used), 1))
	c.add("**Model development and specification.** %s; the whole model is model.json.", page.Plural(len(v.Logistic.Terms), "term", "terms"))
	c.WriteString("| term | effective parameters |\n|---|---|\n")
	for i := range v.Logistic.Terms {
		fmt.Fprintf(c, "| %s | %s |\n", text(v.Logistic.Terms[i].Name), page.Number(v.Logistic.Terms[i].EDF, 1))
	}
	c.WriteString("\n")
	c.add("**Model performance.**")
	if val.Leads == 0 {
		c.add("The model could not be judged.")
	} else {
		c.performance()
	}
	c.add("**Model updating.** %s", c.updating())
}

func (c *card) performance() {
	val := &c.v.Validation
	c.add("On %s: %s, %s won, with 95 %% intervals.", text(val.Split), page.Plural(val.Leads, "lead", "leads"), page.Count(val.Won))
	c.WriteString("| figure | model | rules |\n|---|---|---|\n")
	row := func(name string, of func(*models.Figures) string) {
		fmt.Fprintf(c, "| %s | %s | %s |\n", name, of(&val.Model), of(&val.Rules))
	}
	row("AUC", func(f *models.Figures) string { return page.Number(f.AUC.Value, 3) + " " + page.Interval(f.AUC, 3) })
	row("log loss, nats a lead", func(f *models.Figures) string { return page.Number(f.LogLoss, 4) })
	row("Brier score", func(f *models.Figures) string { return page.Number(f.Brier, 4) })
	row("calibration intercept", func(f *models.Figures) string {
		return page.Number(f.Calibration.Intercept.Value, 3) + " " + page.Interval(f.Calibration.Intercept, 3)
	})
	row("calibration slope", func(f *models.Figures) string {
		return page.Number(f.Calibration.Slope.Value, 3) + " " + page.Interval(f.Calibration.Slope, 3)
	})
	row("wins expected / observed", func(f *models.Figures) string {
		return page.Number(f.Calibration.Expected, 1) + " / " + page.Number(f.Calibration.Observed, 0)
	})
	c.WriteString("\n")
	c.otherTimes()
	if val.Weighted != nil {
		c.add("%s", byWeightWords(val.Weighted))
	}
	if val.ThinEvidence > 0 {
		c.add("%s of these probabilities rest on thin evidence: their odds are not known within a factor of two. Each score says so.", page.Count(val.ThinEvidence))
	}
}

// otherTimes gives the same recipe's figures at earlier times, and what a random split would have claimed.
func (c *card) otherTimes() {
	val := &c.v.Validation
	if r := val.Rolling; r != nil && r.Model != nil {
		m := r.Model
		c.add("The same recipe at %s, each fitted to what was known then and judged on the leads that came: AUC %s on average and %s at worst, log loss %s and %s, wins expected / observed %s and %s.",
			page.Plural(len(r.Origins), "time", "times"), page.Number(m.Mean.AUC, 3), page.Number(m.Worst.AUC, 3), page.Number(m.Mean.LogLoss, 4), page.Number(m.Worst.LogLoss, 4),
			page.Number(m.Mean.ExpectedObserved, 2), page.Number(m.Worst.ExpectedObserved, 2))
	}
	if t := val.Contrast; t != nil {
		c.add("A random split would have claimed AUC %s; by time the same recipe reaches %s.", page.Number(t.RandomAUC, 3), page.Number(t.TimeAUC, 3))
	}
}

func (c *card) updating() string {
	if c.v.Recalibration == nil {
		return "None; leadscore recalibrate moves intercept and slope, leadscore train makes a new version."
	}
	return "Intercept and slope were moved to later deals; see recalibration in model.json."
}

// verdict says how the model ranks, and whether its probabilities can be taken at their word.
func (c *card) verdict() string {
	return strings.TrimSpace(sentence(text(c.v.Validation.Verdict)) + " " + text(Probabilities(&c.v.Validation)))
}

func (c *card) discussion() {
	c.add("## Discussion")
	c.add("**Interpretation.** %s", orUnknown(c.verdict()))
	c.add("**Limitations.**")
	limits := slices.Clone(c.v.Training.Warnings)
	if _, words := originsVerdict(c.v.Validation.Rolling); words != "" {
		limits = append([]string{words}, limits...)
	}
	if len(limits) == 0 {
		limits = []string{"the program has no warning; a market that changes makes any model wrong"}
	}
	for _, limit := range limits {
		fmt.Fprintf(c, "- %s\n", sentence(text(limit)))
	}
	c.WriteString("\n")
	c.add("**Usability.** A value that training has not seen is scored as *other*, a missing one as *missing*; each answer says which. %s", asked)
}
