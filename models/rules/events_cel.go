package rules

import (
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"leadscore/features"
)

// eventsType is the type of the variable events.
var eventsType = cel.OpaqueType("leadscore.Events")

// eventsValue is the lead's events as a CEL value that only the functions below can read.
type eventsValue struct{ *moment }

func (e eventsValue) ConvertToNative(reflect.Type) (any, error) {
	return nil, missingError("a Go form of events")
}
func (e eventsValue) ConvertToType(ref.Type) ref.Val {
	return types.NewErr("events cannot be converted")
}
func (e eventsValue) Equal(ref.Val) ref.Val { return types.NewErr("events cannot be compared") }
func (e eventsValue) Type() ref.Type        { return eventsType }
func (e eventsValue) Value() any            { return e.moment }

// eventFunction is one of the functions on events: given types, and for counts a window in microseconds or 0, it
// returns a number; ok is false if the number is missing.
type eventFunction func(m *moment, names []string, within features.Micros) (n float64, ok bool)

var eventNumbers = map[string]eventFunction{
	"count":           (*moment).countEvents,
	"days":            (*moment).eventDays,
	"days_since_last": (*moment).daysSinceLast,
	"before_first":    (*moment).eventsBeforeFirst,
}

// eventFunctions declares
//
//	events.count(types)  events.count(types, within)     how many events
//	events.days(types)   events.days(types, within)      on how many calendar days (UTC)
//	events.days_since_last(types)                        days from the last one to now; missing if there is none
//	events.before_first(types)                           events of other types before the first; missing if there is none
//	events.first()                                       the type of the very first event; missing if there is none
//
// types is a text, a list of texts, or "any".
func eventFunctions() []cel.EnvOption {
	var options []cel.EnvOption
	for name, f := range eventNumbers {
		var overloads []cel.FunctionOpt
		for suffix, typ := range map[string]*cel.Type{"string": cel.StringType, "list": cel.ListType(cel.StringType)} {
			overloads = append(overloads, cel.MemberOverload("events_"+name+"_"+suffix,
				[]*cel.Type{eventsType, typ}, cel.DoubleType,
				cel.BinaryBinding(func(e, names ref.Val) ref.Val { return callEvents(name, f, e, names, types.Duration{}) })))
			if name == "count" || name == "days" {
				overloads = append(overloads, cel.MemberOverload("events_"+name+"_"+suffix+"_within",
					[]*cel.Type{eventsType, typ, cel.DurationType}, cel.DoubleType,
					cel.FunctionBinding(func(args ...ref.Val) ref.Val { return callEvents(name, f, args[0], args[1], args[2]) })))
			}
		}
		options = append(options, cel.Function(name, overloads...))
	}
	first := cel.MemberOverload("events_first", []*cel.Type{eventsType}, cel.StringType, cel.UnaryBinding(func(e ref.Val) ref.Val {
		if m := e.(eventsValue); len(m.Events) > 0 {
			return types.String(m.Events[0].Type)
		}
		return types.WrapErr(missingError("events.first()"))
	}))
	return append(options, cel.Function("first", first))
}

func callEvents(name string, f eventFunction, e, names, within ref.Val) ref.Val {
	m, ok := e.(eventsValue)
	if !ok {
		return types.NewErr("%s is a function of events", name)
	}
	var texts []string
	switch n := names.(type) {
	case types.String:
		texts = []string{string(n)}
	case traits.Lister:
		for it := n.Iterator(); it.HasNext() == types.True; {
			if t, ok := it.Next().(types.String); ok {
				texts = append(texts, string(t))
			}
		}
	}
	d, ok := within.(types.Duration)
	if !ok {
		return types.NewErr("%s: within is no duration", name)
	}
	number, ok := f(m.moment, texts, features.Micros(d.Duration.Microseconds()))
	if !ok {
		return types.WrapErr(missingError("events." + name))
	}
	return types.Double(number)
}
