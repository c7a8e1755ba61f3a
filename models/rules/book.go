package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"os"
	"sync"

	"leadscore/features"
)

// Dimension is one of the two sides of the rule score.
type Dimension string

const (
	Fit        Dimension = "fit"        // who they are
	Engagement Dimension = "engagement" // what they did
)

// Book is a checked rule book, ready to score. It never changes and may be used by many goroutines.
type Book struct {
	name     string
	version  string
	source   []byte
	warnings []string
	schema   *features.Schema

	dimensions [2]dimension // fit, engagement
	gates      [gateLists][]gate

	mql     mql
	grades  [2]grades
	weights [2]Milli // thousandths a point

	conditions []*condition // of all rules and gates

	types     features.TextCodes // of events
	typeCount int
	moments   sync.Pool // of *moment
}

// The lists of gates, in the order in which they decide.
const (
	exclude = iota
	fastLane
	require
	orderGuard
	gateLists
)

// gateKeys are the lists' keys in the file.
var gateKeys = [gateLists]string{"exclude", "fast_lane", "require", "order_guard"}

// dimension is one side of the book.
type dimension struct {
	name   Dimension
	limits limits
	groups []group
	rules  []rule
	line   int
}

// group is a set of rules with a cap of its own.
type group struct {
	name    string
	limits  limits
	members []int // into dimension.rules, in the book's order
	line    int
}

// rule gives points once, if its condition holds, or for each of its events.
type rule struct {
	gate
	giver  *Giver
	group  int // into dimension.groups; −1 for none
	points Milli
	atMost int      // events that count, newest first; 0: all
	decay  halfLife // zero: none
	once   bool     // points are given once, not for each event
}

// gate is something that holds for a lead or does not.
type gate struct {
	id, reason string
	reasons    [unasked]string // of the decision that it does not hold, or cannot be judged
	when       *condition      // nil: holds for all
	events     *selector       // nil: no events asked for
	atLeast    int             // events that must be there
	line       int
}

// mql are the thresholds; a nil one is not asked for.
type mql struct {
	set                    bool
	fit, engagement, total *Milli
}

// grades are the least amounts of the first three of four grades.
type grades [3]Milli

// Load reads and checks a rule book for leads of a schema, see [Parse].
func Load(path string, s *features.Schema) (*Book, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return Parse(path, text, s)
}

// Parse checks the text of a rule book against a schema. An error is [features.Faults]: all that is wrong, each with file,
// line and what would be right. What is allowed but has no effect is in [Book.Warnings]. File is for messages only.
func Parse(file string, text []byte, s *features.Schema) (*Book, error) {
	var doc document
	positions, err := features.DecodeYAML(file, text, &doc)
	if err != nil {
		return nil, err
	}
	env, err := newEnvironment(s)
	if err != nil {
		return nil, err
	}
	p := &parser{file: file, positions: positions, env: env, ids: map[string]int{},
		book: &Book{name: doc.Name, source: bytes.Clone(text), version: versionOf(doc.Name, text), schema: s}}
	p.document(&doc)
	if len(p.faults) > 0 {
		return nil, p.faults
	}
	p.warn()
	b := p.book
	b.warnings = p.warnings
	for g := range b.all() {
		if g.when != nil {
			g.when.place = len(b.conditions)
			b.conditions = append(b.conditions, g.when)
		}
	}
	b.types, b.typeCount = b.typesOf()
	b.moments.New = func() any { return newMoment(b) }
	return b, nil
}

// all gives what holds for a lead or does not: the rules that give points, then the gates.
func (b *Book) all() iter.Seq[*gate] {
	return func(yield func(*gate) bool) {
		for d := range b.dimensions {
			for i := range b.dimensions[d].rules {
				if !yield(&b.dimensions[d].rules[i].gate) {
					return
				}
			}
		}
		for list := range b.gates {
			for i := range b.gates[list] {
				if !yield(&b.gates[list][i]) {
					return
				}
			}
		}
	}
}

// versionOf is the name with the start of the text's SHA-256, as "starter-3f9a2c1d".
func versionOf(name string, text []byte) string {
	sum := sha256.Sum256(text)
	return name + "-" + hex.EncodeToString(sum[:4])
}

// Name is the book's own name.
func (b *Book) Name() string { return b.name }

// Version is the name with a short hash of the book's text: another text is another version.
func (b *Book) Version() string { return b.version }

// Source is the text that was parsed, byte for byte. The caller must not change it.
func (b *Book) Source() []byte { return b.source }

// Warnings are what is allowed but has no effect or is doubtful, each with file and line.
func (b *Book) Warnings() []string { return b.warnings }

// Rule describes one rule of the book, for reports and comparisons.
type Rule struct {
	ID        string
	Dimension Dimension
	Group     string // empty: none
	Points    float64
	Reason    string
	When      string   // CEL; empty: no condition
	Event     []string // empty: not about events
	Line      int      // in the book's text
}

// Rules lists the rules that give points, in the book's order, fit first.
func (b *Book) Rules() []Rule {
	var all []Rule
	for d := range b.dimensions {
		for i := range b.dimensions[d].rules {
			r := &b.dimensions[d].rules[i]
			info := Rule{ID: r.id, Dimension: r.giver.Dimension, Group: r.giver.Group, Points: r.points.Points(), Reason: r.reason, Line: r.line}
			if r.when != nil {
				info.When = r.when.text
			}
			if r.events != nil {
				info.Event = append(info.Event, r.events.names...)
			}
			all = append(all, info)
		}
	}
	return all
}
