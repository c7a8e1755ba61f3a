package rules

import (
	"fmt"
	"math"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"leadscore/features"
)

// The variables of a condition.
const (
	leadVariable       = "lead"
	engagementVariable = "engagement"
	eventsVariable     = "events"
	asOfVariable       = "as_of"   // the instant of the score
	createdVariable    = "created" // when the lead came
)

const (
	leadType       = "leadscore.Lead"
	engagementType = "leadscore.Engagement"
)

// Limits of one condition.
const (
	longestCondition = 4000   // characters
	mostNodes        = 1000   // of the syntax tree
	mostPattern      = 1000   // instructions of a compiled pattern
	costLimit        = 20_000 // CEL's cost units: roughly one per operation or ten characters
)

// newEnvironment declares what a condition may use: the variables typed by the schema, CEL's standard library, the
// string functions of cel-go's ext package, days(n) and the functions on events.
func newEnvironment(s *features.Schema) (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("rules: CEL types: %w", err)
	}
	options := []cel.EnvOption{
		cel.CustomTypeAdapter(registry),
		cel.CustomTypeProvider(&schemaTypes{Registry: registry, schema: s}),
		cel.Variable(leadVariable, cel.ObjectType(leadType)),
		cel.Variable(engagementVariable, cel.ObjectType(engagementType)),
		cel.Variable(eventsVariable, eventsType),
		cel.Variable(asOfVariable, cel.TimestampType),
		cel.Variable(createdVariable, cel.TimestampType),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(longestCondition),
		cel.ExpressionNodeLimit(mostNodes),
		cel.RegexProgramSizeLimit(mostPattern),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(), cel.ValidateComprehensionNestingLimit(1)),
		ext.Strings(),
		daysFunction(),
	}
	return cel.NewEnv(append(options, eventFunctions()...)...)
}

// schemaTypes gives CEL the schema's fields as the fields of two object types, so that a wrong name or kind is an error
// when the book is loaded, not when a lead is scored.
type schemaTypes struct {
	*types.Registry
	schema *features.Schema
}

func (t *schemaTypes) FindStructType(name string) (*types.Type, bool) {
	if name == leadType || name == engagementType {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return t.Registry.FindStructType(name)
}

func (t *schemaTypes) FindStructFieldNames(name string) ([]string, bool) {
	var names []string
	switch name {
	case leadType:
		for i := range t.schema.Fields {
			names = append(names, t.schema.Fields[i].Name)
		}
	case engagementType:
		for i := range t.schema.Engagement {
			names = append(names, t.schema.Engagement[i].Name)
		}
	default:
		return t.Registry.FindStructFieldNames(name)
	}
	return names, true
}

func (t *schemaTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	switch name {
	case leadType:
		for i := range t.schema.Fields {
			if f := &t.schema.Fields[i]; f.Name == field {
				return leadField(i, f), true
			}
		}
		return nil, false
	case engagementType:
		for i := range t.schema.Engagement {
			if e := &t.schema.Engagement[i]; e.Name == field {
				return engagementField(i, e), true
			}
		}
		return nil, false
	}
	return t.Registry.FindStructFieldType(name, field)
}

func leadField(i int, f *features.Field) *types.FieldType {
	name := leadVariable + "." + f.Name
	get := func(v *features.Value) ref.Val { return types.String(v.Text) }
	switch f.Kind {
	case features.Number:
		get = func(v *features.Value) ref.Val { return types.Double(v.Number) }
	case features.Boolean:
		get = func(v *features.Value) ref.Val { return types.Bool(v.Number != 0) }
	case features.Date:
		get = func(v *features.Value) ref.Val { return timestamp(v.Time) }
	}
	return &types.FieldType{
		Type: kindType(f.Kind),
		IsSet: func(target any) bool {
			m, ok := target.(*leadValue)
			if !ok {
				return false
			}
			_, ok = (*moment)(m).field(i)
			return ok
		},
		GetFrom: func(target any) (any, error) {
			if m, ok := target.(*leadValue); ok {
				if v, ok := (*moment)(m).field(i); ok {
					return get(v), nil
				}
			}
			return nil, missingError(name)
		},
	}
}

func engagementField(i int, e *features.Engagement) *types.FieldType {
	name := engagementVariable + "." + e.Name
	kind := types.DoubleType
	if e.FirstEvent {
		kind = types.StringType
	}
	return &types.FieldType{
		Type: kind,
		IsSet: func(target any) bool {
			m, ok := target.(*engagementValue)
			if !ok {
				return false
			}
			_, ok = (*moment)(m).figure(i)
			return ok
		},
		GetFrom: func(target any) (any, error) {
			if m, ok := target.(*engagementValue); ok {
				if f, ok := (*moment)(m).figure(i); ok {
					if e.FirstEvent {
						return types.String(f.text), nil
					}
					return types.Double(f.number), nil
				}
			}
			return nil, missingError(name)
		},
	}
}

func kindType(k features.Kind) *types.Type {
	switch k {
	case features.Number:
		return types.DoubleType
	case features.Boolean:
		return types.BoolType
	case features.Date:
		return types.TimestampType
	}
	return types.StringType
}

// days is a span of n days of 24 hours; ok is false if it is too long to hold.
func days(n float64) (d time.Duration, ok bool) {
	const most = float64(math.MaxInt64) / float64(24*time.Hour)
	if math.IsNaN(n) || math.Abs(n) >= most {
		return 0, false
	}
	return time.Duration(n * float64(24*time.Hour)), true
}

// daysFunction declares days(n).
func daysFunction() cel.EnvOption {
	call := func(n float64) ref.Val {
		if d, ok := days(n); ok {
			return types.Duration{Duration: d}
		}
		return types.NewErr("days(%v) is too long", n)
	}
	return cel.Function("days",
		cel.Overload("days_int", []*cel.Type{cel.IntType}, cel.DurationType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return call(float64(v.(types.Int))) })),
		cel.Overload("days_double", []*cel.Type{cel.DoubleType}, cel.DurationType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return call(float64(v.(types.Double))) })))
}
