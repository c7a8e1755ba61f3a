package profile

import (
	"fmt"
	"slices"

	"leadscore/features"
	"leadscore/train/naming"
)

// Words of names of the two times.
var (
	createdWords = []string{"created", "create", "creation", "engage", "reg", "registered", "registration", "signup", "signed", "opened",
		"open", "start", "started", "received", "inquiry", "enquiry", "entered", "arrival", "arrived", "first"}
	closedWords = []string{"closed", "close", "closing", "decided", "decision", "resolved", "ended", "end", "finished", "completed", "won",
		"lost", "converted", "conversion", "outcome", "result"}
)

const (
	// mostBackwards is the share of rows in which a closed time may lie before the created one.
	mostBackwards = 0.05
	// leastCreated is the share of rows that have a created time.
	leastCreated = 0.9
	// leastClosed is the share of decided leads that have a closed time.
	leastClosed = 0.5
)

// chooseTimes finds when a lead came and when it was decided, by the names and by what the times show: nearly every lead
// has a created time; decided leads have a closed time, and it is not before the created one.
func chooseTimes(looks []*look, o *labels, r *roles, c *Config, notes *notes) []Ask {
	var asks []Ask
	r.created, r.closed = -1, -1
	given := func(flag, name string, into *int) bool {
		if name == "" {
			return false
		}
		i := columnNamed(looks, name)
		switch {
		case i < 0:
			asks = append(asks, *noSuchColumn(flag, name, looks))
		case looks[i].kind != features.Date:
			asks = append(asks, Ask{What: flag, Problem: fmt.Sprintf("column %s holds no dates that can be read", name),
				Answer: "write dates as 2026-11-22 or name another column"})
		default:
			*into = i
		}
		return true
	}
	givenCreated, givenClosed := given("--created", c.CreatedColumn, &r.created), given("--closed", c.ClosedColumn, &r.closed)
	if !givenClosed {
		r.closed = bestClosed(looks, o, r)
	}
	if !givenCreated {
		r.created = bestCreated(looks, r)
	}
	if r.created >= 0 && r.closed >= 0 {
		checkOrder(looks, r, givenClosed, notes)
	}
	return asks
}

func bestClosed(looks []*look, o *labels, r *roles) int {
	for i, l := range looks {
		if l.kind != features.Date || i == r.id || i == r.outcome || i == r.created || !naming.Has(l.name, closedWords...) {
			continue
		}
		if filledOf(l, o, features.Won) >= leastClosed || filledOf(l, o, features.Lost) >= leastClosed {
			return i
		}
	}
	return -1
}

// bestCreated prefers a name that speaks of a beginning; else, with one date column only that nearly every lead has, that one.
func bestCreated(looks []*look, r *roles) int {
	var dates []int
	for i, l := range looks {
		if l.kind != features.Date || i == r.id || i == r.outcome || i == r.closed || 1-l.missingShare() < leastCreated {
			continue
		}
		if naming.Has(l.name, createdWords...) && !naming.Has(l.name, "last", "updated", "modified") {
			return i
		}
		if !naming.Has(l.name, "last", "updated", "modified", "birth", "birthday", "founded", "dob") {
			dates = append(dates, i)
		}
	}
	if len(dates) == 1 && (naming.Only(looks[dates[0]].name, "date", "time", "timestamp", "lead", "day", "at") || r.closed >= 0) {
		return dates[0]
	}
	return -1
}

// filledOf is the share of the leads with an outcome that have a value.
func filledOf(l *look, o *labels, outcome features.Outcome) float64 {
	filled, all := 0, 0
	for row, code := range l.column.codes {
		if o.of[row] == outcome {
			all++
			if !l.missing[code] {
				filled++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(filled) / float64(all)
}

// checkOrder gives a guessed closed time up when it too often lies before the created one.
func checkOrder(looks []*look, r *roles, given bool, notes *notes) {
	created, closed := looks[r.created], looks[r.closed]
	both, backwards := 0, 0
	for row := range created.column.codes {
		a, b := created.time[created.column.codes[row]], closed.time[closed.column.codes[row]]
		if a != features.NoTime && b != features.NoTime {
			both++
			if b < a {
				backwards++
			}
		}
	}
	if backwards == 0 {
		return
	}
	if !given && float64(backwards) > mostBackwards*float64(both) {
		notes.warn("%s lies before %s in %d of %d rows; it is not taken as the closing time", closed.name, created.name, backwards, both)
		r.closed = -1
		return
	}
	notes.warn("%s lies before %s in %d of %d rows; such rows are bad data and training will say so", closed.name, created.name, backwards, both)
}

// dateLayout is the one layout of the created, closed and event times. A time in another layout cannot be read.
func dateLayout(times []*look, notes *notes) string {
	layout := ""
	for _, l := range slices.DeleteFunc(slices.Clone(times), func(l *look) bool { return l == nil || l.field.Layout == "" }) {
		if layout != "" && l.field.Layout != layout {
			notes.warn("%s is written as %s, other times as %s; write all of them in one way, best as 2026-11-22T10:00:00Z",
				l.name, l.field.Layout, layout)
			continue
		}
		layout = l.field.Layout
	}
	return layout
}
