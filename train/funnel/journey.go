package funnel

import (
	"cmp"
	"slices"
	"strings"

	"leadscore/features"
)

const none = features.NoTime

// Way is how a lead came to sales.
type Way string

// The ways, in the order in which they are shown.
const (
	ByFastLane Way = "fast_lane"
	ByHandOver Way = "handed_over"
	ByItself   Way = "direct" // into a later stage, past the hand-over
	Never      Way = "never"
)

// Verdict is what sales said of a lead that was handed over.
type Verdict string

const (
	Accepted   Verdict = "accepted"
	Rejected   Verdict = "rejected"
	Unanswered Verdict = "unanswered"
)

// journey is what became of one lead up to the as-of.
type journey struct {
	row             int32
	created, closed features.Micros // closed: none while it is open
	outcome         features.Outcome

	way      Way
	reached  []features.Micros // by stage, skips filled in; none where not
	visits   []visit           // by stage: the first one
	accepted features.Micros
	rejected []features.Micros // rising
	reason   int32             // of the first rejection
	owner    int32             // who answers for it
	now      int               // the stage that it is in; noStage, rejectedStage
	skips    int               // stages passed without being entered
	returns  int               // moves to a lower stage
	recycled bool              // handed over again after a rejection
}

// visit is a lead's first stay in a stage.
type visit struct{ from, to features.Micros } // to: none while it lasts

// Where a lead is that is in no stage.
const (
	noStage       = -1
	rejectedStage = -2
)

// handedOver says that the lead came to sales by the hand-over, on either lane.
func (j *journey) handedOver() bool { return j.way == ByHandOver || j.way == ByFastLane }

// walker turns changes of stage into journeys.
type walker struct {
	handOver, stages int
	means            []int // by the log's value
	asOf             features.Micros

	reached []features.Micros // room for the next journeys
	visits  []visit

	late, afterClose, early int // changes after the as-of, after the closing, and answers of sales before any hand-over
}

func newWalker(p *Process, log *features.StageLog, asOf features.Micros) *walker {
	w := &walker{handOver: p.handOver(), stages: len(p.Stages), asOf: asOf}
	meanings := p.meanings()
	for _, value := range log.Values {
		meaning, ok := meanings[strings.ToLower(value)]
		if !ok {
			meaning = meansIgnored
		}
		w.means = append(w.means, meaning)
	}
	return w
}

// walk goes through a lead's changes; made has row, created, closed and outcome.
func (w *walker) walk(j *journey, changes []features.StageChange) {
	j.way, j.now, j.accepted = Never, noStage, none
	w.order(changes)
	if len(w.reached) < w.stages {
		w.reached, w.visits = make([]features.Micros, 1024*w.stages), make([]visit, 1024*w.stages)
	}
	j.reached, w.reached = w.reached[:w.stages:w.stages], w.reached[w.stages:]
	j.visits, w.visits = w.visits[:w.stages:w.stages], w.visits[w.stages:]
	for k := range w.stages {
		j.reached[k], j.visits[k] = none, visit{none, none}
	}
	first := noStage
	for i := range changes {
		c := &changes[i]
		switch {
		case c.Time > w.asOf:
			w.late++
			continue
		case j.closed != none && c.Time > j.closed:
			w.afterClose++
			continue
		}
		stage := w.means[c.Stage]
		if stage == meansFastLane {
			stage = w.handOver
			if !w.came(j) {
				j.way = ByFastLane
			}
		}
		switch {
		case stage >= 0:
			if first == noStage {
				first = stage
			}
			w.enter(j, stage, c)
		case stage == meansAccepted || stage == meansRejected:
			w.answer(j, stage == meansRejected, c)
		}
	}
	w.fill(j, first)
}

// order puts changes of one instant into the order of the stages, what sales answered last: an export may list them either way.
func (w *walker) order(changes []features.StageChange) {
	key := func(c *features.StageChange) int {
		switch stage := w.means[c.Stage]; stage {
		case meansFastLane:
			return w.handOver
		case meansAccepted, meansRejected:
			return w.stages
		default:
			return stage
		}
	}
	byTimeThenStage := func(a, b features.StageChange) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(key(&a), key(&b)))
	}
	if !slices.IsSortedFunc(changes, byTimeThenStage) { // hardly any lead has several of one instant
		slices.SortStableFunc(changes, byTimeThenStage)
	}
}

// came says that the lead has entered the hand-over's stage or a later one.
func (w *walker) came(j *journey) bool {
	for k := w.handOver; k < w.stages; k++ {
		if j.visits[k].from != none {
			return true
		}
	}
	return false
}

func (w *walker) enter(j *journey, stage int, c *features.StageChange) {
	if j.now == stage {
		return // said again
	}
	if j.now == rejectedStage {
		j.recycled = true
	}
	if j.now > stage {
		j.returns++
	}
	w.leave(j, c.Time)
	if j.visits[stage].from == none {
		j.visits[stage].from = c.Time
	}
	if stage >= w.handOver && c.Owner != 0 && j.owner == 0 {
		j.owner = c.Owner
	}
	j.now = stage
}

// leave ends the visit that lasts, if it is the first of its stage.
func (w *walker) leave(j *journey, at features.Micros) {
	if j.now >= 0 && j.visits[j.now].to == none {
		j.visits[j.now].to = at
	}
}

func (w *walker) answer(j *journey, rejected bool, c *features.StageChange) {
	if j.now < w.handOver { // nothing was handed over, or it was rejected already
		w.early++
		return
	}
	if j.owner == 0 {
		j.owner = c.Owner
	}
	if !rejected {
		if j.accepted == none && len(j.rejected) == 0 {
			j.accepted = c.Time
		}
		return
	}
	if len(j.rejected) == 0 {
		j.reason = c.Reason
	}
	j.rejected = append(j.rejected, c.Time)
	w.leave(j, c.Time)
	j.now = rejectedStage
}

// fill says which stages the lead reached, and how it came in, once all its changes are known.
func (w *walker) fill(j *journey, first int) {
	if first == noStage {
		return
	}
	if j.closed != none {
		w.leave(j, j.closed)
	}
	next := none
	if j.outcome == features.Won {
		next = j.closed
	}
	top := w.stages - 1
	for top > first && next == none && j.visits[top].from == none {
		top--
	}
	for k := top; k >= first; k-- {
		own := j.visits[k].from
		if own == none {
			j.skips++
		}
		if own == none || next != none && next < own {
			own = next
		}
		j.reached[k], next = own, own
	}
	hand := j.visits[w.handOver].from
	switch {
	case !w.came(j): // not even a win says that it was handed over
		for k := w.handOver; k < w.stages; k++ {
			j.reached[k] = none
		}
	case j.way == ByFastLane:
	case hand != none && hand == j.reached[w.handOver]:
		j.way = ByHandOver
	default:
		j.way = ByItself
	}
	if !j.handedOver() {
		return
	}
	if w.handOver+1 < w.stages { // whoever works on a lead has taken it
		if at := j.reached[w.handOver+1]; at != none && (len(j.rejected) == 0 || at <= j.rejected[0]) && (j.accepted == none || at < j.accepted) {
			j.accepted = at
		}
	}
}

// verdict is the first answer.
func (j *journey) verdict() Verdict {
	switch {
	case j.accepted != none:
		return Accepted
	case len(j.rejected) > 0:
		return Rejected
	}
	return Unanswered
}

// rejectedFrom is the first rejection at or after an instant.
func (j *journey) rejectedFrom(at features.Micros) features.Micros {
	for _, r := range j.rejected {
		if r >= at {
			return r
		}
	}
	return none
}
