package leakage

import (
	"fmt"
	"math"
	"slices"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/naming"
)

// Judge gathers the evidence against one column, whose strength is that of its cells. Cost: linear in its cells.
func Judge(c *Column, s *Strength) []models.Suspicion {
	j := &judge{column: c, strength: s}
	won, lost, open := c.totals()
	if won >= LeastEach && lost >= LeastEach {
		j.tooGood()
		j.fillByOutcome()
		j.oneSided()
		j.deterministic(won, lost)
		j.lateName()
		j.ahead()
	}
	if won+lost >= LeastEach && open >= LeastEach {
		j.fillByClosing()
		j.closedOnly(won + lost)
	}
	j.late(AfterClosing, c.Closing)
	j.afterSnapshot()
	if c.Unique != "" {
		j.add(models.Suspect, NearUnique, c.UniqueShare, "%s", c.Unique)
	}
	return convict(j.list)
}

// judge is a column while it is being judged.
type judge struct {
	column   *Column
	strength *Strength
	list     []models.Suspicion
}

func (j *judge) add(grade models.Grade, evidence string, figure float64, format string, args ...any) {
	j.list = append(j.list, models.Suspicion{Field: j.column.Name, Grade: grade, Evidence: evidence, Figure: figure,
		Words: fmt.Sprintf(format, args...)})
}

func leakIf(sure bool) models.Grade {
	if sure {
		return models.Leak
	}
	return models.Suspect
}

// convict makes a leak of a column that is too good and shows another sort of sign as well.
func convict(list []models.Suspicion) []models.Suspicion {
	second := slices.ContainsFunc(list, func(s models.Suspicion) bool { return !IsStrength(s.Evidence) })
	for i := range list {
		if e := list[i].Evidence; second && (e == TooGood || e == TooInforming) {
			list[i].Grade = models.Leak
		}
	}
	return list
}

// IsStrength says whether evidence is no more than how well the column tells won from lost.
func IsStrength(evidence string) bool {
	return evidence == TooGood || evidence == TooInforming || evidence == Deterministic || evidence == CarriesModel
}

// Strong says whether a column alone is better than honest columns are.
func (s *Strength) Strong() bool {
	return s.Known && s.AUC.Low >= strongAUC || s.Information.Low >= strongInformation
}

// tooGood accuses a column that alone ranks or informs better than honest columns do.
func (j *judge) tooGood() {
	if auc := j.strength.AUC; j.strength.Known && auc.Low >= strongAUC {
		j.add(leakIf(auc.Low >= extremeAUC), TooGood, auc.Value,
			"alone it ranks won above lost with AUC %.3f ± %.3f (honest columns reach about 0.78)", auc.Value, 2*auc.StandardError)
	}
	if i := j.strength.Information; i.Low >= strongInformation {
		j.add(leakIf(i.Low >= extremeInformation), TooInforming, i.Value,
			"alone it has an information value of %.2f ± %.2f (honest columns reach about 1.5)", i.Value, 2*i.StandardError)
	}
}

// apart says whether two shares differ as a column does that is filled by work on a lead, and their ratio.
func apart(a, b share) (ratio float64, ok bool) {
	if a.of == 0 || b.of == 0 {
		return 0, false
	}
	low, high := min(a.rate(), b.rate()), max(a.rate(), b.rate())
	mean := float64(a.n+b.n) / float64(a.of+b.of)
	spread := math.Sqrt(mean * (1 - mean) * (1/float64(a.of) + 1/float64(b.of)))
	ratio = high / max(low, 1/float64(a.of+b.of))
	return ratio, ratio >= fillRatio && high-low >= fillDifference && high-low >= fillErrors*spread
}

var (
	ofWon     = []features.Outcome{features.Won}
	ofLost    = []features.Outcome{features.Lost}
	ofDecided = []features.Outcome{features.Won, features.Lost}
	ofOpen    = []features.Outcome{features.Open}
)

// fillByOutcome accuses a column that is filled far more often for one outcome.
func (j *judge) fillByOutcome() {
	won, lost := j.column.likeForLike(ofWon, ofLost)
	if ratio, ok := apart(won, lost); ok {
		sure := j.strength.AUC.Value >= fillLeakAUC && j.strength.Information.Value >= fillLeakInformation
		j.add(leakIf(sure), FillOutcome, ratio, "filled for %s of the won and %s of the lost leads", Percent(won.rate()), Percent(lost.rate()))
	}
}

// oneSided accuses a column that has a value, or a number other than 0, practically with one outcome only.
func (j *judge) oneSided() {
	won, lost, _ := j.column.filled()
	what := "has a value"
	if j.column.Kind == features.Number {
		what = "is not 0"
		won.n, lost.n = j.column.NonZero[features.Won], j.column.NonZero[features.Lost]
	}
	if low, high := min(won.rate(), lost.rate()), max(won.rate(), lost.rate()); low <= oneSidedNone && high >= oneSidedMany {
		j.add(models.Leak, OneSided, low, "%s for %s of the won and %s of the lost leads", what, Percent(won.rate()), Percent(lost.rate()))
	}
}

// deterministic accuses a column many of whose values settle the outcome.
func (j *judge) deterministic(won, lost int) {
	n, values, mean := 0, []string{}, float64(won)/float64(won+lost)
	for i := range j.column.Cells {
		c := &j.column.Cells[i]
		decided, rate := c.decided(), c.rate()
		always := rate >= settled
		never := rate <= settledLow*mean && float64(decided)*mean >= settledExpect
		if decided >= settledLeads && (always || never) {
			n += decided
			values = append(values, fmt.Sprintf("%s wins %s of %d", c.Label, Percent(rate), decided))
		}
	}
	part := float64(n) / float64(won+lost)
	if part >= deterministicSome {
		j.add(leakIf(part >= deterministicMany), Deterministic, part,
			"%s of the decided leads have a value that settles the outcome: %s", Percent(part), listed(values, 3))
	}
}

// fillByClosing accuses a column that is filled for decided leads but not for open ones, or the reverse.
func (j *judge) fillByClosing() {
	closed, open := j.column.likeForLike(ofDecided, ofOpen)
	if closed.of < LeastEach || open.of < LeastEach {
		return
	}
	ratio, ok := apart(closed, open)
	never := open.rate() <= closedOnlyNone && closed.rate() >= closedOnlyMany
	if ok || never {
		j.add(leakIf(never), FillClosed, ratio, "filled for %s of the decided and %s of the open leads", Percent(closed.rate()), Percent(open.rate()))
	}
}

// closedOnly accuses a column whose values most decided leads have but no open one, where chance would give the open ones some.
func (j *judge) closedOnly(decided int) {
	c := j.column
	if c.Kind == features.Date || c.Kind == features.Number && !c.Whole {
		return // later leads have later dates, and every fraction differs
	}
	all, _ := c.perSpan(ofDecided...)
	opens, _ := c.perSpan(ofOpen...)
	n, values := 0, []string{}
	for i := range c.Cells {
		cell := &c.Cells[i]
		_, _, open := cell.sum()
		expected := 0.0
		for b := range cell.Counts {
			if all[b/coarse] > 0 {
				expected += float64(cell.Counts[b].won()+cell.Counts[b].lost()) / float64(all[b/coarse]) * float64(opens[b/coarse])
			}
		}
		if open == 0 && !cell.Missing && !cell.Other && expected >= expectedOpen {
			n += cell.decided()
			values = append(values, cell.Label)
		}
	}
	if part := float64(n) / float64(decided); part >= closedOnlySuspect {
		j.add(leakIf(part >= closedOnlyLeak), ClosedOnly, part,
			"%s of the decided leads have a value that no open lead has: %s", Percent(part), listed(values, 3))
	}
}

// late accuses dates or events half of which lie at an instant or after it.
func (j *judge) late(evidence string, l Later) {
	if part := l.share(); l.Of >= leastDates && part >= LateMost {
		j.add(models.Leak, evidence, part, "%s of %d %s", Percent(part), l.Of, l.What)
	}
}

// afterSnapshot accuses dates after the snapshot. A column that also holds dates beyond the end of the history holds plans,
// which may be known before they come.
func (j *judge) afterSnapshot() {
	c := j.column
	part := c.Snapshot.share()
	if c.Snapshot.Of < leastDates || part < lateSuspect {
		return
	}
	plans := share{c.Plans, c.Plans + c.Snapshot.Of}
	sure := part >= LateMost && plans.rate() < lateSuspect
	words := fmt.Sprintf("%s of %d %s", Percent(part), c.Snapshot.Of, c.Snapshot.What)
	if plans.rate() >= lateSuspect {
		words += fmt.Sprintf("; %d dates are beyond the end of the data, so it may hold plans", c.Plans)
	}
	j.add(leakIf(sure), AfterSnapshot, part, "%s", words)
}

// ahead suspects a column whose values help with leads of their own time only.
func (j *judge) ahead() {
	s := j.strength
	fall := s.Random.Value - max(s.Ahead.Value, 0.5) // a market that turns is no sign against a column
	spread := math.Hypot(s.Random.StandardError, s.Ahead.StandardError)
	if s.Timed && fall >= notAhead && fall >= notAheadErrors*spread {
		j.add(models.Suspect, NotAhead, fall, "ranked by other leads of all times it has AUC %.3f, ranked by earlier leads %.3f: its values do not carry over",
			s.Random.Value, s.Ahead.Value)
	}
}

// lateName suspects a name that speaks of a state or result, where the column tells anything at all.
func (j *judge) lateName() {
	if !j.column.Recorded || j.strength.Information.Value < unpredictive {
		return
	}
	list := naming.Words(j.column.Name)
	for i, w := range list {
		spent := (w == "days" || w == "hours" || w == "minutes") && len(list) > 1 &&
			!slices.ContainsFunc(list, func(w string) bool { return w == "since" || w == "ago" || w == "per" || w == "last" })
		if spent || slices.Contains(lateWords, w) && !(w == "last" && i+1 < len(list) && list[i+1] == "name") {
			j.add(models.Suspect, LateName, j.strength.Information.Value,
				"its name (“%s”) speaks of a state, a result or a time spent, which may be known only later", w)
			return
		}
	}
}
