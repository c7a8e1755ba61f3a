package train

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
)

// weigh gives each lead of the history its weight in a fit to some rows: its own, times 2^(-age/half-life) where the schema asks
// for recency. Ages count from the newest of those rows, so that a fit that looks back weighs as it would have done then. Nil: each counts once. Rows
// without a snapshot time keep their own weight.
func weigh(h *features.History, rows []int32) []float64 {
	own, halfLife := h.Table.Weight, recencyOf(h)
	if own == nil && halfLife == 0 {
		return nil
	}
	weights := make([]float64, h.Table.Len())
	newest := newestOf(h, rows)
	for _, row := range rows {
		weights[row] = 1
		if own != nil {
			weights[row] = own.At(int(row))
		}
		weights[row] *= faded(h.AsOf[row], newest, halfLife)
	}
	return weights
}

// ownWeights are the leads' own weights; nil where the schema names none.
func ownWeights(t *features.Table, rows []int32) []float64 {
	if t.Weight == nil {
		return nil
	}
	weights := make([]float64, len(rows))
	for i, row := range rows {
		weights[i] = t.Weight.At(int(row))
	}
	return weights
}

// recencyOf is the half-life of old deals; 0 for none.
func recencyOf(h *features.History) features.Micros {
	if r := h.Table.Schema.Recency; r != nil {
		return r.HalfLife.Micros()
	}
	return 0
}

func newestOf(h *features.History, rows []int32) features.Micros {
	newest := features.NoTime // the least of all
	for _, row := range rows {
		newest = max(newest, h.AsOf[row])
	}
	return newest
}

// faded is what recency leaves of a lead's weight.
func faded(asOf, newest, halfLife features.Micros) float64 {
	if halfLife == 0 || asOf == features.NoTime {
		return 1
	}
	return features.Decay(newest-asOf, halfLife)
}

// weightingOf describes the weights of the stored fit; nil where each lead counts once.
func weightingOf(h *features.History, p *Population) *models.Weighting {
	weights := weigh(h, p.Rows)
	if weights == nil {
		return nil
	}
	w := &models.Weighting{Column: h.Table.Schema.Lead.Weight, Oldest: 1}
	squares := 0.0
	for _, row := range p.Rows {
		w.Sum += weights[row]
		w.Won += weights[row] * float64(p.Wins[row])
		squares += weights[row] * weights[row]
	}
	w.EffectiveLeads = w.Sum * w.Sum / squares
	if recency := h.Table.Schema.Recency; recency != nil {
		w.HalfLife = recency.HalfLife.String()
		oldest := features.Micros(math.MaxInt64)
		for _, row := range p.Rows {
			if at := h.AsOf[row]; at != features.NoTime {
				oldest = min(oldest, at)
			}
		}
		if newest := newestOf(h, p.Rows); oldest <= newest {
			w.Oldest = faded(oldest, newest, recencyOf(h))
		}
	}
	return w
}

// mostOverWeight is how many times more the weights may add up to than they tell: 1.2 makes standard errors a tenth too narrow.
const mostOverWeight = 1.2

// overWeight warns of weights that stand for more leads than the file tells of, as those of a sample do: the fit would take chance for effects.
func overWeight(w *models.Weighting) []string {
	if w == nil || w.Column == "" || w.Sum <= mostOverWeight*w.EffectiveLeads {
		return nil
	}
	return []string{fmt.Sprintf("the weights in %s add up to %.4g leads and tell as much as %.4g: the fit takes a weight of 2 for the same lead twice, so it is too sure, its smoothing too weak and its intervals too narrow, "+
		"unless each weight counts leads that were really there; divide all weights by %.3g", w.Column, w.Sum, w.EffectiveLeads, w.Sum/w.EffectiveLeads)}
}

// byWeight judges the newest part with each lead counted by its own weight; nil where the schema names no weights, or all weight lies on one
// outcome. Recency is left out: the judged leads are all of the newest.
func (v *validation) byWeight(t *features.Table, wins []float64) error {
	if t.Weight == nil {
		return nil
	}
	w := &models.WeightedFigures{}
	weights := ownWeights(t, v.newest)
	for i := range v.newest {
		w.Weight += weights[i]
		w.Expected += weights[i] * v.predicted[i]
		w.Observed += weights[i] * wins[i]
	}
	if w.Observed == 0 || w.Observed == w.Weight {
		return nil
	}
	var err error
	if w.ModelAUC, err = metrics.WeightedAUC(v.predicted, wins, weights); err != nil {
		return err
	}
	if w.RulesAUC, err = metrics.WeightedAUC(v.points, wins, weights); err != nil {
		return err
	}
	if w.LogLoss, err = metrics.WeightedLogLoss(v.predicted, wins, weights); err != nil {
		return err
	}
	c, err := metrics.WeightedCalibrate(v.predicted, wins, weights)
	if err != nil && !errors.Is(err, metrics.ErrNotConverged) {
		return err
	}
	if err == nil {
		w.Calibration = &c
	}
	v.Weighted = w
	return nil
}

func writeWeighting(b *strings.Builder, w *models.Weighting) {
	if w == nil {
		return
	}
	if w.Column != "" {
		fmt.Fprintf(b, "Leads count by their weight in %s: %.4g in all, %.4g of it won.\n", w.Column, w.Sum, w.Won)
	}
	if w.HalfLife != "" {
		fmt.Fprintf(b, "Old deals count less: half after %s, the oldest %.2g.\n", w.HalfLife, w.Oldest)
	}
	fmt.Fprintf(b, "They tell as much as %.0f leads that count alike.\n", w.EffectiveLeads)
}

func writeWeighted(b *strings.Builder, w *models.WeightedFigures) {
	if w == nil {
		return
	}
	fmt.Fprintf(b, "Counted by their weight, the judged leads give: AUC %.3f for the model and %.3f for the rules, log loss %.4f, wins expected / observed %.1f / %.1f",
		w.ModelAUC, w.RulesAUC, w.LogLoss, w.Expected, w.Observed)
	if w.Calibration != nil {
		fmt.Fprintf(b, ", calibration slope %s", estimate(w.Calibration.Slope))
	}
	b.WriteString(". The fit counts by weight, so by weight its probabilities are meant; the figures above count each lead once.\n\n")
}
