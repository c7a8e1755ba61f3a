package train

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"leadscore/features"
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
}

// Reasons why a lead is left out.
const (
	reasonOpen         = "open: neither won nor lost yet"
	reasonImmature     = "immature: open, and younger than the horizon"
	reasonNoSnapshot   = "no snapshot: the schema's snapshot rule gives this lead no time"
	reasonDecided      = "decided before the snapshot"
	reasonClosedBefore = "closed before it was created"
)

// ErrOneClass is returned for a history that holds only wins or only losses.
var ErrOneClass = errors.New("a model needs both won and lost leads")

// populate labels every lead of the history.
func populate(h *features.History) (*Population, error) {
	n := h.Table.Len()
	p := &Population{Wins: make([]float64, n), LeftOut: map[string]int64{}, Until: observedUntil(h)}
	for i := range n {
		if reason := p.label(h, i); reason != "" {
			p.LeftOut[reason]++
			continue
		}
		p.Rows = append(p.Rows, int32(i))
		if p.Wins[i] == 1 {
			p.Won++
		}
	}
	p.orderByTime(h)
	if p.Won == 0 || p.Won == int64(len(p.Rows)) {
		return nil, p.oneClass(h)
	}
	return p, nil
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
