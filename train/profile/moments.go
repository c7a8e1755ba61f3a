package profile

import (
	"fmt"
	"sort"
	"time"

	"leadscore/features"
	"leadscore/train/horizon"
	"leadscore/train/leakage"
)

// Choice of the snapshot and of the horizon.
const (
	// leastWonLater and leastLater are the shares of the won and of the decided leads that must still be undecided at the
	// snapshot: it should see some behaviour and still come before most wins.
	leastWonLater = 0.8
	leastLater    = 1.0 / 3
	// usualDelay is the snapshot where no closing times tell otherwise.
	usualDelay = 7
	// mostAtOnce is the share of decided leads that may be closed at their creation for a snapshot there.
	mostAtOnce = 0.01
)

var (
	// atCreation looks at a lead the moment it came.
	atCreation = features.Duration(0)

	delays = []features.Duration{days(7), days(3), days(1), features.Duration(6 * time.Hour), features.Duration(time.Hour)}
)

func days(n int) features.Duration { return features.Duration(n) * features.Duration(24*time.Hour) }

// chooseMoments decides when a lead is looked at and within which time a win counts.
func (h *history) chooseMoments(c *Config) error {
	var err error
	if c.Snapshot != "" {
		if h.snapshot, err = features.ParseSnapshotRule(c.Snapshot); err != nil {
			return fmt.Errorf("--snapshot: %w", err)
		}
		h.choose("snapshot", h.snapshot.String(), "as asked for")
	} else {
		h.chooseSnapshot()
	}
	if c.Horizon != "" {
		if h.horizon, err = features.ParseDuration(c.Horizon); err != nil {
			return fmt.Errorf("--horizon: %w", err)
		}
		h.choose("horizon", h.horizon.String(), "as asked for")
		return nil
	}
	h.chooseHorizon()
	return nil
}

func (h *history) choose(name, value, why string) {
	h.choices = append(h.choices, Choice{name, value, why})
}

// spans are the times from creation to closing of the decided leads, by outcome, in rising order.
func (h *history) spans() (won, lost []features.Micros) {
	r := &h.roles
	if r.created < 0 || r.closed < 0 {
		return nil, nil
	}
	for row := range h.labels.of {
		a, b := h.timeOf(r.created, row), h.timeOf(r.closed, row)
		if a == features.NoTime || b == features.NoTime {
			continue
		}
		switch h.labels.of[row] {
		case features.Won:
			won = append(won, b-a)
		case features.Lost:
			lost = append(lost, b-a)
		}
	}
	for _, list := range [][]features.Micros{won, lost} {
		sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	}
	return won, lost
}

func (h *history) timeOf(column, row int) features.Micros {
	l := h.looks[column]
	return l.time[l.column.codes[row]]
}

// later is the share of rising spans above a limit.
func later(spans []features.Micros, limit features.Micros) float64 {
	at := sort.Search(len(spans), func(i int) bool { return spans[i] > limit })
	return float64(len(spans)-at) / float64(max(1, len(spans)))
}

func (h *history) chooseSnapshot() {
	if h.roles.created < 0 {
		why := "no column says when a lead came, so each lead is taken as its row shows it"
		if h.events != nil {
			why += "; its events are seen until it closed"
		}
		h.choose("snapshot", "", why)
		return
	}
	won, lost := h.spans()
	decided := append(append([]features.Micros(nil), won...), lost...)
	sort.Slice(decided, func(i, j int) bool { return decided[i] < decided[j] })
	if h.events == nil {
		h.snapshotAtCreation(decided)
		return
	}
	if len(decided) == 0 {
		h.setDelay(days(usualDelay), "a week's behaviour is seen; no closing times tell how soon leads are decided")
		return
	}
	for _, d := range delays {
		w, all := later(won, d.Micros()), later(decided, d.Micros())
		if w >= leastWonLater && all >= leastLater {
			h.setDelay(d, fmt.Sprintf("then %s of the won and %s of all decided leads are still undecided (half of the wins come within %s)",
				leakage.Percent(w), leakage.Percent(all), inDays(quantile(won, 0.5))))
			return
		}
	}
	d := delays[len(delays)-1]
	h.setDelay(d, fmt.Sprintf("many leads are decided at once: after an hour only %s are undecided; check that created and closed are the right columns",
		leakage.Percent(later(decided, d.Micros()))))
}

func (h *history) setDelay(d features.Duration, why string) {
	h.snapshot = features.SnapshotRule{AfterCreated: &d}
	h.choose("snapshot", h.snapshot.String(), why)
}

// snapshotAtCreation looks at a lead when it came, where no events tell more later on. Where leads are closed at that very
// time, the closing time is given up: such leads would have to be left out as decided before they were looked at.
func (h *history) snapshotAtCreation(decided []features.Micros) {
	for len(decided) > 0 && decided[0] < 0 { // closed before they came: bad rows, which are told of elsewhere
		decided = decided[1:]
	}
	if atOnce := 1 - later(decided, atCreation.Micros()); len(decided) > 0 && atOnce > mostAtOnce {
		c := &h.columns[h.roles.closed]
		h.notes.warn("%s of the decided leads are closed at the very time they came; %s is not taken as the closing time",
			leakage.Percent(atOnce), c.Name)
		c.Role, c.Use, c.Why = RoleField, false, "when the deal was decided, often the very time the lead came"
		h.roles.closed = -1
		h.nameFields()
	}
	h.setDelay(atCreation, "there are no events to wait for: a lead is looked at when it came, and its fields must have been known then")
}

// chooseHorizon asks as training does, where it finds none in the schema.
func (h *history) chooseHorizon() {
	if h.snapshot.AfterCreated == nil || h.roles.closed < 0 {
		h.choose("horizon", "", "a win counts whenever it came: there is no snapshot or no closing time to count from")
		return
	}
	leads, untimed, ages := h.followUps(h.snapshot.AfterCreated.Micros())
	c := horizon.Choose(leads, untimed, func(days int) float64 {
		younger := sort.Search(len(ages), func(i int) bool { return ages[i] >= features.Micros(days)*features.Day })
		return float64(len(ages)-younger) / float64(max(1, len(ages)))
	})
	if c.Days == 0 {
		h.choose("horizon", "", c.Words)
		return
	}
	h.horizon = days(c.Days)
	h.choose("horizon", h.horizon.String(), c.Words)
}

// followUps lists the sampled leads that can be followed from their snapshot, counts the others, and gives the ages of all that had one, in rising order.
func (h *history) followUps(delay features.Micros) (leads []horizon.Lead, untimed int, ages []features.Micros) {
	until := h.latest()
	for row, outcome := range h.labels.of {
		from, end := h.timeOf(h.roles.created, row), until
		created := from
		if from != features.NoTime {
			if from += delay; from <= until {
				ages = append(ages, until-from)
			}
		}
		if outcome != features.Open {
			end = h.timeOf(h.roles.closed, row)
		}
		if created == features.NoTime || end == features.NoTime || end < from {
			untimed++
			continue
		}
		leads = append(leads, horizon.Lead{Span: end - from, Ending: outcome})
	}
	sort.Slice(ages, func(i, j int) bool { return ages[i] < ages[j] })
	return leads, untimed, ages
}

// latest is the newest time of the sample: when the history was taken.
func (h *history) latest() features.Micros {
	end := features.NoTime
	for _, column := range []int{h.roles.created, h.roles.closed} {
		for code, t := range h.looks[column].time {
			if h.looks[column].rows[code] > 0 {
				end = max(end, t)
			}
		}
	}
	if h.events != nil {
		for _, events := range h.events.of {
			for _, e := range events {
				end = max(end, e.time)
			}
		}
	}
	return end
}

// quantile is the smallest value that at least the share q of rising values does not exceed; 0 of none.
func quantile(rising []features.Micros, q float64) features.Micros {
	if len(rising) == 0 {
		return 0
	}
	return rising[min(len(rising)-1, int(q*float64(len(rising))))]
}

func inDays(span features.Micros) string {
	if d := float64(span) / float64(features.Day); d < 9.95 {
		return fmt.Sprintf("%.1f days", d)
	} else {
		return fmt.Sprintf("%.0f days", d)
	}
}
