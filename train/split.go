package train

import (
	"fmt"
	"time"

	"leadscore/features"
)

// roughPart begins the warning that few leads judge.
const roughPart = "the held-out part has only"

// split divides the used leads by time:
//
//	fit | gap | tune | gap | newest
//
// A lead whose outcome was not yet known at a cut lies in the gap before it and is left out of the fit that the cut ends.
// Choices of the recipe may look at fit and tune, never at newest. past is what the judged fit uses: all leads before the
// second cut whose outcome was known then, so fit, tune and most of the first gap.
type split struct {
	fit, tune    []int32 // tune is empty where there are too few leads for one
	past, newest []int32

	gapFit, gap   int             // leads in the first and in the second gap
	accounts      int             // leads of past accounts left out of the newest part
	accountsTaken int             // or leads taken out of the past because their accounts return in the newest part
	mixed         bool            // the parts are of the same times: no part looks ahead
	words         string          // what the newest part is
	from          features.Micros // its first snapshot; NoTime without times
	warnings      []string
}

// fewToJudge is the number of wins, or losses, below which figures of the newest part say little: the standard error
// of an AUC from 20 wins is about 0.06 (Hanley & McNeil, Radiology 143, 1982).
const fewToJudge = 20

// splitByTime holds out the newest share of the leads; leads of one instant fall on one side. Without times the file's
// order stands in for time, and there are no gaps. Where leads are few it gives up, in this order: the tune part; the gap,
// with a warning; time itself, for every fifth account. It returns nil where no split leaves wins and losses on both
// sides: then the model cannot be judged, which the caller must say.
func splitByTime(h *features.History, p *Population, share float64) *split {
	s := newestShare(h, p, share, true)
	if s.gap > 0 && rarer(s.past, p) < fewToJudge {
		if without := newestShare(h, p, share, false); rarer(without.past, p) >= fewToJudge || !s.bothOutcomes(p) {
			s = without
			s.warnings = append(s.warnings, fmt.Sprintf(
				"too few leads were older than the horizon when the newest part began, so there is no gap: the fit to the past knows %d outcomes that were not known then, which flatters", s.gap))
			s.gap = 0
		}
	}
	if !s.bothOutcomes(p) {
		s = everyFifth(h, p)
	}
	if !s.bothOutcomes(p) {
		return nil
	}
	s.takeTune(h, p, share)
	if won, lost := countOutcomes(s.newest, p); min(won, lost) < fewToJudge {
		s.warnings = append(s.warnings, fmt.Sprintf(
			roughPart+" %d won and %d lost leads: its figures are rough, look at their intervals", won, lost))
	}
	return s
}

// newestShare holds out the newest leads. Without gap the past holds all leads before them; s.gap counts in either case
// those whose outcome was not known at the cut.
func newestShare(h *features.History, p *Population, share float64, gap bool) *split {
	n := len(p.Rows)
	at := p.cutBefore(h, p.Rows, n-int(float64(n)*share+0.5))
	s := &split{from: features.NoTime}
	var known []int32
	known, s.gap = knownBefore(h, p, p.Rows, at)
	if !gap {
		known = p.Rows[:at]
	}
	s.setParts(keepAccountsApart(h, p, known, p.Rows[at:]))
	if !p.Dated {
		s.words = fmt.Sprintf("the last %.0f %% of the file", share*100)
		s.warnings = append(s.warnings, "the data have no times: the file's order stands in for time, so the held-out part is the newest only if the file is in order")
		return s
	}
	if len(s.newest) > 0 {
		s.from = h.AsOf[s.newest[0]]
		s.words = fmt.Sprintf("the newest %.0f %%, from %s", 100*float64(n-at)/float64(n), day(s.from))
	}
	return s
}

func (s *split) setParts(a apart) {
	s.past, s.newest, s.accounts, s.accountsTaken = a.past, a.judged, a.leftOut, a.taken
}

// takeTune divides the past once more, in the same way. Its fit and tune parts share no account either.
func (s *split) takeTune(h *features.History, p *Population, share float64) {
	s.fit = s.past
	at := p.cutBefore(h, s.past, len(s.past)-int(float64(len(s.past))*share+0.5))
	known, gap := knownBefore(h, p, s.past, at)
	a := keepAccountsApart(h, p, known, s.past[at:])
	if rarer(a.past, p) < fewToJudge || rarer(a.judged, p) < fewToJudge {
		return
	}
	s.fit, s.tune, s.gapFit = a.past, a.judged, gap
}

// cutBefore moves a cut to the first lead of its instant.
func (p *Population) cutBefore(h *features.History, rows []int32, at int) int {
	at = min(max(at, 0), len(rows))
	if p.Dated {
		for at > 0 && at < len(rows) && h.AsOf[rows[at-1]] == h.AsOf[rows[at]] {
			at--
		}
	}
	return at
}

// knownBefore are the rows before a cut whose outcome was known when the first lead after the cut was looked at, and the
// number of the others: the gap.
func knownBefore(h *features.History, p *Population, rows []int32, at int) (known []int32, gap int) {
	if !p.Dated || at == len(rows) {
		return rows[:at], 0
	}
	cut := h.AsOf[rows[at]]
	for _, row := range rows[:at] {
		if outcomeKnown(h, row) <= cut {
			known = append(known, row)
		}
	}
	return known, at - len(known)
}

// outcomeKnown is the instant at which a lead's label was certain for a reason that does not depend on the label: the end of its
// horizon. A lead closed earlier was known earlier, but to use such leads and leave the others of the same age out would
// prefer the quickly decided ones. Without a horizon it is the closed time.
func outcomeKnown(h *features.History, row int32) features.Micros {
	asOf := h.AsOf[row]
	if horizon := h.Table.Schema.Horizon.Micros(); horizon > 0 {
		return asOf + horizon
	}
	return max(asOf, h.Table.Closed.At(int(row)))
}

// everyFifth is the way out for a file whose last part holds one outcome only, such as one sorted by outcome, or whose past was not known yet. The
// leads of an account stay together.
func everyFifth(h *features.History, p *Population) *split {
	s := &split{from: features.NoTime, mixed: true, words: "every fifth lead"}
	for i, group := range accountGroups(h, p.Rows) {
		if i%5 == 4 {
			s.newest = append(s.newest, group...)
		} else {
			s.past = append(s.past, group...)
		}
	}
	p.sortByPlace(s.past)
	p.sortByPlace(s.newest)
	s.warnings = []string{"no newest part can be held out so that it and the past known then both have won and lost leads, accounts apart, so every fifth lead is held out instead: " +
		"such a split flatters, because it does not look ahead in time"}
	return s
}

// sortByPlace puts rows, each of them once, into the population's order.
func (p *Population) sortByPlace(rows []int32) {
	among := make([]bool, len(p.Wins)) // by row of the history
	for _, row := range rows {
		among[row] = true
	}
	rows = rows[:0]
	for _, row := range p.Rows {
		if among[row] {
			rows = append(rows, row)
		}
	}
}

func (s *split) bothOutcomes(p *Population) bool {
	return rarer(s.past, p) > 0 && rarer(s.newest, p) > 0
}

func countOutcomes(rows []int32, p *Population) (won, lost int) {
	for _, row := range rows {
		if p.Wins[row] == 1 {
			won++
		}
	}
	return won, len(rows) - won
}

// day writes an instant's date.
func day(t features.Micros) string { return time.UnixMicro(int64(t)).UTC().Format("2006-01-02") }
