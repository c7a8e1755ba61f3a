package gateway

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadscore/serve/leadjson"
)

// queries are the query parameters that each route takes. grpc-gateway passes over unknown ones, and a score as of now is no
// answer to ?asof=2026-01-01; and of a value that it cannot read it says what Go's parsers do.
type queries []query

type query struct {
	path       *regexp.Regexp
	parameters []parameter
}

// parameter is a query parameter, with the values that it takes: texts, where neither format nor enum says otherwise.
type parameter struct {
	name, format string
	enum         []string
}

var pathVariable = regexp.MustCompile(`\\\{[^}]*\\\}`)

// readQueries reads the paths of an OpenAPI document.
func readQueries(paths map[string]any) queries {
	var list queries
	for path, methods := range paths {
		this := query{path: regexp.MustCompile("^" + pathVariable.ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")}
		for _, operation := range methods.(map[string]any) {
			parameters, _ := operation.(map[string]any)["parameters"].([]any)
			for _, each := range parameters {
				if one := each.(map[string]any); one["in"] == "query" {
					this.parameters = append(this.parameters, readParameter(one))
				}
			}
		}
		list = append(list, this)
	}
	return list
}

func readParameter(document map[string]any) parameter {
	p := parameter{name: document["name"].(string)}
	schema, _ := document["schema"].(map[string]any)
	p.format, _ = schema["format"].(string)
	values, _ := schema["enum"].([]any)
	for _, value := range values {
		p.enum = append(p.enum, value.(string))
	}
	return p
}

// fault says why a value is none of the parameter's; empty if it is one.
func (p *parameter) fault(value string) string {
	switch {
	case p.enum != nil && !slices.Contains(p.enum, value):
		return fmt.Sprintf("%q; want one of %s", value, strings.Join(p.enum, ", "))
	case p.format == "date-time":
		if _, err := time.Parse(time.RFC3339Nano, value); err != nil {
			fault := fmt.Sprintf("%q; want a time, such as 2026-06-27T09:00:00Z", value)
			if strings.Contains(value, " ") {
				fault += "; a plus sign in an address is written %2B"
			}
			return fault
		}
	case p.format == "int32":
		if _, err := strconv.ParseInt(value, 10, 32); err != nil {
			return fmt.Sprintf("%q; want a whole number, such as 50", value)
		}
	}
	return ""
}

// faults are the parameters of a request that its route does not take, and those whose values it cannot read.
func (q queries) faults(r *http.Request) []leadjson.Fault {
	i := slices.IndexFunc(q, func(each query) bool { return each.path.MatchString(r.URL.Path) })
	var taken []parameter // /v2 takes none
	switch {
	case i >= 0:
		taken = q[i].parameters
	case !isInference(r):
		return nil
	}
	var list []leadjson.Fault
	for name, values := range r.URL.Query() {
		snake := strings.ToLower(capital.ReplaceAllString(name, "_$0"))
		at := slices.IndexFunc(taken, func(p parameter) bool { return p.name == snake })
		problem := ""
		switch {
		case at >= 0 && len(values) > 1:
			problem = "given twice; want one of them"
		case at >= 0:
			problem = taken[at].fault(values[0])
		case len(taken) == 0:
			problem = "no such query parameter; this path takes none, write it into the body"
		default:
			problem = "no such query parameter; want one of " + namesOf(taken)
		}
		if problem != "" {
			list = append(list, leadjson.Fault{Path: name, Problem: problem})
		}
	}
	slices.SortFunc(list, func(a, b leadjson.Fault) int { return strings.Compare(a.Path, b.Path) })
	return list
}

func namesOf(parameters []parameter) string {
	var names []string
	for _, p := range parameters {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

var capital = regexp.MustCompile("[A-Z]")
