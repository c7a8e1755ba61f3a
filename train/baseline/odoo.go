package baseline

import (
	"math"
	"strconv"
)

// odoo is the predictive lead scoring of Odoo's CRM: naive Bayes on labels, every count started at 0.1, numbers taken as
// labels, missing and never seen values skipped. Source: github.com/odoo/odoo, addons/crm/models/crm_lead.py,
// _pls_get_naive_bayes_probabilities.
type odoo struct {
	won, lost float64 // Odoo's counts of its first stage, which every lead has passed
	fields    []odooField
}

// odooField is the counts of one field's values, and what they are divided by: their sums, save for Odoo's stage field.
type odooField struct {
	values    map[string]odooCount
	won, lost float64
}

type odooCount struct{ won, lost float64 }

// odooStart is where each count starts, so that none is zero.
const odooStart = 0.1

func fitOdoo(past Data) *odoo {
	o := &odoo{won: odooStart, lost: odooStart, fields: make([]odooField, len(past.Columns))}
	for _, won := range past.Won {
		if won {
			o.won++
		} else {
			o.lost++
		}
	}
	for c, column := range past.Columns {
		o.fields[c] = countValues(column, past.Won)
	}
	return o
}

func countValues(column Column, won []bool) odooField {
	f := odooField{values: map[string]odooCount{}}
	for i := range won {
		text := odooLabel(column, i)
		if text == "" {
			continue
		}
		count, seen := f.values[text]
		if !seen {
			count = odooCount{odooStart, odooStart}
		}
		if won[i] {
			count.won++
			f.won++
		} else {
			count.lost++
			f.lost++
		}
		f.values[text] = count
	}
	f.won += odooStart * float64(len(f.values))
	f.lost += odooStart * float64(len(f.values))
	return f
}

// odooLabel is the value as Odoo's table of frequencies holds it; empty: missing.
func odooLabel(column Column, row int) string {
	if column.Numbers == nil {
		return column.Texts[row]
	}
	if v := column.Numbers[row]; !math.IsNaN(v) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return ""
}

// percent is the chance of winning as Odoo shows it: 0.01 to 99.99, two decimals. Values stand in the order of the
// fields. Products are summed as logarithms, as dozens of fields would otherwise underflow.
func (o *odoo) percent(values []string) float64 {
	won, lost := math.Log(o.won/(o.won+o.lost)), math.Log(o.lost/(o.won+o.lost))
	for f, field := range o.fields {
		if count, seen := field.values[values[f]]; seen {
			won += math.Log(count.won / field.won)
			lost += math.Log(count.lost / field.lost)
		}
	}
	percent := math.Round(1e4/(1+math.Exp(lost-won))) / 100
	return min(max(percent, 0.01), 99.99)
}

func odooScores(past, recent Data) prediction {
	o := fitOdoo(past)
	probability := make([]float64, recent.Len())
	values := make([]string, len(recent.Columns))
	for i := range probability {
		for c, column := range recent.Columns {
			values[c] = odooLabel(column, i)
		}
		probability[i] = o.percent(values) / 100
	}
	return classed(probability)
}
