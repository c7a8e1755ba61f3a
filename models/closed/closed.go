// Package closed says which leads of a history count as won or not, and why each of the others does not. Training, comparison and the server
// judge by the same words. Start at [Rule.Label]; [Select] labels a whole history for a version.
package closed

import (
	"fmt"
	"sort"
	"time"

	"leadscore/features"
	"leadscore/models"
)

// Reasons why a lead is left out.
const (
	Open         = "open: neither won nor lost yet"
	Immature     = "immature: open, and younger than the horizon"
	Early        = "immature: decided, but its horizon has not ended; of the leads of its age only the quickly decided are known"
	NoSnapshot   = "no snapshot: the schema's snapshot rule gives this lead no time"
	Decided      = "decided before the snapshot"
	ClosedBefore = "closed before it was created"
	NoWeight     = "weight 0: it does not count"
	Learned      = "not newer than the leads that the version has learned from"
)

// Rule says when the history was taken and how strict to be.
type Rule struct {
	Until   features.Micros // [features.NoTime] without times
	Younger bool            // decided leads count though their horizon has not ended
}

// Label is what became of a lead within its horizon. Reason is empty where the lead counts; then Won says how.
type Label struct {
	Won    bool
	Late   bool // won, but after the horizon: counts as not won
	Reason string
}

// Label judges lead i of a history that was read with outcomes.
func (r Rule) Label(h *features.History, i int) Label {
	t, asOf := h.Table, h.AsOf[i]
	created, closed := t.Created.At(i), t.Closed.At(i)
	horizon := features.Micros(time.Duration(t.Schema.Horizon) / time.Microsecond)
	timed := asOf != features.NoTime
	switch {
	case created != features.NoTime && closed != features.NoTime && closed < created:
		return Label{Reason: ClosedBefore}
	case t.Outcome[i] == features.Open && timed && horizon > 0 && asOf+horizon > r.Until:
		return Label{Reason: Immature}
	case t.Outcome[i] == features.Open:
		return Label{Reason: Open}
	case !timed && r.Until != features.NoTime:
		return Label{Reason: NoSnapshot}
	case timed && closed != features.NoTime && closed < asOf:
		return Label{Reason: Decided}
	case timed && horizon > 0 && asOf+horizon > r.Until && !r.Younger:
		return Label{Reason: Early}
	case t.Weight != nil && t.Weight.At(i) == 0:
		return Label{Reason: NoWeight}
	case t.Outcome[i] == features.Lost:
		return Label{}
	case timed && horizon > 0 && closed != features.NoTime && closed > asOf+horizon:
		return Label{Late: true}
	}
	return Label{Won: true}
}

// Selection are the closed leads of a history that a version may be judged on.
type Selection struct {
	Rows    []int32   // oldest snapshot first; without times in the file's order
	Wins    []float64 // one a row: 1 won within the horizon, 0 not
	Won     int
	WonLate int              // won after the horizon, counted as not won
	LeftOut map[string]int64 // reason → leads
	Dated   bool             // the snapshots have times
	Until   features.Micros
}

// Select labels every lead and leaves out those that are not newer than what the version has learned from. Leads without times
// cannot be told apart; all decided ones are kept, and the caller must say so.
func Select(h *features.History, v *models.Version) *Selection {
	learned, knows := v.LearnedUntil()
	return choose(h, Rule{Until: features.ObservedUntil(h.Table, h.Events)}, func(i int) string {
		if knows && h.AsOf[i] != features.NoTime && h.AsOf[i] <= learned {
			return Learned
		}
		return ""
	})
}

// LeastMature is the number of won, and of lost, leads below which a history does without those whose horizon has
// not ended only if it must: a hundred of each is the usual least for judging a model (Collins, Ogundimu & Altman, Statistics in
// Medicine 35, 2016).
const LeastMature = 100

// YoungerWords warns that younger leads count.
func YoungerWords(young int64) string {
	return fmt.Sprintf("few leads are older than the horizon, so %d younger ones count that are decided already: the quickly decided weigh too much", young)
}

// SelectDecided labels every lead as training does. A lead counts once its horizon has ended: of younger leads only the quickly decided are known, and
// those are not like the others. Where too few are left, all decided leads count, with a warning.
func SelectDecided(h *features.History) (s *Selection, warnings []string) {
	rule := Rule{Until: features.ObservedUntil(h.Table, h.Events)}
	if far := FarTime(h, rule.Until); far != "" {
		warnings = append(warnings, far)
	}
	none := func(int) string { return "" }
	s = choose(h, rule, none)
	if young := s.LeftOut[Early]; young > 0 && min(s.Won, len(s.Rows)-s.Won) < LeastMature {
		rule.Younger = true
		return choose(h, rule, none), append(warnings, YoungerWords(young))
	}
	return s, warnings
}

// choose labels every lead; besides names further reasons to leave one out, "" for none.
func choose(h *features.History, rule Rule, besides func(i int) string) *Selection {
	s := &Selection{LeftOut: map[string]int64{}, Until: rule.Until}
	wins := map[int32]float64{}
	for i := range h.Table.Len() {
		label := rule.Label(h, i)
		if label.Reason == "" {
			label.Reason = besides(i)
		}
		if label.Reason != "" {
			s.LeftOut[label.Reason]++
			continue
		}
		s.Rows = append(s.Rows, int32(i))
		if label.Late {
			s.WonLate++
		}
		if label.Won {
			s.Won++
			wins[int32(i)] = 1
		}
		s.Dated = s.Dated || h.AsOf[i] != features.NoTime
	}
	if s.Dated {
		sort.SliceStable(s.Rows, func(a, b int) bool { return h.AsOf[s.Rows[a]] < h.AsOf[s.Rows[b]] })
	}
	s.Wins = make([]float64, len(s.Rows))
	for k, row := range s.Rows {
		s.Wins[k] = wins[row]
	}
	return s
}
