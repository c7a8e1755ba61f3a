package train

import (
	"fmt"
	"time"

	"leadscore/features"
)

// split divides the used leads into the past, which is fitted to, and the newest part, which judges.
type split struct {
	past, newest []int32
	words        string          // what the newest part is
	from         features.Micros // its first snapshot; NoTime without times
	warnings     []string
}

// fewToJudge is the number of wins, or losses, below which figures of the newest part say little: the standard error
// of an AUC from 20 wins is about 0.06 (Hanley & McNeil, Radiology 143, 1982).
const fewToJudge = 20

// splitByTime holds out the newest share of the leads; leads of one instant fall on one side. Without times the file's
// order stands in for time. It returns nil where no split leaves wins and losses on both sides: then the model cannot be
// judged, which the caller must say.
func splitByTime(h *features.History, p *Population, share float64) *split {
	s := newestShare(h, p, share)
	if !s.bothOutcomes(p) {
		s = everyFifth(p)
	}
	if !s.bothOutcomes(p) {
		return nil
	}
	if won, lost := countOutcomes(s.newest, p); min(won, lost) < fewToJudge {
		s.warnings = append(s.warnings, fmt.Sprintf(
			"the held-out part has only %d won and %d lost leads: its figures are rough, look at their intervals", won, lost))
	}
	return s
}

func newestShare(h *features.History, p *Population, share float64) *split {
	n := len(p.Rows)
	at := n - int(float64(n)*share+0.5)
	if p.Dated {
		for at > 0 && at < n && h.AsOf[p.Rows[at-1]] == h.AsOf[p.Rows[at]] {
			at--
		}
	}
	s := &split{past: p.Rows[:at], newest: p.Rows[at:], from: features.NoTime}
	if !p.Dated {
		s.words = fmt.Sprintf("the last %.0f %% of the file", share*100)
		s.warnings = []string{"the data have no times: the file's order stands in for time, so the held-out part is the newest only if the file is in order"}
		return s
	}
	if len(s.newest) > 0 {
		s.from = h.AsOf[s.newest[0]]
		s.words = fmt.Sprintf("the newest %.0f %%, from %s", 100*float64(len(s.newest))/float64(n), day(s.from))
	}
	return s
}

// everyFifth is the way out for a file whose last part holds one outcome only, such as one sorted by outcome.
func everyFifth(p *Population) *split {
	s := &split{from: features.NoTime, words: "every fifth lead"}
	for i, row := range p.Rows {
		if i%5 == 4 {
			s.newest = append(s.newest, row)
		} else {
			s.past = append(s.past, row)
		}
	}
	s.warnings = []string{"the newest part holds only one outcome, so every fifth lead is held out instead: such a split flatters, because it does not look ahead in time"}
	return s
}

func (s *split) bothOutcomes(p *Population) bool {
	for _, rows := range [][]int32{s.past, s.newest} {
		if won, lost := countOutcomes(rows, p); won == 0 || lost == 0 {
			return false
		}
	}
	return true
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
