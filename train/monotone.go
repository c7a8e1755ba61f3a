package train

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"leadscore/features"
	"leadscore/models"
)

// againstChance is the chance below which a promise that is true would look so contradicted.
const againstChance = 1e-3

// promisesOf lists the fields that the schema promises a direction of, and what the final fit found.
func promisesOf(m *fitted) (promises []models.Promise) {
	for k, term := range m.report.Terms {
		if term.Promise == nil {
			continue
		}
		p := models.Promise{Field: term.Name, Direction: m.encoder.Inputs[m.model.Terms[k].Inputs[0]].Monotone,
			Steps: term.Promise.Steps, Held: term.Promise.Held, Chi: term.Promise.Chi, Freed: term.Promise.Freed, P: 1}
		if p.Held > 0 {
			// At the least one degree of freedom: a mixture of chi-squared laws up to that of Freed is no longer in its tail.
			p.P = distuv.ChiSquared{K: max(p.Freed, 1)}.Survival(p.Chi)
			p.Against = p.P < againstChance
		}
		promises = append(promises, p)
	}
	return promises
}

// contradicted warns of promises that the data speak against.
func contradicted(promises []models.Promise) (warnings []string) {
	for _, p := range promises {
		if p.Against {
			warnings = append(warnings, fmt.Sprintf(
				"the data contradict monotone: %s of %s (χ² %.1f on %.1f degrees of freedom): the table is level at %d of %d steps; look at the field, or drop the promise",
				p.Direction, p.Field, p.Chi, max(p.Freed, 1), p.Held, p.Steps))
		}
	}
	return warnings
}

func writePromises(b *strings.Builder, promises []models.Promise) {
	for _, p := range promises {
		fmt.Fprintf(b, "%s never %s, as promised; the promise holds it level at %d of %d steps.\n", p.Field, neverDoes(p.Direction), p.Held, p.Steps)
	}
}

func neverDoes(d features.Direction) string {
	if d == features.Down {
		return "rises"
	}
	return "falls"
}
