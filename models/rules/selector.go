package rules

import (
	"math"

	"leadscore/features"
)

// selector picks the events of a lead that a rule is about.
type selector struct {
	names       []string
	within      features.Micros // 0: ever
	first       bool            // only if it is the lead's very first event
	after       []string        // only after an event of one of these types; empty: no matter
	afterEvents int             // only after so many events of any type

	kinds, afterKinds []int // names and after, see [eventSets]; afterKinds is nil where after is empty
}

// halfLife is the time in which an event's points halve; 0: they do not.
type halfLife features.Micros

// rate is the share of a half-life that passes in a microsecond.
func (h halfLife) rate() float64 { return 1 / float64(h) }

// of is what an event of this age still has of the points; rate is the half-life's. A quick estimate is enough to round most amounts; one that it puts
// too near a half is worked out.
func (h halfLife) of(points Milli, age features.Micros, rate float64) Milli {
	if h == 0 || age <= 0 {
		return points
	}
	near := float64(points)*features.DecayNear(age, rate) + math.Copysign(0.5, float64(points))
	whole := Milli(near)
	if rest := math.Abs(near - float64(whole)); rest > nearHalf && rest < 1-nearHalf {
		return whole
	}
	return rounded(float64(points) * features.Decay(age, features.Micros(h)))
}

// nearHalf is, in thousandths of a point, more than the estimate may be wrong by: that is [features.DecayNearError] of [mostPoints].
const nearHalf = 1e-3

// needsTime says whether the selection cannot be told without the instant of the score.
func (s *selector) needsTime(h halfLife) bool { return s.within != 0 || h != 0 }

// earliest is the place of the first event that may count by order: those before it are too early.
func (s *selector) earliest(events []features.Event) int {
	from := s.afterEvents
	if len(s.after) > 0 {
		i := 0
		for i < len(events) && !isOneOf(s.after, events[i].Type) {
			i++
		}
		from = max(from, i+1)
	}
	return from
}

// add walks the events newest first and sums the decayed points of those that count, until most (0: no bound) have been
// met. It returns how many that were.
func (s *selector) add(m *moment, points Milli, h halfLife, most int) (times int, sum Milli) {
	if m.addsFromSet() {
		return s.addFromSet(m, points, h, most)
	}
	return s.addByWalk(m, points, h, most)
}

func (s *selector) addByWalk(m *moment, points Milli, h halfLife, most int) (times int, sum Milli) {
	from, _ := m.since(s.within)
	rate := h.rate()
	earliest := s.earliest(m.Events)
	for i := len(m.Events) - 1; i >= earliest; i-- {
		e := &m.Events[i]
		if e.Time < from {
			break
		}
		if s.first && i > 0 || !isOneOf(s.names, e.Type) {
			continue
		}
		times++
		sum += h.of(points, m.AsOf-e.Time, rate)
		if times == most {
			break
		}
	}
	return times, sum
}
