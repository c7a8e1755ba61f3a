package simulate

import "math"

// truth is the whole rule that outcomes follow. Log-odds are natural logarithms of odds; ages are in the unit of the name.
type truth struct {
	intercept float64

	industry, country, role, seniority, source, techStack, email category

	employees employeesTerm
	age       ageTerm
	budget    budgetTerm
	optOut    float64 // added for a lead that opted out of the newsletter

	kinds        [observedKinds]eventKind
	halfLifeDays float64 // of an event's weight
	recency      recencyTerm
	pricingFirst float64 // added when the very first event is a pricing page

	seniorIndustry pair
	sizeSource     pair
	minEmployees   int // the size from which sizeSource counts

	drift driftTerm
}

// employeesTerm is a hump over the logarithm of the size: height·exp(-ln(n/centre)²/(2·width²)).
type employeesTerm struct{ height, centre, width, missing float64 }

// ageTerm holds young companies back: atZero·2^(-age/halfLifeYears), age being the company's at the snapshot.
type ageTerm struct{ atZero, halfLifeYears, missing float64 }

// budgetTerm is for a stated budget: stated + perDoubling·log2(budget/reference), the doublings kept within ±limit.
type budgetTerm struct{ stated, perDoubling, referenceEUR, limit float64 }

// recencyTerm is far·(1 - 2^(-d/halfLifeDays)), d being the days from the last event to the snapshot; none when there is no event.
type recencyTerm struct{ far, halfLifeDays, none float64 }

// pair is an interaction: logOdds is added when the first field has one of the values in first and the second one in second.
type pair struct {
	first, second []int
	logOdds       float64
}

// driftTerm is total·(1 - 2^(-t/halfLifeDays)), t being the days from Start to creation.
type driftTerm struct{ total, halfLifeDays float64 }

func newTruth() *truth {
	t := &truth{
		intercept: -3.55,
		industry:  industries(), country: countries(), role: roles(), seniority: seniorities(),
		source: sources(), techStack: techStacks(), email: emailKinds(),
		employees:    employeesTerm{height: 1.30, centre: 250, width: 1.4, missing: .55},
		age:          ageTerm{atZero: -.80, halfLifeYears: 4, missing: -.25},
		budget:       budgetTerm{stated: .45, perDoubling: .12, referenceEUR: 20_000, limit: 3},
		optOut:       -.45,
		kinds:        eventKinds(),
		halfLifeDays: 14,
		recency:      recencyTerm{far: -.60, halfLifeDays: 4, none: -.70},
		pricingFirst: -.30,
		minEmployees: 250,
		drift:        driftTerm{total: .30, halfLifeDays: 100},
	}
	t.seniorIndustry = pair{logOdds: .40,
		first:  positions(t.seniority, "director", "vice_president", "executive"),
		second: positions(t.industry, "software", "financial_services")}
	t.sizeSource = pair{logOdds: .45,
		first:  []int{1},
		second: positions(t.source, "referral", "partner")}
	return t
}

// positions finds levels by name. A name that is not in the table is our own bug.
func positions(c category, names ...string) []int {
	var at []int
	for _, name := range names {
		found := false
		for i, l := range c.levels {
			if l.name == name {
				at, found = append(at, i), true
			}
		}
		if !found {
			panic("simulate: " + c.field + " has no level " + name)
		}
	}
	return at
}

// engagement is what the events before the snapshot come to.
type engagement struct {
	decayed       [observedKinds]float64 // events of each type, each worth 2^(-age/half-life)
	any           bool
	first         uint8   // type of the first event
	daysSinceLast float64 // at the snapshot, ≥ 0
}

// engagement reads events in the order of time and stops at the snapshot.
func (t *truth) engagement(events []event, snapshot int64) engagement {
	var e engagement
	for _, ev := range events {
		if ev.at >= snapshot {
			break
		}
		if ev.kind >= observedKinds { // a win before the snapshot; such a lead has no true probability
			continue
		}
		if !e.any {
			e.any, e.first = true, ev.kind
		}
		e.daysSinceLast = float64(snapshot-ev.at) / day
		e.decayed[ev.kind] += math.Exp2(-e.daysSinceLast / t.halfLifeDays)
	}
	return e
}

// logOdds returns η of a lead at its snapshot. It reads recorded values only. createdDays counts from Start.
func (t *truth) logOdds(l *lead, e *engagement, createdDays float64) float64 {
	return t.intercept + t.fieldTerms(l) + t.eventTerms(e) + t.pairTerms(l) + t.drift.at(createdDays)
}

func (t *truth) fieldTerms(l *lead) float64 {
	sum := t.industry.at(l.industry) + t.country.at(l.country) + t.role.at(l.role) + t.seniority.at(l.seniority) +
		t.source.at(l.source) + t.techStack.at(l.techStack) + t.email.at(l.emailKind) +
		t.employees.at(l.employees) + t.age.at(l) + t.budget.at(l.budget)
	if l.optOut {
		sum += t.optOut
	}
	return sum
}

func (t *truth) eventTerms(e *engagement) float64 {
	sum := t.recency.at(e)
	for k := range t.kinds {
		if e.decayed[k] > 0 {
			sum += t.kinds[k].logOdds * math.Log1p(e.decayed[k])
		}
	}
	if e.any && e.first == pricingPage {
		sum += t.pricingFirst
	}
	return sum
}

func (t *truth) pairTerms(l *lead) float64 {
	large := 0
	if l.employees >= t.minEmployees {
		large = 1
	}
	return t.seniorIndustry.at(int(l.seniority), int(l.industry)) + t.sizeSource.at(large, int(l.source))
}

func (c *category) at(position uint8) float64 {
	if position == missing {
		return c.missingLogOdds
	}
	return c.levels[position].logOdds
}

func (t employeesTerm) at(employees int) float64 {
	if employees == 0 {
		return t.missing
	}
	z := math.Log(float64(employees)/t.centre) / t.width
	return t.height * math.Exp(-z*z/2)
}

func (t ageTerm) at(l *lead) float64 {
	if l.founded == noDate {
		return t.missing
	}
	years := (float64(l.snapshot)/day - float64(l.founded)) / 365.25
	return t.atZero * math.Exp2(-years/t.halfLifeYears)
}

func (t budgetTerm) at(budget int64) float64 {
	if budget == 0 {
		return 0
	}
	doublings := math.Log2(float64(budget) / t.referenceEUR)
	return t.stated + t.perDoubling*min(max(doublings, -t.limit), t.limit)
}

func (t recencyTerm) at(e *engagement) float64 {
	if !e.any {
		return t.none
	}
	return t.far * (1 - math.Exp2(-e.daysSinceLast/t.halfLifeDays))
}

func (p pair) at(first, second int) float64 {
	for _, a := range p.first {
		if a != first {
			continue
		}
		for _, b := range p.second {
			if b == second {
				return p.logOdds
			}
		}
	}
	return 0
}

func (t driftTerm) at(days float64) float64 {
	return t.total * (1 - math.Exp2(-days/t.halfLifeDays))
}

// logistic returns 1/(1+exp(-x)), in (0, 1) for any x that truth gives.
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
