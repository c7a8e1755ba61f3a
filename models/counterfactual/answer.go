package counterfactual

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"leadscore/features"
)

// answer searches for one aim and scores what it found.
func (r *room) answer(ctx context.Context, aim aim, slots []slot) (*Answer, error) {
	before := r.ask.Scorer.Score(r.base)
	a := &Answer{Target: aim.words(), Outcome: Already, Changes: []Action{}, Least: true, Before: stateOf(&before), After: stateOf(&before)}
	if over, _ := aim.reached(r.base); over {
		return a, nil
	}
	s := newSearch(ctx, aim, r.base, slots)
	least, err := s.run(r.ask.AtMost)
	if err != nil {
		return nil, err
	}
	a.Least, a.Tried, a.Outcome = least, s.tried, NotReached
	chosen := s.best.items
	if len(s.found) > 0 {
		a.Outcome, chosen = Reachable, s.found[0].items
		for _, other := range s.found[1:] {
			actions, _, err := r.actions(ctx, s, other.items, true)
			if err != nil {
				return nil, err
			}
			a.Others = append(a.Others, actions)
		}
	} else if _, merit := aim.reached(r.base); s.best.merit <= merit {
		chosen = nil // no change comes nearer
	}
	actions, state, err := r.actions(ctx, s, chosen, a.Outcome == Reachable)
	if err != nil {
		return nil, err
	}
	after := r.ask.Scorer.Score(state)
	a.Changes, a.After = actions, stateOf(&after)
	if over, _ := aim.reached(state); over != (a.Outcome == Reachable) {
		return nil, fmt.Errorf("counterfactual: the changes for %q do not hold when they are scored again", a.Target)
	}
	return a, nil
}

// actions says a set of changes in words, with numbers moved to the nearest value that is enough, and the lead with them.
func (r *room) actions(ctx context.Context, s *search, items []int, over bool) ([]Action, *features.Snapshot, error) {
	for _, i := range items {
		s.do(i)
	}
	defer s.reset()
	list := []Action{}
	for k, i := range items {
		one := &s.items[i]
		if one.field < 0 {
			if k > 0 && items[k-1] == i {
				list[len(list)-1].Times++
			} else {
				list = append(list, Action{Kind: OneEvent, Name: one.event, Times: 1})
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		action := Action{Kind: NewValue, Name: r.schema.Fields[one.field].Name, Was: r.valueWords(one.field, r.base.Values[one.field])}
		if one.learn {
			action.Kind = Learn
		}
		if over {
			r.loosen(s, one.field, &action)
		}
		action.Value = r.valueWords(one.field, s.state.Values[one.field])
		list = append(list, action)
	}
	state := s.state
	state.Values, state.Events = slices.Clone(s.state.Values), slices.Clone(s.state.Events)
	slices.SortFunc(state.Events, byTime)
	return list, &state, nil
}

// mostAlso bounds how many other values an action names.
const mostAlso = 5

// loosen finds which other values of a field are enough beside the other changes, and moves a number to the nearest of them.
func (r *room) loosen(s *search, field int, action *Action) {
	chosen := s.state.Values[field]
	enough := func(v features.Value) bool {
		s.state.Values[field] = v
		over, _ := s.reached()
		s.state.Values[field] = chosen
		return over
	}
	if r.schema.Fields[field].Kind == features.Number {
		chosen.Number, action.Range = r.nearest(field, chosen.Number, func(x float64) bool { return enough(features.Value{Number: x}) })
		s.state.Values[field] = chosen
		return
	}
	for _, v := range slices.Concat(r.bookValues(field), r.modelValues(field)) {
		words := r.valueWords(field, v)
		if v != chosen && v != r.base.Values[field] && !slices.Contains(action.Also, words) && len(action.Also) < mostAlso && enough(v) {
			action.Also = append(action.Also, words)
		}
	}
}

// nearest walks from the chosen number both ways as long as it is enough, and gives the end that is nearest to what the lead has.
func (r *room) nearest(field int, chosen float64, enough func(float64) bool) (x float64, words string) {
	all := append(around(r.words.Numbers[field], r.coder(field)), edges(r.coder(field))...)
	all = append(all, chosen)
	slices.Sort(all)
	all = slices.Compact(all)
	low := slices.Index(all, chosen)
	high := low
	for low > 0 && enough(all[low-1]) {
		low--
	}
	for high+1 < len(all) && enough(all[high+1]) {
		high++
	}
	open := [2]bool{low == 0, high == len(all)-1} // nothing tells values beyond apart
	least, most := shortest(all[low]), shortest(all[high])
	switch {
	case open[0] && open[1]:
		words = "any value"
	case open[0]:
		words = "at most " + most
	case open[1]:
		words = "at least " + least
	case least == most:
		words = least
	default:
		words = least + " to " + most
	}
	has := r.base.Values[field]
	switch {
	case has.Missing && !open[0]:
		return all[low], words
	case has.Missing && !open[1]:
		return all[high], words
	case has.Missing:
		return chosen, words
	}
	return math.Min(math.Max(has.Number, all[low]), all[high]), words
}

func shortest(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
