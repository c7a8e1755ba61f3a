package train

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
)

// Population says which leads of a history are used, as wins or not, and why each of the others is left out. No lead is
// dropped silently: len(Rows) plus the sum of LeftOut is the number of leads.
type Population struct {
	Rows    []int32          // leads used, oldest snapshot first; without times in the file's order
	Wins    []uint8          // of each lead of the history: 1 won within the horizon, 0 not; valid for Rows
	Won     int64            // of those used
	LeftOut map[string]int64 // reason → leads
	WonLate int64            // won, but after the horizon: used as not won
	Dated   bool             // the snapshots have times
	Until   features.Micros  // when the history was taken; NoTime without times

	Horizon  *models.HorizonChoice // where the schema gives none and times tell one
	Warnings []string
	byMonth  map[calendarMonth]*models.Month
	early    bool // decided leads count though their horizon has not ended
}

// ErrOneClass is returned for a history that holds only wins or only losses.
var ErrOneClass = errors.New("a model needs both won and lost leads")

// populate labels every lead of the history. It first chooses the horizon where the schema gives none, and sets it there. A
// lead counts once its horizon has ended: of younger leads only the quickly decided are known, and those are not like the
// others. Where too few are left, all decided leads count, with a warning.
func populate(h *features.History) (*Population, error) {
	p := &Population{Until: observedUntil(h)}
	if far := closed.FarTime(h, p.Until); far != "" {
		p.Warnings = append(p.Warnings, far)
	}
	p.Horizon = chooseHorizon(h, p.Until)
	p.labelAll(h)
	if young := p.LeftOut[closed.Early]; young > 0 && min(p.Won, int64(len(p.Rows))-p.Won) < closed.LeastMature {
		p.early = true
		p.labelAll(h)
		p.Warnings = append(p.Warnings, closed.YoungerWords(young))
	}
	p.orderByTime(h)
	if p.Won == 0 || p.Won == int64(len(p.Rows)) {
		return nil, p.oneClass(h)
	}
	return p, nil
}

func (p *Population) labelAll(h *features.History) {
	n := h.Table.Len()
	p.Rows, p.Won, p.WonLate, p.Wins = nil, 0, 0, make([]uint8, n)
	p.LeftOut, p.byMonth = map[string]int64{}, map[calendarMonth]*models.Month{}
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
	label := closed.Rule{Until: p.Until, Younger: p.early}.Label(h, i)
	if label.Late {
		p.WonLate++
	}
	if label.Won {
		p.Wins[i] = 1
	}
	return label.Reason
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
	for _, reason := range slices.Sorted(maps.Keys(leftOut)) {
		text += fmt.Sprintf("; %d left out (%s)", leftOut[reason], reason)
	}
	return text
}
