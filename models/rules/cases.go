package rules

import (
	"maps"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"leadscore/features"
)

// Conditions compare a few values with a few constants. So a condition can be tried on every case that it can tell
// apart: below, at, between and above the constants of a number; each named text and one other; yes and no; and missing.
// What never comes true in all cases never comes true. A part of another form is tried as yes, no and unjudged, whatever
// the rest says; so nothing is called impossible that is not.

// mostCases bounds the work; a condition with more cases is not looked into.
const mostCases = 4096

// variable is a value that conditions read, with the samples to try.
type variable struct {
	kind    features.Kind
	numbers []float64
	texts   []string
	closed  bool // no other texts than texts
	least   bool // never below 0
	samples []sample
}

// sample is one value of a variable; present false is missing.
type sample struct {
	present bool
	number  float64
	text    string
}

// cases tries conditions on all samples of their variables.
type cases struct {
	schema    *features.Schema
	info      *ast.SourceInfo // of the condition being read
	variables map[string]*variable
	values    map[string]sample
}

// outcomes are what conditions may come to, all at once: seen is called with one truth a condition for every case. It
// reports false if there are too many cases.
func tryCases(s *features.Schema, conditions []*condition, seen func([]truth)) bool {
	k := &cases{schema: s, variables: map[string]*variable{}, values: map[string]sample{}}
	for _, c := range conditions {
		k.info = c.info
		k.collect(c.expr)
	}
	total := 1
	for _, v := range k.variables {
		v.sampling()
		if total *= len(v.samples); total > mostCases {
			return false
		}
	}
	truths := make([]truth, len(conditions))
	k.each(slices.Sorted(maps.Keys(k.variables)), func() {
		for i, c := range conditions {
			k.info = c.info
			truths[i] = k.truth(c.expr)
		}
		seen(truths)
	})
	return true
}

func (k *cases) each(keys []string, visit func()) {
	if len(keys) == 0 {
		visit()
		return
	}
	for _, s := range k.variables[keys[0]].samples {
		k.values[keys[0]] = s
		k.each(keys[1:], visit)
	}
}

func (v *variable) sampling() {
	v.samples = []sample{{}}
	add := func(s sample) { s.present = true; v.samples = append(v.samples, s) }
	switch v.kind {
	case features.Number:
		slices.Sort(v.numbers)
		v.numbers = slices.Compact(v.numbers)
		for i, c := range v.numbers {
			below := c - 1
			if i > 0 {
				below = v.numbers[i-1]/2 + c/2
			}
			add(sample{number: below})
			add(sample{number: c})
		}
		above := 1.0
		if n := len(v.numbers); n > 0 {
			above = v.numbers[n-1] + 1
		}
		add(sample{number: above})
		if v.least {
			v.samples = slices.DeleteFunc(v.samples, func(s sample) bool { return s.number < 0 })
		}
	case features.Boolean:
		add(sample{number: 0})
		add(sample{number: 1})
	default:
		slices.Sort(v.texts)
		for _, t := range slices.Compact(v.texts) {
			add(sample{text: t})
		}
		if !v.closed {
			add(sample{text: "\x00another"})
		}
	}
}

func (k *cases) key(e ast.Expr) string {
	text, err := cel.ExprToString(e, k.info)
	if err != nil {
		return "?"
	}
	return text
}

func (k *cases) variable(key string, kind features.Kind) *variable {
	v := k.variables[key]
	if v == nil {
		v = &variable{kind: kind}
		k.variables[key] = v
	}
	return v
}

// collect finds the variables and their constants.
func (k *cases) collect(e ast.Expr) {
	if value, constants, kind, ok := k.comparesConstants(e); ok {
		v := k.variable(k.key(value), kind)
		for _, c := range constants {
			if d, ok := doubleOf(c); ok {
				v.numbers = append(v.numbers, d)
			} else if t, ok := textOf(c); ok {
				v.texts = append(v.texts, t)
			}
		}
		k.bound(value, v)
		return
	}
	if parts := junction(e); parts != nil {
		for _, part := range parts {
			k.collect(part)
		}
		return
	}
	if value, ok := k.presence(e); ok {
		field, figure := (&compiler{schema: k.schema}).resolve(value)
		k.bound(value, k.variable(selectionKey(value), k.kindAt(field, figure)))
		return
	}
	if _, ok := boolOf(e); !ok {
		k.variable(k.key(e), features.Boolean)
	}
}

// bound says what is known of a variable's values.
func (k *cases) bound(value ast.Expr, v *variable) {
	field, figure := (&compiler{schema: k.schema}).resolve(value)
	if field >= 0 && k.schema.Fields[field].Kind == features.Email {
		v.closed = true
		v.texts = append(v.texts, emailKinds...)
	}
	v.least = v.kind == features.Number && (figure >= 0 || value.Kind() == ast.CallKind)
}

func (k *cases) kindAt(field, figure int) features.Kind {
	switch {
	case field >= 0:
		return k.schema.Fields[field].Kind
	case figure >= 0 && k.schema.Engagement[figure].FirstEvent:
		return features.Category
	case figure >= 0:
		return features.Number
	}
	return features.Boolean
}

// junction returns the parts of !, &&, || and ?:.
func junction(e ast.Expr) []ast.Expr {
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() {
		return nil
	}
	switch e.AsCall().FunctionName() {
	case operators.LogicalNot, operators.LogicalAnd, operators.LogicalOr, operators.Conditional:
		return e.AsCall().Args()
	}
	return nil
}

// presence is has(lead.x).
func (k *cases) presence(e ast.Expr) (ast.Expr, bool) {
	if e.Kind() != ast.SelectKind || !e.AsSelect().IsTestOnly() {
		return nil, false
	}
	field, figure := (&compiler{schema: k.schema}).resolve(e)
	return e, field >= 0 || figure >= 0
}

// selectionKey is the key of the value that has() asks for.
func selectionKey(e ast.Expr) string {
	return e.AsSelect().Operand().AsIdent() + "." + e.AsSelect().FieldName()
}

// comparesConstants recognises value op constant, constant op value and value in [constants].
func (k *cases) comparesConstants(e ast.Expr) (value ast.Expr, constants []ast.Expr, kind features.Kind, ok bool) {
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() || len(e.AsCall().Args()) != 2 {
		return nil, nil, "", false
	}
	name, args := e.AsCall().FunctionName(), e.AsCall().Args()
	if _, compares := orders[name]; !compares && name != operators.In {
		return nil, nil, "", false
	}
	value, constants = args[0], args[1:]
	if name == operators.In {
		if args[1].Kind() != ast.ListKind || args[1].AsList().Size() == 0 {
			return nil, nil, "", false
		}
		constants = args[1].AsList().Elements()
	} else if value.Kind() == ast.LiteralKind {
		value, constants = args[1], args[:1]
	}
	if value.Kind() != ast.SelectKind && value.Kind() != ast.CallKind {
		return nil, nil, "", false
	}
	numbers, texts := 0, 0
	for _, c := range constants {
		if _, ok := doubleOf(c); ok {
			numbers++
		} else if _, ok := textOf(c); ok {
			texts++
		}
	}
	switch {
	case numbers == len(constants):
		return value, constants, features.Number, true
	case texts == len(constants) && (name == operators.Equals || name == operators.NotEquals || name == operators.In):
		return value, constants, features.Category, true
	}
	return nil, nil, "", false
}

func boolOf(e ast.Expr) (value, ok bool) {
	if e.Kind() != ast.LiteralKind {
		return false, false
	}
	b, ok := e.AsLiteral().(types.Bool)
	return bool(b), ok
}

// truth judges an expression in the case at hand.
func (k *cases) truth(e ast.Expr) truth {
	if b, ok := boolOf(e); ok {
		return truthOf(b)
	}
	if value, constants, kind, ok := k.comparesConstants(e); ok {
		return compareSample(e.AsCall(), k.values[k.key(value)], constants, kind)
	}
	if parts := junction(e); parts != nil {
		var tests []test
		for _, part := range parts {
			tests = append(tests, func(*moment) truth { return k.truth(part) })
		}
		return join(e.AsCall().FunctionName(), tests)(nil)
	}
	if _, ok := k.presence(e); ok {
		return truthOf(k.values[selectionKey(e)].present)
	}
	s := k.values[k.key(e)]
	if !s.present {
		return unjudged
	}
	return truthOf(s.number != 0)
}

func compareSample(c ast.CallExpr, s sample, constants []ast.Expr, kind features.Kind) truth {
	if !s.present {
		return unjudged
	}
	if c.FunctionName() == operators.In {
		return truthOf(slices.ContainsFunc(constants, func(e ast.Expr) bool { return compareOne(s, e, kind) == 0 }))
	}
	o, comparison := orders[c.FunctionName()], compareOne(s, constants[0], kind)
	if c.Args()[0].Kind() == ast.LiteralKind {
		comparison = -comparison
	}
	switch comparison {
	case -1:
		return truthOf(o.less)
	case 1:
		return truthOf(o.greater)
	}
	return truthOf(o.equal)
}

// compareOne is −1, 0 or 1: how the sample stands to the constant.
func compareOne(s sample, constant ast.Expr, kind features.Kind) int {
	if kind == features.Number {
		d, _ := doubleOf(constant)
		switch {
		case s.number < d:
			return -1
		case s.number > d:
			return 1
		}
		return 0
	}
	if t, _ := textOf(constant); t == s.text {
		return 0
	}
	return 1
}
