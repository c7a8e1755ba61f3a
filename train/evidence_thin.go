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
	parallelRows(len(s.newest), func(from, to int) {
		codes := make([]uint16, len(past.encoder.Inputs))
		for i := from; i < to; i++ {
			row := s.newest[i]
			for c := range codes {
				codes[c] = past.codes[c].At(int(row))
			}
			beyond := 0.0
			if h.AsOf[row] != features.NoTime {
				beyond = past.model.DaysBeyond(time.UnixMicro(int64(h.AsOf[row])).Unix())
			}
			logOdds := past.model.LogOdds(codes)
			low, high := past.model.Ends(logOdds, past.model.StandardErrorAt(codes, beyond))
			v.thin[i] = models.EvidenceOf(logOdds, low, high, rate).Thin
		}
	})
	for _, thin := range v.thin {
		if thin {
			v.ThinEvidence++
		}
	}
}
