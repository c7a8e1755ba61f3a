package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"leadscore/features"
)

// reader walks a parsed condition before CEL checks its types: it finds the fields that are read, reports wrong names and
// comparisons in the schema's words, and turns whole numbers beside number fields into doubles, so that
// lead.employees == 50 means what it says.
type reader struct {
	schema  *features.Schema
	info    *ast.SourceInfo
	faults  []conditionFault
	fields  []int
	figures []int
	others  []other
	bound   []string // variables of comprehensions
}

func (r *reader) fault(e ast.Expr, problem, want string) {
	at := r.info.GetStartLocation(e.ID())
	r.faults = append(r.faults, conditionFault{max(at.Line(), 1), max(at.Column()+1, 1), problem, want})
}

func (r *reader) read(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		r.readName(e)
	case ast.SelectKind:
		r.readSelect(e)
	case ast.CallKind:
		r.readCall(e)
	case ast.ListKind:
		for _, element := range e.AsList().Elements() {
			r.read(element)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			r.read(entry.AsMapEntry().Key())
			r.read(entry.AsMapEntry().Value())
		}
	case ast.StructKind:
		for _, entry := range e.AsStruct().Fields() {
			r.read(entry.AsStructField().Value())
		}
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		r.read(c.IterRange())
		before := len(r.bound)
		r.bound = append(r.bound, c.IterVar(), c.IterVar2(), c.AccuVar())
		for _, part := range []ast.Expr{c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
			r.read(part)
		}
		r.bound = r.bound[:before]
	}
}

func (r *reader) readName(e ast.Expr) {
	name := e.AsIdent()
	if slices.Contains(r.bound, name) {
		return
	}
	switch name {
	case leadVariable:
		r.fault(e, "lead stands alone", "name a field of it, as in lead.employees")
	case engagementVariable:
		r.fault(e, "engagement stands alone", "name a figure of it, as in engagement.visits_30d")
	case eventsVariable:
		r.fault(e, "events stands alone", `call a function of it, as in events.count("pricing_page") >= 2`)
	case asOfVariable, createdVariable:
		r.others = append(r.others, other{name: name})
	default:
		if i := r.fieldIndex(name); i >= 0 {
			r.fault(e, fmt.Sprintf("%s is a field of the lead", name), fmt.Sprintf("write lead.%s", name))
		} else if i := r.figureIndex(name); i >= 0 {
			r.fault(e, fmt.Sprintf("%s is an engagement figure", name), fmt.Sprintf("write engagement.%s", name))
		}
	}
}

func (r *reader) fieldIndex(name string) int {
	return slices.IndexFunc(r.schema.Fields, func(f features.Field) bool { return f.Name == name })
}

func (r *reader) figureIndex(name string) int {
	return slices.IndexFunc(r.schema.Engagement, func(e features.Engagement) bool { return e.Name == name })
}

// variable returns which of lead and engagement a selection reads, "" for neither.
func (r *reader) variable(e ast.Expr) string {
	if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind {
		return ""
	}
	name := e.AsSelect().Operand().AsIdent()
	if slices.Contains(r.bound, name) || name != leadVariable && name != engagementVariable {
		return ""
	}
	return name
}

func (r *reader) readSelect(e ast.Expr) {
	s := e.AsSelect()
	switch r.variable(e) {
	case leadVariable:
		i := r.fieldIndex(s.FieldName())
		switch {
		case i < 0:
			r.fault(e, fmt.Sprintf("field %s is not in the schema", s.FieldName()), r.suggestField(s.FieldName()))
		case r.schema.Fields[i].Use == features.UseNo:
			r.fault(e, fmt.Sprintf("field %s is marked use: no in the schema (%s)", s.FieldName(), because(r.schema.Fields[i].Because)),
				"remove it from the rule, or set use: yes in the schema")
		case !s.IsTestOnly():
			r.fields = append(r.fields, i)
		}
	case engagementVariable:
		i := r.figureIndex(s.FieldName())
		switch {
		case i < 0:
			r.fault(e, fmt.Sprintf("engagement figure %s is not in the schema", s.FieldName()), r.suggestFigure(s.FieldName()))
		case r.schema.Engagement[i].Use == features.UseNo:
			r.fault(e, fmt.Sprintf("engagement figure %s is marked use: no in the schema (%s)", s.FieldName(), because(r.schema.Engagement[i].Because)),
				"remove it from the rule, or set use: yes in the schema")
		case r.schema.Engagement[i].HalfLife.Auto:
			r.fault(e, fmt.Sprintf("engagement figure %s has half_life: auto, so every training would change what the rule means", s.FieldName()),
				"give it a half-life in the schema, or count in the rule itself")
		case !s.IsTestOnly():
			r.figures = append(r.figures, i)
		}
	default:
		r.read(s.Operand())
	}
}

func because(why string) string {
	if why == "" {
		return "without a reason"
	}
	return why
}

func (r *reader) suggestField(name string) string {
	var names []string
	for i := range r.schema.Fields {
		if r.schema.Fields[i].Use != features.UseNo {
			names = append(names, r.schema.Fields[i].Name)
		}
	}
	if r.figureIndex(name) >= 0 {
		return "did you mean engagement." + name + "?"
	}
	return didYouMean(name, names)
}

func (r *reader) suggestFigure(name string) string {
	var names []string
	for i := range r.schema.Engagement {
		if r.schema.Engagement[i].Use != features.UseNo {
			names = append(names, r.schema.Engagement[i].Name)
		}
	}
	if r.fieldIndex(name) >= 0 {
		return "did you mean lead." + name + "?"
	}
	return didYouMean(name, names)
}

// comparisons are the operators whose sides must be of one kind.
var comparisons = []string{operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals,
	operators.Greater, operators.GreaterEquals, operators.In}

var arithmetic = []string{operators.Add, operators.Subtract, operators.Multiply, operators.Divide}

func (r *reader) readCall(e ast.Expr) {
	c := e.AsCall()
	name, args := c.FunctionName(), c.Args()
	if c.IsMemberFunction() {
		if r.isEvents(c.Target()) {
			r.readEventsCall(e, name)
		} else {
			r.read(c.Target())
		}
	}
	for _, a := range args {
		r.read(a)
	}
	if len(args) != 2 || c.IsMemberFunction() {
		return
	}
	compares := slices.Contains(comparisons, name)
	if !compares && !slices.Contains(arithmetic, name) {
		return
	}
	left, right := r.kindOf(args[0]), r.kindOf(args[1])
	if left == features.Number {
		makeDoubles(args[1])
	}
	if right == features.Number {
		makeDoubles(args[0])
	}
	if compares {
		r.compare(args[0], args[1], name == operators.In)
		if name != operators.In {
			r.compare(args[1], args[0], false)
		}
	}
}

func (r *reader) isEvents(e ast.Expr) bool {
	return e.Kind() == ast.IdentKind && e.AsIdent() == eventsVariable && !slices.Contains(r.bound, eventsVariable)
}

func (r *reader) readEventsCall(e ast.Expr, name string) {
	switch name {
	case "days_since_last", "before_first", "first":
		text, err := cel.ExprToString(e, r.info)
		if err != nil {
			text = "events." + name
		}
		r.others = append(r.others, other{name: text, value: (&compiler{schema: r.schema}).eventsNumber(e.AsCall())})
	case "count", "days":
		if len(e.AsCall().Args()) > 1 {
			r.others = append(r.others, other{name: asOfVariable})
		}
	default:
		r.fault(e, fmt.Sprintf("events has no function %s", name),
			didYouMean(name, []string{"count", "days", "days_since_last", "before_first", "first"}))
	}
}

// kindOf tells the kind of what an expression gives, as far as its form shows it; "" if it does not.
func (r *reader) kindOf(e ast.Expr) features.Kind {
	switch e.Kind() {
	case ast.IdentKind:
		if n := e.AsIdent(); (n == asOfVariable || n == createdVariable) && !slices.Contains(r.bound, n) {
			return features.Date
		}
	case ast.LiteralKind:
		if _, ok := e.AsLiteral().(types.Double); ok {
			return features.Number
		}
	case ast.SelectKind:
		return r.kindOfSelect(e)
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() && r.isEvents(c.Target()) {
			if c.FunctionName() == "first" {
				return features.Category
			}
			return features.Number
		}
		args := c.Args()
		if c.FunctionName() == operators.Conditional {
			args = args[1:]
		} else if !slices.Contains(arithmetic, c.FunctionName()) && c.FunctionName() != operators.Negate {
			return ""
		}
		for _, a := range args {
			if r.kindOf(a) == features.Number {
				return features.Number
			}
		}
	}
	return ""
}

func (r *reader) kindOfSelect(e ast.Expr) features.Kind {
	s := e.AsSelect()
	if s.IsTestOnly() {
		return features.Boolean
	}
	switch r.variable(e) {
	case leadVariable:
		if i := r.fieldIndex(s.FieldName()); i >= 0 {
			return r.schema.Fields[i].Kind
		}
	case engagementVariable:
		if i := r.figureIndex(s.FieldName()); i >= 0 {
			if r.schema.Engagement[i].FirstEvent {
				return features.Category
			}
			return features.Number
		}
	}
	return ""
}

// makeDoubles turns the whole numbers of an expression into doubles.
func makeDoubles(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		if n, ok := e.AsLiteral().(types.Int); ok {
			e.SetKindCase(ast.NewExprFactory().NewLiteral(e.ID(), types.Double(n)))
		}
	case ast.ListKind:
		for _, element := range e.AsList().Elements() {
			makeDoubles(element)
		}
	case ast.CallKind:
		c := e.AsCall()
		args := c.Args()
		switch name := c.FunctionName(); {
		case c.IsMemberFunction():
			return
		case name == operators.Conditional:
			args = args[1:]
		case !slices.Contains(arithmetic, name) && name != operators.Negate:
			return
		}
		for _, a := range args {
			makeDoubles(a)
		}
	}
}

// emailKinds are the texts that an e-mail field may hold.
var emailKinds = []string{"company", "free", "disposable", "invalid"}

// compare reports a field beside a constant of another kind, and an e-mail's kind that does not exist.
func (r *reader) compare(side, other ast.Expr, list bool) {
	if side.Kind() != ast.SelectKind || r.variable(side) == "" || side.AsSelect().IsTestOnly() {
		return
	}
	kind, name := r.kindOfSelect(side), side.AsSelect().FieldName()
	if kind == "" {
		return // reported as not in the schema
	}
	constants := []ast.Expr{other}
	if list {
		if other.Kind() != ast.ListKind {
			return
		}
		constants = other.AsList().Elements()
	}
	for _, c := range constants {
		if c.Kind() != ast.LiteralKind {
			continue
		}
		literal := c.AsLiteral()
		var right bool
		var want string
		switch kind {
		case features.Number:
			_, right = literal.(types.Double)
			want = "write digits without quotes, as in 50"
		case features.Boolean:
			_, right = literal.(types.Bool)
			want = fmt.Sprintf("write %[1]s.%[2]s for yes and !%[1]s.%[2]s for no", r.variable(side), name)
		case features.Date:
			want = `write timestamp("2026-01-31T00:00:00Z"), or as_of - ` + r.variable(side) + "." + name + " < days(30)"
		default:
			_, right = literal.(types.String)
			want = "write a text in quotes"
		}
		if !right {
			r.fault(c, fmt.Sprintf("%s is a %s, compared with %v", name, kind, literal.Value()), want)
			continue
		}
		if text, ok := literal.(types.String); ok && kind == features.Email && !slices.Contains(emailKinds, string(text)) {
			r.fault(c, fmt.Sprintf("%s is an e-mail: only its kind is kept, and %q is none", name, string(text)),
				"its kinds are "+strings.Join(emailKinds, ", "))
		}
	}
}
