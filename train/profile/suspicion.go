package profile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"leadscore/features"
)

// Grade says how sure a suspicion is.
type Grade string

const (
	Suspect Grade = "suspect" // may be known only after the outcome: used, and warned about
	Leak    Grade = "leak"    // looks like the outcome's shadow: left out
)

// Evidence names what made a column suspicious.
type Evidence string

const (
	TooGood       Evidence = "too good alone"         // Figure: AUC of the column alone
	TooInforming  Evidence = "too informative alone"  // Figure: information value in nats
	FillOutcome   Evidence = "filled by outcome"      // Figure: ratio of the shares filled, won against lost or the reverse
	OneSided      Evidence = "only with one outcome"  // Figure: share of the other outcome that has it
	FillClosed    Evidence = "filled by closing"      // Figure: ratio of the shares filled, decided against open or the reverse
	ClosedOnly    Evidence = "values of closed leads" // Figure: share of decided leads with a value that no open lead has
	Deterministic Evidence = "decides the outcome"    // Figure: share of decided leads whose value settles the outcome
	AfterClosing  Evidence = "dated at the closing"   // Figure: share of decided leads whose date is the closing's or later
	LateName      Evidence = "named after a state"    // Figure: information value in nats
)

// Suspicion is one row of evidence that a column is known only after the outcome.
type Suspicion struct {
	Field    string   `json:"field"` // the column
	Grade    Grade    `json:"grade"`
	Evidence Evidence `json:"evidence"`
	Figure   float64  `json:"figure"`
	Words    string   `json:"words"` // the evidence with its numbers
}

// Thresholds. Measured on public sets without their known leaks, the strongest honest column alone has AUC 0.78 and
// information value 1.53 (census income: the relationship); the known leaks begin at AUC 0.80 and information value 1.9 (a
// lead quality set by sales, the length of a call). Between the two begins what is too good. Siddiqi (Credit Risk
// Scorecards, 2006, p. 81) calls values above 0.5 suspicious, which on sales data would accuse every strong honest column.
//
// A column may be honestly strong, so strength alone convicts only where it is extreme; else it takes a second sign, of
// another sort: its name, or how it is filled. Both figures are taken two standard errors down, so that small data accuse
// nobody by chance.
const (
	leastEach = 20 // won and lost leads (or decided and open) that a suspicion needs at least

	strongAUC          = 0.80
	strongInformation  = 1.65
	extremeAUC         = 0.90
	extremeInformation = 3.0

	fillRatio      = 2.0  // a column filled twice as often for one outcome is filled by work on the lead
	fillDifference = 0.10 // and by this share of all its leads
	fillErrors     = 4.0  // and by this many standard errors
	// A column filled by outcome is a leak when it also tells them apart this well.
	fillLeakAUC         = 0.75
	fillLeakInformation = 1.0

	oneSidedNone = 0.01 // at most this share of one outcome has a value (other than 0) …
	oneSidedMany = 0.20 // … that at least this share of the other has

	closedOnlyNone = 0.01 // as oneSided, for open and decided leads
	closedOnlyMany = 0.50
	// A value of closed leads only: seen in no open lead though chance would give this many.
	expectedOpen      = 20.0
	closedOnlyLeak    = 0.9
	closedOnlySuspect = 0.5

	settled             = 0.97 // the win rate of a value that decides the outcome; or a twentieth of the mean
	settledLow          = 0.05
	settledLeads        = 30 // leads of such a value
	settledExpect       = 20 // wins that the mean rate would give a value that never wins
	deterministicMany   = 0.5
	deterministicSome   = 0.2
	atClosing           = features.Day // a date this close before the closing, or later, is the closing's own
	atClosingLeak       = 0.5
	unpredictive        = 0.02 // information value below which a column tells nothing (Siddiqi, p. 81)
	leastDatesAtClosing = 20
)

// lateWords in a name speak of a state, a result or a time spent, which an export shows as it was when it was taken.
var lateWords = []string{"last", "latest", "duration", "elapsed", "closing", "closed", "stage", "stages", "reason", "score", "scoring",
	"index", "rating", "quality", "tag", "tags", "won", "lost", "final", "resolution", "forecast", "probability", "likelihood"}

// suspect gathers the evidence against one column.
func suspect(l *look, s *strength, o *labels, closed *look) []Suspicion {
	var list []Suspicion
	add := func(grade Grade, evidence Evidence, figure float64, format string, args ...any) {
		list = append(list, Suspicion{l.name, grade, evidence, figure, fmt.Sprintf(format, args...)})
	}
	if o.won >= leastEach && o.lost >= leastEach {
		tooGood(s, add)
		fillByOutcome(l, s, o, add)
		oneSided(l, o, add)
		deterministic(s, o, add)
		lateName(l, s, add)
	}
	if o.decided() >= leastEach && o.open >= leastEach {
		closedOnly(l, s, o, add)
	}
	if l.kind == features.Date && closed != nil && closed != l {
		datedAtClosing(l, closed, o, add)
	}
	return convict(list)
}

// convict makes a leak of a column that is too good and shows another sort of sign as well.
func convict(list []Suspicion) []Suspicion {
	second := slices.ContainsFunc(list, func(s Suspicion) bool { return !s.Evidence.isStrength() })
	for i := range list {
		if e := list[i].Evidence; second && (e == TooGood || e == TooInforming) {
			list[i].Grade = Leak
		}
	}
	return list
}

// isStrength says whether the evidence is no more than how well the column tells won from lost.
func (e Evidence) isStrength() bool { return e == TooGood || e == TooInforming || e == Deterministic }

// strong says whether a column alone is better than honest columns are.
func (s *strength) strong() bool {
	return s.auc-2*s.aucError >= strongAUC || s.information-2*s.infoError >= strongInformation
}

type addSuspicion func(grade Grade, evidence Evidence, figure float64, format string, args ...any)

// tooGood accuses a column that alone ranks or informs better than honest columns do.
func tooGood(s *strength, add addSuspicion) {
	grade := func(extreme bool) Grade {
		if extreme {
			return Leak
		}
		return Suspect
	}
	if low := s.auc - 2*s.aucError; low >= strongAUC {
		add(grade(low >= extremeAUC), TooGood, s.auc, "alone it ranks won above lost with AUC %.3f (honest columns reach about 0.78)", s.auc)
	}
	if low := s.information - 2*s.infoError; low >= strongInformation {
		add(grade(low >= extremeInformation), TooInforming, s.information,
			"alone it has an information value of %.2f (honest columns reach about 1.5)", s.information)
	}
}

// share is a count among leads.
type share struct{ n, of int }

func (s share) rate() float64 {
	if s.of == 0 {
		return 0
	}
	return float64(s.n) / float64(s.of)
}

// apart says whether two shares differ as a column does that is filled by work on a lead, and their ratio.
func apart(a, b share) (ratio float64, ok bool) {
	low, high := min(a.rate(), b.rate()), max(a.rate(), b.rate())
	mean := float64(a.n+b.n) / float64(a.of+b.of)
	spread := math.Sqrt(mean * (1 - mean) * (1/float64(a.of) + 1/float64(b.of)))
	ratio = high / max(low, 1/float64(a.of+b.of))
	return ratio, ratio >= fillRatio && high-low >= fillDifference && high-low >= fillErrors*spread
}

// filled counts the leads of each outcome for which a value holds.
func (l *look) filledWhere(o *labels, holds func(code uint32) bool) (won, lost, open share) {
	byOutcome := [3]*share{features.Open: &open, features.Won: &won, features.Lost: &lost}
	for row, code := range l.column.codes {
		s := byOutcome[o.of[row]]
		s.of++
		if holds(code) {
			s.n++
		}
	}
	return won, lost, open
}

// fillByOutcome accuses a column that is filled far more often for one outcome.
func fillByOutcome(l *look, s *strength, o *labels, add addSuspicion) {
	won, lost, _ := l.filledWhere(o, func(code uint32) bool { return !l.missing[code] })
	ratio, ok := apart(won, lost)
	if !ok {
		return
	}
	grade := Suspect
	if s.auc >= fillLeakAUC && s.information >= fillLeakInformation {
		grade = Leak
	}
	add(grade, FillOutcome, ratio, "filled for %s of the won and %s of the lost leads", percent(won.rate()), percent(lost.rate()))
}

// oneSided accuses a column that has a value, or a number other than 0, practically with one outcome only.
func oneSided(l *look, o *labels, add addSuspicion) {
	holds, what := func(code uint32) bool { return !l.missing[code] }, "has a value"
	if l.kind == features.Number {
		holds, what = func(code uint32) bool { return !l.missing[code] && l.number[code] != 0 }, "is not 0"
	}
	won, lost, _ := l.filledWhere(o, holds)
	low, high := min(won.rate(), lost.rate()), max(won.rate(), lost.rate())
	if low <= oneSidedNone && high >= oneSidedMany {
		add(Leak, OneSided, low, "%s for %s of the won and %s of the lost leads", what, percent(won.rate()), percent(lost.rate()))
	}
}

// deterministic accuses a column many of whose values settle the outcome.
func deterministic(s *strength, o *labels, add addSuspicion) {
	n, values := 0, []string{}
	for _, b := range s.bins {
		always := b.rate() >= settled
		never := b.rate() <= settledLow*o.rate() && float64(b.decided())*o.rate() >= settledExpect
		if b.decided() >= settledLeads && (always || never) {
			n += b.decided()
			values = append(values, fmt.Sprintf("%s wins %s of %d", b.label, percent(b.rate()), b.decided()))
		}
	}
	part := float64(n) / float64(o.decided())
	grade := Suspect
	switch {
	case part < deterministicSome:
		return
	case part >= deterministicMany:
		grade = Leak
	}
	add(grade, Deterministic, part, "%s of the decided leads have a value that settles the outcome: %s", percent(part), listed(values, 3))
}

// closedOnly accuses a column that is filled, or has values, for decided leads but not for open ones.
func closedOnly(l *look, s *strength, o *labels, add addSuspicion) {
	won, lost, open := l.filledWhere(o, func(code uint32) bool { return !l.missing[code] })
	closed := share{won.n + lost.n, won.of + lost.of}
	ratio, ok := apart(closed, open)
	switch {
	case open.rate() <= closedOnlyNone && closed.rate() >= closedOnlyMany:
		add(Leak, FillClosed, ratio, "filled for %s of the decided and %s of the open leads", percent(closed.rate()), percent(open.rate()))
		return
	case ok:
		add(Suspect, FillClosed, ratio, "filled for %s of the decided and %s of the open leads", percent(closed.rate()), percent(open.rate()))
	}
	if l.kind == features.Date || l.kind == features.Number && !l.whole {
		return // later leads have later dates, and every fraction differs
	}
	n, values := 0, []string{}
	for _, b := range s.bins {
		if b.open == 0 && !b.missing && !b.other && float64(b.decided())*float64(o.open)/float64(o.decided()) >= expectedOpen {
			n += b.decided()
			values = append(values, b.label)
		}
	}
	part := float64(n) / float64(o.decided())
	switch {
	case part >= closedOnlyLeak:
		add(Leak, ClosedOnly, part, "%s of the decided leads have a value that no open lead has: %s", percent(part), listed(values, 3))
	case part >= closedOnlySuspect:
		add(Suspect, ClosedOnly, part, "%s of the decided leads have a value that no open lead has: %s", percent(part), listed(values, 3))
	}
}

// datedAtClosing accuses a date that mostly lies within a day of the closing, or after it.
func datedAtClosing(l, closed *look, o *labels, add addSuspicion) {
	late, all := 0, 0
	for row, code := range l.column.codes {
		t, end := l.time[code], closed.time[closed.column.codes[row]]
		if o.of[row] == features.Open || t == features.NoTime || end == features.NoTime {
			continue
		}
		all++
		if t > end-atClosing {
			late++
		}
	}
	part := float64(late) / float64(max(1, all))
	if all >= leastDatesAtClosing && part >= atClosingLeak {
		add(Leak, AfterClosing, part, "in %s of %d decided leads this date is that of %s or later", percent(part), all, closed.name)
	}
}

// lateName suspects a name that speaks of a state or result, where the column tells anything at all.
func lateName(l *look, s *strength, add addSuspicion) {
	if s.information < unpredictive {
		return
	}
	list := words(l.name)
	for i, w := range list {
		spent := (w == "days" || w == "hours" || w == "minutes") && len(list) > 1 &&
			!slices.ContainsFunc(list, func(w string) bool { return w == "since" || w == "ago" || w == "per" || w == "last" })
		if spent || slices.Contains(lateWords, w) && !(w == "last" && i+1 < len(list) && list[i+1] == "name") {
			add(Suspect, LateName, s.information, "its name (“%s”) speaks of a state, a result or a time spent, which may be known only later", w)
			return
		}
	}
}

// worst is the gravest grade of some suspicions, "" of none.
func worst(list []Suspicion) Grade {
	grade := Grade("")
	for _, s := range list {
		if s.Grade == Leak {
			return Leak
		}
		grade = s.Grade
	}
	return grade
}

// plainest lists the kinds of evidence, that which needs least explaining first.
var plainest = []Evidence{OneSided, FillClosed, AfterClosing, ClosedOnly, TooGood, TooInforming, Deterministic, FillOutcome, LateName}

// mostEvidence is how many signs are written out where one sentence has to do.
const mostEvidence = 2

// evidence joins the words of the suspicions of a grade, the plainest first.
func evidence(list []Suspicion, grade Grade) string {
	var parts []string
	for _, kind := range plainest {
		for _, s := range list {
			if s.Grade == grade && s.Evidence == kind {
				parts = append(parts, s.Words)
			}
		}
	}
	if more := len(parts) - mostEvidence; more > 0 {
		return fmt.Sprintf("%s (and %d more signs)", strings.Join(parts[:mostEvidence], "; "), more)
	}
	return strings.Join(parts, "; ")
}

// percent writes a share, with a digit more where it is small.
func percent(share float64) string {
	switch p := 100 * share; {
	case math.IsNaN(p):
		return "–"
	case p > 0 && p < 1 || p > 99 && p < 100:
		return fmt.Sprintf("%.1f %%", p)
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}
