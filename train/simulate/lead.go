package simulate

import "math"

// missing is the position of a category value that was not recorded.
const missing = 255

// noDate is a date that was not recorded.
const noDate = math.MinInt32

// outcome is what became of a lead by End.
type outcome uint8

const (
	open outcome = iota
	won
	lost
)

func (o outcome) String() string { return [...]string{"open", "won", "lost"}[o] }

// lead is one lead with its recorded values. Times are in seconds since 1970, 0 meaning none; money is in euros.
type lead struct {
	number  int64 // from 1
	account *account
	domain  string // of the e-mail address

	created, snapshot, closed int64

	industry, country, role, seniority, source, techStack, emailKind uint8 // positions in the tables, or missing

	employees int   // 0 means missing
	revenue   int64 // a year; 0 means missing
	founded   int32 // days since 1970, or noDate
	budget    int64 // 0 means not stated
	optOut    bool

	firstName, lastName uint8

	outcome    outcome
	dealValue  int64 // won only
	discount   int   // percent, won only; 0 means not recorded
	lostReason uint8 // lost only, or missing

	// judged tells that the lead came to its snapshot before End and undecided; only then has it a probability.
	judged      bool
	probability float64
	mature      bool // the horizon ended before End, so the label is known
	wonInTime   bool // won within the horizon, whether End came first or not

	events []event // by time, all before End

	changes []stageChange // by time; none of leads to score
}

// event is something that a lead did, at a second since 1970.
type event struct {
	at   int64
	kind uint8
}

// generator makes blocks of leads, one after the other. It is not safe for use by several goroutines.
type generator struct {
	seed       uint64
	newLeads   bool
	start, end int64
	truth      *truth
	mixtures   *mixtures
	random     *stream
	accounts   []account
	slots      []uint16 // the account of each lead of the block
	leads      []lead
	team       *salesTeam // nil: of leads to score nothing is known
	changes    []stageChange
	events     []event
}

func newGenerator(c Config, newLeads bool) *generator {
	t := newTruth()
	g := &generator{
		seed: c.Seed, newLeads: newLeads, start: c.Start.Unix(), end: c.End.Unix(),
		truth: t, mixtures: newMixtures(t.kinds), random: newStream(),
		leads: make([]lead, blockLeads),
	}
	if !newLeads {
		g.team = &salesTeam{seed: c.Seed, end: g.end, random: newStream()}
	}
	return g
}

// blockLeads is how many leads share accounts with each other. Accounts never reach over the edge of a block, so blocks can
// be made in any order.
const blockLeads = 256

// block makes the first count leads of the block with the number, from 0. The result is valid until the next call.
func (g *generator) block(number int64, count int) []lead {
	g.shareOutAccounts(number)
	g.events, g.changes = g.events[:0], g.changes[:0]
	for i := range count {
		l := &g.leads[i]
		g.lead(l, number*blockLeads+int64(i)+1, &g.accounts[g.slots[i]])
	}
	return g.leads[:count]
}

func (g *generator) purpose(p int) int {
	if g.newLeads {
		return p + newLeadPurposes
	}
	return p
}

// lead makes one lead: first what is recorded of it, then what it does up to its snapshot, then what becomes of it.
func (g *generator) lead(l *lead, number int64, a *account) {
	g.random.reset(g.seed, g.purpose(forLead), number)
	*l = lead{number: number, account: a, industry: a.industry, country: a.country}
	l.created = g.creation()
	l.snapshot = l.created + snapshotDays*day
	g.profile(l)
	intent := g.intent(l)
	from := len(g.events)
	g.eventsBeforeSnapshot(l, intent)
	sortEvents(g.events[from:])
	g.decide(l, g.events[from:])
	g.eventsAfterSnapshot(l, intent)
	g.events = keepBefore(g.events, from, g.end)
	sortEvents(g.events[from:])
	l.events = g.events[from:len(g.events):len(g.events)]
	if g.team != nil {
		before := len(g.changes)
		g.changes = g.team.work(g.changes, l)
		l.changes = g.changes[before:len(g.changes):len(g.changes)]
	}
}

// creation draws a time from Start up to End: more leads every month, mostly on working days, between 6 and 20 h UTC. A lead
// to score came in the last weeks, but long enough ago to have reached its snapshot.
func (g *generator) creation() int64 {
	first, last := g.start, g.end
	if g.newLeads {
		first, last = g.end-newLeadOldest*day, g.end-(snapshotDays+1)*day
	}
	for {
		u := g.random.Float64()
		u = (math.Sqrt(1+3*u) - 1) // the density rises as 1+u, from 1 to 2: the inverse of (u + u²/2)/1.5
		midnight := (first + int64(u*float64(last-first))) / day * day
		at := midnight + 6*3600 + int64(7*3600*(g.random.Float64()+g.random.Float64()))
		weekend := (midnight/day+4)%7 == 6 || (midnight/day+4)%7 == 0 // 1970-01-01 was a Thursday
		if at >= first && at < last && (!weekend || g.random.chance(.3)) {
			return at
		}
	}
}

// profile fills in what a form and the address book record.
func (g *generator) profile(l *lead) {
	t, r, a := g.truth, g.random, l.account
	u := float64(l.created-g.start) / float64(g.end-g.start)
	l.role = r.choose(&t.role, u)
	l.seniority = r.recorded(&t.seniority, u)
	l.source = r.choose(&t.source, u)
	l.techStack = a.techStack
	if r.chance(t.techStack.missing) {
		l.techStack = missing
	}
	l.employees = a.employees
	if r.chance(employeesMissing) {
		l.employees = 0
	}
	l.revenue = a.revenue
	if r.chance(revenueMissing(a.revenue)) {
		l.revenue = 0
	}
	l.founded = a.founded
	if r.chance(foundedMissing) {
		l.founded = noDate
	}
	if r.chance(budgetStated) {
		l.budget = max(500, int64(r.logNormal(4_000*math.Pow(float64(a.employees), .35), .8))/500*500)
	}
	l.optOut = r.chance(optedOut)
	l.emailKind = g.emailKind(a)
	l.domain = g.domain(l)
	l.firstName, l.lastName = uint8(r.IntN(personNames)), uint8(r.IntN(personNames))
}

// Shares of leads.
const (
	employeesMissing = .05
	foundedMissing   = .05
	budgetStated     = .20
	optedOut         = .12
	disposableShare  = .02
	freeMailSmall    = .40 // among companies below smallCompany
	freeMailOther    = .12
	smallCompany     = 10 // employees
)

// Missing revenues are not missing at random: small ones are kept quiet.
const (
	revenueMissingSmall = .10
	revenueMissingOther = .02
	smallRevenueEUR     = 10_000_000
)

func revenueMissing(revenue int64) float64 {
	if revenue < smallRevenueEUR {
		return revenueMissingSmall
	}
	return revenueMissingOther
}

func (g *generator) emailKind(a *account) uint8 {
	freeShare := freeMailOther
	if a.employees < smallCompany {
		freeShare = freeMailSmall
	}
	x := g.random.Float64()
	switch {
	case x < disposableShare:
		return disposableMail
	case x < disposableShare+freeShare:
		return freeMail
	}
	return companyMail
}

// intent draws the hidden z: the rates of events depend on it, the outcome only through the events.
func (g *generator) intent(l *lead) float64 {
	z := .8*g.random.NormFloat64() + g.truth.source.levels[l.source].intent + g.truth.email.levels[l.emailKind].intent
	if l.seniority != missing {
		z += g.truth.seniority.levels[l.seniority].intent
	}
	return min(max(z, -maxIntent), maxIntent)
}
