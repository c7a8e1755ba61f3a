package simulate

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// What the team does with leads, all by chance, see PROCESS.md. Times are medians of log-normal distributions; the answer's counts working hours only.
const (
	handOverFrom    = -1.0 // log-odds, as marketing sees them
	marketingNoise  = .8   // standard deviation of what marketing sees beside the truth
	neverAnswered   = .03  // of the leads handed over that are not won
	answerHours     = 1.5  // median
	slowAnswerHours = 6.   // of the slow owner
	fastAnswerHours = .5   // of the fast lane
	answerSpread    = 1.1
	acceptAtZero    = 1.6 // log-odds of acceptance: this + acceptPerLogOdds·η
	acceptPerOdds   = .8
	reasonGiven     = .85
	recycled        = .15 // of the rejected leads: handed over again
	recycledFrom    = 20  // days
	recycledTo      = 60
	sqlShare        = .60 // of the accepted leads that are not won
	sqlDays         = 5.
	opportunityRate = .45 // of the SQLs that are not won
	opportunityDays = 12.
	stageSpread     = .7
	sqlSkipped      = .06
	wentBack        = .03 // of the SQLs that are not won: back to MQL
	officeOpens     = 8   // UTC, Monday to Friday
	officeCloses    = 16
)

// Places of the stage values.
const (
	toMQL = iota
	toFastLane
	toAccepted
	toRejected
	toSQL
	toOpportunity
)

func stageValues() [6]string {
	return [...]string{"MQL", "Fast Lane", "Accepted", "Rejected", "SQL", "Opportunity"}
}

// owners answer leads in equal shares; the last is slow.
func owners() [ownerCount]string {
	return [...]string{"brandt", "castro", "dubois", "eriksen", "fabbri"}
}

const (
	ownerCount = 5
	slowOwner  = 4
)

// rejections are reasons with their shares.
func rejections() []level {
	return []level{{name: "no budget responsibility", share: .35}, {name: "wrong use case", share: .25}, {name: "not reached", share: .20}, {name: "too small", share: .12}, {name: "happy with another product", share: .08}}
}

// stageChange is a lead's move into a stage, at a second since 1970.
type stageChange struct {
	at     int64
	stage  uint8
	reason uint8 // missing: none
	owner  uint8
}

// salesTeam draws what the team does. It has a stream of its own, so that leads and events are the same with it and without.
type salesTeam struct {
	seed   uint64
	end    int64
	random *stream
}

// work appends the changes of stage of a lead whose outcome is settled. Nothing happens from its closing or from End on.
func (w *salesTeam) work(to []stageChange, l *lead) []stageChange {
	r := w.random
	r.reset(w.seed, forStages, l.number)
	until := w.end
	if l.closed != 0 {
		until = min(until, l.closed)
	}
	owner := uint8(r.IntN(ownerCount))
	add := func(at int64, stage, reason uint8) bool {
		if at >= until {
			return false
		}
		to = append(to, stageChange{at, stage, reason, owner})
		return true
	}
	if l.probability == 0 { // decided before its snapshot: sales found it, or nobody worked on it
		if l.outcome == won && add(l.created+(until-l.created)/3, toSQL, missing) {
			add(l.created+(until-l.created)*2/3, toOpportunity, missing)
		}
		return to
	}
	logOdds := math.Log(l.probability / (1 - l.probability))
	at, stage := w.handOver(l, logOdds)
	if at == 0 || !add(at, stage, missing) {
		return to
	}
	median := answerHours
	switch {
	case stage == toFastLane:
		median = fastAnswerHours
	case owner == slowOwner:
		median = slowAnswerHours
	}
	at = officeTime(at, r.logNormal(median*3600, answerSpread))
	if l.outcome != won && r.chance(neverAnswered) {
		return to
	}
	if l.outcome == won {
		at = min(at, until-3)
	} else if !r.chance(logistic(acceptAtZero + acceptPerOdds*logOdds)) {
		reason := uint8(missing)
		if r.chance(reasonGiven) {
			reason = r.choose(&category{levels: rejections()}, 0)
		}
		back := r.chance(recycled)
		if !add(at, toRejected, reason) || !back {
			return to
		}
		at += int64((recycledFrom + (recycledTo-recycledFrom)*r.Float64()) * day)
		if !add(at, toMQL, missing) {
			return to
		}
		at = officeTime(at, r.logNormal(median*3600, answerSpread))
	}
	if !add(at, toAccepted, missing) {
		return to
	}
	w.sell(l, at, until, add)
	return to
}

// handOver says when marketing hands the lead over, and on which lane; 0: never.
func (w *salesTeam) handOver(l *lead, logOdds float64) (at int64, stage uint8) {
	r := w.random
	seen, days := logOdds+marketingNoise*r.NormFloat64(), .5+6*r.Float64()
	if seen >= handOverFrom {
		at, stage = l.created+int64(days*day), toMQL
	}
	wait := 60 + r.Int64N(540)
	if i := slices.IndexFunc(l.events, func(e event) bool { return e.kind == demoRequest }); i >= 0 {
		if asked := max(l.events[i].at, l.created) + wait; at == 0 || asked < at {
			at, stage = asked, toFastLane
		}
	}
	return at, stage
}

// sell takes an accepted lead through the later stages.
func (w *salesTeam) sell(l *lead, at, until int64, add func(at int64, stage, reason uint8) bool) {
	r := w.random
	isWon := l.outcome == won
	toNext := func(share, median float64) bool {
		draw, span := r.chance(share), int64(r.logNormal(median*day, stageSpread))
		if isWon {
			at += min(span, (until-at)/2) // a win had its stages, however fast
			return true
		}
		at += span
		return draw
	}
	if !toNext(sqlShare, sqlDays) {
		return
	}
	if !r.chance(sqlSkipped) && !add(at, toSQL, missing) {
		return
	}
	if !isWon && r.chance(wentBack) {
		add(at+10*day, toMQL, missing)
		return
	}
	if toNext(opportunityRate, opportunityDays) {
		add(at, toOpportunity, missing)
	}
}

// officeTime is when so many seconds of office hours have passed.
func officeTime(at int64, seconds float64) int64 {
	left := int64(seconds)
	for {
		midnight := at / day * day
		weekday := (midnight/day + 4) % 7 // 1970-01-01 was a Thursday
		from, to := max(at, midnight+officeOpens*3600), midnight+officeCloses*3600
		if weekday != 0 && weekday != 6 && from < to {
			if left <= to-from {
				return from + left
			}
			left -= to - from
		}
		at = midnight + day
	}
}

const stagesHeader = "lead_id,time,stage,reason,owner"

// stagesSink writes the stages of a history beside what another sink writes.
type stagesSink struct {
	sink
	stages *csvFile
}

func (s *stagesSink) encode(leads []lead, into *chunk) {
	s.sink.encode(leads, into)
	values, reasons, names := stageValues(), rejections(), owners()
	for i := range leads {
		for _, c := range leads[i].changes {
			b := append(appendID(into.stages, historyPrefix, leads[i].number), ',')
			b = append(append(appendTime(b, c.at), ','), values[c.stage]...)
			b = append(b, ',')
			if c.reason != missing {
				b = append(b, reasons[c.reason].name...)
			}
			into.stages = append(append(append(b, ','), names[c.owner]...), '\n')
		}
	}
}

func (s *stagesSink) write(c *chunk) error {
	if err := s.sink.write(c); err != nil {
		return err
	}
	return s.stages.write(c.stages)
}

func (s *stagesSink) close() error {
	if err := s.sink.close(); err != nil {
		return err
	}
	return s.stages.close()
}

// prices are what a lead of a source costs, in euros; the others cost nothing that is counted by the lead.
func prices() map[string]int {
	return map[string]int{"paid_search": 90, "content_download": 30, "trade_fair": 210, "webinar": 55, "paid_social": 60, "partner": 40, "cold_outbound": 75}
}

// sourceMonth is a source's place and a month, counted from the year 0.
type sourceMonth struct {
	month  int
	source uint8
}

func monthOf(at int64) int {
	year, month, _ := time.Unix(at, 0).UTC().Date()
	return year*12 + int(month) - 1
}

// writeCosts writes what each source cost in each month: the number of its leads times their price.
func writeCosts(dir *directory, t *truth, leads map[sourceMonth]int) error {
	f, err := dir.createCSV("costs.csv", "source,month,amount")
	if err != nil {
		return err
	}
	keys := make([]sourceMonth, 0, len(leads))
	for key := range leads {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b sourceMonth) int {
		if a.month != b.month {
			return a.month - b.month
		}
		return int(a.source) - int(b.source)
	})
	for _, key := range keys {
		name := t.source.name(key.source)
		if price := prices()[name]; price > 0 {
			if err := f.write(fmt.Appendf(nil, "%s,%04d-%02d,%d\n", name, key.month/12, key.month%12+1, price*leads[key])); err != nil {
				return err
			}
		}
	}
	return f.close()
}

// describeProcess is PROCESS.md.
func describeProcess(t *truth, seed uint64) []byte {
	d := &document{}
	d.say("# What the made-up team does with its leads\n")
	d.say("Seed %d. stages.csv and costs.csv were drawn from the rule below, which knows the outcome: a won lead had its stages. η is the log-odds of `true_probability`.\n", seed)
	d.say("- **Hand-over.** Marketing sees η + %.1f·N(0, 1) and hands a lead over as MQL if that is at least %+.1f, between half a day and 6.5 days after it came.", marketingNoise, handOverFrom)
	d.say("  A lead that asks for a demo goes to sales at once: Fast Lane, 1 to 10 minutes after it asks.")
	d.say("- **Answer.** Each lead has one of five owners in equal shares. The answer takes log-normal working hours (Mon-Fri %02d:00-%02d:00 UTC), with σ %.1f and a median of %g; %g for %s, %g on the fast lane.",
		officeOpens, officeCloses, answerSpread, answerHours, slowAnswerHours, owners()[slowOwner], fastAnswerHours)
	d.say("  %.0f %% of the leads that will not be won are never answered.", 100*neverAnswered)
	d.say("- **Acceptance.** A lead that will be won is accepted, another with log-odds %.1f + %.1f·η. Of the rejected ones %.0f %% have a reason:", acceptAtZero, acceptPerOdds, 100*reasonGiven)
	for _, reason := range rejections() {
		d.say("  %s %.0f %%,", reason.name, 100*reason.share)
	}
	d.say("  and %.0f %% are handed over again %d to %d days later, and then accepted.", 100*recycled, recycledFrom, recycledTo)
	d.say("- **SQL.** Of the accepted leads that will not be won %.0f %% become SQL, after a median of %g days (σ %.1f); %.0f %% of all SQLs are not entered but skipped. **Opportunity**: %.0f %% of those, after %g days more.",
		100*sqlShare, sqlDays, stageSpread, 100*sqlSkipped, 100*opportunityRate, opportunityDays)
	d.say("  %.0f %% of the SQLs that will not be won go back to MQL. What would come after the closing or the end does not happen; a lead that will be won passes in time.", 100*wentBack)
	d.say("- Leads decided before their snapshot were not handed over; the won ones came to sales by themselves, as SQL.")
	d.say("- **Costs.** Euros a lead, by source:")
	for _, level := range t.source.levels {
		if price := prices()[level.name]; price > 0 {
			d.say("  %s %d,", level.name, price)
		}
	}
	d.say("  the others nothing.")
	return d.Bytes()
}

// writeProcess writes what beside stages.csv tells of the process.
func writeProcess(dir *directory, history result, seed uint64) error {
	t := newTruth()
	if err := writeCosts(dir, t, history.tally.bySource); err != nil {
		return err
	}
	f, err := dir.create("PROCESS.md")
	if err != nil {
		return err
	}
	if _, err := f.Write(describeProcess(t, seed)); err != nil {
		return err
	}
	return f.Close()
}
