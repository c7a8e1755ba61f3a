package train

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"leadscore/features"
	"leadscore/models"
)

// Population says which leads of a history are used, as wins or not, and why each of the others is left out. No lead is
// dropped silently: len(Rows) plus the sum of LeftOut is the number of leads.
type Population struct {
	Rows    []int32          // leads used, oldest snapshot first; without times in the file's order
	Wins    []float64        // of each lead of the history: 1 won within the horizon, 0 not; valid for Rows
	Won     int64            // of those used
	LeftOut map[string]int64 // reason → leads
	WonLate int64            // won, but after the horizon: used as not won
	Dated   bool             // the snapshots have times
	Until   features.Micros  // when the history was taken; NoTime without times

	Horizon  *models.HorizonChoice // where the schema gives none and times tell one
	Warnings []string
	byMonth  map[string]*models.Month
	early    bool // decided leads count though their horizon has not ended
}

// Reasons why a lead is left out.
const (
	reasonOpen         = "open: neither won nor lost yet"
	reasonImmature     = "immature: open, and younger than the horizon"
	reasonEarly        = "immature: decided, but its horizon has not ended; of the leads of its age only the quickly decided are known"
	reasonNoSnapshot   = "no snapshot: the schema's snapshot rule gives this lead no time"
	reasonDecided      = "decided before the snapshot"
	reasonClosedBefore = "closed before it was created"
	reasonNoWeight     = "weight 0: it does not count"
)

// ErrOneClass is returned for a history that holds only wins or only losses.
var ErrOneClass = errors.New("a model needs both won and lost leads")

// leastMature is the number of won, and of lost, leads below which a history does without those whose horizon has
// not ended only if it must: a hundred of each is the usual least for judging a model (Collins, Ogundimu & Altman, Statistics in
// Medicine 35, 2016).
const leastMature = 100

// populate labels every lead of the history. It first chooses the horizon where the schema gives none, and sets it there. A
// lead counts once its horizon has ended: of younger leads only the quickly decided are known, and those are not like the
// others. Where too few are left, all decided leads count, with a warning.
func populate(h *features.History) (*Population, error) {
	p := &Population{Until: observedUntil(h)}
	p.Horizon = chooseHorizon(h, p.Until)
	p.labelAll(h)
	if young := p.LeftOut[reasonEarly]; young > 0 && min(p.Won, int64(len(p.Rows))-p.Won) < leastMature {
		p.early = true
		p.labelAll(h)
		p.Warnings = append(p.Warnings, fmt.Sprintf(
			"few leads are older than the horizon, so %d younger ones count that are decided already: the quickly decided weigh too much", young))
	}
	p.orderByTime(h)
	if p.Won == 0 || p.Won == int64(len(p.Rows)) {
		return nil, p.oneClass(h)
	}
	return p, nil
}

func (p *Population) labelAll(h *features.History) {
	n := h.Table.Len()
	p.Rows, p.Won, p.WonLate, p.Wins = nil, 0, 0, make([]float64, n)
	p.LeftOut, p.byMonth = map[string]int64{}, map[string]*models.Month{}
	for i := range n {
		reason := p.label(h, i)
		p.countMonth(h, i, reason)
		if reason != "" {
			p.LeftOut[reason]++
			continue
		}
		p.Rows = append(p.Rows, int32(i))
		if p.Wins[i] == 1 {
			p.Won++
		}
	}
}

func observedUntil(h *features.History) features.Micros {
	if until := h.Table.Schema.ObservedUntil; !until.IsZero() {
		return features.Micros(until.UnixMicro())
	}
	return features.ObservedUntil(h.Table, h.Events)
}

// label sets Wins[i], or says why the lead is left out.
func (p *Population) label(h *features.History, i int) (reason string) {
	t, asOf := h.Table, h.AsOf[i]
	created, closed := timeOf(t.Created, i), timeOf(t.Closed, i)
	horizon := features.Micros(time.Duration(t.Schema.Horizon) / time.Microsecond)
	timed := asOf != features.NoTime
	switch {
	case created != features.NoTime && closed != features.NoTime && closed < created:
		return reasonClosedBefore
	case t.Outcome[i] == features.Open && timed && horizon > 0 && asOf+horizon > p.Until:
		return reasonImmature
	case t.Outcome[i] == features.Open:
		return reasonOpen
	case !timed && p.Until != features.NoTime:
		return reasonNoSnapshot
	case timed && closed != features.NoTime && closed < asOf:
		return reasonDecided
	case timed && horizon > 0 && asOf+horizon > p.Until && !p.early:
		return reasonEarly
	case t.Weight != nil && t.Weight[i] == 0:
		return reasonNoWeight
	case t.Outcome[i] == features.Lost:
		return ""
	case timed && horizon > 0 && closed != features.NoTime && closed > asOf+horizon:
		p.WonLate++
		return ""
	}
	p.Wins[i] = 1
	return ""
}

func timeOf(column []features.Micros, i int) features.Micros {
	if column == nil {
		return features.NoTime
	}
	return column[i]
}

// orderByTime sorts the leads by snapshot; leads of one instant keep the file's order.
func (p *Population) orderByTime(h *features.History) {
	for _, row := range p.Rows {
		if h.AsOf[row] != features.NoTime {
			p.Dated = true
			break
		}
	}
	if p.Dated {
		sort.SliceStable(p.Rows, func(a, b int) bool { return h.AsOf[p.Rows[a]] < h.AsOf[p.Rows[b]] })
	}
}

// oneClass words the error for a history without wins or without losses.
func (p *Population) oneClass(h *features.History) error {
	o := h.Table.Schema.Outcome
	return fmt.Errorf("%w: of %d leads %d are used, %d of them won; column %q counts %s as won and %s as lost%s",
		ErrOneClass, h.Table.Len(), len(p.Rows), p.Won, o.Column, quoted(o.Won), quoted(o.Lost), describeLeftOut(p.LeftOut))
}

// quoted lists values: "won", "closed won".
func quoted(values []string) string {
	list := make([]string, len(values))
	for i, value := range values {
		list[i] = strconv.Quote(value)
	}
	return strings.Join(list, ", ")
}

func describeLeftOut(leftOut map[string]int64) string {
	var text string
	for _, reason := range sortedKeys(leftOut) {
		text += fmt.Sprintf("; %d left out (%s)", leftOut[reason], reason)
	}
	return text
}

func sortedKeys(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
