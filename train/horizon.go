package train

import (
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/horizon"
)

// chooseHorizon sets the horizon of the history's schema where that gives none. It returns nil where the schema gives one, or where there are no
// times to read one from, and else what it saw.
func chooseHorizon(h *features.History, until features.Micros) *models.HorizonChoice {
	schema := h.Table.Schema
	if schema.Horizon > 0 || schema.Snapshot.IsZero() || h.Table.Closed == nil || until == features.NoTime {
		return nil
	}
	leads, untimed := followUps(h, until)
	c := horizon.Choose(leads, untimed, func(days int) float64 { return followedShare(h, until, days) })
	schema.Horizon = features.Duration(c.Days) * features.Duration(24*time.Hour)
	return c
}

// followUps lists the leads that can be followed from their snapshot, and counts the others.
func followUps(h *features.History, until features.Micros) (leads []horizon.Lead, untimed int) {
	for i := range h.Table.Len() {
		from, end := h.AsOf[i], until
		if h.Table.Outcome[i] != features.Open {
			end = h.Table.Closed.At(i)
		}
		if from == features.NoTime || end == features.NoTime || end < from || h.Table.Created.At(i) > end {
			untimed++
			continue
		}
		leads = append(leads, horizon.Lead{Span: end - from, Ending: h.Table.Outcome[i]})
	}
	return leads, untimed
}

// followedShare is the share of the leads that are older than so many days, from their snapshot.
func followedShare(h *features.History, until features.Micros, days int) float64 {
	old, all := 0, 0
	for _, asOf := range h.AsOf {
		if asOf == features.NoTime || asOf > until {
			continue
		}
		all++
		if asOf+features.Micros(days)*features.Day <= until {
			old++
		}
	}
	return float64(old) / float64(max(1, all))
}
