package funnel

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"leadscore/features"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Input is what a funnel is computed from. Table, Log and Process must be given; the table has created and closed times and outcomes.
type Input struct {
	Table   *features.Table
	Log     *features.StageLog
	Process *Process
	AsOf    features.Micros // [features.NoTime]: the latest time of leads and changes
	Since   features.Micros // only leads created from then on; [features.NoTime]: all
	Costs   *Costs          // may be nil
	Scored  *Scored         // may be nil
}

// Errors for data without an answer.
var (
	ErrNoTimes = errors.New("a funnel needs to know when leads came and when they were closed: the schema names lead.created and lead.closed")
	ErrNoLeads = errors.New("no lead was created in the time asked for")
)

// Reasons why leads and changes are not counted.
const (
	leftFuture     = "leads created after the as-of"
	leftBefore     = "leads created before the beginning asked for"
	leftNoCreated  = "leads without a time of creation"
	leftNoClosed   = "won or lost leads without a time of closing"
	leftBackward   = "leads closed before they were created"
	leftLate       = "stage changes after the as-of"
	leftAfterClose = "stage changes after the lead was closed"
	leftEarly      = "answers of sales to leads that were not with sales"
)

// Compute counts and follows all leads. The same input gives the same figures; what happened after the as-of changes none.
func Compute(ctx context.Context, in *Input) (*Funnel, error) {
	f, err := start(ctx, in)
	if err != nil {
		return nil, err
	}
	f.zone, _ = zoneOf(f.p.Response.TimeZone)
	f.clock = newClock(&f.p.Response, f.firstCreated(), f.asOf)
	f.fastLane()
	f.conversions()
	f.response()
	f.stays()
	f.ways()
	f.sources()
	f.needs()
	f.count()
	if err := f.feedback(); err != nil {
		return nil, err
	}
	f.review()
	f.remarks()
	f.out.journeys, f.out.in = f.leads, in
	return f.out, ctx.Err()
}

// start makes the leads' journeys.
func start(ctx context.Context, in *Input) (*follower, error) {
	t := in.Table
	if t.Created == nil || t.Closed == nil || t.Outcome == nil {
		return nil, ErrNoTimes
	}
	f := &follower{in: in, p: in.Process, asOf: in.AsOf}
	if f.asOf == none {
		f.asOf = max(features.ObservedUntil(t, nil), in.Log.Latest)
	}
	f.out = &Funnel{AsOf: instant(f.asOf), Process: in.Process, LeftOut: map[string]int64{}, Verdicts: []Remark{}}
	if err := f.walk(ctx); err != nil {
		return nil, err
	}
	if len(f.leads) == 0 {
		return nil, ErrNoLeads
	}
	return f, nil
}

// follower computes a funnel.
type follower struct {
	in    *Input
	p     *Process
	asOf  features.Micros
	zone  *time.Location
	clock *clock
	leads []journey
	out   *Funnel
}

// walk makes the journeys.
func (f *follower) walk(ctx context.Context) error {
	t, w := f.in.Table, newWalker(f.p, f.in.Log, f.asOf)
	f.leads = make([]journey, 0, t.Len())
	left := func(reason string, count int) {
		if count > 0 {
			f.out.LeftOut[reason] += int64(count)
		}
	}
	for i := range t.Len() {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		j := journey{row: int32(i), created: t.Created.At(i), closed: t.Closed.At(i), outcome: t.Outcome[i]}
		if j.outcome == features.Open || j.closed != none && j.closed > f.asOf { // an open lead's closing is a forecast
			j.closed, j.outcome = none, features.Open
		}
		switch {
		case j.created == none:
			left(leftNoCreated, 1)
			continue
		case j.created > f.asOf:
			left(leftFuture, 1)
			continue
		case j.created < f.in.Since: // NoTime is before all
			left(leftBefore, 1)
			continue
		case j.outcome != features.Open && j.closed == none:
			left(leftNoClosed, 1)
			continue
		case j.closed != none && j.closed < j.created:
			left(leftBackward, 1)
			continue
		}
		w.walk(&j, f.in.Log.Of(i))
		f.leads = append(f.leads, j)
	}
	left(leftLate, w.late)
	left(leftAfterClose, w.afterClose)
	left(leftEarly, w.early)
	return nil
}

// fastLane takes the lane from the rules' qualification where no stage names it.
func (f *follower) fastLane() {
	s := f.in.Scored
	if s == nil || slices.ContainsFunc(f.leads, func(j journey) bool { return j.way == ByFastLane }) {
		return
	}
	for i := range f.leads {
		if j := &f.leads[i]; j.way == ByHandOver && s.Known[j.row] && s.Qualification[j.row] == rules.FastLane {
			j.way = ByFastLane
		}
	}
}

func (f *follower) firstCreated() features.Micros {
	first := f.leads[0].created
	for i := range f.leads {
		first = min(first, f.leads[i].created)
	}
	return first
}

// month is the month of an instant, in the zone of the hours.
func (f *follower) month(at features.Micros) string { return at.Time().In(f.zone).Format("2006-01") }

// monthEnds is when the month of an instant is over.
func (f *follower) monthEnds(month string) features.Micros {
	first, _ := time.ParseInLocation("2006-01", month, f.zone)
	return features.MicrosOf(first.AddDate(0, 1, 0))
}

// step is what is waited for from an instant on. Of what happens at one instant the step comes first.
type step struct{ from, reached, ended features.Micros }

// followUp is how a step went by the as-of; by nil in time, else in hours that count.
func (f *follower) followUp(s step, by *clock) metrics.FollowUp {
	end, ending := f.asOf, metrics.StillWaiting
	switch {
	case s.reached != none && (s.ended == none || s.reached <= s.ended):
		end, ending = s.reached, metrics.Reached
	case s.ended != none:
		end, ending = s.ended, metrics.EndedOtherwise
	}
	return metrics.FollowUp{Span: int64(by.span(s.from, end)), Ending: ending}
}

// lost is when a lead was lost; none where it was not.
func (j *journey) lost() features.Micros {
	if j.outcome == features.Lost {
		return j.closed
	}
	return none
}

func (j *journey) won() features.Micros {
	if j.outcome == features.Won {
		return j.closed
	}
	return none
}

// earlier of two instants, either of which may be none.
func earlier(a, b features.Micros) features.Micros {
	if a == none || b != none && b < a {
		return b
	}
	return a
}

// stepFrom is the step of a lead from stage k; false where it never reached k.
func (f *follower) stepFrom(j *journey, k int) (step, bool) {
	from := j.reached[k]
	if from == none {
		return step{}, false
	}
	reached := j.won()
	if k+1 < len(j.reached) {
		reached = j.reached[k+1]
	}
	return step{from, reached, earlier(j.closed, j.rejectedFrom(from))}, true // a win that passed the next stage by ends the wait for it
}

// conversions computes every rate of a step.
func (f *follower) conversions() {
	stages, hand := f.p.stageNames(), f.p.handOver()
	within, closeWithin := f.p.Within.Micros(), f.p.CloseWithin.Micros()
	f.out.ToLead = f.conversion("created", stages[hand], within, func(j *journey) (step, bool) {
		s := step{from: j.created, ended: j.closed}
		if j.handedOver() {
			s.reached = j.reached[hand]
		} else {
			s.reached = none
			if j.way == ByItself {
				s.ended = earlier(j.closed, f.firstOf(j))
			}
		}
		return s, true
	})
	for k := range stages {
		to := "won"
		if k+1 < len(stages) {
			to = stages[k+1]
		}
		limit := within
		if to == "won" {
			limit = closeWithin
		}
		f.out.Steps = append(f.out.Steps, *f.conversion(stages[k], to, limit, func(j *journey) (step, bool) { return f.stepFrom(j, k) }))
	}
	f.out.Accepted = f.conversion(stages[hand], "accepted", within, func(j *journey) (step, bool) {
		if !j.handedOver() {
			return step{}, false
		}
		from := j.reached[hand]
		return step{from, j.accepted, earlier(j.lost(), j.rejectedFrom(from))}, true
	})
	f.out.Accepted.Target = f.target(TargetAcceptance)
	for k := hand; k <= hand+1; k++ {
		f.out.Won = append(f.out.Won, *f.conversion(stages[k], "won", closeWithin, func(j *journey) (step, bool) {
			return step{j.reached[k], j.won(), j.lost()}, j.reached[k] != none
		}))
	}
}

// firstOf is when a lead first entered any stage from the hand-over on.
func (f *follower) firstOf(j *journey) features.Micros {
	first := none
	for k := f.p.handOver(); k < len(j.visits); k++ {
		first = earlier(first, j.visits[k].from)
	}
	return first
}

func (f *follower) target(name string) *Target {
	if t, ok := f.p.Targets[name]; ok {
		return &t
	}
	return nil
}

// conversion follows the leads that take part in a step.
func (f *follower) conversion(from, to string, within features.Micros, of func(*journey) (step, bool)) *Conversion {
	c := &Conversion{Name: from + "_to_" + to, From: from, To: to, WithinDays: days(within), Target: f.target(from + "_to_" + to)}
	var all []metrics.FollowUp
	months, first := map[string][]metrics.FollowUp{}, map[string]features.Micros{}
	for i := range f.leads {
		s, ok := of(&f.leads[i])
		if !ok {
			continue
		}
		u := f.followUp(s, nil)
		all = append(all, u)
		month := f.month(s.from)
		if months[month] == nil || s.from < first[month] {
			first[month] = s.from
		}
		months[month] = append(months[month], u)
		c.Mature = c.Mature || s.from+within <= f.asOf
		switch u.Ending {
		case metrics.Reached:
			c.Reached++
		case metrics.EndedOtherwise:
			c.Ended++
		default:
			c.Waiting++
		}
	}
	if c.Entered = len(all); c.Entered == 0 {
		return c
	}
	c.Mature = c.Mature || c.Waiting == 0
	incidence := metrics.NewIncidence(all)
	rate := incidence.Rate(int64(within))
	c.Rate, c.Followed, c.Days = &rate, incidence.Followed(int64(within)), half(incidence, features.Day)
	for _, month := range slices.Sorted(maps.Keys(months)) {
		m := Month{Month: month, Entered: len(months[month]), Mature: f.monthEnds(month)+within <= f.asOf, Rate: metrics.NewIncidence(months[month]).Rate(int64(within))}
		for _, u := range months[month] {
			if u.Ending == metrics.Reached {
				m.Reached++
			}
			m.SoFar = m.SoFar || u.Ending == metrics.StillWaiting
		}
		m.SoFar = m.SoFar && first[month]+within > f.asOf
		c.Months = append(c.Months, m)
	}
	return c
}

// half is by when half of those that ever get there have got there, in a unit; nil where none has. The interval is that of the time by which as large a share of
// all leads has.
func half(in *metrics.Incidence, unit features.Micros) *Median {
	if in.Ever() == 0 {
		return nil
	}
	return medianOf(in.Quantile(in.Ever()/2), unit)
}

func medianOf(t metrics.Time, unit features.Micros) *Median {
	if !t.Known {
		return nil
	}
	in := func(known bool, v int64) *float64 {
		if !known {
			return nil
		}
		share := float64(v) / float64(unit)
		return &share
	}
	return &Median{Value: float64(t.At) / float64(unit), Low: in(t.LowKnown, t.Low), High: in(t.HighKnown, t.High)}
}

// count tells where leads are now, and what cannot be told by stages.
func (f *follower) count() {
	names := slices.Concat([]string{"not_in_a_stage"}, f.p.stageNames(), []string{"rejected", "won", "lost"})
	counts, reasons := make([]int, len(names)), map[string]int{}
	stages := len(f.p.Stages)
	for i := range f.leads {
		j := &f.leads[i]
		f.out.Skips += j.skips
		f.out.Returns += j.returns
		if j.recycled {
			f.out.Recycled++
		}
		if len(j.rejected) > 0 {
			reasons[f.in.Log.Reasons[j.reason]]++
		}
		switch {
		case j.outcome == features.Won:
			counts[stages+2]++
		case j.outcome == features.Lost:
			counts[stages+3]++
		case j.now == rejectedStage:
			counts[stages+1]++
		default:
			counts[1+j.now]++
		}
	}
	f.out.Leads = len(f.leads)
	for k, name := range names {
		f.out.Now = append(f.out.Now, Count{name, counts[k]})
	}
	f.out.Reasons = CountsOf(reasons)
}

// CountsOf lists counts, the largest first; equal ones by name.
func CountsOf(counts map[string]int) (list []Count) {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, Count{name, counts[name]})
	}
	slices.SortStableFunc(list, func(a, b Count) int { return b.Leads - a.Leads })
	return list
}
