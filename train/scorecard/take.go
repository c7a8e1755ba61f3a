package scorecard

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"leadscore/features"
	"leadscore/models/rules"
)

// Taken is the present book with some of another book's rules.
type Taken struct {
	Text     []byte   `json:"-"`
	Book     string   `json:"book"` // its version
	Changes  []Change `json:"changes"`
	Warnings []string `json:"warnings"`
}

// ErrTake is returned where a rule cannot be taken.
var ErrTake = errors.New("cannot be taken")

// Take takes rules of a proposed book into the present one, by id: a rule that only the proposal has is added, one that both have gets
// the proposal's text, and one that only the present book has is removed. Everything else stays as it is written, caps, thresholds and grades
// included. All ids that cannot be taken are reported at once.
func Take(present, proposed *rules.Book, schema *features.Schema, ids []string) (*Taken, error) {
	text, err := readBookText(present.Source())
	if err != nil {
		return nil, err
	}
	from, err := readBookText(proposed.Source())
	if err != nil {
		return nil, err
	}
	before, after := rulesByID(present), rulesByID(proposed)
	t := &Taken{}
	var faults []error
	for _, id := range ids {
		was, had := before[id]
		is, has := after[id]
		change := Change{ID: id, Reason: is.Reason}
		switch {
		case !had && !has:
			faults = append(faults, fmt.Errorf("rule %q %w: neither book has it; the proposal changes %s", id, ErrTake, strings.Join(differing(before, after), ", ")))
			continue
		case had && has && was.Dimension != is.Dimension:
			faults = append(faults, fmt.Errorf("rule %q %w: it is of %s in one book and of %s in the other", id, ErrTake, was.Dimension, is.Dimension))
			continue
		case !has:
			change.Change, change.Reason, change.Before = "removed", was.Reason, &was.Points
			text.replaceRule(was.Dimension, id, nil)
		default:
			change.Change, change.After = "new", &is.Points
			if had {
				change.Change, change.Before = "repaid", &was.Points
			}
			text.replaceRule(is.Dimension, id, cloneNode(from.ruleNode(is.Dimension, id)))
		}
		t.Changes = append(t.Changes, change)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	text.dropEmptyGroups()
	return t, t.finish(text, schema)
}

// finish checks the merged book.
func (t *Taken) finish(text *bookText, schema *features.Schema) (err error) {
	if t.Text, err = text.bytes(); err != nil {
		return err
	}
	book, err := rules.Parse("the merged book", t.Text, schema)
	if err != nil {
		return err
	}
	t.Book, t.Warnings = book.Version(), append([]string{}, book.Warnings()...)
	return nil
}

func rulesByID(b *rules.Book) map[string]rules.Rule {
	list := map[string]rules.Rule{}
	for _, r := range b.Rules() {
		list[r.ID] = r
	}
	return list
}

// differing are the rules that the books do not share as they are, in no book's order.
func differing(before, after map[string]rules.Rule) (ids []string) {
	for id, r := range after {
		if was, had := before[id]; !had || was.Points != r.Points || was.When != r.When || was.Reason != r.Reason {
			ids = append(ids, id)
		}
	}
	for id := range before {
		if _, has := after[id]; !has {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// replaceRule puts a rule in the place of the one of that id, or at the end of its dimension; nil takes it out.
func (b *bookText) replaceRule(d rules.Dimension, id string, node *yaml.Node) {
	var list []*yaml.Node
	if old := get(get(b.top(), string(d)), "rules"); old != nil {
		for _, n := range old.Content {
			if name := get(n, "id"); name == nil || name.Value != id {
				list = append(list, n)
			} else if node != nil {
				list, node = append(list, node), nil
			}
		}
	}
	if node != nil {
		list = append(list, node)
	}
	b.setRules(d, list)
}
