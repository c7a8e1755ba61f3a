package train

import (
	"time"

	"leadscore/features"
	"leadscore/models"
)

// weighEvidence marks the held-out leads whose probability, by the fit to the past, rests on thin evidence.
func (v *validation) weighEvidence(past *fitted, h *features.History, s *split, p *Population) {
	won, _ := countOutcomes(s.past, p)
	rate := float64(won) / float64(len(s.past))
	v.thin = make([]bool, len(s.newest))
	past.eachBlock(h, s.newest, func(first int, columns []features.Codes) {
		parallelRows(columns[0].Len(), func(from, to int) {
			codes := make([]uint16, len(columns))
			for i := from; i < to; i++ {
				for c := range codes {
					codes[c] = columns[c].At(i)
				}
				beyond := 0.0
				if asOf := h.AsOf[s.newest[first+i]]; asOf != features.NoTime {
					beyond = past.model.DaysBeyond(time.UnixMicro(int64(asOf)).Unix())
				}
				logOdds := past.model.LogOdds(codes)
				low, high := past.model.Ends(logOdds, past.model.StandardErrorAt(codes, beyond))
				v.thin[first+i] = models.EvidenceOf(logOdds, low, high, rate).Thin
			}
		})
	})
	for _, thin := range v.thin {
		if thin {
			v.ThinEvidence++
		}
	}
}
