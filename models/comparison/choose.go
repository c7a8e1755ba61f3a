package comparison

import (
	"fmt"
	"maps"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
)

// Newest takes the closed leads that are newer than all that the version has learned from, and says so. read is how many leads were read, leftOut
// those that could not be, by reason; it may be nil.
func Newest(h *features.History, v *models.Version, read int64, leftOut map[string]int64) (*closed.Selection, *Basis) {
	s := closed.Select(h, v)
	all := maps.Clone(s.LeftOut)
	for reason, count := range leftOut {
		all[reason] += count
	}
	b := &Basis{Kind: Newer, Read: read, WonLate: s.WonLate, LeftOut: all}
	learned, knows := v.LearnedUntil()
	if knows && s.Dated {
		b.LearnedUntil = learned.Time().UTC().Format(time.DateOnly)
		b.Words = fmt.Sprintf("Every lead counted here was looked at after %s, the day of the newest lead that the model has learned from.", b.LearnedUntil)
	} else {
		b.Kind = Trusted
		b.Words = "The leads, or those that the model has learned from, have no times. That it has not seen these leads is taken on trust: if some of them were in its training file, every figure flatters the model."
	}
	b.Words += RulesUndated
	if far := closed.FarTime(h, s.Until); far != "" {
		b.Words += " Mind: " + far + "."
	}
	return s, b
}

// RulesUndated is what no file tells.
const RulesUndated = " A rule book has no date: whether it was written with these leads in view, only its authors know."
