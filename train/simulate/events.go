package simulate

import (
	"math"
	"slices"
)

// maxIntent bounds the hidden intent on both sides, so that a table of mixtures suffices.
const maxIntent = 3

// intentSteps is the number of steps of the table on each side of zero.
const intentSteps = 24

// Kinds of leads that do unusual things.
const (
	ordinary = iota
	bouncing // the address does not work
	jobSeeker
	behaviours
)

// mixtures holds, for each behaviour and step of intent, the cumulated probabilities of the event types.
type mixtures [behaviours][2*intentSteps + 1][observedKinds]float64

func newMixtures(kinds [observedKinds]eventKind) *mixtures {
	factor := [behaviours][observedKinds]float64{}
	for k := range observedKinds {
		factor[ordinary][k], factor[bouncing][k], factor[jobSeeker][k] = 1, 1, 1
	}
	factor[bouncing][emailBounce], factor[bouncing][emailOpen], factor[bouncing][emailClick] = 60, 0, 0
	factor[jobSeeker][careerPage], factor[jobSeeker][demoRequest], factor[jobSeeker][pricingPage] = 120, .1, .2
	m := &mixtures{}
	for b := range m {
		for step := range m[b] {
			z := float64(step-intentSteps) * maxIntent / intentSteps
			sum := 0.0
			for k, kind := range kinds {
				sum += kind.rate * math.Exp(kind.intent*z) * factor[b][k]
				m[b][step][k] = sum
			}
			for k := range m[b][step] {
				m[b][step][k] /= sum
			}
		}
	}
	return m
}

// draw picks an event type.
func (m *mixtures) draw(r *stream, behaviour int, intent float64) uint8 {
	cumulated := &m[behaviour][intentSteps+int(math.Round(intent*intentSteps/maxIntent))]
	x := r.Float64()
	for k, below := range cumulated {
		if x < below {
			return uint8(k)
		}
	}
	return pageView
}

// Mean numbers of events at a hidden intent of zero.
const (
	eventsBeforeCreation = 1.2 // among returning visitors
	returningVisitors    = .5  // share of leads that were here before they left their name
	eventsFirstWeek      = 3.0
	eventsLater          = 1.8
	intentOnCount        = .5 // the means are multiplied by exp(intentOnCount·z)
	webinarShowUp        = .5 // share of registrations that are followed by attendance
)

// eventsBeforeSnapshot appends what a lead did from historyDays before it was created up to its snapshot. The times are in no
// order.
func (g *generator) eventsBeforeSnapshot(l *lead, intent float64) {
	r := g.random
	behaviour := g.behaviour(l)
	factor := math.Exp(intentOnCount * intent)
	if r.chance(returningVisitors) {
		for range r.poisson(eventsBeforeCreation * factor) {
			ago := r.Float64()
			g.happen(l.created-1-int64(ago*ago*(historyDays*day-1)), g.anonymous(g.mixtures.draw(r, behaviour, intent)))
		}
	}
	if kind, ok := firstContact(g.truth.source.levels[l.source].name); ok {
		g.happen(l.created, kind)
	}
	for range r.poisson(eventsFirstWeek * factor) {
		at := l.created + int64(math.Pow(r.Float64(), 1.4)*snapshotDays*day)
		kind := g.mixtures.draw(r, behaviour, intent)
		g.happen(at, kind)
		if kind == webinarRegistered && r.chance(webinarShowUp) {
			g.happen(at+day+r.Int64N(5*day), webinarAttended)
		}
	}
}

func (g *generator) happen(at int64, kind uint8) {
	g.events = append(g.events, event{at: at, kind: kind})
}

func (g *generator) behaviour(l *lead) int {
	bounce, seeker := .01, .02
	if l.emailKind == disposableMail {
		bounce = .5
	}
	if l.seniority != missing && g.truth.seniority.levels[l.seniority].name == "student" {
		seeker = .35
	}
	switch x := g.random.Float64(); {
	case x < bounce:
		return bouncing
	case x < bounce+seeker:
		return jobSeeker
	}
	return ordinary
}

// anonymous turns what needs an address into a page view: before its creation a lead is a visitor without a name.
func (g *generator) anonymous(kind uint8) uint8 {
	switch kind {
	case pageView, productPage, pricingPage, careerPage, caseStudyDownload:
		return kind
	}
	return pageView
}

// firstContact is the event that makes a lead of a visitor, if its source has one.
func firstContact(source string) (uint8, bool) {
	switch source {
	case "content_download":
		return whitepaperDownload, true
	case "webinar":
		return webinarRegistered, true
	case "organic_search", "paid_search", "direct", "paid_social":
		return pageView, true
	}
	return 0, false
}

// eventsAfterSnapshot appends what came later, and would give the outcome away to whoever reads it: a lead that will win is
// busier, and one that has won signs and is taught.
func (g *generator) eventsAfterSnapshot(l *lead, intent float64) {
	r := g.random
	until := l.snapshot + 120*day
	if l.closed != 0 {
		until = min(until, l.closed)
	}
	mean := eventsLater * math.Exp(intentOnCount*intent)
	if l.wonInTime {
		mean *= 2.5
	}
	if until > l.snapshot {
		for range r.poisson(mean) {
			at := l.snapshot + int64(math.Pow(r.Float64(), 1.5)*float64(until-l.snapshot))
			g.happen(at, g.mixtures.draw(r, ordinary, intent))
		}
	}
	if l.outcome != won {
		return
	}
	g.happen(l.closed, contractSigned)
	for range 1 + r.IntN(3) {
		g.happen(l.closed+day+r.Int64N(45*day), onboardingSession)
	}
	for range r.poisson(.7) {
		g.happen(l.closed+10*day+r.Int64N(90*day), supportTicket)
	}
}

// keepBefore drops the events from the position on that are not before end.
func keepBefore(events []event, from int, end int64) []event {
	kept := events[:from]
	for _, e := range events[from:] {
		if e.at < end {
			kept = append(kept, e)
		}
	}
	return kept
}

// sortEvents puts events in order of time, then type.
func sortEvents(events []event) {
	slices.SortFunc(events, func(a, b event) int {
		if a.at != b.at {
			if a.at < b.at {
				return -1
			}
			return 1
		}
		return int(a.kind) - int(b.kind)
	})
}
