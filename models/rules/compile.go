package rules

import (
	"math"
	"regexp"
	"slices"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"leadscore/features"
)

// A checked condition of a common shape becomes Go closures that read the snapshot without CEL's boxed values. What a
// closure gives must be what CEL's interpreter gives; a test and a fuzzer compare them. A shape that is not known here
// makes the whole condition fall back to the interpreter.
type (
	test   func(m *moment) truth
	number func(m *moment) (float64, bool) // false: missing
	text   func(m *moment) (string, bool)
	period func(m *moment) (features.Micros, bool) // a span or an instant
)

type compiler struct{ schema *features.Schema }

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// test compiles an expression that gives yes or no; nil if it cannot.
func (k *compiler) test(e ast.Expr) test {
	switch e.Kind() {
	case ast.LiteralKind:
		if b, ok := e.AsLiteral().(types.Bool); ok {
			constant := truthOf(bool(b))
			return func(*moment) truth { return constant }
		}
	case ast.SelectKind:
		return k.selection(e)
	case ast.CallKind:
		return k.call(e.AsCall())
	}
	return nil
}

// selection is has(lead.x), has(engagement.x) or a boolean field.
func (k *compiler) selection(e ast.Expr) test {
	s := e.AsSelect()
	field, figure := k.resolve(e)
	switch {
	case s.IsTestOnly() && field >= 0:
		return func(m *moment) truth { _, ok := m.field(field); return truthOf(ok) }
	case s.IsTestOnly() && figure >= 0:
		return func(m *moment) truth { _, ok := m.figure(figure); return truthOf(ok) }
	case field >= 0 && k.schema.Fields[field].Kind == features.Boolean:
		return func(m *moment) truth {
			v, ok := m.field(field)
			if !ok {
				return unjudged
			}
			return truthOf(v.Number != 0)
		}
	}
	return nil
}

// resolve returns the place in the schema that a selection reads; −1 for what it does not.
func (k *compiler) resolve(e ast.Expr) (field, figure int) {
	field, figure = -1, -1
	if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind {
		return field, figure
	}
	name := e.AsSelect().FieldName()
	switch e.AsSelect().Operand().AsIdent() {
	case leadVariable:
		field = slices.IndexFunc(k.schema.Fields, func(f features.Field) bool { return f.Name == name })
	case engagementVariable:
		figure = slices.IndexFunc(k.schema.Engagement, func(f features.Engagement) bool { return f.Name == name })
	}
	return field, figure
}

func (k *compiler) call(c ast.CallExpr) test {
	name, args := c.FunctionName(), c.Args()
	if c.IsMemberFunction() {
		return k.textTest(c)
	}
	switch name {
	case operators.LogicalNot, operators.LogicalAnd, operators.LogicalOr, operators.Conditional:
		var tests []test
		for _, a := range args {
			t := k.test(a)
			if t == nil {
				return nil
			}
			tests = append(tests, t)
		}
		return join(name, tests)
	case operators.In:
		return k.membership(args[0], args[1])
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return k.comparison(name, args[0], args[1])
	}
	return nil
}

// join makes one test of the parts of !, &&, || or ?:.
func join(name string, parts []test) test {
	switch name {
	case operators.LogicalNot:
		return not(parts[0])
	case operators.LogicalAnd:
		return either(parts[0], parts[1], no)
	case operators.LogicalOr:
		return either(parts[0], parts[1], yes)
	}
	return choice(parts[0], parts[1], parts[2])
}

func not(a test) test {
	return func(m *moment) truth {
		switch a(m) {
		case yes:
			return no
		case no:
			return yes
		}
		return unjudged
	}
}

// either is && (decisive: no) or || (decisive: yes): a decisive side decides, whatever the other side, missing included.
func either(a, b test, decisive truth) test {
	return func(m *moment) truth {
		left := a(m)
		if left == decisive {
			return left
		}
		right := b(m)
		if right == decisive || left != unjudged {
			return right
		}
		return unjudged
	}
}

func choice(condition, a, b test) test {
	return func(m *moment) truth {
		switch condition(m) {
		case yes:
			return a(m)
		case no:
			return b(m)
		}
		return unjudged
	}
}

// order is which results of comparing two values make a comparison true.
type order struct{ less, equal, greater bool }

var orders = map[string]order{
	operators.Equals:        {equal: true},
	operators.NotEquals:     {less: true, greater: true},
	operators.Less:          {less: true},
	operators.LessEquals:    {less: true, equal: true},
	operators.Greater:       {greater: true},
	operators.GreaterEquals: {greater: true, equal: true},
}

func (k *compiler) comparison(name string, left, right ast.Expr) test {
	o := orders[name]
	equality := name == operators.Equals || name == operators.NotEquals
	if a, b := k.number(left), k.number(right); a != nil && b != nil {
		if constant, ok := doubleOf(right); ok && !math.IsNaN(constant) {
			return numberTest(a, constant, o)
		}
		return numbersTest(a, b, o)
	}
	if a, b := k.text(left), k.text(right); a != nil && b != nil {
		if !equality {
			return nil
		}
		return textsTest(a, b, o.equal)
	}
	if a, b := k.period(left), k.period(right); a != nil && b != nil {
		return periodsTest(a, b, o)
	}
	if a, b := k.test(left), k.test(right); a != nil && b != nil && equality {
		return func(m *moment) truth {
			l, r := a(m), b(m)
			if l == unjudged || r == unjudged {
				return unjudged
			}
			return truthOf((l == r) == o.equal)
		}
	}
	return nil
}

// numberTest compares with a constant: the shape of most rules.
func numberTest(a number, constant float64, o order) test {
	return func(m *moment) truth {
		x, ok := a(m)
		switch {
		case !ok:
			return unjudged
		case x < constant:
			return truthOf(o.less)
		case x > constant:
			return truthOf(o.greater)
		}
		return truthOf(o.equal)
	}
}

func numbersTest(a, b number, o order) test {
	return func(m *moment) truth {
		x, ok := a(m)
		y, ok2 := b(m)
		switch {
		case !ok || !ok2:
			return unjudged
		case x < y:
			return truthOf(o.less)
		case x > y:
			return truthOf(o.greater)
		case x == y:
			return truthOf(o.equal)
		}
		return unjudged // NaN, which no value is
	}
}

func textsTest(a, b text, equal bool) test {
	return func(m *moment) truth {
		x, ok := a(m)
		y, ok2 := b(m)
		if !ok || !ok2 {
			return unjudged
		}
		return truthOf((x == y) == equal)
	}
}

func periodsTest(a, b period, o order) test {
	return func(m *moment) truth {
		x, ok := a(m)
		y, ok2 := b(m)
		switch {
		case !ok || !ok2:
			return unjudged
		case x < y:
			return truthOf(o.less)
		case x > y:
			return truthOf(o.greater)
		}
		return truthOf(o.equal)
	}
}

// membership is lead.x in [constants].
func (k *compiler) membership(value, list ast.Expr) test {
	if list.Kind() != ast.ListKind {
		return nil
	}
	elements := list.AsList().Elements()
	if len(elements) == 0 {
		return nil // CEL folds it to no before it looks at the value
	}
	if a := k.text(value); a != nil {
		var constants []string
		for _, e := range elements {
			c, ok := textOf(e)
			if !ok {
				return nil
			}
			constants = append(constants, c)
		}
		return func(m *moment) truth {
			x, ok := a(m)
			if !ok {
				return unjudged
			}
			return truthOf(slices.Contains(constants, x))
		}
	}
	if a := k.number(value); a != nil {
		var constants []float64
		for _, e := range elements {
			c, ok := doubleOf(e)
			if !ok {
				return nil
			}
			constants = append(constants, c)
		}
		return func(m *moment) truth {
			x, ok := a(m)
			if !ok {
				return unjudged
			}
			return truthOf(slices.Contains(constants, x))
		}
	}
	return nil
}

// textTest is a text function with a constant: contains, startsWith, endsWith, matches.
func (k *compiler) textTest(c ast.CallExpr) test {
	if len(c.Args()) != 1 {
		return nil
	}
	lower, target := false, c.Target()
	if target.Kind() == ast.CallKind && target.AsCall().IsMemberFunction() &&
		target.AsCall().FunctionName() == "lowerAscii" && len(target.AsCall().Args()) == 0 {
		lower, target = true, target.AsCall().Target()
	}
	a := k.text(target)
	constant, ok := textOf(c.Args()[0])
	if a == nil || !ok {
		return nil
	}
	var holds func(string) bool
	switch c.FunctionName() {
	case "contains", "startsWith", "endsWith":
		holds = partTest(c.FunctionName(), constant, lower)
	case "matches":
		pattern, err := regexp.Compile(constant)
		if err != nil || lower {
			return nil
		}
		holds = pattern.MatchString
	default:
		return nil
	}
	return func(m *moment) truth {
		x, ok := a(m)
		if !ok {
			return unjudged
		}
		return truthOf(holds(x))
	}
}

// number compiles an expression that gives a double; nil if it cannot.
func (k *compiler) number(e ast.Expr) number {
	if constant, ok := doubleOf(e); ok {
		return func(*moment) (float64, bool) { return constant, true }
	}
	field, figure := k.resolve(e)
	switch {
	case field >= 0 && !e.AsSelect().IsTestOnly() && k.schema.Fields[field].Kind == features.Number:
		return func(m *moment) (float64, bool) {
			v, ok := m.field(field)
			if !ok {
				return 0, false
			}
			return v.Number, true
		}
	case figure >= 0 && !e.AsSelect().IsTestOnly() && !k.schema.Engagement[figure].FirstEvent:
		return func(m *moment) (float64, bool) {
			f, ok := m.figure(figure)
			return f.number, ok
		}
	case e.Kind() == ast.CallKind:
		return k.eventsNumber(e.AsCall())
	}
	return nil
}

// eventsNumber is a function on events with constant types and window.
func (k *compiler) eventsNumber(c ast.CallExpr) number {
	f := eventNumbers[c.FunctionName()]
	if f == nil || !c.IsMemberFunction() || c.Target().Kind() != ast.IdentKind || c.Target().AsIdent() != eventsVariable {
		return nil
	}
	args := c.Args()
	if len(args) == 0 || len(args) > 2 {
		return nil
	}
	names, ok := textsOf(args[0])
	if !ok {
		return nil
	}
	var within features.Micros
	if len(args) == 2 {
		if within, ok = spanOf(args[1]); !ok {
			return nil
		}
	}
	return func(m *moment) (float64, bool) { return f(m, names, within) }
}

// text compiles an expression that gives a text; nil if it cannot.
func (k *compiler) text(e ast.Expr) text {
	if constant, ok := textOf(e); ok {
		return func(*moment) (string, bool) { return constant, true }
	}
	field, figure := k.resolve(e)
	switch {
	case field >= 0 && !e.AsSelect().IsTestOnly() &&
		(k.schema.Fields[field].Kind == features.Category || k.schema.Fields[field].Kind == features.Email):
		return func(m *moment) (string, bool) {
			v, ok := m.field(field)
			if !ok {
				return "", false
			}
			return v.Text, true
		}
	case figure >= 0 && !e.AsSelect().IsTestOnly() && k.schema.Engagement[figure].FirstEvent:
		return func(m *moment) (string, bool) {
			f, ok := m.figure(figure)
			return f.text, ok
		}
	case e.Kind() == ast.CallKind && e.AsCall().IsMemberFunction() && e.AsCall().FunctionName() == "first" &&
		e.AsCall().Target().Kind() == ast.IdentKind && e.AsCall().Target().AsIdent() == eventsVariable:
		return func(m *moment) (string, bool) {
			if len(m.Events) == 0 {
				return "", false
			}
			return m.Events[0].Type, true
		}
	}
	return nil
}

// period compiles an instant, a span, or the difference of two instants; nil if it cannot.
func (k *compiler) period(e ast.Expr) period {
	if span, ok := spanOf(e); ok {
		return func(*moment) (features.Micros, bool) { return span, true }
	}
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Subtract {
		return k.difference(e.AsCall().Args())
	}
	if e.Kind() == ast.IdentKind {
		switch e.AsIdent() {
		case asOfVariable:
			return func(m *moment) (features.Micros, bool) { return m.AsOf, m.AsOf != features.NoTime }
		case createdVariable:
			return func(m *moment) (features.Micros, bool) { return m.Created, m.Created != features.NoTime }
		}
	}
	if field, _ := k.resolve(e); field >= 0 && !e.AsSelect().IsTestOnly() && k.schema.Fields[field].Kind == features.Date {
		return func(m *moment) (features.Micros, bool) {
			v, ok := m.field(field)
			if !ok {
				return 0, false
			}
			return v.Time, true
		}
	}
	return nil
}

// difference is the span between two instants. CEL holds at most 292 years in one.
func (k *compiler) difference(args []ast.Expr) period {
	a, b := k.period(args[0]), k.period(args[1])
	if a == nil || b == nil || !isInstant(args[0]) || !isInstant(args[1]) {
		return nil
	}
	const most = features.Micros(math.MaxInt64 / 1000)
	return func(m *moment) (features.Micros, bool) {
		x, ok := a(m)
		y, ok2 := b(m)
		if !ok || !ok2 || x-y > most || x-y < -most {
			return 0, false
		}
		return x - y, true
	}
}

// isInstant says whether a compiled period is an instant: only names and fields are.
func isInstant(e ast.Expr) bool { return e.Kind() != ast.CallKind }

func doubleOf(e ast.Expr) (float64, bool) {
	if e.Kind() != ast.LiteralKind {
		return 0, false
	}
	d, ok := e.AsLiteral().(types.Double)
	return float64(d), ok
}

func textOf(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	t, ok := e.AsLiteral().(types.String)
	return string(t), ok
}

func textsOf(e ast.Expr) ([]string, bool) {
	if t, ok := textOf(e); ok {
		return []string{t}, true
	}
	if e.Kind() != ast.ListKind {
		return nil, false
	}
	var all []string
	for _, element := range e.AsList().Elements() {
		t, ok := textOf(element)
		if !ok {
			return nil, false
		}
		all = append(all, t)
	}
	return all, true
}

// spanOf is days(constant).
func spanOf(e ast.Expr) (features.Micros, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "days" || e.AsCall().IsMemberFunction() || len(e.AsCall().Args()) != 1 {
		return 0, false
	}
	argument := e.AsCall().Args()[0]
	if argument.Kind() != ast.LiteralKind {
		return 0, false
	}
	var n float64
	switch v := argument.AsLiteral().(type) {
	case types.Int:
		n = float64(v)
	case types.Double:
		n = float64(v)
	}
	d, ok := days(n)
	return features.Micros(d / time.Microsecond), ok && d%time.Microsecond == 0
}
