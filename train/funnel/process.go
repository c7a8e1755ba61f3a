package funnel

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leadscore/features"
)

// Process is how a team's leads go from marketing to sales, as process.yaml says. Its zero value is invalid; [ParseProcess] and [DefaultProcess] give one.
type Process struct {
	Version  int     `yaml:"version" json:"version"`               // of the format; 1
	Stages   []Stage `yaml:"stages" json:"stages"`                 // in order, from marketing to sales; won and lost come from the leads' outcome
	HandOver string  `yaml:"hand_over,omitempty" json:"hand_over"` // the stage at which a lead goes to sales; empty: the first

	Accepted []string `yaml:"accepted,omitempty" json:"accepted,omitempty"`   // values by which sales takes a lead
	Rejected []string `yaml:"rejected,omitempty" json:"rejected,omitempty"`   // values by which sales sends it back
	FastLane []string `yaml:"fast_lane,omitempty" json:"fast_lane,omitempty"` // values by which a lead goes to sales at once: the hand-over stage, entered by the fast lane
	Ignored  []string `yaml:"ignored,omitempty" json:"ignored,omitempty"`     // values that say nothing here

	Response Response            `yaml:"response,omitempty" json:"response"`
	Needs    map[string][]string `yaml:"needs,omitempty" json:"needs,omitempty"` // columns of the leads' file that must be filled when a lead has come to a stage
	Targets  map[string]Target   `yaml:"targets,omitempty" json:"targets,omitempty"`

	Within      features.Duration `yaml:"within,omitempty" json:"within"`             // a step counts that is made within this time; 90d
	CloseWithin features.Duration `yaml:"close_within,omitempty" json:"close_within"` // and a win of a qualified lead within this; 180d
	ReviewEvery features.Duration `yaml:"review_every,omitempty" json:"review_every"` // how old a model may grow without being held against new deals; 91d
	Source      string            `yaml:"source,omitempty" json:"source,omitempty"`   // the column of the leads' file that says where a lead came from
}

// Stage is one stage with the values that mean it; none: its name.
type Stage struct {
	Name   string   `yaml:"name" json:"name"`
	Values []string `yaml:"values,omitempty" json:"values,omitempty"`
}

// Response is how soon sales has agreed to answer a lead that was handed over.
type Response struct {
	Within   features.Duration `yaml:"within,omitempty" json:"within"`                 // 4h
	Hours    Hours             `yaml:"hours,omitempty" json:"hours,omitzero"`          // that count; none: all
	TimeZone string            `yaml:"time_zone,omitempty" json:"time_zone,omitempty"` // of the hours; empty: UTC
}

// Target is where a rate should lie, shares in [0, 1].
type Target struct {
	Low    *float64 `yaml:"low,omitempty" json:"low,omitempty"`
	High   *float64 `yaml:"high,omitempty" json:"high,omitempty"`
	Source string   `yaml:"source,omitempty" json:"source,omitempty"` // who says so
}

// Names of targets that are no step between stages.
const (
	TargetAcceptance = "acceptance"
	TargetResponse   = "response_within"
)

// DefaultProcess is the process of the field: MQL, SQL, opportunity, with the names that common CRMs give them.
func DefaultProcess() *Process {
	low, high := 0.2, 0.4
	p := &Process{
		Version: 1,
		Stages: []Stage{
			{"mql", []string{"MQL", "Marketing Qualified", "Marketing Qualified Lead", "MarketingQualifiedLead"}},
			{"sql", []string{"SQL", "Sales Qualified", "Sales Qualified Lead", "SalesQualifiedLead", "Qualified"}},
			{"opportunity", []string{"Opportunity", "Proposal", "Negotiation"}},
		},
		Accepted: []string{"Accepted", "Sales Accepted", "SAL", "Working", "Contacted"},
		Rejected: []string{"Rejected", "Disqualified", "Unqualified", "Recycled"},
		FastLane: []string{"Fast Lane", "fast_lane"},
		Ignored:  []string{"New", "Open", "Lead", "Subscriber", "Nurture", "Nurturing", "Customer", "Closed", "Won", "Lost", "Closed Won", "Closed Lost"},
		Targets:  map[string]Target{"mql_to_sql": {&low, &high, "usual in B2B software"}},
	}
	p.complete()
	return p
}

// complete fills in what was left out.
func (p *Process) complete() {
	for i := range p.Stages {
		if len(p.Stages[i].Values) == 0 {
			p.Stages[i].Values = []string{p.Stages[i].Name}
		}
	}
	if p.HandOver == "" && len(p.Stages) > 0 {
		p.HandOver = p.Stages[0].Name
	}
	const day = features.Duration(24 * 3600e9)
	for _, d := range []struct {
		into  *features.Duration
		value features.Duration
	}{{&p.Response.Within, 4 * day / 24}, {&p.Within, 90 * day}, {&p.CloseWithin, 180 * day}, {&p.ReviewEvery, 91 * day}} {
		if *d.into == 0 {
			*d.into = d.value
		}
	}
}

// LoadProcess reads and checks a file. Faults, all at once, are [features.Faults] with file and line.
func LoadProcess(path string) (*Process, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read process: %w", err)
	}
	return ParseProcess(filepath.Base(path), text)
}

// ParseProcess is [LoadProcess] for a text; file is its name in messages.
func ParseProcess(file string, text []byte) (*Process, error) {
	p := &Process{}
	positions, err := features.DecodeYAML(file, text, p)
	if positions == nil {
		return nil, err
	}
	var faults features.Faults
	errors.As(err, &faults)
	if len(faults) == 0 {
		check := &processCheck{process: p, positions: positions}
		check.run()
		faults = check.faults
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	p.complete()
	return p, nil
}

// processCheck looks for all that cannot be meant.
type processCheck struct {
	process   *Process
	positions *features.YAMLPositions
	faults    features.Faults
	meaning   map[string]string // of a value, in small letters
}

func (c *processCheck) fault(value, problem, want string, path ...any) {
	field := ""
	for _, step := range path {
		switch step := step.(type) {
		case string:
			field = strings.TrimPrefix(field+"."+step, ".")
		case int:
			field += fmt.Sprintf("[%d]", step)
		}
	}
	c.faults.Add(&features.FieldError{File: c.positions.File, Line: c.positions.Line(path...), Field: field, Value: value, Problem: problem, Want: want})
}

func (c *processCheck) run() {
	p := c.process
	if p.Version != 1 {
		c.fault(fmt.Sprint(p.Version), "not a known version", "write version: 1", "version")
	}
	if len(p.Stages) < 2 {
		c.fault("", "fewer than two stages", "name the stages in order, such as mql, sql and opportunity", "stages")
	}
	c.meaning = map[string]string{}
	for i := range p.Stages {
		c.stage(i)
	}
	for _, list := range []struct {
		key    string
		values []string
	}{{"accepted", p.Accepted}, {"rejected", p.Rejected}, {"fast_lane", p.FastLane}, {"ignored", p.Ignored}} {
		for i, value := range list.values {
			c.value(value, list.key, list.key, i)
		}
	}
	names := p.stageNames()
	if p.HandOver != "" && !slices.Contains(names, p.HandOver) {
		c.fault(p.HandOver, "no such stage", "the stages are "+strings.Join(names, ", "), "hand_over")
	} else if len(p.Stages) >= 2 && p.handOver() == len(p.Stages)-1 {
		c.fault(p.HandOver, "no stage comes after it", "the hand-over comes before what sales makes of a lead", "hand_over")
	}
	for _, stage := range slices.Sorted(maps.Keys(p.Needs)) {
		if !slices.Contains(names, stage) {
			c.fault(stage, "no such stage", "the stages are "+strings.Join(names, ", "), "needs", stage)
		}
		if len(p.Needs[stage]) == 0 {
			c.fault("", "no columns", "name those that must be filled, such as budget, authority, need and timing", "needs", stage)
		}
	}
	c.targets()
	if p.Response.TimeZone != "" {
		if _, err := zoneOf(p.Response.TimeZone); err != nil {
			c.fault(p.Response.TimeZone, "no known time zone", "write one such as Europe/Berlin", "response", "time_zone")
		}
	}
}

func (c *processCheck) stage(i int) {
	s := &c.process.Stages[i]
	if !validName(s.Name) {
		c.fault(s.Name, "not a stage's name", "begin with a lower-case letter, then those, digits and _", "stages", i, "name")
		return
	}
	if slices.Contains([]string{"won", "lost"}, s.Name) {
		c.fault(s.Name, "not a stage", "won and lost come from the leads' outcome", "stages", i, "name")
	}
	if slices.Contains(c.process.stageNames()[:i], s.Name) {
		c.fault(s.Name, "a stage of this name stands above", "keep one", "stages", i, "name")
	}
	if len(s.Values) == 0 {
		c.value(s.Name, s.Name, "stages", i, "name")
	}
	for k, value := range s.Values {
		c.value(value, s.Name, "stages", i, "values", k)
	}
}

// value notes what a value means, once.
func (c *processCheck) value(value, meaning string, path ...any) {
	key := strings.ToLower(strings.TrimSpace(value))
	if key == "" {
		c.fault(value, "an empty value", "an empty stage is a fault of the file", path...)
		return
	}
	if has, ok := c.meaning[key]; ok {
		c.fault(value, "it means "+has+" already", "letter case does not count; keep it in one place", path...)
		return
	}
	c.meaning[key] = meaning
}

func (c *processCheck) targets() {
	known := append(c.process.stepNames(), TargetAcceptance, TargetResponse)
	for _, name := range slices.Sorted(maps.Keys(c.process.Targets)) {
		t := c.process.Targets[name]
		if !slices.Contains(known, name) {
			c.fault(name, "no such target", "known are "+strings.Join(known, ", "), "targets", name)
		}
		if t.Low == nil && t.High == nil {
			c.fault("", "no bound", "write low, high or both, shares such as 0.2", "targets", name)
		}
		for key, bound := range map[string]*float64{"low": t.Low, "high": t.High} {
			if bound != nil && !(*bound >= 0 && *bound <= 1) {
				c.fault(fmt.Sprint(*bound), "not a share", "write a number from 0 to 1: 0.2 for 20 %", "targets", name, key)
			}
		}
		if t.Low != nil && t.High != nil && *t.Low > *t.High {
			c.fault(fmt.Sprint(*t.Low), "low is above high", "", "targets", name, "low")
		}
	}
}

func validName(name string) bool {
	for i, r := range name {
		if !('a' <= r && r <= 'z' || i > 0 && ('0' <= r && r <= '9' || r == '_')) {
			return false
		}
	}
	return name != ""
}

func (p *Process) stageNames() []string {
	names := make([]string, len(p.Stages))
	for i, s := range p.Stages {
		names[i] = s.Name
	}
	return names
}

// stepNames are the steps between neighbouring stages, and from the last to the win.
func (p *Process) stepNames() []string {
	var names []string
	for i := range p.Stages {
		names = append(names, p.stepName(i))
	}
	return names
}

// stepName is the step from stage i on.
func (p *Process) stepName(i int) string {
	if i == len(p.Stages)-1 {
		return p.Stages[i].Name + "_to_won"
	}
	return p.Stages[i].Name + "_to_" + p.Stages[i+1].Name
}

// handOver is the place of the stage at which leads go to sales.
func (p *Process) handOver() int { return max(0, slices.Index(p.stageNames(), p.HandOver)) }

// meaning is what a value of the stage column means: a stage's place from 0, or one of these.
const (
	meansIgnored  = -1
	meansAccepted = -2
	meansRejected = -3
	meansFastLane = -4
)

// meanings are by value in small letters.
func (p *Process) meanings() map[string]int {
	of := map[string]int{}
	add := func(values []string, meaning int) {
		for _, v := range values {
			of[strings.ToLower(strings.TrimSpace(v))] = meaning
		}
	}
	for i, s := range p.Stages {
		add(s.Values, i)
	}
	add(p.Accepted, meansAccepted)
	add(p.Rejected, meansRejected)
	add(p.FastLane, meansFastLane)
	add(p.Ignored, meansIgnored)
	return of
}

// Known says whether a value of the stage column means anything, and if not, what might be meant.
func (p *Process) Known() func(value string) error {
	meanings := p.meanings()
	values := slices.Sorted(maps.Keys(meanings))
	return func(value string) error {
		key := strings.ToLower(value)
		if _, ok := meanings[key]; ok {
			return nil
		}
		if near, ok := features.Nearest(key, values); ok {
			return fmt.Errorf("did you mean %q? else name it in the process: as a value of a stage, or under accepted, rejected, fast_lane or ignored", near)
		}
		return errors.New("name it in the process: as a value of a stage, or under accepted, rejected, fast_lane or ignored")
	}
}

// Columns are the columns of the leads' file that the process asks for, as the schema or the file calls them. The table that a funnel is computed from has these
// as its fields, in this order.
func (p *Process) Columns() []string {
	var list []string
	add := func(column string) {
		if column != "" && !slices.Contains(list, column) {
			list = append(list, column)
		}
	}
	add(p.Source)
	for _, stage := range p.stageNames() {
		for _, column := range p.Needs[stage] {
			add(column)
		}
	}
	return list
}
