package counterfactual

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"leadscore/features"
)

const (
	mostScores = 300_000 // of one answer, before sets are no longer tried one and all
	beamWidth  = 64      // sets that are extended then
	mostOthers = 2       // further sets that an answer shows
)

// item is one change: an event, or one value of a field.
type item struct {
	slot  int
	field int // −1: an event
	event string
	value features.Value
	learn bool
}

// set is changes by their places among the items, ascending; an event may stand there more than once.
type set struct {
	items []int
	merit float64
}

// search tries sets of changes.
type search struct {
	aim   aim
	base  *features.Snapshot
	items []item
	ctx   context.Context

	state features.Snapshot // the lead with the changes that are made
	taken []bool            // slots of fields that are changed
	tried int
	beam  []set // the best of the present number of changes
	found []set // those that reach
	best  set   // of all, reached or not
}

func newSearch(ctx context.Context, aim aim, base *features.Snapshot, slots []slot) *search {
	s := &search{ctx: ctx, aim: aim, base: base, taken: make([]bool, len(slots))}
	for k, slot := range slots {
		if slot.field < 0 {
			s.items = append(s.items, item{slot: k, field: -1, event: slot.event})
		}
		for _, v := range slot.values {
			s.items = append(s.items, item{slot: k, field: slot.field, value: v, learn: base.Values[slot.field].Missing})
		}
	}
	s.state = *base
	s.state.Values = slices.Clone(base.Values)
	s.state.Events = slices.Clone(base.Events)
	return s
}

// run finds sets of the least number up to most. least says that all smaller ones, or where nothing is found all, were tried.
func (s *search) run(most int) (least bool, err error) {
	least = true
	s.best.merit = math.Inf(-1)
	s.beam = []set{{}}
	for size := 1; size <= most && len(s.found) == 0 && len(s.items) > 0; size++ {
		last := s.beam
		s.beam = nil
		if float64(s.tried)+multisets(len(s.items), size) <= mostScores {
			err = s.all(make([]int, 0, size), size)
		} else {
			least = false
			err = s.extend(last)
		}
		if err != nil {
			return false, err
		}
	}
	if !least {
		s.prune()
	}
	return least, nil
}

// prune takes changes out of what the beam found that are not needed after all, and puts the shortest first.
func (s *search) prune() {
	for k := range s.found {
		for at := 0; at < len(s.found[k].items); {
			rest := slices.Delete(slices.Clone(s.found[k].items), at, at+1)
			for _, i := range rest {
				s.do(i)
			}
			over, _ := s.reached()
			s.reset()
			if over {
				s.found[k].items = rest
			} else {
				at++
			}
		}
	}
	slices.SortStableFunc(s.found, func(a, b set) int { return cmp.Compare(len(a.items), len(b.items)) })
	s.found = slices.CompactFunc(s.found, func(a, b set) bool { return slices.Equal(a.items, b.items) })
}

// reset takes back all changes.
func (s *search) reset() {
	copy(s.state.Values, s.base.Values)
	s.state.Events = s.state.Events[:len(s.base.Events)]
	clear(s.taken)
}

// multisets is how many sets of a size there are, an item allowed again.
func multisets(n, size int) float64 {
	count := 1.0
	for k := range size {
		count *= float64(n+k) / float64(k+1)
	}
	return count
}

// all tries every set of the size that goes on from the chosen ones.
func (s *search) all(chosen []int, size int) error {
	if len(chosen) == size {
		return s.try(chosen)
	}
	from := 0
	if len(chosen) > 0 {
		from = chosen[len(chosen)-1]
	}
	for i := from; i < len(s.items); i++ {
		if s.items[i].field >= 0 && s.taken[s.items[i].slot] {
			continue
		}
		undo := s.do(i)
		err := s.all(append(chosen, i), size)
		undo()
		if err != nil {
			return err
		}
	}
	return nil
}

// extend adds one change to each of the best sets.
func (s *search) extend(last []set) error {
	seen := map[string]bool{}
	for _, one := range last {
		var undo []func()
		for _, i := range one.items {
			undo = append(undo, s.do(i))
		}
		for i := range s.items {
			if s.items[i].field >= 0 && s.taken[s.items[i].slot] {
				continue
			}
			next := append(slices.Clone(one.items), i)
			slices.Sort(next)
			key := keyOf(next)
			if seen[key] {
				continue
			}
			seen[key] = true
			back := s.do(i)
			err := s.try(next)
			back()
			if err != nil {
				return err
			}
		}
		for k := len(undo) - 1; k >= 0; k-- {
			undo[k]()
		}
	}
	return nil
}

func keyOf(items []int) string {
	var key []byte
	for _, i := range items {
		key = binary.AppendUvarint(key, uint64(i))
	}
	return string(key)
}

// do makes a change and returns what takes it back. An event is done just before the lead is looked at.
func (s *search) do(i int) (undo func()) {
	one := &s.items[i]
	if one.field < 0 {
		n := len(s.state.Events)
		s.state.Events = append(s.state.Events, features.Event{Time: s.base.AsOf - 1, Type: one.event})
		return func() { s.state.Events = s.state.Events[:n] }
	}
	was := s.state.Values[one.field]
	s.state.Values[one.field], s.taken[one.slot] = one.value, true
	return func() { s.state.Values[one.field], s.taken[one.slot] = was, false }
}

// try scores the state, which has the changes of the items.
func (s *search) try(items []int) error {
	if s.tried++; s.tried%1024 == 0 {
		if err := s.ctx.Err(); err != nil {
			return err
		}
	}
	over, merit := s.reached()
	if over {
		s.found = keep(s.found, items, s.worth(items, merit), 1+mostOthers)
		return nil
	}
	if merit > s.best.merit {
		s.best = set{slices.Clone(items), merit}
	}
	s.beam = keep(s.beam, items, merit, beamWidth)
	return nil
}

// reached asks the aim with the events in their order.
func (s *search) reached() (bool, float64) {
	snapshot := s.state
	added := snapshot.Events[len(s.base.Events):]
	if len(added) > 1 || len(added) == 1 && len(s.base.Events) > 0 && s.base.Events[len(s.base.Events)-1].Time >= added[0].Time {
		snapshot.Events = slices.Clone(snapshot.Events)
		slices.SortFunc(snapshot.Events, byTime)
	}
	return s.aim.reached(&snapshot)
}

func byTime(a, b features.Event) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Type, b.Type))
}

// worth orders sets of the same size: what the lead can do by itself before what it can change, before what is only not known yet; then the surer
// one.
func (s *search) worth(items []int, merit float64) float64 {
	price := 0.0
	for _, i := range items {
		switch one := &s.items[i]; {
		case one.learn:
			price += 100
		case one.field >= 0:
			price++
		}
	}
	return math.Tanh(merit/1000)/2 - price
}

// keep inserts a set into the best so many, the best first; of equal ones the first stays.
func keep(list []set, items []int, merit float64, most int) []set {
	if len(list) == most && merit <= list[most-1].merit {
		return list
	}
	at := len(list)
	for at > 0 && list[at-1].merit < merit {
		at--
	}
	list = slices.Insert(list, at, set{slices.Clone(items), merit})
	return list[:min(len(list), most)]
}
