package rules

import (
	"slices"
	"strings"

	"leadscore/features"
)

// didYouMean names the candidate nearest to a wrong name, or lists some candidates.
func didYouMean(name string, candidates []string) string {
	if near, ok := features.Nearest(name, candidates); ok {
		return "did you mean " + near + "?"
	}
	if len(candidates) == 0 {
		return "there is none to choose from"
	}
	const shown = 12
	sorted := slices.Sorted(slices.Values(candidates))
	if len(sorted) > shown {
		return "choose from " + strings.Join(sorted[:shown], ", ") + ", …"
	}
	return "choose from " + strings.Join(sorted, ", ")
}
