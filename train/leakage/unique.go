package leakage

import (
	"fmt"
	"math"

	"leadscore/train/naming"
)

// idWords in a name speak of a number given to a lead.
var idWords = []string{"id", "number", "no", "nr", "key", "uuid", "ref", "reference", "index", "serial", "phone", "mobile", "fax"}

// NamesLeads says why near-unique whole numbers are numbers given to leads: by the name, or because they rise or fall with the
// file's order; "" if they are not. values are those of all rows in the file's order, NaN where missing, distinct of them
// different.
func NamesLeads(name string, values []float64, distinct int) string {
	filled, up, down, last := 0, 0, 0, math.NaN()
	for _, v := range values {
		if math.IsNaN(v) {
			continue
		}
		filled++
		if v > last {
			up++
		} else if v < last {
			down++
		}
		last = v
	}
	if filled == 0 || float64(distinct) < NearlyUnique*float64(filled) {
		return ""
	}
	if naming.Has(name, idWords...) || float64(max(up, down)) >= Rising*float64(filled-1) {
		return fmt.Sprintf("identifies the lead: %d values in %d rows", distinct, filled)
	}
	return ""
}

// NamesOne says why a text describes one lead, not a kind of lead; "" if it does not. filled rows have distinct values.
func NamesOne(filled, distinct int) string {
	if float64(distinct) <= OwnValues*float64(filled) {
		return ""
	}
	return fmt.Sprintf("free text or a name: %d values in %d rows", distinct, filled)
}
