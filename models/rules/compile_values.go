package rules

import (
	"math"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"leadscore/features"
)

// number compiles an expression that gives a double; nil if it cannot.
func (k *compiler) number(e ast.Expr) number {
	if constant, ok := doubleOf(e); ok {
		return func(*moment) (float64, bool) { return constant, true }
	}
	field, figure := k.resolve(e)
	switch {
	case k.numberField(e) >= 0:
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

// numberField is the place of the numeric field that an expression reads; −1 for any other expression.
func (k *compiler) numberField(e ast.Expr) int {
	field, _ := k.resolve(e)
	if field < 0 || e.AsSelect().IsTestOnly() || k.schema.Fields[field].Kind != features.Number {
		return -1
	}
	return field
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
