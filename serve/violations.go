package serve

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"

	"leadscore/features"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/leadjson"
)

// invalid is all violated fields of a request, in the request's order.
type invalid struct {
	violations []violation
	uncounted  int    // beyond mostViolations
	advice     string // the last long advice given: saying it once is enough
}

// violation is one violated field: its path in the request, and what is wrong with it and would be right.
type violation struct{ path, problem string }

// mostViolations of one lead or request are kept; the others are counted.
const mostViolations = 1000

func (v *invalid) add(path, problem string) {
	if len(v.violations) < mostViolations {
		v.violations = append(v.violations, violation{path, problem})
	} else {
		v.uncounted++
	}
}

func (v *invalid) addf(path, format string, args ...any) { v.add(path, fmt.Sprintf(format, args...)) }

// join adds the violations of another.
func (v *invalid) join(other *invalid) {
	for _, each := range other.violations {
		v.add(each.path, each.problem)
	}
	v.uncounted += other.uncounted
}

func (v *invalid) total() int { return len(v.violations) + v.uncounted }

// err is nil without violations, else v.
func (v *invalid) err() error {
	if v.total() == 0 {
		return nil
	}
	return v
}

// shortAdvice is what may stand beside every violation; a longer one, such as all names of the schema, stands once.
const shortAdvice = 60

// shownViolations stand in the message itself, for callers that do not read details.
const shownViolations = 3

func (v *invalid) Error() string {
	var b strings.Builder
	for i, each := range v.violations[:min(len(v.violations), shownViolations)] {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(strings.TrimPrefix(each.path+": "+each.problem, ": "))
	}
	if more := v.total() - shownViolations; more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	return b.String()
}

// mostDetailBytes bounds the details of a call's error. They travel in HTTP/2 headers, in base64 and beside the message,
// of which gRPC's C core, under Python, Ruby and PHP, takes 8 KB in all. Errors of a batch's leads travel in the body.
const mostDetailBytes = 3500

// badRequest lists the violated fields: all of them where errors travel in a body, else as many as headers hold, and the rest
// as a count.
func (v *invalid) badRequest(inBody bool) *errdetails.BadRequest {
	if inBody {
		return v.wholeBadRequest()
	}
	return v.list(mostDetailBytes)
}

// wholeBadRequest lists all of them, for the body of an answer.
func (v *invalid) wholeBadRequest() *errdetails.BadRequest { return v.list(1 << 30) }

func (v *invalid) list(most int) *errdetails.BadRequest {
	list, size := new(errdetails.BadRequest), 0
	for _, each := range v.violations {
		size += len(each.path) + len(each.problem) + 6 // tags and lengths
		if size > most {
			break
		}
		list.FieldViolations = append(list.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: each.path, Description: each.problem})
	}
	if left := v.total() - len(list.FieldViolations); left > 0 {
		list.FieldViolations = append(list.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Description: fmt.Sprintf("and %d more violated fields", left),
		})
	}
	return list
}

// fromText is the violated members of a request that came as JSON.
func fromText(faults *leadjson.Faults) *invalid {
	v := &invalid{uncounted: faults.Left}
	for _, fault := range faults.List {
		v.add(fault.Path, fault.Problem)
	}
	return v
}

// addFaults adds the faults that package features found in a lead, each under its path in the request.
func (v *invalid) addFaults(path string, fields map[string]*leadscorev1.FieldValue, err error) {
	if err == nil {
		return
	}
	var many features.Faults
	var one *features.FieldError
	switch {
	case errors.As(err, &many):
		before := len(v.violations)
		for _, fault := range many {
			v.addFault(path, fields, fault)
		}
		v.uncounted += many.Total() - len(many)
		slices.SortStableFunc(v.violations[before:], byPath)
	case errors.As(err, &one):
		v.addFault(path, fields, one)
	default:
		v.add(path, err.Error())
	}
}

func (v *invalid) addFault(path string, fields map[string]*leadscorev1.FieldValue, fault error) {
	var field *features.FieldError
	if !errors.As(fault, &field) {
		v.add(path, fault.Error())
		return
	}
	text := *field
	text.Lead, text.Field = "", "" // the path says it
	if text.Want == v.advice {
		text.Want = ""
	} else if len(text.Want) > shortAdvice {
		v.advice = text.Want
	}
	if _, isField := fields[field.Field]; isField {
		path = fieldPath(path, field.Field)
	} else if field.Field != "" {
		path += "." + field.Field
	}
	v.add(path, text.Error())
}

func byPath(a, b violation) int {
	if a.path < b.path {
		return -1
	}
	if a.path > b.path {
		return 1
	}
	return 0
}
