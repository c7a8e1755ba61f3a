package main

import (
	"encoding/json"
	"fmt"

	"leadscore/features"
)

// printJSON writes a result for machines.
func (a *app) printJSON(v any) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// printWarnings lists what was counted but did not stop the work.
func (a *app) printWarnings(warnings []features.Warning) {
	for _, w := range warnings {
		fmt.Fprintf(a.err, "warning: %s\n", w)
	}
}
