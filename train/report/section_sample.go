package report

import (
	"leadscore/models"
	"leadscore/train/report/page"
)

// sample shows whether the leads are enough for the model, and which scores rest on too little.
func (w *writer) sample() *page.Section {
	t := &w.e.Training
	if t.Sample == nil {
		return nil
	}
	s := &page.Section{ID: "sample", Title: "Are there enough leads",
		Intro: "A model with many parameters and few wins learns chance. The sample that a model of this strength asks for is by the criteria of Riley et al. (BMJ 368, 2020, m441), with its effective parameters in the place of theirs, and its Cox–Snell R² less the fit's optimism."}
	s.Blocks = append(s.Blocks, page.Block{Table: sampleTable(t.Sample, t.Used, t.EffectiveParameters)})
	if len(w.m.ByEvidence) > 0 {
		s.Blocks = append(s.Blocks, page.Block{Text: "A single probability rests on thin evidence where its odds are not known within a factor of two either way and its 90 % interval is wider than half the win rate (or half the loss rate, if that is less). Such leads are unlike those of training, or the leads are few; each score says so."},
			page.Block{Table: w.partTable("Held-out leads by how much their probability rests on", "Evidence", "evidence", w.m.ByEvidence)})
	}
	return s
}

func sampleTable(s *models.SampleSize, used int64, parameters float64) *page.Table {
	table := &page.Table{Caption: "Leads, and leads asked for", Columns: []page.Column{{Title: "Figure"}, {Title: "There are"}, {Title: "Asked for"}}}
	row := func(name, under, key string, have, want page.Cell) {
		have.Key, want.Key = "sample."+key+".have", "sample."+key+".want"
		table.Rows = append(table.Rows, []page.Cell{{Text: name, Under: under}, have, want})
	}
	number := func(n int64) page.Cell {
		if n == 0 {
			return page.Cell{Text: page.None}
		}
		return page.Cell{Text: page.Count(n)}
	}
	none := page.Cell{Text: page.None}
	row("leads used", "", "leads", page.Cell{Text: page.Count(used)}, number(s.Needed.Leads))
	row("of the rarer outcome", "", "rarer", page.Cell{Text: page.Count(s.Rarer)}, number(s.Needed.Rarer))
	row("effective parameters", "", "parameters", page.Cell{Text: page.Number(parameters, 1)}, none)
	row("leads of the rarer outcome for each", "", "per_parameter", page.Cell{Text: page.Number(s.PerParameter, 1)}, none)
	row("expected shrinkage", "of the effects on new leads; 0.9 and above is good", "shrinkage", page.Cell{Text: page.Number(s.Strength.Shrinkage, 2)}, page.Cell{Text: "0.90"})
	row("leads for that", "criterion 1", "for_shrinkage", none, number(s.Needed.ForShrinkage))
	row("leads for an optimism of R² below 0.05", "criterion 2", "for_optimism", none, number(s.Needed.ForOptimism))
	row("leads for the win rate to ± 0.05", "criterion 3", "for_level", none, number(s.Needed.ForLevel))
	return table
}
