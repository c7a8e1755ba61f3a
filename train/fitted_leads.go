package train

import (
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"leadscore/features"
	"leadscore/models/metrics"
)

// fittedLeads are the leads that a model is fitted to, in the order in which they were given. Those of a large history take more memory than its columns, so
// they go when the fit ends, and what is to be told of them is told by then.
type fittedLeads struct {
	codes   []features.Codes // by input
	wins    []float64
	weights []float64 // nil: 1 each
}

// description is what a model says of the leads that it was fitted to.
type description struct {
	probability metrics.Distribution
	strength    metrics.Strength
	leads, won  [][]int64 // by term and cell
}

func (m *fitted) describe(leads *fittedLeads) (*description, error) {
	d := &description{leads: make([][]int64, len(m.model.Terms)), won: make([][]int64, len(m.model.Terms))}
	probabilities := toProbabilities(m.logOdds(leads))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	group.Go(func() (err error) {
		d.probability, err = metrics.NewDistribution(probabilities)
		return err
	})
	for t := range m.model.Terms {
		group.Go(func() error {
			d.leads[t], d.won[t] = m.count(leads, t)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var err error
	if d.strength, err = metrics.StrengthOf(probabilities, leads.wins, m.parameters()); err != nil {
		return nil, fmt.Errorf("sample size: %w", err)
	}
	return d, nil
}

// logOdds gives those of the leads fitted to.
func (m *fitted) logOdds(leads *fittedLeads) []float64 {
	out := make([]float64, len(leads.wins))
	m.addUp(leads.codes, out)
	return out
}

// parameters is how many there are in effect; the level alone is one.
func (m *fitted) parameters() float64 { return max(m.report.EDF, 1) }

// count is how many leads there are, and how many won, in each cell of a term.
func (m *fitted) count(of *fittedLeads, t int) (leads, won []int64) {
	term := &m.model.Terms[t]
	counts := make([][2]int64, len(term.Coefficients)) // lost and won
	first := of.codes[term.Inputs[0]]
	if len(term.Inputs) == 1 {
		for i, y := range of.wins {
			counts[first.At(i)][int(y)]++
		}
	} else {
		second := of.codes[term.Inputs[1]]
		for i, y := range of.wins {
			counts[term.PairCell(first.At(i), second.At(i))][int(y)]++
		}
	}
	for _, c := range counts {
		leads, won = append(leads, c[0]+c[1]), append(won, c[1])
	}
	return leads, won
}
