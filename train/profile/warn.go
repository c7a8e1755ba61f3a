package profile

import (
	"math"
	"sort"
	"time"

	"leadscore/features"
	"leadscore/train/leakage"
)

const (
	// leastMixed is the share of numbers, or of dates, from which a column of texts is told of as one that was perhaps meant to be such.
	leastMixed = 0.5
	// mostTried is how many different values are looked at for that.
	mostTried = 200
	// leastFalling is the share of steps from row to row that go down in a column that falls through the file: some rows are entered out of turn.
	leastFalling = 0.99
)

// warnOfMixture tells of a column that is taken as texts although most of its values are numbers or dates: as texts it has no order, and as a time it is not found.
func (l *look) warnOfMixture(decimal byte, notes *notes) {
	if l.kind != features.Category || l.codes || l.distinct <= mostCodes {
		return
	}
	var tried []int
	l.eachValue(true, func(code int, _ string, _ int) {
		if len(tried) < mostTried {
			tried = append(tried, code)
		}
	})
	number := func(text string) bool { _, _, ok := features.ParseNumber(text, decimal); return ok }
	if l.mixed(tried, "numbers", "number", number, notes) {
		return
	}
	for _, layout := range layouts {
		date := func(text string) bool {
			t, ok := features.ParseTime(text, layout, time.UTC)
			return ok && plausibleTime(t, text)
		}
		if l.mixed(tried, "dates", "date", date, notes) {
			return
		}
	}
}

// mixed tells of it if most of the tried values are such, but not all.
func (l *look) mixed(tried []int, what, kind string, is func(string) bool, notes *notes) bool {
	found, all := 0, 0
	strays := map[string]int{}
	for _, code := range tried {
		text, rows := l.values[code], l.rows[code]
		all += rows
		if is(text) {
			found += rows
		} else {
			strays[text] = rows
		}
	}
	if found == all || float64(found) < leastMixed*float64(all) {
		return false
	}
	texts := make([]string, 0, len(strays))
	for text := range strays {
		texts = append(texts, text)
	}
	sort.Slice(texts, func(i, j int) bool {
		if a, b := strays[texts[i]], strays[texts[j]]; a != b {
			return a > b
		}
		return texts[i] < texts[j]
	})
	notes.warn("%s: %s of its values are %s, but %s not, so it is taken as texts, which have no order; if those mean that nothing is known, list them under missing: "+
		"and write kind: %s", l.name, leakage.Percent(float64(found)/float64(all)), what, isOrAre(quoted(texts)), kind)
	return true
}

func isOrAre(list []string) string {
	if len(list) == 1 {
		return list[0] + " is"
	}
	return listed(list, 5) + " are"
}

// warnOfFalling tells of a file that is probably turned round: without a time its last rows count as the newest.
func (h *history) warnOfFalling() {
	for _, l := range h.looks {
		if l.kind != features.Number || !l.whole || l.missingShare() > 0 || float64(l.distinct) < leastFalling*float64(l.filled) {
			continue
		}
		down, steps, before := 0, 0, math.NaN()
		for _, code := range l.column.codes {
			value := l.number[code]
			if !math.IsNaN(before) {
				steps++
				if value < before {
					down++
				}
			}
			before = value
		}
		if steps > 0 && float64(down) >= leastFalling*float64(steps) {
			h.notes.warn("%s falls from row to row; if it counts up with time, the newest leads come first. No column says when a lead came, so training takes the last rows for the newest: "+
				"turn the rows round", l.name)
			return
		}
	}
}
