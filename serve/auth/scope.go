package auth

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is one kind of thing that a caller may do. Scopes do not contain each other: who may promote a model may not
// score with it unless both are granted.
type Scope string

const (
	Score Scope = "score" // score leads
	Read  Scope = "read"  // see models, comparisons, evidence, and the server's interface
	Admin Scope = "admin" // change what is served: promote, roll back, reload
)

// AllScopes are all there are.
var AllScopes = []Scope{Score, Read, Admin}

// ParseScopes reads names of scopes: at least one, none unknown, none twice.
func ParseScopes(names []string) ([]Scope, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("no scope; want %s", scopeNames())
	}
	scopes := make([]Scope, 0, len(names))
	for _, name := range names {
		switch scope := Scope(name); {
		case !slices.Contains(AllScopes, scope):
			return nil, fmt.Errorf("scope %q: unknown; want %s", name, scopeNames())
		case slices.Contains(scopes, scope):
			return nil, fmt.Errorf("scope %q: twice", name)
		default:
			scopes = append(scopes, scope)
		}
	}
	return scopes, nil
}

func scopeNames() string {
	names := make([]string, len(AllScopes))
	for i, scope := range AllScopes {
		names[i] = string(scope)
	}
	return strings.Join(names, ", ")
}
