package rules

// decision is the qualification and what made it.
type decision struct {
	qualification Qualification
	by            *gate // nil: the points alone
	truth         truth // of by
}

func (d *decision) id() string {
	if d.by == nil {
		return ""
	}
	return d.by.id
}

// qualify decides what should happen. The first that applies wins:
//
//	excluded   an exclude rule holds
//	fast_lane  a fast_lane rule holds
//	nurture    the thresholds are not reached, or a require rule does not hold
//	held       a require rule cannot be judged, or an order_guard rule holds
//	mql        else
//
// A book without thresholds qualifies nobody by points.
func (b *Book) qualify(m *moment, t tally) decision {
	if g := b.firstThat(m, exclude, yes); g != nil {
		return decision{Excluded, g, yes}
	}
	if g := b.firstThat(m, fastLane, yes); g != nil {
		return decision{FastLane, g, yes}
	}
	if !b.mql.reached(t) {
		return decision{qualification: Nurture}
	}
	if g := b.firstThat(m, require, no); g != nil {
		return decision{Nurture, g, no}
	}
	if g := b.firstThat(m, require, unjudged); g != nil {
		return decision{Held, g, unjudged}
	}
	if g := b.firstThat(m, orderGuard, yes); g != nil {
		return decision{Held, g, yes}
	}
	return decision{qualification: MQL}
}

func (b *Book) firstThat(m *moment, list int, is truth) *gate {
	for i := range b.gates[list] {
		if b.gateHolds(m, list, i) == is {
			return &b.gates[list][i]
		}
	}
	return nil
}

// gateHolds judges a gate once a score.
func (b *Book) gateHolds(m *moment, list, i int) truth {
	known := &m.scratch.gates[list][i]
	if *known == unasked {
		*known = b.gates[list][i].holds(m)
	}
	return *known
}

func (q *mql) reached(t tally) bool {
	return q.set && atLeast(t.sums[0], q.fit) && atLeast(t.sums[1], q.engagement) && atLeast(t.total, q.total)
}

func atLeast(points Milli, threshold *Milli) bool { return threshold == nil || points >= *threshold }

// reason says in words why the lead is qualified as it is; empty for one below the thresholds.
func (b *Book) reason(d decision) string {
	switch {
	case d.by != nil && d.truth == unjudged:
		return d.by.reasons[unjudged]
	case d.by != nil && d.truth == no:
		return d.by.reasons[no]
	case d.by != nil:
		return d.by.reason
	case d.qualification == MQL:
		return "all thresholds reached"
	case !b.mql.set:
		return "the book has no thresholds"
	}
	return ""
}

// Shortfall is the reason of a lead below the thresholds.
func (b *Book) Shortfall(s *Score) string {
	return b.shortfall(tally{total: milli(s.Points), sums: [2]Milli{milli(s.Fit), milli(s.Engagement)}})
}

func (b *Book) shortfall(t tally) string {
	room := [80]byte{}
	text := append(room[:0], "below the threshold: "...)
	start := len(text)
	for _, c := range [...]struct {
		name      string
		points    Milli
		threshold *Milli
	}{{"fit ", t.sums[0], b.mql.fit}, {"engagement ", t.sums[1], b.mql.engagement}, {"total ", t.total, b.mql.total}} {
		if atLeast(c.points, c.threshold) {
			continue
		}
		if len(text) > start {
			text = append(text, ", "...)
		}
		text = c.threshold.append(append(c.points.append(append(text, c.name...)), " of "...))
	}
	return string(text)
}

var gradeNames = [4][4]string{
	{"A1", "A2", "A3", "A4"}, {"B1", "B2", "B3", "B4"}, {"C1", "C2", "C3", "C4"}, {"D1", "D2", "D3", "D4"}}

func (b *Book) grade(t tally) string {
	return gradeNames[b.grades[0].of(t.sums[0])][b.grades[1].of(t.sums[1])]
}

// of is the place of the grade, 0 the best, 3 below all.
func (g *grades) of(points Milli) int {
	for i, least := range g {
		if points >= least {
			return i
		}
	}
	return len(g)
}

// readiness sets the dimensions against their thresholds; without one, any points above 0 count as high.
func (b *Book) readiness(t tally) Readiness {
	high := func(points Milli, threshold *Milli) bool {
		if threshold == nil {
			return points > 0
		}
		return points >= *threshold
	}
	fit, active := high(t.sums[0], b.mql.fit), high(t.sums[1], b.mql.engagement)
	switch {
	case fit && active:
		return FitAndActive
	case fit:
		return FitNotReady
	case active:
		return ActiveUnfit
	}
	return Neither
}

// explainGates lists the gates that could not be judged.
func (b *Book) explainGates(m *moment, s *Score) {
	for list := range b.gates {
		for i := range b.gates[list] {
			if b.gateHolds(m, list, i) == unjudged {
				s.NotJudged = append(s.NotJudged, b.gates[list][i].notJudged(m, gateKeys[list]))
			}
		}
	}
}
