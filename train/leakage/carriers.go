package leakage

import (
	"context"
	"errors"
	"math"
	"sort"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/fit"
)

const (
	// mostFitted bounds the leads of the refits, and mostRefits their number: the fields that tell most alone.
	mostFitted = 20_000
	mostRefits = 3
)

// carriers refits without each of the fields that tell most alone, and suspects one without which the others explain less than
// it adds. What a fit explains is the log loss below that of the win rate alone, less one nat for each effective
// parameter (Akaike).
func (e *examination) carriers(ctx context.Context, columns []used, strengths []Strength, found [][]models.Suspicion) error {
	candidates := mostTelling(strengths)
	if len(candidates) == 0 || len(columns) <= fewestOthers {
		return nil
	}
	rows, wins := e.decidedSample()
	whole, null, err := e.explained(ctx, rows, wins, columns, -1)
	if err != nil || !(null > 0) {
		return notFitted(err)
	}
	for _, k := range candidates {
		others, _, err := e.explained(ctx, rows, wins, columns, k)
		if err != nil {
			return notFitted(err)
		}
		gain := whole - others
		if gain < carriesLeast*null || gain < carries*others {
			continue
		}
		j := &judge{column: columns[k].column}
		j.add(models.Suspect, CarriesModel, min(gain/math.Max(others, 1e-9*null), 1e6),
			"it removes %s of the uncertainty of the outcome, all other fields together %s",
			Percent(gain/null), Percent(math.Max(0, others)/null))
		found[k] = append(found[k], j.list...)
	}
	return nil
}

// notFitted lets examination go on where a model of the sample has no answer: training will meet the same and say so.
func notFitted(err error) error {
	if errors.Is(err, fit.ErrOneClass) || errors.Is(err, fit.ErrEmpty) || errors.Is(err, fit.ErrNotConverged) {
		return nil
	}
	return err
}

// mostTelling are the columns with the largest information value, of those that draw attention.
func mostTelling(strengths []Strength) []int {
	var list []int
	for i := range strengths {
		if strengths[i].Information.Low >= drawsAttention {
			list = append(list, i)
		}
	}
	sort.SliceStable(list, func(a, b int) bool {
		return strengths[list[a]].Information.Value > strengths[list[b]].Information.Value
	})
	return list[:min(len(list), mostRefits)]
}

// decidedSample are the sampled decided leads, evenly thinned, and their outcomes.
func (e *examination) decidedSample() (rows []int32, wins []float64) {
	wins = make([]float64, len(e.rows))
	for k, outcome := range e.outcome {
		if outcome == features.Won {
			wins[k] = 1
		}
		if outcome != features.Open {
			rows = append(rows, int32(k))
		}
	}
	if n := len(rows); n > mostFitted {
		for i := range mostFitted {
			rows[i] = rows[i*n/mostFitted]
		}
		rows = rows[:mostFitted]
	}
	return rows, wins
}

// explained fits to all columns but one (−1: all) and gives what that explains and the log loss of the win rate alone, both
// in nats over the leads.
func (e *examination) explained(ctx context.Context, rows []int32, wins []float64, columns []used, without int) (explains, null float64, err error) {
	design := &fit.Design{Wins: wins, Rows: rows}
	for k := range columns {
		if k == without {
			continue
		}
		for _, i := range columns[k].inputs {
			in := fit.Input{Name: e.encoder.Inputs[i].Name, Bins: e.encoder.Bins(i), Ordered: e.encoder.OrderedBins(i)}
			design.Inputs = append(design.Inputs, in)
			design.Codes = append(design.Codes, fit.Codes{Wide: e.codes[i]})
		}
	}
	_, report, err := fit.Fit(ctx, design, fit.Config{})
	if err != nil {
		return 0, 0, err
	}
	won := 0.0
	for _, row := range rows {
		won += wins[row]
	}
	n := float64(len(rows))
	p := won / n
	null = -n * (p*math.Log(p) + (1-p)*math.Log(1-p))
	return null - report.Loss - (report.EDF - 1), null, nil
}
