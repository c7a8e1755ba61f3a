package rules

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"leadscore/features"
)

// Vocabulary is what a book asks of leads: the events it names, and the values that its conditions compare fields with.
type Vocabulary struct {
	Events  []string          // types, sorted; without [features.AnyEvent]
	Numbers map[int][]float64 // by place in Schema.Fields, ascending
	Texts   map[int][]string  // likewise, sorted
}

// Vocabulary lists the book's, of rules and gates.
func (b *Book) Vocabulary() Vocabulary {
	v := &vocabulary{compiler: compiler{schema: b.schema}, Vocabulary: Vocabulary{Numbers: map[int][]float64{}, Texts: map[int][]string{}}}
	for d := range b.dimensions {
		for i := range b.dimensions[d].rules {
			v.gate(&b.dimensions[d].rules[i].gate)
		}
	}
	for list := range b.gates {
		for i := range b.gates[list] {
			v.gate(&b.gates[list][i])
		}
	}
	v.Events = sorted(v.Events)
	for field := range v.Numbers {
		v.Numbers[field] = sorted(v.Numbers[field])
	}
	for field := range v.Texts {
		v.Texts[field] = sorted(v.Texts[field])
	}
	return v.Vocabulary
}

func sorted[T string | float64](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

type vocabulary struct {
	compiler
	Vocabulary
}

func (v *vocabulary) gate(g *gate) {
	if g.events != nil {
		v.addEvents(g.events.names)
		v.addEvents(g.events.after)
	}
	if g.when != nil {
		ast.PostOrderVisit(g.when.expr, ast.NewExprVisitor(v.look))
	}
}

func (v *vocabulary) addEvents(names []string) {
	for _, name := range names {
		if name != features.AnyEvent {
			v.Events = append(v.Events, name)
		}
	}
}

// textTests are the functions that compare a text with part of another.
var textTests = []string{"contains", "startsWith", "endsWith", "matches"}

// look takes the constants of one comparison, or the event types of one question about events.
func (v *vocabulary) look(e ast.Expr) {
	if e.Kind() != ast.CallKind {
		return
	}
	c := e.AsCall()
	fields, numbers, texts := v.parts(e)
	switch {
	case c.IsMemberFunction() && c.Target().Kind() == ast.IdentKind && c.Target().AsIdent() == eventsVariable:
		v.addEvents(texts)
	case slices.Contains(comparisons, c.FunctionName()), c.IsMemberFunction() && slices.Contains(textTests, c.FunctionName()):
		for _, field := range fields {
			switch v.schema.Fields[field].Kind {
			case features.Number:
				v.Numbers[field] = append(v.Numbers[field], numbers...)
			case features.Category, features.Email:
				v.Texts[field] = append(v.Texts[field], texts...)
			}
		}
	}
}

// parts lists the fields and the constants below an expression.
func (v *vocabulary) parts(e ast.Expr) (fields []int, numbers []float64, texts []string) {
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.SelectKind:
			if field, _ := v.resolve(e); field >= 0 && !e.AsSelect().IsTestOnly() {
				fields = append(fields, field)
			}
		case ast.LiteralKind:
			switch value := e.AsLiteral().(type) {
			case types.Double:
				numbers = append(numbers, float64(value))
			case types.Int:
				numbers = append(numbers, float64(value))
			case types.String:
				texts = append(texts, string(value))
			}
		}
	}))
	return fields, numbers, texts
}
