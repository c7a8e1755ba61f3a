package simulate

import "math"

// Shares that decide what becomes of a lead.
const (
	decidedEarly  = .02  // closed before the snapshot, whatever the truth says of the others
	earlyWins     = .15  // of those
	neverDecided  = .015 // of the leads not won in time: open for ever
	lateWins      = .01  // of the leads not won in time: won after the horizon
	slowLosses    = .03  // of the lost leads: lost after the horizon
	discountKnown = .90  // of the won leads
	reasonKnown   = .85  // of the lost leads
)

// decide draws the outcome and when it came. events are those before the snapshot and perhaps a few after it, by time. An
// outcome that falls on or after End has not happened yet: the lead is open.
func (g *generator) decide(l *lead, events []event) {
	r := g.random
	if !g.newLeads && r.chance(decidedEarly) {
		l.outcome = lost
		if r.chance(earlyWins) {
			l.outcome = won
		}
		l.closed = l.created + 3600 + r.Int64N(snapshotDays*day-7200)
	} else {
		g.drawOutcome(l, events)
	}
	undecided := l.closed == 0 || l.closed > l.snapshot
	l.judged = undecided && l.snapshot < g.end
	l.mature = l.judged && l.snapshot+horizonDays*day < g.end
	if l.closed >= g.end || g.newLeads {
		l.closed, l.outcome = 0, open
	}
	g.closeDeal(l)
}

// drawOutcome draws with the true probability, and a time that is the earlier the better the odds.
func (g *generator) drawOutcome(l *lead, events []event) {
	r, t := g.random, g.truth
	e := t.engagement(events, l.snapshot)
	logOdds := t.logOdds(l, &e, float64(l.created-g.start)/day)
	l.probability = logistic(logOdds)
	l.wonInTime = r.chance(l.probability)
	after := func(days float64) { l.closed = l.snapshot + 1 + int64(days*day) }
	switch {
	case l.wonInTime:
		l.outcome = won
		after((lastWinDays - 1) * r.kumaraswamy(1.3, winSpeed(logOdds)))
	case r.chance(neverDecided):
		l.outcome = open
	case r.chance(lateWins):
		l.outcome = won
		after(lateWinFrom + (lateWinTo-lateWinFrom)*r.Float64())
	case r.chance(slowLosses):
		l.outcome = lost
		after(horizonDays + 120*r.Float64())
	default:
		l.outcome = lost
		after(horizonDays * r.kumaraswamy(1, 2.5))
	}
}

// winSpeed is the second parameter of the Kumaraswamy distribution of the time to a win: 1.2 for weak leads, up to 6 for
// strong ones.
func winSpeed(logOdds float64) float64 { return min(max(2.5*math.Exp(.35*(logOdds+1)), 1.2), 6) }

// closeDeal fills in what is known only once the deal is closed.
func (g *generator) closeDeal(l *lead) {
	r := g.random
	l.lostReason = missing
	switch l.outcome {
	case won:
		seats := 300 * math.Pow(float64(l.account.employees), .55)
		l.dealValue = max(500, int64(r.logNormal(seats, .7))/10*10)
		if r.chance(discountKnown) {
			l.discount = 1 + r.IntN(25)
		}
	case lost:
		if r.chance(reasonKnown) {
			l.lostReason = uint8(r.IntN(len(lostReasons())))
		}
	}
}
