package scorecard

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"leadscore/features"
	"leadscore/models/rules"
)

// CasesResult says which agreed examples the book meets.
type CasesResult struct {
	Book   string       `json:"book"`
	Passed int          `json:"passed"`
	Failed int          `json:"failed"`
	Cases  []CaseResult `json:"cases"`
}

// CaseResult is one example; no differences means that it passed.
type CaseResult struct {
	Name        string           `json:"name"`
	Line        int              `json:"line"`
	Differences []CaseDifference `json:"differences"`
}

// CaseDifference is one thing that was agreed otherwise.
type CaseDifference struct {
	What string `json:"what"`
	Want string `json:"want"`
	Got  string `json:"got"`
}

// caseFile is cases.yaml as it is written; docs/rules-in-practice.md describes it.
type caseFile struct {
	Version int        `yaml:"version"`
	Cases   []caseText `yaml:"cases"`
}

type caseText struct {
	Name    string             `yaml:"name"`
	AsOf    *features.Date8601 `yaml:"as_of"`
	Created *features.Date8601 `yaml:"created"`
	Lead    map[string]cell    `yaml:"lead"`
	Events  []caseEvent        `yaml:"events"`
	Expect  expectation        `yaml:"expect"`
}

// cell is one field's value: a number, text, truth or time; nothing is missing.
type cell struct{ value any }

// UnmarshalYAML implements [yaml.Unmarshaler].
func (c *cell) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return &features.FieldError{Line: node.Line, Problem: "not a value", Want: "write one number, text, true or false, or time"}
	}
	return node.Decode(&c.value)
}

type caseEvent struct {
	Type string             `yaml:"type"`
	Time *features.Date8601 `yaml:"time"`
	Ago  features.Duration  `yaml:"ago"` // before as_of, instead of time
}

type expectation struct {
	Points        *amountText `yaml:"points"`
	Fit           *amountText `yaml:"fit"`
	Engagement    *amountText `yaml:"engagement"`
	Grade         string      `yaml:"grade"`
	Qualification string      `yaml:"qualification"`
	Fired         []string    `yaml:"fired"`
	NotFired      []string    `yaml:"not_fired"`
}

// amountText is points: 60, or {min: 50, max: 70}.
type amountText struct{ least, most float64 }

// UnmarshalYAML implements [yaml.Unmarshaler].
func (a *amountText) UnmarshalYAML(node *yaml.Node) error {
	bad := &features.FieldError{Line: node.Line, Problem: "not points", Want: "write a number such as 60, or {min: 50, max: 70}"}
	var exact float64
	if node.Kind == yaml.ScalarNode {
		if node.Decode(&exact) != nil || math.IsNaN(exact) {
			return bad
		}
		a.least, a.most = exact, exact
		return nil
	}
	a.least, a.most = math.Inf(-1), math.Inf(1)
	if node.Kind != yaml.MappingNode || len(node.Content) == 0 {
		return bad
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		var value float64
		key := node.Content[i].Value
		if node.Content[i+1].Decode(&value) != nil || math.IsNaN(value) || key != "min" && key != "max" {
			return bad
		}
		if key == "min" {
			a.least = value
		} else {
			a.most = value
		}
	}
	return nil
}

func (a *amountText) String() string {
	switch {
	case a.least == a.most:
		return fmt.Sprintf("%g", a.least)
	case math.IsInf(a.least, -1):
		return fmt.Sprintf("at most %g", a.most)
	case math.IsInf(a.most, 1):
		return fmt.Sprintf("at least %g", a.least)
	}
	return fmt.Sprintf("%g to %g", a.least, a.most)
}

// RunCases checks a book against a file of examples. An error is [features.Faults]: all that is wrong with the file, each with
// its line. Examples that the book does not meet are no error but in the result.
func RunCases(path string, schema *features.Schema, book *rules.Book) (*CasesResult, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseCases(path, text, schema, book)
}

// ParseCases is [RunCases] for a text that was read; path is for messages only.
func ParseCases(path string, text []byte, schema *features.Schema, book *rules.Book) (*CasesResult, error) {
	var file caseFile
	positions, err := features.DecodeYAML(path, text, &file)
	if err != nil {
		return nil, err
	}
	var faults features.Faults
	if file.Version != 1 {
		faults.Add(&features.FieldError{File: path, Line: positions.Line("version"), Field: "version", Value: fmt.Sprint(file.Version), Problem: "unknown version", Want: "write version: 1"})
	}
	if len(file.Cases) == 0 {
		faults.Add(&features.FieldError{File: path, Line: 1, Field: "cases", Problem: "no cases", Want: "list at least one, with lead and expect"})
	}
	result := &CasesResult{Book: book.Version(), Cases: []CaseResult{}}
	for i := range file.Cases {
		c := &file.Cases[i]
		line := positions.Line("cases", i)
		snapshot, problems := c.snapshot(schema, book)
		for _, problem := range problems {
			faults.Add(fmt.Errorf("%s: line %d: case %q: %w", path, line, c.Name, problem))
		}
		if len(problems) > 0 {
			continue
		}
		score := book.Score(snapshot)
		one := CaseResult{Name: c.Name, Line: line, Differences: c.Expect.differences(&score)}
		if len(one.Differences) == 0 {
			result.Passed++
		} else {
			result.Failed++
		}
		result.Cases = append(result.Cases, one)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return result, nil
}

// snapshot makes the lead, or says all that is wrong with it.
func (c *caseText) snapshot(schema *features.Schema, book *rules.Book) (*features.Snapshot, []error) {
	var problems []error
	bad := func(format string, values ...any) { problems = append(problems, fmt.Errorf(format, values...)) }
	asOf := features.NoTime
	if c.AsOf != nil {
		asOf = c.AsOf.Micros()
	}
	created := features.NoTime
	if c.Created != nil {
		created = c.Created.Micros()
	}
	var events []features.Event
	for i, e := range c.Events {
		at := features.NoTime
		switch {
		case e.Time != nil && e.Ago == 0:
			at = e.Time.Micros()
		case e.Time == nil && e.Ago > 0 && c.AsOf != nil:
			at = asOf - e.Ago.Micros()
		default:
			bad("event %d: give either time, or ago together with the case's as_of, such as {type: %s, ago: 2d}", i+1, e.Type)
			continue
		}
		events = append(events, features.Event{Time: at, Type: e.Type})
	}
	if c.AsOf == nil && len(events) > 0 {
		bad("events are given, but no as_of: write when the lead is looked at")
	}
	c.Expect.check(book, bad)
	name := c.Name
	if name == "" {
		name = "case"
	}
	values := map[string]any{}
	for field, one := range c.Lead {
		values[field] = one.value
	}
	lead, err := schema.NewLead(name, created, values, events)
	var faults features.Faults
	switch {
	case errors.As(err, &faults):
		problems = append(problems, faults.Unwrap()...)
	case err != nil:
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	snapshot := lead.At(asOf)
	return &snapshot, nil
}

// qualifications that a case may expect.
var qualifications = []string{string(rules.MQL), string(rules.FastLane), string(rules.Held), string(rules.Nurture), string(rules.Excluded)}

// check finds what no score could ever be.
func (e *expectation) check(book *rules.Book, bad func(string, ...any)) {
	var ids []string
	for _, r := range book.Rules() {
		ids = append(ids, r.ID)
	}
	for _, id := range slices.Concat(e.Fired, e.NotFired) {
		if !slices.Contains(ids, id) {
			near := ""
			if name, ok := features.Nearest(id, ids); ok {
				near = fmt.Sprintf("; did you mean %q?", name)
			}
			bad("the book has no rule %q%s", id, near)
		}
	}
	if e.Qualification != "" && !slices.Contains(qualifications, e.Qualification) {
		bad("qualification %q: write one of %s", e.Qualification, strings.Join(qualifications, ", "))
	}
	if e.Grade != "" && !(len(e.Grade) == 2 && strings.Contains("ABCD", e.Grade[:1]) && strings.Contains("1234", e.Grade[1:])) {
		bad("grade %q: write A1 to D4", e.Grade)
	}
	if e.Points == nil && e.Fit == nil && e.Engagement == nil && e.Grade == "" && e.Qualification == "" && len(e.Fired)+len(e.NotFired) == 0 {
		bad("expects nothing: write expect with points, fit, engagement, grade, qualification, fired or not_fired")
	}
}

func (e *expectation) differences(s *rules.Score) []CaseDifference {
	list := []CaseDifference{}
	differ := func(what, want, got string) { list = append(list, CaseDifference{what, want, got}) }
	for _, one := range []struct {
		what string
		want *amountText
		got  float64
	}{{"points", e.Points, s.Points}, {"fit", e.Fit, s.Fit}, {"engagement", e.Engagement, s.Engagement}} {
		if one.want != nil && (one.got < one.want.least || one.got > one.want.most) {
			differ(one.what, one.want.String(), fmt.Sprintf("%g", one.got))
		}
	}
	if e.Grade != "" && e.Grade != s.Grade {
		differ("grade", e.Grade, s.Grade)
	}
	if e.Qualification != "" && e.Qualification != string(s.Qualification) {
		differ("qualification", e.Qualification, fmt.Sprintf("%s (%s)", s.Qualification, s.Reason))
	}
	fired := map[string]string{}
	var all []string
	for _, f := range s.Fired {
		fired[f.ID] = f.Words()
		all = append(all, f.ID)
	}
	sort.Strings(all)
	for _, id := range e.Fired {
		if fired[id] == "" {
			differ("rule "+id, "fires", "does not; fired: "+strings.Join(all, ", "))
		}
	}
	for _, id := range e.NotFired {
		if words, did := fired[id]; did {
			differ("rule "+id, "does not fire", words)
		}
	}
	return list
}
