package rules

import (
	"math"
	"regexp"
	"slices"

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
			if field := k.numberField(left); field >= 0 {
				return fieldTest(field, constant, o)
			}
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

// fieldTest compares a number with a constant: the shape of most rules.
func fieldTest(field int, constant float64, o order) test {
	less, equal, greater := truthOf(o.less), truthOf(o.equal), truthOf(o.greater)
	return func(m *moment) truth {
		if field >= len(m.Values) || m.Values[field].Missing {
			return unjudged
		}
		switch x := m.Values[field].Number; {
		case x < constant:
			return less
		case x > constant:
			return greater
		case x == constant:
			return equal
		}
		return unjudged // NaN
	}
}

// numberTest compares anything with a constant.
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
