package funnel

import (
	"fmt"

	"leadscore/models/metrics"
	"leadscore/models/rules"
	"leadscore/train/report/page"
)

// remarks draws the conclusions, in plain words, each with what its figures can bear.
func (f *follower) remarks() {
	f.onTarget()
	f.onResponse()
	f.onTooStrict()
	f.onTooLax()
	f.onThreshold()
	f.onBands()
	f.onRanking()
	f.onAgainst()
	f.onNeeds()
	f.onReview()
}

func (f *follower) say(tone page.Tone, format string, args ...any) {
	f.out.Verdicts = append(f.out.Verdicts, Remark{string(tone), fmt.Sprintf(format, args...)})
}

func percent(e metrics.Estimate) string {
	return fmt.Sprintf("%.0f %% [%.0f, %.0f]", 100*e.Value, 100*e.Low, 100*e.High)
}

// against says where an interval lies beside a target: below, above, within, or none of them for sure.
func (t *Target) against(e metrics.Estimate) string {
	switch {
	case t.Low != nil && e.High < *t.Low:
		return "below"
	case t.High != nil && e.Low > *t.High:
		return "above"
	case (t.Low == nil || e.Low >= *t.Low) && (t.High == nil || e.High <= *t.High):
		return "within"
	}
	return ""
}

func (t *Target) words() string {
	text := ""
	switch {
	case t.Low != nil && t.High != nil:
		text = fmt.Sprintf("%.0f to %.0f %%", 100**t.Low, 100**t.High)
	case t.Low != nil:
		text = fmt.Sprintf("at least %.0f %%", 100**t.Low)
	default:
		text = fmt.Sprintf("at most %.0f %%", 100**t.High)
	}
	if t.Source != "" {
		text += ", " + t.Source
	}
	return text
}

// onTarget holds the rates that have targets against them.
func (f *follower) onTarget() {
	hand := f.p.handOver()
	list := append([]Conversion{}, f.out.Steps...)
	for i, c := range append(list, *f.out.Accepted) {
		if c.Target == nil || c.Rate == nil {
			continue
		}
		what := fmt.Sprintf("%s to %s: %s within %.0f days; the target is %s", c.From, c.To, percent(*c.Rate), c.WithinDays, c.Target.words())
		atHandOver := i == hand || i == len(list)
		switch c.Target.against(*c.Rate) {
		case "within":
			f.say(page.Good, "%s.", what)
		case "below":
			advice := ""
			if atHandOver {
				advice = " The threshold is too lax: sales gets leads that it cannot use. Raise it, or ask for more in both dimensions."
			}
			f.say(page.Bad, "%s: below it.%s", what, advice)
		case "above":
			advice := ""
			if atHandOver {
				advice = " The threshold may be too strict: more of what is handed over is taken up than is usual, so more leads could be handed over."
			}
			f.say(page.Bad, "%s: above it.%s", what, advice)
		default:
			f.say(page.Unclear, "%s: %s not show whether it is met.", what, page.Plural(c.Entered, "lead does", "leads do"))
		}
	}
}

func (f *follower) onResponse() {
	a := f.out.Response
	if a == nil {
		return
	}
	hours := "hours"
	if a.Hours != "" {
		hours = "working hours"
	}
	what := fmt.Sprintf("Sales answers %s of the leads within %.3g %s", percent(a.Rate), a.WithinHours, hours)
	if a.Overdue > 0 {
		what += fmt.Sprintf("; %s longer than that now", page.Plural(a.Overdue, "lead waits", "leads wait"))
	}
	switch {
	case a.Target == nil:
		f.say(page.Unclear, "%s. The process names no target for it (targets: %s).", what, TargetResponse)
	case a.Target.against(a.Rate) == "within":
		f.say(page.Good, "%s; agreed is %s.", what, a.Target.words())
	case a.Target.against(a.Rate) == "below":
		f.say(page.Bad, "%s; agreed is %s.", what, a.Target.words())
	default:
		f.say(page.Unclear, "%s; agreed is %s: %s not show whether it is met.", what, a.Target.words(), page.Plural(a.Leads, "lead does", "leads do"))
	}
}

// fewToJudge is how many closed leads a group must have before a win rate of it is called high or low.
const fewToJudge = 10

// onTooStrict looks at the wins that were never handed over.
func (f *follower) onTooStrict() {
	var handed, never WayRow
	wins := 0
	for _, w := range f.out.Ways {
		wins += w.Won
		switch w.Way {
		case ByFastLane, ByHandOver:
			handed.Won, handed.Closed = handed.Won+w.Won, handed.Closed+w.Closed
		case Never:
			never = w
		}
	}
	if wins == 0 {
		return
	}
	missed, _ := metrics.Wilson(float64(never.Won), float64(wins))
	what := fmt.Sprintf("%d of %d wins, %s, came from leads that were never handed over", never.Won, wins, percent(missed))
	if min(handed.Closed, never.Closed) < fewToJudge {
		f.say(page.Unclear, "%s; too few leads of either kind are closed to say more.", what)
		return
	}
	d, _ := metrics.RateDifference(float64(handed.Won), float64(handed.Closed), float64(never.Won), float64(never.Closed))
	rates := fmt.Sprintf("handed over %s of the closed leads were won, never handed over %s", percent(mustWilson(handed)), percent(mustWilson(never)))
	switch {
	case d.High < 0:
		f.say(page.Bad, "%s: %s. The hand-over picks the wrong leads.", what, rates)
	case d.Low <= 0:
		f.say(page.Bad, "%s: %s. It is not shown that the hand-over picks the better ones: too strict, or blind. Look at what these wins have in common (leadscore rules suggest).", what, rates)
	case missed.Low > 0.5:
		f.say(page.Bad, "%s: %s. The hand-over picks better leads, but too few of them: too strict. Lower the threshold (leadscore rules thresholds shows what each would do).", what, rates)
	default:
		f.say(page.Good, "%s: %s. The hand-over picks the better leads.", what, rates)
	}
}

func mustWilson(w WayRow) metrics.Estimate {
	e, _ := metrics.Wilson(float64(w.Won), float64(w.Closed))
	return e
}

// onTooLax looks at what was handed over for nothing.
func (f *follower) onTooLax() {
	handed, refused, lost := 0, 0, 0
	for i := range f.leads {
		if j := &f.leads[i]; j.handedOver() && (j.closed != none || len(j.rejected) > 0) {
			handed++
			switch {
			case j.verdict() == Rejected:
				refused++
			case j.lost() != none:
				lost++
			}
		}
	}
	if handed < fewToJudge {
		return
	}
	e, _ := metrics.Wilson(float64(refused), float64(handed))
	text := fmt.Sprintf("Of %d leads handed over and decided, sales rejected %d, %s, and lost %d more", handed, refused, percent(e), lost)
	if len(f.out.Reasons) > 0 && f.out.Reasons[0].Name != "" {
		text += fmt.Sprintf("; the most frequent reason is %q (%d)", f.out.Reasons[0].Name, f.out.Reasons[0].Leads)
	}
	f.say(page.Unclear, "%s.", text)
}

// onThreshold holds the rules' own threshold against the outcomes, whatever was handed over.
func (f *follower) onThreshold() {
	if f.out.Feedback == nil {
		return
	}
	var above, below Band
	for _, b := range f.out.Feedback.Qualification {
		into := &below
		if b.Name == string(rules.FastLane) || b.Name == string(rules.MQL) {
			into = &above
		}
		into.Closed, into.Won = into.Closed+b.Closed, into.Won+b.Won
	}
	if min(above.Closed, below.Closed) < fewToJudge || above.Won+below.Won == 0 {
		return
	}
	above.rates()
	below.rates()
	missed, _ := metrics.Wilson(float64(below.Won), float64(above.Won+below.Won))
	d, _ := metrics.RateDifference(float64(above.Won), float64(above.Closed), float64(below.Won), float64(below.Closed))
	what := fmt.Sprintf("By the rules %d of %d wins, %s, were below the threshold: above it %s of the closed leads were won, below it %s", below.Won, above.Won+below.Won, percent(missed), percent(*above.Wins), percent(*below.Wins))
	switch {
	case d.Low <= 0:
		f.say(page.Bad, "%s. It is not shown to separate them.", what)
	case missed.Low > 0.5:
		f.say(page.Bad, "%s. It separates them, but most wins are below it: too strict (leadscore rules thresholds shows what each other would do).", what)
	default:
		f.say(page.Good, "%s.", what)
	}
}

// onBands says whether the leads handed over that the model thinks least of are better than those that were held back.
func (f *follower) onBands() {
	if f.out.Feedback == nil {
		return
	}
	bands, never := f.out.Feedback.Probability, f.out.Ways[len(f.out.Ways)-1]
	if len(bands) < 2 || min(bands[0].Closed, never.Closed) < fewToJudge {
		return
	}
	low := bands[0]
	d, err := metrics.RateDifference(float64(low.Won), float64(low.Closed), float64(never.Won), float64(never.Closed))
	if err != nil {
		return
	}
	what := fmt.Sprintf("The fifth of the leads handed over that the model thinks least of (probability up to %.0f %%) was won in %s of the closed cases, the leads never handed over in %s", 100**low.High, percent(*low.Wins), percent(*never.Rate))
	if b := f.out.Feedback; b.Learned > 0 {
		what += fmt.Sprintf(" (the model may have learned from %d of the %d leads scored)", b.Learned, b.Scored)
	}
	switch {
	case d.Low > 0:
		f.say(page.Good, "%s: it is worth handing over.", what)
	case d.High < 0:
		f.say(page.Bad, "%s: handing it over is too lax.", what)
	default:
		f.say(page.Bad, "%s: it is not shown to be better than what is held back; handing it over may be too lax.", what)
	}
}

func (f *follower) onRanking() {
	if f.out.Feedback == nil {
		return
	}
	r := &f.out.Feedback.Ranking
	if r.Model == nil {
		f.say(page.Unclear, "Whether a score ranks what sales takes is not shown: %d leads were answered, %d of them accepted, and it takes ten of either answer.", r.Leads, r.Accepted)
		return
	}
	auc := func(e *metrics.Estimate) string { return fmt.Sprintf("%.2f [%.2f, %.2f]", e.Value, e.Low, e.High) }
	mind := ""
	if !r.Unlearned {
		mind = " The model may have learned from some of them, which flatters it."
	}
	text := fmt.Sprintf("Ranking what sales accepts (AUC of %d answers; 0.5 is chance): model %s, rules %s, difference %s.%s", r.Leads, auc(r.Model), auc(r.Rules), auc(r.Difference), mind)
	switch {
	case r.Model.Low > 0.5 || r.Rules.Low > 0.5:
		f.say(page.Good, "%s", text)
	case r.Model.High < 0.5 && r.Rules.High < 0.5:
		f.say(page.Bad, "%s Sales takes what the scores think little of: sit down together.", text)
	default:
		f.say(page.Unclear, "%s Neither score is shown to rank them.", text)
	}
}

func (f *follower) onAgainst() {
	if f.out.Feedback == nil {
		return
	}
	if a := f.out.Feedback.Against; a.RejectedHigh+a.AcceptedLow > 0 {
		f.say(page.Unclear, "Worth a talk: sales rejected %s that both scores call high, and accepted %d that both call low; the report lists the first, --out has all.", page.Plural(a.RejectedHigh, "lead", "leads"), a.AcceptedLow)
	}
}

func (f *follower) onNeeds() {
	var worst *Need
	for i := range f.out.Needs {
		if n := &f.out.Needs[i]; n.Column != "" && n.Leads >= fewToJudge && (worst == nil || n.Rate.Value < worst.Rate.Value) {
			worst = n
		}
	}
	if worst != nil && worst.Rate.High < 1 {
		f.say(page.Unclear, "Most often missing of what must be known at %s is %s: filled for %s of the leads.", worst.Stage, worst.Column, percent(*worst.Rate))
	}
}

func (f *follower) onReview() {
	r := f.out.Review
	if r == nil {
		return
	}
	what := fmt.Sprintf("%s has learned from leads until %s, %.0f days ago; %d won and %d lost deals came since", r.Model, r.LearnedUntil[:10], r.AgeDays, r.WonSince, r.LostSince)
	switch {
	case r.Due && r.Enough:
		f.say(page.Bad, "%s. The review every %.0f days is due: leadscore compare, then recalibrate or train.", what, r.EveryDays)
	case r.Due:
		f.say(page.Unclear, "%s. The review every %.0f days is due, but it takes %d won and %d lost deals to recalibrate by.", what, r.EveryDays, fewestToMove, fewestToMove)
	default:
		f.say(page.Good, "%s. The next review is due in %.0f days.", what, r.EveryDays-r.AgeDays)
	}
}
