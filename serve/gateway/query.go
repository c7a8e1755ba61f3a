package gateway

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"leadscore/serve/leadjson"
)

// queries are the query parameters that each route takes. grpc-gateway passes over unknown ones, and a score as of now is no
// answer to ?asof=2026-01-01.
type queries []query

type query struct {
	path  *regexp.Regexp
	names []string
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
				if parameter := each.(map[string]any); parameter["in"] == "query" {
					this.names = append(this.names, parameter["name"].(string))
				}
			}
		}
		list = append(list, this)
	}
	return list
}

// faults are the parameters of a request that its route does not take.
func (q queries) faults(r *http.Request) []leadjson.Fault {
	i := slices.IndexFunc(q, func(each query) bool { return each.path.MatchString(r.URL.Path) })
	var taken []string // /v2 takes none
	switch {
	case i >= 0:
		taken = q[i].names
	case !isInference(r):
		return nil
	}
	var list []leadjson.Fault
	for name := range r.URL.Query() {
		snake := strings.ToLower(capital.ReplaceAllString(name, "_$0"))
		switch {
		case slices.Contains(taken, snake):
		case len(taken) == 0:
			list = append(list, leadjson.Fault{Path: name, Problem: "no such query parameter; this path takes none, write it into the body"})
		default:
			list = append(list, leadjson.Fault{Path: name, Problem: fmt.Sprintf("no such query parameter; want one of %s", strings.Join(taken, ", "))})
		}
	}
	slices.SortFunc(list, func(a, b leadjson.Fault) int { return strings.Compare(a.Path, b.Path) })
	return list
}

var capital = regexp.MustCompile("[A-Z]")
