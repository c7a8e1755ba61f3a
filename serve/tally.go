package serve

import (
	"sync/atomic"

	"leadscore/features"
	"leadscore/models"
)

// tally counts what a version has scored since it was loaded: figures that say whether the leads of today are those that it
// was trained on. It holds numbers of leads, never anything of one.
type tally struct {
	terms     []string
	bins      [len(probabilitySteps) + 1]atomic.Int64 // the last: above all steps
	sum       atomicFloat                             // of probabilities: the wins that the model expects
	quadrants [len(quadrantNames)]atomic.Int64
	statuses  [len(countedStatuses)][]atomic.Int64 // by term
}

// probabilitySteps bound the bins: finer where most leads are.
var probabilitySteps = [...]float64{0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

var quadrantNames = [...]models.Quadrant{models.BothHigh, models.RuleOnly, models.ModelOnly, models.BothLow}

// countedStatuses are those of a term that say that the lead is not like training's.
var countedStatuses = [...]features.Status{features.Missing, features.Unseen, features.Outside}

func newTally(version *models.Version) *tally {
	t := new(tally)
	for i := range version.Logistic.Terms {
		t.terms = append(t.terms, version.Logistic.Terms[i].Name)
	}
	for i := range t.statuses {
		t.statuses[i] = make([]atomic.Int64, len(t.terms))
	}
	return t
}

func (t *tally) count(score *models.Score) {
	probability, bin := score.Prediction.Probability, 0
	for bin < len(probabilitySteps) && probability > probabilitySteps[bin] {
		bin++
	}
	t.bins[bin].Add(1)
	t.sum.add(probability)
	for i, quadrant := range quadrantNames {
		if score.Comparison.Quadrant == quadrant {
			t.quadrants[i].Add(1)
		}
	}
	for term, cell := range score.Prediction.Cells {
		is := models.CellStatus(cell)
		if is == features.Present {
			continue
		}
		for s, status := range countedStatuses {
			if is == status {
				t.statuses[s][term].Add(1)
			}
		}
	}
}
