package rules

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"leadscore/features"
)

// truth is what a condition says of a lead. A condition that needs a missing value is unjudged.
type truth uint8

const (
	no truth = iota
	yes
	unjudged
	unasked // not evaluated yet
)

// condition is a CEL expression, ready to be judged. The test is the compiled form; nil leaves it to the interpreter.
type condition struct {
	text    string
	place   int // among the book's conditions
	expr    ast.Expr
	info    *ast.SourceInfo
	program cel.Program
	test    test
	fields  []int      // Schema.Fields whose value it reads, beyond has()
	figures []int      // Schema.Engagement, likewise
	others  []other    // what else may be missing
	names   []string   // of all of these, in this order
	lacking [][]string // the names by the set of what is missing, a bit each; nil for more than mostSets
}

// mostSets bounds the values of a condition whose sets of missing ones are kept ready.
const mostSets = 5

// other is a value besides fields and figures that may be missing: as_of, created, events.first() …
type other struct {
	name  string
	value number // tells whether it is there; nil where only the name tells
}

func (o *other) missing(m *moment) bool {
	switch {
	case o.name == asOfVariable:
		return m.AsOf == features.NoTime
	case o.name == createdVariable:
		return m.Created == features.NoTime
	case o.value != nil:
		_, ok := o.value(m)
		return !ok
	}
	return len(m.Events) == 0
}

// judge says whether the condition holds for the lead. It returns the interpreter's problem, if it is other than a missing
// value, for the explanation.
func (c *condition) judge(m *moment) truth {
	if m.judged != nil && m.judged[c.place] != unasked {
		return m.judged[c.place]
	}
	if c.test != nil {
		return c.test(m)
	}
	t, _ := c.interpret(m)
	return t
}

// interpret judges by CEL's interpreter: the reference that the compiled form must agree with.
func (c *condition) interpret(m *moment) (truth, error) {
	value, _, err := c.program.Eval(m)
	if err != nil {
		return unjudged, err
	}
	switch value {
	case types.True:
		return yes, nil
	case types.False:
		return no, nil
	}
	return unjudged, nil
}

// missing names the values that the condition reads and the lead does not have. The caller must not change them.
func (c *condition) missing(m *moment) []string {
	if c.lacking == nil {
		var names []string
		for i, name := range c.names {
			if c.isMissing(m, i) {
				names = append(names, name)
			}
		}
		return names
	}
	set := 0
	for i := range c.names {
		if c.isMissing(m, i) {
			set |= 1 << i
		}
	}
	return c.lacking[set]
}

// isMissing says whether the lead lacks the i-th value that the condition reads.
func (c *condition) isMissing(m *moment, i int) bool {
	var ok bool
	switch figure := i - len(c.fields); {
	case figure < 0:
		_, ok = m.field(c.fields[i])
	case figure < len(c.figures):
		_, ok = m.figure(c.figures[figure])
	default:
		return c.others[figure-len(c.figures)].missing(m)
	}
	return !ok
}

// nameValues keeps the names of what the condition reads.
func (c *condition) nameValues(s *features.Schema) {
	for _, i := range c.fields {
		c.names = append(c.names, s.Fields[i].Name)
	}
	for _, i := range c.figures {
		c.names = append(c.names, s.Engagement[i].Name)
	}
	for i := range c.others {
		c.names = append(c.names, c.others[i].name)
	}
	if len(c.names) > mostSets {
		return
	}
	c.lacking = make([][]string, 1<<len(c.names))
	for set := range c.lacking {
		for i, name := range c.names {
			if set>>i&1 == 1 {
				c.lacking[set] = append(c.lacking[set], name)
			}
		}
	}
}

// sharesValue says whether both conditions read a value in common: else neither can follow from the other.
func (c *condition) sharesValue(d *condition) bool {
	in := func(list []int) func(int) bool { return func(i int) bool { return slices.Contains(list, i) } }
	return slices.ContainsFunc(c.fields, in(d.fields)) || slices.ContainsFunc(c.figures, in(d.figures)) ||
		len(c.others) > 0 && len(d.others) > 0
}

// conditionFault is what is wrong with a condition; line and column count from 1 within its text.
type conditionFault struct {
	line, column  int
	problem, want string
}

// compileCondition parses and checks a condition. Either it or the faults are returned.
func compileCondition(env *cel.Env, s *features.Schema, text string) (*condition, []conditionFault) {
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil, celFaults(issues)
	}
	r := &reader{schema: s, info: parsed.NativeRep().SourceInfo()}
	r.read(parsed.NativeRep().Expr())
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, celFaults(issues)
	}
	if !checked.OutputType().IsExactType(types.BoolType) {
		return nil, []conditionFault{{1, 1, "gives " + cel.FormatCELType(checked.OutputType()) + ", not yes or no",
			"write a comparison such as lead.employees >= 50"}}
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(costLimit))
	if err != nil {
		return nil, []conditionFault{{1, 1, err.Error(), ""}}
	}
	slices.Sort(r.fields)
	slices.Sort(r.figures)
	c := &condition{text: text, expr: checked.NativeRep().Expr(), info: checked.NativeRep().SourceInfo(), program: program,
		fields: slices.Compact(r.fields), figures: slices.Compact(r.figures), others: distinct(r.others)}
	c.nameValues(s)
	c.test = (&compiler{schema: s}).test(c.expr)
	return c, nil
}

func distinct(all []other) []other {
	slices.SortFunc(all, func(a, b other) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(all, func(a, b other) bool { return a.name == b.name })
}

// celFaults gives CEL's own faults in our form.
func celFaults(issues *cel.Issues) []conditionFault {
	var faults []conditionFault
	for _, e := range issues.Errors() {
		line, column := 1, 1
		if e.Location != nil && e.Location.Line() > 0 {
			line, column = e.Location.Line(), e.Location.Column()+1
		}
		faults = append(faults, conditionFault{line, column, strings.TrimSpace(e.Message), celHint(e.Message)})
	}
	if len(faults) == 0 {
		faults = append(faults, conditionFault{1, 1, issues.Err().Error(), ""})
	}
	return faults
}

// celHint says what would be right, for the faults that people make most.
func celHint(message string) string {
	switch {
	case strings.Contains(message, "'_=_'"), strings.Contains(message, "token recognition error at: '= '"):
		return `compare with ==, as in lead.country == "DE"`
	case strings.Contains(message, "Syntax error"):
		return `write CEL such as lead.employees >= 50 && lead.country in ["DE", "AT"]`
	case strings.Contains(message, "undeclared reference"):
		return "a condition knows lead.<field>, engagement.<figure>, events, as_of, created and CEL's functions"
	case strings.Contains(message, "no matching overload"):
		return "both sides of an operator must be of one kind"
	}
	return ""
}
