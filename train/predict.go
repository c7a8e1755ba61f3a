package train

import (
	"slices"

	"context"

	"leadscore/features"
	"leadscore/models/logistic"
)

// predictRows is how many leads are turned into codes at once.
const predictRows = 1 << 17

// predict gives the model's probabilities of any leads of a history.
func predict(m *fitted, h *features.History, rows []int32) []float64 {
	return toProbabilities(m.logOddsOf(h, rows))
}

// atOneTime takes the market's slow drift out of a fit. Leads that are ranked together are looked at at one time; where leads of all times are mixed,
// the drift would rank times, which is no skill. Terms are centred, so the level stays.
func (m *fitted) atOneTime() { m.model = withoutDrift(m.model, m.encoder) }

func withoutDrift(model *logistic.Model, e *features.Encoder) *logistic.Model {
	still := *model
	still.Terms = slices.Clone(model.Terms)
	for t := range still.Terms {
		if term := &still.Terms[t]; slices.ContainsFunc(term.Inputs, e.Drifts) {
			term.Coefficients = make([]float64, len(term.Coefficients))
		}
	}
	return &still
}

// logOddsOf gives the log-odds of any leads.
func (m *fitted) logOddsOf(h *features.History, rows []int32) []float64 {
	out := make([]float64, len(rows))
	m.eachBlock(h, rows, func(from int, codes []features.Codes) {
		m.addUp(codes, out[from:from+codes[0].Len()])
	})
	return out
}

// eachBlock goes over the codes of leads that were not fitted to, so many at a time.
func (m *fitted) eachBlock(h *features.History, rows []int32, do func(from int, codes []features.Codes)) {
	for from := 0; from < len(rows); from += predictRows {
		part := rows[from:min(from+predictRows, len(rows))]
		codes, err := m.encoder.EncodeRows(context.Background(), h, part)
		if err != nil {
			panic("train: " + err.Error()) // only a context that ends is an error
		}
		do(from, codes)
	}
}

// addUp goes by term, and gives the bits of [logistic.Model.LogOdds]: the terms are added in the same order.
func (m *fitted) addUp(codes []features.Codes, out []float64) {
	const chunk = 4096
	parallelRows((len(out)+chunk-1)/chunk, func(first, last int) {
		for c := first; c < last; c++ {
			from, to := c*chunk, min((c+1)*chunk, len(out))
			part := out[from:to]
			for i := range part {
				part[i] = m.model.Intercept
			}
			for t := range m.model.Terms {
				addTerm(&m.model.Terms[t], codes, from, part)
			}
			if curve := m.model.Curve; curve != nil {
				for i, eta := range part {
					part[i] += curve.At(eta) - eta
				}
			}
		}
	})
}

func addTerm(term *logistic.Term, codes []features.Codes, from int, out []float64) {
	first := codes[term.Inputs[0]]
	if len(term.Inputs) == 1 {
		if first.Narrow != nil {
			for i, code := range first.Narrow[from : from+len(out)] {
				out[i] += term.Coefficients[code]
			}
			return
		}
		for i, code := range first.Wide[from : from+len(out)] {
			out[i] += term.Coefficients[code]
		}
		return
	}
	second := codes[term.Inputs[1]]
	for i := range out {
		out[i] += term.Coefficients[term.PairCell(first.At(from+i), second.At(from+i))]
	}
}

func toProbabilities(logOdds []float64) []float64 {
	parallelRows(len(logOdds), func(from, to int) {
		for i := from; i < to; i++ {
			logOdds[i] = logistic.Probability(logOdds[i])
		}
	})
	return logOdds
}

// evenly keeps about so many rows, evenly spread; all where there are not more.
func evenly(rows []int32, limit int) []int32 {
	if len(rows) <= limit {
		return rows
	}
	out := make([]int32, limit)
	for i := range out {
		out[i] = rows[int64(i)*int64(len(rows))/int64(limit)]
	}
	return out
}
